// Package unpack uncompresses what gzip, zstd, bzip2, xz or lz4 has compressed.
package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// MaxWindow is the most memory that a compressed file is granted to look back
// at: as much as the highest levels of zstd and xz ask for.
const MaxWindow = 128 << 20

// magicSize is how many bytes tell the compression.
const magicSize = 6

// Open tells by its first bytes how r is compressed, and returns a reader of
// what it was before and the name of the compression; nil and "" if it is not
// compressed. What is read is not bounded, only the memory that this takes.
// After an error, the name says what it seemed to be.
func Open(r *bufio.Reader) (io.ReadCloser, string, error) {
	head, _ := r.Peek(magicSize) // an error comes again
	u := unpackerOf(head)
	if u == nil {
		return nil, "", nil
	}
	lib, err := u.open(r)
	if err != nil {
		return nil, u.name, early(err)
	}
	return careful{lib}, u.name, nil
}

// An unpacker opens files of one compression.
type unpacker struct {
	name string
	is   func(head []byte) bool
	open func(*bufio.Reader) (io.ReadCloser, error)
}

// unpackerOf tells the compression from the first bytes; nil: none.
func unpackerOf(head []byte) *unpacker {
	for _, u := range []unpacker{
		{"gzip", begins("\x1f\x8b\x08"), openGzip},
		{"zstd", isZstd, openZstd},
		{"bzip2", begins("BZh"), openBzip2},
		{"xz", begins(xzMagic), openXZ},
		{"lz4", begins("\x04\x22\x4d\x18"), openLZ4},
		{"lz4", begins("\x02\x21\x4c\x18"), openLZ4}, // its legacy format
	} {
		if u.is(head) {
			return &u
		}
	}
	return nil
}

func begins(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// isZstd: a frame, or one to skip as that which pzstd writes first (RFC 8878,
// section 3.1.2). lz4 has those too, but does not begin with them.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	skip := head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18"
	return skip || string(head[:4]) == "\x28\xb5\x2f\xfd"
}

// A careful reader makes an error of a panic: the libraries are not ours, and
// this costs one file instead of the run.
type careful struct{ io.ReadCloser }

func (c careful) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("panic: %v", r)
		}
	}()
	return c.ReadCloser.Read(p)
}

func openGzip(r *bufio.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

func openZstd(r *bufio.Reader) (io.ReadCloser, error) {
	// Several goroutines would decode blocks before they are asked for, which
	// is what readAhead is for.
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(MaxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

func openBzip2(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }

func openLZ4(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(lz4.NewReader(r)), nil }

func openXZ(r *bufio.Reader) (io.ReadCloser, error) {
	return io.NopCloser(&xzReader{r: r, spare: 2 * MaxWindow}), nil
}
