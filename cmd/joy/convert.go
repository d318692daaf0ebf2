package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"joy/query/flow"
	"joy/query/value"
)

// A converting is one run of joy convert.
type converting struct {
	*program
	to          string
	columns     string
	spreadsheet bool
	log, dir    string

	lines *lineReader
	rec   value.Record
	flow  flow.Flow
}

// A conversion writes flows in another format.
type conversion interface {
	// take takes a flow, and the line that it is of; both are the caller's.
	take(line []byte, f *flow.Flow) error
	// other takes a line that is no flow.
	other(line []byte) error
	// close ends the output, or gives it up after an error.
	close(failed error) error
}

func (p *program) convertCommand(status *int) *cobra.Command {
	q := &converting{program: p}
	c := &cobra.Command{
		Use:   "convert --to FORMAT [flags] [name=value]... FILE...",
		Short: "Write flow records in another format",
		Long: `Write the flows of flow files and captures in another format: ` + strings.Join(q.formats(), ", ") + `.
output=FILE writes to a file, compressed by its extension. docs/convert.md says what becomes of which field.`,
		Args: cobra.ArbitraryArgs,
	}
	f := c.Flags()
	f.StringVar(&q.to, "to", "", "the format: "+strings.Join(q.formats(), ", "))
	f.StringVar(&q.columns, "columns", "", "with --to csv: elements that become columns, such as sa,da,tls{sni}")
	f.BoolVar(&q.spreadsheet, "spreadsheet", false, "with --to csv: an apostrophe before texts that a spreadsheet would take for a formula")
	f.StringVar(&q.log, "log", "conn", "with --to zeek and zeek-json: the log to write")
	f.StringVar(&q.dir, "dir", "", "with --to zeek and zeek-json: write all logs into this directory")
	c.Run = func(c *cobra.Command, args []string) { *status = p.finish("convert", q.run(c, args)) }
	return c
}

// formats are those that --to takes.
func (q *converting) formats() []string {
	return []string{"json", "csv", "parquet", "zeek", "zeek-json", "ecs"}
}

// check wants flags that are for the format.
func (q *converting) check(c *cobra.Command) error {
	if !slices.Contains(q.formats(), q.to) {
		return fmt.Errorf("--to=%s: %s", q.to, strings.Join(q.formats(), ", "))
	}
	for _, flag := range []struct{ name, formats string }{
		{"columns", "csv"}, {"spreadsheet", "csv"}, {"log", "zeek zeek-json"}, {"dir", "zeek zeek-json"},
	} {
		if c.Flags().Changed(flag.name) && !slices.Contains(strings.Fields(flag.formats), q.to) {
			return fmt.Errorf("--%s is not for --to %s", flag.name, q.to)
		}
	}
	return nil
}

func (q *converting) run(c *cobra.Command, args []string) (err error) {
	if err := q.check(c); err != nil {
		return asUsage(err)
	}
	var to conversion
	r, inputs, err := q.newLineReader(asked, args, func(line []byte) ([]byte, error) { return nil, q.line(to, line) })
	if err != nil {
		return asUsage(err)
	}
	q.lines = r
	if to, err = q.conversion(); err != nil {
		return err
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := to.close(r.each(ctx, inputs, func([]byte) error { return nil })); err != nil {
		return err
	}
	return r.result()
}

// conversion is that of the format.
func (q *converting) conversion() (conversion, error) {
	switch q.to {
	case "csv":
		return q.toCSV()
	case "parquet":
		return q.toParquet()
	case "zeek", "zeek-json":
		return q.toZeek()
	case "ecs":
		return q.toECS()
	}
	return q.toJSON()
}

// line takes a line of an input. What writing it fails with is no fault of the line.
func (q *converting) line(to conversion, line []byte) error {
	err := q.flow.Parse(line)
	switch {
	case errors.Is(err, flow.ErrNoFlow):
		if err := q.rec.Parse(line); err != nil {
			return err
		}
		err = to.other(line)
	case err != nil:
		return err
	default:
		err = to.take(line, &q.flow)
	}
	if err != nil {
		return &stopped{err}
	}
	return nil
}
