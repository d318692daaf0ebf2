package main

import (
	"fmt"
	"io"
	"time"

	"joy/model"
)

// judgedFlow is the JSON of a flow.
type judgedFlow struct {
	Type          string             `json:"type"`
	SA            string             `json:"sa"`
	DA            string             `json:"da"`
	Pr            uint8              `json:"pr"`
	SP            *uint16            `json:"sp"`
	DP            *uint16            `json:"dp"`
	Start         float64            `json:"time_start"`
	ID            string             `json:"flow_id,omitempty"`
	Segment       uint32             `json:"segment"`
	Class         string             `json:"class"`
	P             float64            `json:"p"`
	Probabilities map[string]float64 `json:"probabilities"`
	Top           []judgedBy         `json:"top,omitempty"`
}

type judgedBy struct {
	Feature      string  `json:"feature"`
	Value        float64 `json:"value"`
	Contribution float64 `json:"contribution"`
}

func (c *classifying) jsonFlow(out io.Writer, j *judged, p []float64, top []model.Contribution) error {
	best := c.order[0]
	l := judgedFlow{
		Type: "flow", SA: string(j.flow.SA), DA: string(j.flow.DA), Pr: j.flow.Pr, Start: float64(j.flow.Start/1000) / 1e6,
		ID: string(j.flow.ID), Segment: j.flow.Segment, Class: c.model.Classes[best], P: p[best], Probabilities: map[string]float64{},
	}
	if j.flow.HasPorts {
		l.SP, l.DP = &j.flow.SP, &j.flow.DP
	}
	for k, name := range c.model.Classes {
		l.Probabilities[name] = p[k]
	}
	for _, t := range top {
		l.Top = append(l.Top, judgedBy{c.model.Features()[t.Feature], t.Value, t.Adds})
	}
	return writeJSON(out, &l)
}

func (c *classifying) tableFlow(out io.Writer, j *judged, p []float64, top []model.Contribution) error {
	if c.shown == 1 {
		fmt.Fprintf(out, "%-23s  %8s  %-16s  %s\n", "time (UTC)", "p", "class", "flow")
	}
	best, shown := c.order[0], p[c.order[0]]
	if c.about >= 0 {
		shown = p[c.about]
	}
	f := &j.flow
	_, err := fmt.Fprintf(out, "%-23s  %8.6f  %-16s  %s -> %s  %d\n", time.Unix(0, f.Start).UTC().Format("2006-01-02 15:04:05.000"), shown,
		printable(c.model.Classes[best]), endpoint(f.SA, f.SP, f.HasPorts), endpoint(f.DA, f.DP, f.HasPorts), f.Pr)
	for _, t := range top {
		fmt.Fprintf(out, "    %+10.4f  %s = %.6g\n", t.Adds, c.model.Features()[t.Feature], t.Value)
	}
	return err
}

// endpoint is an address with its port.
func endpoint(address []byte, port uint16, has bool) string {
	text := printable(string(address))
	if has {
		text = fmt.Sprintf("%s %d", text, port)
	}
	return text
}

// end writes how many flows there were of each class.
func (c *classifying) end(out io.Writer) error {
	total := int64(0)
	for _, n := range c.counts {
		total += n
	}
	if c.format == "json" {
		sums := struct {
			Type    string           `json:"type"`
			Model   string           `json:"model"`
			Flows   int64            `json:"flows"`
			Shown   int64            `json:"shown"`
			Classes map[string]int64 `json:"classes"`
			Blank   int64            `json:"not_judged"`
		}{"summary", c.model.Name, total, c.shown, map[string]int64{}, c.blank}
		for k, n := range c.counts {
			sums.Classes[c.model.Classes[k]] = n
		}
		return writeJSON(out, &sums)
	}
	fmt.Fprintf(out, "\n%d flows judged by %s, %d shown; most probable class:", total, printable(c.model.Name), c.shown)
	for k, n := range c.counts {
		fmt.Fprintf(out, " %s %d", printable(c.model.Classes[k]), n)
	}
	if c.blank > 0 {
		fmt.Fprintf(out, "; %d without what the model goes by", c.blank)
	}
	_, err := fmt.Fprintln(out)
	if c.about >= 0 && total > 0 {
		fmt.Fprintf(out, "p is the probability that the model gives to %s: a guess from its training data, and no finding.\n", printable(c.model.Classes[c.about]))
	}
	return err
}
