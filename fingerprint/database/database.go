// Package database is what is known of fingerprints: which programs sent them,
// how often, to where and when. A database is a text file that people can read,
// compare and merge; docs/fingerprint-database.md describes it.
package database

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/npf"
)

// Format is the number of the format that this package reads and writes.
const Format = 1

// What a database may hold. Sums stop at the largest number instead of running
// over.
const (
	MaxEntries   = 4 << 20
	MaxProcesses = 256 // of an entry, when it is given out
	MaxKeys      = 256 // of a map of a process, when it is given out
	MaxSources   = 64  // of an entry
	MaxText      = 256 // bytes of a name, version, key or source
	MaxLine      = 1 << 20

	// So much more is held while counting, so that what is frequent is told from
	// what is rare, in whatever order it comes.
	slack = 16
)

// Other is the name of the process, and the key of a map, that stands for all
// that a bound left out. It counts and names nobody.
const Other = "*"

// A Header is the first line of a database.
type Header struct {
	Format int    `json:"joy_fingerprints"`
	Name   string `json:"name,omitempty"`
	Made   string `json:"made,omitempty"` // a day, 2006-01-02
	Note   string `json:"note,omitempty"`
	// Calibration of the probabilities that matching gives; kept as it is.
	Calibration json.RawMessage `json:"calibration,omitempty"`
}

// A Database holds one entry for each fingerprint. It is not safe for concurrent
// use.
type Database struct {
	Header  Header
	entries map[fingerprint.Fingerprint]*entry
}

// entry is a fingerprint.Entry while it is counted: the processes are in the
// order of their identities and the bounds of the maps are wider.
type entry struct{ fingerprint.Entry }

// New is an empty database.
func New(name string) *Database {
	return &Database{
		Header:  Header{Format: Format, Name: name},
		entries: map[fingerprint.Fingerprint]*entry{},
	}
}

// ErrFull is returned when a fingerprint is not taken because there are
// MaxEntries.
var ErrFull = fmt.Errorf("the database holds %d fingerprints, which is all it can", MaxEntries)

// Add counts one flow: the fingerprints of the observation were sent by process
// p on the day (2006-01-02; "" when not known). Of p what it is counts, not the
// numbers it carries; its texts are made Clean. The source says where this is known
// from.
func (d *Database) Add(obs fingerprint.Observation, p fingerprint.Process, day, source string) error {
	p.Count = 1
	for _, text := range []*string{&p.Name, &p.Version, &p.OS, &p.Category, &source} {
		*text = Clean(*text)
	}
	p.Ports, p.Names, p.Blocks, p.Agents = contextOf(obs.Context)
	for _, fp := range obs.Fingerprints {
		// Put takes the maps over where it knows nothing yet.
		q := p
		q.Ports, q.Names, q.Blocks, q.Agents = maps.Clone(p.Ports), maps.Clone(p.Names), maps.Clone(p.Blocks), maps.Clone(p.Agents)
		err := d.Put(fingerprint.Entry{
			Fingerprint: fp, First: day, Last: day,
			Processes: []fingerprint.Process{q}, Sources: sourceList(source),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func sourceList(source string) []string {
	if source == "" {
		return nil
	}
	return []string{source}
}

// Put adds what an entry counts to what is known of its fingerprint. The maps of
// the entry belong to the database from then on. An entry without processes says
// that the fingerprint is known and nobody's.
func (d *Database) Put(e fingerprint.Entry) error {
	if err := check(&e); err != nil {
		return err
	}
	known := d.entries[e.Fingerprint]
	if known == nil {
		if len(d.entries) >= MaxEntries {
			return ErrFull
		}
		known = &entry{fingerprint.Entry{Fingerprint: strings.Clone(e.Fingerprint)}}
		d.entries[known.Fingerprint] = known
	}
	known.add(e)
	return nil
}

// Merge adds all that another database counts; the header stays. Processes are
// the same when their name, version, hash and system are.
func (d *Database) Merge(other *Database) error {
	for _, e := range other.entries {
		if err := d.Put(e.clone()); err != nil {
			return err
		}
	}
	return nil
}

// Len is the number of fingerprints.
func (d *Database) Len() int { return len(d.entries) }

// Find returns what is known of a fingerprint. The entry is the caller's.
func (d *Database) Find(fp fingerprint.Fingerprint) (fingerprint.Entry, bool) {
	e := d.entries[fp]
	if e == nil {
		return fingerprint.Entry{}, false
	}
	return e.given(MaxKeys), true
}

// All are the entries, in the order of their fingerprints. They are the caller's.
func (d *Database) All() iter.Seq[fingerprint.Entry] {
	return func(yield func(fingerprint.Entry) bool) {
		for _, fp := range slices.Sorted(maps.Keys(d.entries)) {
			if e := d.entries[fp]; e != nil && !yield(e.given(MaxKeys)) {
				return
			}
		}
	}
}

// check wants what the format allows, whoever made the entry.
func check(e *fingerprint.Entry) error {
	if err := npf.Check(e.Fingerprint); err != nil {
		return fmt.Errorf("fingerprint: %w", err)
	}
	if len(e.Processes) > slack*MaxProcesses {
		return fmt.Errorf("%d processes, more than %d", len(e.Processes), slack*MaxProcesses)
	}
	if !isDay(e.First) || !isDay(e.Last) || e.First > e.Last && e.Last != "" {
		return fmt.Errorf("days %q and %q are not two days of the form 2006-01-02 in order", e.First, e.Last)
	}
	if err := checkTexts(slices.Values(e.Sources)); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	for i := range e.Processes {
		if err := checkProcess(&e.Processes[i]); err != nil {
			return fmt.Errorf("process %d: %w", i+1, err)
		}
	}
	return nil
}

func checkProcess(p *fingerprint.Process) error {
	if p.Name == "" {
		return errors.New("has no name")
	}
	if p.Count == 0 {
		return errors.New("counts no flow")
	}
	if err := checkTexts(slices.Values([]string{p.Name, p.Version, p.OS, p.Category})); err != nil {
		return err
	}
	if p.SHA256 != "" && (len(p.SHA256) != 64 || strings.Trim(p.SHA256, "0123456789abcdef") != "") {
		return errors.New("sha256 is not 64 hexadecimal digits in lower case")
	}
	for _, m := range []map[string]uint64{p.Ports, p.Names, p.Blocks, p.Agents} {
		if len(m) > slack*MaxKeys {
			return fmt.Errorf("a map of %d keys, more than %d", len(m), slack*MaxKeys)
		}
		if err := checkTexts(maps.Keys(m)); err != nil {
			return err
		}
	}
	return nil
}

func checkTexts(texts iter.Seq[string]) error {
	for s := range texts {
		if len(s) > MaxText {
			return fmt.Errorf("a text of %d bytes, more than %d", len(s), MaxText)
		}
		if s != Clean(s) {
			return fmt.Errorf("%q has characters that are not to be printed", s)
		}
	}
	return nil
}

// byIdentity orders processes by what tells them apart.
func byIdentity(a, b fingerprint.Process) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version),
		cmp.Compare(a.SHA256, b.SHA256), cmp.Compare(a.OS, b.OS))
}

// byCount is the order in a file: the most frequent first.
func byCount(a, b fingerprint.Process) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), byIdentity(a, b))
}
