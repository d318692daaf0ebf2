// Package vector makes the numbers that models go by of flows: sets of features,
// each with a name and a written definition.
package vector

import (
	"fmt"
	"slices"
	"strings"

	"joy/model/sample"
)

// A Column is one feature.
type Column struct {
	// Name has letters, digits and _, and is the only one of its name in all sets.
	Name string
	// Definition says what is counted, in which unit.
	Definition string
}

// An Option is a setting of joy without which a set has nothing to count.
type Option struct{ Name, Value string }

// A Set is features in a fixed order. Sets are joined to larger ones.
type Set struct {
	// Name is that of a part, or several with + between.
	Name string
	// Version changes with the definition of any column.
	Version int
	// Columns are in the order of Fill.
	Columns []Column
	// Needs are the options that the flows have to be made with.
	Needs []Option

	parts []part
}

// A part is what sets are joined of.
type part struct {
	name    string
	about   string // one sentence, for the manual
	needs   []Option
	columns func() []Column
	// fill writes the columns, which are 0 before.
	fill func(f *sample.Flow, x []float64)
	// applies reports whether the flow has what the part is about.
	applies func(f *sample.Flow) bool
	width   int
}

// version is that of all sets here.
const version = 1

// Find returns the set of a name, such as joy-metadata+joy-lengths.
func Find(name string) (*Set, error) {
	s := &Set{Name: name, Version: version}
	for _, word := range strings.Split(name, "+") {
		i := slices.IndexFunc(parts(), func(p part) bool { return p.name == word })
		if i < 0 {
			return nil, fmt.Errorf("%q is no feature set; there are %s", word, strings.Join(Parts(), ", "))
		}
		p := parts()[i]
		if slices.ContainsFunc(s.parts, func(q part) bool { return q.name == p.name }) {
			return nil, fmt.Errorf("feature set %s twice", p.name)
		}
		columns := p.columns()
		p.width = len(columns)
		s.parts = append(s.parts, p)
		s.Columns = append(s.Columns, columns...)
		for _, o := range p.needs {
			if !slices.Contains(s.Needs, o) {
				s.Needs = append(s.Needs, o)
			}
		}
	}
	return s, nil
}

// Parts are the names of the sets that others are joined of.
func Parts() (names []string) {
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// Len is the number of features.
func (s *Set) Len() int { return len(s.Columns) }

// Names are the names of the features.
func (s *Set) Names() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// Applies reports whether the flow has what the features are about. Training
// leaves out flows for which it does not hold, and so does scoring.
func (s *Set) Applies(f *sample.Flow) bool {
	for i := range s.parts {
		if !s.parts[i].applies(f) {
			return false
		}
	}
	return true
}

// Fill writes the features of a flow to x, which has Len elements. It allocates
// nothing.
func (s *Set) Fill(f *sample.Flow, x []float64) {
	clear(x)
	for i := range s.parts {
		p := &s.parts[i]
		p.fill(f, x[:p.width:p.width])
		x = x[p.width:]
	}
}

// Holding returns the name of the smallest set that has all these features.
func Holding(names []string) (string, error) {
	wanted := make(map[string]bool, len(names))
	for _, n := range names {
		wanted[n] = true
	}
	var found []string
	for _, p := range parts() {
		used := false
		for _, c := range p.columns() {
			if wanted[c.Name] {
				used = true
				delete(wanted, c.Name)
			}
		}
		if used {
			found = append(found, p.name)
		}
	}
	for _, n := range names {
		if wanted[n] {
			return "", fmt.Errorf("no feature set has %q", n)
		}
	}
	return strings.Join(found, "+"), nil
}
