package joy

import (
	"encoding/json"
	"time"

	"joy/capture"
	"joy/record"
)

// Statistics is a record of what a live run has counted so far, which the
// output has among the flows: an object with the one key statistics.
type Statistics struct {
	Time       record.Time              `json:"time"`       // up to which packets were read, as time_start
	Open       int                      `json:"flows_open"` // flows in the table
	Load       uint8                    `json:"load"`       // percent of the capture queue that waits
	Level      uint8                    `json:"shed_level"` // 0 nothing is left out, 1 features of contents, 2 new flows too
	Stats                               // of the run
	Interfaces []capture.InterfaceStats `json:"interfaces,omitempty"`
}

// CountsOf joins what a run and its source have counted.
func CountsOf(s *Snapshot, src capture.Stats) Stats { return newStats(s.Counts, src) }

// WithStatistics returns a Sink that passes everything on to next, and adds
// Statistics every so often while a live source tells the time.
func WithStatistics(next record.Sink, every time.Duration, p *Progress, src capture.Source) record.Sink {
	return &statistics{Sink: next, every: int64(every), progress: p, src: src}
}

type statistics struct {
	record.Sink
	every    int64
	due      int64 // time of the next one, 0 before the first tick
	progress *Progress
	src      capture.Source
	buf      []byte
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
	shot, src := s.progress.Snapshot(), s.src.Stats()
	line, err := json.Marshal(map[string]Statistics{"statistics": {
		Time: record.Time(now), Open: shot.Open, Load: shot.Load, Level: shot.Level,
		Stats: CountsOf(&shot, src), Interfaces: src.Interfaces,
	}})
	if err != nil {
		return err
	}
	s.buf = append(append(s.buf[:0], line...), '\n')
	return s.Sink.Write(s.buf, []int{len(s.buf)}, now)
}
