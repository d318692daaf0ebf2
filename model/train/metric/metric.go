// Package metric says how good the probabilities of a model are for flows whose
// class is known, with intervals.
package metric

import (
	"math"
	"slices"
)

// rates are the false-positive rates at which recall is told.
var rates = [...]float64{1e-2, 1e-3, 1e-4}

// bins is the number of bins of a calibration.
const bins = 10

// Scored are rows with the probabilities of all classes.
type Scored struct {
	Classes []string
	// P has a probability for each class, row by row.
	P     []float64
	Class []int
	// Group has what rows depend on one another by; nil for nothing.
	Group []string
}

// An Interval is a number with where it may lie; nil is not defined.
type Interval struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// A Report is what is said of one part of a data set.
type Report struct {
	Rows int `json:"rows"`
	// Units are what is drawn for the intervals: groups, or rows.
	Units     int      `json:"units"`
	Grouped   bool     `json:"grouped"`
	Bootstrap int      `json:"bootstrap"`
	Level     float64  `json:"level"`
	Accuracy  Interval `json:"accuracy"`
	LogLoss   Interval `json:"log_loss"`
	Brier     Interval `json:"brier"`
	MacroF1   Interval `json:"macro_f1"`
	Confusion [][]int  `json:"confusion"` // rows of a class, by the class that was said
	Classes   []Class  `json:"classes"`
}

// A Class is told apart from all others.
type Class struct {
	Name             string   `json:"name"`
	Rows             int      `json:"rows"`
	AUC              Interval `json:"auc"`
	AveragePrecision Interval `json:"average_precision"`
	Precision        Interval `json:"precision"`
	Recall           Interval `json:"recall"`
	F1               Interval `json:"f1"`
	AtRates          []AtRate `json:"at_false_positive_rates"`
	// Calibration are bins of the probability; Error is the mean distance of what was
	// said to what was, over rows.
	Calibration []Bin   `json:"calibration"`
	Error       float64 `json:"calibration_error"`
}

// AtRate is the recall at a bound on the rate of false positives.
type AtRate struct {
	Rate   float64  `json:"false_positive_rate"`
	Recall Interval `json:"recall"`
	// Threshold is the probability from which on rows count as of the class; absent
	// when none keeps the bound.
	Threshold *float64 `json:"threshold"`
	// Resolved says that there are rows enough of other classes for the rate: one of
	// them is less than it.
	Resolved bool `json:"resolved"`
}

// A Bin are rows with probabilities of From to To.
type Bin struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	Rows int     `json:"rows"`
	Mean float64 `json:"mean_probability"`
	Rate float64 `json:"share_of_class"`
}

// measured are all numbers with an interval: four of all classes, and then for
// each class five and the recalls.
const (
	accuracy = iota
	logLoss
	brier
	macroF1
	common
)

const (
	auc = iota
	averagePrecision
	precision
	recall
	f1
	atRates
	perClass = atRates + len(rates)
)

// A sheet has what does not change from one sample to the next.
type sheet struct {
	*Scored
	k     int
	said  []int
	loss  []float64
	brier []float64
	order [][]int // of each class, rows by its probability, the largest first
}

func newSheet(s *Scored) *sheet {
	h := &sheet{Scored: s, k: len(s.Classes)}
	for r, c := range s.Class {
		p := s.P[r*h.k : (r+1)*h.k]
		best, square := 0, 0.0
		for k, v := range p {
			if v > p[best] {
				best = k
			}
			if k == c {
				v--
			}
			square += v * v
		}
		if h.k == 2 {
			square /= 2 // of one probability, as is usual
		}
		h.said = append(h.said, best)
		h.brier = append(h.brier, square)
		h.loss = append(h.loss, -math.Log(max(p[c], 1e-300)))
	}
	for k := range h.k {
		order := make([]int, len(s.Class))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch pa, pb := s.P[a*h.k+k], s.P[b*h.k+k]; {
			case pa > pb:
				return -1
			case pa < pb:
				return 1
			}
			return 0
		})
		h.order = append(h.order, order)
	}
	return h
}

