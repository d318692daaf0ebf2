package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"joy/model"
	modelsample "joy/model/sample"
	"joy/query/flow"
	"joy/query/value"
)

// classifyOptions are the flags of joy classify.
type classifyOptions struct {
	model, format, class string
	threshold            float64
	explain              int
}

func (p *program) classifyCommand(status *int) *cobra.Command {
	var o classifyOptions
	c := &cobra.Command{
		Use:   "classify [flags] [name=value]... FILE...",
		Short: "Have a model judge flows",
		Long: `Have a model judge flows, in captures and in flow files: the class of each flow, with its probability. Options of
joy itself, as name=value, are for captures; those that the model needs are set. A flow file that was made without them is
refused.

Models: builtin, the parameters that Cisco's Joy has compiled in; SPLT:BD, two of its parameter files; or a file of joy's
own (docs/classify.md). A model says what its training data looked like: what it gives is a guess, and no finding.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.classify(args, &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.model, "model", "m", model.Builtin, "the model: builtin, SPLT:BD, or a file")
	f.StringVarP(&o.format, "format", "f", "table", "table; or json, an object a line")
	f.StringVar(&o.class, "class", "", "the class that --threshold is about (of two classes the second, of more the most probable one)")
	f.Float64Var(&o.threshold, "threshold", 0, "show only flows to which the model gives this probability of the class, or more; from 0 to 1")
	f.IntVar(&o.explain, "explain", 0, "show so many features that contributed most")
	c.AddCommand(p.convertModelCommand(status))
	return c
}

// classify is the subcommand.
func (p *program) classify(args []string, o *classifyOptions) int {
	c, err := newClassifying(o)
	if err != nil {
		return p.finish("classify", asUsage(err))
	}
	r := &reader[judged]{program: p, fromJSON: c.line}
	inputs, err := r.configure(c.needed(), args)
	if err != nil {
		return p.finish("classify", asUsage(err))
	}
	for _, need := range c.model.Needs() {
		if err := r.cfg.Provides(need.Name, need.Value); err != nil {
			return p.finish("classify", asUsage(fmt.Errorf("model %s: %w", o.model, err)))
		}
	}
	ctx, stop := untilSignal()
	defer stop()
	for _, name := range inputs {
		c.unfit = false // what the head of the file before said
		if err = r.each(ctx, []string{name}, func(_ string, j *judged) error { return c.flow(p.stdout, j) }); err != nil {
			break
		}
	}
	if ctx.Err() != nil {
		err = errors.New("ended by a signal: the sums are of what was read so far")
	}
	if ended := c.end(p.stdout); err == nil { // the first error mostly comes again
		err = ended
	}
	if err == nil {
		err = r.result()
	}
	return p.finish("classify", err)
}

// judged is a flow, and what a model looks at of it.
type judged struct {
	flow   flow.Flow
	sample modelsample.Flow
}

// A classifying is one run of the subcommand.
type classifying struct {
	*classifyOptions
	model  *model.Model
	scorer *model.Scorer
	about  int  // class of the threshold, -1 for the most probable one
	unfit  bool // the file was made without what the model needs
	order  []int
	counts []int64 // flows by most probable class
	shown  int64
	blank  int64 // flows that the model has nothing to go by in
}

func newClassifying(o *classifyOptions) (*classifying, error) {
	if o.format != "table" && o.format != "json" {
		return nil, fmt.Errorf("--format: %q is none of table, json", o.format)
	}
	if !(o.threshold >= 0 && o.threshold <= 1) {
		return nil, errors.New("--threshold: must be from 0 to 1")
	}
	m, err := model.Open(o.model)
	if err != nil {
		return nil, err
	}
	if o.explain > 0 {
		if err := m.CanExplain(); err != nil {
			return nil, fmt.Errorf("--explain: %w", err)
		}
	}
	c := &classifying{classifyOptions: o, model: m, scorer: m.Scorer(), about: -1, counts: make([]int64, len(m.Classes))}
	switch {
	case o.class != "":
		if c.about = slices.Index(m.Classes, o.class); c.about < 0 {
			return nil, fmt.Errorf("--class: the model has no %q; its classes are %q", o.class, m.Classes)
		}
	case len(m.Classes) == 2:
		c.about = 1
	}
	return c, nil
}

// needed are the options of captures: those of the model, and else what the
// parameters of Joy go by.
func (c *classifying) needed() []string {
	options := []string{"bidir=1"}
	if c.model.Joy() {
		options = append(options, "dist=1")
	}
	for _, o := range c.model.Needs() {
		options = append(options, o.Name+"="+o.Value)
	}
	return options
}

// line reads a line of a flow file. After a head that says that the model has no
// use for the flows, there are none.
func (c *classifying) line(text []byte, j *judged) error {
	err := j.flow.Parse(text)
	if errors.Is(err, flow.ErrNoFlow) {
		if misfit := c.head(&j.flow.Rest); misfit != nil {
			c.unfit = true
			return misfit
		}
	}
	if err != nil {
		return err
	}
	if c.unfit {
		return flow.ErrNoFlow
	}
	return modelsample.FromLine(&j.flow, &j.sample)
}

// head looks at the options at the head of a file; what is not said there is
// taken to be as it should.
func (c *classifying) head(options *value.Record) error {
	if options.Get("version") == nil {
		return nil
	}
	for _, need := range c.model.Needs() {
		if v := options.Get(need.Name); v != nil && string(v.Text()) != need.Value {
			return fmt.Errorf("the flows were made with %s=%s, and the model needs %s=%s: they are left out", need.Name, v.Text(), need.Name, need.Value)
		}
	}
	return nil
}

// flow judges a flow and writes what is to be told of it.
func (c *classifying) flow(out io.Writer, j *judged) error {
	p, ok := c.scorer.Score(&j.sample)
	if !ok {
		c.blank++
		return nil
	}
	c.order = model.Ranked(p, c.order)
	best := c.order[0]
	c.counts[best]++
	about := c.about
	if about < 0 {
		about = best
	}
	if p[about] < c.threshold {
		return nil
	}
	c.shown++
	var top []model.Contribution
	if c.explain > 0 {
		top = c.scorer.Explain(best, c.explain)
	}
	if c.format == "json" {
		return c.jsonFlow(out, j, p, top)
	}
	return c.tableFlow(out, j, p, top)
}
