// Package label names the subnets that an address is in.
package label

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/gaissmai/bart"
)

// A Set knows which labels the addresses have. It is never written to after
// Load, so any number of goroutines may share it.
type Set struct {
	names  [][]string         // the different unions of labels
	unions bart.Table[uint32] // for a prefix, the index in names of its own labels and those of the prefixes around it
}

// Load reads labels, each given as NAME:FILE with a file as ReadPrefixes wants
// it. A name may come with several files.
func Load(specs []string) (*Set, error) {
	var names []string
	owners := make(map[netip.Prefix][]int)
	for _, spec := range specs {
		name, file, _ := strings.Cut(spec, ":")
		if name == "" || file == "" {
			return nil, fmt.Errorf("label %q: must be NAME:FILE", spec)
		}
		prefixes, err := ReadPrefixes(file)
		if err != nil {
			return nil, fmt.Errorf("label %s: %w", name, err)
		}
		label := slices.Index(names, name)
		if label < 0 {
			label = len(names)
			names = append(names, name)
		}
		for _, p := range prefixes {
			owners[p] = append(owners[p], label)
		}
	}
	return build(names, owners), nil
}

// build inserts the shortest prefixes first: what a lookup of a prefix then
// finds is the union of all prefixes around it. It uses owners up.
func build(names []string, owners map[netip.Prefix][]int) *Set {
	s := new(Set)
	prefixes := slices.SortedFunc(maps.Keys(owners), func(a, b netip.Prefix) int { return cmp.Compare(a.Bits(), b.Bits()) })
	var unions [][]int // parallel to s.names
	known := make(map[string]uint32)
	for _, p := range prefixes {
		labels := owners[p]
		if outer, ok := s.unions.LookupPrefix(p); ok {
			labels = append(labels, unions[outer]...)
		}
		slices.Sort(labels)
		labels = slices.Compact(labels)
		k := key(labels)
		union, ok := known[k]
		if !ok {
			union = uint32(len(unions))
			known[k] = union
			unions = append(unions, labels)
			s.names = append(s.names, pick(names, labels))
		}
		s.unions.Insert(p, union)
	}
	return s
}

func key(labels []int) string {
	var b []byte
	for _, l := range labels {
		b = binary.AppendUvarint(b, uint64(l))
	}
	return string(b)
}

func pick(names []string, labels []int) []string {
	picked := make([]string, len(labels))
	for i, l := range labels {
		picked[i] = names[l]
	}
	return picked
}

// Labels appends to dst the names of all labels that have a prefix around a,
// in the order in which the labels were given. An IPv4-mapped IPv6 address
// counts as IPv4; zones do not matter.
func (s *Set) Labels(dst []string, a netip.Addr) []string {
	if union, ok := s.unions.Lookup(a.Unmap()); ok {
		dst = append(dst, s.names[union]...)
	}
	return dst
}
