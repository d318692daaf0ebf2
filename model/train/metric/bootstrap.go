package metric

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// A Bootstrap draws samples of the units, groups or rows, with replacement; an
// interval goes from one percentile of what the samples have to the other.
type Bootstrap struct {
	Times int
	// Level is the share of the samples that an interval holds, such as 0.95.
	Level float64
	Seed  uint64
	// Threads that compute; the result does not depend on it.
	Threads int
}

// ErrEmpty is what there is to say of no rows.
var ErrEmpty = errors.New("no rows with a class")

// Measure makes a report.
func (b *Bootstrap) Measure(s *Scored) (*Report, error) {
	if len(s.Class) == 0 {
		return nil, ErrEmpty
	}
	h := newSheet(s)
	unit, units := unitsOf(s)
	once := make([]int, len(s.Class))
	for i := range once {
		once[i] = 1
	}
	size := common + h.k*perClass
	values := make([]float64, size)
	h.measure(once, values)
	samples := make([][]float64, b.Times)
	b.draw(h, unit, units, size, samples)
	intervals := make([]Interval, size)
	for i := range intervals {
		intervals[i] = b.interval(values[i], samples, i)
	}
	return b.report(h, units, intervals), nil
}

// unitsOf numbers the groups.
func unitsOf(s *Scored) (unit []int, units int) {
	unit = make([]int, len(s.Class))
	if s.Group == nil {
		for i := range unit {
			unit[i] = i
		}
		return unit, len(unit)
	}
	number := make(map[string]int)
	for i, g := range s.Group {
		n, ok := number[g]
		if !ok {
			n = len(number)
			number[g] = n
		}
		unit[i] = n
	}
	return unit, len(number)
}

// draw measures samples, each with random numbers of its own.
func (b *Bootstrap) draw(h *sheet, unit []int, units, size int, samples [][]float64) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range max(b.Threads, 1) {
		all.Go(func() {
			counts, weight := make([]int, units), make([]int, len(unit))
			for {
				i := int(next.Add(1)) - 1
				if i >= len(samples) {
					return
				}
				random := rand.New(rand.NewPCG(b.Seed, uint64(i)))
				clear(counts)
				for range units {
					counts[random.IntN(units)]++
				}
				for r, u := range unit {
					weight[r] = counts[u]
				}
				samples[i] = make([]float64, size)
				h.measure(weight, samples[i])
			}
		})
	}
	all.Wait()
}

// interval is of the samples in which the number is defined.
func (b *Bootstrap) interval(value float64, samples [][]float64, i int) Interval {
	if math.IsNaN(value) {
		return Interval{}
	}
	var list []float64
	for _, s := range samples {
		if !math.IsNaN(s[i]) {
			list = append(list, s[i])
		}
	}
	if len(list) == 0 {
		return Interval{Value: &value}
	}
	slices.Sort(list)
	low, high := percentile(list, (1-b.Level)/2), percentile(list, (1+b.Level)/2)
	return Interval{&value, &low, &high}
}

// percentile lies between two of a sorted list, in proportion.
func percentile(list []float64, share float64) float64 {
	at := share * float64(len(list)-1)
	i := int(at)
	if i+1 >= len(list) {
		return list[len(list)-1]
	}
	return list[i] + (at-float64(i))*(list[i+1]-list[i])
}

func (b *Bootstrap) report(h *sheet, units int, v []Interval) *Report {
	r := &Report{
		Rows: len(h.Class), Units: units, Grouped: h.Group != nil, Bootstrap: b.Times, Level: b.Level,
		Accuracy: v[accuracy], LogLoss: v[logLoss], Brier: v[brier], MacroF1: v[macroF1], Confusion: make([][]int, h.k),
	}
	for k := range h.k {
		r.Confusion[k] = make([]int, h.k)
	}
	for i, c := range h.Class {
		r.Confusion[c][h.said[i]]++
	}
	for k, name := range h.Classes {
		of := v[common+k*perClass:]
		c := Class{Name: name, AUC: of[auc], AveragePrecision: of[averagePrecision], Precision: of[precision], Recall: of[recall], F1: of[f1]}
		for _, n := range r.Confusion[k] {
			c.Rows += n
		}
		for i, rate := range rates {
			a := AtRate{Rate: rate, Recall: of[atRates+i], Threshold: h.threshold(k, rate)}
			a.Resolved = rate*float64(r.Rows-c.Rows) >= 1
			c.AtRates = append(c.AtRates, a)
		}
		c.Calibration, c.Error = h.calibration(k)
		r.Classes = append(r.Classes, c)
	}
	return r
}
