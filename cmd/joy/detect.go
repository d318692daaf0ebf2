package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"joy/detect"
	"joy/detect/network"
	"joy/detect/threshold"
	"joy/query/flow"
	"joy/record"
)

// detectOptions are the flags of joy detect.
type detectOptions struct {
	format                      string
	kinds, internal, thresholds []string
	minScore, failOn            float64
	top                         int
}

func (p *program) detectCommand(status *int) *cobra.Command {
	var o detectOptions
	c := &cobra.Command{
		Use:   "detect [flags] [name=value]... FILE...",
		Short: "Find what somebody should look at: scans, beacons, tunnels, passwords in clear, ...",
		Long: `Find what somebody should look at, in captures and in flow files: scans, beacons, tunnels, passwords in clear, and so
on; joy detect kinds lists all. Options of joy itself, as name=value, are for captures. Flow files should be made with
profile=full: what a record does not have cannot be found.

The score, from 0 to 1, is how strong the evidence is, and not how bad it would be: 0.5 is the threshold of the kind, which
joy detect thresholds shows. docs/detect.md says how each is made, and how often it is wrong.

The exit status is 0, 1 when input is damaged, 2 for a wrong option, and 3 when a score is that of --fail-on or higher.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.detect(args, &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", "table", "table, or json: an object a line")
	f.StringSliceVar(&o.kinds, "kinds", nil, "only these kinds of findings")
	f.Float64Var(&o.minScore, "min-score", 0, "only findings of this score or a higher one")
	f.Float64Var(&o.failOn, "fail-on", 0, "exit with status 3 when a finding has this score or a higher one; 0 for never")
	f.StringSliceVar(&o.internal, "internal", nil, "subnets of one's own network (the private ones)")
	f.StringArrayVar(&o.thresholds, "set", nil, "another threshold, as NAME=VALUE; may be given again")
	f.IntVar(&o.top, "top", 100, "findings in the table; 0 for all")
	c.AddCommand(
		&cobra.Command{
			Use: "kinds", Short: "List the kinds of findings", Args: cobra.NoArgs,
			Run: func(*cobra.Command, []string) { *status = p.finish("detect", p.listKinds()) },
		},
		&cobra.Command{
			Use: "thresholds", Short: "List the numbers that decide, with the reasons", Args: cobra.NoArgs,
			Run: func(*cobra.Command, []string) { *status = p.finish("detect", p.listThresholds()) },
		},
	)
	return c
}

// config reads the flags.
func (o *detectOptions) config() (c detect.Config, err error) {
	if o.format != "table" && o.format != "json" {
		return c, fmt.Errorf("--format: %q is none of table, json", o.format)
	}
	for name, v := range map[string]float64{"min-score": o.minScore, "fail-on": o.failOn} {
		if !(v >= 0 && v <= 1) {
			return c, fmt.Errorf("--%s=%g: a score is from 0 to 1", name, v)
		}
	}
	c = detect.Config{MinScore: o.minScore, Kinds: o.kinds, Thresholds: threshold.Default()}
	known := detect.Kinds()
	for _, name := range o.kinds {
		if !slices.ContainsFunc(known, func(k detect.Kind) bool { return k.Name == name }) {
			return c, fmt.Errorf("--kinds: %q is none of those that joy detect kinds lists", name)
		}
	}
	for _, s := range o.thresholds {
		if err := c.Thresholds.Change(s); err != nil {
			return c, fmt.Errorf("--set: %w", err)
		}
	}
	for _, s := range o.internal {
		var subnet netip.Prefix
		if subnet, err = network.ParsePrefix(s); err != nil {
			return c, fmt.Errorf("--internal: %w", err)
		}
		c.Internal = append(c.Internal, subnet)
	}
	return c, nil
}

// detectFeatures are the options with which a capture shows what is looked for,
// unless others are given: all protocols among them, since what speaks none of
// them is told from what does.
func detectFeatures() []string {
	options := []string{"bidir=1", "l2=1", "fpx=1"}
	for _, m := range record.Modules {
		options = append(options, m.Module.Key+"=1")
	}
	return options
}

// detect is the subcommand.
func (p *program) detect(args []string, o *detectOptions) int {
	cfg, err := o.config()
	if err != nil {
		return p.finish("detect", asUsage(err))
	}
	r := &reader[flow.Flow]{program: p, fromJSON: func(line []byte, f *flow.Flow) error { return f.Parse(line) }}
	inputs, err := r.configure(detectFeatures(), args)
	if err != nil {
		return p.finish("detect", asUsage(err))
	}
	ctx, stop := untilSignal()
	defer stop()
	d := detecting{Detector: detect.New(cfg), options: o}
	err = r.each(ctx, inputs, func(file string, f *flow.Flow) error {
		if err := d.Add(f); err != nil {
			r.complain(file, err)
		}
		d.flows++
		return nil
	})
	if ctx.Err() != nil {
		err = errors.New("ended by a signal: the findings are of what was read so far")
	}
	out := bufio.NewWriterSize(p.stdout, 64<<10)
	err = errors.Join(err, d.write(out), out.Flush())
	d.warn(r.console)
	if err == nil {
		err = r.result()
	}
	status := p.finish("detect", err)
	if o.failOn > 0 && d.reaches(o.failOn) && status <= exitFailed {
		return exitFindings
	}
	return status
}

// A detecting is one run of the subcommand.
type detecting struct {
	*detect.Detector
	options *detectOptions
	flows   uint64 // records
}

// reaches reports whether a finding has a score.
func (d *detecting) reaches(score float64) bool {
	list := d.Findings()
	return len(list) > 0 && list[0].Score >= score
}

// warn tells what was not looked at.
func (d *detecting) warn(c *console) {
	for _, b := range d.Bounds() {
		c.say(fmt.Sprintf("warning: %s: no more than %d are held, %d were given up for others", b.Name, b.Limit, b.Left))
	}
	if n := d.OneWay(); n > 0 {
		c.say(fmt.Sprintf("warning: %d records are answers without their questions: make flows with bidir=1", n))
	}
}

func (p *program) listKinds() error {
	var b strings.Builder
	for _, k := range detect.Kinds() {
		fmt.Fprintf(&b, "%-24s%s\n%24sscore: %s\n", k.Name, k.Means, "", k.Score)
	}
	_, err := fmt.Fprint(p.stdout, b.String())
	return err
}

func (p *program) listThresholds() error {
	var b strings.Builder
	for _, t := range threshold.Rows() {
		fmt.Fprintf(&b, "%-22s%-12s%s\n", t.Key, threshold.Text(t.Value), t.Why)
	}
	_, err := fmt.Fprint(p.stdout, b.String())
	return err
}
