package main

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"joy/fingerprint/match/evaluate"
	"joy/fingerprint/observe"
)

// seed makes evaluations and calibrations the same each time.
const seed = 1

// An evaluation tells how often names are right.
type evaluation struct {
	*program
	labels string
	kinds  []string
	asJSON bool
}

func (p *program) evaluateCommand(status *int) *cobra.Command {
	e := &evaluation{program: p}
	c := &cobra.Command{
		Use:   "evaluate [--labels FILE] [name=value]... FILE...",
		Short: "Measure how often names are right",
		Long: `Hold out versions, hosts and random flows of those whose programs are known, in turn, and tell how often a database
of the others names them rightly, beside other methods. The report is Markdown or JSON.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.finish("fingerprint evaluate", e.run(args)) },
	}
	f := c.Flags()
	f.StringVar(&e.labels, "labels", "", "table of labels")
	f.StringSliceVar(&e.kinds, "kinds", stored, "kinds to use")
	f.BoolVar(&e.asJSON, "json", false, "write JSON")
	return c
}

// run is the subcommand.
func (e *evaluation) run(args []string) error {
	b := building{program: e.program, labels: e.labels, kinds: e.kinds}
	r, inputs, err := e.newFlowReader(args)
	if err != nil {
		return asUsage(err)
	}
	if b.labels != "" {
		if b.table, err = readLabels(b.labels); err != nil {
			return err
		}
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := r.each(ctx, inputs, b.collect); err != nil {
		return err
	}
	report, err := evaluate.Run(b.examples, seed)
	if err != nil {
		return err
	}
	if err := e.write(&report); err != nil {
		return err
	}
	return r.result()
}

func (e *evaluation) write(report *evaluate.Report) error {
	if e.asJSON {
		return json.MarshalWrite(e.stdout, report, json.Deterministic(true))
	}
	_, err := fmt.Fprint(e.stdout, report.Markdown())
	return err
}

// collect takes the clients of a flow that are known for an example.
func (b *building) collect(file string, f *observe.Flow) error {
	for end := range f.Ends {
		o := f.Ends[end]
		o.Fingerprints = ofKinds(o.Fingerprints, b.kinds)
		if len(o.Fingerprints) == 0 || o.Server || onlySyn(&o) || len(b.examples) == maxLearned {
			continue
		}
		if l, ok := b.labelOf(file, f, end); ok {
			b.examples = append(b.examples, evaluate.Labelled{Observation: o, Process: l.Process, Host: l.Host})
		}
	}
	return nil
}
