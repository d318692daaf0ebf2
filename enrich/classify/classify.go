// Package classify is the stage that has a model judge each flow.
package classify

import (
	"joy/model"
	"joy/model/sample"
	"joy/record"
)

// A Classifier knows a model.
type Classifier struct {
	model    *model.Model
	explain  bool
	names    []record.Text // of the classes
	features []record.Text
}

// New makes one, whose records have contributions too with explain.
func New(m *model.Model, explain bool) *Classifier {
	c := &Classifier{model: m, explain: explain}
	for _, name := range m.Classes {
		c.names = append(c.names, record.Text(name))
	}
	for _, name := range m.Features() {
		c.features = append(c.features, record.Text(name))
	}
	return c
}

// Stage makes the stage of a worker.
func (c *Classifier) Stage(next record.Writer) record.Writer {
	return &stage{classifier: c, next: next, scorer: c.model.Scorer()}
}

type stage struct {
	classifier *Classifier
	next       record.Writer
	scorer     *model.Scorer
	flow       sample.Flow
	order      []int
	result     record.Classification
}

// The lengths of lists in a record.
const (
	mostOthers = 3
	mostTop    = 5
)

// Write scores the flow. Flows of telemetry have no packets to go by.
func (s *stage) Write(r *record.Record) error {
	r.HasPMalware, r.Classification = false, nil
	if r.Telemetry == nil {
		s.score(r)
	}
	return s.next.Write(r)
}

func (s *stage) score(r *record.Record) {
	sample.FromRecord(r, &s.flow)
	p, ok := s.scorer.Score(&s.flow)
	if !ok {
		return
	}
	c := s.classifier
	if c.model.Joy() {
		r.PMalware, r.HasPMalware = p[1], true
		return
	}
	s.order = model.Ranked(p, s.order)
	best := s.order[0]
	out := &s.result
	out.Class, out.P, out.Others, out.Top = c.names[best], p[best], out.Others[:0], out.Top[:0]
	if len(p) > 2 {
		for _, k := range s.order[1:min(len(p), 1+mostOthers)] {
			out.Others = append(out.Others, record.ClassProbability{Class: c.names[k], P: p[k]})
		}
	}
	if c.explain {
		for _, t := range s.scorer.Explain(best, mostTop) {
			out.Top = append(out.Top, record.Contribution{Feature: c.features[t.Feature], Value: t.Value, Contribution: t.Adds})
		}
	}
	r.Classification = out
}
