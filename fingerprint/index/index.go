// Package index is a database of fingerprints as a file that is mapped into
// memory: it opens at once whatever its size, and finds a fingerprint by one
// look into a hash table. docs/fingerprint-database.md describes the file.
//
// The file is not trusted: every offset is checked when it is used. What cannot
// be checked is that nobody cuts the file while it is open, which ends the
// program (SIGBUS); a file that is replaced by renaming another onto it is safe.
package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/cespare/xxhash/v2"

	"joy/fingerprint"
	"joy/fingerprint/database"
)

// Version of the file's format.
const Version = 1

// The file begins and ends with a magic string: sections lie between, each at a
// multiple of 8, then the table of sections, then the trailer.
const (
	magic       = "JOYFPIDX"
	headSize    = 16 // magic, version, 0
	trailerSize = 32 // offset of the table, sections, checksum of the table, entries, version, magic
	recordSize  = 32 // tag, offset, length, checksum, 0
	tagSize     = 8
	maxSections = 64
	alignment   = 8
)

// Sections that every index has.
const (
	tagHeader  = "header"  // line 1 of the database
	tagHash    = "hash"    // seed, then a power of two of slots
	tagOffsets = "offsets" // where each entry begins, and where the last one ends
	tagEntries = "entries" // lines, sorted by fingerprint
)

// A slot of the hash table is the upper half of the hash, the number of the entry
// plus one, and where its line begins, which saves a look at the offsets
// (BenchmarkMillion). A number of 0 is a free slot.
// Fingerprints are at most maxProbe slots from where their hash says.
const (
	slotSize = 16
	seedSize = 16 // the seed, 0
	maxProbe = 256
)

// ErrNotIndex is returned for a file that does not begin like an index.
var ErrNotIndex = errors.New("this is no index of fingerprints")

func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func u64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// A Section is a part of an index that other packages give meaning to.
type Section struct {
	Tag  string // at most 8 bytes
	Data []byte
}

// An Index is safe for concurrent use until it is closed.
type Index struct {
	data     []byte // the file; nobody writes to it
	sections []section
	header   database.Header
	entries  int
	seed     uint64
	slots    []byte
	offsets  []byte
	lines    []byte
	unmap    func() error
}

type section struct {
	tag  string
	data []byte
	sum  uint32
}

// Of is the index of a database in memory.
func Of(d *database.Database, extra ...Section) (*Index, error) {
	var b bytes.Buffer
	if err := Build(&b, d, extra...); err != nil {
		return nil, err
	}
	return parse(b.Bytes())
}

// parse looks at the parts that say where the others are.
func parse(data []byte) (*Index, error) {
	x := &Index{data: data, unmap: func() error { return nil }}
	if len(data) < headSize+trailerSize || string(data[:len(magic)]) != magic {
		return nil, ErrNotIndex
	}
	trailer := data[len(data)-trailerSize:]
	if string(trailer[24:]) != magic {
		return nil, errors.New("the end of the index is missing")
	}
	if v := u32(trailer[20:]); v != Version {
		return nil, fmt.Errorf("the index is of version %d and not %d", v, Version)
	}
	x.entries = int(u32(trailer[16:]) & 0x7fffffff) // no index has more
	if err := x.readTable(trailer); err != nil {
		return nil, err
	}
	return x, x.readSections()
}

// readTable finds the sections.
func (x *Index) readTable(trailer []byte) error {
	at, n := u64(trailer), u32(trailer[8:])
	end := uint64(len(x.data) - trailerSize)
	if n > maxSections || at > end || end-at != uint64(n)*recordSize {
		return errors.New("the table of sections is not where the index says")
	}
	table := x.data[at:end]
	if checksum(table) != u32(trailer[12:]) {
		return errors.New("the table of sections is damaged")
	}
	for r := range slices.Chunk(table, recordSize) {
		from, length := u64(r[tagSize:]), u64(r[16:])
		if from > at || length > at-from {
			return errors.New("a section is outside of the index")
		}
		tag := string(bytes.TrimRight(r[:tagSize], "\x00"))
		x.sections = append(x.sections, section{tag, x.data[from : from+length : from+length], u32(r[24:])})
	}
	return nil
}

