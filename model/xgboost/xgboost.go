// Package xgboost reads the JSON files that XGBoost saves its models in.
package xgboost

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"joy/model/trees"
)

// MaxSize bounds a file.
const MaxSize = 256 << 20

// maxClasses bounds the classes of a model.
const maxClasses = 1000

// file is what is read of the JSON.
type file struct {
	Learner *struct {
		FeatureNames []string `json:"feature_names"`
		Booster      struct {
			Name  string `json:"name"`
			Model struct {
				Param struct {
					Parallel string `json:"num_parallel_tree"`
				} `json:"gbtree_model_param"`
				TreeInfo []int  `json:"tree_info"`
				Trees    []tree `json:"trees"`
			} `json:"model"`
		} `json:"gradient_booster"`
		Param struct {
			BaseScore  string `json:"base_score"`
			NumClass   string `json:"num_class"`
			NumFeature string `json:"num_feature"`
			NumTarget  string `json:"num_target"`
		} `json:"learner_model_param"`
		Objective struct {
			Name string `json:"name"`
		} `json:"objective"`
	} `json:"learner"`
}

type tree struct {
	Left       []int     `json:"left_children"`
	Right      []int     `json:"right_children"`
	Feature    []int     `json:"split_indices"`
	Condition  []float32 `json:"split_conditions"`
	SplitType  flags     `json:"split_type"`
	SumHessian []float64 `json:"sum_hessian"`
	Param      struct {
		LeafVector string `json:"size_leaf_vector"`
	} `json:"tree_param"`
}

// flags are numbers or, in older files, false and true.
type flags []bool

// UnmarshalJSONFrom reads the list.
func (f *flags) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if k := d.PeekKind(); k != '[' {
		return fmt.Errorf("a list is expected, not %v", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	*f = nil
	for d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return err
		}
		text := string(v)
		*f = append(*f, text != "0" && text != "false")
	}
	_, err := d.ReadToken()
	return err
}

// Read reads a model of classes. One that asks for what is not done here is
// refused, and the error says for what.
func Read(r io.Reader) (*trees.Model, error) {
	var f file
	if err := json.UnmarshalRead(io.LimitReader(r, MaxSize), &f); err != nil {
		return nil, err
	}
	l := f.Learner
	switch {
	case l == nil:
		return nil, errors.New("no model of XGBoost: it has no learner")
	case l.Booster.Name != "gbtree":
		return nil, fmt.Errorf("booster %.40q: only gbtree is read", l.Booster.Name)
	case l.Param.NumTarget != "" && l.Param.NumTarget != "1" && l.Param.NumTarget != "0":
		return nil, fmt.Errorf("num_target=%.20s is not read", l.Param.NumTarget)
	case len(l.Booster.Model.Trees) > trees.MaxTrees:
		return nil, fmt.Errorf("more than %d trees", trees.MaxTrees)
	}
	m := &trees.Model{Features: l.FeatureNames}
	var err error
	if m.Classes, err = classes(l.Objective.Name, l.Param.NumClass); err != nil {
		return nil, err
	}
	if m.Features, err = names(l.FeatureNames, l.Param.NumFeature); err != nil {
		return nil, err
	}
	base, err := bases(l.Param.BaseScore, m.Classes)
	if err != nil {
		return nil, err
	}
	forest := trees.Forest{Base: base}
	if len(l.Booster.Model.TreeInfo) != len(l.Booster.Model.Trees) {
		return nil, fmt.Errorf("%d trees and %d entries of tree_info", len(l.Booster.Model.Trees), len(l.Booster.Model.TreeInfo))
	}
	for i := range l.Booster.Model.Trees {
		t, err := l.Booster.Model.Trees[i].tree()
		if err != nil {
			return nil, fmt.Errorf("tree %d: %w", i, err)
		}
		t.Output = l.Booster.Model.TreeInfo[i]
		forest.Trees = append(forest.Trees, t)
	}
	m.Forest, err = trees.New(m.Classes, len(m.Features), forest)
	return m, err
}

