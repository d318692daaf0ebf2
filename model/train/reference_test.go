package train_test

import (
	"math"
	"os"
	"testing"

	"github.com/go-json-experiment/json"

	"joy/model/train"
	"joy/model/train/metric"
)

// data are by the formula of testdata/reference.py.
func data(classes int) *train.Data {
	const rows, width = 300, 6
	state := int64(1)
	draw := func() float64 {
		state = state * 48271 % 2147483647
		return float64(state) / 2147483647
	}
	cuts := []float64{2.2}
	if classes == 3 {
		cuts = []float64{1.2, 2.6}
	}
	d := &train.Data{Width: width, Classes: classes}
	for range rows {
		x := make([]float64, width)
		for j := range x {
			x[j] = float64(j+1)*10*draw() + float64(j*j)
		}
		x[5] = x[5]/4 + x[0]*3
		score := x[0]/3 - x[1]/8 + x[3]/30 + 1.5*draw()
		class := 0
		for _, cut := range cuts {
			if score > cut {
				class++
			}
		}
		d.X, d.Class = append(d.X, x...), append(d.Class, class)
	}
	return d
}

type reference struct {
	Classes      int         `json:"classes"`
	Penalty      string      `json:"penalty"`
	Lambda       float64     `json:"lambda"`
	Balanced     bool        `json:"balanced"`
	Coefficients [][]float64 `json:"coefficients"`
	Intercepts   []float64   `json:"intercepts"`
	Metrics      struct {
		Confusion        [][]int     `json:"confusion"`
		Accuracy         float64     `json:"accuracy"`
		MacroF1          float64     `json:"macro_f1"`
		LogLoss          float64     `json:"log_loss"`
		Brier            float64     `json:"brier"`
		Precision        []float64   `json:"precision"`
		Recall           []float64   `json:"recall"`
		F1               []float64   `json:"f1"`
		AUC              []float64   `json:"auc"`
		AveragePrecision []float64   `json:"average_precision"`
		At               [][]float64 `json:"at"`
	} `json:"metrics"`
}

// TestScikitLearn wants its coefficients, and its metrics.
func TestScikitLearn(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []reference
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) != 8 {
		t.Fatal(len(cases), err)
	}
	for i := range cases {
		c := &cases[i]
		d, plain := data(c.Classes), data(c.Classes)
		o := train.Options{Penalty: c.Penalty, Tolerance: 1e-10, Iterations: 10000}
		if c.Balanced {
			o.Weights = train.Balanced(d.Class, c.Classes)
		}
		trainer, err := train.New(d, o)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := trainer.Fit(c.Lambda)
		if err != nil {
			t.Fatal(err)
		}
		worst := compare(t, c, fit, plain.Width)
		t.Logf("%d classes, %s, lambda %g: %+v; largest difference of a coefficient %.1e", c.Classes, c.Penalty, c.Lambda, fit.Outcome, worst)
		if !fit.Outcome.Converged || !(worst <= 1e-5) {
			t.Errorf("%d classes, %s, lambda %g: %+v, differs by %g", c.Classes, c.Penalty, c.Lambda, fit.Outcome, worst)
		}
		c.compareMetrics(t, score(fit, plain))
	}
}

// compare is the largest difference of a coefficient, as a share of the largest
// one.
func compare(t *testing.T, c *reference, fit *train.Fit, width int) (worst float64) {
	t.Helper()
	largest := 0.0
	for k, want := range c.Coefficients {
		got := make([]float64, width)
		for i, j := range fit.Columns {
			got[j] = fit.Model.Coefficients[k][i]
		}
		for j := range want {
			worst, largest = max(worst, math.Abs(got[j]-want[j])), max(largest, math.Abs(want[j]))
			if c.Penalty == train.L1 && (math.Abs(want[j]) < 1e-9) != (got[j] == 0) {
				t.Errorf("coefficient %d of %d is %g, and %g in scikit-learn", j, k, got[j], want[j])
			}
		}
		worst = max(worst, math.Abs(fit.Model.Intercepts[k]-c.Intercepts[k]))
	}
	return worst / largest
}

func score(fit *train.Fit, d *train.Data) *metric.Scored {
	s := &metric.Scored{Classes: []string{"a", "b", "c"}[:d.Classes], Class: d.Class, P: make([]float64, len(d.Class)*d.Classes)}
	for r := range d.Class {
		var x []float64
		for _, j := range fit.Columns {
			x = append(x, d.X[r*d.Width+j])
		}
		fit.Model.Score(x, s.P[r*d.Classes:(r+1)*d.Classes])
	}
	return s
}

func (c *reference) compareMetrics(t *testing.T, s *metric.Scored) {
	t.Helper()
	b := metric.Bootstrap{Times: 20, Level: 0.9, Threads: 2}
	r, err := b.Measure(s)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got metric.Interval, want, within float64) {
		if got.Value == nil || !(math.Abs(*got.Value-want) <= within) || !(*got.Low <= *got.High) {
			t.Errorf("%d classes, %s, lambda %g: %s is not %v", c.Classes, c.Penalty, c.Lambda, what, want)
		}
	}
	m := &c.Metrics
	near("accuracy", r.Accuracy, m.Accuracy, 1e-12)
	near("macro F1", r.MacroF1, m.MacroF1, 1e-12)
	near("log loss", r.LogLoss, m.LogLoss, 1e-5)
	near("Brier score", r.Brier, m.Brier, 1e-5)
	for k := range r.Classes {
		of := &r.Classes[k]
		near("AUC", of.AUC, m.AUC[k], 1e-9)
		near("average precision", of.AveragePrecision, m.AveragePrecision[k], 1e-9)
		near("precision", of.Precision, m.Precision[k], 1e-12)
		near("recall", of.Recall, m.Recall[k], 1e-12)
		near("F1", of.F1, m.F1[k], 1e-12)
		for i, a := range of.AtRates {
			near("recall at a rate", a.Recall, m.At[k][i], 1e-12)
		}
		for j, n := range r.Confusion[k] {
			if n != m.Confusion[k][j] {
				t.Errorf("confusion %v, want %v", r.Confusion, m.Confusion)
			}
		}
	}
}
