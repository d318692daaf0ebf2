package trees_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/model/trees"
)

// stump asks one question.
func stump() []trees.Node {
	return []trees.Node{
		{Feature: 1, Threshold: 5, Left: 1, Right: 2, Cover: 4},
		{Feature: -1, Value: -2, Cover: 3},
		{Feature: -1, Value: 2, Cover: 1},
	}
}

func TestStump(t *testing.T) {
	f, err := trees.New(2, 2, trees.Forest{Base: []float64{0.5}, Trees: []trees.Tree{{Nodes: stump()}, {Nodes: []trees.Node{{Feature: -1, Value: 1}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if f.Mean(1) != 0.5+1-1 || f.Mean(0) != -f.Mean(1) {
		t.Errorf("means %v, %v", f.Mean(1), f.Mean(0))
	}
	e := f.Explainer()
	p, c := make([]float64, 2), make([]float64, 2)
	for x, score := range map[float64]float64{4: -0.5, 5: -0.5, math.Nextafter(5, 6): 3.5} {
		f.Score([]float64{9, x}, p)
		if want := 1 / (1 + math.Exp(-score)); math.Abs(p[1]-want) > 1e-15 || math.Abs(p[0]+p[1]-1) > 1e-15 {
			t.Errorf("%v: %v, want %v", x, p, want)
		}
		e.Contributions([]float64{9, x}, 1, c)
		if c[0] != 0 || math.Abs(c[1]-(score-0.5)) > 1e-15 {
			t.Errorf("%v: contributions %v", x, c)
		}
		e.Contributions([]float64{9, x}, 0, c)
		if math.Abs(c[1]+(score-0.5)) > 1e-15 {
			t.Errorf("%v: contributions to the first class %v", x, c)
		}
	}
}

// TestContributionsAddUp makes trees at random: the mean and what all features
// add is the score, also where no training data came.
func TestContributionsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var nodes []trees.Node
		grow(r, &nodes, 0)
		f, err := trees.New(2, 4, trees.Forest{Base: []float64{0.25}, Trees: []trees.Tree{{Nodes: nodes}}})
		if err != nil {
			t.Fatal(err)
		}
		x, p, c := make([]float64, 4), make([]float64, 2), make([]float64, 4)
		for i := range x {
			x[i] = float64(r.IntN(10))
		}
		f.Score(x, p)
		f.Explainer().Contributions(x, 1, c)
		sum := f.Mean(1)
		for _, v := range c {
			sum += v
		}
		if want := math.Log(p[1] / p[0]); !(math.Abs(sum-want) < 1e-9) {
			t.Fatalf("%v: the sum is %v, the score %v", x, sum, want)
		}
	}
}

func grow(r *rand.Rand, nodes *[]trees.Node, depth int) int {
	at := len(*nodes)
	*nodes = append(*nodes, trees.Node{Feature: -1, Value: r.Float64() - 0.5, Cover: float64(r.IntN(5))})
	if depth < 6 && r.IntN(4) > 0 {
		feature, threshold := r.IntN(4), float64(r.IntN(10))
		left := grow(r, nodes, depth+1)
		right := grow(r, nodes, depth+1)
		n := &(*nodes)[at]
		n.Feature, n.Threshold, n.Left, n.Right, n.Value = feature, threshold, left, right, 0
	}
	return at
}

func TestRefused(t *testing.T) {
	with := func(change func(n []trees.Node)) []trees.Node { n := stump(); change(n); return n }
	for name, c := range map[string]struct {
		nodes []trees.Node
		says  string
	}{
		"no node":            {nil, "no tree"},
		"a circle":           {with(func(n []trees.Node) { n[0].Left = 0 }), "no tree"},
		"a child of two":     {with(func(n []trees.Node) { n[0].Left = 2 }), "no tree"},
		"a child too far":    {with(func(n []trees.Node) { n[0].Right = 3 }), "no tree"},
		"a child before":     {with(func(n []trees.Node) { n[0].Right = -1 }), "no tree"},
		"an unknown feature": {with(func(n []trees.Node) { n[0].Feature = 2 }), "feature 2 of 2"},
		"an odd threshold":   {with(func(n []trees.Node) { n[0].Threshold = math.NaN() }), "out of range"},
		"an odd value":       {with(func(n []trees.Node) { n[1].Value = math.Inf(1) }), "out of range"},
		"an odd cover":       {with(func(n []trees.Node) { n[1].Cover = -1 }), "out of range"},
	} {
		_, err := trees.New(2, 2, trees.Forest{Base: []float64{0}, Trees: []trees.Tree{{Nodes: c.nodes}}})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	deep := make([]trees.Node, 0, 600)
	for i := range 200 {
		deep = append(deep, trees.Node{Feature: 0, Left: 2*i + 1, Right: 2*i + 2}, trees.Node{Feature: -1})
	}
	deep = append(deep, trees.Node{Feature: -1})
	for says, f := range map[string]trees.Forest{
		"2 bases":               {Base: []float64{0, 0}},
		"base NaN":              {Base: []float64{math.NaN()}},
		"adds to score 1 of 1":  {Base: []float64{0}, Trees: []trees.Tree{{Output: 1, Nodes: stump()}}},
		"more than 20000":       {Base: []float64{0}, Trees: make([]trees.Tree, trees.MaxTrees+1)},
		"its nodes are no tree": {Base: []float64{0}, Trees: []trees.Tree{{Nodes: deep}}},
	} {
		if _, err := trees.New(2, 2, f); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
