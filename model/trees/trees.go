// Package trees scores flows by sums of decision trees, such as gradient boosting
// makes, and says what each feature does to a score.
package trees

import (
	"errors"
	"fmt"
	"math"

	"joy/model/odds"
)

// A Node asks whether a feature is at most a threshold, or is a leaf.
type Node struct {
	// Feature is the number of the feature, -1 in a leaf.
	Feature int
	// Threshold is the largest value that goes left.
	Threshold float64
	// Left and Right are numbers of nodes in the tree.
	Left, Right int
	// Value is what a leaf adds to the score.
	Value float64
	// Cover says how much of the training data came here: a count, or a sum of
	// weights.
	Cover float64
}

// A Tree has its root first.
type Tree struct {
	// Output is the score that it adds to.
	Output int
	Nodes  []Node
}

// A Forest is what training found. It is not changed by scoring.
type Forest struct {
	// Base is what each score begins with: with two classes a single one, for the
	// second class.
	Base []float64
	// Trees are added in this order.
	Trees []Tree

	steps []step
	roots []int32 // of the trees, in steps; negative for a tree of one leaf
	leafs []float64
	means []float64 // of each score over the training data
	depth int
}

// A step is a node as scoring needs it: a child is the number of a step, or that
// of a leaf with all bits inverted.
type step struct {
	threshold float64
	child     [2]int32
	feature   uint32
}

// The limits of a forest.
const (
	MaxTrees = 20_000
	MaxNodes = 4_000_000
	MaxDepth = 128
	// Limit bounds values and thresholds.
	Limit = 1e60
)

// New checks a forest for so many classes and features, and makes it ready.
func New(classes, features int, f Forest) (*Forest, error) {
	outputs := classes
	if classes == 2 {
		outputs = 1
	}
	switch {
	case len(f.Base) != outputs:
		return nil, fmt.Errorf("%d bases for %d classes, where %d are needed", len(f.Base), classes, outputs)
	case len(f.Trees) > MaxTrees:
		return nil, fmt.Errorf("%d trees, more than %d", len(f.Trees), MaxTrees)
	}
	for _, b := range f.Base {
		if !(math.Abs(b) <= Limit) {
			return nil, fmt.Errorf("base %g is out of range", b)
		}
	}
	f.means = append([]float64(nil), f.Base...)
	f.steps, f.leafs, f.roots, f.depth = nil, nil, nil, 0
	for i := range f.Trees {
		if err := f.add(&f.Trees[i], features); err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
	}
	return &f, nil
}

var errShape = errors.New("its nodes are no tree")

// add makes steps of a tree.
func (f *Forest) add(t *Tree, features int) error {
	if t.Output < 0 || t.Output >= len(f.Base) {
		return fmt.Errorf("it adds to score %d of %d", t.Output, len(f.Base))
	}
	if len(f.steps)+len(t.Nodes) > MaxNodes {
		return fmt.Errorf("more than %d nodes", MaxNodes)
	}
	b := builder{forest: f, tree: t, features: features, seen: make([]bool, len(t.Nodes))}
	root, err := b.node(0, 0)
	if err != nil {
		return err
	}
	f.roots = append(f.roots, root)
	f.means[t.Output] += mean(t, 0)
	return nil
}

type builder struct {
	forest   *Forest
	tree     *Tree
	features int
	seen     []bool
}

// node makes a step of a node, and of those below it.
func (b *builder) node(i, depth int) (int32, error) {
	if i < 0 || i >= len(b.seen) || b.seen[i] || depth > MaxDepth {
		return 0, errShape
	}
	b.seen[i] = true
	f, n := b.forest, &b.tree.Nodes[i]
	f.depth = max(f.depth, depth)
	if !(math.Abs(n.Value) <= Limit) || !(math.Abs(n.Threshold) <= Limit) || !(n.Cover >= 0 && n.Cover <= Limit) {
		return 0, fmt.Errorf("node %d has a number out of range", i)
	}
	if n.Feature < 0 {
		f.leafs = append(f.leafs, n.Value)
		return ^int32(len(f.leafs) - 1), nil
	}
	if n.Feature >= b.features {
		return 0, fmt.Errorf("node %d asks for feature %d of %d", i, n.Feature, b.features)
	}
	at := len(f.steps)
	f.steps = append(f.steps, step{threshold: n.Threshold, feature: uint32(n.Feature)})
	left, err := b.node(n.Left, depth+1)
	if err != nil {
		return 0, err
	}
	right, err := b.node(n.Right, depth+1)
	f.steps[at].child = [2]int32{left, right}
	return int32(at), err
}

// Score writes the probability of each class to p, of as many elements as there
// are classes, for the features x.
func (f *Forest) Score(x, p []float64) {
	raw := p
	if len(f.Base) == 1 {
		raw = p[1:]
	}
	copy(raw, f.Base)
	for i, root := range f.roots {
		raw[f.Trees[i].Output] += f.leafs[^f.leaf(root, x)]
	}
	odds.FromScores(p)
}

// leaf goes down from a step.
func (f *Forest) leaf(at int32, x []float64) int32 {
	for at >= 0 {
		s := &f.steps[at]
		at = s.child[0]
		if x[s.feature] > s.threshold {
			at = s.child[1]
		}
	}
	return at
}
