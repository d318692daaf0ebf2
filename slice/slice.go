// Package slice takes the frames of some flows out of captures. What is read
// twice: first the engine makes flows, and tells which frames are in which
// record; then the frames of the records that were chosen are copied.
package slice

import (
	"context"
	"errors"
	"io"

	"joy"
	"joy/capture"
	"joy/capture/pcapfile"
	"joy/record"
)

// Frames are those of the records that were chosen.
type Frames struct {
	frames  set
	Records int    // chosen
	Of      int    // of so many
	Left    uint64 // fragments that could not be told to be of a record
	Stats   joy.Stats
}

// Len is the number of frames.
func (f *Frames) Len() uint64 { return f.frames.n }

// Options say which flows are wanted.
type Options struct {
	// Config is that of the run which makes the flows.
	Config joy.Config
	// Choose is given the JSON of each record, in the order of the output, valid
	// during the call, and returns whether it is wanted. An error ends the reading.
	Choose func(line []byte) (bool, error)
	// Segments says that only the records themselves are wanted, and not the
	// others of a flow that timeouts have cut.
	Segments bool
}

// Find reads src to its end and finds the frames of the flows that are wanted.
// With bidir=0 both records of a conversation have the frames of both.
func Find(ctx context.Context, o Options, src capture.Source) (*Frames, error) {
	f := &finding{Options: o, found: new(Frames), wanted: map[record.FlowID]struct{}{}}
	defer f.journal.close()
	stats, err := joy.Run(ctx, o.Config, src, nowhere{}, joy.RunOptions{
		Trace: f,
		After: func(record.Writer) record.Writer { return f },
	})
	f.found.Stats = stats
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, err
	}
	f.join()
	err = f.journal.each(func(frame, record uint64) {
		if f.chosen.has(record) {
			f.found.frames.add(frame)
		}
	})
	return f.found, err
}

// A finding is the first reading: the last stage of the engine, and what it
// traces to.
type finding struct {
	Options
	journal journal
	chosen  set
	record  uint64 // on its way
	line    []byte // reused
	found   *Frames

	cuts   []segment                  // records of flows that were cut
	wanted map[record.FlowID]struct{} // of these flows, those with a record that was chosen
}

// A segment is a record of a flow that has several.
type segment struct {
	flow   record.FlowID
	record uint64
}

// Frame is that of a joy.Tracer.
func (f *finding) Frame(frame, record uint64) { f.journal.add(frame, record) }

// Record is that of a joy.Tracer.
func (f *finding) Record(record uint64) { f.record = record }

// Left is that of a joy.Tracer.
func (f *finding) Left(frames uint64) { f.found.Left = frames }

// Write is that of a record.Writer.
func (f *finding) Write(r *record.Record) error {
	f.line = r.AppendJSON(f.line[:0])
	f.found.Of++
	ok, err := f.Choose(f.line)
	if ok {
		f.found.Records++
		f.chosen.add(f.record)
	}
	if !f.Segments && (r.Segment > 0 || r.EndReason == record.ActiveTimeout) {
		f.cut(r.FlowID, ok)
	}
	return errors.Join(err, f.journal.err)
}

func (f *finding) cut(flow record.FlowID, chosen bool) {
	f.cuts = append(f.cuts, segment{flow, f.record})
	if chosen {
		f.wanted[flow] = struct{}{}
	}
}

// join chooses the other records of the flows that are wanted.
func (f *finding) join() {
	for _, s := range f.cuts {
		if _, ok := f.wanted[s.flow]; ok && !f.chosen.has(s.record) {
			f.found.Records++
			f.chosen.add(s.record)
		}
	}
}

// Copy reads the same captures again and writes the frames, unchanged and in
// their order. It returns how many there were.
func (f *Frames) Copy(ctx context.Context, src capture.Source, w *pcapfile.Writer) (n uint64, err error) {
	var b capture.Batch
	for at := uint64(0); n < f.Len(); {
		if err := errors.Join(src.Next(&b), ctx.Err()); err != nil {
			if errors.Is(err, io.EOF) && ctx.Err() == nil {
				return n, ErrChanged
			}
			return n, err
		}
		for i := range b.Frames {
			if f.frames.has(at) {
				if err := w.Write(&b.Frames[i]); err != nil {
					return n, err
				}
				n++
			}
			at++
		}
	}
	return n, nil
}

// ErrChanged says that the second reading found fewer frames than the first.
var ErrChanged = errors.New("the capture has become shorter while it was read")

// nowhere is the sink behind a finding.
type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }
