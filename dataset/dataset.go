// Package dataset makes of flows a matrix of features with classes, dealt out to
// training, validation and test, and says what is wrong with it.
package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"joy/dataset/columns"
	"joy/dataset/manifest"
	"joy/dataset/matrix"
	"joy/dataset/sketch"
	"joy/dataset/split"
	"joy/dataset/truth"
	"joy/dataset/twins"
	"joy/query/flow"
)

// Config is what is to be made. A Builder keeps what it points to.
type Config struct {
	// Dir is where files are written.
	Dir     string
	Formats []string
	Float32 bool
	Set     *columns.Set
	Labels  *truth.Labels
	Plan    *split.Plan
	// Classes are those that are wanted, in the order of their numbers; nil for all,
	// in the order of their first flow.
	Classes []string
	// KeepUnlabelled writes rows without a class; DropConflicts leaves flows out
	// whose sources differ, which are an error otherwise.
	KeepUnlabelled, DropConflicts bool
	// Doubles is one of twins.All, twins.Part, twins.Keep.
	Doubles string
	// Remember bounds the rows, and the names of each kind, that are remembered.
	Remember int
	// Threshold is from where on a feature gives the class away.
	Threshold float64
	// ListLimit is how many packets of a direction flows list at most, 0 if unknown.
	ListLimit int
}

// A Builder takes flows one after another.
type Builder struct {
	Config
	x       []float64
	hasher  twins.Hasher
	rows    *twins.Rows
	sources *twins.Names
	targets *twins.Names
	flows   *twins.Names
	groups  *twins.Names

	classes []manifest.Class
	number  map[string]int
	counts  manifest.Counts
	cut     uint64
	joint   []*sketch.Sketch // of the rows with a class, by class
	train   []*sketch.Sketch // of flows for training

	parts [split.Parts]part
	index *csv.Writer
	file  *os.File
	files []string
}

// A part is the files of a part.
type part struct {
	writers []matrix.Writer
	rows    uint64
}

// New creates the files.
func New(c Config) (*Builder, error) {
	n := c.Set.Len()
	b := &Builder{
		Config: c, x: make([]float64, n), number: make(map[string]int), rows: twins.NewRows(c.Remember),
		sources: twins.NewNames(c.Remember), targets: twins.NewNames(c.Remember), flows: twins.NewNames(c.Remember), groups: twins.NewNames(c.Remember),
		joint: make([]*sketch.Sketch, n), train: make([]*sketch.Sketch, n),
	}
	for i := range n {
		b.joint[i], b.train[i] = sketch.New(len(c.Classes)), sketch.New(1)
	}
	for _, name := range c.Classes {
		if _, err := b.class(name, true); err != nil {
			return nil, err
		}
	}
	if err := b.create(); err != nil {
		b.Abandon()
		return nil, err
	}
	return b, nil
}

// indexColumns are those of the file that says what the rows are.
var indexColumns = []string{"part", "row", "class", "file", "flow_id", "segment", "time_start", "group"}

// IndexName is the name of that file.
const IndexName = "rows.csv"

func (b *Builder) create() (err error) {
	for p := range split.Parts {
		if !b.Plan.Has(p) {
			continue
		}
		name := p.String()
		if b.Plan.By == split.None {
			name = "all"
		}
		t := matrix.Table{Dir: b.Dir, Name: name, Columns: b.Set.ColumnNames(), Float32: b.Float32}
		for _, format := range b.Formats {
			w, names, err := t.Create(format)
			if err != nil {
				return err
			}
			b.parts[p].writers = append(b.parts[p].writers, w)
			b.files = append(b.files, names...)
		}
	}
	if b.file, err = os.Create(filepath.Join(b.Dir, IndexName)); err != nil {
		return err
	}
	b.files = append(b.files, IndexName)
	b.index = csv.NewWriter(b.file)
	return b.index.Write(indexColumns)
}

