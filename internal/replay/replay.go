// Package replay sends the frames of a capture over a cable and gives them, as
// they come out of a live Source at its other end, with the times that they
// have in the capture. What is done with them can be compared with what is done
// with the capture itself.
package replay

import (
	"bytes"
	"errors"
	"io"

	"joy/capture"
)

// Lengths of the frames that can be sent.
const (
	minFrame = 14
	maxFrame = 65535 + minFrame
)

// Bounds of what is under way: little beside the room of the live Source, so
// that nothing is lost there for want of it.
const (
	maxWaiting      = 4096
	maxWaitingBytes = 4 << 20
)

// patience is how many times in a row the live Source may have nothing to give
// before what was sent counts as lost.
const patience = 3

// A Frames is a Source of the frames of a capture that can be sent, as they
// come out again: Ethernet, with nothing known of what was not captured. Frames
// for which lost says so are left out.
type Frames struct {
	capture.Source
	Skipped int64              // frames that cannot be sent
	Lost    func(n int64) bool // by the number of the frame, from 0; nil: none
	n       int64
}

// Next implements capture.Source.
func (f *Frames) Next(b *capture.Batch) error {
	for {
		if err := f.Source.Next(b); err != nil {
			return err
		}
		kept := b.Frames[:0]
		for _, frame := range b.Frames {
			frame.Data = frame.Data[:max(0, len(frame.Data)-int(frame.FCS))]
			frame.Wire, frame.FCS = len(frame.Data), 0
			if frame.Link != capture.LinkEthernet || frame.Wire < minFrame || frame.Wire > maxFrame {
				f.Skipped++
				continue
			}
			f.n++
			if f.Lost == nil || !f.Lost(f.n-1) {
				kept = append(kept, frame)
			}
		}
		if b.Frames = kept; len(kept) > 0 {
			return nil
		}
	}
}

// A Wire is the Source of what comes out of the cable. One goroutine uses it.
type Wire struct {
	live capture.Source
	from *Frames
	send func(frame []byte) error

	batch   capture.Batch // of from
	next    int           // frame of batch to be sent
	sent    int64         // frames
	ended   bool
	waiting []waiting // sent, from the first that has not come out
	bytes   int       // of waiting
	idle    int
	clock   int64 // time up to which all frames have come out or are lost

	Lost    map[int64]bool // frames that did not come out, by their number from 0
	Foreign int64          // frames that came out and were not sent
}

type waiting struct {
	frame  capture.Frame
	number int64
	out    bool // has come out; frames of several rings do so in any order
}

// New returns a Wire that sends the frames of from, and takes them from live.
// It closes both.
func New(from *Frames, send func(frame []byte) error, live capture.Source) *Wire {
	return &Wire{live: live, from: from, send: send, Lost: map[int64]bool{}}
}

// Next implements capture.Source.
func (w *Wire) Next(b *capture.Batch) error {
	for {
		if err := w.top(); err != nil {
			return err
		}
		if len(w.waiting) == 0 {
			return io.EOF
		}
		if err := w.live.Next(b); err != nil {
			return err
		}
		w.match(b)
		if len(b.Frames) > 0 {
			w.idle, b.Now = 0, max(1, w.clock)
			return nil
		}
		if w.idle++; w.idle == patience {
			w.lose()
			w.idle = 0
		}
	}
}

// top sends frames until enough are under way.
func (w *Wire) top() error {
	for len(w.waiting) < maxWaiting && w.bytes < maxWaitingBytes {
		for w.next == len(w.batch.Frames) {
			if w.ended {
				return nil
			}
			w.next = 0
			switch err := w.from.Next(&w.batch); {
			case errors.Is(err, io.EOF):
				w.ended, w.batch.Frames = true, nil
			case err != nil:
				return err
			}
		}
		f := w.batch.Frames[w.next]
		w.next++
		if err := w.send(f.Data); err != nil {
			return err
		}
		f.Data = bytes.Clone(f.Data)
		w.waiting = append(w.waiting, waiting{frame: f, number: w.sent})
		w.bytes += len(f.Data)
		w.sent++
	}
	return nil
}

// match gives the frames that came out their times, and leaves out the others.
func (w *Wire) match(b *capture.Batch) {
	kept := b.Frames[:0]
	for _, f := range b.Frames {
		i := w.find(&f)
		if i < 0 {
			w.Foreign++
			continue
		}
		w.waiting[i].out = true
		f.Time = w.waiting[i].frame.Time
		kept = append(kept, f)
		for len(w.waiting) > 0 && w.waiting[0].out {
			w.drop()
		}
	}
	b.Frames = kept
}

// find returns which of the frames under way has come out.
func (w *Wire) find(f *capture.Frame) int {
	for i := range w.waiting {
		s := &w.waiting[i].frame
		if !w.waiting[i].out && f.Link == s.Link && f.Wire == s.Wire && bytes.Equal(f.Data, s.Data) {
			return i
		}
	}
	return -1
}

// lose gives up the frames under way.
func (w *Wire) lose() {
	for len(w.waiting) > 0 {
		if !w.waiting[0].out {
			w.Lost[w.waiting[0].number] = true
		}
		w.drop()
	}
}

func (w *Wire) drop() {
	w.clock = max(w.clock, w.waiting[0].frame.Time)
	w.bytes -= len(w.waiting[0].frame.Data)
	w.waiting = w.waiting[1:]
}

// Stats implements capture.Source.
func (w *Wire) Stats() capture.Stats {
	s := w.from.Stats()
	live := w.live.Stats()
	s.Dropped, s.Interfaces = live.Dropped, live.Interfaces
	return s
}

// Close implements capture.Source.
func (w *Wire) Close() error {
	err := w.live.Close()
	if e := w.from.Close(); err == nil {
		err = e
	}
	return err
}
