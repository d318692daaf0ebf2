// Package jsonl writes flow records as lines of JSON: to standard output, to a
// file, or to a series of files.
package jsonl

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync/atomic"
)

// Config says where records go and when the next file begins.
type Config struct {
	Path   string    // "" or "-": Out. The extensions .gz and .zst compress
	Out    io.Writer // standard output; never closed
	Header []byte    // first line of every file, with its newline; kept, not changed
	Count  int64     // most records in a file, 0 = no limit
	Size   int64     // most bytes of JSON in a file before compression, 0 = no limit
	Every  int64     // nanoseconds of packet time in a file, 0 = no limit

	// Done is told the name of each file that is whole; nil for nobody. It must
	// not wait.
	Done func(path string)
}

// splits says whether the records go to a series of files.
func (c *Config) splits() bool { return c.Count > 0 || c.Size > 0 || c.Every > 0 }

// Stats counts what a Sink has been given.
type Stats struct {
	Records int64
	Bytes   int64 // JSON with the headers, before compression
	Files   int   // whole files
}

// A Sink is a record.Sink. A file bears its final name only when it is whole
// and on disk, so a run that is killed leaves no half of a file behind but the
// temporary one. Bytes are buffered until a file is whole or 64 KiB are
// together (256 KiB if it is compressed). One goroutine at a time may use a Sink.
//
// The same records give the same files on every run, in whatever portions they
// come: names and borders depend on the records and on the packet clock alone.
// A capture without records gives one file with the header, numbered as one of
// 1970 if it is the first of a series; a live one as of its end.
type Sink struct {
	config Config
	place  place
	stream stream
	file   *file // nil when there is none
	stats  Stats
	err    error // what ended the Sink

	rotate  atomic.Bool // a new file is to begin
	rotated bool        // has been: the files are a series
	now     int64       // time of the last Tick
	flushed int64       // time of the last flush
	dirty   bool        // something was written since

	// Of the file being written:
	records int64
	bytes   int64 // JSON with the header
	clock   int64 // packet time at its first record
}

// Open begins the first file, so that an output that cannot be written is known
// before any capture is read.
func Open(c Config) (*Sink, error) {
	stream, err := newStream(c.Path)
	if err != nil {
		return nil, failure(c.Path, err)
	}
	p, err := locate(c.Path, c.Out)
	if err != nil {
		return nil, failure(c.Path, err)
	}
	if c.splits() && !p.replaceable() {
		return nil, failure(p.name(), errors.New("cannot be split into several files"))
	}
	s := &Sink{config: c, place: p, stream: stream}
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

// Write implements record.Sink. An error ends the Sink: all further calls
// return it too. It may be that of an earlier Write, since the bytes are
// written later.
func (s *Sink) Write(b []byte, ends []int, clock int64) error {
	if s.err != nil {
		return s.err
	}
	for start := 0; len(ends) > 0; {
		n := s.fit(start, ends, clock)
		if n == 0 {
			if err := s.next(); err != nil {
				return err
			}
			continue
		}
		if s.records == 0 {
			s.clock = clock
		}
		if err := s.put(b[start:ends[n-1]]); err != nil {
			return err
		}
		s.records += int64(n)
		s.stats.Records += int64(n)
		start, ends = ends[n-1], ends[n:]
	}
	return nil
}

// flushEvery is the least time between two flushes, in nanoseconds.
const flushEvery = 100e6

// Tick implements record.Sink: it passes on what is buffered, and begins a new
// file when it is time.
func (s *Sink) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.now = now
	every := s.config.Every
	due := every > 0 && period(now, every) > period(s.clock, every)
	if s.rotate.Swap(false) && s.place.replaceable() {
		s.rotated, due = true, true
	}
	if due && s.records > 0 {
		s.flushed, s.dirty = now, false
		return s.next()
	}
	if !s.dirty || now-s.flushed < flushEvery && now >= s.flushed {
		return nil
	}
	s.flushed, s.dirty = now, false
	if err := s.stream.Flush(); err != nil {
		_ = s.stream.Close()
		return s.fail(s.place.name(), err)
	}
	return nil
}

