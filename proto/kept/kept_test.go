package kept

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"joy/feature"
)

// all writes what there is of a view: each message in brackets, one that was
// cut with a star.
func all(m *Messages, v feature.View) string {
	var text strings.Builder
	m.Each(v, func(b []byte, cut bool) {
		text.WriteString("[" + string(b) + "]")
		if cut {
			text.WriteString("*")
		}
	})
	return text.String()
}

func keep(m *Messages, d feature.Dir, messages ...string) {
	for _, b := range messages {
		bytes := []byte(b)
		m.Keep(&feature.Chunk{Dir: d, Bytes: bytes})
		clear(bytes) // it is borrowed
	}
}

func TestViews(t *testing.T) {
	var m Messages
	keep(&m, feature.Out, "a", "")
	keep(&m, feature.In, "b")
	keep(&m, feature.Out, "c")
	for v, want := range map[feature.View]string{feature.Both: "[a][][b][c]", feature.OnlyOut: "[a][][c]", feature.OnlyIn: "[b]"} {
		if got := all(&m, v); got != want {
			t.Errorf("view %d: %s, want %s", v, got, want)
		}
	}
}

func TestTooLong(t *testing.T) {
	var m Messages
	keep(&m, feature.Out, strings.Repeat("x", maxMessage), strings.Repeat("y", maxMessage+1))
	if got, want := all(&m, feature.Both), "["+strings.Repeat("x", maxMessage)+"]["+strings.Repeat("y", maxMessage)+"]*"; got != want {
		t.Errorf("%d characters, want %d", len(got), len(want))
	}
}

func TestTooMany(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		kept          int
	}{
		{"messages", "a", maxMessages},
		{"bytes", strings.Repeat("a", maxMessage), maxBytes / (maxMessage + headSize)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m Messages
			for range tt.kept {
				keep(&m, feature.Out, tt.message)
			}
			keep(&m, feature.Out, tt.message, tt.message)
			keep(&m, feature.In, tt.message)
			if got := strings.Count(all(&m, feature.Both), "["); got != tt.kept {
				t.Errorf("%d are kept, want %d", got, tt.kept)
			}
			for v, want := range map[feature.View]uint32{feature.Both: 3, feature.OnlyOut: 2, feature.OnlyIn: 1} {
				if got := m.More(v); got != want {
					t.Errorf("view %d: %d more, want %d", v, got, want)
				}
			}
			if m.Held() > maxBytes {
				t.Errorf("%d bytes are held", m.Held())
			}
		})
	}
}

func TestForget(t *testing.T) {
	var m Messages
	for range maxMessages + 1 {
		keep(&m, feature.Out, strings.Repeat("a", maxIdle/maxMessages))
	}
	m.Forget()
	if m.Held() != 0 || m.More(feature.Both) != 0 || all(&m, feature.Both) != "" || cap(m.bytes) > maxIdle {
		t.Errorf("%d bytes, %d more, room for %d are left", m.Held(), m.More(feature.Both), cap(m.bytes))
	}
	keep(&m, feature.In, "b")
	if got := all(&m, feature.OnlyIn); got != "[b]" {
		t.Errorf("%s after Forget", got)
	}
}

// FuzzKeep: what is kept is what was given, up to the bounds.
func FuzzKeep(f *testing.F) {
	f.Add([]byte("message"), uint8(3), uint16(2))
	f.Add([]byte{}, uint8(70), uint16(0))
	f.Add(make([]byte, maxMessage+1), uint8(20), uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, times uint8, step uint16) {
		var m Messages
		var given [2][][]byte
		for i := range int(times) {
			part := b[min(len(b), i*int(step)):]
			m.Keep(&feature.Chunk{Dir: feature.Dir(i & 1), Bytes: part})
			given[i&1] = append(given[i&1], part)
		}
		total := 0
		for d, v := range []feature.View{feature.OnlyOut, feature.OnlyIn} {
			n := 0
			m.Each(v, func(kept []byte, cut bool) {
				i := slices.IndexFunc(given[d][n:], func(g []byte) bool { return bytes.HasPrefix(g, kept) && cut == (len(g) > len(kept)) })
				if i < 0 {
					t.Fatalf("%q, cut: %t, was not given", kept, cut)
				}
				n += i + 1
				total++
			})
		}
		if total+int(m.More(feature.Both)) != int(times) || m.Held() > maxBytes {
			t.Fatalf("%d are kept, %d counted, of %d, in %d bytes", total, m.More(feature.Both), times, m.Held())
		}
	})
}
