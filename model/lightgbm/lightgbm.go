// Package lightgbm reads the text files that LightGBM saves its models in,
// versions 3 and 4 of them.
package lightgbm

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"joy/model/trees"
)

// MaxSize bounds a file.
const MaxSize = 256 << 20

// maxClasses bounds the classes of a model.
const maxClasses = 1000

// Read reads a model of classes. One that asks for what is not done here is
// refused, and the error says for what.
func Read(r io.Reader) (*trees.Model, error) {
	lines := bufio.NewScanner(io.LimitReader(r, MaxSize))
	lines.Buffer(nil, MaxSize/4)
	p := parser{lines: lines}
	m, err := p.model()
	if err != nil && p.number > 0 {
		err = fmt.Errorf("line %d: %w", p.number, err)
	}
	return m, err
}

type parser struct {
	lines  *bufio.Scanner
	number int
}

// block reads lines of key=value up to an empty one; first is the line before
// them.
func (p *parser) block() (first string, keys map[string][]byte, err error) {
	keys = make(map[string][]byte)
	for p.lines.Scan() {
		p.number++
		line := bytes.TrimSpace(p.lines.Bytes())
		key, v, ok := bytes.Cut(line, []byte("="))
		switch {
		case len(line) == 0 && first == "" && len(keys) == 0:
		case len(line) == 0:
			return first, keys, nil
		case len(keys) > 100:
			return "", nil, errors.New("more than 100 keys")
		case first == "" && len(keys) == 0:
			first = string(line)
		case !ok:
			keys[string(line)] = nil
		default:
			keys[string(key)] = bytes.Clone(v)
		}
	}
	return first, keys, p.lines.Err()
}

func (p *parser) model() (*trees.Model, error) {
	first, head, err := p.block()
	if err != nil {
		return nil, err
	}
	if version := string(head["version"]); first != "tree" || version != "v3" && version != "v4" {
		return nil, errors.New("no model of LightGBM, version v3 or v4")
	}
	if _, ok := head["average_output"]; ok {
		return nil, errors.New("a random forest (boosting=rf), which is not read")
	}
	m := &trees.Model{Features: strings.Fields(string(head["feature_names"]))}
	scale, err := objective(m, string(head["objective"]))
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(string(head["max_feature_idx"])); err != nil || n+1 != len(m.Features) {
		return nil, fmt.Errorf("%d names for max_feature_idx=%.20s", len(m.Features), head["max_feature_idx"])
	}
	outputs := m.Classes
	if outputs == 2 {
		outputs = 1
	}
	if string(head["num_tree_per_iteration"]) != strconv.Itoa(outputs) {
		return nil, fmt.Errorf("num_tree_per_iteration=%.20s, where %d is needed", head["num_tree_per_iteration"], outputs)
	}
	f := trees.Forest{Base: make([]float64, outputs)}
	for {
		first, keys, err := p.block()
		if err != nil {
			return nil, err
		}
		if first == "end of trees" {
			break
		}
		if first != "Tree="+strconv.Itoa(len(f.Trees)) {
			return nil, fmt.Errorf("%.40q, where tree %d is to be", first, len(f.Trees))
		}
		if len(f.Trees) == trees.MaxTrees {
			return nil, fmt.Errorf("more than %d trees", trees.MaxTrees)
		}
		t, err := tree(keys, scale)
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", len(f.Trees), err)
		}
		t.Output = len(f.Trees) % outputs
		f.Trees = append(f.Trees, t)
	}
	m.Forest, err = trees.New(m.Classes, len(m.Features), f)
	return m, err
}

