// Package logistic is logistic regression: the probabilities of classes from a
// weighted sum of features, and what each feature adds to it.
package logistic

import (
	"fmt"
	"math"

	"joy/model/odds"
)

// A Model is what training found. It is not changed by scoring.
type Model struct {
	// Coefficients have a row for each class, or with two classes a single row, for
	// the second one. They are of scaled features.
	Coefficients [][]float64
	// Intercepts have a number for each row.
	Intercepts []float64
	// Mean and Scale are those of the features in training: a feature x counts as
	// (x - mean) / scale. Empty for features that count as they are.
	Mean, Scale []float64

	weights []float64 // coefficients of the features as they are, row by row
	biases  []float64
}

// Limit bounds all numbers of a model; scales are not below 1/Limit. So no sum
// leaves the range of a float.
const Limit = 1e60

// New checks a model of so many classes and features, and makes it ready.
func New(classes, features int, m Model) (*Model, error) {
	rows := classes
	if classes == 2 {
		rows = 1
	}
	if len(m.Coefficients) != rows || len(m.Intercepts) != rows {
		return nil, fmt.Errorf("%d rows of coefficients and %d intercepts for %d classes, where %d are needed", len(m.Coefficients), len(m.Intercepts), classes, rows)
	}
	for _, row := range m.Coefficients {
		if len(row) != features {
			return nil, fmt.Errorf("%d coefficients for %d features", len(row), features)
		}
	}
	if len(m.Mean) != len(m.Scale) || len(m.Mean) != 0 && len(m.Mean) != features {
		return nil, fmt.Errorf("%d means and %d scales for %d features", len(m.Mean), len(m.Scale), features)
	}
	for _, list := range append([][]float64{m.Intercepts, m.Mean, m.Scale}, m.Coefficients...) {
		for _, x := range list {
			if !(math.Abs(x) <= Limit) {
				return nil, fmt.Errorf("%g is out of range", x)
			}
		}
	}
	for _, x := range m.Scale {
		if x < 1/Limit {
			return nil, fmt.Errorf("a scale of %g: it has to be positive", x)
		}
	}
	m.fold(features)
	return &m, nil
}

// fold has the scaling be part of the weights.
func (m *Model) fold(features int) {
	m.weights = make([]float64, 0, len(m.Coefficients)*features)
	m.biases = append([]float64(nil), m.Intercepts...)
	for k, row := range m.Coefficients {
		for j, w := range row {
			if len(m.Scale) > 0 {
				w /= m.Scale[j]
				m.biases[k] -= w * m.Mean[j]
			}
			m.weights = append(m.weights, w)
		}
	}
}

// Plain returns the intercept and the weights of a row for features that are not
// scaled.
func (m *Model) Plain(row int) (bias float64, weights []float64) {
	n := len(m.Coefficients[row])
	return m.biases[row], m.weights[row*n : (row+1)*n]
}

// Score writes the probability of each class to p, of as many elements as there
// are classes, for the features x.
func (m *Model) Score(x, p []float64) {
	if len(m.biases) == 1 {
		p[1] = m.biases[0] + dot(m.weights, x)
		odds.FromScores(p)
		return
	}
	for k, b := range m.biases {
		p[k] = b + dot(m.weights[k*len(x):(k+1)*len(x)], x)
	}
	odds.FromScores(p)
}

// dot adds up in four sums, so that an addition does not wait for the one before
// (BenchmarkScore).
func dot(w, x []float64) float64 {
	var a, b, c, d float64
	w = w[:len(x)]
	for len(x) >= 4 {
		a += w[0] * x[0]
		b += w[1] * x[1]
		c += w[2] * x[2]
		d += w[3] * x[3]
		w, x = w[4:], x[4:]
	}
	for i, v := range x {
		a += w[i] * v
	}
	return a + b + (c + d)
}

// Contributions writes what each feature of x adds to the score of a class,
// compared with the mean of that feature in training: of two classes to the
// logarithm of the odds, of more to the class's own sum.
func (m *Model) Contributions(x []float64, class int, out []float64) {
	row, sign := class, 1.0
	if len(m.biases) == 1 {
		row = 0
		if class == 0 {
			sign = -1
		}
	}
	w := m.weights[row*len(x) : (row+1)*len(x)]
	for j, v := range x {
		if len(m.Mean) > 0 {
			v -= m.Mean[j]
		}
		out[j] = sign * w[j] * v
	}
}
