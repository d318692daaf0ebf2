// Package leak measures what a feature says of the class all by itself: one that
// gives it away mostly tells how the data were made, and not what is to be
// learned.
package leak

import (
	"math"

	"joy/dataset/sketch"
)

// A Feature says how much of the class a feature gives away.
type Feature struct {
	Name string `json:"name"`
	// AUC is the largest area under the ROC curve with which the feature alone tells
	// one class from all others, whichever way round: 0.5 is nothing, 1 everything.
	AUC float64 `json:"auc"`
	// Class is that class.
	Class string `json:"class"`
	// Information is the mutual information of the feature, cut into bins, with the
	// class, divided by the entropy of the class: 0 is nothing, 1 everything. What
	// that many bins give by chance is taken off (Miller and Madow).
	Information float64 `json:"information"`
}

// maxBins is how many bins the mutual information is taken over.
const maxBins = 16

// Measure looks at a feature, and does not set the names. Class is the number of
// the class of AUC, -1 when there are not two.
func Measure(s *sketch.Sketch) (f Feature, class int) {
	bins := s.Bins()
	totals := make([]uint64, s.Classes())
	all := uint64(0)
	for _, b := range bins {
		for c, n := range b.Counts {
			totals[c] += n
			all += n
		}
	}
	class = -1
	for c, n := range totals {
		if n == 0 || n == all {
			continue
		}
		if a := area(bins, c, n, all-n); class < 0 || a > f.AUC {
			f.AUC, class = a, c
		}
	}
	if class >= 0 {
		f.Information = information(bins, totals, all)
	}
	return f, class
}

// area is that under the ROC curve of a class against the others; equal values
// count half.
func area(bins []sketch.Bin, class int, of, others uint64) float64 {
	sum, before := 0.0, 0.0 // others that are smaller
	for _, b := range bins {
		n := uint64(0)
		for _, c := range b.Counts {
			n += c
		}
		rest := float64(n - b.Counts[class])
		sum += float64(b.Counts[class]) * (before + rest/2)
		before += rest
	}
	a := sum / float64(of) / float64(others)
	return max(a, 1-a)
}

// information joins bins to at most maxBins of about the same size.
func information(bins []sketch.Bin, totals []uint64, all uint64) float64 {
	classes := 0
	entropy := 0.0
	for _, n := range totals {
		if n > 0 {
			classes++
			entropy -= share(n, all) * math.Log(share(n, all))
		}
	}
	joint := make([]uint64, len(totals))
	inside, rest, used, cells := 0.0, uint64(0), 0, 0
	open := uint64(0)
	end := func() {
		if open == 0 {
			return
		}
		used++
		for _, n := range joint {
			if n > 0 {
				cells++
				inside -= share(n, all) * math.Log(share(n, open))
			}
		}
		clear(joint)
		open = 0
	}
	for _, b := range bins {
		for c, n := range b.Counts {
			joint[c] += n
			open += n
			rest += n
		}
		if float64(rest)/float64(all)*maxBins >= float64(used+1) {
			end()
		}
	}
	end()
	bias := float64(cells-used-classes+1) / 2 / float64(all)
	return min(1, max(0, (entropy-inside-bias)/entropy))
}

func share(n, of uint64) float64 { return float64(n) / float64(of) }
