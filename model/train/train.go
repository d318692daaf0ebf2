// Package train fits logistic regression: coefficients of scaled features with a
// penalty on their size, which is given or chosen by cross-validation.
package train

import (
	"errors"
	"fmt"
	"math"

	"joy/model/logistic"
)

// Data are rows for training.
type Data struct {
	// X has the features row by row, Width of them a row.
	X     []float64
	Width int
	// Class has the number of the class of each row, from 0 to Classes-1.
	Class   []int
	Classes int

	mean, scale []float64 // of the features as they were, once scaled
}

func (d *Data) row(r int) []float64 { return d.X[r*d.Width : (r+1)*d.Width] }

// scores is the number of rows of coefficients: of two classes one.
func (d *Data) scores() int {
	if d.Classes == 2 {
		return 1
	}
	return d.Classes
}

// The penalties.
const (
	L1 = "l1" // lambda times the sum of |coefficient|
	L2 = "l2" // lambda/2 times the sum of coefficient squared
)

// Options say how to fit.
type Options struct {
	Penalty string
	// Weights has the weight of a row of each class; nil is 1 for all.
	Weights []float64
	// Tolerance is the largest derivative of the mean loss that is left.
	Tolerance float64
	// Iterations bounds the steps of a fit.
	Iterations int
	// Threads that compute; 0 for all. The result does not depend on it.
	Threads int
}

// A Fit is a model with what is known of how it was made.
type Fit struct {
	Lambda  float64
	Outcome Outcome
	// Columns are the features that the model goes by: those that are not constant,
	// and with L1 have a coefficient that is not 0.
	Columns  []int
	Constant []int
	Model    *logistic.Model
}

// A Trainer has data that are ready.
type Trainer struct {
	data     *Data
	o        Options
	weight   []float64 // of rows
	kept     []int     // columns that are not constant
	constant []int
}

// New checks data and scales them, in their place.
func New(d *Data, o Options) (*Trainer, error) {
	switch {
	case o.Penalty != L1 && o.Penalty != L2:
		return nil, fmt.Errorf("penalty %.40q is neither %s nor %s", o.Penalty, L1, L2)
	case len(d.X) != len(d.Class)*d.Width:
		return nil, fmt.Errorf("%d numbers for %d rows of %d features", len(d.X), len(d.Class), d.Width)
	case o.Weights != nil && len(o.Weights) != d.Classes:
		return nil, fmt.Errorf("%d weights for %d classes", len(o.Weights), d.Classes)
	case !(o.Tolerance > 0):
		return nil, errors.New("the tolerance has to be positive")
	}
	t := &Trainer{data: d, o: o}
	if err := t.weigh(); err != nil {
		return nil, err
	}
	return t, t.scale()
}

// weigh makes weights of rows of those of classes.
func (t *Trainer) weigh() error {
	d := t.data
	counts := make([]int, d.Classes)
	t.weight = make([]float64, len(d.Class))
	for r, c := range d.Class {
		if c < 0 || c >= d.Classes {
			return fmt.Errorf("row %d is of class %d, of %d classes", r, c, d.Classes)
		}
		counts[c]++
		t.weight[r] = 1
		if t.o.Weights != nil {
			t.weight[r] = t.o.Weights[c]
		}
	}
	if d.Classes < 2 {
		return fmt.Errorf("%d classes: there is nothing to tell apart", d.Classes)
	}
	for c, n := range counts {
		if n == 0 {
			return fmt.Errorf("class %d has no rows for training", c)
		}
		if t.o.Weights != nil && !(t.o.Weights[c] > 0 && t.o.Weights[c] < logistic.Limit) {
			return fmt.Errorf("class %d: a weight of %g", c, t.o.Weights[c])
		}
	}
	return nil
}

// Balanced are weights with which all classes count the same: rows divided by
// classes and by the rows of the class.
func Balanced(class []int, classes int) []float64 {
	counts := make([]float64, classes)
	for _, c := range class {
		counts[c]++
	}
	for c, n := range counts {
		counts[c] = float64(len(class)) / float64(classes) / n
	}
	return counts
}

