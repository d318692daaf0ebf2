// Package file reads and writes models as JSON that people can read: what goes
// in, the numbers, and where they come from.
package file

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"joy/model/logistic"
	"joy/model/trees"
	"joy/model/vector"
)

// Version is that of the format.
const Version = 1

// The limits of a file.
const (
	MaxSize     = 256 << 20
	MaxClasses  = 1000
	MaxFeatures = 1 << 16
	maxName     = 200 // bytes
)

// A Model is what a file holds: either Logistic or Trees is set.
type Model struct {
	// Joy is the version of joy that wrote the file, empty when none did.
	Joy string
	// Classes are names, two at least; of two the second is the one looked for.
	Classes []string
	// Set defines the features, of which Features are those that the model uses, in
	// the order of its numbers.
	Set      *vector.Set
	Features []string
	// Options are settings of joy that flows have to be made with.
	Options []vector.Option

	Logistic *logistic.Model
	Trees    *trees.Forest

	// Manifest says what the model was trained on: any JSON, kept as it is.
	Manifest jsontext.Value
}

// document is the JSON.
type document struct {
	Version    int               `json:"joy_model"`
	Joy        string            `json:"joy,omitempty"`
	Kind       string            `json:"kind"`
	Classes    []string          `json:"classes"`
	Set        string            `json:"feature_set"`
	SetVersion int               `json:"feature_set_version"`
	Options    map[string]string `json:"options,omitempty"`
	Intercepts []float64         `json:"intercepts,omitempty"`
	Base       []float64         `json:"base,omitempty"`
	Features   []feature         `json:"features"`
	Trees      []tree            `json:"trees,omitempty"`
	Manifest   jsontext.Value    `json:"manifest,omitempty"`
}

// A feature has the numbers of a logistic model: a coefficient for each row of
// the intercepts.
type feature struct {
	Name         string    `json:"name"`
	Mean         *float64  `json:"mean,omitempty"`
	Scale        *float64  `json:"scale,omitempty"`
	Coefficients []float64 `json:"coefficients,omitempty"`
}

// A tree has lists with an entry for each node, the root first. A leaf has the
// feature -1.
type tree struct {
	Output    int       `json:"output"`
	Feature   []int     `json:"feature"`
	Threshold []float64 `json:"threshold"`
	Left      []int     `json:"left"`
	Right     []int     `json:"right"`
	Value     []float64 `json:"value"`
	Cover     []float64 `json:"cover"`
}

// The kinds of model.
const (
	kindLogistic = "logistic"
	kindTrees    = "trees"
)

