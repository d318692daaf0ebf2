// Package evaluate measures how often matching is right, on observations of
// which it is known who sent them: some are held out, a database is built of the
// others, and several methods answer for the same ones.
package evaluate

import (
	"fmt"
	"slices"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
)

// A Labelled is an observation and who sent it.
type Labelled struct {
	fingerprint.Observation
	// Process: its name, and version and system where they are known.
	Process fingerprint.Process
	// Host that it ran on.
	Host string
}

// Folds is in how many parts data are split; each is held out once.
const Folds = 5

// thresholds are tried for approximate matches.
var thresholds = []float64{0.025, 0.05, 0.1, 0.15, 0.2, 0.3}

// Run evaluates all methods on all splits, and ours with several thresholds where
// versions are held out, which is what approximate matches are for. The same data
// and seed give the same report.
func Run(data []Labelled, seed uint64) (Report, error) {
	r := newReport(data, seed)
	for _, s := range []split{byVersion(data, seed), byHost(data, seed), atRandom(data, seed)} {
		list, err := run(data, s, seed, match.Threshold, methods)
		if err != nil {
			return r, fmt.Errorf("%s: %w", s.name, err)
		}
		r.Splits = append(r.Splits, Split{Name: s.name, About: s.about, Methods: list})
	}
	for _, threshold := range thresholds {
		list, err := run(data, byVersion(data, seed), seed, threshold, methods[:1])
		if err != nil {
			return r, fmt.Errorf("threshold %v: %w", threshold, err)
		}
		r.Thresholds = append(r.Thresholds, Limit{threshold, list[0].Score})
	}
	return r, nil
}

// run holds each fold out once.
func run(data []Labelled, s split, seed uint64, threshold float64, methods []method) (list []Method, err error) {
	tables := make([]tally, len(methods))
	for fold := range Folds {
		train, test := s.cut(data, fold)
		if len(test) == 0 {
			continue
		}
		t, err := learn(train, seed, threshold)
		if err != nil {
			return nil, err
		}
		for i, m := range methods {
			answer := m.start(t)
			for _, x := range test {
				tables[i].add(x, answer(x.Observation), t.programs[x.Process.Name])
			}
		}
	}
	for i, m := range methods {
		list = append(list, tables[i].method(m.name))
	}
	return list, nil
}

// A training is what methods learn of.
type training struct {
	database *database.Database
	base     *match.Base // calibrated
	programs map[string]bool
}

func learn(data []Labelled, seed uint64, threshold float64) (t training, err error) {
	if t.database, t.base, err = build(data, threshold); err != nil {
		return t, err
	}
	c, err := calibrate(data, seed, threshold)
	if err != nil {
		return t, err
	}
	t.base = t.base.Calibrated(c)
	t.programs = map[string]bool{}
	for _, x := range data {
		t.programs[x.Process.Name] = true
	}
	return t, nil
}

// build makes a database, and what asks it.
func build(data []Labelled, threshold float64) (*database.Database, *match.Base, error) {
	d := database.New("evaluation")
	for _, x := range data {
		if err := d.Add(x.Observation, x.Process, "", ""); err != nil {
			return nil, nil, err
		}
	}
	section, err := match.Section(d, threshold)
	if err != nil {
		return nil, nil, err
	}
	x, err := index.Of(d, section)
	if err != nil {
		return nil, nil, err
	}
	b, err := match.Open(x)
	return d, b, err
}

// Calibrate fits the calibration for a database that is built of data: versions
// and hosts are held out in turn, and databases of the others answer for them.
// What it finds of programs that were not seen with their fingerprint is Good
// and Turing's estimate with versions and hosts in the place of flows, of which
// one that is not new comes seldom alone.
func Calibrate(data []Labelled, seed uint64) (match.Calibration, error) {
	return calibrate(data, seed, match.Threshold)
}

func calibrate(data []Labelled, seed uint64, threshold float64) (match.Calibration, error) {
	var rounds []*round
	for _, s := range []split{byVersion(data, seed), byHost(data, seed)} {
		for fold := range Folds {
			train, test := s.cut(data, fold)
			if len(train) == 0 || len(test) == 0 {
				continue
			}
			d, b, err := build(train, threshold)
			if err != nil {
				return match.Calibration{}, err
			}
			rounds = append(rounds, &round{d, b, test})
		}
	}
	missing, found := 0, 0
	for _, r := range rounds {
		m, f := r.unseen()
		missing, found = missing+m, found+f
	}
	unseen := match.Unseen(missing, found)
	var predictions []match.Prediction
	for _, r := range rounds {
		predictions = append(predictions, r.predict(unseen)...)
	}
	c := match.Fit(predictions)
	c.Unseen = unseen
	return c, nil
}

// A round is one fold of cross-validation.
type round struct {
	database *database.Database
	base     *match.Base
	test     []Labelled
}

// unseen counts the observations that lead to an entry, and those among them
// whose program is not in it.
func (r *round) unseen() (missing, found int) {
	m := r.base.Matcher()
	for _, x := range r.test {
		matched := m.Observe(x.Observation).Matched
		if matched == "" {
			continue
		}
		found++
		e, _ := r.database.Find(matched) // it comes from there
		if !slices.ContainsFunc(e.Processes, func(p fingerprint.Process) bool { return p.Name == x.Process.Name }) {
			missing++
		}
	}
	return missing, found
}

// predict collects what was the most probable, where anything was.
func (r *round) predict(unseen float64) (list []match.Prediction) {
	m := r.base.Calibrated(match.Calibration{Unseen: unseen}).Matcher()
	for _, x := range r.test {
		o := m.Observe(x.Observation)
		first := o.Answer
		if o.Status == match.Unknown && len(o.Others) > 0 {
			first = o.Others[0]
		}
		if first.Name != "" {
			list = append(list, match.Prediction{By: o.By, Probability: first.Raw, Correct: first.Name == x.Process.Name})
		}
	}
	return list
}
