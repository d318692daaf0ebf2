package parquet

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is what old files have for format.RLEDictionary.
const plainDictionary format.Encoding = 2

// A cursor stands on an entry of a column of a row group: a value or the lack of
// one.
type cursor struct {
	reader         chunkReader
	kind           format.Type
	length         int
	maxRep, maxDef uint8
	room           *room
	held           int

	dictionary *vector
	reps, defs hybridReader
	entries    int // that are left of the page, behind this one
	values     vector
	numbers    hybridReader // places of the values in the dictionary
	numbered   bool
	next       int // value of the page

	rep, def uint8
	at       int // value of the entry, in values or in dictionary
	end      bool
	err      error
}

// A room is the memory that is left for pages.
type room struct{ left int }

// maxRoom bounds the pages that are held of a row group, in bytes.
const maxRoom = 1 << 30

var (
	errRoom    = errors.New("a row group takes too much memory")
	errCursor  = errors.New("a page contradicts itself")
	errNumbers = errors.New("a page names values that its dictionary does not have")
)

// advance goes to the next entry. Behind the last one, end is true.
func (c *cursor) advance() {
	for c.entries == 0 {
		if c.end || c.err != nil {
			return
		}
		c.load()
	}
	c.entries--
	c.rep, c.def = c.level(&c.reps, c.maxRep), c.level(&c.defs, c.maxDef)
	if c.def < c.maxDef || c.err != nil {
		return
	}
	if !c.numbered {
		c.at = c.next
		c.next++
		if c.at >= c.values.len() {
			c.fail(errValues)
		}
		return
	}
	n, err := c.numbers.next()
	if err == nil && int(n) >= c.dictionary.len() {
		err = errNumbers
	}
	c.at = int(n)
	c.fail(err)
}

// fail ends the column.
func (c *cursor) fail(err error) {
	if c.err == nil && err != nil {
		c.err = err
	}
	if c.err != nil {
		c.end, c.entries, c.rep, c.def = true, 0, 0, 0
	}
}

func (c *cursor) level(h *hybridReader, most uint8) uint8 {
	if most == 0 || c.err != nil {
		return 0
	}
	v, err := h.next()
	if err == nil && v > uint32(most) {
		err = errCursor
	}
	c.fail(err)
	return uint8(v)
}

// load reads the next page.
func (c *cursor) load() {
	h, b, err := c.reader.next()
	if errors.Is(err, io.EOF) {
		c.end, c.rep, c.def = true, 0, 0
		return
	}
	if err == nil {
		switch h.kind {
		case format.DictionaryPage:
			err = c.loadDictionary(h, b)
		case format.DataPage, format.DataPageV2:
			err = c.loadData(h, b)
		}
	}
	c.fail(err)
}

// keep counts the memory of what the cursor holds.
func (c *cursor) keep(n int) error {
	c.room.left -= n - c.held
	c.held = n
	if c.room.left < 0 {
		return errRoom
	}
	return nil
}

func (c *cursor) loadDictionary(h pageHeader, b []byte) error {
	v, err := plain(c.kind, c.length, b, h.values)
	c.dictionary = &v
	return errors.Join(err, c.keep(v.size()))
}

func (c *cursor) loadData(h pageHeader, b []byte) (err error) {
	var reps, defs []byte
	if h.kind == format.DataPageV2 {
		reps, defs, b = b[:h.reps], b[h.reps:h.reps+h.defs], b[h.reps+h.defs:]
	} else {
		if reps, b, err = levelsOf(b, c.maxRep); err == nil {
			defs, b, err = levelsOf(b, c.maxDef)
		}
	}
	if err != nil {
		return err
	}
	c.reps = hybridReader{b: reps, width: width(uint32(c.maxRep)), left: h.values}
	c.defs = hybridReader{b: defs, width: width(uint32(c.maxDef)), left: h.values}
	some := h.values
	if c.maxDef > 0 {
		if some, err = count(c.defs, uint32(c.maxDef)); err != nil {
			return err
		}
	}
	c.entries, c.next, c.values = h.values, 0, vector{}
	c.numbered = h.encoding == format.RLEDictionary || h.encoding == plainDictionary
	switch {
	case some == 0:
		c.numbered = false
	case c.numbered && (len(b) == 0 || b[0] > 32 || c.dictionary == nil):
		return errNumbers
	case c.numbered:
		c.numbers = hybridReader{b: b[1:], width: int(b[0]), left: some}
	default:
		c.values, err = decode(c.kind, c.length, h.encoding, b, some)
	}
	n := len(b) + c.values.size()
	if c.dictionary != nil {
		n += c.dictionary.size()
	}
	return errors.Join(err, c.keep(n))
}

// levelsOf parts the levels off a page of version 1.
func levelsOf(b []byte, most uint8) (levels, rest []byte, err error) {
	if most == 0 {
		return nil, b, nil
	}
	if len(b) < 4 {
		return nil, nil, errCursor
	}
	n := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, errCursor
	}
	return b[4 : 4+n], b[4+n:], nil
}

// count is how often a value comes.
func count(h hybridReader, v uint32) (n int, err error) {
	for h.left > 0 {
		x, err := h.next()
		if err != nil {
			return 0, err
		}
		same := 1 + min(h.run, h.left)
		h.run, h.left = h.run-(same-1), h.left-(same-1)
		if x == v {
			n += same
		}
	}
	return n, nil
}

// values of the entry that the cursor stands on

func (c *cursor) source() *vector {
	if c.numbered {
		return c.dictionary
	}
	return &c.values
}

func (c *cursor) integer() int64 { return c.source().ints[c.at] }
func (c *cursor) bytes() []byte  { return c.source().bytes(c.at) }
