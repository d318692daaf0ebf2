package match

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func predictions(by Status, probability float64, right, wrong int) (list []Prediction) {
	for range right {
		list = append(list, Prediction{by, probability, true})
	}
	for range wrong {
		list = append(list, Prediction{by, probability, false})
	}
	return list
}

// TestFit: 0.9 is right 6 of 10 times, and 0.8 is 8 of 10, which is the wrong
// order: they are one pool of 14 of 20. Half a right and half a wrong answer are
// added to each pool.
func TestFit(t *testing.T) {
	list := predictions(Exact, 0.2, 2, 8)
	list = append(list, predictions(Exact, 0.8, 8, 2)...)
	list = append(list, predictions(Exact, 0.9, 6, 4)...)
	list = append(list, predictions(Exact, 0.99, 19, 1)...)
	want := Curve{{0.2, 2.5 / 11}, {0.85, 14.5 / 21}, {0.99, 19.5 / 21}}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	c := Fit(list)
	if len(c.Exact) != len(want) || !reflect.DeepEqual(c.Exact, c.Approximate) {
		t.Fatalf("%v", c)
	}
	for i, p := range want {
		near(t, "raw", c.Exact[i].Raw, p.Raw)
		near(t, "probability", c.Exact[i].Probability, p.Probability)
	}
	for raw, want := range map[float64]float64{
		0: 2.5 / 11, 0.2: 2.5 / 11, 0.525: (2.5/11 + 14.5/21) / 2, 0.85: 14.5 / 21, 1: 19.5 / 21,
	} {
		near(t, "curve", c.of(Exact, raw), want)
	}
	if c := Fit(list[:leastFit-1]); c.Exact != nil || c.of(Exact, 0.37) != 0.37 {
		t.Errorf("of few: %v", c)
	}
}

func TestFitApart(t *testing.T) {
	c := Fit(append(predictions(Exact, 0.9, 40, 0), predictions(Approximate, 0.9, 20, 20)...))
	near(t, "exact", c.of(Exact, 0.9), 40.5/41)
	near(t, "approximate", c.of(Approximate, 0.9), 0.5)
}

// TestFitIsMonotone, and better than nothing, on answers that are too sure.
func TestFitIsMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	make := func() (list []Prediction) {
		for range 3000 {
			p := rng.Float64()
			list = append(list, Prediction{Exact, math.Sqrt(p), rng.Float64() < p})
		}
		return list
	}
	c := Fit(make())
	for i := 1; i < len(c.Exact); i++ {
		if c.Exact[i].Raw <= c.Exact[i-1].Raw || c.Exact[i].Probability <= c.Exact[i-1].Probability {
			t.Fatalf("%v", c.Exact)
		}
	}
	if len(c.Exact) < 5 || len(c.Exact) > mostGroups {
		t.Errorf("%d points", len(c.Exact))
	}
	raw := make()
	calibrated := append([]Prediction(nil), raw...)
	for i := range calibrated {
		calibrated[i].Probability = c.of(Exact, calibrated[i].Probability)
	}
	if before, after := ECE(raw), ECE(calibrated); before < 0.15 || after > 0.05 {
		t.Errorf("ECE %v before, %v after", before, after)
	}
	if before, after := Brier(raw), Brier(calibrated); after >= before {
		t.Errorf("Brier %v before, %v after", before, after)
	}
}

func TestReliability(t *testing.T) {
	list := append(predictions(Exact, 0.9, 3, 1), predictions(Exact, 0.25, 0, 1)...)
	// |3.6-3| + |0.25-0| of 5; 3*0.01 + 0.81 + 0.0625 of 5.
	near(t, "ECE", ECE(list), 0.85/5)
	near(t, "Brier", Brier(list), 0.9025/5)
	if ECE(nil) != 0 || Brier(nil) != 0 || ECE(predictions(Exact, 1, 1, 0)) != 0 {
		t.Error("of nothing, and of certainty")
	}
}

func TestUnseen(t *testing.T) {
	for _, c := range []struct {
		missing, found int
		want           float64
	}{{0, 0, defaultUnseen}, {3, 10, 0.3}, {0, 10, leastUnseen}, {10, 10, mostUnseen}} {
		if got := Unseen(c.missing, c.found); got != c.want {
			t.Errorf("%d of %d: %v", c.missing, c.found, got)
		}
	}
}

func TestReadCalibration(t *testing.T) {
	c := Calibration{Unseen: 0.1, Exact: Curve{{0.1, 0.2}, {0.5, 0.5}}}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readCalibration(text); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%s: %+v %v", text, got, err)
	}
	for _, text := range []string{
		`{`, `{"unseen":0}`, `{"unseen":2}`,
		`{"unseen":0.1,"exact":[{"raw":0.5,"probability":0.5},{"raw":0.5,"probability":0.6}]}`,
		`{"unseen":0.1,"exact":[{"raw":0.5,"probability":0.5},{"raw":0.6,"probability":0.4}]}`,
		`{"unseen":0.1,"approximate":[{"raw":0.5,"probability":1.5}]}`,
	} {
		if _, err := readCalibration([]byte(text)); err == nil || !strings.Contains(err.Error(), "calibration") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