// Read reads a model. What is not as it should be is refused.
func Read(r io.Reader) (*Model, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSize {
		return nil, fmt.Errorf("more than %d bytes", MaxSize)
	}
	var head struct {
		Version *int `json:"joy_model"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	switch {
	case head.Version == nil:
		return nil, errors.New("no model of joy: it has no joy_model")
	case *head.Version != Version:
		return nil, fmt.Errorf("version %d of the format; this joy reads version %d", *head.Version, Version)
	}
	var d document
	if err := json.Unmarshal(text, &d, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return d.model()
}

func (d *document) model() (*Model, error) {
	m := &Model{Joy: d.Joy, Classes: d.Classes, Manifest: d.Manifest}
	for i := range d.Features {
		m.Features = append(m.Features, d.Features[i].Name)
	}
	var err error
	if m.Set, err = vector.Find(d.Set); err != nil {
		return nil, err
	}
	if d.SetVersion != m.Set.Version {
		return nil, fmt.Errorf("version %d of feature set %s; this joy has version %d", d.SetVersion, d.Set, m.Set.Version)
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	for name, v := range d.Options {
		if name == "" || len(name) > maxName || len(v) > maxName {
			return nil, fmt.Errorf("options: %.40q", name)
		}
		m.Options = append(m.Options, vector.Option{Name: name, Value: v})
	}
	slices.SortFunc(m.Options, func(a, b vector.Option) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	switch d.Kind {
	case kindLogistic:
		m.Logistic, err = d.logistic()
	case kindTrees:
		m.Trees, err = d.trees()
	default:
		err = fmt.Errorf("kind %.40q is none of %s, %s", d.Kind, kindLogistic, kindTrees)
	}
	return m, err
}

// Check wants names of classes and features as a file may have them.
func (m *Model) Check() error {
	if err := checkNames("class", m.Classes, 2, MaxClasses); err != nil {
		return err
	}
	if err := checkNames("feature", m.Features, 1, MaxFeatures); err != nil {
		return err
	}
	known := make(map[string]bool, m.Set.Len())
	for _, c := range m.Set.Columns {
		known[c.Name] = true
	}
	for _, f := range m.Features {
		if !known[f] {
			return fmt.Errorf("feature %q is not in feature set %s", f, m.Set.Name)
		}
	}
	return nil
}

// checkNames wants so many different names.
func checkNames(what string, names []string, least, most int) error {
	if len(names) < least || len(names) > most {
		return fmt.Errorf("%d names of a %s, where %d to %d may be", len(names), what, least, most)
	}
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if n == "" || len(n) > maxName || seen[n] {
			return fmt.Errorf("the name of a %s is empty, longer than %d bytes or there twice: %.40q", what, maxName, n)
		}
		seen[n] = true
	}
	return nil
}

func (d *document) logistic() (*logistic.Model, error) {
	if d.Base != nil || d.Trees != nil {
		return nil, errors.New("a logistic model with base or trees")
	}
	m := logistic.Model{Intercepts: d.Intercepts, Coefficients: make([][]float64, len(d.Intercepts))}
	for i := range d.Features {
		f := &d.Features[i]
		if len(f.Coefficients) != len(d.Intercepts) {
			return nil, fmt.Errorf("feature %s: %d coefficients for %d intercepts", f.Name, len(f.Coefficients), len(d.Intercepts))
		}
		for k, w := range f.Coefficients {
			m.Coefficients[k] = append(m.Coefficients[k], w)
		}
		if scaled := f.Mean != nil; scaled != (f.Scale != nil) || scaled != (d.Features[0].Mean != nil) {
			return nil, fmt.Errorf("feature %s: all features have mean and scale, or none has", f.Name)
		}
		if f.Mean != nil {
			m.Mean, m.Scale = append(m.Mean, *f.Mean), append(m.Scale, *f.Scale)
		}
	}
	return logistic.New(len(d.Classes), len(d.Features), m)
}

func (d *document) trees() (*trees.Forest, error) {
	if d.Intercepts != nil {
		return nil, errors.New("trees with intercepts")
	}
	for i := range d.Features {
		if f := &d.Features[i]; f.Mean != nil || f.Scale != nil || f.Coefficients != nil {
			return nil, fmt.Errorf("feature %s: trees have names of features only", f.Name)
		}
	}
	f := trees.Forest{Base: d.Base}
	for i := range d.Trees {
		t, err := d.Trees[i].tree()
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
		f.Trees = append(f.Trees, t)
	}
	return trees.New(len(d.Classes), len(d.Features), f)
}

func (t *tree) tree() (trees.Tree, error) {
	n := len(t.Feature)
	if len(t.Threshold) != n || len(t.Left) != n || len(t.Right) != n || len(t.Value) != n || len(t.Cover) != n {
		return trees.Tree{}, errors.New("lists of different length")
	}
	out := trees.Tree{Output: t.Output, Nodes: make([]trees.Node, n)}
	for i := range out.Nodes {
		out.Nodes[i] = trees.Node{
			Feature: t.Feature[i], Threshold: t.Threshold[i], Left: t.Left[i], Right: t.Right[i], Value: t.Value[i], Cover: t.Cover[i],
		}
	}
	return out, nil
}
