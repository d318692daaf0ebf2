package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"joy"
	"joy/dataset/split"
	"joy/dataset/written"
	"joy/model/file"
	"joy/model/train"
	"joy/model/train/metric"
	"joy/model/vector"
)

// trainOptions are the flags of joy train.
type trainOptions struct {
	out, metrics, penalty, choose               string
	lambda, tolerance, level                    float64
	folds, path, iterations, resamples, threads int
	weights                                     string
	seed                                        uint64
}

func (p *program) trainCommand(status *int) *cobra.Command {
	var o trainOptions
	c := &cobra.Command{
		Use:   "train -o MODEL [flags] SET",
		Short: "Fit a model to a data set of joy dataset",
		Long: `Fit logistic regression to a data set that joy dataset made, and measure it on the parts that were set apart. Features are
scaled; the penalty is given, or chosen by cross-validation that keeps the groups of the data set together. The model is for
joy classify and the collector. The same set and flags give the same bytes (docs/train.md).`,
		Args: cobra.ArbitraryArgs,
		Run:  func(_ *cobra.Command, args []string) { *status = p.finish("train", p.train(args, &o)) },
	}
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "the model file to write")
	f.StringVar(&o.metrics, "metrics", "", "the file of metrics to write (MODEL with .metrics.json for .json)")
	f.StringVar(&o.penalty, "penalty", train.L2, "l2, of the squares of coefficients; or l1, of their sizes, which leaves features out")
	f.Float64Var(&o.lambda, "lambda", 0, "size of the penalty (0: chosen by cross-validation)")
	f.IntVar(&o.path, "path", 15, "how many penalties cross-validation tries")
	f.IntVar(&o.folds, "folds", 5, "folds of cross-validation")
	f.StringVar(&o.choose, "choose", "best", "of the penalties: best, or simplest within a standard error of it")
	f.StringVar(&o.weights, "class-weight", "none", "none, balanced, or NAME=WEIGHT,... (1 for the others)")
	f.Float64Var(&o.tolerance, "tolerance", 1e-6, "largest derivative of the loss at which the fit is done")
	f.IntVar(&o.iterations, "iterations", 5000, "steps at most of a fit")
	f.IntVar(&o.resamples, "bootstrap", 1000, "samples for the intervals")
	f.Float64Var(&o.level, "level", 0.95, "share of the samples that an interval holds")
	f.Uint64Var(&o.seed, "seed", 0, "other folds and samples")
	f.IntVar(&o.threads, "threads", 0, "threads that compute (0: one a processor); the result does not depend on it")
	return c
}

// check wants flags that go together.
func (o *trainOptions) check(args []string) error {
	switch {
	case len(args) != 1:
		return usage("one data set is needed: the directory that joy dataset made")
	case o.out == "":
		return usage("--output: where is the model to be?")
	case o.penalty != train.L1 && o.penalty != train.L2:
		return usage(fmt.Sprintf("--penalty: %q is neither l1 nor l2", o.penalty))
	case o.choose != "best" && o.choose != "simplest":
		return usage(fmt.Sprintf("--choose: %q is neither best nor simplest", o.choose))
	case !(o.lambda >= 0 && o.lambda <= 1e9):
		return usage("--lambda: must be from 0 to 1e9")
	case !(o.tolerance >= 1e-12 && o.tolerance <= 1):
		return usage("--tolerance: must be from 1e-12 to 1")
	case !(o.level > 0 && o.level < 1):
		return usage("--level: must be between 0 and 1")
	case o.folds < 2 || o.folds > 100:
		return usage("--folds: must be from 2 to 100")
	case o.path < 1 || o.path > 1000:
		return usage("--path: must be from 1 to 1000")
	case o.iterations < 1:
		return usage("--iterations: must be positive")
	case o.resamples < 0 || o.resamples > 100_000:
		return usage("--bootstrap: must be from 0 to 100000")
	case o.threads < 0:
		return usage("--threads: must not be negative")
	}
	if o.threads == 0 {
		o.threads = runtime.GOMAXPROCS(0)
	}
	if o.metrics == "" {
		o.metrics = strings.TrimSuffix(o.out, ".json") + ".metrics.json"
	}
	return nil
}

// A training is one run of the command.
type training struct {
	*program
	o       *trainOptions
	set     *written.Set
	classes []string
	weights []float64 // nil for none
	said    trainingSaid
	metrics metricsFile
}

// trainingSaid is what a model file says of how it was made.
type trainingSaid struct {
	Penalty    string             `json:"penalty"`
	Lambda     float64            `json:"lambda"`
	Outcome    train.Outcome      `json:"outcome"`
	Weights    map[string]float64 `json:"class_weights,omitempty"`
	Rows       int                `json:"rows"`
	Unlabelled int                `json:"rows_without_class,omitzero"`
	Constant   []string           `json:"constant_features"`
	Tolerance  float64            `json:"tolerance"`
	Seed       uint64             `json:"seed"`
	Search     *searchSaid        `json:"cross_validation,omitempty"`
	Dataset    string             `json:"dataset_manifest_sha256"`
}

