package measure

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func naiveHistogram(p []byte) (h Histogram) {
	for _, v := range p {
		h[v]++
	}
	return h
}

func randomBytes(r *rand.Rand, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return p
}

func histogramOf(b *Bytes, bins *Bins) (h Histogram) {
	b.Counts(&h, bins)
	return h
}

func TestBytesAtEachStepOfItsSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, total := range []int{0, 1, 7, 255, 256, 257, 1000, maxSome - 1, maxSome, maxSome + 1, 5 * maxSome} {
		for _, chunk := range []int{1, 3, 8, 60, 1460, 65535} {
			var bins Bins
			var b Bytes
			all := randomBytes(r, total)
			for rest := all; len(rest) > 0; {
				n := min(chunk, len(rest))
				b.Add(rest[:n], &bins)
				rest = rest[n:]
			}
			if histogramOf(&b, &bins) != naiveHistogram(all) || b.Total() != uint64(total) {
				t.Errorf("%d bytes in pieces of %d: wrong counters", total, chunk)
			}
			if histogramOf(&b, &bins) != naiveHistogram(all) {
				t.Errorf("%d bytes in pieces of %d: asking changes the counters", total, chunk)
			}
			b.Reset(&bins)
			if (histogramOf(&b, &bins) != Histogram{}) || b.Total() != 0 {
				t.Errorf("%d bytes in pieces of %d: Reset leaves something", total, chunk)
			}
		}
	}
}

func TestBytesLaneAboutToOverflow(t *testing.T) {
	var bins Bins
	var b Bytes
	b.Add(make([]byte, maxSome+1), &bins)
	before := histogramOf(&b, &bins)[0]
	// As after 4 GiB of zeros, had all of them gone to the first lane.
	l := bins.many.at(b.many)
	l.table[0][0], l.added = math.MaxUint32-10, math.MaxUint32-10
	b.Add(make([]byte, 1460), &bins)
	if got, want := histogramOf(&b, &bins)[0], before+math.MaxUint32-10+1460; got != want {
		t.Errorf("%d zeros counted, want %d", got, want)
	}
}

func TestBytesTablesAreSharedAndCleared(t *testing.T) {
	var bins Bins
	var small, large Bytes
	p := []byte(strings.Repeat("abcdefgh", 1000))
	large.Add(p, &bins)
	large.Add(p, &bins)
	large.Add(p, &bins)
	if large.some != 0 || len(bins.some.free) != 1 {
		t.Error("the single table of a flow that grew is not given back")
	}
	small.Add(p, &bins)
	if len(bins.some.free) != 0 {
		t.Error("a table is not used again")
	}
	if histogramOf(&small, &bins) != naiveHistogram(p) {
		t.Error("a table that is used again is not empty")
	}
	large.Reset(&bins)
	if len(bins.many.free) != 1 {
		t.Error("Reset keeps the lanes")
	}
}

func TestBytesDoesNotAllocateForEachPacket(t *testing.T) {
	var bins Bins
	var b Bytes
	p := make([]byte, 1460)
	cycle := func() {
		for range 20 {
			b.Add(p[:60], &bins)
			b.Add(p, &bins)
		}
		b.Reset(&bins)
	}
	cycle()
	if n := testing.AllocsPerRun(100, cycle); n != 0 {
		t.Errorf("%v allocations for a flow of 40 packets", n)
	}
}

// naiveMoments follows the textbook with exact numbers.
func naiveMoments(values []uint64) (mean, std float64) {
	n := big.NewRat(int64(len(values)), 1)
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, new(big.Rat).SetInt(new(big.Int).SetUint64(v)))
	}
	m := new(big.Rat).Quo(sum, n)
	mean, _ = m.Float64()
	if len(values) < 2 {
		return mean, 0
	}
	squares := new(big.Rat)
	for _, v := range values {
		d := new(big.Rat).SetInt(new(big.Int).SetUint64(v))
		d.Sub(d, m)
		squares.Add(squares, d.Mul(d, d))
	}
	variance, _ := squares.Quo(squares, n.Sub(n, big.NewRat(1, 1))).Float64()
	return mean, math.Sqrt(variance)
}

func closeTo(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a), math.Abs(b)) }

func TestHistogramMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name string
		p    []byte
	}{
		{"one byte has no deviation", []byte{200}},
		{"equal bytes", []byte{255, 255, 255, 255}},
		{"two values", []byte{0, 255}},
		{"text", []byte("GET / HTTP/1.1\r\n\r\n")},
		{"random", randomBytes(r, 5000)},
	} {
		values := make([]uint64, len(c.p))
		for i, v := range c.p {
			values[i] = uint64(v)
		}
		h := naiveHistogram(c.p)
		mean, std := h.Moments()
		wantMean, wantStd := naiveMoments(values)
		if !closeTo(mean, wantMean) || !closeTo(std, wantStd) {
			t.Errorf("%s: mean %v std %v, want %v and %v", c.name, mean, std, wantMean, wantStd)
		}
	}
	var none Histogram
	if mean, std := none.Moments(); mean != 0 || std != 0 {
		t.Errorf("no bytes: mean %v std %v", mean, std)
	}
}

