package parquet

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"joy/record/schema"
)

// Config says where records go and when the next file begins.
type Config struct {
	Path    string    // of a file; "" or "-": Out; else of a directory (IsFile)
	Out     io.Writer // standard output; never closed
	Header  []byte    // configuration line
	Creator string    // "joy version 5.0.0"
	Sensor  string    // partition of a directory; "" for none

	// When the files of a directory end, beside when their hour is over. 0 = no limit.
	Count int64 // records in a file
	Size  int64 // bytes of JSON in a file
	Every int64 // nanoseconds of packet time in a file

	// Done is told the name of each file that is whole; nil for nobody. It must
	// not wait.
	Done func(path string)
}

// Stats counts what a Sink has been given.
type Stats struct {
	Records int64
	Bytes   int64 // JSON
	Files   int   // whole files
	Extra   Counts
}

// A Sink is a record.Sink. A file bears its name only when it is whole and on disk.
//
// In a directory the files are parted by the day and hour of time_start (UTC) and
// by sensor, as Hive does it: date=2026-02-28/hour=09/sensor=west/NAME.parquet. A
// name is made of the first record, so that the same capture gives the same names:
// what is run again replaces its files and does not double the flows. One
// goroutine at a time may use a Sink.
type Sink struct {
	config Config
	maker  *maker
	parts  map[string]*part // files being written, by their directory
	orphan []byte           // lines that are no flows, before the first file
	lost   int64            // of them, too many
	last   *part            // that was written to last
	stats  Stats
	err    error
	rotate atomic.Bool
}

// A part is a file being written.
type part struct {
	*Writer
	whole *whole // nil for standard output
	dir   string
	hour  int64 // nanoseconds since 1970 when its hour is over
	begun int64 // packet time
	used  int64 // packet time of the last record
	bytes int64 // of JSON
}

const (
	// maxParts bounds the files that are written at a time.
	maxParts = 8
	// grace is how long behind its hour a file stays open: longer than the timeouts
	// that flows usually have.
	grace = 5 * 60e9
)

// Open begins the output. A directory is made if it is not there.
func Open(c Config) (*Sink, error) {
	m, err := newMaker(schema.Record())
	if err != nil {
		return nil, err
	}
	s := &Sink{config: c, maker: m, parts: map[string]*part{}}
	if strings.ContainsAny(c.Sensor, "/=\\\x00") || strings.HasPrefix(c.Sensor, ".") {
		return nil, s.failure(fmt.Errorf("sensor %q cannot be the name of a directory", c.Sensor))
	}
	if IsFile(c.Path) {
		if c.Count > 0 || c.Size > 0 || c.Every > 0 {
			return nil, s.failure(errors.New("is one file; name a directory to have several"))
		}
		_, err := s.begin(c.Path, "", 0)
		return s, err
	}
	if err := os.MkdirAll(c.Path, 0o755); err != nil {
		return nil, s.failure(err)
	}
	probe, err := createWhole(filepath.Join(c.Path, "probe"))
	if err != nil {
		return nil, s.failure(err)
	}
	probe.discard()
	return s, nil
}

// Write implements record.Sink. An error ends the Sink: all further calls return
// it too. It may be that of an earlier Write.
func (s *Sink) Write(b []byte, ends []int, clock int64) error {
	start := 0
	for _, end := range ends {
		if s.err == nil {
			s.err = s.line(trim(b[start:end]), clock)
		}
		start = end
	}
	if s.err == nil {
		s.err = s.close(func(p *part) bool { return s.over(p, clock) })
	}
	return s.err
}

func (s *Sink) line(line []byte, clock int64) error {
	f := look(line)
	if f.kind != flowLine {
		s.tell(line)
		return nil
	}
	p, err := s.part(line, f.time, clock)
	if err != nil {
		return err
	}
	s.last, p.used = p, clock
	p.bytes += int64(len(line) + 1)
	s.stats.Records++
	s.stats.Bytes += int64(len(line) + 1)
	if err := p.add(line, f); err != nil {
		return s.failure(err)
	}
	if c := &s.config; c.Count > 0 && p.rows >= c.Count || c.Size > 0 && p.bytes >= c.Size {
		return s.end(p)
	}
	return s.limit()
}

// tell keeps a line that is no flow with the file that was written to last.
func (s *Sink) tell(line []byte) {
	switch {
	case s.last != nil:
		s.last.tell(line)
	case len(s.orphan)+len(line) < maxStatistics:
		s.orphan = append(append(s.orphan, line...), '\n')
	default:
		s.lost++
	}
}

// part returns the file for a record.
func (s *Sink) part(line []byte, micros, clock int64) (*part, error) {
	if IsFile(s.config.Path) {
		return s.parts[""], nil
	}
	t := utc(micros)
	dir := filepath.Join(s.config.Path, t.Format("date=2006-01-02"), t.Format("hour=15"))
	if s.config.Sensor != "" {
		dir = filepath.Join(dir, "sensor="+s.config.Sensor)
	}
	if p := s.parts[dir]; p != nil {
		return p, nil
	}
	if len(s.parts) >= maxParts {
		if err := s.end(s.stalest()); err != nil {
			return nil, err
		}
	}
	h := fnv.New64a()
	h.Write(identity(line))
	name := fmt.Sprintf("flows-%s-%016x%s", t.Format("20060102150405"), h.Sum64(), Extension)
	p, err := s.begin(filepath.Join(dir, name), dir, clock)
	if err == nil {
		p.hour = (t.Unix()/3600 + 1) * 3600e9
	}
	return p, err
}

