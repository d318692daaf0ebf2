package lightgbm_test

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"joy/model/lightgbm"
)

const small = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:2
feature_names=dp sp
feature_infos=none none

Tree=0
num_leaves=2
num_cat=0
split_feature=1
threshold=0.5
decision_type=2
left_child=-1
right_child=-2
leaf_value=1 -1
leaf_weight=1 1
leaf_count=3 1
internal_count=4
is_linear=0
shrinkage=1

Tree=1
num_leaves=1
num_cat=0
leaf_value=0.25
is_linear=0
shrinkage=1

end of trees
`

func TestSmall(t *testing.T) {
	m, err := lightgbm.Read(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	p := make([]float64, 2)
	for x, score := range map[float64]float64{0.5: 2.5, 0.6: -1.5} {
		m.Forest.Score([]float64{7, x}, p)
		if got := math.Log(p[1] / p[0]); math.Abs(got-score) > 1e-12 {
			t.Errorf("%v: %v, want %v", x, got, score)
		}
	}
	if m.Forest.Mean(1) != 2*(0.5+0.25) {
		t.Errorf("mean %v", m.Forest.Mean(1))
	}
}

// TestRefused changes one thing, and wants it named.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{"tree\n", "forest\n", "no model of LightGBM"},
		{"version=v4", "version=v5", "no model of LightGBM"},
		{"objective=binary sigmoid:2", "objective=regression", `"regression"`},
		{"objective=binary sigmoid:2", "objective=binary", "sigmoid"},
		{"objective=binary sigmoid:2", "objective=binary sigmoid:-1", "sigmoid"},
		{"objective=binary sigmoid:2", "objective=multiclass num_class:2", "num_class"},
		{"objective=binary sigmoid:2", "objective=multiclass num_class:3", "num_tree_per_iteration"},
		{"label_index=0", "average_output", "random forest"},
		{"max_feature_idx=1", "max_feature_idx=2", "2 names"},
		{"decision_type=2", "decision_type=1", "categories"},
		{"decision_type=2", "decision_type=6", "zero as missing"},
		{"is_linear=0", "is_linear=1", "is_linear"},
		{"num_cat=0", "num_cat=1", "num_cat"},
		{"num_leaves=2", "num_leaves=0", "num_leaves"},
		{"num_leaves=2", "num_leaves=3", "2 numbers in leaf_value, where 3"},
		{"leaf_count=3 1", "leaf_count=3", "leaf_count"},
		{"leaf_value=1 -1", "leaf_value=1 nan", `leaf_value: "nan"`},
		{"leaf_value=0.25", "leaf_value=", "0 numbers in leaf_value"},
		{"split_feature=1", "split_feature=2", "feature 2 of 2"},
		{"split_feature=1", "split_feature=-1", "feature -1"},
		{"left_child=-1", "left_child=0", "no tree"},
		{"left_child=-1", "left_child=-9", "no tree"},
		{"left_child=-1", "left_child=1e18", "no tree"},
		{"Tree=1", "Tree=2", "where tree 1 is to be"},
		{"end of trees", "", "where tree 2 is to be"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if _, err := lightgbm.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.new, err, c.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	for _, name := range []string{"binary", "three", "sigmoid"} {
		text, err := os.ReadFile("../testdata/lightgbm-" + name + ".model")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := lightgbm.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		x, p := make([]float64, len(m.Features)), make([]float64, m.Classes)
		m.Forest.Score(x, p)
		for _, v := range p {
			if !(v >= 0 && v <= 1) {
				t.Errorf("probabilities %v", p)
			}
		}
		m.Forest.Explainer().Contributions(x, m.Classes-1, x)
	})
}
