// Package model opens models of flows, whatever kind they are, and scores flows
// with them. What a model says is a guess from the flows that it was trained on.
package model

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"joy/model/file"
	"joy/model/params"
	"joy/model/sample"
	"joy/model/vector"
)

// A Model is what is scored with. Scoring does not change it.
type Model struct {
	// Name is what it was opened by.
	Name string
	// Classes are the names of the classes.
	Classes []string

	joy  *params.Pair
	file *file.Model
	at   []int // where in the set the features are; nil for all of it in order
}

// Builtin is the name of the parameters that Cisco's Joy has compiled in.
const Builtin = "builtin"

// joyClasses are those of Joy's parameters, which have no names there.
var joyClasses = []string{"benign", "malware"}

// Open opens the model that an option names: a file of joy's, Joy's parameters
// as SPLT:BD, or Builtin, which an empty name stands for too.
func Open(name string) (*Model, error) {
	if name == "" || name == Builtin {
		pair, err := params.Builtin()
		return &Model{Name: Builtin, Classes: joyClasses, joy: pair}, err
	}
	f, err := os.Open(name)
	if splt, bd, two := strings.Cut(name, ":"); err != nil && two {
		pair, err := params.Open(splt, bd)
		return &Model{Name: name, Classes: joyClasses, joy: pair}, err
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := file.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return New(name, m), nil
}

// New makes a model of what a file holds.
func New(name string, f *file.Model) *Model {
	m := &Model{Name: name, Classes: f.Classes, file: f}
	columns := f.Set.Names()
	if slices.Equal(f.Features, columns) {
		return m
	}
	places := make(map[string]int, len(columns))
	for i, c := range columns {
		places[c] = i
	}
	for _, name := range f.Features {
		m.at = append(m.at, places[name])
	}
	return m
}

// Joy reports whether it is one of Cisco's Joy, of which records have p_malware.
func (m *Model) Joy() bool { return m.joy != nil }

// Features are the names of what the model goes by; of Joy's parameters none.
func (m *Model) Features() []string {
	if m.Joy() {
		return nil
	}
	return m.file.Features
}

// Needs are the options that flows have to be made with.
func (m *Model) Needs() []vector.Option {
	if m.Joy() {
		return nil
	}
	needs := slices.Clone(m.file.Options)
	for _, o := range m.file.Set.Needs {
		if !slices.ContainsFunc(needs, func(p vector.Option) bool { return p.Name == o.Name }) {
			needs = append(needs, o)
		}
	}
	return needs
}

// A Scorer scores flows one after another. It is for one goroutine.
type Scorer struct {
	model   *Model
	joy     *params.Scorer
	all, x  []float64
	p       []float64
	explain func(x []float64, class int, out []float64)
	adds    []float64
	top     []Contribution
}

// Scorer makes one.
func (m *Model) Scorer() *Scorer {
	s := &Scorer{model: m, p: make([]float64, len(m.Classes))}
	if m.Joy() {
		s.joy = m.joy.Scorer()
		return s
	}
	s.all = make([]float64, m.file.Set.Len())
	s.x = s.all
	if m.at != nil {
		s.x = make([]float64, len(m.at))
	}
	return s
}

// Score returns the probability of each class, valid until the next call; false
// says that the model has nothing to go by in this flow. It allocates nothing.
func (s *Scorer) Score(f *sample.Flow) (p []float64, ok bool) {
	if s.joy != nil {
		s.p[1] = s.joy.Score(f)
		s.p[0] = 1 - s.p[1]
		return s.p, true
	}
	m := s.model.file
	if !m.Set.Applies(f) {
		return nil, false
	}
	m.Set.Fill(f, s.all)
	for i, at := range s.model.at {
		s.x[i] = s.all[at]
	}
	if m.Trees != nil {
		m.Trees.Score(s.x, s.p)
	} else {
		m.Logistic.Score(s.x, s.p)
	}
	return s.p, true
}

// A Contribution is what a feature of a flow does to the score of a class.
type Contribution struct {
	Feature int // number in Features
	Value   float64
	// Adds is what it adds to the logarithm of the odds (of more than two classes: to
	// the score of the class), compared with the training data.
	Adds float64
}

// ErrNoExplanation is what Joy's parameters have instead of one.
var ErrNoExplanation = errors.New("parameters of Joy cannot be explained: their features were not scaled, and the means of the training data are not known")

// CanExplain reports whether there are contributions, nil if so.
func (m *Model) CanExplain() error {
	if m.Joy() {
		return ErrNoExplanation
	}
	return nil
}

// Explain returns the n features that did most to the score of a class in the
// flow that was scored last, the strongest first. The list is valid until the
// next call.
func (s *Scorer) Explain(class, n int) []Contribution {
	if s.joy != nil {
		return nil
	}
	if s.explain == nil {
		s.adds = make([]float64, len(s.x))
		if m := s.model.file; m.Trees != nil {
			s.explain = m.Trees.Explainer().Contributions
		} else {
			s.explain = m.Logistic.Contributions
		}
	}
	s.explain(s.x, class, s.adds)
	s.top = s.top[:0]
	for i, v := range s.adds {
		if v == 0 || len(s.top) == n && math.Abs(v) <= math.Abs(s.top[n-1].Adds) {
			continue
		}
		if len(s.top) == n {
			s.top = s.top[:n-1]
		}
		c := Contribution{i, s.x[i], v}
		at, _ := slices.BinarySearchFunc(s.top, c, func(a, b Contribution) int {
			if order := cmp.Compare(math.Abs(b.Adds), math.Abs(a.Adds)); order != 0 {
				return order
			}
			return -1 // the earlier feature first
		})
		s.top = slices.Insert(s.top, at, c)
	}
	return s.top
}

// Ranked writes the numbers of the classes to order, the most probable first.
func Ranked(p []float64, order []int) []int {
	order = order[:0]
	for k := range p {
		order = append(order, k)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	return order
}
