package parquet

import (
	"cmp"
	"io"
	"slices"
)

// A Reader reads the records of a file as the lines of JSON that they were: first
// that of the configuration, then the flows in the order in which they were
// written, then what was no flow. It is an io.Reader of these lines, and reads
// files of other programs too: what a column holds decides then how it is written.
type Reader struct {
	r       io.ReaderAt
	size    int64
	footer  *footer
	root    *branch
	leaves  []*branch
	ours    bool // the file has the columns extra and seq
	group   int  // that comes next
	left    int64
	columns assembler
	lines   batch // of the group, and of the ends
	at      int   // of lines.rows
	pending []byte
	ended   bool
	err     error
}

// NewReader reads the description of a file. It does not close it.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	f, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	root, leaves, err := grow(f.schema)
	if err != nil {
		return nil, err
	}
	p := &Reader{r: r, size: size, footer: f, root: root, leaves: leaves}
	_, p.ours = f.told[keyVersion]
	for i := range f.groups {
		if len(f.groups[i].columns) != len(leaves) || f.groups[i].rows < 0 {
			return nil, errSchema
		}
	}
	p.pending = []byte(f.told[keyConfig])
	if len(p.pending) > 0 {
		p.pending = append(p.pending, '\n')
	}
	return p, nil
}

// Rows is how many records the file says that it has.
func (p *Reader) Rows() int64 { return p.footer.rows }

// Read implements io.Reader. An error comes behind all records before it.
func (p *Reader) Read(b []byte) (int, error) {
	for len(p.pending) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.next()
	}
	n := copy(b, p.pending)
	p.pending = p.pending[n:]
	return n, nil
}

// next has the next line in pending, or an error.
func (p *Reader) next() {
	if p.at == len(p.lines.rows) {
		p.lines.reset()
		p.at = 0
		p.err = p.fill()
	}
	if p.at < len(p.lines.rows) {
		p.pending = p.lines.rows[p.at].line
		p.at++
	}
}

// window bounds the lines that are put back into order, in bytes: a row group as it
// is made here fits it.
const window = 2 * groupSize

// fill collects the next lines: of a row group, or of as much of it as may be held.
func (p *Reader) fill() error {
	if p.left == 0 {
		if p.group == len(p.footer.groups) {
			return p.end()
		}
		if err := p.open(&p.footer.groups[p.group]); err != nil {
			return err
		}
		p.group++
	}
	var err error
	var line []byte
	for p.left > 0 && p.lines.size < window && err == nil {
		var number int64
		if line, number, err = p.row(line[:0]); err == nil {
			p.lines.add(line, noTime, number)
			p.left--
		}
	}
	slices.SortStableFunc(p.lines.rows, func(x, y row) int { return cmp.Compare(x.number, y.number) })
	return err
}

// end gives the lines that are no flows, once.
func (p *Reader) end() error {
	if p.ended {
		return io.EOF
	}
	p.ended = true
	p.pending = []byte(p.footer.told[keyStatistics])
	return nil
}

// open begins a row group.
func (p *Reader) open(g *group) error {
	room := &room{left: maxRoom}
	p.columns.root, p.left = p.root, g.rows
	if p.ours {
		p.columns.root = p.withoutOurs()
	}
	if p.columns.cursors == nil {
		p.columns.cursors = make([]cursor, len(p.leaves))
	}
	inflater := &inflater{}
	for i := range p.columns.cursors {
		m, leaf := &g.columns[i], p.leaves[i]
		if m.kind != leaf.kind {
			return errSchema
		}
		start := m.data
		if m.dictionary > 0 {
			start = min(start, m.dictionary)
		}
		if start < 0 || start > p.size || m.size < 0 || m.size > p.size-start {
			return errSchema
		}
		c := &p.columns.cursors[i]
		*c = cursor{
			reader: chunkReader{r: p.r, at: start, end: start + m.size, codec: m.codec, inflater: inflater, head: c.reader.head, small: c.reader.small},
			kind:   leaf.kind, length: int(leaf.length), room: room, maxDef: leaf.def, maxRep: leaf.rep,
		}
		c.advance()
	}
	return nil
}

// withoutOurs is the record without our own columns.
func (p *Reader) withoutOurs() *branch {
	b := *p.root
	b.fields = slices.DeleteFunc(slices.Clone(b.fields), func(f *branch) bool { return f.name == extraName || f.name == seqName })
	return &b
}

// row makes the next line, with its end.
func (p *Reader) row(b []byte) (line []byte, number int64, err error) {
	if b, err = p.columns.row(b); err != nil {
		return b, 0, err
	}
	if !p.ours {
		return append(b, '\n'), 0, nil
	}
	for _, f := range p.root.fields {
		c := &p.columns.cursors[f.leaf]
		switch {
		case f.name == seqName && c.def >= f.def && f.form == formInteger:
			number = c.integer()
		case f.name == extraName && c.def >= f.def && f.form == formText:
			b = restore(b, c.bytes())
		case f.name != seqName && f.name != extraName:
			continue
		}
		p.columns.skip(f)
	}
	return append(b, '\n'), number, nil
}
