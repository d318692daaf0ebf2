package group

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/query/element"
	"joy/query/value"
)

// output is a Writer.
type output struct {
	objects []string
	open    []byte
}

func (o *output) Piece(b []byte) error {
	o.open = append(o.open, b...)
	return nil
}

func (o *output) End() error {
	o.objects = append(o.objects, string(o.open))
	o.open = o.open[:0]
	return nil
}

func list(t testing.TB, text string) element.List {
	t.Helper()
	l, err := element.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// reduce feeds objects, in groups by the elements of by, and returns the output.
func reduce(t testing.TB, r Reducer, by string, objects ...string) []string {
	t.Helper()
	var record value.Record
	for _, text := range objects {
		if err := record.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		var key []byte
		if by != "" {
			selected, _ := list(t, by).Append(nil, &record)
			key = value.Value(selected).AppendKey(nil)
		}
		if err := r.Add(key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	var o output
	if err := errors.Join(r.Finish(&o), r.Close()); err != nil {
		t.Fatal(err)
	}
	for _, text := range o.objects {
		if !jsontext.Value(text).IsValid() {
			t.Errorf("no JSON: %s", text)
		}
	}
	return o.objects
}

func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// limits make tests run in memory and with many runs in a file.
var limits = []int{1 << 20, 1}

func TestRows(t *testing.T) {
	for _, limit := range limits {
		check(t, reduce(t, NewRows(limit), "a", `{"a":10,"n":1}`, `{"a":9,"n":2}`, `{"n":3}`, `{"a":10.0,"n":4}`, `{"a":"9","n":5}`),
			`{"n":3}`, `{"a":9,"n":2}`, `{"a":10,"n":1}`, `{"a":10.0,"n":4}`, `{"a":"9","n":5}`)
	}
}

func TestDist(t *testing.T) {
	objects := []string{`{"a":1,"b":"x"}`, `{"a":2}`, `{"b":"\u0078","a":1.0}`, `{"a":3}`, `{"a":3}`, `{"a":3}`}
	for _, limit := range limits {
		check(t, reduce(t, NewDist(limit), "", objects...),
			`{"a": 3, "count": 3, "total": 6}`, `{"a": 1, "b": "x", "count": 2, "total": 6}`, `{"a": 2, "count": 1, "total": 6}`)
		check(t, reduce(t, NewDist(limit), "b", objects...),
			`{"a": 3, "count": 3, "total": 4}`, `{"a": 2, "count": 1, "total": 4}`, `{"a": 1, "b": "x", "count": 2, "total": 2}`)
		check(t, reduce(t, NewDist(limit), ""))
		check(t, reduce(t, NewDist(limit), "", `{"count":7,"a":1}`), `{"count": 1, "a": 1, "total": 1}`)
	}
}

func TestSum(t *testing.T) {
	for _, limit := range limits {
		sum := func(by, sums, order string, objects ...string) []string {
			return reduce(t, NewSum(limit, strings.Split(sums, ","), strings.Split(order, ","), by != ""), by, objects...)
		}
		check(t, sum("", "x", "a,x", `{"a":1,"x":1}`, `{"x":2.5,"a":1}`, `{"a":1}`), `{"a": 1, "x": 3.5, "sum_over": 3}`)
		check(t, sum("a", "x", "x,a", `{"a":2,"x":1,"b":[1]}`, `{"a":1,"x":1}`, `{"a":2,"x":5,"b":[2]}`, `{"a":2,"x":5,"b":[1.0]}`),
			`{"x": 1, "a": 1, "sum_over": 1}`, `{"x": 11, "a": 2, "b": [[1], [2]], "sum_over": 3}`)
		// Of names, only the whole one counts; in sleuth parts do too.
		check(t, sum("", "total_entropy", "", `{"entropy":1,"total_entropy":5}`, `{"entropy":2,"total_entropy":6}`),
			`{"entropy": [1, 2], "total_entropy": 11, "sum_over": 2}`)
		// Sleuth gives the first of floats.
		check(t, sum("", "e", "", `{"e":4.5}`, `{"e":7.5}`, `{"e":7.25}`), `{"e": 19.25, "sum_over": 3}`)
		check(t, sum("", "d", "", `{"d":[1,2,3]}`, `{"d":[10,20]}`, `{"d":[0.5,0,1]}`), `{"d": [11.5, 22], "sum_over": 3}`)
		check(t, sum("", "b", "", `{"b":true}`, `{"b":true}`, `{"b":false}`), `{"b": 2, "sum_over": 3}`)
		check(t, sum("", "n", "", `{"n":"x"}`, `{"n":null,"m":null}`), `{"m": null, "sum_over": 2}`)
		check(t, sum("", "x", ""), `{"sum_over": 0}`)
		check(t, sum("a", "x", ""))
	}
}

func TestSumSkips(t *testing.T) {
	s := NewSum(1<<20, []string{"x"}, nil, false)
	check(t, reduce(t, s, "", `{"x":1}`, `{"x":"1"}`, `{"x":[1]}`, `{"x":{}}`, `{"x":null}`), `{"x": 1, "sum_over": 5}`)
	if s.Skipped != 4 {
		t.Errorf("%d skipped", s.Skipped)
	}
}

func TestSumNames(t *testing.T) {
	s := NewSum(1<<20, nil, nil, false)
	var b bytes.Buffer
	b.WriteString("{")
	for i := range maxNames + 1 {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `"%d":0`, i)
	}
	b.WriteString("}")
	if err := s.Add(nil, b.Bytes()); err == nil {
		t.Error("names without a bound")
	}
}

func TestDistinct(t *testing.T) {
	for _, limit := range limits {
		d := NewDistinct(limit, list(t, "da,tls{sni}"), list(t, "sa"))
		check(t, reduce(t, d, "sa", `{"sa":1,"da":1}`, `{"sa":1,"da":2,"tls":{"sni":["a","b"]}}`, `{"sa":1,"da":1.0,"tls":{"sni":["a"]}}`, `{"sa":2}`),
			`{"sa": 1, "distinct": {"da": 2, "tls{sni}": 2}, "count": 3}`, `{"sa": 2, "distinct": {"da": 0, "tls{sni}": 0}, "count": 1}`)
		check(t, reduce(t, NewDistinct(limit, list(t, "da"), nil), "", `{"da":1}`), `{"distinct": {"da": 1}, "count": 1}`)
	}
}

// The output does not depend on the memory.
func TestSpill(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	random := rand.New(rand.NewPCG(1, 2))
	var objects []string
	for range 5_000 {
		objects = append(objects, fmt.Sprintf(`{"a":%d,"b":"%x","n":%d}`, random.IntN(50), random.IntN(500), random.IntN(3)))
	}
	for name, make := range map[string]func(limit int) Reducer{
		"rows":     func(limit int) Reducer { return NewRows(limit) },
		"dist":     func(limit int) Reducer { return NewDist(limit) },
		"sum":      func(limit int) Reducer { return NewSum(limit, []string{"n"}, nil, true) },
		"distinct": func(limit int) Reducer { return NewDistinct(limit, list(t, "b,n"), list(t, "a")) },
	} {
		want := reduce(t, make(1<<30), "a", objects...)
		for _, limit := range []int{100_000, 3_000} { // the smaller one makes more than maxRuns
			if got := reduce(t, make(limit), "a", objects...); !slices.Equal(got, want) {
				t.Errorf("%s: with %d bytes of memory the output differs", name, limit)
			}
		}
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestNoTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	r := NewRows(1)
	if err := r.Add(nil, []byte(`{}`)); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("%v", err)
	}
}
