package reassembly

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/packet"
)

// A seg is a segment for the tests: cut bytes of it were not captured.
type seg struct {
	seq   uint32
	data  string
	flags uint8
	cut   int
}

// play gives segments to a Stream and writes down what comes: bytes, <n> for n
// lost ones, $ for the end.
func play(s *Stream, c *Counts, segments []seg) string {
	var out strings.Builder
	for _, g := range segments {
		s.Add(g.seq, []byte(g.data[:len(g.data)-g.cut]), uint32(len(g.data)), g.flags, c, write(&out))
	}
	return out.String()
}

func write(out *strings.Builder) func(Piece) {
	return func(p Piece) {
		if p.Lost > 0 {
			fmt.Fprintf(out, "<%d>", p.Lost)
		}
		out.Write(p.Bytes)
		if p.EOF {
			out.WriteByte('$')
		}
	}
}

func TestStream(t *testing.T) {
	const top = 1<<32 - 1
	for _, c := range []struct {
		name     string
		segments []seg
		want     string // before and behind | what Flush gives
	}{
		{"in order", []seg{{10, "", packet.SYN, 0}, {11, "abc", 0, 0}, {14, "def", packet.FIN, 0}}, "abcdef$|"},
		{"without a SYN", []seg{{11, "abc", 0, 0}, {14, "def", 0, 0}}, "abcdef|"},
		{"SYN with data", []seg{{10, "abc", packet.SYN, 0}, {14, "def", 0, 0}}, "abcdef|"},
		{"swapped", []seg{{10, "", packet.SYN, 0}, {14, "def", 0, 0}, {11, "abc", 0, 0}}, "abcdef|"},
		{"three, backwards", []seg{{0, "", packet.SYN, 0}, {7, "ghi", 0, 0}, {4, "def", 0, 0}, {1, "abc", 0, 0}}, "abcdefghi|"},
		{"again", []seg{{1, "abc", 0, 0}, {1, "abc", 0, 0}, {4, "def", 0, 0}, {1, "abcdef", 0, 0}}, "abcdef|"},
		{"the first bytes win", []seg{{1, "abc", 0, 0}, {1, "XXXdef", 0, 0}, {3, "YYYYg", 0, 0}}, "abcdefg|"},
		{"also of those that wait", []seg{{0, "", packet.SYN, 0}, {4, "def", 0, 0}, {4, "XXX", 0, 0}, {3, "YYYY", 0, 0}, {1, "ab", 0, 0}}, "abYYYY|"},
		{"overlap behind a gap", []seg{{0, "", packet.SYN, 0}, {4, "def", 0, 0}, {6, "Xgh", 0, 0}, {1, "abc", 0, 0}}, "abcdefgh|"},
		{"longer one again while it waits", []seg{{0, "", packet.SYN, 0}, {4, "de", 0, 0}, {4, "XXfg", 0, 0}, {1, "abc", 0, 0}}, "abcdefg|"},
		{"lost", []seg{{0, "", packet.SYN, 0}, {4, "def", 0, 0}}, "|<3>def"},
		{"lost twice", []seg{{1, "a", 0, 0}, {4, "d", 0, 0}, {9, "i", packet.FIN, 0}}, "a|<2>d<4>i$"},
		{"lost before the FIN", []seg{{1, "abc", 0, 0}, {9, "", packet.FIN, 0}}, "abc|<5>$"},
		{"FIN behind what was not captured", []seg{{1, "abcd", packet.FIN, 2}}, "ab<2>$|"},
		{"past 2^32", []seg{{top - 2, "", packet.SYN, 0}, {1, "def", 0, 0}, {top - 1, "abc", 0, 0}}, "abcdef|"},
		{"cut by the capture", []seg{{1, "abcdef", 0, 2}, {7, "ghi", 0, 0}}, "abcd<2>ghi|"},
		{"cut to nothing", []seg{{1, "abc", 0, 0}, {4, "def", 0, 3}, {7, "ghi", 0, 1}, {10, "j", 0, 0}}, "abc<3>gh<1>j|"},
		{"FIN alone", []seg{{1, "abc", 0, 0}, {4, "", packet.FIN, 0}, {4, "", packet.FIN, 0}}, "abc$|"},
		{"FIN before the rest", []seg{{0, "", packet.SYN, 0}, {4, "", packet.FIN, 0}, {1, "abc", 0, 0}}, "abc$|"},
		{"data behind the FIN", []seg{{1, "abc", packet.FIN, 0}, {4, "x", 0, 0}}, "abc$|"},
		{"data that waits behind the FIN", []seg{{1, "abc", 0, 0}, {9, "x", 0, 0}, {4, "", packet.FIN, 0}}, "abc$|"},
		{"far away", []seg{{1, "abc", 0, 0}, {1 << 31, "xyz", 0, 0}, {4, "def", 0, 0}}, "abcdef|"},
		{"keep-alive", []seg{{1, "abc", 0, 0}, {3, "\x00", 0, 0}, {4, "def", 0, 0}}, "abcdef|"},
		{"nothing", []seg{{1, "", packet.ACK, 0}}, "|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Stream
			var n Counts
			got := play(&s, &n, c.segments)
			var rest strings.Builder
			s.Flush(&n, write(&rest))
			if got += "|" + rest.String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if s.Held() != 0 || s.Waits() {
				t.Errorf("%d bytes left", s.Held())
			}
		})
	}
}

