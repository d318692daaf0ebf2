package measure

import (
	"math/rand/v2"
	"testing"
)

// literalWHT follows the definition: groups of four, the last filled up with
// zeros, two steps of additions and subtractions.
func literalWHT(payloads ...[]byte) (s [4]float64) {
	var sum [4]int64
	n := 0
	for _, p := range payloads {
		n += len(p)
		for len(p) > 0 {
			var d [4]int64
			for i := range min(4, len(p)) {
				d[i] = int64(p[i])
			}
			p = p[min(4, len(p)):]
			x0, x1, x2, x3 := d[0]+d[2], d[1]+d[3], d[0]-d[2], d[1]-d[3]
			sum[0] += x0 + x1
			sum[1] += x0 - x1
			sum[2] += x2 + x3
			sum[3] += x2 - x3
		}
	}
	for i := range s {
		if n > 0 {
			s[i] = float64(sum[i]) / float64(n)
		}
	}
	return s
}

func TestWHTIsTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 70 {
		p, q := randomBytes(r, n), randomBytes(r, n/2)
		var w WHT
		w.Add(p)
		w.Add(q)
		if got, want := w.Coefficients(), literalWHT(p, q); got != want {
			t.Errorf("%d bytes: %v, want %v", n, got, want)
		}
	}
}

func TestWHTFieldsDoNotOverflow(t *testing.T) {
	for _, n := range []int{whtBlock - 1, whtBlock, whtBlock + 1, whtBlock + 8, 65535} {
		p := make([]byte, n)
		for i := range p {
			p[i] = 0xff
		}
		var w WHT
		w.Add(p)
		if got, want := w.Coefficients(), literalWHT(p); got != want {
			t.Errorf("%d bytes of 0xff: %v, want %v", n, got, want)
		}
	}
}

func TestWHTOfTwoDirections(t *testing.T) {
	var out WHT
	out.Add([]byte("request"))
	out.Add([]byte("the response"))
	if got, want := out.Coefficients(), literalWHT([]byte("request"), []byte("the response")); got != want || out.Total() != 19 {
		t.Errorf("%v, want %v", got, want)
	}
	out.Reset()
	if (out.Coefficients() != [4]float64{}) || out.Total() != 0 {
		t.Error("Reset leaves something")
	}
}

func FuzzWHT(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n"), []byte{255})
	f.Add(make([]byte, 2049), []byte{})
	f.Fuzz(func(t *testing.T, p, q []byte) {
		var w WHT
		w.Add(p)
		w.Add(q)
		if got, want := w.Coefficients(), literalWHT(p, q); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func BenchmarkWHT(b *testing.B) {
	for _, n := range []int{60, 1460} {
		p := randomBytes(rand.New(rand.NewPCG(1, 1)), n)
		b.Run(map[int]string{60: "60", 1460: "1460"}[n], func(b *testing.B) {
			var w WHT
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				w.Add(p)
			}
		})
	}
}