// readSections takes those that every index has.
func (x *Index) readSections() error {
	hash := x.Section(tagHash)
	x.offsets, x.lines = x.Section(tagOffsets), x.Section(tagEntries)
	slots := (len(hash) - seedSize) / slotSize
	if len(hash) < seedSize+slotSize || len(hash)%slotSize != 0 || slots&(slots-1) != 0 {
		return errors.New("the hash table is not a power of two of slots")
	}
	if uint64(len(x.offsets)) != 8*(uint64(x.entries)+1) {
		return errors.New("there is not one offset for each entry")
	}
	x.seed, x.slots = u64(hash), hash[seedSize:]
	header := x.Section(tagHeader)
	if len(header) > database.MaxLine {
		return errors.New("the header is too long")
	}
	if err := json.Unmarshal(header, &x.header); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	return nil
}

// Header of the database that the index was made of.
func (x *Index) Header() database.Header { return x.header }

// Len is the number of fingerprints. Their ids are 0 to Len()-1, in their order.
func (x *Index) Len() int { return x.entries }

// Section returns what was added to the index under a tag; nil when nothing was.
// It is the memory of the index: nobody writes to it, and it ends with Close. Its
// bytes are as little to be trusted as the file.
func (x *Index) Section(tag string) []byte {
	for _, s := range x.sections {
		if s.tag == tag {
			return s.data
		}
	}
	return nil
}

// Find returns the id of a fingerprint.
func (x *Index) Find(fp fingerprint.Fingerprint) (id uint32, ok bool) {
	h := hashOf(fp, x.seed)
	mask := uint64(len(x.slots)/slotSize - 1)
	for i := range uint64(maxProbe) {
		if len(x.slots) == 0 {
			return 0, false // closed
		}
		slot := x.slots[(h+i)&mask*slotSize:]
		id := u32(slot[4:])
		if id == 0 {
			return 0, false
		}
		if u32(slot) == uint32(h>>32) && x.isAt(u64(slot[8:]), fp) {
			return id - 1, true
		}
	}
	return 0, false
}

func hashOf(fp string, seed uint64) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(seed)
	_, _ = d.WriteString(fp) // never fails
	return d.Sum64()
}

// prefix is what the line of an entry begins with, up to its fingerprint, which
// has nothing that JSON would escape.
const prefix = `{"fingerprint":"`

// isAt: is the line that begins there one of this fingerprint?
func (x *Index) isAt(at uint64, fp string) bool {
	if at > uint64(len(x.lines)) {
		return false
	}
	line := x.lines[at:]
	return len(line) > len(prefix)+len(fp) && line[len(prefix)+len(fp)] == '"' &&
		string(line[len(prefix):len(prefix)+len(fp)]) == fp && string(line[:len(prefix)]) == prefix
}

// line of an entry; nil when the index is wrong or has no such entry.
func (x *Index) line(id uint32) []byte {
	if int64(id) >= int64(x.entries) || x.offsets == nil {
		return nil
	}
	at := x.offsets[8*int(id):]
	from, to := u64(at), u64(at[8:])
	if from > to || to > uint64(len(x.lines)) || to-from > database.MaxLine {
		return nil
	}
	return x.lines[from:to]
}

// Fingerprint of an id, without the rest of its entry; "" when the index is
// wrong or has no such entry.
func (x *Index) Fingerprint(id uint32) fingerprint.Fingerprint {
	rest, ok := bytes.CutPrefix(x.line(id), []byte(prefix))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return ""
	}
	return string(rest[:end])
}

// Entry reads the entry of an id.
func (x *Index) Entry(id uint32) (fingerprint.Entry, error) {
	line := x.line(id)
	if line == nil {
		return fingerprint.Entry{}, fmt.Errorf("the index has no entry %d", id)
	}
	e, err := database.ParseEntry(line)
	if err != nil {
		return fingerprint.Entry{}, fmt.Errorf("entry %d of the index: %w", id, err)
	}
	return e, nil
}

// Verify reads the whole index and compares the checksums of its sections.
func (x *Index) Verify() error {
	for _, s := range x.sections {
		if checksum(s.data) != s.sum {
			return fmt.Errorf("section %q of the index is damaged", s.tag)
		}
	}
	return nil
}

// Close gives the memory back. Nobody may use the index or its sections then.
func (x *Index) Close() error {
	unmap := x.unmap
	*x = Index{unmap: func() error { return nil }}
	return unmap()
}
