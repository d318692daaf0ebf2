package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"joy"
	"joy/capture/pcapfile"
	"joy/plot"
	"joy/query/value"
	"joy/unpack"
)

// A file is a capture or a flow file that is open.
type file struct {
	id, name string // pages ask by the id, and the name is for people only
	path     string
	uploaded bool
	capture  bool // known when it is ready

	ready chan struct{}   // closed when all of it was read
	ctx   context.Context //nolint:containedctx // over when the file is closed
	stop  context.CancelFunc
	done  atomic.Int64 // flows that were read up to now
	used  atomic.Int64 // when it was looked at last, nanoseconds since 1970

	// What follows is written before ready is closed, and not after it.
	err   error
	notes []string // what the reader should know: damage, what was left out
	*table
	lines *os.File
	temp  string // the file of lines, "" if it is the file itself

	views    views
	findings findings
	mu       sync.RWMutex // held for reading while the lines are read
	gone     bool
}

// Errors that are told to who asked.
var (
	errNotFound = &problem{404, "There is no such page.", nil}
	errGone     = &problem{410, "This file has been closed.", nil}
	errFiles    = &problem{409, "Too many files are open: close one first.", nil}
)

// errFull says that a bound was reached. What was read is there.
var errFull = errors.New("the bound is reached")

// Open opens a file that whoever started the program has named. It returns at
// once; the pages show how far reading has come.
func (s *Server) Open(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, errors.Unwrap(err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: not a file", path)
	}
	_, err = s.open(filepath.Base(path), path, false)
	return err
}

func (s *Server) open(name, path string, uploaded bool) (*file, error) {
	ctx, stop := context.WithCancel(s.ctx)
	f := &file{id: rand.Text()[:16], name: name, path: path, uploaded: uploaded, ready: make(chan struct{}), ctx: ctx, stop: stop}
	f.touch(s)
	f.table = &table{}
	s.mu.Lock()
	if len(s.files) >= s.Limits.Files {
		s.mu.Unlock()
		stop()
		return nil, errFiles
	}
	s.files = append(s.files, f)
	s.mu.Unlock()
	s.running.Go(func() {
		defer close(f.ready)
		select {
		case s.opening <- struct{}{}:
			f.read(ctx, s)
			<-s.opening
		case <-ctx.Done():
			f.err = ctx.Err()
		}
	})
	return f, nil
}

func (f *file) touch(s *Server) { f.used.Store(s.Clock().UnixNano()) }

// isReady reports whether all was read, without waiting.
func (f *file) isReady() bool {
	select {
	case <-f.ready:
		return true
	default:
		return false
	}
}

// find returns the file of an id.
func (s *Server) find(id string) (*file, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.id == id {
			f.touch(s)
			return f, nil
		}
	}
	return nil, errNotFound
}

// drop closes a file.
func (s *Server) drop(id string) error {
	s.mu.Lock()
	var f *file
	for i := range s.files {
		if s.files[i].id == id {
			f = s.files[i]
			s.files = append(s.files[:i:i], s.files[i+1:]...)
			break
		}
	}
	s.mu.Unlock()
	if f == nil {
		return errNotFound
	}
	f.stop()
	<-f.ready
	return f.remove()
}

// Sweep removes uploaded files that nobody has looked at for the time of the
// limits. It is to be called every now and then.
func (s *Server) Sweep() error {
	old := s.Clock().Add(-s.Limits.Age).UnixNano()
	var ids []string
	s.mu.Lock()
	for _, f := range s.files {
		if f.uploaded && f.used.Load() < old {
			ids = append(ids, f.id)
		}
	}
	s.mu.Unlock()
	var err error
	for _, id := range ids {
		err = errors.Join(err, s.drop(id))
	}
	return err
}

// remove takes away what there is of a file on disk; not what was named on the
// command line.
func (f *file) remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = true
	var err error
	if f.lines != nil {
		err = f.lines.Close()
	}
	if f.temp != "" {
		err = errors.Join(err, os.Remove(f.temp))
	}
	if f.uploaded {
		err = errors.Join(err, os.Remove(f.path))
	}
	return err
}

// use keeps the lines open while they are read; the caller calls release. The
// context is over when the file is to be closed, too.
func (f *file) use(ctx context.Context) (using context.Context, release func(), err error) {
	f.mu.RLock()
	if f.gone {
		f.mu.RUnlock()
		return nil, nil, errGone
	}
	using, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(f.ctx, cancel)
	return using, func() { unlink(); cancel(); f.mu.RUnlock() }, nil
}

