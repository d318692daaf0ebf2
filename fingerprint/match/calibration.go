package match

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
)

// A Calibration turns what naive Bayes believes of its answers into how often
// such answers are right. It stands in the header of a database.
type Calibration struct {
	// Share of flows whose program was not seen with their fingerprint.
	Unseen float64 `json:"unseen"`
	// Curves for answers from the fingerprint itself, and from one that is near.
	// Without points probabilities stay as they are.
	Exact       Curve `json:"exact,omitempty"`
	Approximate Curve `json:"approximate,omitempty"`
}

// A Curve goes through points, both of whose numbers grow; before the first and
// behind the last it is level.
type Curve []Point

// A Point says how often answers were right that naive Bayes gave a probability.
type Point struct {
	Raw         float64 `json:"raw"`
	Probability float64 `json:"probability"`
}

// The share of unseen programs, where a database says nothing of it, and where
// it may lie: it is never certain that a program is known, or that it is not.
const (
	defaultUnseen = 0.05
	leastUnseen   = 0.001
	mostUnseen    = 0.5
)

// A Prediction is what was most probable for an observation, and whether it was
// right.
type Prediction struct {
	By          Status
	Probability float64
	Correct     bool
}

// Fit makes a calibration of raw probabilities about flows that the database they
// come from had not seen: of the most probable program for each, also where that
// is not named because an unknown one is still more probable. The curves are
// isotonic regressions (pool adjacent violators). Unseen is left to the caller.
func Fit(predictions []Prediction) (c Calibration) {
	of := func(status Status) (list []Prediction) {
		for _, p := range predictions {
			if p.By == status {
				list = append(list, p)
			}
		}
		return list
	}
	c.Exact, c.Approximate = fit(of(Exact)), fit(of(Approximate))
	if len(c.Approximate) == 0 {
		c.Approximate = c.Exact
	}
	return c
}

// Unseen is the share of flows whose program was not seen with their fingerprint,
// as counted: missing of the flows whose fingerprint was found.
func Unseen(missing, found int) float64 {
	if found == 0 {
		return defaultUnseen
	}
	return min(max(float64(missing)/float64(found), leastUnseen), mostUnseen)
}

// A curve takes leastFit predictions or there is none, and has groups of at least
// leastGroup of them and at most mostGroups.
const (
	leastFit   = 20
	leastGroup = 5
	mostGroups = 50
)

// A pool is a group of predictions with neighbouring probabilities.
type pool struct {
	raw     float64 // sum
	correct float64
	n       float64
}

// share that is right, by Jeffreys' rule: a few right answers are no certainty.
func (p pool) share() float64 { return (p.correct + 0.5) / (p.n + 1) }

func fit(predictions []Prediction) (curve Curve) {
	if len(predictions) < leastFit {
		return nil
	}
	var pools []pool
	for group := range groups(predictions) {
		p := pool{n: float64(len(group))}
		for _, x := range group {
			p.raw += x.Probability
			if x.Correct {
				p.correct++
			}
		}
		for len(pools) > 0 && pools[len(pools)-1].share() >= p.share() {
			last := pools[len(pools)-1]
			p = pool{p.raw + last.raw, p.correct + last.correct, p.n + last.n}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	for _, p := range pools {
		curve = append(curve, Point{p.raw / p.n, p.share()})
	}
	return curve
}

// groups are the predictions in the order of their probabilities, some together;
// equal ones are never apart.
func groups(predictions []Prediction) iter.Seq[[]Prediction] {
	sorted := slices.SortedFunc(slices.Values(predictions), func(a, b Prediction) int {
		switch {
		case a.Probability < b.Probability:
			return -1
		case a.Probability > b.Probability:
			return 1
		}
		return 0
	})
	size := max(leastGroup, (len(sorted)+mostGroups-1)/mostGroups)
	return func(yield func([]Prediction) bool) {
		for len(sorted) > 0 {
			n := min(size, len(sorted))
			for n < len(sorted) && (sorted[n].Probability == sorted[n-1].Probability || len(sorted)-n < leastGroup) {
				n++
			}
			if !yield(sorted[:n]) {
				return
			}
			sorted = sorted[n:]
		}
	}
}

// of is the calibrated probability of an answer.
func (c *Calibration) of(status Status, raw float64) float64 {
	if status == Approximate {
		return c.Approximate.at(raw)
	}
	return c.Exact.at(raw)
}

func (c Curve) at(raw float64) float64 {
	if len(c) == 0 {
		return raw
	}
	i, _ := slices.BinarySearchFunc(c, raw, func(p Point, raw float64) int {
		if p.Raw < raw {
			return -1
		}
		return 1
	})
	if i == 0 {
		return c[0].Probability
	}
	if i == len(c) {
		return c[i-1].Probability
	}
	a, b := c[i-1], c[i]
	return a.Probability + (b.Probability-a.Probability)*(raw-a.Raw)/(b.Raw-a.Raw)
}

// readCalibration reads the header's; none is none.
func readCalibration(text json.RawMessage) (c Calibration, err error) {
	if len(text) == 0 {
		return Calibration{Unseen: defaultUnseen}, nil
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("calibration: %w", err)
	}
	if !(c.Unseen >= leastUnseen && c.Unseen <= mostUnseen) {
		return c, fmt.Errorf("calibration: the share of unseen programs is %v, not from %v to %v", c.Unseen, leastUnseen, mostUnseen)
	}
	for _, curve := range []Curve{c.Exact, c.Approximate} {
		last := Point{-1, 0}
		for _, p := range curve {
			if !(p.Raw > last.Raw && p.Raw <= 1 && p.Probability >= last.Probability && p.Probability <= 1) {
				return c, fmt.Errorf("calibration: point %v behind %v", p, last)
			}
			last = p
		}
	}
	return c, nil
}

// Brier is the mean square of what the probabilities are wrong by: 0 is best,
// 0.25 what always saying a half gives.
func Brier(predictions []Prediction) float64 {
	squares := 0.0
	for _, p := range predictions {
		squares += math.Pow(p.Probability-truth(p), 2)
	}
	return squares / float64(max(len(predictions), 1))
}

// ECE is the expected calibration error: how far probabilities are from the share
// that is right, in ten bins of equal width, each with the weight of its number.
func ECE(predictions []Prediction) float64 {
	var bins [10]struct{ probability, correct float64 }
	for _, p := range predictions {
		b := &bins[min(int(p.Probability*10), 9)]
		b.probability += p.Probability
		b.correct += truth(p)
	}
	off := 0.0
	for _, b := range bins {
		off += math.Abs(b.probability - b.correct)
	}
	return off / float64(max(len(predictions), 1))
}

func truth(p Prediction) float64 {
	if p.Correct {
		return 1
	}
	return 0
}