// class is the number of a class, -1 for one that is not wanted.
func (b *Builder) class(name string, wanted bool) (int, error) {
	if n, ok := b.number[name]; ok {
		return n, nil
	}
	if b.Classes != nil && !wanted {
		return -1, nil
	}
	if len(b.classes) == manifest.MaxClasses {
		return 0, fmt.Errorf("more than %d classes, such as %.40q: are these the right labels?", manifest.MaxClasses, name)
	}
	n := len(b.classes)
	b.number[name] = n
	b.classes = append(b.classes, manifest.Class{Name: name})
	for _, s := range b.joint {
		s.Grow(n + 1)
	}
	return n, nil
}

// ErrConflict is what a flow is whose labels differ.
var ErrConflict = errors.New("two labels for one flow")

// Flow takes a flow of a file. An error of ErrConflict or of the disk ends the
// work; other errors are of the record, which is left out.
func (b *Builder) Flow(file string, f *flow.Flow) error {
	b.counts.Flows++
	if b.needsID() && f.Rest.Get("community_id") == nil {
		b.counts.NoCommunityID++
	}
	class, name, ok, err := b.label(file, f)
	if !ok || err != nil {
		return err
	}
	p, group, verdict := b.Plan.Of(file, f)
	switch verdict {
	case split.NoGroup:
		b.counts.NoGroup++
		return nil
	case split.Straddles:
		b.counts.Straddling++
		return nil
	}
	ok, err = b.Set.Fill(f, b.x)
	if err != nil {
		return &RecordError{err}
	}
	if !ok {
		b.counts.NotApplicable++
		return nil
	}
	if err := b.tidy(); err != nil {
		return &RecordError{err}
	}
	return b.row(file, f, p, group, class, name)
}

func (b *Builder) needsID() bool { return len(b.Labels.Needs()) > 0 || b.Plan.NeedsID() }

// A RecordError is an error of one record.
type RecordError struct{ Err error }

func (e *RecordError) Error() string { return e.Err.Error() }
func (e *RecordError) Unwrap() error { return e.Err }

// label is the class of a flow; false leaves it out.
func (b *Builder) label(file string, f *flow.Flow) (class int, name string, ok bool, err error) {
	names := b.Labels.Of(file, f)
	switch {
	case len(names) == 0 && b.KeepUnlabelled:
		return matrix.Unlabelled, "", true, nil
	case len(names) == 0:
		b.counts.Unlabelled++
		return 0, "", false, nil
	case len(names) > 1 && b.DropConflicts:
		b.counts.Conflicts++
		return 0, "", false, nil
	case len(names) > 1:
		return 0, "", false, fmt.Errorf("%w: %q and %q for flow %s of %s", ErrConflict, names[0], names[1], f.ID, file)
	}
	class, err = b.class(names[0], false)
	if class < 0 {
		b.counts.OtherClass++
	}
	return class, names[0], class >= 0 && err == nil, err
}

// tidy rounds values, and refuses those that no program for learning takes.
func (b *Builder) tidy() error {
	for i, v := range b.x {
		if b.Float32 {
			v = float64(float32(v))
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("feature %s is not finite", b.Set.Columns[i].Name)
		}
		b.x[i] = v + 0 // -0 is 0
	}
	return nil
}

// row counts a row and writes it, unless it is a double.
func (b *Builder) row(file string, f *flow.Flow, p split.Part, group []byte, class int, name string) error {
	if p == split.Train && class != matrix.Unlabelled {
		for i, v := range b.x {
			b.train[i].Add(v, 0)
		}
	}
	same, elsewhere := b.rows.Add(b.hasher.Key(b.x), class, p)
	switch {
	case same && b.Doubles != twins.Keep:
		b.counts.Doubles++
		return nil
	case elsewhere && b.Doubles == twins.All:
		b.counts.DoublesAcross++
		return nil
	}
	b.remember(f, p, group)
	if b.ListLimit > 0 && listCut(f, b.ListLimit) {
		b.cut++
	}
	b.count(p, class)
	for _, w := range b.parts[p].writers {
		if err := w.Row(b.x, class, name); err != nil {
			return err
		}
	}
	b.parts[p].rows++
	return b.index.Write([]string{
		p.String(), strconv.FormatUint(b.parts[p].rows-1, 10), name, file, string(f.ID),
		strconv.FormatUint(uint64(f.Segment), 10), string(f.Rest.Get("time_start").Text()), string(group),
	})
}

