// Package drift compares how features of flows are distributed with how they
// were when a model was trained.
package drift

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"joy/dataset/columns"
	"joy/dataset/manifest"
	"joy/dataset/sketch"
	"joy/query/flow"
)

// The thresholds that are used unless others are given.
const (
	PSI   = 0.25
	KS    = 0.2
	Alpha = 0.001
)

// Limits are from where on a feature has drifted.
type Limits struct {
	PSI, KS float64
	// Alpha is how often chance alone may do that to any of the features.
	Alpha float64
}

// An Observer looks at flows.
type Observer struct {
	set           *columns.Set
	float32       bool
	x             []float64
	training, now []*sketch.Sketch
	flows         uint64
	notApplicable uint64
}

// New makes one for the data of a manifest, whose features are those of a set.
func New(m *manifest.Manifest, set *columns.Set) (*Observer, error) {
	if m.SetVersion != set.Version {
		return nil, fmt.Errorf("version %d of feature set %s; this joy has version %d", m.SetVersion, m.Set, set.Version)
	}
	if len(m.Features) != set.Len() {
		return nil, fmt.Errorf("%d features, where feature set %s has %d", len(m.Features), m.Set, set.Len())
	}
	o := &Observer{set: set, float32: m.Float32, x: make([]float64, set.Len())}
	for i := range m.Features {
		f := &m.Features[i]
		if f.Name != set.Columns[i].Name {
			return nil, fmt.Errorf("feature %d is %.60q, where feature set %s has %s", i+1, f.Name, m.Set, set.Columns[i].Name)
		}
		s, err := f.Training.Sketch()
		if err != nil {
			return nil, err
		}
		if s.Total() == 0 {
			return nil, errors.New("it was made of no flow for training")
		}
		o.training, o.now = append(o.training, s), append(o.now, sketch.New(1))
	}
	return o, nil
}

// Flow looks at a flow. An error is of the record, which does not count.
func (o *Observer) Flow(f *flow.Flow) error {
	ok, err := o.set.Fill(f, o.x)
	if err != nil {
		return err
	}
	if !ok {
		o.notApplicable++
		return nil
	}
	for i, v := range o.x {
		if o.float32 {
			o.x[i] = float64(float32(v))
		}
		if math.IsNaN(v) || math.IsInf(o.x[i], 0) {
			return fmt.Errorf("feature %s is not finite", o.set.Columns[i].Name)
		}
	}
	for i, v := range o.x {
		o.now[i].Add(v, 0)
	}
	o.flows++
	return nil
}

// A Report is what came out.
type Report struct {
	Flows         uint64 `json:"flows"`
	Training      uint64 `json:"training"`
	NotApplicable uint64 `json:"not_applicable"`
	// Drifted is how many features have.
	Drifted int `json:"drifted"`
	// Features are all of them, the ones that drifted most first.
	Features []Feature `json:"features"`
}

// A Feature is compared.
type Feature struct {
	Name string  `json:"name"`
	PSI  float64 `json:"psi"`
	KS   float64 `json:"ks"`
	// PSIChance and KSChance are what chance does.
	PSIChance float64 `json:"psi_chance"`
	KSChance  float64 `json:"ks_chance"`
	// The medians, to the precision of the bins.
	TrainingMedian float64 `json:"training_median"`
	Median         float64 `json:"median"`
	Drifted        bool    `json:"drifted"`
}

// Report compares. It ends the observation.
func (o *Observer) Report(l Limits) *Report {
	r := &Report{Flows: o.flows, NotApplicable: o.notApplicable, Features: []Feature{}}
	if o.flows == 0 {
		return r
	}
	r.Training = o.training[0].Total()
	alpha := l.Alpha / float64(len(o.x)) // Bonferroni
	for i, c := range o.set.Columns {
		f := Feature{Name: c.Name, TrainingMedian: o.training[i].Median(), Median: o.now[i].Median()}
		d := sketch.Compare(o.training[i], o.now[i])
		f.PSI, f.KS = d.PSI, d.KS
		f.PSIChance, f.KSChance = d.Chance(alpha)
		f.Drifted = f.PSI >= l.PSI && f.PSI > f.PSIChance || f.KS >= l.KS && f.KS > f.KSChance
		if f.Drifted {
			r.Drifted++
		}
		r.Features = append(r.Features, f)
	}
	slices.SortStableFunc(r.Features, func(a, b Feature) int {
		if a.Drifted != b.Drifted {
			if a.Drifted {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.PSI, a.PSI)
	})
	return r
}
