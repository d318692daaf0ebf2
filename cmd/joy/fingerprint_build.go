package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"joy/enrich/software"
	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/labels"
	"joy/fingerprint/match/evaluate"
	"joy/fingerprint/observe"
)

// A building makes a database of flows whose programs are known.
type building struct {
	*program
	out, labels, source string
	kinds, strip        []string
	add, unlabelled     bool
	min                 uint64

	table    *labels.Table
	database *database.Database
	learned  learned
	examples []evaluate.Labelled
}

// maxLearned bounds the flows by which probabilities are calibrated.
const maxLearned = 200_000

// learned counts what became of the ends that show a fingerprint.
type learned struct{ labelled, processes, unlabelled uint64 }

// stored are the kinds that a database holds unless others are asked for: one
// form of each message, and JA4 as a coarser one.
var stored = []string{
	"tls/1", "dtls/1", "quic/1", "openvpn", "ssh", "http", "dhcp", "stun", "tcp", "ja4", "hassh",
	"tls_server", "dtls_server", "ssh_server", "http_server", "smtp_server", "tcp_server", "hassh_server",
}

func (p *program) buildCommand(status *int) *cobra.Command {
	b := &building{program: p}
	c := &cobra.Command{
		Use:   "build -o DB [--labels FILE] [name=value]... FILE...",
		Short: "Make a database from flows whose programs are known",
		Long: `Learn which fingerprints programs have, from captures and flow files. Which program a flow is of, a file of labels
says (docs/fingerprints.md), and for flow files that were made with exe=1 the processes in them do.`,
		Run: func(_ *cobra.Command, args []string) { *status = p.finish("fingerprint build", b.run(args)) },
	}
	f := c.Flags()
	f.StringVarP(&b.out, "out", "o", "", "database to write; .gz and .zst are compressed")
	f.StringVar(&b.labels, "labels", "", "table of labels")
	f.StringVar(&b.source, "source", "", "where the flows are from, in a few words (default: the names of the inputs)")
	f.StringSliceVar(&b.kinds, "kinds", stored, "kinds to store")
	stripFlag(f, &b.strip)
	f.BoolVar(&b.add, "add", false, "add to the database if it exists")
	f.BoolVar(&b.unlabelled, "unlabelled", false, "take in fingerprints of unknown programs too, as known and nobody's")
	f.Uint64Var(&b.min, "min", 1, "leave out fingerprints and processes of fewer flows")
	return c
}

// stripFlag declares --strip.
func stripFlag(f *pflag.FlagSet, to *[]string) {
	f.StringSliceVar(to, "strip", nil, "leave out destinations: names, blocks of addresses, or both (names,blocks)")
}

// checkStrip wants what --strip knows.
func checkStrip(strip []string) error {
	for _, s := range strip {
		if s != "names" && s != "blocks" {
			return usage("--strip " + s + ": must be names or blocks")
		}
	}
	return nil
}

// run is the subcommand.
func (b *building) run(args []string) error {
	if err := checkStrip(b.strip); err != nil {
		return err
	}
	if b.out == "" {
		return usage("the database to write is missing: -o DB")
	}
	r, inputs, err := b.newFlowReader(args)
	if err != nil {
		return asUsage(err)
	}
	if err := b.open(); err != nil {
		return err
	}
	ctx, stop := untilSignal()
	defer stop()
	if err := r.each(ctx, inputs, b.learn); err != nil {
		return err
	}
	if b.learned == (learned{}) {
		return errors.New("no flow shows a fingerprint: nothing is written")
	}
	b.database.Prune(b.min)
	if err := b.calibrate(); err != nil {
		return err
	}
	for e := range b.database.All() {
		b.database.Header.Made = max(b.database.Header.Made, e.Last)
	}
	if err := writeDatabase(b.out, b.database); err != nil {
		return err
	}
	fmt.Fprintf(b.stderr, "%s: %d fingerprints; %d ends of flows by labels, %d by processes, %d without either\n",
		printable(b.out), b.database.Len(), b.learned.labelled, b.learned.processes, b.learned.unlabelled)
	return r.result()
}

