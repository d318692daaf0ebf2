package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"joy/dataset/columns"
	"joy/dataset/drift"
	"joy/dataset/manifest"
	"joy/dataset/sketch"
	"joy/query/flow"
)

func parse(t *testing.T, bytes int) *flow.Flow {
	t.Helper()
	f := new(flow.Flow)
	text := fmt.Sprintf(`{"sa":"a","da":"b","pr":6,"packets":[{"b":%d,"dir":">","ipt":0}]}`, bytes)
	if bytes == 0 {
		text = `{"sa":"a","da":"b","pr":6}`
	}
	if err := f.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

// trained is a manifest of flows with these lengths.
func trained(t *testing.T, lengths ...int) (*manifest.Manifest, *columns.Set) {
	t.Helper()
	set, err := columns.Find("splt")
	if err != nil {
		t.Fatal(err)
	}
	m := &manifest.Manifest{Set: "splt", SetVersion: set.Version}
	for i, c := range set.Columns {
		s := sketch.New(1)
		for _, n := range lengths {
			if i > 0 {
				n = 0
			}
			s.Add(float64(n), 0)
		}
		m.Features = append(m.Features, manifest.Feature{Name: c.Name, Training: s.Keep()})
	}
	return m, set
}

var limits = drift.Limits{PSI: drift.PSI, KS: drift.KS, Alpha: drift.Alpha}

func observe(t *testing.T, m *manifest.Manifest, set *columns.Set, lengths ...int) *drift.Report {
	t.Helper()
	o, err := drift.New(m, set)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range lengths {
		if err := o.Flow(parse(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	return o.Report(limits)
}

func lengths(from, n int) (list []int) {
	for i := range n {
		list = append(list, from+i%100)
	}
	return list
}

func TestReport(t *testing.T) {
	m, set := trained(t, lengths(100, 1000)...)
	if r := observe(t, m, set, lengths(100, 500)...); r.Drifted != 0 || r.Flows != 500 || r.Training != 1000 || len(r.Features) != 100 {
		t.Errorf("the same: %d of %d drifted", r.Drifted, len(r.Features))
	}
	r := observe(t, m, set, append(lengths(400, 500), 0)...)
	first := r.Features[0]
	if r.Drifted != 1 || first.Name != "splt_len_1" || first.KS != 1 || !first.Drifted || r.NotApplicable != 1 {
		t.Errorf("others: %d drifted, %+v", r.Drifted, first)
	}
	if first.TrainingMedian < 148 || first.TrainingMedian > 150 || first.Median < 446 || first.Median > 450 {
		t.Errorf("medians %g and %g", first.TrainingMedian, first.Median)
	}
	// Three flows say nothing, however unlike they are: chance does that.
	if r := observe(t, m, set, 190, 195, 199); r.Drifted != 0 || r.Features[0].KS < 0.8 {
		t.Errorf("three flows: %+v", r.Features[0])
	}
	if r := observe(t, m, set); r.Flows != 0 || r.Drifted != 0 {
		t.Errorf("none: %+v", r)
	}
}

func TestOtherFeatures(t *testing.T) {
	for says, change := range map[string]func(m *manifest.Manifest){
		"version 9":                           func(m *manifest.Manifest) { m.SetVersion = 9 },
		"99 features":                         func(m *manifest.Manifest) { m.Features = m.Features[1:] },
		`feature 3 is "x"`:                    func(m *manifest.Manifest) { m.Features[2].Name = "x" },
		"it was made of no flow for training": func(m *manifest.Manifest) { m.Features[2].Training = sketch.Kept{} },
	} {
		m, set := trained(t, 1, 2)
		change(m)
		if _, err := drift.New(m, set); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
