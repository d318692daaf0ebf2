// Package finding is what detectors say: findings with their evidence, and the
// measure of how strong it is.
package finding

import (
	"cmp"
	"math"
	"slices"
)

// A Finding is one thing that somebody should look at.
type Finding struct {
	// Kind is one of detect.Kinds.
	Kind string
	// Score is how strong the evidence is, from 0 to 1; 0.5 where the threshold of
	// the kind is just reached. It does not say how bad it would be.
	Score float64
	// Title is the finding in a sentence. What comes from packets in it is as it
	// came: escape it.
	Title string
	// Src and Dst are the addresses, or names, that it is about: who acts, and on
	// whom; empty for none or several.
	Src, Dst string
	// Port is that of Dst, Pr the IP protocol; 0 for none or several.
	Port uint16
	Pr   uint8
	// First and Last are the times of the first and the last packet, in nanoseconds
	// since 1970.
	First, Last int64
	// Count is the number of flows that it rests on.
	Count uint64
	// Evidence are the measures behind it, in an order that the kind gives.
	Evidence []Evidence
	// Flows are flow ids, MaxFlows at most: of the earliest of these flows.
	Flows []string
}

// Evidence is a measure, or a fact.
type Evidence struct{ Name, Value string }

// Strength makes a score of a measure whose threshold is t: 0.5 at the
// threshold, and near 1 far above it.
func Strength(x, t float64) float64 {
	if !(x > 0) {
		return 0
	}
	if math.IsInf(x, 1) {
		return 1
	}
	return x / (x + t)
}

// Compare orders findings: the strongest first, then by all that tells them apart.
func Compare(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(b.Score, a.Score),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.First, b.First),
		cmp.Compare(a.Src, b.Src),
		cmp.Compare(a.Dst, b.Dst),
		cmp.Compare(a.Port, b.Port),
		cmp.Compare(a.Pr, b.Pr),
		cmp.Compare(a.Title, b.Title),
		cmp.Compare(b.Count, a.Count),
		cmp.Compare(a.Last, b.Last),
		slices.Compare(a.Flows, b.Flows),
	)
}

// A Bound is a table of a detector that has a limit.
type Bound struct {
	// Name says what the table holds.
	Name string
	// Limit is how many it may hold, and Left is how many were given up for others
	// since that was reached.
	Limit int
	Left  uint64
}
