package metric_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"joy/model/train/metric"
)

// scored are rows of two classes by the probability of the second one.
func scored(p []float64, class ...int) *metric.Scored {
	s := &metric.Scored{Classes: []string{"no", "yes"}, Class: class}
	for _, v := range p {
		s.P = append(s.P, 1-v, v)
	}
	return s
}

func measure(t *testing.T, b metric.Bootstrap, s *metric.Scored) *metric.Report {
	t.Helper()
	r, err := b.Measure(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestByHand has numbers that were worked out on paper; two rows are equal.
func TestByHand(t *testing.T) {
	r := measure(t, metric.Bootstrap{}, scored([]float64{0.9, 0.75, 0.75, 0.25, 0.1}, 1, 1, 0, 1, 0))
	yes := &r.Classes[1]
	for what, c := range map[string]struct {
		got  metric.Interval
		want float64
	}{
		"auc":               {yes.AUC, (2 + 1.5 + 1) / 6}, // 0.9 beats both, 0.75 beats one and ties, 0.25 beats one
		"average precision": {yes.AveragePrecision, (1 + 2.0/3 + 3.0/4) / 3},
		"recall at 0.01":    {yes.AtRates[0].Recall, 1.0 / 3},
		"accuracy":          {r.Accuracy, 3.0 / 5},
		"precision":         {yes.Precision, 2.0 / 3},
		"brier":             {r.Brier, (0.01 + 0.0625 + 0.5625 + 0.5625 + 0.01) / 5},
	} {
		if c.got.Value == nil || math.Abs(*c.got.Value-c.want) > 1e-12 || c.got.Low != nil {
			t.Errorf("%s: %v, want %g", what, c.got.Value, c.want)
		}
	}
	if yes.AtRates[0].Resolved || *yes.AtRates[0].Threshold != 0.9 || r.Confusion[0][1] != 1 || r.Confusion[1][0] != 1 {
		t.Errorf("%+v", r)
	}
	if b := yes.Calibration[7]; b.Rows != 2 || b.Mean != 0.75 || b.Rate != 0.5 {
		t.Errorf("%+v", b)
	}
}

// TestUndefined has one class only, and no rows.
func TestUndefined(t *testing.T) {
	b := metric.Bootstrap{Times: 10, Level: 0.95}
	r := measure(t, b, scored([]float64{0.9, 0.8}, 1, 1))
	if r.Classes[1].AUC.Value != nil || r.Classes[1].AtRates[0].Recall.Value != nil || r.Classes[0].Recall.Value != nil || *r.Accuracy.Value != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := b.Measure(scored(nil)); !errors.Is(err, metric.ErrEmpty) {
		t.Error(err)
	}
}

// TestIntervals wants that of a share to be as wide as the theory says, that of
// groups wider, and both the same for any number of threads.
func TestIntervals(t *testing.T) {
	var p []float64
	var class []int
	var group []string
	for i := range 400 {
		p, class = append(p, 0.9), append(class, i/10%2) // ten in a row are alike
		group = append(group, string(rune('a'+i/10)))
	}
	s := scored(p, class...)
	rows := measure(t, metric.Bootstrap{Times: 2000, Level: 0.95, Seed: 1, Threads: 1}, s)
	width := *rows.Accuracy.High - *rows.Accuracy.Low
	if want := 2 * 1.96 * 0.5 / 20; math.Abs(width-want) > 0.1*want {
		t.Errorf("a width of %g, want %g", width, want)
	}
	if again := measure(t, metric.Bootstrap{Times: 2000, Level: 0.95, Seed: 1, Threads: 3}, s); !reflect.DeepEqual(rows, again) {
		t.Error("other numbers with three threads")
	}
	s.Group = group
	grouped := measure(t, metric.Bootstrap{Times: 2000, Level: 0.95, Seed: 1, Threads: 2}, s)
	if ratio := (*grouped.Accuracy.High - *grouped.Accuracy.Low) / width; grouped.Units != 40 || math.Abs(ratio-math.Sqrt(10)) > 0.4 {
		t.Errorf("%d groups, %g times as wide", grouped.Units, ratio)
	}
}
