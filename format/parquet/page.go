package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// A pageHeader is what stands before a page.
type pageHeader struct {
	kind       format.PageType
	raw, small int // bytes before and after compression
	values     int // entries, nulls too
	encoding   format.Encoding
	reps, defs int  // of version 2: bytes of the levels, which are not compressed
	plain      bool // of version 2: the values are not compressed either
}

const (
	// maxPage bounds a page, in bytes before and after compression.
	maxPage = 256 << 20
	// maxEntries bounds the entries of a page.
	maxEntries = 1 << 24
	// headRoom is how much is read to find the header of a page, at first.
	headRoom = 256
	// maxHead bounds a header; statistics may make it long.
	maxHead = 16 << 20
)

// readHeader reads a header from the beginning of b, and returns its length.
func readHeader(b []byte) (h pageHeader, n int, err error) {
	r := thriftReader{b: b}
	r.fields(0, func(id int, kind byte) bool {
		switch {
		case isNumber(kind) && id == 1:
			h.kind = format.PageType(r.integer())
		case isNumber(kind) && id == 2:
			h.raw = int(r.integer())
		case isNumber(kind) && id == 3:
			h.small = int(r.integer())
		case kind == thriftStruct && (id == 5 || id == 7):
			h.read(&r)
		case kind == thriftStruct && id == 8:
			h.readV2(&r)
		default:
			return false
		}
		return true
	})
	if r.err != nil {
		return h, 0, r.err
	}
	if h.raw < 0 || h.small < 0 || h.raw > maxPage || h.small > maxPage || h.values < 0 || h.values > maxEntries ||
		!h.levelsFit() {
		return h, 0, errors.New("a page is too large, or has impossible lengths")
	}
	return h, r.i, nil
}

// levelsFit reports whether the page has room for its levels. Their lengths may be
// any numbers, and so are not added up before each was looked at.
func (h *pageHeader) levelsFit() bool {
	most := min(h.raw, h.small)
	return h.reps >= 0 && h.reps <= most && h.defs >= 0 && h.defs <= most-h.reps
}

func (h *pageHeader) read(r *thriftReader) {
	r.fields(1, func(id int, kind byte) bool {
		switch {
		case isNumber(kind) && id == 1:
			h.values = int(r.integer())
		case isNumber(kind) && id == 2:
			h.encoding = format.Encoding(r.integer())
		default:
			return false
		}
		return true
	})
}

func (h *pageHeader) readV2(r *thriftReader) {
	r.fields(1, func(id int, kind byte) bool {
		switch {
		case id == 7 && kind == thriftFalse:
			h.plain = true
		case !isNumber(kind):
			return kind == thriftTrue
		case id == 1:
			h.values = int(r.integer())
		case id == 4:
			h.encoding = format.Encoding(r.integer())
		case id == 5:
			h.defs = int(r.integer())
		case id == 6:
			h.reps = int(r.integer())
		default:
			return false
		}
		return true
	})
}

// A chunkReader reads the pages of a column chunk.
type chunkReader struct {
	r        io.ReaderAt
	at, end  int64
	codec    format.CompressionCodec
	inflater *inflater
	head     []byte
	small    []byte
}

// next returns a page: its header and its bytes, which are the caller's. It gives
// io.EOF behind the last one.
func (c *chunkReader) next() (pageHeader, []byte, error) {
	h, err := c.header()
	if err != nil {
		return h, nil, err
	}
	if int64(h.small) > c.end-c.at {
		return h, nil, errors.New("a page is longer than its column")
	}
	c.small = resize(c.small, h.small)
	if _, err := c.r.ReadAt(c.small, c.at); err != nil {
		return h, nil, fmt.Errorf("reading a page: %w", err)
	}
	c.at += int64(h.small)
	codec, levels := c.codec, h.reps+h.defs
	if h.kind != format.DataPageV2 {
		levels = 0
	} else if h.plain {
		codec = format.Uncompressed
	}
	b := make([]byte, h.raw)
	copy(b, c.small[:levels])
	if err := c.inflater.inflate(codec, b[levels:], c.small[levels:]); err != nil {
		return h, nil, fmt.Errorf("a page: %w", err)
	}
	return h, b, nil
}

