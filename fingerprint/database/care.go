package database

import (
	"cmp"
	"slices"

	"joy/fingerprint"
)

// Age drops the fingerprints that were last seen before the day (2006-01-02) and
// tells how many those were. Those without a day stay: nobody knows how old they
// are.
func (d *Database) Age(before string) (dropped int) {
	return d.drop(func(e *entry) bool { return e.Last != "" && e.Last < before })
}

// Prune drops the processes that were seen with a fingerprint fewer than least
// times, then the fingerprints that are nobody's, and tells how many those were.
// What was dropped no longer counts.
func (d *Database) Prune(least uint64) (dropped int) {
	return d.drop(func(e *entry) bool {
		e.Processes = slices.DeleteFunc(e.Processes, func(p fingerprint.Process) bool { return p.Count < least })
		e.recount()
		return len(e.Processes) == 0
	})
}

func (d *Database) drop(old func(*entry) bool) (dropped int) {
	for fp, e := range d.entries {
		if old(e) {
			delete(d.entries, fp)
			dropped++
		}
	}
	return dropped
}

// Strip forgets the names or the blocks of addresses that were visited, which tell
// where those hosts went. Ports and user agents stay. It is for a database that
// is given away, and blocks alone for one of a laboratory, whose addresses mean
// nothing elsewhere.
func (d *Database) Strip(names, blocks bool) {
	for _, e := range d.entries {
		for i := range e.Processes {
			if names {
				e.Processes[i].Names = nil
			}
			if blocks {
				e.Processes[i].Blocks = nil
			}
		}
	}
}

// A Conflict is a fingerprint that programs of several names send.
type Conflict struct {
	Fingerprint fingerprint.Fingerprint `json:"fingerprint"`
	Count       uint64                  `json:"count"`
	Names       []Share                 `json:"names"`
}

// A Share is what a program's part of the flows with a fingerprint is, between 0
// and 1; all its versions and systems together.
type Share struct {
	Name  string  `json:"name"`
	Count uint64  `json:"count"`
	Share float64 `json:"share"`
}

// Conflicts lists them, the most frequent first.
func (d *Database) Conflicts() (list []Conflict) {
	for fp, e := range d.entries {
		if names := e.shares(); len(names) > 1 {
			list = append(list, Conflict{Fingerprint: fp, Count: e.Count, Names: names})
		}
	}
	slices.SortFunc(list, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return list
}

// shares of the names, the largest first; without Other, which is none.
func (e *entry) shares() (list []Share) {
	for _, p := range e.Processes { // of one name in a row
		if n := len(list); n > 0 && list[n-1].Name == p.Name {
			list[n-1].Count = sum(list[n-1].Count, p.Count)
		} else if p.Name != Other {
			list = append(list, Share{Name: p.Name, Count: p.Count})
		}
	}
	for i := range list {
		list[i].Share = float64(list[i].Count) / float64(e.Count)
	}
	slices.SortStableFunc(list, func(a, b Share) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