// measure writes all numbers for rows that count weight times; NaN is not defined.
func (h *sheet) measure(weight []int, out []float64) {
	var rows, right int
	var loss, square float64
	hit, is, said := make([]int, h.k), make([]int, h.k), make([]int, h.k)
	for r, c := range h.Class {
		n := weight[r]
		if n == 0 {
			continue
		}
		rows += n
		loss += float64(n) * h.loss[r]
		square += float64(n) * h.brier[r]
		is[c] += n
		said[h.said[r]] += n
		if h.said[r] == c {
			right += n
			hit[c] += n
		}
	}
	out[accuracy], out[logLoss], out[brier] = share(right, rows), loss/float64(rows), square/float64(rows)
	sum, defined := 0.0, 0
	for k := range h.k {
		c := out[common+k*perClass : common+(k+1)*perClass]
		h.curve(k, weight, is[k], rows-is[k], c)
		c[precision], c[recall] = share(hit[k], said[k]), share(hit[k], is[k])
		c[f1] = share(2*hit[k], is[k]+said[k])
		if is[k] > 0 {
			sum += c[f1]
			defined++
		}
	}
	out[macroF1] = sum / float64(defined)
}

func share(part, all int) float64 {
	if all == 0 {
		return math.NaN()
	}
	return float64(part) / float64(all)
}

// curve goes down the probabilities of a class, over equal ones at once.
func (h *sheet) curve(k int, weight []int, positives, negatives int, c []float64) {
	for i := range rates {
		c[atRates+i] = 0
	}
	order := h.order[k]
	var truly, falsely int
	var area, precisions float64
	for i := 0; i < len(order); {
		p := h.P[order[i]*h.k+k]
		t, f := 0, 0
		for ; i < len(order) && h.P[order[i]*h.k+k] == p; i++ {
			if r := order[i]; h.Class[r] == k {
				t += weight[r]
			} else {
				f += weight[r]
			}
		}
		if t == 0 && f == 0 {
			continue
		}
		area += float64(f) * (float64(truly) + float64(t)/2)
		truly, falsely = truly+t, falsely+f
		precisions += float64(t) * float64(truly) / float64(truly+falsely)
		for i, rate := range rates {
			if float64(falsely) <= rate*float64(negatives) {
				c[atRates+i] = float64(truly) / float64(positives)
			}
		}
	}
	c[auc] = area / float64(positives) / float64(negatives)
	c[averagePrecision] = precisions / float64(positives)
	if positives == 0 || negatives == 0 {
		c[auc], c[averagePrecision] = math.NaN(), math.NaN()
		for i := range rates {
			c[atRates+i] = math.NaN()
		}
	}
}

// threshold is the least probability of a class that keeps a rate.
func (h *sheet) threshold(k int, rate float64) *float64 {
	negatives := 0
	for _, c := range h.Class {
		if c != k {
			negatives++
		}
	}
	var at *float64
	order, falsely := h.order[k], 0
	for i := 0; i < len(order); {
		p := h.P[order[i]*h.k+k]
		for ; i < len(order) && h.P[order[i]*h.k+k] == p; i++ {
			if h.Class[order[i]] != k {
				falsely++
			}
		}
		if float64(falsely) > rate*float64(negatives) {
			break
		}
		at = &p
	}
	return at
}

// calibration fills the bins of a class.
func (h *sheet) calibration(k int) (list []Bin, distance float64) {
	list = make([]Bin, bins)
	for r, c := range h.Class {
		p := h.P[r*h.k+k]
		b := &list[min(int(p*bins), bins-1)]
		b.Rows++
		b.Mean += p
		if c == k {
			b.Rate++
		}
	}
	for i := range list {
		b := &list[i]
		b.From, b.To = float64(i)/bins, float64(i+1)/bins
		if b.Rows > 0 {
			distance += math.Abs(b.Mean-b.Rate) / float64(len(h.Class))
			b.Mean /= float64(b.Rows)
			b.Rate /= float64(b.Rows)
		}
	}
	return list, distance
}