func classes(objective, num string) (int, error) {
	switch objective {
	case "binary:logistic", "binary:logitraw":
		return 2, nil
	case "multi:softprob", "multi:softmax":
		n, err := strconv.Atoi(num)
		if err != nil || n < 3 || n > maxClasses {
			return 0, fmt.Errorf("num_class=%.20s has to be from 3 to %d", num, maxClasses)
		}
		return n, nil
	}
	return 0, fmt.Errorf("objective %.40q: only binary:logistic and multi:softprob are read", objective)
}

// names are f0, f1, ... where the file has none.
func names(list []string, num string) ([]string, error) {
	n, err := strconv.Atoi(num)
	if err != nil || n < 1 || n > 1<<20 {
		return nil, fmt.Errorf("num_feature=%.20s", num)
	}
	if len(list) == 0 {
		for i := range n {
			list = append(list, "f"+strconv.Itoa(i))
		}
	}
	if len(list) != n {
		return nil, fmt.Errorf("%d feature_names for num_feature=%d", len(list), n)
	}
	return list, nil
}

// bases reads base_score: one number, or since version 3.1 a list of one or one
// for each class. Of two classes it is a probability.
func bases(text string, classes int) ([]float64, error) {
	words := strings.Split(strings.Trim(text, "[]"), ",")
	outputs := classes
	if classes == 2 {
		outputs = 1
	}
	if len(words) != 1 && len(words) != outputs {
		return nil, fmt.Errorf("base_score=%.40s for %d classes", text, classes)
	}
	base := make([]float64, outputs)
	for i := range base {
		x, err := strconv.ParseFloat(words[min(i, len(words)-1)], 32)
		if err != nil {
			return nil, fmt.Errorf("base_score=%.40s", text)
		}
		if classes == 2 {
			if !(x > 0 && x < 1) {
				return nil, fmt.Errorf("base_score=%.40s is no probability", text)
			}
			x = math.Log(x / (1 - x))
		}
		base[i] = x
	}
	return base, nil
}

func (t *tree) tree() (out trees.Tree, err error) {
	n := len(t.Left)
	switch {
	case len(t.Right) != n || len(t.Feature) != n || len(t.Condition) != n || len(t.SumHessian) != n:
		return out, errors.New("lists of different length")
	case n > trees.MaxNodes:
		return out, fmt.Errorf("more than %d nodes", trees.MaxNodes)
	case t.Param.LeafVector != "" && t.Param.LeafVector != "0" && t.Param.LeafVector != "1":
		return out, fmt.Errorf("size_leaf_vector=%.20s is not read", t.Param.LeafVector)
	}
	out.Nodes = make([]trees.Node, n)
	for i := range out.Nodes {
		node := &out.Nodes[i]
		*node = trees.Node{Feature: -1, Cover: t.SumHessian[i]}
		if t.Left[i] < 0 {
			node.Value = float64(t.Condition[i])
			continue
		}
		if i < len(t.SplitType) && t.SplitType[i] {
			return out, fmt.Errorf("node %d: categories are not read", i)
		}
		if t.Feature[i] < 0 {
			return out, fmt.Errorf("node %d asks for feature %d", i, t.Feature[i])
		}
		node.Feature, node.Left, node.Right = t.Feature[i], t.Left[i], t.Right[i]
		node.Threshold = below(t.Condition[i])
	}
	return out, nil
}

// below is the largest number of 64 bits that is less than t once it is rounded
// to 32: XGBoost compares in 32 bits, and goes left for what is less.
func below(t float32) float64 {
	before := math.Nextafter32(t, float32(math.Inf(-1)))
	middle := (float64(before) + float64(t)) / 2 // exact
	if float32(middle) < t {
		return middle
	}
	return math.Nextafter(middle, math.Inf(-1))
}
