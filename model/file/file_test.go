package file_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"joy/model/file"
	"joy/model/lightgbm"
	"joy/model/vector"
)

const small = `{
"joy_model": 1,
"joy": "5.0.0",
"kind": "logistic",
"classes": ["web", "tor"],
"feature_set": "joy-metadata",
"feature_set_version": 1,
"options": {"bidir": "1", "num_pkts": "50"},
"intercepts": [0.5],
"features": [
{"name": "dp", "mean": 443, "scale": 2.5, "coefficients": [0.1]},
{"name": "bytes_in", "mean": 1e-7, "scale": 1, "coefficients": [-3]}
],
"manifest": {"inputs": ["a, b: \"c\""], "n": 3}
}
`

// forest is a small model of trees, as it is written.
func forest(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../testdata/lightgbm-three.model")
	if err != nil {
		t.Fatal(err)
	}
	m, err := lightgbm.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	set, err := vector.Find(vector.JoyMetadata)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, &file.Model{Classes: []string{"a", "b", "c"}, Set: set, Features: m.Features, Trees: m.Forest})
}

func written(t testing.TB, m *file.Model) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSameBytes reads and writes.
func TestSameBytes(t *testing.T) {
	for _, text := range []string{small, forest(t)} {
		m, err := file.Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(text, "1e-7,", "1e-07,")
		if got := written(t, m); got != want && got != text {
			t.Errorf("read and written:\n%.900s\nwant\n%.900s", got, text)
		}
	}
}

func TestRead(t *testing.T) {
	m, err := file.Read(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	if m.Joy != "5.0.0" || m.Classes[1] != "tor" || m.Set.Name != vector.JoyMetadata || strings.Join(m.Features, " ") != "dp bytes_in" ||
		len(m.Options) != 2 || m.Options[0] != (vector.Option{Name: "bidir", Value: "1"}) || m.Logistic.Scale[0] != 2.5 || m.Trees != nil {
		t.Errorf("%+v", m)
	}
}

// TestRefused changes one thing, and wants it named.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{`"joy_model": 1,`, ``, "no model of joy"},
		{`"joy_model": 1`, `"joy_model": 2`, "version 2 of the format; this joy reads version 1"},
		{`"kind": "logistic"`, `"kind": "oracle"`, `"oracle"`},
		{`"kind": "logistic"`, `"kind": "trees"`, "trees with intercepts"},
		{`"kind": "logistic"`, `"kind": "logistic", "more": 1`, "more"},
		{`"kind": "logistic"`, `"kind": "logistic", "kind": "logistic"`, "duplicate"},
		{`"kind": "logistic"`, `"kind": "logistic", "base": [1]`, "base"},
		{`["web", "tor"]`, `["web"]`, "1 names of a class"},
		{`["web", "tor"]`, `["web", "web"]`, "twice"},
		{`["web", "tor"]`, `["web", ""]`, "empty"},
		{`["web", "tor"]`, `["web", "tor", "vpn"]`, "1 rows"},
		{`"joy-metadata"`, `"joy-metadatum"`, "no feature set"},
		{`"feature_set_version": 1`, `"feature_set_version": 9`, "version 9 of feature set joy-metadata; this joy has version 1"},
		{`"name": "dp"`, `"name": "len_0_0"`, `"len_0_0" is not in feature set joy-metadata`},
		{`"name": "dp"`, `"name": "bytes_in"`, "twice"},
		{`"coefficients": [0.1]`, `"coefficients": [0.1, 2]`, "feature dp: 2 coefficients"},
		{`"scale": 2.5`, `"scale": 0`, "a scale of 0"},
		{`"mean": 443, `, ``, "all features have mean and scale"},
		{`"options": {"bidir"`, `"options": {""`, "options"},
		{`"manifest"`, `"x"`, "x"},
		{`[0.5]`, `[1e61]`, "out of range"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if _, err := file.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.new, err, c.says)
		}
	}
	if _, err := file.Read(strings.NewReader(strings.Replace(forest(t), `"left": [`, `"left": [0, `, 1))); err == nil || !strings.Contains(err.Error(), "tree 0: lists of different length") {
		t.Errorf("lists of a tree: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(forest(f)))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := file.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		first := written(t, m)
		again, err := file.Read(strings.NewReader(first))
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, first)
		}
		if second := written(t, again); second != first {
			t.Errorf("not the same bytes:\n%s\n%s", first, second)
		}
		x, p := make([]float64, len(m.Features)), make([]float64, len(m.Classes))
		if m.Trees != nil {
			m.Trees.Score(x, p)
		} else {
			m.Logistic.Score(x, p)
		}
		for _, v := range p {
			if !(v >= 0 && v <= 1) {
				t.Errorf("probabilities %v", p)
			}
		}
	})
}