// objective says how many classes there are, and what scores are multiplied by.
func objective(m *trees.Model, text string) (scale float64, err error) {
	words := strings.Fields(text)
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	setting := func(key string) (string, bool) {
		for _, w := range words {
			if v, ok := strings.CutPrefix(w, key+":"); ok {
				return v, true
			}
		}
		return "", false
	}
	switch name {
	case "binary":
		m.Classes = 2
		v, _ := setting("sigmoid")
		if scale, err = strconv.ParseFloat(v, 64); err != nil || !(scale > 0 && scale < 1e6) {
			return 0, fmt.Errorf("objective %q has no sigmoid that is a number", text)
		}
		return scale, nil
	case "multiclass":
		v, _ := setting("num_class")
		m.Classes, err = strconv.Atoi(v)
		if err != nil || m.Classes < 3 || m.Classes > maxClasses {
			return 0, fmt.Errorf("objective %q: num_class has to be from 3 to %d", text, maxClasses)
		}
		return 1, nil
	}
	return 0, fmt.Errorf("objective %.40q: only binary and multiclass are read", name)
}

// Bits of decision_type.
const (
	categorical = 1 << 0
	missing     = 3 << 2 // what counts as missing: none, zero or NaN, which features never are
	missingZero = 1 << 2
)

func tree(keys map[string][]byte, scale float64) (t trees.Tree, err error) {
	leaves, err := strconv.Atoi(string(keys["num_leaves"]))
	if err != nil || leaves < 1 || leaves > trees.MaxNodes/2 {
		return t, fmt.Errorf("num_leaves=%.20s", keys["num_leaves"])
	}
	for _, key := range []string{"is_linear", "num_cat"} {
		if v := string(keys[key]); v != "" && v != "0" {
			return t, fmt.Errorf("%s=%.20s is not read", key, v)
		}
	}
	c := columns{keys: keys}
	value := c.numbers("leaf_value", leaves)
	if leaves == 1 { // such a tree has no counts
		if c.err != nil {
			return t, c.err
		}
		return trees.Tree{Nodes: []trees.Node{{Feature: -1, Value: scale * value[0]}}}, nil
	}
	leafCount := c.numbers("leaf_count", leaves)
	inner := leaves - 1
	feature, threshold, decision := c.numbers("split_feature", inner), c.numbers("threshold", inner), c.numbers("decision_type", inner)
	left, right, count := c.numbers("left_child", inner), c.numbers("right_child", inner), c.numbers("internal_count", inner)
	if c.err != nil {
		return t, c.err
	}
	// A child is an inner node, or a leaf with all bits inverted.
	place := func(child float64) int {
		if child < 0 {
			return inner + int(-child) - 1
		}
		return int(child)
	}
	for i := range inner {
		if d := uint(decision[i]); d&categorical != 0 || d&missing == missingZero {
			return t, fmt.Errorf("node %d: decision_type=%d: categories and zero as missing are not read", i, d)
		}
		t.Nodes = append(t.Nodes, trees.Node{
			Feature: int(feature[i]), Threshold: threshold[i], Left: place(left[i]), Right: place(right[i]), Cover: count[i],
		})
		if t.Nodes[i].Feature < 0 {
			return t, fmt.Errorf("node %d asks for feature %d", i, t.Nodes[i].Feature)
		}
	}
	for i := range leaves {
		t.Nodes = append(t.Nodes, trees.Node{Feature: -1, Value: scale * value[i], Cover: leafCount[i]})
	}
	return t, nil
}

// columns reads lists of numbers; err is the first mistake.
type columns struct {
	keys map[string][]byte
	err  error
}

func (c *columns) numbers(key string, n int) []float64 {
	words := bytes.Fields(c.keys[key])
	if len(words) != n && c.err == nil {
		c.err = fmt.Errorf("%d numbers in %s, where %d are needed", len(words), key, n)
	}
	list := make([]float64, len(words))
	for i, w := range words {
		x, err := strconv.ParseFloat(string(w), 64)
		if (err != nil || !(math.Abs(x) <= trees.Limit)) && c.err == nil {
			c.err = fmt.Errorf("%s: %.40q is no number", key, w)
		}
		list[i] = x
	}
	return list
}
