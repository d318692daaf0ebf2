package leak_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"joy/dataset/leak"
	"joy/dataset/sketch"
)

func TestMeasure(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, tc := range []struct {
		name             string
		value            func(class int) float64
		auc, information float64
		tolerance        float64
	}{
		{"the class itself", func(c int) float64 { return float64(c) }, 1, 1, 0.001},
		{"the class turned round", func(c int) float64 { return -5 * float64(c) }, 1, 1, 0.001},
		{"constant", func(int) float64 { return 7 }, 0.5, 0, 0.001},
		{"noise", func(int) float64 { return r.NormFloat64() }, 0.5, 0, 0.02},
		{"as good as unique", func(int) float64 { return float64(r.IntN(1 << 30)) }, 0.5, 0, 0.02},
		// One class in the middle of the other: AUC sees nothing, information all.
		{"in the middle", func(c int) float64 { return [2][2]float64{{10, 30}, {20, 20}}[c][r.IntN(2)] }, 0.5, 1, 0.02},
		// Right in three of four: 1 - H(1/4).
		{"three of four", func(c int) float64 {
			if r.IntN(4) == 0 {
				return float64(1 - c)
			}
			return float64(c)
		}, 0.75, 1 + 0.25*math.Log2(0.25) + 0.75*math.Log2(0.75), 0.03},
	} {
		s := sketch.New(2)
		for i := range 10_000 {
			s.Add(tc.value(i%2), i%2)
		}
		f, class := leak.Measure(s)
		if math.Abs(f.AUC-tc.auc) > tc.tolerance || math.Abs(f.Information-tc.information) > tc.tolerance || class < 0 {
			t.Errorf("%s: AUC %g, information %g, want %g and %g", tc.name, f.AUC, f.Information, tc.auc, tc.information)
		}
	}
}

func TestThreeClasses(t *testing.T) {
	s := sketch.New(4) // the last one has no rows
	for i := range 3000 {
		v := 0.0
		if i%3 == 1 {
			v = 9
		}
		s.Add(v, i%3)
	}
	f, class := leak.Measure(s)
	// It tells class 1 from the others, and nothing else: H(1/3)/log 3.
	want := (-math.Log(1.0/3)/3 - 2*math.Log(2.0/3)/3) / math.Log(3)
	if class != 1 || f.AUC != 1 || math.Abs(f.Information-want) > 0.01 {
		t.Errorf("class %d, %+v, want information %g", class, f, want)
	}
}

// TestFewRows: what so few rows give by chance is taken off.
func TestFewRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	sum := 0.0
	for range 200 {
		s := sketch.New(2)
		for i := range 60 {
			s.Add(r.Float64(), i%2)
		}
		f, _ := leak.Measure(s)
		sum += f.Information
	}
	if mean := sum / 200; mean > 0.1 {
		t.Errorf("noise has an information of %g", mean)
	}
}

func TestOneClass(t *testing.T) {
	s := sketch.New(2)
	s.Add(1, 0)
	if f, class := leak.Measure(s); class != -1 || f != (leak.Feature{}) {
		t.Errorf("%d %+v", class, f)
	}
	if _, class := leak.Measure(sketch.New(2)); class != -1 {
		t.Error("no rows")
	}
}
