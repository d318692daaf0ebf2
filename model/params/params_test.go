package params_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/measure"
	"joy/model/logistic"
	"joy/model/params"
	"joy/model/sample"
	"joy/model/vector"
)

func builtin(t testing.TB) *params.Pair {
	t.Helper()
	p, err := params.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tls12 is the flow of Joy's test/pcaps/tls12.pcap.
func tls12() *sample.Flow {
	return &sample.Flow{
		SP: 45422, DP: 443, BytesOut: 431, PktsOut: 6, BytesIn: 1684, PktsIn: 4,
		Packets: []sample.Packet{{Bytes: 305}, {Bytes: 1458, Time: 2, In: true}, {Bytes: 126}, {Bytes: 226, In: true}},
	}
}

// TestReferenceValue is Joy's own result for a flow of its tests.
func TestReferenceValue(t *testing.T) {
	if got := fmt.Sprintf("%f", builtin(t).Scorer().Score(tls12())); got != "0.032175" {
		t.Errorf("%s, Joy has 0.032175", got)
	}
}

// pair has one weight in each file that is not 0.
func pair(t testing.TB, at int, weight float64) *params.Scorer {
	t.Helper()
	splt, bd := make(params.Weights, params.SPLT), make(params.Weights, params.BD)
	if at < len(splt) {
		splt[at] = weight
	}
	bd[at] = -weight
	p, err := params.NewPair(splt, bd)
	if err != nil {
		t.Fatal(err)
	}
	return p.Scorer()
}

func sigmoid(z float64) string { return fmt.Sprintf("%f", 1/(1+math.Exp(-z))) }

// TestCases goes through what decides a score: which weights count, the first
// time, the bytes, the ends of the exponent.
func TestCases(t *testing.T) {
	counts := new(measure.Histogram)
	counts[7] = 1000
	with := func(change func(*sample.Flow)) *sample.Flow { f := tls12(); change(f); return f }
	for name, c := range map[string]struct {
		at     int
		weight float64
		flow   *sample.Flow
		want   string
	}{
		"bias":                    {0, 0.5, tls12(), sigmoid(0.5)},
		"destination port":        {1, 0.001, tls12(), sigmoid(0.443)},
		"source port":             {2, 0.00001, tls12(), sigmoid(0.45422)},
		"packets in":              {3, 1, tls12(), sigmoid(4)},
		"packets out":             {4, 1, tls12(), sigmoid(6)},
		"bytes in":                {5, 0.001, tls12(), sigmoid(1.684)},
		"bytes out":               {6, 0.001, tls12(), sigmoid(0.431)},
		"sum of times":            {7, 0.5, tls12(), sigmoid(1)},
		"first length":            {8 + 29, 2, tls12(), sigmoid(2)},
		"first time":              {108, 2, tls12(), sigmoid(2)},
		"bytes without any":       {208, 1, tls12(), sigmoid(0)},
		"with bytes":              {0, 0.5, with(func(f *sample.Flow) { f.HasDist = true }), sigmoid(-0.5)},
		"with 100 bytes":          {0, 0.5, with(func(f *sample.Flow) { f.HasDist, f.BytesOut, f.BytesIn = true, 60, 40 }), sigmoid(0.5)},
		"with 101 bytes":          {0, 0.5, with(func(f *sample.Flow) { f.HasDist, f.BytesOut, f.BytesIn = true, 60, 41 }), sigmoid(-0.5)},
		"shares of what is there": {208 + 7, 1, with(func(f *sample.Flow) { f.HasDist = true; f.Dist[7], f.Dist[8] = 150, 50 }), sigmoid(-0.75)},
		"counters not shifted":    {208 + 7, 1, with(func(f *sample.Flow) { f.HasDist = true; f.Dist[7], f.Dist[8] = 127, 50 }), sigmoid(-127.0 / 2115)},
		"exact counts": {208 + 7, 1, with(func(f *sample.Flow) {
			f.HasDist, f.BytesOut, f.BytesIn = true, 1500, 500
			f.Exact.Counts = counts
		}), sigmoid(-0.5)},
		"waiting":            {7, 0.01, with(func(f *sample.Flow) { f.Exact = sample.Exact{Wait: 98, HasWait: true} }), sigmoid(1)},
		"waiting in the bin": {108 + 10, 2, with(func(f *sample.Flow) { f.Exact = sample.Exact{Wait: 98, HasWait: true} }), sigmoid(2)},
		"no packets":         {7, 1, &sample.Flow{Exact: sample.Exact{Wait: 5, HasWait: true}}, sigmoid(0)},
		"far below":          {0, -1e6, tls12(), "0.000000"},
		"far above":          {0, 1e6, tls12(), "1.000000"},
	} {
		f := c.flow
		before := fmt.Sprint(f.Packets)
		if got := fmt.Sprintf("%f", pair(t, c.at, c.weight).Score(f)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if fmt.Sprint(f.Packets) != before {
			t.Errorf("%s: the flow was changed", name)
		}
	}
}

func TestRead(t *testing.T) {
	three := func(text string) error { _, err := params.Read(strings.NewReader(text), 3); return err }
	if err := three(" 1\n-2.5e-3\t+.5 "); err != nil {
		t.Error(err)
	}
	for text, says := range map[string]string{
		"1 2":                          "2 numbers, where 3",
		"1 2 3 4":                      "more than 3",
		"1 x 3":                        `number 2: "x"`,
		"1 0x10 3":                     "no decimal",
		"1 inf 3":                      "no decimal",
		"1 NaN 3":                      "no decimal",
		"1 1_0 3":                      "no decimal",
		"1 1e10 3":                     "out of range",
		"1 " + strings.Repeat("9", 70): "number 2: more than 64 characters",
		"":                             "0 numbers",
		"1 1e999 3":                    "no decimal",
	} {
		if err := three(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestOpen wants both files, whole: Joy goes on without.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	short, long := filepath.Join(dir, "splt"), filepath.Join(dir, "bd")
	if _, err := params.Open(short, long); err == nil {
		t.Error("missing files are taken")
	}
	write(t, short, make(params.Weights, params.SPLT))
	if _, err := params.Open(short, long); err == nil {
		t.Error("a missing file is taken")
	}
	write(t, long, make(params.Weights, params.SPLT))
	if _, err := params.Open(short, long); err == nil || !strings.Contains(err.Error(), "bd: 208 numbers") {
		t.Errorf("the wrong file: %v", err)
	}
	write(t, long, make(params.Weights, params.BD))
	if _, err := params.Open(short, long); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, name string, w params.Weights) {
	t.Helper()
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBothWays sees that a file and the model made of it say the same.
func TestBothWays(t *testing.T) {
	text, err := os.ReadFile("shipped/bd.txt")
	if err != nil {
		t.Fatal(err)
	}
	w, err := params.ReadAny(bytes.NewReader(text))
	if err != nil || len(w) != params.BD {
		t.Fatalf("%d numbers, %v", len(w), err)
	}
	m, err := w.Logistic()
	if err != nil {
		t.Fatal(err)
	}
	set, err := vector.Find(vector.JoyBD)
	if err != nil {
		t.Fatal(err)
	}
	f := tls12()
	f.HasDist = true
	f.Dist[22], f.Dist[3], f.Dist[0] = 9, 14, 200
	x, p := make([]float64, set.Len()), make([]float64, 2)
	set.Fill(f, x)
	m.Score(x, p)
	if got := builtin(t).Scorer().Score(f); math.Abs(got-p[1]) > 1e-6 {
		t.Errorf("%v as parameters, %v as a model", got, p[1])
	}
	back, err := params.FromLogistic(m, set.Name, set.Names())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := back.Write(&b); err != nil || !bytes.Equal(b.Bytes(), text) {
		t.Errorf("written back it is another file (%v)", err)
	}
}

// TestScaling sees that the scaling of a model is in its parameters.
func TestScaling(t *testing.T) {
	set, err := vector.Find(vector.JoySPLT)
	if err != nil {
		t.Fatal(err)
	}
	n := set.Len()
	row, mean, scale := make([]float64, n), make([]float64, n), make([]float64, n)
	for j := range row {
		row[j], mean[j], scale[j] = float64(j%7)-3, float64(j), 4
	}
	m, err := logistic.New(2, n, logistic.Model{Coefficients: [][]float64{row}, Intercepts: []float64{2}, Mean: mean, Scale: scale})
	if err != nil {
		t.Fatal(err)
	}
	w, err := params.FromLogistic(m, set.Name, set.Names())
	if err != nil || w[1] != -0.75 {
		t.Fatalf("%v %v", w[1], err)
	}
	for what, bad := range map[string]func() (params.Weights, error){
		"other features": func() (params.Weights, error) { return params.FromLogistic(m, set.Name, set.Names()[1:]) },
		"another set":    func() (params.Weights, error) { return params.FromLogistic(m, vector.JoyTLS, set.Names()) },
		"no model":       func() (params.Weights, error) { return params.FromLogistic(nil, set.Name, set.Names()) },
	} {
		if _, err := bad(); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("1.870162393265777379e+00\n-4.795306993214020408e-05\n"))
	f.Add([]byte(strings.Repeat("1 ", params.SPLT)))
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := params.ReadAny(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := w.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := params.Read(&b, len(w))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(w) {
			t.Errorf("written and read again: %v", err)
		}
	})
}
