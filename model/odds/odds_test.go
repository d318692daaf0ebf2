package odds_test

import (
	"math"
	"testing"

	"joy/model/odds"
)

func TestFromScores(t *testing.T) {
	for _, c := range []struct{ scores, want []float64 }{
		{[]float64{7, 0}, []float64{0.5, 0.5}},
		{[]float64{0, math.Log(3)}, []float64{0.25, 0.75}},
		{[]float64{0, 1e6}, []float64{0, 1}},
		{[]float64{0, -1e6}, []float64{1, 0}},
		{[]float64{0, 40}, []float64{4.248354255291589e-18, 1}},
		{[]float64{1, 1, 1}, []float64{1. / 3, 1. / 3, 1. / 3}},
		{[]float64{1e6, 0, -1e6}, []float64{1, 0, 0}},
		{[]float64{0, math.Log(2), math.Log(5)}, []float64{0.125, 0.25, 0.625}},
	} {
		odds.FromScores(c.scores)
		for i, p := range c.scores {
			if !(math.Abs(p-c.want[i]) <= 1e-15*c.want[i]+1e-300) {
				t.Errorf("%v, want %v", c.scores, c.want)
				break
			}
		}
	}
}