// listCut reports whether a side lists as many packets as it may.
func listCut(f *flow.Flow, limit int) bool {
	out, in := 0, 0
	for entry := range f.Rest.Get("packets").Items() {
		if string(entry.Get("dir").Text()) == ">" {
			out++
		} else {
			in++
		}
	}
	return out >= limit && uint64(out) < f.PktsOut || in >= limit && uint64(in) < f.PktsIn
}

func (b *Builder) remember(f *flow.Flow, p split.Part, group []byte) {
	b.sources.Add(f.SA, p)
	b.targets.Add(f.DA, p)
	if len(group) > 0 {
		b.groups.Add(group, p)
	}
	if f.Segment > 0 || string(f.Rest.Get("end_reason").Text()) == "active" {
		b.flows.Add(f.ID, p)
	}
}

func (b *Builder) count(p split.Part, class int) {
	b.counts.Rows++
	switch p {
	case split.Train:
		b.counts.Train++
	case split.Validation:
		b.counts.Validation++
	default:
		b.counts.Test++
	}
	if class == matrix.Unlabelled {
		b.counts.KeptUnlabelled++
		return
	}
	switch c := &b.classes[class]; p {
	case split.Train:
		c.Train++
	case split.Validation:
		c.Validation++
	default:
		c.Test++
	}
	for i, v := range b.x {
		b.joint[i].Add(v, class)
	}
}

// Abandon closes the files as they are.
func (b *Builder) Abandon() {
	_ = b.closeFiles() // they are thrown away
}

func (b *Builder) closeFiles() (err error) {
	for p := range b.parts {
		for _, w := range b.parts[p].writers {
			err = errors.Join(err, w.Close())
		}
		b.parts[p].writers = nil
	}
	if b.file != nil {
		b.index.Flush()
		err = errors.Join(err, b.index.Error(), b.file.Close())
		b.file = nil
	}
	return err
}

// Close ends the files and fills in what of a manifest the flows tell.
func (b *Builder) Close(m *manifest.Manifest) error {
	if err := b.closeFiles(); err != nil {
		return err
	}
	m.Set, m.SetVersion, m.Float32, m.Doubles = b.Set.Name, b.Set.Version, b.Float32, b.Doubles
	for _, o := range b.Set.Needs {
		m.Needs = append(m.Needs, o.Name+"="+o.Value)
	}
	m.Classes, m.Counts = b.classes, b.counts
	m.Split.By, m.Split.Fractions, m.Split.Seed, m.Split.Cuts = b.Plan.By, slices.Clone(b.Plan.Fractions[:]), b.Plan.Seed, b.Plan.Cuts
	m.Split.Groups, _ = b.groups.Counts()
	m.Bounds = manifest.Bounds{
		RowsNotRemembered:  b.rows.Forgotten,
		NamesNotRemembered: b.sources.Forgotten + b.targets.Forgotten + b.flows.Forgotten + b.groups.Forgotten,
		ListsCut:           b.cut,
	}
	for i, c := range b.Set.Columns {
		m.Features = append(m.Features, manifest.Feature{Name: c.Name, Definition: c.Definition, Training: b.train[i].Keep()})
	}
	b.leakage(m)
	for _, name := range b.files {
		f, err := FileOf(filepath.Join(b.Dir, name))
		if err != nil {
			return err
		}
		f.Name = name
		m.Files = append(m.Files, f)
	}
	return nil
}
