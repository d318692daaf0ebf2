package parquet

import (
	"cmp"
	"io"
	"slices"

	"joy/record/schema"
)

// A batch is lines that become one row group.
type batch struct {
	text []byte
	rows []row
}

// A row is a line of a batch.
type row struct {
	time       int64 // of its beginning, microseconds
	start, end int
	number     int64 // in the output
}

func (b *batch) add(line []byte, time, number int64) {
	start := len(b.text)
	b.text = append(b.text, line...)
	b.rows = append(b.rows, row{time: time, start: start, end: len(b.text), number: number})
}

func (b *batch) reset() { b.text, b.rows = b.text[:0], b.rows[:0] }

// sort puts the rows in the order of their times, those of one time as they came.
func (b *batch) sort() {
	slices.SortFunc(b.rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.number, y.number))
	})
}

// A maker makes row groups. It has the columns of one, and so one serves for many
// files.
type maker struct {
	*tree
	encoder  *encoder
	shredder shredder
}

func newMaker() (*maker, error) {
	e, err := newEncoder()
	t := newTree(schema.Record())
	return &maker{tree: t, encoder: e, shredder: shredder{tree: t}}, err
}

// pageSize is how much of a column becomes a page, in bytes of memory; between two
// looks at that are checkEvery rows.
const (
	pageSize   = 1 << 20
	checkEvery = 64
)

// group writes a batch as a row group.
func (m *maker) group(f *description, b *batch) error {
	b.sort()
	m.shredder.count = Counts{}
	for i, r := range b.rows {
		m.shredder.row(b.text[r.start:r.end], r.number)
		if i%checkEvery == checkEvery-1 {
			m.cut()
		}
	}
	m.shredder.end()
	f.count.add(m.shredder.count)
	return f.group(m.encoder, m.tree, int64(len(b.rows)))
}

// cut makes pages of what has grown.
func (m *maker) cut() {
	for _, l := range m.leaves {
		if l.held() >= pageSize {
			m.encoder.cut(l)
		}
	}
}

func (c *Counts) add(d Counts) {
	c.Unknown += d.Unknown
	c.Unfit += d.Unfit
	c.Repeated += d.Repeated
}

var _ io.Writer
