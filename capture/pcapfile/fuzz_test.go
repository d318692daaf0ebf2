package pcapfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"joy/capture"
	"joy/unpack"
)

func seeds(f *testing.F) {
	for _, data := range samples() {
		f.Add(data)
	}
	for _, pack := range compressions() {
		f.Add(pack(f, one("packed")))
	}
}

// Whatever the bytes are: no panic, an end, frames that make sense, and no
// more than one warning.
func FuzzSource(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		warnings := 0
		s, err := Open([]string{"-"}, Options{Stdin: bytes.NewReader(data), Warn: func(e *DamageError) {
			warnings++
			if e.Offset < -1 || e.Error() == "" {
				t.Errorf("warning %q", e)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, s)
		var b capture.Batch
		for range 1000 {
			if err = s.Next(&b); err != nil {
				break
			}
			examine(t, &b)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		if got := s.Stats(); got.Damaged != warnings || warnings > 1 || got.Bytes > int64(len(data)) {
			t.Errorf("%d warnings, %+v", warnings, got)
		}
	})
}

// examine looks at a batch: its frames are in its buffer, one behind the other.
func examine(t *testing.T, b *capture.Batch) {
	if len(b.Frames) == 0 || len(b.Frames) > maxFrames || len(b.Buf) > max(slab, maxBlock) {
		t.Fatalf("%d frames in %d bytes", len(b.Frames), len(b.Buf))
	}
	rest := b.Buf
	for i := range b.Frames {
		f := &b.Frames[i]
		if f.Time < 0 || f.Time > latest || f.Wire < len(f.Data) || int(f.FCS) > len(f.Data) || cap(f.Data) != len(f.Data) {
			t.Fatalf("frame %+v", f)
		}
		if len(f.Data) == 0 {
			continue
		}
		at := offset(rest, f.Data)
		if at < 0 {
			t.Fatalf("frame %d of %d bytes is not where it should be", i, len(f.Data))
		}
		rest = rest[at+len(f.Data):]
	}
}

// offset is where part begins in whole; -1: it is no part of it.
func offset(whole, part []byte) int {
	for i := range whole {
		if &whole[i] == &part[0] {
			if len(whole)-i < len(part) {
				return -1
			}
			return i
		}
	}
	return -1
}

// The frames and the damage do not depend on how much comes at a time.
func FuzzPieces(f *testing.F) {
	for _, data := range samples() {
		f.Add(data, []byte{1, 7, 200})
	}
	f.Fuzz(func(t *testing.T, data, sizes []byte) {
		if _, packed, _ := unpack.Open(bufio.NewReader(bytes.NewReader(data))); packed != "" {
			return // FuzzSource has those; how they are read is not ours
		}
		want := readBytes(t, data)
		got := read(t, &sized{data: data, sizes: sizes}, "-")
		if !slices.Equal(got.frames, want.frames) || !slices.Equal(got.warnings, want.warnings) {
			t.Errorf("in pieces %q, %q\nat once %q, %q", got.frames, got.warnings, want.frames, want.warnings)
		}
	})
}

// A sized reader gives pieces of the sizes, over and over.
type sized struct {
	data  []byte
	sizes []byte
	next  int
}

func (s *sized) Read(p []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	n := 1
	if len(s.sizes) > 0 {
		n = max(1, int(s.sizes[s.next%len(s.sizes)]))
		s.next++
	}
	n = copy(p[:min(n, len(p))], s.data)
	s.data = s.data[n:]
	return n, nil
}
