package joy

import (
	"time"

	"joy/record"
)

// WithStatistics returns a Sink that passes everything on to next, and adds what
// line returns for the time now every so often, while a live source tells the
// time.
func WithStatistics(next record.Sink, every time.Duration, line func(now int64) ([]byte, error)) record.Sink {
	return &statistics{Sink: next, every: int64(every), line: line}
}

type statistics struct {
	record.Sink
	every int64
	due   int64 // time of the next one, 0 before the first tick
	line  func(now int64) ([]byte, error)
}

// Tick implements record.Sink.
func (s *statistics) Tick(now int64) error {
	switch {
	case s.due == 0 || now < s.due-s.every: // the clock was set back
		s.due = now + s.every
	case now >= s.due:
		s.due = max(s.due+s.every, now)
		if err := s.write(now); err != nil {
			return err
		}
	}
	return s.Sink.Tick(now)
}

func (s *statistics) write(now int64) error {
	line, err := s.line(now)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	return s.Sink.Write(line, []int{len(line)}, now)
}