// stalest is the file that has waited longest for a record.
func (s *Sink) stalest() *part {
	return slices.MinFunc(s.sorted(), func(a, b *part) int { return int(min(max(a.used-b.used, -1), 1)) })
}

// sorted are the files in the order of their directories, so that every run does
// the same.
func (s *Sink) sorted() (list []*part) {
	for _, dir := range slices.Sorted(maps.Keys(s.parts)) {
		list = append(list, s.parts[dir])
	}
	return list
}

// begin begins a file.
func (s *Sink) begin(path, dir string, clock int64) (*part, error) {
	p := &part{dir: dir, begun: clock, used: clock}
	out := s.config.Out
	if path != "" && path != "-" {
		var err error
		if p.whole, err = createWhole(path); err != nil {
			return nil, s.failure(err)
		}
		out = p.whole
	}
	var err error
	if p.Writer, err = s.maker.begin(out, s.config.Creator); err != nil {
		return nil, s.failure(err)
	}
	p.header = trim(s.config.Header)
	p.statistics, p.lost, s.orphan, s.lost = s.orphan, s.lost, nil, 0
	s.parts[dir], s.last = p, p
	return p, nil
}

// limit has row groups made when all files together hold too many lines.
func (s *Sink) limit() error {
	held := 0
	for _, p := range s.parts {
		held += p.batch.size
	}
	if held < groupSize {
		return nil
	}
	largest := slices.MaxFunc(s.sorted(), func(a, b *part) int { return a.batch.size - b.batch.size })
	if err := largest.flush(); err != nil {
		return s.failure(err)
	}
	return nil
}

// over reports whether a file is to end.
func (s *Sink) over(p *part, now int64) bool {
	every := s.config.Every
	switch {
	case IsFile(s.config.Path):
		return false
	case every > 0 && now/every > p.begun/every:
		return true
	}
	return now > p.hour+grace && now > p.used+grace
}

// close ends files.
func (s *Sink) close(over func(p *part) bool) error {
	for dir := range s.parts {
		if over(s.parts[dir]) { // nearly never
			return s.closeNow(over)
		}
	}
	return nil
}

func (s *Sink) closeNow(over func(p *part) bool) error {
	for _, p := range s.sorted() {
		if over(p) {
			if err := s.end(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// end makes a file whole.
func (s *Sink) end(p *part) error {
	delete(s.parts, p.dir)
	if s.last == p {
		s.last = nil
	}
	if err := p.Close(); err != nil {
		p.drop()
		return s.failure(err)
	}
	n := p.Counts()
	s.stats.Extra.add(&n)
	s.stats.Files++
	if p.whole == nil {
		return nil
	}
	if err := p.whole.commit(); err != nil {
		return s.failure(err)
	}
	if s.config.Done != nil {
		s.config.Done(p.whole.name)
	}
	return nil
}

// drop leaves nothing of a file.
func (p *part) drop() {
	p.maker.wait()
	if p.whole != nil {
		p.whole.discard()
	}
}

// Tick implements record.Sink: files end when it is time.
func (s *Sink) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	all := s.rotate.Swap(false) && !IsFile(s.config.Path)
	s.err = s.close(func(p *part) bool { return all || s.over(p, now) })
	return s.err
}

// Rotate has all files of a directory end with the next Tick. Any goroutine may
// call it.
func (s *Sink) Rotate() { s.rotate.Store(true) }

// Close makes the last files whole. It returns the error that ended the Sink, even
// if a Write has returned it before.
func (s *Sink) Close() error {
	if errors.Is(s.err, errClosed) {
		return nil
	}
	if s.err == nil {
		s.err = s.close(func(*part) bool { return true })
	}
	if s.err != nil {
		s.discard()
		return s.err
	}
	s.err = s.failure(errClosed)
	return nil
}

// Discard ends a Sink to which nothing was written: as if it had never been
// opened.
func (s *Sink) Discard() {
	s.discard()
	if s.err == nil {
		s.err = s.failure(errClosed)
	}
}

func (s *Sink) discard() {
	for _, p := range s.parts {
		p.drop()
	}
	clear(s.parts)
}

// errClosed is not os.ErrClosed, which the output may give on its own.
var errClosed = errors.New("written to after it was closed")

// Stats may be asked for between two calls, and after Close.
func (s *Sink) Stats() Stats { return s.stats }

// Records is how many records a Sink has been given.
func (s *Sink) Records() int64 { return s.stats.Records }

// failure names the output as the user knows it: the names in errors of the
// system are those of temporary files.
func (s *Sink) failure(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	name := s.config.Path
	if name == "" || name == "-" {
		name = "standard output"
	}
	return fmt.Errorf("output %s: %w", name, err)
}
