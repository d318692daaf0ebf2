package train_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"joy/model/train"
)

var plain = train.Options{Penalty: train.L2, Tolerance: 1e-8, Iterations: 1000}

func fit(t *testing.T, d *train.Data, o train.Options, lambda float64) *train.Fit {
	t.Helper()
	trainer, err := train.New(d, o)
	if err != nil {
		t.Fatal(err)
	}
	f, err := trainer.Fit(lambda)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSeparable has classes that a line tells apart: the penalty keeps the
// coefficients finite.
func TestSeparable(t *testing.T) {
	for _, penalty := range []string{train.L1, train.L2} {
		o := plain
		o.Penalty = penalty
		f := fit(t, &train.Data{X: []float64{1, 2, 3, 11, 12, 13}, Width: 1, Class: []int{0, 0, 0, 1, 1, 1}, Classes: 2}, o, 1e-6)
		p := make([]float64, 2)
		f.Model.Score([]float64{3}, p)
		if w := f.Model.Coefficients[0][0]; !f.Outcome.Converged || !(w > 2 && w < 1000) || p[1] > 0.01 {
			t.Errorf("%s: %+v, coefficient %g, p %v", penalty, f.Outcome, w, p)
		}
	}
}

// TestConstant leaves features out that are.
func TestConstant(t *testing.T) {
	d := &train.Data{X: []float64{7, 1, 0.1, 7, 2, 0.1, 7, 3, 0.1, 7, 2, 0.1}, Width: 3, Class: []int{0, 1, 1, 0}, Classes: 2}
	f := fit(t, d, plain, 0.1)
	if !slices.Equal(f.Columns, []int{1}) || !slices.Equal(f.Constant, []int{0, 2}) || f.Model.Mean[0] != 2 {
		t.Errorf("%+v", f)
	}
}

// TestAllZero has a penalty that leaves no feature: the model says how frequent
// classes are.
func TestAllZero(t *testing.T) {
	o := plain
	o.Penalty = train.L1
	d := data(3)
	frequent := 0.0
	for _, c := range d.Class {
		if c == 2 {
			frequent += 1 / float64(len(d.Class))
		}
	}
	f := fit(t, d, o, 100)
	p := make([]float64, 3)
	f.Model.Score([]float64{5}, p)
	if len(f.Columns) != 1 || f.Model.Coefficients[0][0] != 0 || math.Abs(p[2]-frequent) > 1e-12 {
		t.Errorf("%+v: %v, want %g", f, p, frequent)
	}
}

func TestRefused(t *testing.T) {
	two := []int{0, 1}
	for says, c := range map[string]struct {
		d train.Data
		o train.Options
	}{
		"nothing to tell apart": {train.Data{X: []float64{1, 2}, Width: 1, Class: []int{0, 0}, Classes: 1}, plain},
		"class 1 has no rows":   {train.Data{X: []float64{1, 2}, Width: 1, Class: []int{0, 0}, Classes: 2}, plain},
		"of class 2":            {train.Data{X: []float64{1, 2}, Width: 1, Class: []int{0, 2}, Classes: 2}, plain},
		"of class -1":           {train.Data{X: []float64{1, 2}, Width: 1, Class: []int{0, -1}, Classes: 2}, plain},
		"NaN in column 0":       {train.Data{X: []float64{1, math.NaN()}, Width: 1, Class: two, Classes: 2}, plain},
		"-Inf in column 0":      {train.Data{X: []float64{1, math.Inf(-1)}, Width: 1, Class: two, Classes: 2}, plain},
		"1e+200 in column 0":    {train.Data{X: []float64{1, 1e200}, Width: 1, Class: two, Classes: 2}, plain},
		"all features are":      {train.Data{X: []float64{1, 1}, Width: 1, Class: two, Classes: 2}, plain},
		"2 numbers for 2 rows":  {train.Data{X: []float64{1, 2}, Width: 2, Class: two, Classes: 2}, plain},
		"neither l1 nor l2":     {train.Data{X: []float64{1, 2}, Width: 1, Class: two, Classes: 2}, train.Options{Penalty: "l0", Tolerance: 1}},
		"tolerance":             {train.Data{X: []float64{1, 2}, Width: 1, Class: two, Classes: 2}, train.Options{Penalty: train.L2}},
		"1 weights":             {train.Data{X: []float64{1, 2}, Width: 1, Class: two, Classes: 2}, train.Options{Penalty: train.L2, Tolerance: 1, Weights: []float64{1}}},
		"a weight of -1":        {train.Data{X: []float64{1, 2}, Width: 1, Class: two, Classes: 2}, train.Options{Penalty: train.L2, Tolerance: 1, Weights: []float64{1, -1}}},
	} {
		if _, err := train.New(&c.d, c.o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	trainer, err := train.New(data(2), plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, lambda := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := trainer.Fit(lambda); err == nil {
			t.Errorf("a penalty of %g", lambda)
		}
	}
	var one *train.OneFoldError
	if _, err := trainer.CrossValidate([]float64{1}, data(2).Class, 2); !errors.As(err, &one) {
		t.Errorf("a class in one fold: %v", err)
	}
}

// TestThreads wants the same numbers, to the last bit, of the fit and of the
// choice of the penalty.
func TestThreads(t *testing.T) {
	var first string
	for _, threads := range []int{1, 2, 7} {
		o := plain
		o.Penalty, o.Threads = train.L1, threads
		trainer, err := train.New(data(3), o)
		if err != nil {
			t.Fatal(err)
		}
		path := trainer.Path(5)
		tries, err := trainer.CrossValidate(path, train.Folds(data(3).Class, nil, 3, 9), 3)
		if err != nil {
			t.Fatal(err)
		}
		f, err := trainer.Fit(path[train.Best(tries)])
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(tries, f.Outcome, f.Model.Coefficients, f.Model.Intercepts)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%d threads:\n%s\n%s", threads, got, first)
		}
	}
}

// TestPath wants the first penalty of L1 to be the least that leaves nothing.
func TestPath(t *testing.T) {
	o := plain
	o.Penalty = train.L1
	trainer, err := train.New(data(2), o)
	if err != nil {
		t.Fatal(err)
	}
	most := trainer.Path(3)[0]
	for share, zero := range map[float64]bool{1.001: true, 0.999: false} {
		f, err := trainer.Fit(most * share)
		if err != nil {
			t.Fatal(err)
		}
		if (f.Model.Coefficients[0][0] == 0) != zero {
			t.Errorf("%g of the largest penalty: %v", share, f.Model.Coefficients)
		}
	}
	tries := []train.Try{{Lambda: 3, Loss: 9}, {Lambda: 2, Loss: 5.1}, {Lambda: 1, Loss: 5, Error: 0.2}, {Lambda: 0.5, Loss: 6}}
	if train.Best(tries) != 2 || train.Simplest(tries) != 1 {
		t.Error(train.Best(tries), train.Simplest(tries))
	}
}

// TestFolds wants groups together, and else classes dealt out evenly.
func TestFolds(t *testing.T) {
	var class []int
	var group []string
	for i := range 1000 {
		class, group = append(class, i%10/9), append(group, fmt.Sprint(i*i%37))
	}
	counts := make(map[[2]int]int)
	for r, f := range train.Folds(class, nil, 5, 1) {
		counts[[2]int{f, class[r]}]++
	}
	sizes, of := make([]int, 5), make(map[string]int)
	for r, f := range train.Folds(class, group, 5, 1) {
		if was, ok := of[group[r]]; ok && was != f {
			t.Fatalf("group %s is in two folds", group[r])
		}
		of[group[r]] = f
		sizes[f]++
	}
	for f := range 5 {
		if counts[[2]int{f, 0}] != 180 || counts[[2]int{f, 1}] != 20 || sizes[f] < 150 || sizes[f] > 250 {
			t.Errorf("fold %d: %v, of groups %d rows", f, counts, sizes[f])
		}
	}
	if slices.Equal(train.Folds(class, nil, 5, 1), train.Folds(class, nil, 5, 2)) {
		t.Error("another seed, the same folds")
	}
}
