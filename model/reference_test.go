package model_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/go-json-experiment/json"

	"joy/model/lightgbm"
	"joy/model/logistic"
	"joy/model/trees"
	"joy/model/xgboost"
)

// reference is what another library computed (testdata/reference.py).
type reference struct {
	X  [][]float64 `json:"x"`
	P  [][]float64 `json:"p"`
	C  [][]float64 `json:"c"` // the mean behind them
	Of int         `json:"of"`
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// scorer is what all kinds of model have.
type scorer interface{ Score(x, p []float64) }

// compare wants probabilities and contributions to be those of the reference;
// near is how far apart 64 bits and the library may be.
func compare(t *testing.T, name string, near float64, m scorer, contributions func(x []float64, class int, out []float64), mean func(class int) float64) {
	t.Helper()
	var r reference
	readJSON(t, name+".json", &r)
	if len(r.X) < 30 {
		t.Fatalf("%d rows", len(r.X))
	}
	worst, worstC := 0.0, 0.0
	for i, x := range r.X {
		p, c := make([]float64, len(r.P[i])), make([]float64, len(x))
		m.Score(x, p)
		contributions(x, r.Of, c)
		for k := range p {
			worst = max(worst, math.Abs(p[k]-r.P[i][k]))
		}
		for j, v := range append(c, mean(r.Of)) {
			worstC = max(worstC, math.Abs(v-r.C[i][j]))
		}
	}
	t.Logf("%s: largest differences %.1e of a probability, %.1e of a contribution", name, worst, worstC)
	if !(worst <= near) || !(worstC <= 10*near) {
		t.Errorf("%s: differs by %g, contributions by %g", name, worst, worstC)
	}
}

func TestScikitLearn(t *testing.T) {
	for name, classes := range map[string]int{"logistic-binary": 2, "logistic-three": 3} {
		var f struct {
			Mean         []float64   `json:"mean"`
			Scale        []float64   `json:"scale"`
			Coefficients [][]float64 `json:"coefficients"`
			Intercepts   []float64   `json:"intercepts"`
		}
		readJSON(t, name+".model", &f)
		m, err := logistic.New(classes, 6, logistic.Model{Coefficients: f.Coefficients, Intercepts: f.Intercepts, Mean: f.Mean, Scale: f.Scale})
		if err != nil {
			t.Fatal(err)
		}
		intercept := func(class int) float64 {
			if classes == 2 {
				class = 0 // the only row
			}
			return f.Intercepts[class]
		}
		compare(t, name, 1e-12, m, m.Contributions, intercept)
	}
}

func TestLightGBM(t *testing.T) {
	for name, classes := range map[string]int{"lightgbm-binary": 2, "lightgbm-three": 3, "lightgbm-sigmoid": 2} {
		m := forest(t, name, classes, func(data []byte) (*trees.Model, error) { return lightgbm.Read(bytes.NewReader(data)) })
		compare(t, name, 1e-12, m, m.Explainer().Contributions, m.Mean)
	}
}

func TestXGBoost(t *testing.T) {
	for name, classes := range map[string]int{"xgboost-binary": 2, "xgboost-three": 3, "xgboost-base": 2} {
		m := forest(t, name, classes, func(data []byte) (*trees.Model, error) { return xgboost.Read(bytes.NewReader(data)) })
		compare(t, name, 1e-6, m, m.Explainer().Contributions, m.Mean) // XGBoost adds up in 32 bits
	}
}

func forest(t *testing.T, name string, classes int, read func([]byte) (*trees.Model, error)) *trees.Forest {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".model")
	if err != nil {
		t.Fatal(err)
	}
	m, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	if m.Classes != classes || fmt.Sprint(m.Features) != "[dp sp num_pkts_in num_pkts_out bytes_in bytes_out]" {
		t.Errorf("%s: %d classes, %v", name, m.Classes, m.Features)
	}
	return m.Forest
}