// read makes the table.
func (f *file) read(ctx context.Context, s *Server) {
	f.err = f.readAll(ctx, s)
	switch {
	case errors.Is(f.err, errFull):
		f.err = nil
		f.note("Only the first %d flows are here: the bound for one file is reached.", len(f.rows))
	case ctx.Err() != nil:
		f.err = ctx.Err()
	}
	if f.bad > 0 {
		f.note("%s could not be read, and were left out.", plural(f.bad, "line"))
	}
	if n := f.names.left + f.apps.left; n > 0 {
		f.note("%d names had no room, and are not shown in lists.", n)
	}
}

// maxNotes bounds what is told of a file.
const maxNotes = 20

func (f *file) note(format string, args ...any) {
	if len(f.notes) < maxNotes {
		f.notes = append(f.notes, plot.Printable(fmt.Sprintf(format, args...), maxText))
	}
}

func (f *file) readAll(ctx context.Context, s *Server) error {
	raw, err := os.Open(f.path)
	if err != nil {
		return errors.Unwrap(err)
	}
	b := bufio.NewReaderSize(&stopped{raw, ctx}, 64<<10)
	unpacked, _, err := unpack.Open(b)
	if err != nil {
		return errors.Join(err, raw.Close())
	}
	in := b
	if unpacked != nil {
		defer unpacked.Close()
		in = bufio.NewReaderSize(&stopped{unpacked, ctx}, 64<<10)
	}
	head, _ := in.Peek(1) // an error comes again
	if err := ctx.Err(); err != nil {
		return errors.Join(err, raw.Close())
	}
	if len(head) == 0 {
		return errors.Join(errors.New("the file is empty"), raw.Close())
	}
	f.capture = head[0] != '{'
	if !f.capture && unpacked == nil {
		f.lines, f.table.lines = raw, raw
		return f.readLines(ctx, s, in, nil)
	}
	defer raw.Close()
	temp, err := os.CreateTemp(s.Dir, "flows-*.json")
	if err != nil {
		return err
	}
	f.temp, f.lines, f.table.lines = temp.Name(), temp, temp
	w := &keeping{file: f, server: s, out: bufio.NewWriterSize(temp, 1<<20)}
	if f.capture {
		err = w.capture(ctx, in)
	} else {
		err = f.readLines(ctx, s, in, w)
	}
	return errors.Join(err, w.out.Flush())
}

// A stopped reader ends with its context, also where little is packed so that it
// becomes very much, and nothing of it is a flow.
type stopped struct {
	io.Reader
	ctx context.Context //nolint:containedctx // it is that of one reading
}

func (s *stopped) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(b)
}

// readLines reads a flow file; what is compressed is kept by w.
func (f *file) readLines(ctx context.Context, s *Server, in io.Reader, w *keeping) error {
	lines := value.NewLines(in)
	for {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, value.ErrTooLong):
			f.bad++
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			f.note("The file could not be read to its end: %v", err)
			return nil
		case len(line) == 0:
			continue
		}
		if w != nil {
			err = w.keep(append(line, '\n'))
		} else {
			err = f.take(s, lines.Offset, line)
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
	}
}

// take adds a line to the table.
func (f *file) take(s *Server, offset int64, line []byte) error {
	if len(f.rows) >= s.Limits.Flows {
		return errFull
	}
	if f.add(offset, line) != nil {
		f.bad++
	}
	f.done.Store(int64(len(f.rows)))
	return nil
}

// A keeping writes lines to the file's own.
type keeping struct {
	*file
	server *Server
	out    *bufio.Writer
	size   int64
}

// keep takes a line with its end.
func (k *keeping) keep(line []byte) error {
	if k.size+int64(len(line)) > k.server.Limits.Disk {
		return errFull
	}
	if err := k.take(k.server, k.size, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
		return err
	}
	k.size += int64(len(line))
	_, err := k.out.Write(line)
	return err
}

// capture has the engine make flows.
func (k *keeping) capture(ctx context.Context, in io.Reader) error {
	src, err := pcapfile.Open([]string{"-"}, pcapfile.Options{Stdin: in, Warn: func(e *pcapfile.DamageError) {
		e.Path = k.name
		k.note("%v", e)
	}})
	if err != nil {
		return err
	}
	stats, err := joy.Run(ctx, k.server.Flows, src, k, joy.RunOptions{})
	if err == nil && len(k.rows) == 0 && stats.Damaged > 0 {
		err = errors.New("this is neither a capture nor a flow file that can be read")
	}
	return errors.Join(err, src.Close())
}

// Write is that of a record.Sink.
func (k *keeping) Write(b []byte, ends []int, _ int64) error {
	for line := range bytes.Lines(b[:ends[len(ends)-1]]) {
		if err := k.keep(line); err != nil {
			return err
		}
	}
	return nil
}

// Tick and Close are those of a record.Sink.
func (*keeping) Tick(int64) error { return nil }
func (*keeping) Close() error     { return nil }
