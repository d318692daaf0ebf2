package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"joy/dataset/columns"
	"joy/dataset/drift"
	"joy/dataset/manifest"
	"joy/query/flow"
)

// driftOptions are the flags of joy drift.
type driftOptions struct {
	psi, ks, alpha float64
	allow, top     int
	format         string
}

func (p *program) driftCommand(status *int) *cobra.Command {
	var o driftOptions
	c := &cobra.Command{
		Use:   "drift [flags] MODEL|MANIFEST [name=value]... FILE...",
		Short: "Compare the features of flows with those that a model was trained on",
		Long: `Compare how the features of flows, in captures and flow files, are distributed with how they were in the flows that a
data set or a model of one was made of. A model knows nothing about flows that are unlike those.

A feature has drifted when its population stability index or its statistic of Kolmogorov and Smirnov is at the threshold or
above, and above what chance does with so few flows. docs/drift.md has the formulas.

The exit status is 0 without drift, 1 when input is damaged, 2 for a wrong option, and 3 when more features have drifted than
--allow, whether input is damaged or not.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.drift(args, &o) },
	}
	f := c.Flags()
	f.Float64Var(&o.psi, "psi", drift.PSI, "threshold of the population stability index")
	f.Float64Var(&o.ks, "ks", drift.KS, "threshold of the statistic of Kolmogorov and Smirnov")
	f.Float64Var(&o.alpha, "alpha", drift.Alpha, "how often chance alone may make any feature drift")
	f.IntVar(&o.allow, "allow", 0, "features that may drift")
	f.IntVar(&o.top, "top", 20, "features in the table; 0 for all")
	f.StringVarP(&o.format, "format", "f", "table", "table, or json")
	return c
}

// drift is the subcommand.
func (p *program) drift(args []string, o *driftOptions) int {
	r, err := p.measureDrift(args, o)
	if err == nil || errors.Is(err, errInput) {
		err = errors.Join(p.printDrift(r, o), err)
	}
	status := p.finish("drift", err)
	if r != nil && r.Drifted > o.allow && status <= exitFailed {
		return exitFindings
	}
	return status
}

func (o *driftOptions) check(args []string) error {
	switch {
	case o.format != "table" && o.format != "json":
		return usage(fmt.Sprintf("--format: %q is neither table nor json", o.format))
	case !(o.psi > 0) || !(o.ks > 0 && o.ks <= 1) || !(o.alpha > 0 && o.alpha < 1):
		return usage("--psi must be above 0, --ks from 0 to 1, --alpha between 0 and 1")
	case o.allow < 0 || o.top < 0:
		return usage("--allow and --top must not be negative")
	case len(args) == 0:
		return usage("no model: name one, or the manifest of a data set")
	}
	return nil
}

// measureDrift reads the flows.
func (p *program) measureDrift(args []string, o *driftOptions) (*drift.Report, error) {
	if err := o.check(args); err != nil {
		return nil, err
	}
	m, err := manifest.Open(args[0])
	if err != nil {
		return nil, asUsage(err)
	}
	d := &datasetRun{}
	d.program, d.fromJSON = p, d.line
	if d.set, err = columns.Find(m.Set); err != nil {
		return nil, asUsage(fmt.Errorf("%s: %w", args[0], err))
	}
	observer, err := drift.New(m, d.set)
	if err != nil {
		return nil, asUsage(fmt.Errorf("%s: %w", args[0], err))
	}
	inputs, err := d.configureFor(m.Options, args[1:])
	if err != nil {
		return nil, asUsage(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := d.observe(ctx, observer, inputs); err != nil {
		return nil, err
	}
	r := observer.Report(drift.Limits{PSI: o.psi, KS: o.ks, Alpha: o.alpha})
	if r.Flows == 0 {
		return nil, errors.Join(errors.New("no flow has what the features are about"), d.result())
	}
	return r, d.result()
}

func (d *datasetRun) observe(ctx context.Context, to *drift.Observer, inputs []string) error {
	for _, name := range inputs {
		d.refused = nil
		err := d.each(ctx, []string{name}, func(_ string, f *flow.Flow) error {
			if d.refused != nil {
				return fmt.Errorf("%s was made with %w", name, d.refused)
			}
			if err := to.Flow(f); err != nil {
				d.complain(name, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *program) printDrift(r *drift.Report, o *driftOptions) error {
	if o.format == "json" {
		if err := json.MarshalWrite(p.stdout, r, json.Deterministic(true)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout)
		return err
	}
	fmt.Fprintf(p.stdout, "%d flows compared with %d of training: %d of %d features have drifted (PSI %g, KS %g)\n",
		r.Flows, r.Training, r.Drifted, len(r.Features), o.psi, o.ks)
	if r.NotApplicable > 0 {
		fmt.Fprintf(p.stdout, "%d flows are without what the features are about\n", r.NotApplicable)
	}
	fmt.Fprintf(p.stdout, "%-30s %10s %10s %12s %12s\n", "feature", "PSI", "KS", "training", "now")
	for i, f := range r.Features {
		if o.top > 0 && i == o.top {
			break
		}
		mark := ""
		if f.Drifted {
			mark = "  drifted"
		}
		fmt.Fprintf(p.stdout, "%-30s %10.4f %10.4f %12.6g %12.6g%s\n", printable(f.Name), f.PSI, f.KS, f.TrainingMedian, f.Median, mark)
	}
	return nil
}
