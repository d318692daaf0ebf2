package xgboost_test

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"joy/model/xgboost"
)

const small = `{"learner":{"feature_names":[],"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"1"},"tree_info":[0],` +
	`"trees":[{"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[1,0,0],"split_conditions":[0.1,1,-1],"split_type":[0,0,0],` +
	`"sum_hessian":[4,3,1],"tree_param":{"size_leaf_vector":"1"}}]},"name":"gbtree"},` +
	`"learner_model_param":{"base_score":"[2E-1]","num_class":"0","num_feature":"2","num_target":"1"},"objective":{"name":"binary:logistic"}},"version":[3,2,0]}`

// TestSmall looks at both sides of a threshold: XGBoost compares in 32 bits.
func TestSmall(t *testing.T) {
	m, err := xgboost.Read(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(m.Features, " ") != "f0 f1" {
		t.Errorf("%q", m.Features)
	}
	edge := float32(0.1)
	before := math.Nextafter32(edge, 0)
	middle := (float64(edge) + float64(before)) / 2
	p := make([]float64, 2)
	for _, x := range []float64{0, float64(before), middle, math.Nextafter(middle, 0), math.Nextafter(middle, 1), 0.1, float64(edge), 1} {
		m.Forest.Score([]float64{7, x}, p)
		want := math.Log(0.25) - 1
		if float32(x) < edge {
			want += 2
		}
		if got := math.Log(p[1] / p[0]); math.Abs(got-want) > 1e-6 {
			t.Errorf("%v: %v, want %v", x, got, want)
		}
	}
}

// TestRefused changes one thing, and wants it named.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{`"learner"`, `"other"`, "no learner"},
		{`"gbtree"`, `"dart"`, `"dart"`},
		{`"num_target":"1"`, `"num_target":"2"`, "num_target"},
		{`binary:logistic`, `reg:squarederror`, `"reg:squarederror"`},
		{`binary:logistic`, `multi:softprob`, "num_class"},
		{`"num_feature":"2"`, `"num_feature":"0"`, "num_feature"},
		{`"feature_names":[]`, `"feature_names":["a"]`, "1 feature_names"},
		{`[2E-1]`, `[2E-1,3]`, "base_score"},
		{`[2E-1]`, `2`, "no probability"},
		{`[2E-1]`, `x`, "base_score"},
		{`"tree_info":[0]`, `"tree_info":[0,0]`, "tree_info"},
		{`"tree_info":[0]`, `"tree_info":[1]`, "score 1 of 1"},
		{`"right_children":[2,-1,-1]`, `"right_children":[2,-1]`, "different length"},
		{`"right_children":[2,-1,-1]`, `"right_children":[1,-1,-1]`, "no tree"},
		{`"split_indices":[1`, `"split_indices":[-1`, "feature -1"},
		{`"split_indices":[1`, `"split_indices":[2`, "feature 2 of 2"},
		{`"split_type":[0`, `"split_type":[1`, "categories"},
		{`"split_type":[0`, `"split_type":[true`, "categories"},
		{`"size_leaf_vector":"1"`, `"size_leaf_vector":"3"`, "size_leaf_vector"},
		{`0.1,1,-1`, `0.1,1e30,"x"`, "split_conditions"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if _, err := xgboost.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.new, err, c.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	for _, name := range []string{"binary", "three", "base"} {
		text, err := os.ReadFile("../testdata/xgboost-" + name + ".model")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := xgboost.Read(bytes.NewReader(text))
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
