package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"joy/plot"
)

// What a table says of a key is right within what it says of the error.
func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tab, truth := newTable(500), make(map[string]uint64)
	sum := uint64(0)
	for i := range 200_000 {
		key := fmt.Sprint("rare ", i)
		if r.IntN(2) == 0 {
			key = fmt.Sprint("host ", int(math.Exp(r.Float64()*7)))
		}
		w := uint64(r.IntN(100))
		tab.add([]byte(key), w)
		truth[key] += w
		sum += w
	}
	if tab.missed == 0 || tab.missed > 2*sum/500 {
		t.Errorf("missed %d of %d", tab.missed, sum)
	}
	for key, want := range truth {
		e := tab.entries[key]
		switch {
		case e == nil && want > tab.missed:
			t.Errorf("%s of %d is not there, missed %d", key, want, tab.missed)
		case e != nil && (want < e.Weight || want > e.Weight+e.Missed):
			t.Errorf("%s: %d + %d, want %d", key, e.Weight, e.Missed, want)
		}
	}
	n, exactly := tab.distinct()
	if exactly || math.Abs(float64(n)/float64(len(truth))-1) > 0.03 {
		t.Errorf("%d keys, %v, want about %d", n, exactly, len(truth))
	}
	if top := tab.top(3); top[0].Weight < top[1].Weight || top[1].Weight < top[2].Weight {
		t.Errorf("%+v", top)
	}
}

func TestLongKey(t *testing.T) {
	tab := newTable(10)
	long := make([]byte, 1<<20)
	tab.add(long, 1)
	tab.add(long[:maxKey+5], 1)
	if e := tab.entries[string(long[:maxKey])]; e == nil || e.Weight != 2 || len(tab.entries) != 1 {
		t.Errorf("%d entries", len(tab.entries))
	}
}

// Steps hold all that was added, and do not depend on the order.
func TestSeries(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	type flow struct {
		first, last int64
		amount      uint64
	}
	var flows []flow
	sum := uint64(0)
	for range 2000 {
		f := flow{first: 1795539239e9 + r.Int64N(2e14), amount: r.Uint64N(1 << 40)}
		f.last = f.first + int64(math.Exp(r.Float64()*30))
		flows = append(flows, f)
		sum += f.amount
	}
	var want series
	for i := range 3 {
		s := series{limit: 100}
		for _, f := range flows {
			s.add(f.first, f.last, f.amount)
		}
		got := uint64(0)
		for k, p := range s.steps {
			got += p.amount
			if k > 0 && p.at <= s.steps[k-1].at {
				t.Fatal("steps are out of order")
			}
		}
		if got != sum || len(s.steps) > 100 {
			t.Errorf("%d in %d steps, want %d", got, len(s.steps), sum)
		}
		if i == 0 {
			want = s
		}
		if fmt.Sprint(s) != fmt.Sprint(want) {
			t.Error("another order of flows makes other steps")
		}
		r.Shuffle(len(flows), func(i, k int) { flows[i], flows[k] = flows[k], flows[i] })
	}
	// Half of a flow of 10 s is in its first half.
	s := series{limit: 100}
	s.add(0, 10*second-1, 1000)
	if s.values(0, 100)[0] != 10 || s.widths() != second/10 {
		t.Errorf("%v each %d", s.values(0, 100), s.widths())
	}
}

func (s *series) widths() int64 { return widths[s.width] }

func FuzzSeries(f *testing.F) {
	f.Add(int64(0), int64(0), uint64(1), int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64))
	f.Add(int64(-5), int64(1e18), uint64(1<<60), int64(1e18), int64(2e18), uint64(7))
	f.Fuzz(func(t *testing.T, a, b int64, n uint64, c, d int64, m uint64) {
		s := series{limit: 48}
		s.add(a, b, n)
		s.add(c, d, m)
		sum := uint64(0)
		for _, p := range s.steps {
			sum += p.amount
		}
		if sum != n+m || len(s.steps) > 48+12 {
			t.Errorf("%d in %d steps, want %d", sum, len(s.steps), n+m)
		}
		k := s.clone()
		if _, columns, ok := k.steady(48); ok && columns > 48 {
			t.Errorf("%d columns", columns)
		}
	})
}

func TestHistogram(t *testing.T) {
	for _, v := range []uint64{0, 1, 15, 16, 17, 100, 1460, 65535, 1 << 40, math.MaxUint64} {
		low, high := bounds(binOf(v))
		if f := float64(v); f < low || f >= high && v != math.MaxUint64 || v >= 16 && (high-low)/low > 0.126 {
			t.Errorf("%d is in %v to %v", v, low, high)
		}
	}
	var h histogram
	for v := range uint64(1000) {
		h.add(v)
	}
	if q := h.quantile(0.5); q < 500 || q > 500*1.13 {
		t.Errorf("the median is below %v", q)
	}
	d := h.draw(&plot.Distribution{}, 1)
	sum := 0.0
	for i, b := range d.Bins {
		if sum += b.Count; i > 0 && b.Low != d.Bins[i-1].High {
			t.Error("bins have gaps")
		}
	}
	if sum != 1000 {
		t.Errorf("%v in bins", sum)
	}
}
