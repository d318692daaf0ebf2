package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"joy/convert/merge"
)

// A joining is one run of joy merge.
type joining struct {
	*program
	by, twice string
	skew      time.Duration
	memory    int
	sensors   []string

	merger *merge.Merger
	sensor string // of the input that is read
}

func (p *program) mergeFlowsCommand(status *int) *cobra.Command {
	q := &joining{program: p}
	c := &cobra.Command{
		Use:   "merge [flags] [name=value]... [--sensor NAME=FILE]... [FILE]...",
		Short: "Make one flow file of several, in the order of time",
		Long: `Make one flow file of those of several sensors or runs: records in the order of time, those that are there twice once,
configuration lines at the head. Captures may be given, too. output=FILE writes to a file, compressed by its extension.
docs/merge.md is the manual.`,
		Args: cobra.ArbitraryArgs,
	}
	f := c.Flags()
	f.StringVar(&q.by, "by", "end", "the time that records are put in order by: start or end")
	f.StringArrayVar(&q.sensors, "sensor", nil, "a file, or a directory, and who has seen its flows, which goes into sensors")
	f.StringVar(&q.twice, "seen-twice", "apart", "records of a flow that several sensors have seen: apart; mark says so in seen_by; one keeps that with the most packets")
	f.DurationVar(&q.skew, "skew", time.Second, "with --seen-twice: by how much the times of a flow differ from sensor to sensor at most")
	f.IntVar(&q.memory, "memory", 512, "MiB that may be held; what is more goes to temporary files")
	c.Run = func(_ *cobra.Command, args []string) { *status = p.finish("merge", q.run(args)) }
	return c
}

// options checks the flags.
func (q *joining) options() (o merge.Options, err error) {
	o = merge.Options{By: merge.By(q.by), Twice: merge.Twice(q.twice), Skew: int64(q.skew), Memory: q.memory << 20}
	switch {
	case !slices.Contains([]merge.By{merge.ByStart, merge.ByEnd}, o.By):
		return o, fmt.Errorf("--by=%s: start or end", q.by)
	case !slices.Contains([]merge.Twice{merge.Apart, merge.Mark, merge.One}, o.Twice):
		return o, fmt.Errorf("--seen-twice=%s: apart, mark or one", q.twice)
	case q.skew < 0:
		return o, fmt.Errorf("--skew=%s: not below 0", q.skew)
	case q.memory < 1 || q.memory > 1<<20:
		return o, fmt.Errorf("--memory=%d: from 1 to %d MiB", q.memory, 1<<20)
	case o.Twice != merge.Apart && len(q.sensors) < 2:
		return o, errors.New("--seen-twice needs several files with --sensor")
	}
	return o, nil
}

// A sensed is an input, and who has seen its flows.
type sensed struct{ sensor, name string }

// named reads --sensor.
func (q *joining) named() (list []sensed, err error) {
	for _, s := range q.sensors {
		sensor, name, ok := strings.Cut(s, "=")
		if !ok || sensor == "" || name == "" {
			return nil, fmt.Errorf("--sensor=%s: NAME=FILE", s)
		}
		inputs, err := files([]string{name})
		if err != nil {
			return nil, err
		}
		for _, name := range inputs {
			list = append(list, sensed{sensor, name})
		}
	}
	return list, nil
}

func (q *joining) run(args []string) (err error) {
	o, err := q.options()
	if err != nil {
		return asUsage(err)
	}
	inputs, err := q.named()
	if err != nil {
		return asUsage(err)
	}
	for _, in := range inputs { // so that there is an input, whatever it is
		args = append(args, in.name)
	}
	r, names, err := q.newLineReader(asked, args, func(line []byte) ([]byte, error) { return nil, q.line(line) })
	if err != nil {
		return asUsage(err)
	}
	for i, name := range names[:len(names)-len(inputs)] {
		inputs = slices.Insert(inputs, i, sensed{name: name})
	}
	q.merger = merge.New(o)
	defer func() { err = errors.Join(err, q.merger.Close()) }()
	out, err := r.newLinesOut()
	if err != nil {
		return err
	}
	ctx, stop := untilSignal()
	defer stop()
	var n merge.Counts
	if err = q.read(ctx, r, inputs); err == nil {
		n, err = q.merger.Finish(out.line)
	}
	if err := out.close(err); err != nil {
		return err
	}
	q.tell(r.console, n)
	return r.result()
}

// line takes a line of an input.
func (q *joining) line(line []byte) error {
	err := q.merger.Line(line, q.sensor)
	if err == nil || errors.As(err, new(*merge.LineError)) {
		return err
	}
	return &stopped{err}
}

func (q *joining) read(ctx context.Context, r *lineReader, inputs []sensed) error {
	for _, in := range inputs {
		q.sensor = in.sensor
		q.merger.Begin()
		if err := r.each(ctx, []string{in.name}, func([]byte) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// tell sums the work up.
func (q *joining) tell(c *console, n merge.Counts) {
	c.say(fmt.Sprintf("joy merge: %d records, and %d lines of other kinds", n.Records, n.Others))
	for _, t := range []struct {
		n    uint64
		what string
	}{
		{n.Duplicates, "records were there more than once"},
		{n.Twice, "records were of flows that another sensor has seen, too"},
		{n.Early, "records could not be held until the rest of their flow came: --memory is too small"},
	} {
		if t.n > 0 {
			c.say(fmt.Sprintf("joy merge: %d %s", t.n, t.what))
		}
	}
}
