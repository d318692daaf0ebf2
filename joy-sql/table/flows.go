// Package table has flow records as a table of SQL, with the columns of
// record/schema.
package table

import (
	"bytes"
	"errors"
	"sync"

	"joy/joy-sql/duck"
	"joy/joy-sql/input"
	"joy/query/flow"
	"joy/record/schema"
)

// Name is that of the table function of the records that come as lines.
const Name = "joy_lines"

// File and Line are what the table has besides the members of records: the
// input that a record is of, and the whole record as JSON.
const (
	File = "file"
	Line = "record"
)

// Columns are those of the table.
func Columns() []duck.Column {
	columns := []duck.Column{{Name: File, Type: duck.Type{Kind: duck.Varchar}}}
	record := schema.Record()
	for i := range record {
		columns = append(columns, duck.Column{Name: record[i].Name, Type: typeOf(&record[i])})
	}
	return append(columns, duck.Column{Name: Line, Type: duck.Type{Kind: duck.JSON}})
}

// typeOf is the type of SQL for a column of the schema: what DuckDB reads from the
// Parquet of joy (docs/parquet.md), so that nothing has to be converted there.
func typeOf(c *schema.Column) duck.Type {
	switch c.Kind {
	case schema.Bool:
		return duck.Type{Kind: duck.Boolean}
	case schema.Int, schema.Uint:
		if c.Bits <= 16 || c.Kind == schema.Int && c.Bits == 32 {
			return duck.Type{Kind: duck.Integer}
		}
		return duck.Type{Kind: duck.BigInt}
	case schema.Float:
		return duck.Type{Kind: duck.Double}
	case schema.Time:
		return duck.Type{Kind: duck.Timestamp}
	case schema.List:
		elem := typeOf(c.Elem)
		return duck.Type{Kind: duck.List, Elem: &elem}
	case schema.Struct:
		t := duck.Type{Kind: duck.Struct}
		for i := range c.Fields {
			t.Names = append(t.Names, c.Fields[i].Name)
			t.Fields = append(t.Fields, typeOf(&c.Fields[i]))
		}
		return t
	}
	return duck.Type{Kind: duck.Varchar}
}

// Lines is the table of the lines of a set.
func Lines(set *input.Set, threads int) *duck.Table {
	return &duck.Table{
		Name: Name, Columns: Columns(), Threads: threads,
		Rows: func() uint64 { return uint64(set.Size() / lineSize) },
		Scan: func(wanted []int) duck.Scan { return &scan{set: set, lines: set.Scan(), wanted: wanted} },
	}
}

// lineSize is about what a line of a full profile has.
const lineSize = 4096

type scan struct {
	set    *input.Set
	lines  *input.Scan
	wanted []int

	mu      sync.Mutex
	misfits map[string]int64 // values that do not fit, by input
}

func (s *scan) Close() {
	s.lines.Close()
	for name, n := range s.misfits {
		s.set.Notes.Misfits(name, n)
	}
}

// misfit counts values that do not fit.
func (s *scan) misfit(n int64, name string) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.misfits == nil {
		s.misfits = map[string]int64{}
	}
	s.misfits[name] += n
}

func (s *scan) Worker() duck.Worker {
	w := &worker{scan: s, at: map[string]int{}, file: -1, line: -1}
	record := schema.Record()
	for i, column := range s.wanted {
		switch {
		case column < 0:
		case column == 0:
			w.file = i
		case column > len(record):
			w.line = i
		default:
			c := &record[column-1]
			w.at[c.Name] = len(w.fields)
			w.fields = append(w.fields, field{column: c, at: i})
		}
	}
	return w
}

// A worker is one thread of a scan.
type worker struct {
	*scan
	block      input.Block
	rest       []byte // of the block
	number     int64  // of the line in front of rest
	flow       flow.Flow
	fields     []field
	at         map[string]int // of fields, by name
	file, line int            // places of these columns, -1 for not wanted
}

// A field is a member of the record that is wanted.
type field struct {
	column *schema.Column
	at     int // in the wanted columns
}

// Fill takes lines from one block, so that the rows of one call are bounded in
// bytes too.
func (w *worker) Fill(columns []*duck.Vector) (int, error) {
	for {
		if len(w.rest) == 0 && !w.take() {
			return 0, nil
		}
		if n := w.rows(columns); n > 0 {
			return n, nil
		}
	}
}

// take gets the next block.
func (w *worker) take() bool {
	if !w.lines.Next(&w.block) {
		return false
	}
	w.rest, w.number = w.block.Text, w.block.First-1
	return true
}

func (w *worker) rows(columns []*duck.Vector) (n int) {
	misfits := int64(0)
	for n < duck.VectorSize && len(w.rest) > 0 {
		line, rest, _ := bytes.Cut(w.rest, []byte{'\n'})
		w.rest = rest
		w.number++
		if line = bytes.TrimSuffix(line, []byte{'\r'}); len(line) == 0 {
			continue
		}
		if err := w.flow.Parse(line); err != nil {
			if !errors.Is(err, flow.ErrNoFlow) {
				w.set.Notes.Line(w.block.File.Name, w.number, err)
			}
			continue
		}
		misfits += w.row(columns, n, line)
		n++
	}
	w.misfit(misfits, w.block.File.Name)
	return n
}

// row sets one row, and counts what does not fit.
func (w *worker) row(columns []*duck.Vector, n int, line []byte) (misfits int64) {
	if w.file >= 0 {
		columns[w.file].SetText(n, []byte(w.block.File.Name))
	}
	if w.line >= 0 {
		columns[w.line].SetText(n, line)
	}
	for i := range w.flow.Rest.Members {
		m := &w.flow.Rest.Members[i]
		if at, ok := w.at[string(m.Name)]; ok {
			f := &w.fields[at]
			misfits += set(columns[f.at], n, f.column, m.Value)
		}
	}
	return misfits
}
