// Package columns joins feature sets: Joy's of package vector, and those that
// need more of a flow.
package columns

import (
	"fmt"
	"slices"
	"strings"

	"joy/dataset/flowstats"
	"joy/dataset/nfstream"
	"joy/dataset/splt"
	"joy/dataset/traits"
	"joy/model/vector"
	"joy/query/flow"
)

// A Set is features in a fixed order. It is for one goroutine.
type Set struct {
	Name    string
	Version int
	// About is a sentence, of a set that is not joined.
	About   string
	Columns []vector.Column
	// Needs are options that flows have to be made with, at least; of numbers larger
	// ones do too.
	Needs []vector.Option

	parts []part
	flow  traits.Flow
}

// A part is a set by itself.
type part struct {
	name    string
	about   string
	version int
	columns func() []vector.Column
	needs   func() []vector.Option
	filler  func() func(f *traits.Flow, x []float64)
	applies func(f *traits.Flow) bool

	// all says that packets without payload are to be listed, payload that they are
	// not to be; neither, that it does not matter.
	all, payload bool

	fill  func(f *traits.Flow, x []float64)
	width int
}

// Default is what is taken unless a set is named: nothing in it tells hosts or
// services apart.
const Default = vector.JoyLengths + "+" + vector.JoyTimes + "+" + flowstats.Name

// own are the sets beside those of package vector.
func own() []part {
	return []part{
		{
			name: splt.Name, version: 1, payload: true, columns: splt.Columns, needs: splt.Needs, applies: splt.Applies,
			filler: func() func(*traits.Flow, []float64) { return splt.Fill },
			about:  "Raw sequence of packet lengths and times.",
		},
		{
			name: flowstats.Name, version: 1, columns: flowstats.Columns, needs: flowstats.Needs, applies: flowstats.Applies,
			filler: flowstats.Filler,
			about:  "Counts, rates, lengths, times and flags of both sides.",
		},
		{
			name: nfstream.Published, version: 1, needs: nfstream.Needs, applies: nfstream.Applies, all: true,
			columns: func() []vector.Column { return nfstream.Columns(false) },
			filler:  func() func(*traits.Flow, []float64) { return nfstream.Filler(false) },
			about:   "The statistical columns of nfstream, as it computes them.",
		},
		{
			name: nfstream.Corrected, version: 1, needs: nfstream.Needs, applies: nfstream.Applies, all: true,
			columns: func() []vector.Column { return nfstream.Columns(true) },
			filler:  func() func(*traits.Flow, []float64) { return nfstream.Filler(true) },
			about:   "The same without its rounding of times.",
		},
	}
}

// Names are the sets that others are joined of.
func Names() []string {
	names := vector.Parts()
	for _, p := range own() {
		names = append(names, p.name)
	}
	return names
}

// Find returns the set of a name, or of several with + between.
func Find(name string) (*Set, error) {
	s := &Set{Name: name, Version: 1}
	known := own()
	for _, word := range strings.Split(name, "+") {
		if slices.ContainsFunc(s.parts, func(p part) bool { return p.name == word }) {
			return nil, fmt.Errorf("feature set %s twice", word)
		}
		i := slices.IndexFunc(known, func(p part) bool { return p.name == word })
		var p part
		if i >= 0 {
			p = known[i]
		} else {
			joys, err := vector.Find(word)
			if err != nil {
				return nil, fmt.Errorf("%.60q is no feature set; there are %s", word, strings.Join(Names(), ", "))
			}
			p = fromVector(joys)
		}
		s.join(p)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

func fromVector(v *vector.Set) part {
	return part{
		name: v.Name, version: v.Version, payload: v.Name != vector.JoyBytes && v.Name != vector.JoyTLS, about: "Joy's; docs/features-joy.md defines it.",
		columns: func() []vector.Column { return v.Columns },
		needs:   func() []vector.Option { return v.Needs },
		filler: func() func(*traits.Flow, []float64) {
			return func(f *traits.Flow, x []float64) { v.Fill(&f.Flow, x) }
		},
		applies: func(f *traits.Flow) bool { return v.Applies(&f.Flow) },
	}
}

func (s *Set) join(p part) {
	columns := p.columns()
	p.width, p.fill = len(columns), p.filler()
	s.About = p.about
	s.parts = append(s.parts, p)
	s.Columns = append(s.Columns, columns...)
	s.Version = max(s.Version, p.version)
	for _, o := range p.needs() {
		i := slices.IndexFunc(s.Needs, func(q vector.Option) bool { return q.Name == o.Name })
		switch {
		case i < 0:
			s.Needs = append(s.Needs, o)
		case !Enough(s.Needs[i].Value, o.Value):
			s.Needs[i] = o
		}
	}
}

// check wants names to be different, and all parts to be of the same packets.
func (s *Set) check() error {
	for _, p := range s.parts {
		if i := slices.IndexFunc(s.parts, func(q part) bool { return q.all }); i >= 0 && p.payload {
			return fmt.Errorf("feature set %s is of packets with payload, and %s of all: they cannot be joined", p.name, s.parts[i].name)
		}
	}
	seen := make(map[string]bool, len(s.Columns))
	for _, c := range s.Columns {
		if seen[c.Name] {
			return fmt.Errorf("feature sets %s: both have a column %s", s.Name, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// Enough reports whether the value of an option does what is needed.
func Enough(is, needed string) bool {
	if len(is) != len(needed) {
		return len(is) > len(needed)
	}
	return is >= needed
}

// Len is the number of features.
func (s *Set) Len() int { return len(s.Columns) }

// ColumnNames are the names of the features.
func (s *Set) ColumnNames() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// Fill writes the features of a flow to x, which has Len elements. False is for
// a flow that has not what the features are about.
func (s *Set) Fill(l *flow.Flow, x []float64) (ok bool, err error) {
	if err := traits.FromLine(l, &s.flow); err != nil {
		return false, err
	}
	for i := range s.parts {
		if !s.parts[i].applies(&s.flow) {
			return false, nil
		}
	}
	clear(x)
	for i := range s.parts {
		p := &s.parts[i]
		p.fill(&s.flow, x[:p.width:p.width])
		x = x[p.width:]
	}
	return true, nil
}

// Identity says what a column tells apart that is no behaviour: an address, a
// port or a time; empty for other columns.
func Identity(column string) string {
	switch column {
	case "sp", "dp", "src_port", "dst_port", "destination_port", "source_port":
		return "port"
	}
	if strings.HasSuffix(column, "_first_seen_ms") || strings.HasSuffix(column, "_last_seen_ms") || column == "timestamp" {
		return "time"
	}
	return ""
}
