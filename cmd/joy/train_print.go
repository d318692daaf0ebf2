package main

import (
	"fmt"

	"joy/dataset/split"
	"joy/dataset/written"
	"joy/model/train/metric"
)

// report says on standard output what was found, and what to doubt of it.
func (t *training) report() {
	s := &t.said
	fmt.Fprintf(t.stdout, "%s: logistic regression of %d classes, %s, lambda %.4g, %d rows; %d iterations, largest derivative %.1e\n",
		printable(t.o.out), len(t.classes), s.Penalty, s.Lambda, s.Rows, s.Outcome.Iterations, s.Outcome.Gradient)
	if n := len(s.Constant); n > 0 {
		fmt.Fprintf(t.stdout, "%d features left out: one value in all rows for training\n", n)
	}
	if s.Unlabelled > 0 {
		fmt.Fprintf(t.stdout, "%d rows left out: no class\n", s.Unlabelled)
	}
	for i := range t.metrics.Parts {
		t.reportPart(&t.metrics.Parts[i])
	}
	for _, w := range t.warnings() {
		fmt.Fprintln(t.stdout, "warning: "+w)
	}
}

// reportPart is the table of a part.
func (t *training) reportPart(p *partMetrics) {
	of := "rows"
	if p.Grouped {
		of = "groups"
	}
	fmt.Fprintf(t.stdout, "\n%s: %d rows; intervals of %g%% from %d samples of %d %s\n", p.Part, p.Rows, 100*p.Level, p.Bootstrap, p.Units, of)
	for _, line := range []struct {
		name string
		v    metric.Interval
	}{{"accuracy", p.Accuracy}, {"macro F1", p.MacroF1}, {"log loss", p.LogLoss}, {"Brier score", p.Brier}} {
		fmt.Fprintf(t.stdout, "  %-20s %s\n", line.name, intervalText(line.v))
	}
	classes := p.Classes
	if len(classes) == 2 {
		classes = classes[1:] // the first one is the mirror image
	}
	for i := range classes {
		t.reportClass(&classes[i])
	}
	t.confusion(p)
}

func (t *training) reportClass(c *metric.Class) {
	fmt.Fprintf(t.stdout, "%s, %d rows, against all others\n", printable(c.Name), c.Rows)
	for _, line := range []struct {
		name string
		v    metric.Interval
	}{{"ROC AUC", c.AUC}, {"average precision", c.AveragePrecision}, {"precision", c.Precision}, {"recall", c.Recall}, {"F1", c.F1}} {
		fmt.Fprintf(t.stdout, "  %-20s %s\n", line.name, intervalText(line.v))
	}
	for _, a := range c.AtRates {
		note := ""
		if !a.Resolved {
			note = fmt.Sprintf("  (too few rows of other classes for it: %g are needed)", 1/a.Rate)
		}
		fmt.Fprintf(t.stdout, "  %-20s %s%s\n", fmt.Sprintf("recall at FPR %g", a.Rate), intervalText(a.Recall), note)
	}
	fmt.Fprintf(t.stdout, "  %-20s %.4f\n", "calibration error", c.Error)
}

func intervalText(v metric.Interval) string {
	switch {
	case v.Value == nil:
		return "not defined"
	case v.Low == nil:
		return fmt.Sprintf("%.4f", *v.Value)
	}
	return fmt.Sprintf("%.4f  [%.4f, %.4f]", *v.Value, *v.Low, *v.High)
}

// confusion has a row for each class that is, and a column for each that the model
// gave.
func (t *training) confusion(p *partMetrics) {
	const most = 12 // classes that fit the screen; the JSON has all
	if len(t.classes) > most {
		return
	}
	fmt.Fprintf(t.stdout, "%-20s", "is / was said")
	for _, name := range t.classes {
		fmt.Fprintf(t.stdout, " %10.10s", printable(name))
	}
	fmt.Fprintln(t.stdout)
	for c, row := range p.Confusion {
		fmt.Fprintf(t.stdout, "%-20.20s", printable(t.classes[c]))
		for _, n := range row {
			fmt.Fprintf(t.stdout, " %10d", n)
		}
		fmt.Fprintln(t.stdout)
	}
}

// fewGroups are too few for an interval to be believed.
const fewGroups = 20

// warnings are reasons to doubt the result.
func (t *training) warnings() (list []string) {
	s, m := &t.said, t.set.Manifest
	if !s.Outcome.Converged {
		list = append(list, fmt.Sprintf("the fit did not reach the tolerance of %g in %d iterations: more --iterations, or a larger penalty", s.Tolerance, s.Outcome.Iterations))
	}
	if s.Search != nil {
		tries := s.Search.Tries
		switch s.Lambda {
		case tries[len(tries)-1].Lambda:
			list = append(list, "the penalty is the smallest that was tried: the classes are nearly, or fully, separated")
		case tries[0].Lambda:
			list = append(list, "the penalty is the largest that was tried: the features tell little")
		}
	}
	for _, part := range []split.Part{split.Validation, split.Test} {
		if name := part.String(); t.trainingPart() != written.All && m.Split.Fractions[part] > 0 && !t.measured(name) {
			list = append(list, name+" has no rows with a class: nothing was measured on it")
		}
	}
	if len(t.metrics.Parts) == 0 {
		list = append(list, "nothing is set apart for a test (joy dataset --split): how good the model is was not measured")
	}
	for i := range t.metrics.Parts {
		if p := &t.metrics.Parts[i]; p.Grouped && p.Units < fewGroups {
			list = append(list, fmt.Sprintf("%s has %d groups: its intervals are too narrow", p.Part, p.Units))
		}
	}
	for _, w := range m.Leakage.Warnings {
		list = append(list, "of the data set: "+printable(w))
	}
	return list
}

func (t *training) measured(part string) bool {
	for i := range t.metrics.Parts {
		if t.metrics.Parts[i].Part == part {
			return true
		}
	}
	return false
}
