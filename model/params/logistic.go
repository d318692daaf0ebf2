package params

import (
	"errors"
	"fmt"
	"slices"

	"joy/model/logistic"
	"joy/model/vector"
)

// Logistic is the same as a model of two classes, of which the second is
// malware. It scores in 64 bits, and the bytes by byte_dist.
func (w Weights) Logistic() (*logistic.Model, error) {
	return logistic.New(2, len(w)-1, logistic.Model{Coefficients: [][]float64{w[1:]}, Intercepts: []float64{w[0]}})
}

// FromLogistic makes parameters for Joy of a model that has exactly their
// features.
func FromLogistic(m *logistic.Model, set string, features []string) (Weights, error) {
	if m == nil || len(m.Intercepts) != 1 {
		return nil, errors.New("only logistic models of two classes have parameters for Joy")
	}
	s, err := vector.Find(set)
	if err != nil {
		return nil, err
	}
	if set != vector.JoySPLT && set != vector.JoyBD || !slices.Equal(features, s.Names()) {
		return nil, fmt.Errorf("parameters of Joy are of all features of %s, or of %s: the model has others", vector.JoySPLT, vector.JoyBD)
	}
	bias, weights := m.Plain(0)
	for _, x := range append([]float64{bias}, weights...) {
		if !(x <= maxWeight && x >= -maxWeight) {
			return nil, fmt.Errorf("%g is out of the range of parameters", x)
		}
	}
	return append(Weights{bias}, weights...), nil
}
