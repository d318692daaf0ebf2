package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"joy/query/element"
	"joy/query/sleuth"
	"joy/query/where"
)

// A sleuthing is one question, as the command line has it.
type sleuthing struct {
	*program
	selected, where, normalize, groupby, distinct, sum string
	dist, pretty, noStitch                             bool
	memory                                             int
	sec                                                securing
	infer                                              inferring

	console *console
	damaged bool // a line or an input could not be read
}

func (p *program) sleuthCommand(status *int) *cobra.Command {
	q := &sleuthing{program: p, console: newConsole(p.stderr)}
	c := &cobra.Command{
		Use:   "sleuth [options] [name=value]... [FILE]...",
		Short: "Ask flows: filter, select, group, count, add up",
		Long: `Ask flow files and captures, as Joy's sleuth does: plain or compressed, without FILE or for - standard input. Options
of joy itself (bpf=, ...) may stand among the files, for captures. docs/sleuth.md is the manual.`,
		Args: cobra.ArbitraryArgs,
	}
	f := c.Flags()
	f.StringVar(&q.selected, "select", "", "elements to show, such as da,tls{scs,cs}")
	f.StringVar(&q.where, "where", "", "condition on each record, such as pr=6,dp=443|dp=8443 (| binds tighter than the comma)")
	f.StringVar(&q.normalize, "normalize", "", "elements to set to null")
	f.StringVar(&q.groupby, "groupby", "", "elements that make groups")
	f.BoolVar(&q.dist, "dist", false, "count equal objects")
	f.StringVar(&q.distinct, "distinct", "", "count the different values of these elements")
	f.StringVar(&q.sum, "sum", "", "add up these members")
	f.BoolVar(&q.pretty, "pretty", false, "objects on several lines")
	f.BoolVar(&q.noStitch, "no_stitch", false, "do not merge the records of a flow")
	f.IntVar(&q.memory, "memory", 512, "MiB that may be held; what is more goes to temporary files")
	q.sec.flags(c)
	q.infer.flags(c)
	c.Run = func(_ *cobra.Command, args []string) { *status = p.finish("sleuth", q.run(c, args)) }
	return c
}

// run is the subcommand.
func (q *sleuthing) run(c *cobra.Command, args []string) (err error) {
	if err := errors.Join(q.sec.check(c), q.infer.check(c)); err != nil {
		return asUsage(err)
	}
	o, err := q.options()
	if err != nil {
		return asUsage(err)
	}
	in, err := q.inputs(args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.infer.close()) }()
	if o.Deductions, err = q.deductions(); err != nil {
		return err
	}
	s := sleuth.New(o, q.stdout)
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := in.read(s); err != nil {
		return err
	}
	if err := s.Finish(); err != nil {
		return err
	}
	q.warn(s.Early(), "flows could not be held until the rest of them came: --memory is too small")
	q.warn(s.Skipped(), "values are no numbers, and were not added")
	q.warn(s.Failed(), "deductions failed: the records have TLS or fingerprints in a form that no flow has")
	if q.damaged {
		return errInput
	}
	return nil
}

// deductions are what flows get besides.
func (q *sleuthing) deductions() (list []sleuth.Deduction, err error) {
	for _, o := range []struct {
		on   bool
		make func() (sleuth.Deduction, error)
	}{{q.sec.on, q.sec.deduction}, {q.infer.on, q.infer.deduction}} {
		if !o.on {
			continue
		}
		d, err := o.make()
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// warn says something that is true of n of what was read.
func (q *sleuthing) warn(n uint64, what string) {
	if n > 0 {
		q.console.say(fmt.Sprintf("warning: %d %s", n, what))
	}
}

// options reads the question.
func (q *sleuthing) options() (o sleuth.Options, err error) {
	o = sleuth.Options{NoStitch: q.noStitch, Dist: q.dist, Pretty: q.pretty, Memory: q.memory << 20}
	if q.memory < 1 || q.memory > 1<<20 {
		return o, fmt.Errorf("--memory=%d: from 1 to %d MiB", q.memory, 1<<20)
	}
	if q.distinct != "" && (q.dist || q.sum != "") {
		return o, errors.New("--distinct cannot be combined with --dist or --sum")
	}
	for _, list := range []struct {
		name, text string
		to         *element.List
	}{
		{"select", q.selected, &o.Select},
		{"normalize", q.normalize, &o.Normalize},
		{"groupby", q.groupby, &o.GroupBy},
		{"distinct", q.distinct, &o.Distinct},
	} {
		if strings.TrimSpace(list.text) == "" {
			continue
		}
		if *list.to, err = element.Parse(list.text); err != nil {
			return o, mistake(list.name, list.text, err)
		}
	}
	if strings.TrimSpace(q.where) != "" {
		if o.Where, err = where.Parse(q.where); err != nil {
			return o, mistake("where", q.where, err)
		}
	}
	if strings.TrimSpace(q.sum) != "" {
		o.Sum, err = q.sums()
	}
	return o, err
}

// sums are the members to add up.
func (q *sleuthing) sums() (names []string, err error) {
	list, err := element.Parse(q.sum)
	if err != nil {
		return nil, mistake("sum", q.sum, err)
	}
	for _, e := range list {
		if e.Parts != nil {
			return nil, fmt.Errorf("--sum: %s is inside of %s: only members of the object itself are added", e.String(), e.Name)
		}
		names = append(names, e.Name)
	}
	return names, nil
}

// mistake shows where an option is wrong.
func mistake(option, text string, err error) error {
	var e *element.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("--%s: %w", option, err)
	}
	return fmt.Errorf("--%s: %w: %s", option, err, pointed(text, e.Column))
}

// around is how much is shown on either side of a mistake, in bytes.
const around = 30

// pointed marks a column of a text.
func pointed(text string, column int) string {
	at := min(column-1, len(text))
	head, tail := text[:at], text[at:]
	if len(head) > around {
		head = "..." + head[len(head)-around:]
	}
	if len(tail) > around {
		tail = tail[:around] + "..."
	}
	return strings.Join(slices.DeleteFunc([]string{head, "<here>", tail}, func(s string) bool { return s == "" }), " ")
}
