package model_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/model"
	"joy/model/file"
	"joy/model/logistic"
	"joy/model/params"
	"joy/model/sample"
	"joy/model/trees"
	"joy/model/vector"
)

// save writes a model into a file.
func save(t *testing.T, m *file.Model) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "model.json")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func find(t testing.TB, name string) *vector.Set {
	t.Helper()
	s, err := vector.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// weights is a logistic model of two classes.
func weights(t testing.TB, w ...float64) *logistic.Model {
	t.Helper()
	m, err := logistic.New(2, len(w), logistic.Model{Coefficients: [][]float64{w}, Intercepts: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSubset has a model of some features, in an order of its own.
func TestSubset(t *testing.T) {
	name := save(t, &file.Model{
		Classes: []string{"no", "yes"}, Set: find(t, vector.JoyMetadata+"+"+vector.JoyTLS), Features: []string{"suite_c02f", "num_pkts_in", "dp"},
		Options: []vector.Option{{Name: "bidir", Value: "1"}}, Logistic: weights(t, 2, 0.5, -0.001),
	})
	m, err := model.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.Needs()); got != "[{bidir 1} {tls 1} {dtls 1} {quic 1}]" {
		t.Errorf("needs %s", got)
	}
	s := m.Scorer()
	f := &sample.Flow{DP: 443, PktsIn: 3, Packets: []sample.Packet{{Bytes: 1}}}
	if _, ok := s.Score(f); ok {
		t.Error("a flow without a hello was judged")
	}
	f.Hello, f.Suites = true, append(f.Suites, 0xc02f)
	p, ok := s.Score(f)
	if want := 1 / (1 + math.Exp(-(2 + 1.5 - 0.443))); !ok || math.Abs(p[1]-want) > 1e-15 {
		t.Errorf("%v, want %v", p, want)
	}
	var text string
	for _, c := range s.Explain(1, 2) {
		text += fmt.Sprintf("%s=%v:%v ", m.Features()[c.Feature], c.Value, c.Adds)
	}
	if text != "suite_c02f=1:2 num_pkts_in=3:1.5 " {
		t.Errorf("top: %s", text)
	}
	if top := s.Explain(0, 9); len(top) != 3 || top[0].Adds != -2 || top[2].Adds != 0.443 {
		t.Errorf("against it: %v", top)
	}
}

// TestExplainRanks wants the n strongest, of equal ones the first.
func TestExplainRanks(t *testing.T) {
	m := model.New("x", &file.Model{
		Classes: []string{"a", "b"}, Set: find(t, vector.JoyMetadata), Features: find(t, vector.JoyMetadata).Names(), Logistic: weights(t, 1, -5, 5, 0, 2, -2, 9),
	})
	s := m.Scorer()
	if _, ok := s.Score(&sample.Flow{DP: 1, SP: 1, PktsIn: 1, PktsOut: 1, BytesIn: 1, BytesOut: 1, Packets: []sample.Packet{{}}}); !ok {
		t.Fatal("not judged")
	}
	for n, want := range map[int]string{1: "[1]", 2: "[1 2]", 3: "[1 2 4]", 4: "[1 2 4 5]", 9: "[1 2 4 5 0]"} {
		var got []int
		for _, c := range s.Explain(1, n) {
			got = append(got, c.Feature)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%d: %v, want %s", n, got, want)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	text := func(name string, n int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Repeat("0\n", n)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	splt, bd := text("splt", params.SPLT), text("bd", params.BD)
	for _, name := range []string{"", model.Builtin, splt + ":" + bd} {
		m, err := model.Open(name)
		if err != nil || !m.Joy() || m.CanExplain() == nil || len(m.Needs()) != 0 || m.Classes[1] != "malware" {
			t.Errorf("%q: %+v %v", name, m, err)
		}
		if err == nil {
			if p, ok := m.Scorer().Score(new(sample.Flow)); !ok || name == splt+":"+bd && p[1] != 0.5 {
				t.Errorf("%q: %v", name, p)
			}
		}
	}
	for name, says := range map[string]string{
		filepath.Join(dir, "none"): "none", splt: "splt: ", splt + ":" + splt: "208 numbers, where 464", bd + ":" + bd: "more than 208", splt + ":" + dir + "/x": "x: no such",
	} {
		if _, err := model.Open(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRanked(t *testing.T) {
	if got := fmt.Sprint(model.Ranked([]float64{0.1, 0.4, 0.1, 0.4}, make([]int, 9))); got != "[1 3 0 2]" {
		t.Error(got)
	}
}

// busy is a flow with everything, as many packets as a record lists.
func busy() *sample.Flow {
	f := &sample.Flow{SP: 50000, DP: 443, BytesOut: 5000, BytesIn: 90000, PktsIn: 70, PktsOut: 50, HasDist: true, Hello: true}
	for i := range uint32(100) {
		f.Packets = append(f.Packets, sample.Packet{Bytes: i * 7919 % 1500, Time: i * 7907 % 700})
	}
	for i := range f.Dist {
		f.Dist[i] = uint8(170 + i*31%60) // like random bytes, 50,000 of them
	}
	return f
}

// ordinary has a dozen packets.
func ordinary() *sample.Flow {
	f := busy()
	f.Packets = f.Packets[:12]
	return f
}

func BenchmarkScore(b *testing.B) {
	all := make([]float64, params.BD-1)
	for i := range all {
		all[i] = float64(i%13) - 6
	}
	builtin, err := model.Open("")
	if err != nil {
		b.Fatal(err)
	}
	models := []struct {
		name string
		m    *model.Model
	}{
		{"joy", builtin},
		{"logistic", model.New("", &file.Model{Classes: []string{"a", "b"}, Set: find(b, vector.JoyBD), Features: find(b, vector.JoyBD).Names(), Logistic: weights(b, all...)})},
		{"trees=200", model.New("", &file.Model{Classes: []string{"a", "b"}, Set: find(b, vector.JoyBD), Features: find(b, vector.JoyBD).Names(), Trees: large(b)})},
	}
	for _, c := range models {
		for name, f := range map[string]*sample.Flow{"packets=12": ordinary(), "packets=100": busy()} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				s := c.m.Scorer()
				b.ReportAllocs()
				for b.Loop() {
					s.Score(f)
				}
			})
		}
	}
}

// large is a forest of 200 trees with 31 leaves, such as LightGBM makes unless
// told otherwise: full to a depth of four, and a path below.
func large(b *testing.B) *trees.Forest {
	b.Helper()
	f := trees.Forest{Base: []float64{0}}
	for t := range 200 {
		var nodes []trees.Node
		for i := range 30 {
			nodes = append(nodes, trees.Node{
				Feature: (t*31 + i*17) % (params.BD - 1), Threshold: float64((t+i)%5) * 0.004, Left: 2*i + 1, Right: 2*i + 2, Cover: 1,
			})
		}
		for i := range 31 {
			nodes = append(nodes, trees.Node{Feature: -1, Value: float64(i%7) - 3, Cover: 1})
		}
		f.Trees = append(f.Trees, trees.Tree{Nodes: nodes})
	}
	m, err := trees.New(2, params.BD-1, f)
	if err != nil {
		b.Fatal(err)
	}
	return m
}
