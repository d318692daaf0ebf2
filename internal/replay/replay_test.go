package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"joy/capture"
)

// tape is a Source of given frames, three at a time.
type tape []capture.Frame

func (s *tape) Next(b *capture.Batch) error {
	if len(*s) == 0 {
		return io.EOF
	}
	n := min(3, len(*s))
	b.Frames, *s = append(b.Frames[:0], (*s)[:n]...), (*s)[n:]
	return nil
}
func (*tape) Stats() capture.Stats { return capture.Stats{Inputs: 1} }
func (*tape) Close() error         { return nil }

// cable gives what was sent into it, but for what it swallows.
type cable struct {
	frames  []capture.Frame
	swallow func(n int) bool
	n       int
	noise   bool
}

func (c *cable) send(frame []byte) error {
	c.n++
	if !c.swallow(c.n - 1) {
		c.frames = append(c.frames, capture.Frame{Time: 1, Data: bytes.Clone(frame), Wire: len(frame), Link: capture.LinkEthernet})
	}
	return nil
}

func (c *cable) Next(b *capture.Batch) error {
	n := min(2, len(c.frames))
	b.Frames, c.frames = append(b.Frames[:0], c.frames[:n]...), c.frames[n:]
	b.Now = 7
	if c.noise {
		b.Frames = append(b.Frames, capture.Frame{Time: 1, Data: []byte("a frame of somebody else"), Wire: 24, Link: capture.LinkEthernet})
		c.noise = false
	}
	return nil
}
func (*cable) Stats() capture.Stats { return capture.Stats{Dropped: 5} }
func (*cable) Close() error         { return nil }

// recording makes n frames, of which every fifth cannot be sent.
func recording(n int) *tape {
	t := new(tape)
	for i := range n {
		f := capture.Frame{Time: int64(1000 + i), Data: fmt.Appendf(nil, "frame number %4d, fcs!", i), Wire: 2000, FCS: 4}
		f.Link = capture.LinkEthernet
		if i%5 == 4 {
			f.Link = capture.LinkRaw
		}
		*t = append(*t, f)
	}
	return t
}

func read(t *testing.T, src capture.Source) (all []capture.Frame) {
	t.Helper()
	var b capture.Batch
	for {
		err := src.Next(&b)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range b.Frames {
			f.Data = bytes.Clone(f.Data)
			all = append(all, f)
		}
	}
}

func TestFramesComeOutAsTheyAreInTheCapture(t *testing.T) {
	lost := []int{0, 17, 18, 19, 79}
	c := &cable{swallow: func(n int) bool { return slices.Contains(lost, n) }, noise: true}
	from := &Frames{Source: recording(100)}
	w := New(from, c.send, c)
	got := read(t, w)
	want := read(t, &Frames{Source: recording(100), Lost: func(n int64) bool { return w.Lost[n] }})
	equal := slices.EqualFunc(got, want, func(a, b capture.Frame) bool {
		return a.Time == b.Time && a.Wire == b.Wire && a.Link == b.Link && a.FCS == b.FCS && bytes.Equal(a.Data, b.Data)
	})
	if !equal || len(got) != 75 {
		t.Errorf("%d frames come out, %d are expected, or others", len(got), len(want))
	}
	if len(w.Lost) != len(lost) || !w.Lost[79] || w.Foreign != 1 || from.Skipped != 20 || w.Stats().Dropped != 5 {
		t.Errorf("lost %v, foreign %d, skipped %d", w.Lost, w.Foreign, from.Skipped)
	}
}

func TestNothingComesOut(t *testing.T) {
	c := &cable{swallow: func(int) bool { return true }}
	w := New(&Frames{Source: recording(10)}, c.send, c)
	if got := read(t, w); len(got) != 0 || len(w.Lost) != 8 {
		t.Errorf("%d frames came out, %d are lost", len(got), len(w.Lost))
	}
}