// Joy adds weighted variances and forgets how far apart the means are (D27).
func TestHistogramMomentsOfTwoDirectionsWithDifferentMeans(t *testing.T) {
	var bins Bins
	var out, in Bytes
	out.Add([]byte{0, 0, 0, 0}, &bins)
	in.Add([]byte{100, 100, 100, 100}, &bins)
	var h Histogram
	out.Counts(&h, &bins)
	in.Counts(&h, &bins)
	mean, std := h.Moments()
	if want := math.Sqrt(20000.0 / 7); mean != 50 || !closeTo(std, want) {
		t.Errorf("mean %v std %v, want 50 and %v", mean, std, want)
	}
}

func TestHistogramMomentsOfManyBytesKeepTheirDigits(t *testing.T) {
	var h Histogram
	h[254], h[255] = 1<<40, 1<<40
	mean, std := h.Moments()
	if mean != 254.5 || !closeTo(std, 0.5) {
		t.Errorf("mean %v std %v", mean, std)
	}
}

func TestHistogramEntropy(t *testing.T) {
	uniform := make([]byte, 0, 256*100)
	for i := range cap(uniform) {
		uniform = append(uniform, byte(i))
	}
	for _, c := range []struct {
		name string
		p    []byte
		want float64
	}{
		{"no bytes", nil, 0},
		{"one byte", []byte{7}, 0},
		{"equal bytes", []byte("aaaaaaa"), 0},
		{"two values", []byte("abababab"), 1},
		{"half, quarter, quarter", []byte("aabc"), 1.5},
		{"all values alike, more than Joy's 4000 bytes (D28)", uniform, 8},
		{"one in three", []byte("aab"), math.Log2(3) - 2.0/3},
	} {
		h := naiveHistogram(c.p)
		if got := h.Entropy(); !closeTo(got, c.want) || math.Signbit(got) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Joy takes the entropy of the shifted counters when dist=1 is set (D28).
func TestDistributionLeavesTheCountersAlone(t *testing.T) {
	h := naiveHistogram([]byte(strings.Repeat("a", 4096) + "b"))
	before := h.Entropy()
	h.Distribution(nil)
	if got := h.Entropy(); got != before {
		t.Errorf("entropy %v, then %v", before, got)
	}
}

func TestHistogramDistributionShift(t *testing.T) {
	for _, c := range []struct {
		largest, other  uint64
		want, wantOther uint8
	}{
		{0, 0, 0, 0},
		{255, 3, 255, 3},
		{256, 3, 128, 1},
		{511, 1, 255, 0},
		{1 << 40, 1 << 34, 128, 2},
		{math.MaxUint64, 1 << 63, 255, 128},
	} {
		var h Histogram
		h['x'], h['y'] = c.largest, c.other
		d := h.Distribution([]uint8{9})
		if len(d) != 257 || d[0] != 9 || d[1+'x'] != c.want || d[1+'y'] != c.wantOther {
			t.Errorf("%d and %d: %d and %d, want %d and %d", c.largest, c.other, d[1+'x'], d[1+'y'], c.want, c.wantOther)
		}
	}
}

// mapFile is a file that puts byte value v into bin v/16, line v+1.
func mapFile() []string {
	lines := make([]string, 256)
	for v := range lines {
		lines[v] = fmt.Sprintf("%d\t%d", v, v/16)
	}
	return lines
}

func TestCompactAddsUpAllBytesBeforeItShifts(t *testing.T) {
	m, err := LoadCompactMap(strings.NewReader(strings.Join(mapFile(), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	var h Histogram
	for v := range h {
		h[v] = 20 // 320 in each bin
	}
	h[0xf7] += 32
	got := h.Compact(nil, m)
	want := append(slices.Repeat([]uint8{160}, 15), 176)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if m[0x10] != 1 || m[255] != 15 {
		t.Error("byte values above 15 are not mapped (D29)")
	}
}

func TestLoadCompactMap(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func([]string) []string
		want   string // in the error; none when empty
	}{
		{"as it should be", func(l []string) []string { return l }, ""},
		{"in another order", func(l []string) []string { slices.Reverse(l); return l }, ""},
		{"CRLF, spaces and empty lines", func(l []string) []string {
			l[3] = " 3   0 \r"
			return append(l, "", "\r", "")
		}, ""},
		{"a line is missing", func(l []string) []string { return l[1:] }, "line 255: the file ends with 255 of 256"},
		{"empty", func([]string) []string { return nil }, "line 0: the file ends with 0 of 256"},
		{"a value twice", func(l []string) []string { l[9] = "8\t1"; return l }, "line 10: byte value 8 was in line 9 already"},
		{"no bin", func(l []string) []string { l[4] = "4"; return l }, "line 5: a byte value and a bin"},
		{"three numbers", func(l []string) []string { l[4] = "4 1 1"; return l }, "line 5: a byte value and a bin"},
		{"bin 16", func(l []string) []string { l[4] = "4\t16"; return l }, `line 5: bin "16"`},
		{"negative bin", func(l []string) []string { l[4] = "4\t-1"; return l }, `line 5: bin "-1"`},
		{"value 256", func(l []string) []string { l[4] = "256\t1"; return l }, `line 5: byte value "256"`},
		{"words", func(l []string) []string { l[4] = "four\tone"; return l }, `line 5: byte value "four"`},
		{"endless line", func(l []string) []string { l[4] = strings.Repeat("4", 1<<20); return l }, "line 5: "},
	} {
		_, err := LoadCompactMap(strings.NewReader(strings.Join(c.change(mapFile()), "\n")))
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzBytes(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n"), uint16(3), uint16(1))
	f.Add([]byte{0, 0, 0, 255}, uint16(1), uint16(9000))
	f.Add(make([]byte, 300), uint16(299), uint16(70))
	f.Fuzz(func(t *testing.T, p []byte, cut, times uint16) {
		var bins Bins
		var b, whole Bytes
		var want Histogram
		n := min(int(times), 1<<18/(len(p)+1)) + 1
		for range n {
			c := min(int(cut), len(p))
			b.Add(p[:c], &bins)
			b.Add(p[c:], &bins)
			for _, v := range p {
				want[v]++
			}
		}
		whole.Add(slices.Repeat(p, n), &bins)
		got := histogramOf(&b, &bins)
		if got != want || histogramOf(&whole, &bins) != want || got.Total() != b.Total() {
			t.Fatal("wrong counters")
		}
		if e := got.Entropy(); !(e >= 0 && e <= 8+1e-12) {
			t.Fatalf("entropy %v", e)
		}
		if mean, std := got.Moments(); !(mean >= 0 && mean <= 255 && std >= 0 && std <= 181) {
			t.Fatalf("mean %v std %v", mean, std)
		}
		if d := got.Distribution(nil); len(d) != 256 || got.Total() > 0 && slices.Max(d) == 0 {
			t.Fatalf("distribution %v", d)
		}
	})
}

func FuzzLoadCompactMap(f *testing.F) {
	f.Add(strings.Join(mapFile(), "\n"))
	f.Add("1\t2\n1\t2")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := LoadCompactMap(strings.NewReader(s))
		if err != nil {
			if m != nil || !strings.HasPrefix(err.Error(), "line ") {
				t.Fatalf("error %v with a map %v", err, m)
			}
			return
		}
		if slices.Max(m[:]) > 15 || len(strings.Fields(s)) != 512 {
			t.Fatalf("%q was taken", s)
		}
	})
}

func BenchmarkBytes(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	random, text := randomBytes(r, 1460), make([]byte, 1460)
	for i := range text {
		text[i] = "etaoin shrdlu  e"[r.IntN(16)]
	}
	for _, c := range []struct {
		name string
		p    []byte
		flow int // bytes before the flow ends; 0 = never
	}{
		{"lanes/random", random, 0},
		{"lanes/text", text, 0},
		{"lanes/zeros", make([]byte, 1460), 0},
		{"table/random", random, 11 * 1460},
		{"table/text", text, 11 * 1460},
		{"few/60", random[:60], 240},
		{"few/240", random[:240], 240},
	} {
		b.Run(c.name, func(b *testing.B) {
			var bins Bins
			var x Bytes
			if c.flow == 0 {
				x.Add(make([]byte, maxSome+1), &bins)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(c.p)))
			for b.Loop() {
				x.Add(c.p, &bins)
				if c.flow > 0 && x.n >= uint64(c.flow) {
					x.Reset(&bins)
				}
			}
		})
	}
}

func BenchmarkEntropy(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{60, 4000, 1000000} {
		h := naiveHistogram(randomBytes(r, n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Entropy()
			}
		})
	}
}

func BenchmarkMoments(b *testing.B) {
	h := naiveHistogram(randomBytes(rand.New(rand.NewPCG(7, 8)), 4000))
	b.ReportAllocs()
	for b.Loop() {
		h.Moments()
	}
}
