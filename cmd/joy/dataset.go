package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"joy"
	"joy/dataset"
	"joy/dataset/columns"
	"joy/dataset/manifest"
	"joy/dataset/matrix"
	"joy/dataset/split"
	"joy/dataset/truth"
	"joy/dataset/twins"
	"joy/query/flow"
	"joy/query/value"
)

// datasetOptions are the flags of joy dataset.
type datasetOptions struct {
	out, features, split, unlabelled, conflict, dedup string
	labels, formats, classes                          []string
	fractions                                         []float64
	seed                                              uint64
	float32, force                                    bool
	threshold                                         float64
	remember                                          int
}

// manifestName is the file of the manifest in the directory of a data set.
const manifestName = "manifest.json"

func (p *program) datasetCommand(status *int) *cobra.Command {
	var o datasetOptions
	c := &cobra.Command{
		Use:   "dataset -o DIR --label SOURCE [flags] [name=value]... FILE...",
		Short: "Make a matrix of features and classes of flows",
		Long: `Make of captures and flow files what programs for learning read: a matrix of features with a class for each flow, dealt out
to training, validation and test, with a manifest of where it comes from and a report of what leaks. Options of joy itself,
as name=value, are for captures; those that the features need are set.

Labels: ` + truth.Sources + `.
Splits: ` + split.Kinds + `.
Features: ` + strings.Join(columns.Names(), ", ") + `, joined with +.
Formats: ` + strings.Join(matrix.Formats(), ", ") + `.

The manual is docs/dataset.md. The exit status is 0 when the data set is whole, 1 when input is damaged (what could be read is
in it), 2 for a wrong option.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.finish("dataset", p.dataset(args, &o)) },
	}
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "directory to make")
	f.BoolVar(&o.force, "force", false, "replace a data set that is there")
	f.StringVar(&o.features, "features", columns.Default, "feature set, or several joined with +")
	f.StringArrayVarP(&o.labels, "label", "l", nil, "where classes come from; several times for several sources")
	f.StringSliceVar(&o.classes, "classes", nil, "the classes that are wanted, in the order of their numbers (all, in the order of their first flow)")
	f.StringVar(&o.unlabelled, "unlabelled", "drop", "flows that no source knows: drop or keep")
	f.StringVar(&o.conflict, "conflict", "error", "flows that sources differ about: error or drop")
	f.StringVar(&o.split, "split", split.None, "what keeps flows together when they are dealt out")
	f.Float64SliceVar(&o.fractions, "fractions", []float64{0.7, 0.15, 0.15}, "of training, validation and test, or of training and test")
	f.Uint64Var(&o.seed, "seed", 0, "another deal")
	f.StringVar(&o.dedup, "dedup", twins.All, "flows with the features and the class of an earlier one: drop them all, those of the same part, or none")
	f.StringSliceVarP(&o.formats, "format", "f", []string{matrix.CSV}, "formats of the matrix")
	f.BoolVar(&o.float32, "float32", false, "round values to 32 bits")
	f.Float64Var(&o.threshold, "leak-threshold", 0.99, "AUC or information of a feature alone that is reported as a leak")
	f.IntVar(&o.remember, "remember", 1<<23, "rows, and hosts, that are remembered to find those that come again")
	c.AddCommand(p.datasetFeaturesCommand(status))
	return c
}

// datasetFeaturesCommand prints what the columns of a set are.
func (p *program) datasetFeaturesCommand(status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "features [SET]",
		Short: "List the feature sets, or the columns of one with their definitions",
		Args:  cobra.MaximumNArgs(1),
		Run:   func(_ *cobra.Command, args []string) { *status = p.finish("dataset", p.listFeatures(args)) },
	}
}

func (p *program) listFeatures(args []string) error {
	names := columns.Names()
	if len(args) > 0 {
		set, err := columns.Find(args[0])
		if err != nil {
			return asUsage(err)
		}
		for _, c := range set.Columns {
			fmt.Fprintf(p.stdout, "%s\t%s\n", c.Name, c.Definition)
		}
		return nil
	}
	for _, name := range names {
		set, err := columns.Find(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%-26s %4d  %s\n", name, set.Len(), set.About)
	}
	return nil
}

// A datasetRun is one run of the command.
type datasetRun struct {
	reader[flow.Flow]
	o        *datasetOptions
	set      *columns.Set
	labels   *truth.Labels
	plan     *split.Plan
	manifest manifest.Manifest
	refused  error  // what a flow file was made with is not enough
	wrote    string // the version of joy that wrote the flow file
}

// dataset is the subcommand.
func (p *program) dataset(args []string, o *datasetOptions) error {
	d := &datasetRun{o: o}
	d.program, d.fromJSON = p, d.line
	if err := d.prepare(); err != nil {
		return err
	}
	inputs, err := d.configureFor(d.needs(), args)
	if err != nil {
		return asUsage(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := d.findCuts(ctx, inputs); err != nil {
		return err
	}
	return d.inDirectory(func(dir string) error { return d.build(ctx, dir, inputs) })
}

// prepare checks the flags.
func (d *datasetRun) prepare() (err error) {
	o := d.o
	switch {
	case o.out == "":
		return usage("--output: where is the data set to be?")
	case len(o.labels) == 0 && o.unlabelled != "keep":
		return usage("--label: where do classes come from? One of " + truth.Sources + "; or --unlabelled keep for a matrix without")
	case o.unlabelled != "drop" && o.unlabelled != "keep":
		return usage(fmt.Sprintf("--unlabelled: %q is neither drop nor keep", o.unlabelled))
	case o.conflict != "error" && o.conflict != "drop":
		return usage(fmt.Sprintf("--conflict: %q is neither error nor drop", o.conflict))
	case o.dedup != twins.All && o.dedup != twins.Part && o.dedup != twins.Keep:
		return usage(fmt.Sprintf("--dedup: %q is none of %s, %s, %s", o.dedup, twins.All, twins.Part, twins.Keep))
	case !(o.threshold > 0.5 && o.threshold <= 1):
		return usage("--leak-threshold: must be above 0.5, and 1 at most")
	case o.remember < 0 || o.remember > 1<<28:
		return usage("--remember: must be from 0 to 268435456")
	}
	if err := d.checkLists(); err != nil {
		return err
	}
	if d.set, err = columns.Find(o.features); err != nil {
		return asUsage(fmt.Errorf("--features: %w", err))
	}
	if d.labels, err = truth.Open(o.labels); err != nil {
		return asUsage(err)
	}
	if d.plan, err = split.Parse(o.split, o.fractions, o.seed); err != nil {
		return asUsage(fmt.Errorf("--split: %w", err))
	}
	return nil
}

func (d *datasetRun) checkLists() error {
	o := d.o
	for i, f := range o.formats {
		if !slices.Contains(matrix.Formats(), f) || slices.Contains(o.formats[:i], f) {
			return usage(fmt.Sprintf("--format: %q is none of %s, or there twice", f, strings.Join(matrix.Formats(), ", ")))
		}
	}
	for i, c := range o.classes {
		if err := truth.CheckName(c); err != nil || slices.Contains(o.classes[:i], c) {
			return usage(fmt.Sprintf("--classes: %q is no name, or there twice", c))
		}
	}
	return nil
}

// needs are the options of joy that features and labels ask for.
func (d *datasetRun) needs() (args []string) {
	args = []string{"bidir=1"}
	for _, o := range d.set.Needs {
		args = append(args, o.Name+"="+o.Value)
	}
	for _, o := range d.labels.Needs() {
		args = append(args, o[0]+"="+o[1])
	}
	if d.plan.NeedsID() {
		args = append(args, "community_id=1")
	}
	return args
}

// configureFor takes Joy's options out of args, and refuses those that turn off
// what the features need.
func (d *datasetRun) configureFor(needs, args []string) ([]string, error) {
	inputs, err := d.configure(needs, args)
	if err != nil {
		return nil, err
	}
	plain, _, _, err := joy.Parse(nil, nil, nil)
	if err != nil {
		return nil, err
	}
	var is, was value.Record
	if err := errors.Join(is.Parse(d.cfg.AppendConfigLine(nil)), was.Parse(plain.AppendConfigLine(nil))); err != nil {
		return nil, err
	}
	if err := d.enough(&is); err != nil {
		return nil, err
	}
	for i := range is.Members {
		m := &is.Members[i]
		if string(m.Value) != string(was.Get(string(m.Name))) {
			d.manifest.Options = append(d.manifest.Options, optionTexts(m)...)
		}
	}
	return inputs, nil
}

// optionTexts are NAME=VALUE of a member of a configuration line.
func optionTexts(m *value.Member) (list []string) {
	for v := range m.Value.Items() {
		list = append(list, string(m.Name)+"="+string(v.Text()))
	}
	if m.Value.Kind() != value.Array {
		list = []string{string(m.Name) + "=" + string(m.Value.Text())}
	}
	return list
}

// enough reports what a configuration line has not that the features need.
func (d *datasetRun) enough(config *value.Record) error {
	for _, o := range d.set.Needs {
		if is := config.Get(o.Name); is != nil && !columns.Enough(string(is.Text()), o.Value) {
			return fmt.Errorf("%s=%s, but feature set %s needs %s=%s", o.Name, is.Text(), d.set.Name, o.Name, o.Value)
		}
	}
	return nil
}

// line reads a line of a flow file, of which the first says what it was made
// with.
func (d *datasetRun) line(line []byte, f *flow.Flow) error {
	err := f.Parse(line)
	if errors.Is(err, flow.ErrNoFlow) && f.Rest.Get("version") != nil {
		d.wrote = string(f.Rest.Get("version").Text())
		if e := d.enough(&f.Rest); e != nil && d.refused == nil {
			d.refused = e
		}
	}
	return err
}

// maxStarts bounds the flows that are cut by fractions of their times.
const maxStarts = 1 << 25

// findCuts reads the inputs for the times of their flows, when a split needs
// these first.
func (d *datasetRun) findCuts(ctx context.Context, inputs []string) error {
	if !d.plan.NeedsCuts() {
		return nil
	}
	if slices.Contains(inputs, "-") {
		return usage("--split time reads the input twice, which standard input cannot: give the times, time:T,T")
	}
	quiet := d.reader
	quiet.console = newConsole(io.Discard) // the second reading tells
	var starts []int64
	for _, name := range inputs {
		err := quiet.each(ctx, []string{name}, func(_ string, f *flow.Flow) error {
			switch {
			case d.o.unlabelled == "drop" && len(d.labels.Of(name, f)) != 1:
				return nil
			case len(starts) == maxStarts:
				return fmt.Errorf("more than %d flows are too many to cut by fractions: give the times, --split time:T,T", maxStarts)
			}
			starts = append(starts, f.Start)
			return nil
		})
		if err != nil {
			return err
		}
	}
	d.plan.Cut(starts)
	return nil
}

// inDirectory calls make with a directory beside the one that is wanted, which it
// becomes when it is whole.
func (d *datasetRun) inDirectory(make func(dir string) error) error {
	out := filepath.Clean(d.o.out)
	if list, err := os.ReadDir(out); err == nil && len(list) > 0 {
		if !d.o.force {
			return usage(fmt.Sprintf("--output: %s is not empty (--force replaces a data set)", out))
		}
		if _, err := os.Stat(filepath.Join(out, manifestName)); err != nil {
			return usage(fmt.Sprintf("--output: %s is no data set: %v", out, err))
		}
	}
	dir, err := os.MkdirTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is there only after a failure
	err = make(dir)
	if err != nil && !errors.Is(err, errInput) {
		return err
	}
	return errors.Join(err, os.Chmod(dir, 0o755), os.RemoveAll(out), os.Rename(dir, out))
}

// build reads the inputs and writes everything.
func (d *datasetRun) build(ctx context.Context, dir string, inputs []string) error {
	o, m := d.o, &d.manifest
	b, err := dataset.New(dataset.Config{
		Dir: dir, Formats: o.formats, Float32: o.float32, Set: d.set, Labels: d.labels, Plan: d.plan, Classes: o.classes,
		KeepUnlabelled: o.unlabelled == "keep", DropConflicts: o.conflict == "drop", Doubles: o.dedup,
		Remember: o.remember, Threshold: o.threshold, ListLimit: d.cfg.NumPkts,
	})
	if err != nil {
		return err
	}
	defer b.Abandon()
	for _, name := range inputs {
		if err := d.input(ctx, b, name); err != nil {
			return err
		}
	}
	m.Format, m.Joy = manifest.Version, joy.Version
	m.Labels = manifest.Labels{Sources: o.labels, Unlabelled: o.unlabelled, Conflict: o.conflict}
	if err := d.hashes(); err != nil {
		return err
	}
	if err := b.Close(m); err != nil {
		return err
	}
	if err := writeManifest(filepath.Join(dir, manifestName), m); err != nil {
		return err
	}
	d.report()
	return d.result()
}

// input gives the flows of an input to a builder.
func (d *datasetRun) input(ctx context.Context, b *dataset.Builder, name string) error {
	in := manifest.Input{Name: name}
	stdin, sum := d.stdin, sha256.New()
	count := &counting{sum: sum}
	if name == "-" {
		d.program.stdin = io.TeeReader(stdin, count)
	} else {
		f, err := dataset.FileOf(name)
		if err != nil {
			d.complain(name, err)
			return nil
		}
		in.Bytes, in.SHA256 = f.Bytes, f.SHA256
	}
	failed := d.failed
	d.failed, d.refused, d.wrote = false, nil, ""
	err := d.each(ctx, []string{name}, func(_ string, f *flow.Flow) error {
		if d.refused != nil {
			return fmt.Errorf("%s was made with %w", name, d.refused)
		}
		in.Flows++
		err := b.Flow(name, f)
		if errors.As(err, new(*dataset.RecordError)) {
			d.complain(name, err)
			return nil
		}
		return err
	})
	if name == "-" {
		_, rest := io.Copy(io.Discard, d.program.stdin) // hashed to its end
		err = errors.Join(err, rest)
		d.program.stdin = stdin
		in.Bytes, in.SHA256 = count.n, hex.EncodeToString(sum.Sum(nil))
	}
	in.Damaged, in.Joy = d.failed, d.wrote
	d.failed = d.failed || failed
	d.manifest.Inputs = append(d.manifest.Inputs, in)
	return err
}

// counting hashes what is read.
type counting struct {
	sum hash.Hash
	n   int64
}

func (c *counting) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return c.sum.Write(b)
}

// hashes are those of the tables.
func (d *datasetRun) hashes() error {
	for _, name := range d.labels.Files {
		f, err := dataset.FileOf(name)
		if err != nil {
			return err
		}
		d.manifest.Labels.Files = append(d.manifest.Labels.Files, f)
	}
	if d.plan.File == "" {
		return nil
	}
	f, err := dataset.FileOf(d.plan.File)
	d.manifest.Split.File = &f
	return err
}

func writeManifest(name string, m *manifest.Manifest) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(manifest.Write(f, m), f.Close())
}

// report says on standard output what there is, and what is wrong with it.
func (d *datasetRun) report() {
	m := &d.manifest
	c := &m.Counts
	fmt.Fprintf(d.stdout, "%d flows, %d rows of %d features (%s)\n", c.Flows, c.Rows, len(m.Features), m.Set)
	fmt.Fprintf(d.stdout, "%-30s %10s %10s %10s\n", "class", "train", "validation", "test")
	for _, k := range m.Classes {
		fmt.Fprintf(d.stdout, "%-30s %10d %10d %10d\n", printable(k.Name), k.Train, k.Validation, k.Test)
	}
	for _, left := range []struct {
		n    uint64
		what string
	}{
		{c.KeptUnlabelled, "rows without a class"},
		{c.Unlabelled, "flows left out: no label"},
		{c.Conflicts, "flows left out: labels differ"},
		{c.OtherClass, "flows left out: other classes"},
		{c.NotApplicable, "flows left out: without what the features are about"},
		{c.NoGroup, "flows left out: no group, or several"},
		{c.Straddling, "flows left out: across a cut in time"},
		{c.Doubles, "flows left out: features and class of an earlier one"},
		{c.DoublesAcross, "flows left out: features and class of an earlier one in another part"},
		{c.NoCommunityID, "flows without a Community ID, for which the table could not be asked"},
	} {
		if left.n > 0 {
			fmt.Fprintf(d.stdout, "%d %s\n", left.n, left.what)
		}
	}
	for _, w := range m.Leakage.Warnings {
		fmt.Fprintln(d.stdout, "warning: "+printable(w))
	}
}
