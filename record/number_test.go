package record

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// checkFloat compares all formats with those of strconv, which are exact.
func checkFloat(t *testing.T, x float64) {
	t.Helper()
	var got, want []byte
	for n := 0; n <= 9; n++ {
		got, want = appendFixed(got[:0], x, n), appendSlow(want[:0], x, 'f', n)
		if !bytes.Equal(got, want) {
			t.Fatalf("%%.%df of %s (%b): %s, want %s", n, strconv.FormatFloat(x, 'g', -1, 64), x, got, want)
		}
		if n == 0 {
			continue
		}
		got, want = appendSignificant(got[:0], x, n), appendSlow(want[:0], x, 'g', n)
		if !bytes.Equal(got, want) {
			t.Fatalf("%%.%dg of %s (%b): %s, want %s", n, strconv.FormatFloat(x, 'g', -1, 64), x, got, want)
		}
	}
}

// around calls f with x and its neighbours, of either sign.
func around(x float64, f func(float64)) {
	below, above := x, x
	for range 3 {
		f(below)
		f(-below)
		f(above)
		f(-above)
		below, above = math.Nextafter(below, math.Inf(-1)), math.Nextafter(above, math.Inf(1))
	}
}

func TestFloatHardCases(t *testing.T) {
	check := func(x float64) { checkFloat(t, x) }
	for _, x := range []float64{
		0, math.SmallestNonzeroFloat64, 0x1p-1022, math.MaxFloat64, 1 << 40, 1 << 53, 1e15, 1e16, 1e22, 1e23,
		0.1, 0.3, 1.005, 2.675, 0.0000005, 0.5, 1.5, 2.5, 0.125, 0.375, 1099511.627776, 0.00009999999999, 9.9999999999,
	} {
		around(x, check)
	}
	for e := -12; e <= 20; e++ {
		p := math.Pow(10, float64(e))
		for _, m := range []float64{1, 5, 9.5, 9.9995, 9.99995, 9.999995, 9.9999995, 9.99999995, 9.999999995, 1.00005, 1.2345, 12345.5, 123456789.5} {
			around(m*p, check)
		}
	}
	// Ties that a float holds exactly: an odd number of halves, quarters, ...
	for shift := 1; shift <= 20; shift++ {
		for _, n := range []float64{1, 3, 5, 7, 99, 12345, 999999, 99999999} {
			around(n/float64(int(1)<<shift), check)
		}
	}
}

func TestFloatRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 20_000
	if testing.Short() {
		n = 5_000
	}
	for range n {
		checkFloat(t, math.Float64frombits(r.Uint64()))
		checkFloat(t, r.NormFloat64()*math.Pow(10, float64(r.IntN(16)-5)))
		decimal, _ := strconv.ParseFloat(fmt.Sprintf("%d.%0*d5", r.IntN(100000), r.IntN(9)+1, r.IntN(1000)), 64)
		checkFloat(t, decimal)
	}
}

func FuzzFloat(f *testing.F) {
	f.Add(0.5)
	f.Add(99999.5)
	f.Add(0.00009999995)
	f.Fuzz(func(t *testing.T, x float64) { checkFloat(t, x) })
}

func TestNotFiniteIsNull(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := appendFixed(nil, x, 6); string(got) != "null" {
			t.Errorf("%%f of %v: %s, want null", x, got)
		}
		if got := appendSignificant(nil, x, 5); string(got) != "null" {
			t.Errorf("%%.5g of %v: %s, want null", x, got)
		}
	}
}

func TestIntegers(t *testing.T) {
	check := func(v uint64) {
		t.Helper()
		for _, room := range []int{0, 1, 64} {
			if got, want := appendUint(append(make([]byte, 0, room), 'x'), v), fmt.Sprintf("x%d", v); string(got) != want {
				t.Fatalf("%d: %s", v, got)
			}
		}
		if got, want := appendInt(nil, int64(v)), strconv.FormatInt(int64(v), 10); string(got) != want {
			t.Fatalf("%s: %s", want, got)
		}
	}
	for shift := range 64 {
		for d := range uint64(5) {
			check(1<<shift + d - 2)
		}
	}
	for p, n := uint64(1), 0; n < maxUint; p, n = p*10, n+1 {
		check(p - 1)
		check(p)
		check(p + 1)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		check(r.Uint64() >> r.IntN(64))
	}
}

func TestAppendBytes(t *testing.T) {
	all := make([]byte, 256)
	want := []byte("x[")
	for i := range all {
		all[i] = byte(i)
		want = fmt.Appendf(want, "%d,", i)
	}
	want[len(want)-1] = ']'
	for _, room := range []int{1, 2, 3, 1024, 4096} {
		if got := appendBytes(append(make([]byte, 0, room), 'x'), all); !bytes.Equal(got, want) {
			t.Errorf("with room for %d: %s", room, got)
		}
	}
	for _, tt := range []struct {
		in   []byte
		want string
	}{{nil, "[]"}, {[]byte{0}, "[0]"}, {[]byte{255}, "[255]"}, {[]byte{10, 9}, "[10,9]"}} {
		if got := appendBytes(nil, tt.in); string(got) != tt.want {
			t.Errorf("%v: %s, want %s", tt.in, got, tt.want)
		}
	}
}

func BenchmarkFloat(b *testing.B) {
	var buf []byte
	values := []float64{92.318181, 4.733172, 0, 1500, 23.456789, 0.021, 1234.5}
	for _, bench := range []struct {
		name string
		f    func(x float64) []byte
	}{
		{"fixed", func(x float64) []byte { return appendFixed(buf[:0], x, 6) }},
		{"fixed/strconv", func(x float64) []byte { return strconv.AppendFloat(buf[:0], x, 'f', 6, 64) }},
		{"significant", func(x float64) []byte { return appendSignificant(buf[:0], x, 9) }},
		{"significant/strconv", func(x float64) []byte { return strconv.AppendFloat(buf[:0], x, 'g', 9, 64) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				for _, x := range values {
					buf = bench.f(x)
				}
			}
		})
	}
}

func BenchmarkUint(b *testing.B) {
	values := []uint64{6, 45422, 443, 31, 1, 157, 1, 1502118721, 64, 40375, 0, 537711802, 305, 1460}
	var buf []byte
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			buf = buf[:0]
			for _, v := range values {
				buf = appendUint(buf, v)
			}
		}
	})
	b.Run("strconv", func(b *testing.B) {
		for b.Loop() {
			buf = buf[:0]
			for _, v := range values {
				buf = strconv.AppendUint(buf, v, 10)
			}
		}
	})
}

func BenchmarkBytes(b *testing.B) {
	dist := make([]byte, 256)
	for i := range dist {
		dist[i] = byte(i * i >> 9)
	}
	var buf []byte
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			buf = appendBytes(buf[:0], dist)
		}
	})
	b.Run("strconv", func(b *testing.B) {
		for b.Loop() {
			buf = buf[:0]
			for _, c := range dist {
				buf = append(strconv.AppendUint(buf, uint64(c), 10), ',')
			}
		}
	})
}