// Rotate has a new file begin with the next Tick, if the one being written has
// records. Any goroutine may call it. From then on the files are a series.
func (s *Sink) Rotate() { s.rotate.Store(true) }

// fit returns how many of the next records go into the file being written. The
// first of them is at start. A file without records takes at least one.
func (s *Sink) fit(start int, ends []int, clock int64) int {
	n := len(ends)
	c := &s.config
	if c.Every > 0 && s.records > 0 && period(clock, c.Every) > period(s.clock, c.Every) {
		return 0
	}
	if c.Count > 0 {
		n = int(min(int64(n), c.Count-s.records))
	}
	if c.Size > 0 {
		room := c.Size - s.bytes
		n = sort.Search(n, func(i int) bool { return int64(ends[i]-start) > room })
	}
	if s.records == 0 {
		n = max(n, 1)
	}
	return n
}

// period numbers the spans of time of the given length since 1970.
func period(clock, length int64) int64 {
	p := clock / length
	if clock%length < 0 {
		p--
	}
	return p
}

// Close makes the last file whole. It returns the error that ended the Sink,
// even if a Write has returned it before.
func (s *Sink) Close() error {
	switch {
	case errors.Is(s.err, errClosed):
		return nil
	case s.err != nil:
		return s.err
	}
	if s.records == 0 && s.stats.Files > 0 && s.series() {
		s.Discard() // begun by Tick, and nothing came
		return s.place.sync()
	}
	if err := s.end(); err != nil {
		return err
	}
	if err := s.place.sync(); err != nil {
		return s.fail(s.place.name(), err)
	}
	s.err = failure(s.place.name(), errClosed)
	return nil
}

// Discard ends a Sink to which nothing was written: as if it had never been
// opened.
func (s *Sink) Discard() {
	if s.err != nil {
		return
	}
	if p, ok := s.stream.(plain); ok {
		p.Reset(io.Discard) // standard output has no file that could be removed
	}
	_ = s.stream.Close()
	_ = s.fail(s.place.name(), errClosed)
}

// errClosed is not os.ErrClosed, which the output may give on its own.
var errClosed = errors.New("written to after it was closed")

// Stats may be asked for between two calls, and after Close.
func (s *Sink) Stats() Stats { return s.stats }

// Records is how many records a Sink has been given.
func (s *Sink) Records() int64 { return s.stats.Records }

// next ends the file being written and begins another.
func (s *Sink) next() error {
	if err := s.end(); err != nil {
		return err
	}
	return s.begin()
}

func (s *Sink) begin() error {
	f, err := s.place.create()
	if err != nil {
		return s.fail(s.place.name(), err)
	}
	s.file, s.records, s.bytes, s.clock = f, 0, 0, 0
	s.stream.Reset(f.w)
	return s.put(s.config.Header)
}

func (s *Sink) put(b []byte) error {
	if _, err := s.stream.Write(b); err != nil {
		// What is still buffered has nowhere to go; Close only ends the stream.
		_ = s.stream.Close()
		return s.fail(s.place.name(), err)
	}
	s.dirty = true
	s.bytes += int64(len(b))
	s.stats.Bytes += int64(len(b))
	return nil
}

func (s *Sink) end() error {
	name := s.place.name()
	if s.series() {
		clock := s.clock
		if s.records == 0 {
			clock = s.now
		}
		name = numbered(s.place.path, s.stats.Files+1, clock)
	}
	if err := s.stream.Close(); err != nil {
		return s.fail(name, err)
	}
	if err := s.file.commit(name); err != nil {
		return s.fail(name, err)
	}
	if s.config.Done != nil && s.file.temp != "" {
		s.config.Done(name)
	}
	s.file = nil
	s.stats.Files++
	return nil
}

// series says whether the files have numbers.
func (s *Sink) series() bool { return s.config.splits() || s.rotated }

// fail ends the Sink and leaves no part of a file behind.
func (s *Sink) fail(name string, err error) error {
	if s.file != nil {
		s.file.discard()
		s.file = nil
	}
	s.err = failure(name, err)
	return s.err
}

// failure names the output as the user knows it: the names in errors of the
// system are those of temporary files.
func failure(name string, err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("output %s: %w", name, err)
}