// open reads the labels and the database that there is.
func (b *building) open() error {
	if b.labels != "" {
		var err error
		if b.table, err = readLabels(b.labels); err != nil {
			return err
		}
	}
	b.database = database.New("")
	_, err := os.Stat(b.out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return asUsage(err)
	case !b.add:
		return usage(b.out + " exists: --add adds to it")
	}
	b.database, err = b.readDatabase(b.out)
	return err
}

func readLabels(name string) (*labels.Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, asUsage(err)
	}
	defer f.Close()
	t, err := labels.Read(f)
	if err != nil {
		return nil, asUsage(fmt.Errorf("%s: %w", name, err))
	}
	return t, nil
}

// calibrate fits the probabilities to the flows that were read, by holding some
// of them out. Of a database that was added to, the old flows are not there: it
// keeps its calibration.
func (b *building) calibrate() error {
	if b.database.Header.Calibration != nil {
		return nil
	}
	c, err := evaluate.Calibrate(b.examples, seed)
	if err != nil {
		return err
	}
	b.database.Header.Calibration, err = json.Marshal(c)
	return err
}

// learn takes in both ends of a flow.
func (b *building) learn(file string, f *observe.Flow) error {
	for end := range f.Ends {
		o := b.observation(f, end)
		if len(o.Fingerprints) == 0 {
			continue
		}
		day := time.UnixMicro(int64(f.Start * 1e6)).UTC().Format(time.DateOnly)
		source := b.source
		if source == "" {
			source = database.Clean(file)
		}
		l, ok := b.labelOf(file, f, end)
		if ok {
			if err := b.database.Add(o, l.Process, day, source); err != nil {
				return err
			}
			if len(b.examples) < maxLearned {
				b.examples = append(b.examples, evaluate.Labelled{Observation: o, Process: l.Process, Host: l.Host})
			}
			continue
		}
		b.learned.unlabelled++
		if err := b.addUnknown(&o, day, source); err != nil {
			return err
		}
	}
	return nil
}

// observation is what is taken of an end.
func (b *building) observation(f *observe.Flow, end int) fingerprint.Observation {
	o := f.Ends[end]
	o.Fingerprints = ofKinds(o.Fingerprints, b.kinds)
	if slices.Contains(b.strip, "names") {
		o.Context.Name = ""
	}
	if slices.Contains(b.strip, "blocks") {
		o.Context.Addr = netip.Addr{}
	}
	return o
}

// addUnknown takes in fingerprints as nobody's.
func (b *building) addUnknown(o *fingerprint.Observation, day, source string) error {
	if !b.unlabelled {
		return nil
	}
	for _, fp := range o.Fingerprints {
		if err := b.database.Put(fingerprint.Entry{Fingerprint: fp, First: day, Last: day, Sources: []string{source}}); err != nil {
			return err
		}
	}
	return nil
}

// labelOf says who an end is: labels first.
func (b *building) labelOf(file string, f *observe.Flow, end int) (labels.Label, bool) {
	if b.table != nil {
		if l, ok := b.table.Find(file, f, end); ok {
			b.learned.labelled++
			return l, true
		}
	}
	l, ok := labelOfProcess(f, end)
	if ok {
		b.learned.processes++
	}
	return l, ok
}

// labelOfProcess is who an end is by exe=1.
func labelOfProcess(f *observe.Flow, end int) (l labels.Label, ok bool) {
	p := f.Processes[end]
	l.Name, l.SHA256 = database.Clean(p.Name), p.SHA256
	l.Host = [2]netip.Addr{f.SA, f.DA}[end].String()
	return l, l.Name != ""
}

// ofKinds are the fingerprints of some kinds: "tls" for all versions, "tls/1" for
// one.
func ofKinds(list []fingerprint.Fingerprint, kinds []string) (kept []fingerprint.Fingerprint) {
	for _, fp := range list {
		for _, k := range kinds {
			if strings.HasPrefix(fp, k) && strings.HasPrefix(fp[len(k):], "/") {
				kept = append(kept, fp)
				break
			}
		}
	}
	return kept
}

// readDatabase reads a database in whatever form it is.
func (p *program) readDatabase(name string) (*database.Database, error) {
	d, report, err := software.Read(name)
	if errors.As(err, new(*os.PathError)) {
		err = asUsage(err)
	}
	p.tell(name, &report)
	return d, err
}