func (c *chunkReader) header() (pageHeader, error) {
	for room := int64(headRoom); ; room *= 16 {
		left := c.end - c.at
		if left <= 0 {
			return pageHeader{}, io.EOF
		}
		c.head = resize(c.head, int(min(room, left)))
		if _, err := c.r.ReadAt(c.head, c.at); err != nil {
			return pageHeader{}, fmt.Errorf("reading the header of a page: %w", err)
		}
		h, n, err := readHeader(c.head)
		if err == nil {
			c.at += int64(n)
			return h, nil
		}
		if room >= left || room >= maxHead || !errors.Is(err, errThrift) {
			return h, err
		}
	}
}

func resize(b []byte, n int) []byte {
	if n > cap(b) {
		return make([]byte, n)
	}
	return b[:n]
}

// An inflater takes back what compression did, to a length that is known.
type inflater struct {
	zstd *zstd.Decoder
	gzip *gzip.Reader
}

var errInflate = errors.New("it is not as long as it says when decompressed")

func (f *inflater) inflate(codec format.CompressionCodec, b, small []byte) error {
	switch codec {
	case format.Uncompressed:
		if copy(b, small) != len(small) || len(small) != len(b) {
			return errInflate
		}
	case format.Zstd:
		return f.inflateZstd(b, small)
	case format.Snappy:
		if n, err := snappy.DecodedLen(small); err != nil || n != len(b) {
			return errInflate
		}
		_, err := snappy.Decode(b, small)
		return err
	case format.Gzip:
		return f.inflateGzip(b, small)
	case format.Lz4Raw:
		if n, err := lz4.UncompressBlock(small, b); err != nil || n != len(b) {
			return errInflate
		}
	default:
		return fmt.Errorf("its compression %v is not known here", codec)
	}
	return nil
}

func (f *inflater) inflateZstd(b, small []byte) error {
	if f.zstd == nil {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return err
		}
		f.zstd = z
	}
	out, err := f.zstd.DecodeAll(small, b[:0:len(b)])
	if err != nil {
		return err
	}
	if len(out) != len(b) {
		return errInflate
	}
	return nil
}

func (f *inflater) inflateGzip(b, small []byte) (err error) {
	if f.gzip == nil {
		f.gzip, err = gzip.NewReader(bytes.NewReader(small))
	} else {
		err = f.gzip.Reset(bytes.NewReader(small))
	}
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(f.gzip, b); err != nil {
		return errInflate
	}
	if n, _ := f.gzip.Read(make([]byte, 1)); n > 0 {
		return errInflate
	}
	return nil
}

// A hybridReader reads what appendHybrid writes, run by run.
type hybridReader struct {
	b     []byte
	width int
	left  int // values
	value uint32
	run   int // values that are left of a run
	held  uint64
	bits  int // in held
	group int // values that are left of packed ones
}

var errHybrid = errors.New("a page ends too early")

// next returns the next value.
func (h *hybridReader) next() (uint32, error) {
	if h.left == 0 {
		return 0, errHybrid
	}
	h.left--
	if h.run == 0 && h.group == 0 {
		if err := h.begin(); err != nil {
			return 0, err
		}
	}
	if h.run > 0 {
		h.run--
		return h.value, nil
	}
	h.group--
	for h.bits < h.width {
		if len(h.b) == 0 {
			return 0, errHybrid
		}
		h.held |= uint64(h.b[0]) << h.bits
		h.b = h.b[1:]
		h.bits += 8
	}
	v := uint32(h.held & (1<<h.width - 1))
	h.held >>= h.width
	h.bits -= h.width
	return v, nil
}

func (h *hybridReader) begin() error {
	head, n := binary.Uvarint(h.b)
	if n <= 0 || head>>1 == 0 || head>>1 > maxEntries {
		return errHybrid
	}
	h.b = h.b[n:]
	if head&1 == 1 {
		h.group, h.held, h.bits = int(head>>1)*8, 0, 0
		return nil
	}
	size := (h.width + 7) / 8
	if len(h.b) < size {
		return errHybrid
	}
	h.value = 0
	for i := range size {
		h.value |= uint32(h.b[i]) << (8 * i)
	}
	h.b, h.run = h.b[size:], int(head>>1)
	return nil
}
