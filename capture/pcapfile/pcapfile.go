// Package pcapfile reads capture files: pcap and pcapng, plain or compressed
// by gzip, zstd, bzip2, xz or lz4. What a file is, its content tells, not its
// name.
//
// A file that is damaged gives the frames before the damage; then it is
// reported and counted, and the next input goes on. Nothing is searched for
// behind a damage.
//
// Times before 1970 become 1970 and times after the year 2262 become that
// year, so that a time is never negative and a second more never overflows. A
// frame without a time (a Simple Packet Block) gets that of the frame before.
package pcapfile

import (
	"errors"
	"io"
	"os"
	"sync/atomic"

	"joy/capture"
)

// Options are what Open is told.
type Options struct {
	Stdin io.Reader          // what the input "-" is
	Warn  func(*DamageError) // told of damage, from within Next; may be nil
}

// A Source is a capture.Source of files, one after the other. Next and Close
// must not run at the same time.
type Source struct {
	files []file
	stdin io.Reader
	warn  func(*DamageError)
	next  int    // the next of files
	in    *input // the one that is being read; nil between two
	total int64

	inputs, frames, bytes, damaged atomic.Int64
}

// Open prepares to read files, directories and "-", which is standard input.
// A directory stands for the regular files in and below it, without hidden
// ones, in the order of the bytes of their paths; a symbolic link in it counts
// if it leads to a regular file. A file in a directory that is no capture, or
// is empty, is passed over: it is reported, but not counted as damaged.
//
// It is an error if an input does not exist or cannot be opened, or if there
// is no file in a directory.
func Open(inputs []string, o Options) (*Source, error) {
	files, err := expand(inputs, o.Stdin != nil)
	if err != nil {
		return nil, err
	}
	s := &Source{files: files, stdin: o.Stdin, warn: o.Warn}
	for _, f := range files {
		if f.size < 0 {
			s.total = 0
			break
		}
		s.total += f.size
	}
	return s, nil
}

// Next fills b as the interface says. It returns nil or io.EOF: what is wrong
// with an input goes to Warn.
func (s *Source) Next(b *capture.Batch) error {
	b.Frames = b.Frames[:0]
	for s.in != nil || s.next < len(s.files) {
		err := s.fill(b)
		if err == nil {
			s.frames.Add(int64(len(b.Frames)))
			return nil
		}
		s.end(err)
	}
	return io.EOF
}

// fill gets frames from the input that is being read, or from the next one.
func (s *Source) fill(b *capture.Batch) error {
	if s.in == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	b.Input = s.next - 1
	return s.in.fill(b)
}

// begin opens the next input.
func (s *Source) begin() error {
	f := &s.files[s.next]
	s.next++
	s.in = new(input)
	r := s.stdin
	if !f.stdin {
		h, err := os.Open(f.path)
		if err != nil {
			return &DamageError{Offset: -1, Err: cause(err)}
		}
		s.in.file = h
		r = h
	}
	s.inputs.Add(1)
	return s.in.begin(counter{r, &s.bytes}, f.size >= 0)
}

// end closes the input that is being read, for the reason err.
func (s *Source) end(err error) {
	f := &s.files[s.next-1]
	s.in.close()
	s.in = nil
	var damage *DamageError
	if !errors.As(err, &damage) {
		return // io.EOF
	}
	damage.Path = f.path
	damage.Passed = f.listed && (errors.Is(damage.Err, ErrNotCapture) || errors.Is(damage.Err, ErrEmpty))
	if !damage.Passed {
		s.damaged.Add(1)
	}
	if s.warn != nil {
		s.warn(damage)
	}
}

// Stats counts what has been read so far. Total is known only if all inputs
// are regular files.
func (s *Source) Stats() capture.Stats {
	return capture.Stats{
		Inputs:  int(s.inputs.Load()),
		Frames:  s.frames.Load(),
		Bytes:   s.bytes.Load(),
		Total:   s.total,
		Damaged: int(s.damaged.Load()),
	}
}

// Close ends the reading; Next returns io.EOF from then on.
func (s *Source) Close() error {
	if s.in != nil {
		s.in.close()
		s.in = nil
	}
	s.next = len(s.files)
	return nil
}

// A counter counts the bytes that are read from an input.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
