package parquet

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"joy/record/schema"
)

const (
	// groupSize is how much JSON becomes one row group, in bytes. Twice that is held
	// in memory: the lines of the next one come while one is made.
	groupSize = 64 << 20
	// pageSize is how much of a column becomes a page, in bytes of memory; between
	// two looks at that are checkEvery rows.
	pageSize   = 1 << 20
	checkEvery = 256
	// maxGroups bounds the row groups of a file, which have numbers of 16 bits.
	maxGroups = 1 << 14
	// maxStatistics bounds the lines that are no flows, in bytes.
	maxStatistics = 4 << 20
)

// A batch is lines: those that become one row group, or come from one.
type batch struct {
	rows   []row
	size   int      // bytes of the lines
	blocks [][]byte // that hold the lines
	used   int      // blocks in use
}

// A row is a line of a batch.
type row struct {
	line   []byte
	time   int64 // of its beginning, microseconds
	number int64 // in the output
}

// blockSize is how much is taken at a time for lines, so that none is moved.
const blockSize = 1 << 20

func (b *batch) add(line []byte, time, number int64) {
	if b.used == 0 || cap(b.blocks[b.used-1])-len(b.blocks[b.used-1]) < len(line) {
		b.nextBlock(len(line))
	}
	block := &b.blocks[b.used-1]
	at := len(*block)
	*block = append(*block, line...)
	b.rows = append(b.rows, row{line: (*block)[at:len(*block):len(*block)], time: time, number: number})
	b.size += len(line)
}

func (b *batch) nextBlock(size int) {
	if b.used == len(b.blocks) {
		b.blocks = append(b.blocks, nil)
	}
	if cap(b.blocks[b.used]) < size {
		b.blocks[b.used] = make([]byte, 0, max(size, blockSize))
	}
	b.blocks[b.used] = b.blocks[b.used][:0]
	b.used++
}

func (b *batch) reset() { b.rows, b.size, b.used = b.rows[:0], 0, 0 }

// sort puts the rows in the order of their times, those of one time as they came.
func (b *batch) sort() {
	slices.SortFunc(b.rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.number, y.number))
	})
}

// A maker makes row groups, beside what else goes on, one at a time. It has the
// columns of one, and so one serves for many files.
type maker struct {
	*tree
	encoder  *encoder
	shredder shredder
	spare    *batch        // nil while a row group is made
	done     chan struct{} // nil before the first
}

func newMaker(columns []schema.Column) (*maker, error) {
	e, err := newEncoder()
	t := newTree(columns)
	return &maker{tree: t, encoder: e, shredder: shredder{tree: t}, spare: new(batch)}, err
}

// wait waits for the row group that is being made.
func (m *maker) wait() {
	if m.done != nil {
		<-m.done
	}
}

// group makes a row group of what a Writer has collected. Errors are found behind
// wait.
func (m *maker) group(w *Writer) {
	m.wait()
	b := w.batch
	w.batch, m.spare = m.spare, nil
	m.done = make(chan struct{})
	go func() {
		defer close(m.done)
		if w.err == nil {
			w.err = m.make(&w.file, b)
		}
		b.reset()
		m.spare = b
	}()
}

func (m *maker) make(f *description, b *batch) error {
	b.sort()
	m.shredder.count = Counts{}
	for i, r := range b.rows {
		m.shredder.row(r.line, r.number)
		if i%checkEvery == checkEvery-1 {
			m.cut()
		}
	}
	m.shredder.end()
	f.count.add(&m.shredder.count)
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

// A Writer writes the lines of one file.
type Writer struct {
	maker      *maker
	out        *bufio.Writer
	file       description
	batch      *batch
	rows       int64
	header     []byte // configuration line
	statistics []byte // lines that are no flows
	lost       int64  // such lines that were too many
	err        error  // of the maker, to be read behind wait
}

// NewWriter begins a file. The creator, such as "joy version 5.0.0", is named in it.
func NewWriter(out io.Writer, creator string) (*Writer, error) {
	m, err := newMaker(schema.Record())
	if err != nil {
		return nil, err
	}
	return m.begin(out, creator)
}

func (m *maker) begin(out io.Writer, creator string) (*Writer, error) {
	w := &Writer{maker: m, out: bufio.NewWriterSize(out, 256<<10), batch: new(batch)}
	w.file = describe(w.out, m.tree, creator)
	return w, w.file.write([]byte(Magic))
}

// Line adds a line, with or without its end: a JSON object that is known to be
// valid. That of the configuration, and all that is no flow, go into the
// description of the file.
func (w *Writer) Line(line []byte) error {
	line = trim(line)
	return w.add(line, look(line))
}

func (w *Writer) add(line []byte, f fact) error {
	switch {
	case f.kind == configLine && w.header == nil:
		w.header = bytes.Clone(line)
	case f.kind != flowLine:
		w.tell(line)
	default:
		w.batch.add(line, f.time, w.rows)
		w.rows++
		if w.batch.size >= groupSize {
			return w.flush()
		}
	}
	return nil
}

// tell keeps a line that is no flow.
func (w *Writer) tell(line []byte) {
	if len(w.statistics)+len(line) >= maxStatistics {
		w.lost++
		return
	}
	w.statistics = append(append(w.statistics, line...), '\n')
}

// flush has a row group made of what was collected.
func (w *Writer) flush() error {
	if len(w.batch.rows) == 0 {
		return nil
	}
	w.maker.wait()
	if w.err == nil && len(w.file.meta.RowGroups) >= maxGroups {
		w.err = fmt.Errorf("more than %d row groups", maxGroups)
	}
	if w.err != nil {
		return w.err
	}
	w.maker.group(w) // has w.err from here on, until wait
	return nil
}

// Close ends the file; it does not close what it is written to.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	w.maker.wait()
	if w.err != nil {
		return w.err
	}
	w.file.tell(keyVersion, strconv.Itoa(schema.Version))
	w.file.tell(keyConfig, string(w.header))
	w.file.tell(keyStatistics, string(w.statistics))
	w.file.tell(keyLost, strconv.FormatInt(w.lost, 10))
	if err := w.file.end(); err != nil {
		return err
	}
	return w.out.Flush()
}

// Counts tells of the values that no column could hold; behind Close.
func (w *Writer) Counts() Counts { return w.file.count }

func (c *Counts) add(d *Counts) {
	c.Unknown += d.Unknown
	c.Unfit += d.Unfit
	c.Repeated += d.Repeated
}

// All is the sum.
func (c Counts) All() int64 { return c.Unknown + c.Unfit + c.Repeated }
