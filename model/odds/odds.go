// Package odds turns scores into probabilities.
package odds

import "math"

// FromScores writes probabilities in the place of scores. Two classes have one
// score, at p[1]: the logarithm of the odds of the second one.
func FromScores(p []float64) {
	if len(p) == 2 {
		z := p[1]
		p[0], p[1] = sigmoid(-z), sigmoid(z)
		return
	}
	softmax(p)
}

// sigmoid is exact at both ends.
func sigmoid(z float64) float64 {
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-z))
}

func softmax(z []float64) {
	top := z[0]
	for _, v := range z[1:] {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range z {
		z[i] = math.Exp(v - top)
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}
