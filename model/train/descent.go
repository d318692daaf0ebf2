package train

import "math"

// memory is how many steps the solver goes by to guess curvature.
const memory = 10

// A descent looks for the least value of smooth + lasso times the sum of the
// absolute coefficients: L-BFGS, and with lasso OWL-QN, which is L-BFGS that
// stays within an orthant at each step (Andrew and Gao 2007).
type descent struct {
	smooth func(w, gradient []float64) float64
	lasso  float64
	// free reports whether a parameter is an intercept, which lasso is not for.
	free func(i int) bool

	s, y [][]float64 // steps, and what they did to the gradient, the oldest first
}

// An Outcome is how the search ended.
type Outcome struct {
	// Value is that of the loss with the penalty.
	Value float64 `json:"value"`
	// Gradient is its largest derivative in size.
	Gradient   float64 `json:"gradient"`
	Iterations int     `json:"iterations"`
	// Converged says that Gradient is no more than was asked for.
	Converged bool `json:"converged"`
}

// run improves w until no derivative is larger than tolerance.
func (d *descent) run(w []float64, tolerance float64, most int) Outcome {
	n := len(w)
	gradient, pseudo, direction := make([]float64, n), make([]float64, n), make([]float64, n)
	next, nextGradient := make([]float64, n), make([]float64, n)
	value := d.smooth(w, gradient) + d.cost(w)
	out := Outcome{Value: value}
	for ; ; out.Iterations++ {
		d.slope(w, gradient, pseudo)
		out.Value, out.Gradient = value, largest(pseudo)
		out.Converged = out.Gradient <= tolerance
		if out.Converged || out.Iterations == most {
			return out
		}
		d.towards(pseudo, direction)
		better, ok := d.search(w, pseudo, direction, next, nextGradient, value)
		if !ok && len(d.s) > 0 {
			d.s, d.y = nil, nil // straight down, where the guess of curvature is of no use
			d.towards(pseudo, direction)
			better, ok = d.search(w, pseudo, direction, next, nextGradient, value)
		}
		if !ok {
			return out
		}
		d.remember(w, next, gradient, nextGradient)
		copy(w, next)
		copy(gradient, nextGradient)
		value = better
	}
}

func (d *descent) cost(w []float64) (sum float64) {
	if d.lasso == 0 {
		return 0
	}
	for i, v := range w {
		if !d.free(i) {
			sum += math.Abs(v)
		}
	}
	return d.lasso * sum
}

// slope is the gradient with lasso: at 0, where there are two, the one that leads
// down, or 0.
func (d *descent) slope(w, gradient, pseudo []float64) {
	copy(pseudo, gradient)
	if d.lasso == 0 {
		return
	}
	for i, g := range gradient {
		switch {
		case d.free(i):
		case w[i] > 0 || w[i] == 0 && g < -d.lasso:
			pseudo[i] = g + d.lasso
		case w[i] < 0 || g > d.lasso:
			pseudo[i] = g - d.lasso
		default:
			pseudo[i] = 0
		}
	}
}

// towards writes where to go: minus the slope, times what is known of the inverse
// of the curvature.
func (d *descent) towards(pseudo, direction []float64) {
	for i, g := range pseudo {
		direction[i] = -g
	}
	alpha := make([]float64, len(d.s))
	for i := len(d.s) - 1; i >= 0; i-- {
		alpha[i] = dot(d.s[i], direction) / dot(d.s[i], d.y[i])
		addScaled(direction, -alpha[i], d.y[i])
	}
	if last := len(d.s) - 1; last >= 0 {
		scale := dot(d.s[last], d.y[last]) / dot(d.y[last], d.y[last])
		for i := range direction {
			direction[i] *= scale
		}
	}
	for i := range d.s {
		beta := dot(d.y[i], direction) / dot(d.s[i], d.y[i])
		addScaled(direction, alpha[i]-beta, d.s[i])
	}
	if d.lasso == 0 {
		return
	}
	for i, g := range pseudo {
		if direction[i]*g >= 0 && !d.free(i) {
			direction[i] = 0
		}
	}
}

// search halves the step until it leads down far enough.
func (d *descent) search(w, pseudo, direction, next, nextGradient []float64, value float64) (better float64, ok bool) {
	if !(dot(pseudo, direction) < 0) {
		return 0, false
	}
	step := 1.0
	if len(d.s) == 0 {
		step = min(1, 1/math.Sqrt(dot(pseudo, pseudo)))
	}
	slope := make([]float64, len(w))
	for range 40 {
		d.step(w, pseudo, direction, next, step)
		better = d.smooth(next, nextGradient) + d.cost(next)
		down := 0.0
		for i, g := range pseudo {
			down += g * (next[i] - w[i])
		}
		if better <= value+1e-4*down {
			return better, true
		}
		// Where the value has no more digits for the difference, the slope decides.
		if math.Abs(better-value) <= 1e-13*math.Abs(value) {
			d.slope(next, nextGradient, slope)
			if dot(slope, slope) < dot(pseudo, pseudo) {
				return better, true
			}
		}
		step /= 2
	}
	return 0, false
}

// step goes along the direction. With lasso a coefficient that would change its
// sign becomes 0.
func (d *descent) step(w, pseudo, direction, next []float64, step float64) {
	for i := range w {
		next[i] = w[i] + step*direction[i]
		if d.lasso == 0 || d.free(i) {
			continue
		}
		sign := w[i]
		if sign == 0 {
			sign = -pseudo[i]
		}
		if next[i]*sign <= 0 {
			next[i] = 0
		}
	}
}

func (d *descent) remember(w, next, gradient, nextGradient []float64) {
	s, y := make([]float64, len(w)), make([]float64, len(w))
	for i := range w {
		s[i], y[i] = next[i]-w[i], nextGradient[i]-gradient[i]
	}
	if !(dot(s, y) > 1e-16*dot(y, y)) {
		return
	}
	d.s, d.y = append(d.s, s), append(d.y, y)
	if len(d.s) > memory {
		d.s, d.y = d.s[1:], d.y[1:]
	}
}

func largest(list []float64) (most float64) {
	for _, v := range list {
		most = max(most, math.Abs(v))
	}
	return most
}
