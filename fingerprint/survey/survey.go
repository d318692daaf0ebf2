// Package survey counts which fingerprints a network shows, by how many
// addresses and since when.
package survey

import (
	"cmp"
	"iter"
	"maps"
	"net/netip"
	"slices"

	"joy/fingerprint"
	"joy/fingerprint/observe"
)

const (
	// maxSightings bounds the fingerprints that are kept apart.
	maxSightings = 1 << 20
	// MaxHosts bounds the addresses that are counted for a fingerprint: as many
	// stand for as many or more.
	MaxHosts = 1000
)

// A Survey has seen flows.
type Survey struct {
	sightings map[fingerprint.Fingerprint]*Sighting
	// Left is how many fingerprints came when there was no room for more.
	Left uint64
}

// A Sighting is what was seen of a fingerprint.
type Sighting struct {
	Fingerprint fingerprint.Fingerprint
	Flows       uint64
	// First and last start of a flow, seconds since 1970.
	First, Last float64
	// Example is an end of the first flow.
	Example fingerprint.Observation

	hosts map[netip.Addr]struct{}
}

// Hosts is the number of addresses that showed it, MaxHosts at most.
func (s *Sighting) Hosts() int { return len(s.hosts) }

// New returns a Survey without any flow.
func New() *Survey { return &Survey{sightings: make(map[string]*Sighting)} }

// Add counts the fingerprints of an end (0 for sa, 1 for da) of a flow that
// keep says yes to.
func (s *Survey) Add(f *observe.Flow, end int, keep func(fingerprint.Fingerprint) bool) {
	addr := f.SA
	if end == 1 {
		addr = f.DA
	}
	for _, fp := range f.Ends[end].Fingerprints {
		if !keep(fp) {
			continue
		}
		x := s.sightings[fp]
		if x == nil {
			if len(s.sightings) == maxSightings {
				s.Left++
				continue
			}
			x = &Sighting{Fingerprint: fp, First: f.Start, Last: f.Start, Example: f.Ends[end], hosts: make(map[netip.Addr]struct{})}
			s.sightings[fp] = x
		}
		x.add(addr, f.Start)
	}
}

func (x *Sighting) add(addr netip.Addr, start float64) {
	x.Flows++
	x.First, x.Last = min(x.First, start), max(x.Last, start)
	if len(x.hosts) < MaxHosts {
		x.hosts[addr] = struct{}{}
	}
}

// Rarest are all sightings, those of the fewest addresses first, of as many
// those of the fewest flows.
func (s *Survey) Rarest() iter.Seq[*Sighting] {
	return s.sorted(func(a, b *Sighting) int {
		return cmp.Or(cmp.Compare(a.Hosts(), b.Hosts()), cmp.Compare(a.Flows, b.Flows))
	})
}

// Latest are all sightings, those that were seen for the first time last first.
func (s *Survey) Latest() iter.Seq[*Sighting] {
	return s.sorted(func(a, b *Sighting) int { return cmp.Compare(b.First, a.First) })
}

// sorted has equals in the order of their strings.
func (s *Survey) sorted(compare func(a, b *Sighting) int) iter.Seq[*Sighting] {
	return slices.Values(slices.SortedFunc(maps.Values(s.sightings), func(a, b *Sighting) int {
		return cmp.Or(compare(a, b), cmp.Compare(a.Fingerprint, b.Fingerprint))
	}))
}
