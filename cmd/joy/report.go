package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"joy"
	"joy/audit/policy"
	"joy/detect"
	"joy/query/where"
	"joy/report"
)

// reportOptions are the flags of joy report.
type reportOptions struct {
	output, title, where, policy string
	top, workers                 int
	detect                       bool
}

func (p *program) reportCommand(status *int) *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report [flags] [name=value]... FILE...",
		Short: "Make a page with pictures of flows",
		Long: `Make one HTML file of captures and flow files: traffic over time, hosts, protocols, lengths and times, TLS and
certificates, names, software, findings, the flows that stand out, and what may be missing in the data. It needs no network
and no script. Options of joy itself, as name=value, are for captures. docs/report.md says what each number means.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.finish("report", p.report(args, &o)) },
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "-", "the file to write, - for standard output")
	f.StringVar(&o.title, "title", "", "the title of the page")
	f.StringVar(&o.where, "where", "", "only flows for which this holds, as in joy sleuth")
	f.StringVarP(&o.policy, "policy", "p", policy.Default, "judge the cryptography by this policy, as in joy audit; none for not at all")
	f.BoolVar(&o.detect, "detect", true, "look for findings, as joy detect does")
	f.IntVar(&o.top, "top", 20, "rows of a table")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many take records apart; the page does not depend on it")
	return c
}

// maxTop bounds the rows of tables, and maxWorkers the goroutines.
const (
	maxTop     = 10_000
	maxWorkers = 256
)

func (p *program) report(args []string, o *reportOptions) error {
	if o.top < 1 || o.top > maxTop {
		return usage(fmt.Sprintf("--top: must be from 1 to %d", maxTop))
	}
	if o.workers < 1 || o.workers > maxWorkers {
		return usage(fmt.Sprintf("--workers: must be from 1 to %d", maxWorkers))
	}
	options := report.Options{Workers: o.workers}
	view := report.View{Title: o.title, Program: "joy " + joy.Version, Top: o.top}
	if o.policy != "none" {
		chosen, _, err := openPolicy(o.policy)
		if err != nil {
			return err
		}
		if chosen.Joy() != nil {
			return usage("a policy of Joy's form has rules for joy audit --format joy only")
		}
		options.Policy, view.Policy = chosen, chosen.Title+", "+chosen.Version
	}
	var err error
	if options.Where, err = condition(o.where); err != nil {
		return err
	}
	detector := detect.New(detect.Config{})
	if o.detect {
		options.Each = detector.Add
	}
	all, r, err := p.aggregate(args, "builtin", options, &view.Files)
	if err != nil {
		return err
	}
	view.Detected = o.detect
	view.Findings, view.Limits = detector.Findings(), detector.Bounds()
	var page bytes.Buffer
	if err := all.Page(view).WriteHTML(&page); err != nil {
		return err
	}
	return errors.Join(p.writeTo(o.output, page.Bytes()), r.result())
}

// condition reads a condition, nil for none.
func condition(text string) (*where.Condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	c, err := where.Parse(text)
	if err != nil {
		return nil, usage(fmt.Sprintf("--where: %v", err))
	}
	return c, nil
}

// writeTo writes a file, or standard output.
func (p *program) writeTo(name string, content []byte) error {
	if name == "-" {
		_, err := p.stdout.Write(content)
		return err
	}
	return os.WriteFile(name, content, 0o644)
}

// newPlainReader takes Joy's options out of args; the others are inputs. Each line
// is handed over as it is. Captures are looked up in a database of fingerprints,
// if one is named.
func (p *program) newPlainReader(args []string, fingerprints string) (*reader[[]byte], []string, error) {
	r := &reader[[]byte]{program: p, fromJSON: func(line []byte, l *[]byte) error { *l = line; return nil }}
	inputs, err := r.configure([]string{"profile=full", "exe=0", "fpx=1"}, args)
	r.cfg.Fingerprint = fingerprints
	return r, inputs, asUsage(err)
}

// aggregate counts all flows of the inputs, and names these.
func (p *program) aggregate(args []string, fingerprints string, o report.Options, files *[]string) (*report.Aggregate, *reader[[]byte], error) {
	r, inputs, err := p.newPlainReader(args, fingerprints)
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := untilSignal()
	defer stop()
	b := report.NewBuilder(o)
	file, number := "", 0
	line := func(name string, line []byte) {
		if number++; name != file {
			file, number = name, 1
		}
		b.Line(name, number, line)
	}
	r.counted = func(s joy.Stats) {
		text, err := json.Marshal(map[string]joy.Stats{"statistics": s})
		if err == nil {
			line(file, []byte(`{"statistics":{}}`)) // another run begins
			line(file, text)
		}
	}
	for _, name := range inputs {
		*files = append(*files, filepath.Base(name))
	}
	err = r.each(ctx, inputs, func(name string, l *[]byte) error { line(name, *l); return nil })
	all := b.Close()
	others := r.complaints
	for _, c := range all.Complaints() {
		r.tell(c)
	}
	for _, c := range others {
		all.Complain(c)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("ended by a signal: nothing is written")
	}
	return all, r, err
}
