package sketch_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"joy/dataset/sketch"
)

func fill(values ...float64) *sketch.Sketch {
	s := sketch.New(1)
	for _, v := range values {
		s.Add(v, 0)
	}
	return s
}

// values are of all kinds: counts, shares, negative ones, large ones.
func values(r *rand.Rand, n int) (list []float64) {
	for range n {
		switch r.IntN(5) {
		case 0:
			list = append(list, 0)
		case 1:
			list = append(list, float64(r.IntN(1500)))
		case 2:
			list = append(list, r.Float64())
		case 3:
			list = append(list, -r.ExpFloat64()*1e6)
		default:
			list = append(list, math.Exp(r.NormFloat64()*10))
		}
	}
	return list
}

func TestExactWholeNumbers(t *testing.T) {
	s := sketch.New(1)
	for v := range 256 {
		for range v + 1 {
			s.Add(float64(v), 0)
		}
	}
	for v, b := range s.Bins() {
		if b.From != float64(v) || b.Counts[0] != uint64(v+1) {
			t.Fatalf("bin %d: from %g, %d", v, b.From, b.Counts[0])
		}
	}
}

// TestOrderDoesNotMatter shuffles, and goes through the bound of the bins.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := values(r, 5000)
	first := fill(list...).Keep()
	if len(first.From) < 50 || len(first.From) > sketch.MaxBins || first.Bits >= 7 {
		t.Fatalf("%d bins of %d bits", len(first.From), first.Bits)
	}
	for range 5 {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := fill(list...).Keep(); !reflect.DeepEqual(first, again) {
			t.Fatal("another order gives another sketch")
		}
	}
	n := uint64(0)
	for _, c := range first.Counts {
		n += c
	}
	if n != 5000 || !slices.IsSorted(first.From) {
		t.Errorf("%d values, sorted %v", n, slices.IsSorted(first.From))
	}
}

func TestKept(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		k := fill(values(r, 1+r.IntN(2000))...).Keep()
		s, err := k.Sketch()
		if err != nil {
			t.Fatal(err)
		}
		if again := s.Keep(); !reflect.DeepEqual(k, again) {
			t.Fatalf("%+v\n%+v", k, again)
		}
	}
	for _, k := range []sketch.Kept{
		{Bits: 8},
		{Bits: -12},
		{From: []float64{1}},
		{From: []float64{1}, Counts: []uint64{0}},
		{From: []float64{2, 1}, Counts: []uint64{1, 1}},
		{From: []float64{1, 1.0001}, Counts: []uint64{1, 1}},
		{From: []float64{math.NaN()}, Counts: []uint64{1}},
		{From: make([]float64, 300), Counts: make([]uint64, 300)},
		{From: []float64{1}, Counts: []uint64{1 << 60}},
	} {
		if _, err := k.Sketch(); err == nil {
			t.Errorf("%+v is taken", k)
		}
	}
}

func TestClasses(t *testing.T) {
	s := sketch.New(1)
	s.Add(1, 0)
	s.Add(2, 0)
	s.Grow(3)
	s.Add(1, 2)
	s.Add(3, 1)
	bins := s.Bins()
	if len(bins) != 3 || !slices.Equal(bins[0].Counts, []uint64{1, 0, 1}) || !slices.Equal(bins[2].Counts, []uint64{0, 1, 0}) || s.Total() != 4 {
		t.Errorf("%+v", bins)
	}
	if fill(5, 1, 3).Median() != 3 || fill().Median() != 0 || fill(-4, math.Copysign(0, -1), 0).Median() != 0 {
		t.Error("median")
	}
}

// TestDistance compares with values from the definitions, counted by hand.
func TestDistance(t *testing.T) {
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %.15g, want %.15g", name, got, want)
		}
	}
	same := sketch.Compare(fill(1, 2, 3), fill(1, 2, 3))
	near("same psi", same.PSI, 0)
	near("same ks", same.KS, 0)
	// A constant that is another one now: two bins, one of them above.
	d := sketch.Compare(fill(0, 0, 0, 0), fill(5, 5))
	near("moved psi", d.PSI, 0.75*math.Log(4)+0.875*math.Log(8)) // half of 2, half of 4
	near("moved ks", d.KS, 1)
	d = sketch.Compare(fill(0, 0, 0, 0), fill(-5, -5))
	near("moved down psi", d.PSI, 0.75*math.Log(4)+0.875*math.Log(8))
	// Halves: 0 and 1 were 1/2 and 1/2, are 1/4 and 3/4.
	d = sketch.Compare(fill(0, 1), fill(0, 1, 1, 1))
	near("halves psi", d.PSI, -0.25*math.Log(0.5)+0.25*math.Log(1.5))
	near("halves ks", d.KS, 0.25)
	if d.Bins != 2 || d.N != 2 || d.M != 4 {
		t.Errorf("%+v", d)
	}
	psi, ks := d.Chance(0.05)
	near("chance ks", ks, math.Sqrt(-math.Log(0.025)/2)*math.Sqrt(0.75))
	near("chance psi", psi, 0.75*(1+1.644853626951472*math.Sqrt2))
	if d := sketch.Compare(fill(), fill(1)); d.PSI != 0 || d.M != 1 {
		t.Errorf("nothing: %+v", d)
	}
}

// TestChance draws pairs of samples of one distribution: few are beyond what
// chance is said to do.
func TestChance(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	beyond, beyondKS := 0, 0
	const runs = 2000
	for range runs {
		var a, b []float64
		for range 300 {
			a, b = append(a, math.Exp(r.NormFloat64())), append(b, math.Exp(r.NormFloat64()))
		}
		d := sketch.Compare(fill(a...), fill(b...))
		psi, ks := d.Chance(0.05)
		if d.PSI > psi {
			beyond++
		}
		if d.KS > ks {
			beyondKS++
		}
	}
	t.Logf("of %d: PSI %d, KS %d", runs, beyond, beyondKS)
	if beyond > runs/8 || beyondKS > runs/16 || beyond == 0 || beyondKS == 0 {
		t.Errorf("beyond chance: PSI %d, KS %d of %d", beyond, beyondKS, runs)
	}
}

// TestKSIsNear compares with the exact statistic.
func TestKSIsNear(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var a, b []float64
	for range 4000 {
		a, b = append(a, r.NormFloat64()), append(b, r.NormFloat64()*1.3+0.4)
	}
	got := sketch.Compare(fill(a...), fill(b...)).KS
	slices.Sort(a)
	slices.Sort(b)
	want := 0.0
	for _, v := range slices.Concat(a, b) {
		i, _ := slices.BinarySearch(a, v)
		j, _ := slices.BinarySearch(b, v)
		want = max(want, math.Abs(float64(i-j)/4000))
	}
	if math.Abs(got-want) > 0.01 {
		t.Errorf("%g, want %g", got, want)
	}
}

func BenchmarkAdd(b *testing.B) {
	list := values(rand.New(rand.NewPCG(1, 2)), 1<<12)
	s := sketch.New(2)
	for i := 0; b.Loop(); i++ {
		s.Add(list[i%len(list)], i&1)
	}
}
