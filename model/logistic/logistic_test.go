package logistic_test

import (
	"math"
	"strings"
	"testing"

	"joy/model/logistic"
)

// TestRefused goes through what no model may be. That good ones score as
// scikit-learn does is tested in package model.
func TestRefused(t *testing.T) {
	two := func(change func(*logistic.Model)) logistic.Model {
		m := logistic.Model{Coefficients: [][]float64{{1, 2}}, Intercepts: []float64{0}, Mean: []float64{0, 0}, Scale: []float64{1, 1}}
		change(&m)
		return m
	}
	for says, m := range map[string]logistic.Model{
		"2 rows of coefficients": two(func(m *logistic.Model) { m.Coefficients = append(m.Coefficients, m.Coefficients[0]) }),
		"0 intercepts":           two(func(m *logistic.Model) { m.Intercepts = nil }),
		"1 coefficients for 2":   two(func(m *logistic.Model) { m.Coefficients[0] = []float64{1} }),
		"1 means and 2 scales":   two(func(m *logistic.Model) { m.Mean = []float64{1} }),
		"NaN is out of range":    two(func(m *logistic.Model) { m.Coefficients[0][1] = math.NaN() }),
		"1e+61 is out of range":  two(func(m *logistic.Model) { m.Intercepts[0] = 1e61 }),
		"-Inf is out of range":   two(func(m *logistic.Model) { m.Mean[0] = math.Inf(-1) }),
		"a scale of 0":           two(func(m *logistic.Model) { m.Scale[1] = 0 }),
		"a scale of -1":          two(func(m *logistic.Model) { m.Scale[1] = -1 }),
	} {
		if _, err := logistic.New(2, 2, m); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if _, err := logistic.New(2, 2, two(func(*logistic.Model) {})); err != nil {
		t.Error(err)
	}
}

// TestFinite has the largest numbers that are allowed make no nonsense.
func TestFinite(t *testing.T) {
	const l = logistic.Limit
	m, err := logistic.New(3, 2, logistic.Model{
		Coefficients: [][]float64{{l, -l}, {-l, l}, {l, l}}, Intercepts: []float64{l, -l, 0}, Mean: []float64{l, -l}, Scale: []float64{1 / l, 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := make([]float64, 3)
	for _, x := range [][]float64{{0, 0}, {1.8e19, 1.8e19}} {
		m.Score(x, p)
		if sum := p[0] + p[1] + p[2]; !(math.Abs(sum-1) < 1e-9) {
			t.Errorf("%v: %v", x, p)
		}
	}
}
