package train

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// blocks is how many parts the rows are summed up in. It does not depend on the
// number of threads, so that neither the sums do.
const blocks = 64

// A loss is the weighted mean of -log(p of the right class) over rows, plus
// ridge/2 times the sum of the squares of the coefficients. Parameters have a
// row for each score: its coefficients, then its intercept.
type loss struct {
	data   *Data
	weight []float64 // of each row; rows of 0 are not looked at
	total  float64   // their sum
	ridge  float64
	scores int // 1 of two classes, else one for each
	thread int
	part   [blocks][]float64 // gradient of a block
	value  [blocks]float64
}

func newLoss(d *Data, weight []float64, threads int) *loss {
	l := &loss{data: d, weight: weight, scores: d.scores(), thread: threads}
	if l.thread <= 0 {
		l.thread = runtime.GOMAXPROCS(0)
	}
	for _, w := range weight {
		l.total += w
	}
	for i := range l.part {
		l.part[i] = make([]float64, l.size())
	}
	return l
}

// size is the number of parameters.
func (l *loss) size() int { return l.scores * (l.data.Width + 1) }

// each calls block for all blocks, with the rows from and to.
func (l *loss) each(block func(i, from, to int)) {
	rows := len(l.data.Class)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(l.thread, blocks) {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= blocks {
					return
				}
				block(i, rows*i/blocks, rows*(i+1)/blocks)
			}
		})
	}
	all.Wait()
}

// at returns the value for parameters w, and writes the gradient.
func (l *loss) at(w, gradient []float64) float64 {
	l.each(func(i, from, to int) { l.value[i] = l.block(w, l.part[i], from, to) })
	clear(gradient)
	value := 0.0
	for i := range blocks {
		value += l.value[i]
		for j, g := range l.part[i] {
			gradient[j] += g
		}
	}
	value /= l.total
	for j := range gradient {
		gradient[j] /= l.total
	}
	n := l.data.Width
	for k := range l.scores {
		at := k * (n + 1)
		for j := at; j < at+n; j++ {
			value += l.ridge / 2 * w[j] * w[j]
			gradient[j] += l.ridge * w[j]
		}
	}
	return value
}

// block adds up a block of rows.
func (l *loss) block(w, gradient []float64, from, to int) (sum float64) {
	clear(gradient)
	n := l.data.Width
	z := make([]float64, l.scores)
	for r := from; r < to; r++ {
		weight := l.weight[r]
		if weight == 0 {
			continue
		}
		x := l.data.row(r)
		for k := range z {
			at := k * (n + 1)
			z[k] = w[at+n] + dot(w[at:at+n], x)
		}
		sum += weight * surprise(z, l.data.Class[r])
		for k, residual := range z {
			at := k * (n + 1)
			addScaled(gradient[at:at+n], weight*residual, x)
			gradient[at+n] += weight * residual
		}
	}
	return sum
}

// surprise is -log of the probability of a class by its scores, in whose place
// it writes the derivatives.
func surprise(z []float64, class int) float64 {
	if len(z) == 1 {
		sign := 2*float64(class) - 1
		margin := sign * z[0]
		if margin >= 0 {
			e := math.Exp(-margin)
			z[0] = -sign * e / (1 + e)
			return math.Log1p(e)
		}
		e := math.Exp(margin)
		z[0] = -sign / (1 + e)
		return math.Log1p(e) - margin
	}
	top := z[0]
	for _, v := range z[1:] {
		top = max(top, v)
	}
	sum, right := 0.0, z[class]
	for k, v := range z {
		z[k] = math.Exp(v - top)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	z[class]--
	return math.Log(sum) + top - right
}

// dot adds up in four sums, so that an addition does not wait for the one before.
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

func addScaled(to []float64, by float64, x []float64) {
	to = to[:len(x)]
	for len(x) >= 4 {
		to[0] += by * x[0]
		to[1] += by * x[1]
		to[2] += by * x[2]
		to[3] += by * x[3]
		to, x = to[4:], x[4:]
	}
	for i, v := range x {
		to[i] += by * v
	}
}