// What the other side has acknowledged will not come any more.
func TestAcked(t *testing.T) {
	var s Stream
	var c Counts
	var out strings.Builder
	got := play(&s, &c, []seg{{0, "", packet.SYN, 0}, {4, "def", 0, 0}, {10, "jkl", 0, 0}})
	s.Acked(4, &c, write(&out)) // of nothing that waits
	out.WriteByte('|')
	s.Acked(7, &c, write(&out))
	out.WriteByte('|')
	s.Acked(13, &c, write(&out))
	if got += out.String(); got != "|<3>def|<3>jkl" || c != (Counts{Gaps: 2}) {
		t.Errorf("got %s, %+v", got, c)
	}
}

// What waits is bounded, in bytes and in segments.
func TestBounds(t *testing.T) {
	for _, size := range []int{1, 1460, 60000} {
		var s Stream
		var c Counts
		given := 0
		s.Add(0, nil, 0, packet.SYN, &c, nil)
		data := make([]byte, size)
		for i := range 500 {
			seq := uint32(10 + 2*i*size) // a gap behind each
			s.Add(seq, data, uint32(size), 0, &c, func(p Piece) { given += len(p.Bytes) })
			if s.Held() > MaxBytes || len(s.waiting) > MaxSegments {
				t.Fatalf("%d bytes in %d segments", s.Held(), len(s.waiting))
			}
		}
		if c.Overflow == 0 || given+s.Held() != 500*size {
			t.Errorf("%d bytes a segment: %d given, %d held, %+v", size, given, s.Held(), c)
		}
	}
}

func TestInOrderDoesNotAllocate(t *testing.T) {
	var s Stream
	var c Counts
	n, seq, data := 0, uint32(1), make([]byte, 1460)
	give := func(p Piece) { n += len(p.Bytes) }
	if a := testing.AllocsPerRun(100, func() {
		s.Add(seq, data, 1460, 0, &c, give)
		seq += 1460
	}); a != 0 || n == 0 {
		t.Errorf("%v allocations", a)
	}
}

// shuffled plays a text in segments that overlap, come twice and out of order,
// all of them in the end: it must come out as it is.
func shuffled(t *testing.T, r *rand.Rand, origin uint32, n int) {
	t.Helper()
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	var list [][2]int
	for at := 0; at < n; {
		end := min(n, at+1+r.IntN(40))
		list = append(list, [2]int{max(0, at-r.IntN(10)), end})
		if r.IntN(4) == 0 {
			list = append(list, list[r.IntN(len(list))])
		}
		at = end
	}
	for i := range list { // swaps near by, so that no bound is reached
		j := min(len(list)-1, i+r.IntN(8))
		list[i], list[j] = list[j], list[i]
	}
	var s Stream
	var c Counts
	var got []byte
	give := func(p Piece) {
		if p.Lost != 0 {
			t.Fatalf("%d bytes lost", p.Lost)
		}
		got = append(got, p.Bytes...)
	}
	s.Add(origin-1, nil, 0, packet.SYN, &c, give)
	for _, g := range list {
		s.Add(origin+uint32(g[0]), text[g[0]:g[1]], uint32(g[1]-g[0]), 0, &c, give)
	}
	if !bytes.Equal(got, text) || s.Waits() || c != (Counts{}) {
		t.Fatalf("%d of %d bytes, %+v", len(got), n, c)
	}
}

func TestShuffled(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		shuffled(t, r, r.Uint32(), 1+r.IntN(3000))
	}
}

// FuzzStream: any segments give each number of the sequence space once, in
// order, with the gaps said.
func FuzzStream(f *testing.F) {
	f.Add([]byte("\x00\x0a\x02\x00\x0b\x13\x00\x11\x03\x00\x0e\x13"), uint32(1<<32-20))
	f.Add([]byte("\x00\x20\x10\x00\x00\x10\x00\x10\x1f\x00\x30\x81"), uint32(0))
	f.Fuzz(func(t *testing.T, script []byte, origin uint32) {
		var s Stream
		var c Counts
		next, begun := uint32(0), false
		give := func(p Piece) {
			if p.Lost < 0 || len(p.Bytes) == 0 && !p.EOF {
				t.Fatalf("%+v", p)
			}
			if begun && p.Lost+len(p.Bytes) > 0 {
				next += uint32(p.Lost)
				for _, b := range p.Bytes {
					if b != byte(next) {
						t.Fatalf("byte %d at %d", b, next)
					}
					next++
				}
			}
		}
		for ; len(script) >= 3; script = script[3:] {
			seq := origin + uint32(script[0])<<8 + uint32(script[1])
			n := int(script[2] & 0x1f)
			data := make([]byte, n)
			for i := range data {
				data[i] = byte(seq + uint32(i))
			}
			flags := uint8(0)
			if script[2]&0x20 != 0 {
				flags = packet.FIN
			}
			if !begun && n > 0 {
				begun, next = true, seq
			}
			cut := n
			if script[2]&0x40 != 0 {
				cut /= 2
			}
			s.Add(seq, data[:cut], uint32(n), flags, &c, give)
			if script[2]&0x80 != 0 {
				s.Acked(seq, &c, give)
			}
			if s.Held() > MaxBytes || len(s.waiting) > MaxSegments {
				t.Fatal("too much waits")
			}
		}
		s.Flush(&c, give)
		if s.Held() != 0 || s.Waits() {
			t.Fatal("not all was given")
		}
	})
}

func BenchmarkStream(b *testing.B) {
	data := make([]byte, 1460)
	n := 0
	give := func(p Piece) { n += len(p.Bytes) }
	var s Stream
	var c Counts
	b.ReportAllocs()
	for seq := uint32(1); b.Loop(); seq += 1460 {
		s.Add(seq, data, 1460, 0, &c, give)
	}
}
