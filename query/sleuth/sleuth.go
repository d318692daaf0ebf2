// Package sleuth asks flow records what Joy's sleuth asks them: it links them to
// DNS answers, deduces, filters, stitches, selects, blanks, groups and counts them.
package sleuth

import (
	"bufio"
	"io"

	"joy/query/element"
	"joy/query/group"
	"joy/query/link"
	"joy/query/stitch"
	"joy/query/value"
	"joy/query/where"
)

// Options are a question.
type Options struct {
	Where     *where.Condition // nil: all flows
	NoStitch  bool             // leave records as they are
	Select    element.List     // nil: all of a flow
	Normalize element.List     // what becomes null
	GroupBy   element.List     // nil: all flows are one group

	Deductions []Deduction // members that flows get

	// One of these, or none: the flows themselves are the answer.
	Dist     bool         // count equal objects
	Distinct element.List // count different values of these
	Sum      []string     // add up these members

	Pretty bool // on several lines
	Memory int  // bytes that may be held; what is more goes to a file, or on early
}

// A Sleuth is given the lines of flow files, and writes the answer.
type Sleuth struct {
	o        Options
	out      printer
	links    *link.Links      // nil: nobody asks
	stitcher *stitch.Stitcher // nil: nothing is stitched
	sum      *group.Sum
	reducer  group.Reducer // nil: flows are written as they come
	early    deductions    // before Where
	late     deductions    // when all records of a flow are together
	failed   uint64

	line   value.Record
	object value.Record // what was selected
	text   []byte
	blank  []byte
	part   []byte
	key    []byte
}

// New returns a Sleuth that writes to w.
func New(o Options, w io.Writer) *Sleuth {
	s := &Sleuth{o: o, out: printer{w: bufio.NewWriterSize(w, 64<<10), pretty: o.Pretty}}
	share := o.Memory / 2
	if s.wants(link.Member) {
		share = o.Memory / 4
		s.links = link.New(share)
	}
	s.plan()
	if !o.NoStitch {
		so := stitch.Options{Memory: share}
		if o.Select != nil {
			so.Keep = s.keep
		}
		s.stitcher = stitch.New(so, s.flow)
	}
	share = o.Memory / 2
	switch {
	case o.Dist:
		s.reducer = group.NewDist(share)
	case o.Distinct != nil:
		s.reducer = group.NewDistinct(share, o.Distinct, o.GroupBy)
	case o.Sum != nil:
		var order []string
		for _, e := range o.Select {
			order = append(order, e.Name)
		}
		s.sum = group.NewSum(share, o.Sum, order, o.GroupBy != nil)
		s.reducer = s.sum
	case o.GroupBy != nil:
		s.reducer = group.NewRows(share)
	}
	return s
}

// wants reports whether a member is asked for.
func (s *Sleuth) wants(name string) bool {
	return s.o.Select == nil || s.o.Select.Names([]byte(name)) || s.o.Where != nil && s.o.Where.Names().Names([]byte(name))
}

// Begin says that another input begins.
func (s *Sleuth) Begin() {
	if s.stitcher != nil {
		s.stitcher.Begin(nil)
	}
}

// A LineError says what is wrong with a line.
type LineError struct{ Err error }

func (e *LineError) Error() string { return e.Err.Error() }
func (e *LineError) Unwrap() error { return e.Err }

// Line takes a line, which stays the caller's, and reports whether it was a flow:
// not so are heads of files and statistics. Any error but a *LineError is the end.
func (s *Sleuth) Line(line []byte) (bool, error) {
	r := &s.line
	if err := r.Parse(line); err != nil {
		return false, &LineError{err}
	}
	switch {
	case r.Get("version") != nil:
		if s.stitcher != nil {
			s.stitcher.Begin(r)
		}
		return false, nil
	case len(r.Members) == 1 && r.Get("statistics") != nil:
		return false, nil
	}
	if s.links != nil {
		s.links.Add(r)
	}
	s.deduce(r, s.early)
	if s.o.Where != nil && !s.o.Where.Holds(r) {
		return true, nil
	}
	if s.stitcher != nil {
		return true, s.stitcher.Add(r)
	}
	return true, s.flow(r)
}

// flow takes a flow that has been filtered and stitched.
func (s *Sleuth) flow(r *value.Record) error {
	s.deduce(r, s.late)
	text := s.text[:0]
	if s.o.Select == nil {
		text = r.Append(text)
	} else {
		var ok bool
		if text, ok = s.o.Select.Append(text, r); !ok {
			return nil
		}
	}
	s.text = text
	if s.o.Normalize != nil {
		s.blank = s.o.Normalize.Blank(s.blank[:0], text)
		text = s.blank
	}
	if s.reducer == nil {
		return s.out.object(text)
	}
	key, err := s.group(text)
	if err != nil {
		return err
	}
	return s.reducer.Add(key, text)
}

// group returns the key of the group of an object: groups are in the order of the
// first element, then of the second.
func (s *Sleuth) group(text []byte) ([]byte, error) {
	if s.o.GroupBy == nil {
		return nil, nil
	}
	if err := s.object.Split(text); err != nil {
		return nil, err
	}
	s.key = s.key[:0]
	for i := range s.o.GroupBy {
		var ok bool
		if s.part, ok = s.o.GroupBy[i:i+1].Append(s.part[:0], &s.object); ok {
			s.key = value.Value(s.part).AppendKey(s.key)
		} else {
			s.key = append(s.key, 0) // before all values
		}
	}
	return s.key, nil
}

// Flush writes out what is ready.
func (s *Sleuth) Flush() error { return s.out.w.Flush() }

// Finish writes the rest of the answer.
func (s *Sleuth) Finish() error {
	if s.stitcher != nil {
		if err := s.stitcher.Flush(); err != nil {
			return err
		}
	}
	if s.reducer != nil {
		if err := s.reducer.Finish(&s.out); err != nil {
			return err
		}
	}
	return s.Flush()
}

// Close removes temporary files.
func (s *Sleuth) Close() error {
	if s.reducer == nil {
		return nil
	}
	return s.reducer.Close()
}

// Early is how many flows could not wait for the rest of them, for want of memory.
func (s *Sleuth) Early() uint64 {
	if s.stitcher == nil {
		return 0
	}
	return s.stitcher.Early
}

// Skipped is how many values could not be added.
func (s *Sleuth) Skipped() uint64 {
	if s.sum == nil {
		return 0
	}
	return s.sum.Skipped
}

// A printer writes objects, each on a line or, if pretty, on several.
type printer struct {
	w      *bufio.Writer
	pretty bool
	indent value.Indenter
	lines  []byte
}

func (p *printer) object(text []byte) error {
	if err := p.Piece(text); err != nil {
		return err
	}
	return p.End()
}

// Piece is that of a group.Writer.
func (p *printer) Piece(text []byte) error {
	if p.pretty {
		p.lines = p.indent.Append(p.lines[:0], text)
		text = p.lines
	}
	_, err := p.w.Write(text)
	return err
}

// End is that of a group.Writer.
func (p *printer) End() error { return p.w.WriteByte('\n') }