// scale has all features have a mean of 0 and a standard deviation of 1, and drops
// those that are constant. Rows count the same, whatever their weights.
func (t *Trainer) scale() error {
	d := t.data
	rows := float64(len(d.Class))
	mean, spread := make([]float64, d.Width), make([]float64, d.Width)
	least, most := append([]float64(nil), d.row(0)...), append([]float64(nil), d.row(0)...)
	for r := range d.Class {
		for j, v := range d.row(r) {
			if !(math.Abs(v) < math.Sqrt(logistic.Limit)) {
				return fmt.Errorf("row %d: %g in column %d is out of range", r, v, j)
			}
			mean[j] += v / rows
			least[j], most[j] = min(least[j], v), max(most[j], v)
		}
	}
	for r := range d.Class {
		for j, v := range d.row(r) {
			spread[j] += (v - mean[j]) * (v - mean[j]) / rows
		}
	}
	for j := range spread {
		s := math.Sqrt(spread[j])
		if least[j] == most[j] || !(s > 1/math.Sqrt(logistic.Limit)) {
			t.constant = append(t.constant, j)
			continue
		}
		t.kept = append(t.kept, j)
		d.mean, d.scale = append(d.mean, mean[j]), append(d.scale, s)
	}
	if len(t.kept) == 0 {
		return errors.New("all features are constant in the rows for training")
	}
	t.squeeze()
	return nil
}

// squeeze moves what is kept together and scales it.
func (t *Trainer) squeeze() {
	d := t.data
	at := 0
	for r := range d.Class {
		row := d.row(r)
		for i, j := range t.kept {
			d.X[at] = (row[j] - d.mean[i]) / d.scale[i]
			at++
		}
	}
	d.X, d.Width = d.X[:at], len(t.kept)
}

// Fit fits with a penalty of lambda, which has to be positive: without one,
// classes that can be told apart perfectly have no solution.
func (t *Trainer) Fit(lambda float64) (*Fit, error) {
	if !(lambda > 0 && lambda < logistic.Limit) {
		return nil, fmt.Errorf("a penalty of %g: it has to be positive", lambda)
	}
	l := newLoss(t.data, t.weight, t.o.Threads)
	w := t.null(t.weight)
	out := t.solve(l, w, lambda, t.o.Tolerance)
	return t.finish(w, lambda, out)
}

// solve improves w.
func (t *Trainer) solve(l *loss, w []float64, lambda, tolerance float64) Outcome {
	n := t.data.Width
	d := descent{smooth: l.at, free: func(i int) bool { return i%(n+1) == n }}
	l.ridge = 0
	if t.o.Penalty == L1 {
		d.lasso = lambda
	} else {
		l.ridge = lambda
	}
	return d.run(w, tolerance, t.o.Iterations)
}

// null are the parameters without coefficients: intercepts that say how frequent
// classes are.
func (t *Trainer) null(weight []float64) []float64 {
	d := t.data
	sums := make([]float64, d.Classes)
	for r, c := range d.Class {
		sums[c] += weight[r]
	}
	w := make([]float64, d.scores()*(d.Width+1))
	if d.Classes == 2 {
		w[d.Width] = math.Log(sums[1] / sums[0])
		return w
	}
	mean := 0.0
	for _, s := range sums {
		mean += math.Log(s) / float64(len(sums))
	}
	for k, s := range sums {
		w[k*(d.Width+1)+d.Width] = math.Log(s) - mean
	}
	return w
}

// finish makes a model of parameters.
func (t *Trainer) finish(w []float64, lambda float64, out Outcome) (*Fit, error) {
	f := &Fit{Lambda: lambda, Outcome: out, Constant: t.constant}
	n, scores := t.data.Width, t.data.scores()
	var used []int
	for j := range n {
		for k := range scores {
			if w[k*(n+1)+j] != 0 {
				used = append(used, j)
				break
			}
		}
	}
	if used == nil {
		used = []int{0} // a model has at least one feature
	}
	m := logistic.Model{Coefficients: make([][]float64, scores)}
	for k := range scores {
		m.Intercepts = append(m.Intercepts, w[k*(n+1)+n])
		for _, j := range used {
			m.Coefficients[k] = append(m.Coefficients[k], w[k*(n+1)+j])
		}
	}
	for _, j := range used {
		f.Columns = append(f.Columns, t.kept[j])
		m.Mean, m.Scale = append(m.Mean, t.data.mean[j]), append(m.Scale, t.data.scale[j])
	}
	var err error
	f.Model, err = logistic.New(t.data.Classes, len(used), m)
	return f, err
}