// searchSaid is how the penalty was chosen.
type searchSaid struct {
	Folds   int         `json:"folds"`
	Grouped bool        `json:"grouped"`
	Choose  string      `json:"choose"`
	Tries   []train.Try `json:"tries"`
}

// metricsFile is the JSON beside the model.
type metricsFile struct {
	Version  int           `json:"joy_metrics"`
	Joy      string        `json:"joy"`
	Model    string        `json:"model_sha256"`
	Training trainingSaid  `json:"training"`
	Parts    []partMetrics `json:"parts"`
}

type partMetrics struct {
	Part string `json:"part"`
	*metric.Report
}

// train is the subcommand.
func (p *program) train(args []string, o *trainOptions) error {
	if err := o.check(args); err != nil {
		return err
	}
	set, err := written.Open(args[0])
	if err != nil {
		return asUsage(err)
	}
	t := &training{program: p, o: o, set: set}
	known, err := vector.Find(set.Manifest.Set)
	if err != nil {
		return usage(fmt.Sprintf("feature set %.100s: joy classify knows only those of %s so far: make the data set with --features of these", printable(set.Manifest.Set), strings.Join(vector.Parts(), ", ")))
	}
	if known.Version != set.Manifest.SetVersion {
		return usage(fmt.Sprintf("version %d of feature set %s; this joy has version %d: make the data set anew", set.Manifest.SetVersion, known.Name, known.Version))
	}
	fit, err := t.fit()
	if err != nil {
		return err
	}
	text, err := t.model(known, fit)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	t.metrics = metricsFile{Version: 1, Joy: joy.Version, Model: hex.EncodeToString(sum[:]), Training: t.said}
	if err := t.measure(fit); err != nil {
		return err
	}
	said, err := json.Marshal(&t.metrics, json.Deterministic(true), jsontext.Multiline(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	if err := errors.Join(replaceFile(o.out, text), replaceFile(o.metrics, append(said, '\n'))); err != nil {
		return err
	}
	t.report()
	return nil
}

// replaceFile writes a file that is whole, or is not there.
func replaceFile(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// part reads a part and leaves out the rows without a class.
func (t *training) part(name string) (p *written.Part, unlabelled int, err error) {
	if p, err = t.set.Part(name); err != nil {
		return nil, 0, err
	}
	at := 0
	for r, c := range p.Class {
		if c < 0 {
			unlabelled++
			continue
		}
		copy(p.X[at*p.Width:], p.X[r*p.Width:(r+1)*p.Width])
		p.Class[at] = c
		if p.Group != nil {
			p.Group[at] = p.Group[r]
		}
		at++
	}
	p.X, p.Class = p.X[:at*p.Width], p.Class[:at]
	if p.Group != nil {
		p.Group = p.Group[:at]
	}
	return p, unlabelled, nil
}

// trainingPart is the name of the part that is for training.
func (t *training) trainingPart() string {
	if t.set.Manifest.Split.By == split.None {
		return written.All
	}
	return split.Train.String()
}

// fit reads the part for training and fits a model to it.
func (t *training) fit() (*train.Fit, error) {
	for _, c := range t.set.Manifest.Classes {
		t.classes = append(t.classes, c.Name)
	}
	p, unlabelled, err := t.part(t.trainingPart())
	if err != nil {
		return nil, err
	}
	if err := t.checkClasses(p); err != nil {
		return nil, err
	}
	if err := t.weigh(p); err != nil {
		return nil, err
	}
	trainer, err := train.New(&train.Data{X: p.X, Width: p.Width, Class: p.Class, Classes: len(t.classes)}, train.Options{
		Penalty: t.o.penalty, Weights: t.weights, Tolerance: t.o.tolerance, Iterations: t.o.iterations, Threads: t.o.threads,
	})
	if err != nil {
		return nil, err
	}
	t.said = trainingSaid{
		Penalty: t.o.penalty, Rows: len(p.Class), Unlabelled: unlabelled, Constant: []string{},
		Tolerance: t.o.tolerance, Seed: t.o.seed, Dataset: t.set.SHA256,
	}
	lambda := t.o.lambda
	if lambda == 0 {
		if lambda, err = t.search(trainer, p); err != nil {
			return nil, err
		}
	}
	fit, err := trainer.Fit(lambda)
	if err != nil {
		return nil, err
	}
	t.said.Lambda, t.said.Outcome = fit.Lambda, fit.Outcome
	for _, j := range fit.Constant {
		t.said.Constant = append(t.said.Constant, t.set.Manifest.Features[j].Name)
	}
	return fit, nil
}

// checkClasses wants rows of each class.
func (t *training) checkClasses(p *written.Part) error {
	if len(p.Class) == 0 {
		return errors.New("no rows with a class for training")
	}
	if len(t.classes) < 2 {
		return fmt.Errorf("the data set has one class only, %s: there is nothing to tell apart", printable(t.classes[0]))
	}
	for c, name := range t.classes {
		if !slices.Contains(p.Class, c) {
			return fmt.Errorf("class %s has no rows for training: split otherwise, or make the data set with --classes without it", printable(name))
		}
	}
	return nil
}

// weigh reads --class-weight.
func (t *training) weigh(p *written.Part) error {
	switch t.o.weights {
	case "none", "":
		return nil
	case "balanced":
		t.weights = train.Balanced(p.Class, len(t.classes))
		return nil
	}
	t.weights = slices.Repeat([]float64{1}, len(t.classes))
	for _, word := range strings.Split(t.o.weights, ",") {
		i := strings.LastIndexByte(word, '=')
		if i < 0 {
			return usage(fmt.Sprintf("--class-weight: %q is no NAME=WEIGHT", word))
		}
		c := slices.Index(t.classes, word[:i])
		if c < 0 {
			return usage(fmt.Sprintf("--class-weight: there is no class %q; there are %q", word[:i], t.classes))
		}
		w, err := strconv.ParseFloat(word[i+1:], 64)
		if err != nil || !(w > 0 && w <= 1e9) {
			return usage(fmt.Sprintf("--class-weight: the weight of %q has to be a number above 0, 1e9 at most", word[:i]))
		}
		t.weights[c] = w
	}
	return nil
}

// search chooses the penalty.
func (t *training) search(trainer *train.Trainer, p *written.Part) (float64, error) {
	fold := train.Folds(p.Class, p.Group, t.o.folds, t.o.seed)
	tries, err := trainer.CrossValidate(trainer.Path(t.o.path), fold, t.o.folds)
	var one *train.OneFoldError
	if errors.As(err, &one) {
		return 0, fmt.Errorf("cross-validation: class %s is in one of the folds only, because its groups are few: give the penalty (--lambda)", printable(t.classes[one.Class]))
	}
	if err != nil {
		return 0, fmt.Errorf("cross-validation: %w: give the penalty (--lambda), or other --folds", err)
	}
	t.said.Search = &searchSaid{Folds: t.o.folds, Grouped: p.Group != nil, Choose: t.o.choose, Tries: tries}
	if t.o.choose == "simplest" {
		return tries[train.Simplest(tries)].Lambda, nil
	}
	return tries[train.Best(tries)].Lambda, nil
}

// carried are the options of the flows' making that change features, beside those
// that the feature set needs.
var carried = [...]string{"bidir", "num_pkts", "zeros", "retrans"}

// model is the text of the file.
func (t *training) model(set *vector.Set, fit *train.Fit) ([]byte, error) {
	m := &file.Model{Joy: joy.Version, Classes: t.classes, Set: set, Logistic: fit.Model}
	for _, j := range fit.Columns {
		m.Features = append(m.Features, t.set.Manifest.Features[j].Name)
	}
	for _, o := range t.set.Manifest.Options {
		if name, v, ok := strings.Cut(o, "="); ok && slices.Contains(carried[:], name) {
			m.Options = append(m.Options, vector.Option{Name: name, Value: v})
		}
	}
	if t.weights != nil {
		t.said.Weights = make(map[string]float64)
		for c, w := range t.weights {
			t.said.Weights[t.classes[c]] = w
		}
	}
	var err error
	m.Manifest, err = json.Marshal(map[string]any{"training": &t.said, "dataset": t.set.Manifest}, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = m.Write(&text)
	return text.Bytes(), err
}

// measure scores the parts that were set apart.
func (t *training) measure(fit *train.Fit) error {
	b := metric.Bootstrap{Times: t.o.resamples, Level: t.o.level, Seed: t.o.seed, Threads: t.o.threads}
	for _, part := range []split.Part{split.Validation, split.Test} {
		name := part.String()
		if !t.set.Has(name) {
			continue
		}
		p, _, err := t.part(name)
		if err != nil {
			return err
		}
		if len(p.Class) == 0 {
			continue // the report says so
		}
		r, err := b.Measure(t.score(fit, p))
		if err != nil {
			return err
		}
		t.metrics.Parts = append(t.metrics.Parts, partMetrics{name, r})
	}
	return nil
}

// score has a model judge rows.
func (t *training) score(fit *train.Fit, p *written.Part) *metric.Scored {
	s := &metric.Scored{Classes: t.classes, P: make([]float64, len(p.Class)*len(t.classes)), Class: p.Class, Group: p.Group}
	x := make([]float64, len(fit.Columns))
	for r := range p.Class {
		row := p.X[r*p.Width : (r+1)*p.Width]
		for i, j := range fit.Columns {
			x[i] = row[j]
		}
		fit.Model.Score(x, s.P[r*len(t.classes):(r+1)*len(t.classes)])
	}
	return s
}
