package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"joy/capture"
	"joy/format/ipfix"
	"joy/internal/engine"
	"joy/record"
	"joy/telemetry"
)

// TestLiveEqualsFile runs the engine on a socket, and then on the frames that
// came from it: the records are the same.
func TestLiveEqualsFile(t *testing.T) {
	src := openSource(t, "tcp", "127.0.0.1") // which loses nothing
	port := portOf(t, src)
	x, err := ipfix.Open(ipfix.Config{
		Network: "tcp", RemoteHost: "127.0.0.1", RemotePort: port, Template: ipfix.Full, Domain: 77, Wait: true, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	records := []*record.Record{everything(), plain(), hidden(), v6(everything())}
	w := x.Stage(nothing{})
	for range 50 {
		for _, r := range records {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	live := telemetry.New(telemetry.Options{Ports: []uint16{port}})
	saved := &saver{Source: src, enough: func() bool { return live.Stats().Records == uint64(50*len(records)) }}
	first := runEngine(t, saved, live)
	again := runEngine(t, &replay{frames: saved.frames}, telemetry.New(telemetry.Options{Ports: []uint16{port}}))
	if first != again {
		t.Errorf("live\n%.2000s\nfile\n%.2000s", first, again)
	}
	if n := strings.Count(first, "\n"); n != 50*len(records) {
		t.Errorf("%d records", n)
	}
}

// text is a Sink that keeps all.
type text struct{ bytes.Buffer }

func (x *text) Write(b []byte, _ []int, _ int64) error {
	_, err := x.Buffer.Write(b)
	return err
}

func (x *text) Tick(int64) error { return nil }
func (x *text) Close() error     { return nil }

func runEngine(t *testing.T, src capture.Source, c engine.Collector) string {
	t.Helper()
	var out text
	config := engine.Config{Bidir: true, NumPkts: 50, Idle: 10e9, Active: 20e9, MaxFlows: 1000, MaxMemory: 1 << 26, Workers: 2, Collector: c}
	if _, err := engine.Run(context.Background(), config, src, &out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A saver keeps the frames of a live source, which it ends when they are enough
// or nothing has come for long.
type saver struct {
	capture.Source
	enough func() bool
	quiet  int
	frames []capture.Frame
}

func (s *saver) Next(b *capture.Batch) error {
	if s.enough() || s.quiet == 5 {
		return io.EOF
	}
	if err := s.Source.Next(b); err != nil {
		return err
	}
	if s.quiet++; len(b.Frames) > 0 {
		s.quiet = 0
	}
	for _, f := range b.Frames {
		f.Data = bytes.Clone(f.Data)
		s.frames = append(s.frames, f)
	}
	return nil
}

// replay is a file of frames.
type replay struct {
	frames []capture.Frame
	given  bool
}

func (r *replay) Next(b *capture.Batch) error {
	if r.given {
		return io.EOF
	}
	r.given = true
	b.Frames, b.Now = append(b.Frames[:0], r.frames...), 0
	return nil
}

func (r *replay) Stats() capture.Stats { return capture.Stats{Inputs: 1, Frames: int64(len(r.frames))} }
func (r *replay) Close() error         { return nil }
