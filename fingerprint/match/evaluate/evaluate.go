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
		all := methods
		if len(r.Splits) == 0 {
			all = slices.Concat(methods, withThresholds())
		}
		list, err := run(data, s, seed, all)
		if err != nil {
			return r, fmt.Errorf("%s: %w", s.name, err)
		}
		for i, m := range list[len(methods):] {
			r.Thresholds = append(r.Thresholds, Limit{thresholds[i], m.Score})
		}
		r.Splits = append(r.Splits, Split{Name: s.name, About: s.about, Methods: list[:len(methods)]})
	}
	return r, nil
}

// withThresholds are our method with each of the thresholds.
func withThresholds() (list []method) {
	for _, threshold := range thresholds {
		m := methods[0]
		m.threshold = threshold
		list = append(list, m)
	}
	return list
}

// run holds each fold out once.
func run(data []Labelled, s split, seed uint64, methods []method) (list []Method, err error) {
	tables := make([]tally, len(methods))
	for fold := range Folds {
		train, test := s.cut(data, fold)
		if len(test) == 0 {
			continue
		}
		l, err := study(train, seed)
		if err != nil {
			return nil, err
		}
		for i, m := range methods {
			t, err := l.at(m.threshold)
			if err != nil {
				return nil, err
			}
			answer := m.start(t)
			for _, x := range test {
				tables[i].add(x, answer(x.Observation), l.programs[x.Process.Name])
			}
		}
	}
	for i, m := range methods {
		list = append(list, tables[i].method(m.name))
	}
	return list, nil
}

// A lesson is data made ready to be learned of with any threshold.
type lesson struct {
	database *database.Database
	parts    []part
	programs map[string]bool
	last     training
}

// A part is a database of some of the data, and what was held out.
type part struct {
	database *database.Database
	test     []Labelled
}

// A training is what methods learn of.
type training struct {
	threshold float64
	database  *database.Database
	base      *match.Base // calibrated
}

func study(data []Labelled, seed uint64) (l *lesson, err error) {
	l = &lesson{programs: map[string]bool{}}
	for _, x := range data {
		l.programs[x.Process.Name] = true
	}
	if l.database, err = fill(data); err != nil {
		return nil, err
	}
	l.parts, err = parts(data, seed)
	return l, err
}

// at learns with a threshold. Methods in a row mostly have the same.
func (l *lesson) at(threshold float64) (training, error) {
	if l.last.threshold == threshold {
		return l.last, nil
	}
	b, err := open(l.database, threshold)
	if err != nil {
		return training{}, err
	}
	c, err := calibrate(l.parts, threshold)
	if err != nil {
		return training{}, err
	}
	l.last = training{threshold, l.database, b.Calibrated(c)}
	return l.last, nil
}

// fill makes a database.
func fill(data []Labelled) (*database.Database, error) {
	d := database.New("evaluation")
	for _, x := range data {
		if err := d.Add(x.Observation, x.Process, "", ""); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// open makes what asks a database.
func open(d *database.Database, threshold float64) (*match.Base, error) {
	section, err := match.Section(d, threshold)
	if err != nil {
		return nil, err
	}
	x, err := index.Of(d, section)
	if err != nil {
		return nil, err
	}
	return match.Open(x)
}

// parts are databases without some versions or hosts in turn.
func parts(data []Labelled, seed uint64) (list []part, err error) {
	for _, s := range []split{byVersion(data, seed), byHost(data, seed)} {
		for fold := range Folds {
			train, test := s.cut(data, fold)
			if len(train) == 0 || len(test) == 0 {
				continue
			}
			d, err := fill(train)
			if err != nil {
				return nil, err
			}
			list = append(list, part{d, test})
		}
	}
	return list, nil
}

// Calibrate fits the calibration for a database that is built of data: versions
// and hosts are held out in turn, and databases of the others answer for them.
// What it finds of programs that were not seen with their fingerprint is Good
// and Turing's estimate with versions and hosts in the place of flows, of which
// one that is not new comes seldom alone.
func Calibrate(data []Labelled, seed uint64) (match.Calibration, error) {
	list, err := parts(data, seed)
	if err != nil {
		return match.Calibration{}, err
	}
	return calibrate(list, match.Threshold)
}

func calibrate(parts []part, threshold float64) (match.Calibration, error) {
	var rounds []round
	missing, found := 0, 0
	for _, p := range parts {
		b, err := open(p.database, threshold)
		if err != nil {
			return match.Calibration{}, err
		}
		r := round{p, b}
		rounds = append(rounds, r)
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
	part
	base *match.Base
}

// unseen counts the observations that lead to an entry, and those among them
// whose program is not in it.
func (r round) unseen() (missing, found int) {
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
func (r round) predict(unseen float64) (list []match.Prediction) {
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
