package split_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"joy/dataset/split"
	"joy/query/flow"
)

func parse(t testing.TB, text string) *flow.Flow {
	t.Helper()
	f := new(flow.Flow)
	if err := f.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

func plan(t testing.TB, by string, fractions ...float64) *split.Plan {
	t.Helper()
	if len(fractions) == 0 {
		fractions = []float64{0.7, 0.15, 0.15}
	}
	p, err := split.Parse(by, fractions, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func record(sa, da, id string, start, end int) string {
	return fmt.Sprintf(`{"sa":%q,"da":%q,"pr":6,"flow_id":%q,"time_start":%d,"time_end":%d}`, sa, da, id, start, end)
}

// TestTogether wants flows of one group in one part, and groups in all parts, by
// about the fractions.
func TestTogether(t *testing.T) {
	for _, by := range []string{"flow", "host", "server", "hosts", "capture"} {
		p := plan(t, by)
		var counts [split.Parts]int
		for g := range 2000 {
			name := fmt.Sprint("10.1.", g/256, ".", g%256)
			file, a, b := "x", record("o", "o", "o", 0, 0), ""
			switch by {
			case "flow":
				a, b = record("q", "r", name, 1, 2), record("s", "t", name, 3, 4)
			case "host":
				a, b = record(name, "r", "1", 1, 2), record(name, "t", "2", 3, 4)
			case "server":
				a, b = record("q", name, "1", 1, 2), record("s", name, "2", 3, 4)
			case "hosts":
				a, b = record("q", name, "1", 1, 2), record(name, "q", "2", 3, 4)
			case "capture":
				file, b = name, record("s", "t", "2", 3, 4)
			}
			first, _, v := p.Of(file, parse(t, a))
			second, _, _ := p.Of(file, parse(t, b))
			if first != second || v != split.Dealt {
				t.Fatalf("%s: %v and %v for %s", by, first, second, name)
			}
			counts[first]++
		}
		for part, want := range p.Fractions {
			if got := float64(counts[part]) / 2000; math.Abs(got-want) > 0.03 {
				t.Errorf("%s: %v has %g, want %g", by, split.Part(part), got, want)
			}
		}
	}
}

// TestDealt pins the deal: XXH64 of the seed and the group, as the manual says
// (python3 -c 'import xxhash; print((xxhash.xxh64_intdigest(bytes(8)+b"10.0.0.1")>>11)/2**53)').
func TestDealt(t *testing.T) {
	for _, tc := range []struct {
		group string
		seed  uint64
		want  float64
	}{
		{"10.0.0.1", 0, 0.18721544679867919}, {"10.0.0.1", 7, 0.8555074729478388},
	} {
		for _, at := range []float64{tc.want - 1e-6, tc.want + 1e-6} {
			p, err := split.Parse("host", []float64{at, 1 - at}, tc.seed)
			if err != nil {
				t.Fatal(err)
			}
			part, group, _ := p.Of("", parse(t, record(tc.group, "x", "1", 0, 0)))
			if (part == split.Train) != (tc.want < at) || string(group) != tc.group {
				t.Errorf("%s with seed %d is in %v, cut at %g", group, tc.seed, part, at)
			}
		}
	}
}

func TestTime(t *testing.T) {
	p := plan(t, "time:100,200")
	for _, tc := range []struct {
		start, end int
		want       split.Part
		verdict    split.Verdict
	}{
		{0, 99, split.Train, split.Dealt},
		{99, 100, 0, split.Straddles},
		{100, 199, split.Validation, split.Dealt},
		{100, 200, 0, split.Straddles},
		{0, 300, 0, split.Straddles},
		{200, 9000, split.Test, split.Dealt},
	} {
		part, _, v := p.Of("", parse(t, record("a", "b", "1", tc.start, tc.end)))
		if v != tc.verdict || v == split.Dealt && part != tc.want {
			t.Errorf("%d to %d: %v %v", tc.start, tc.end, part, v)
		}
	}
	one := plan(t, "time:100")
	if part, _, _ := one.Of("", parse(t, record("a", "b", "1", 100, 101))); part != split.Test {
		t.Errorf("one cut: %v", part)
	}
	byFractions := plan(t, "time", 0.5, 0.25, 0.25)
	if !byFractions.NeedsCuts() {
		t.Fatal("needs no cuts")
	}
	byFractions.Cut([]int64{4e9, 1e9, 3e9, 2e9})
	if byFractions.Cuts[0] != 3e9 || byFractions.Cuts[1] != 4e9 || byFractions.NeedsCuts() {
		t.Errorf("%v", byFractions.Cuts)
	}
	byFractions.Cut(nil)
	if part, _, _ := byFractions.Of("", parse(t, record("a", "b", "1", 100, 101))); part != split.Train {
		t.Error("no flows: not for training")
	}
}

func TestGroups(t *testing.T) {
	file := filepath.Join(t.TempDir(), "groups.csv")
	if err := os.WriteFile(file, []byte("subnet,group\n10.0.0.0/8,lab\n11.0.0.0/8,office\n12.0.0.1,x\n12.0.0.0/8,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := plan(t, "group:"+file)
	_, group, v := p.Of("", parse(t, record("10.0.0.1", "1.1.1.1", "1", 0, 0)))
	if string(group) != "lab" || v != split.Dealt {
		t.Errorf("%s %v", group, v)
	}
	for _, sa := range []string{"13.0.0.1", "12.0.0.1"} {
		if _, _, v := p.Of("", parse(t, record(sa, "1.1.1.1", "1", 0, 0))); v != split.NoGroup {
			t.Errorf("%s: %v", sa, v)
		}
	}
}

func TestBadPlans(t *testing.T) {
	whole := []float64{1}
	for _, by := range []string{"", "random", "host:x", "time:", "time:1,2,3", "time:2,1", "time:x", "group", "group:", "group:/none"} {
		if _, err := split.Parse(by, whole, 0); err == nil {
			t.Errorf("%q is taken", by)
		}
	}
	for _, f := range [][]float64{nil, {0.5}, {0, 1}, {0.5, 0.6}, {1.5, -0.5}, {0.25, 0.25, 0.25, 0.25}, {math.NaN(), 1}} {
		if _, err := split.Parse("host", f, 0); err == nil {
			t.Errorf("%v is taken", f)
		}
	}
	for by, want := range map[string][3]bool{"none": {true, false, false}, "host": {true, true, true}, "time:5": {true, false, true}, "time:5,6": {true, true, true}} {
		p := plan(t, by)
		if got := [3]bool{p.Has(split.Train), p.Has(split.Validation), p.Has(split.Test)}; got != want {
			t.Errorf("%s: %v", by, got)
		}
	}
	if plan(t, "host", 0.5, 0.5).Has(split.Validation) {
		t.Error("two fractions have a validation")
	}
	if p := plan(t, "none"); p.Fractions != [split.Parts]float64{1, 0, 0} {
		t.Errorf("%v", p.Fractions)
	}
}
