package jsonl

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// bufferSize is the size of the portions that the compressor is fed with, and
	// of a write of what it makes of them.
	bufferSize = 256 << 10
	// plainSize is the least size of a write without compression.
	plainSize = 64 << 10
)

// A stream takes the bytes of one file after the other. Reset begins a file;
// Flush sees to it that what was written can be read; Close ends the file, which
// leaves the writer below open.
type stream interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// newStream returns the stream for files of the name's extension.
func newStream(path string) (stream, error) {
	ext := filepath.Ext(path)
	switch strings.ToLower(ext) {
	case ".gz":
		enc, err := gzip.NewWriterLevel(nil, gzipLevel)
		if err != nil {
			return nil, err
		}
		return newBackground(enc), nil
	case ".zst":
		// More than one goroutine would bring nothing but a need to prove that
		// the bytes do not depend on them.
		enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return newBackground(enc), nil
	case ".bz2", ".xz", ".lzma", ".lz4", ".br", ".zip", ".gzip", ".zstd":
		return nil, fmt.Errorf("no compression for %s; there are .gz and .zst", ext)
	}
	return plain{bufio.NewWriterSize(nil, plainSize)}, nil
}

// The fastest levels: a sixth larger than gzip's usual one for half of the
// time, and a fiftieth larger than zstd's for a fifth less (BenchmarkLevels).
const (
	gzipLevel = 1
	zstdLevel = zstd.SpeedFastest
)

// isCompression tells whether files with the extension are compressed.
func isCompression(ext string) bool {
	return strings.EqualFold(ext, ".gz") || strings.EqualFold(ext, ".zst")
}

// plain is a stream without compression.
type plain struct{ *bufio.Writer }

func (p plain) Close() error { return p.Flush() }

// Write writes large portions at once, after what is buffered, so that they are
// not copied (BenchmarkSink).
func (p plain) Write(b []byte) (int, error) {
	if len(b) > plainSize {
		if err := p.Flush(); err != nil {
			return 0, err
		}
	}
	return p.Writer.Write(b)
}

// queued is the number of portions that may wait for the compressor.
const queued = 3

// A background compresses and writes in a goroutine of its own, one for each
// file. The portions it is fed with have the same borders however the bytes
// came, and so have the compressed bytes.
type background struct {
	encoder stream
	file    *bufio.Writer
	buf     []byte // the portion being filled
	full    chan fed
	free    chan spent
	done    chan error // the file has been written, or not
}

// A fed portion goes to the compressor, which passes all on that it has if flush
// is set.
type fed struct {
	buf   []byte
	flush bool
}

// A spent portion can be filled again. It brings the error that the file has
// met with by then.
type spent struct {
	buf []byte
	err error
}

func newBackground(encoder stream) *background {
	b := &background{
		encoder: encoder,
		file:    bufio.NewWriterSize(nil, bufferSize),
		buf:     make([]byte, 0, bufferSize),
		free:    make(chan spent, queued+1),
		done:    make(chan error, 1),
	}
	for range queued {
		b.free <- spent{buf: make([]byte, 0, bufferSize)}
	}
	return b
}

func (b *background) Reset(w io.Writer) {
	b.file.Reset(w)
	b.encoder.Reset(b.file)
	b.full = make(chan fed, queued+1)
	go b.run()
}

// Write waits only when all portions are full.
func (b *background) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		k := min(len(p)-n, bufferSize-len(b.buf))
		b.buf = append(b.buf, p[n:n+k]...)
		n += k
		if len(b.buf) < bufferSize {
			break
		}
		if err := b.pass(false); err != nil {
			return n, err
		}
	}
	return len(p), nil
}

// pass hands the portion over and takes an empty one.
func (b *background) pass(flush bool) error {
	b.full <- fed{b.buf, flush}
	s := <-b.free
	b.buf = s.buf
	return s.err
}

// Flush does not wait until it is done.
func (b *background) Flush() error { return b.pass(true) }

// Close returns when the file has been written.
func (b *background) Close() error {
	if len(b.buf) > 0 {
		// An error will come from done as well.
		_ = b.pass(false)
	}
	close(b.full)
	return <-b.done
}

// run writes a file. After an error it only gives the portions back.
func (b *background) run() {
	var err error
	for p := range b.full {
		if err == nil {
			_, err = b.encoder.Write(p.buf)
		}
		if err == nil && p.flush {
			err = b.flush()
		}
		b.free <- spent{p.buf[:0], err}
	}
	if err == nil {
		err = b.encoder.Close()
	}
	if err == nil {
		err = b.file.Flush()
	}
	b.done <- err
}

func (b *background) flush() error {
	if err := b.encoder.Flush(); err != nil {
		return err
	}
	return b.file.Flush()
}
