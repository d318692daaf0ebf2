package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/exchange"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
)

// A merging makes one database of several.
type merging struct {
	*program
	out, to, since string
	min            uint64
	strip          []string
	name, note     string
}

func (p *program) mergeCommand(status *int) *cobra.Command {
	m := &merging{program: p}
	c := &cobra.Command{
		Use:     "merge -o OUT DB...",
		Aliases: []string{"convert"},
		Short:   "Merge, thin out and convert databases",
		Long: `Read databases (joy's own, an index of one, Joy's fingerprint_db.json, sleuth's res_tls_fingerprints.json, mercury's
resource archive), add up what they count, and write one.`,
		Args: cobra.MinimumNArgs(1),
		Run:  func(_ *cobra.Command, args []string) { *status = p.finish("fingerprint merge", m.run(args)) },
	}
	f := c.Flags()
	f.StringVarP(&m.out, "out", "o", "", "file to write")
	f.StringVar(&m.to, "to", "database", "what to write: database, index, mercury (with tls/1) or mercury2 (with tls/2)")
	f.StringVar(&m.since, "since", "", "leave out what was not seen since this day (2006-01-02)")
	f.Uint64Var(&m.min, "min", 1, "leave out fingerprints and processes of fewer flows")
	f.StringSliceVar(&m.strip, "strip", nil, "leave out destinations: names, blocks of addresses, or both (names,blocks)")
	f.StringVar(&m.name, "name", "", "name of the database, for its header")
	f.StringVar(&m.note, "note", "", "note for its header: what it is made of, who may use it")
	return c
}

// run is the subcommand.
func (m *merging) run(args []string) error {
	if m.out == "" {
		return usage("the file to write is missing: -o OUT")
	}
	all := database.New("")
	for i, name := range args {
		d, err := m.readDatabase(name)
		if err != nil {
			return err
		}
		if i == 0 {
			all.Header = d.Header
		}
		if err := all.Merge(d); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(args) > 1 {
		all.Header.Calibration = nil // it was that of another database
	}
	if m.since != "" {
		if _, err := time.Parse(time.DateOnly, m.since); err != nil {
			return usage("--since " + m.since + ": must be a day, 2006-01-02")
		}
		all.Age(m.since)
	}
	if m.min > 1 {
		all.Prune(m.min)
	}
	for _, s := range m.strip {
		if s != "names" && s != "blocks" {
			return usage("--strip " + s + ": must be names or blocks")
		}
	}
	all.Strip(slices.Contains(m.strip, "names"), slices.Contains(m.strip, "blocks"))
	all.Header.Name = cmp.Or(m.name, all.Header.Name)
	all.Header.Note = cmp.Or(m.note, all.Header.Note)
	return m.write(all)
}

func (m *merging) write(d *database.Database) error {
	switch m.to {
	case "database":
		return writeDatabase(m.out, d)
	case "index":
		near, err := match.Section(d, match.Threshold)
		if err != nil {
			return err
		}
		return writeFile(m.out, func(w io.Writer) error { return index.Build(w, d, near) })
	case "mercury", "mercury2":
		version := "1"
		if m.to == "mercury2" {
			version = "2"
		}
		return m.writeMercury(d, version)
	}
	return usage("--to " + m.to + ": must be database, index, mercury or mercury2")
}

// writeDatabase writes a database under its name once it is whole, compressed as
// the name says.
func writeDatabase(name string, d *database.Database) error {
	return writeFile(name, func(w io.Writer) error {
		switch filepath.Ext(name) {
		case ".gz":
			z := gzip.NewWriter(w)
			return errors.Join(d.Write(z), z.Close())
		case ".zst":
			z, err := zstd.NewWriter(w)
			if err != nil {
				return err
			}
			return errors.Join(d.Write(z), z.Close())
		}
		return d.Write(w)
	})
}

// writeFile writes a file beside its place, and puts it there once it is whole.
func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return asUsage(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	b := bufio.NewWriterSize(f, 1<<20)
	err = errors.Join(write(b), b.Flush(), f.Chmod(0o644), f.Close())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.Rename(f.Name(), name)
}

// A listing tells of programs and of conflicts.
type listing struct {
	*program
	db        string
	conflicts bool
}

func (p *program) listCommand(status *int) *cobra.Command {
	l := &listing{program: p}
	c := &cobra.Command{
		Use:   "list [--db DB] [--conflicts]",
		Short: "List the programs of a database, or the fingerprints that several programs share",
		Args:  cobra.NoArgs,
		Run:   func(*cobra.Command, []string) { *status = p.finish("fingerprint list", l.run()) },
	}
	dbFlag(c, &l.db)
	c.Flags().BoolVar(&l.conflicts, "conflicts", false, "fingerprints that several programs share, with their shares")
	return c
}

// run is the subcommand.
func (l *listing) run() error {
	x, err := openIndex(l.db)
	if err != nil {
		return err
	}
	defer x.Close()
	w := bufio.NewWriter(l.stdout)
	if l.conflicts {
		return errors.Join(listConflicts(w, x), w.Flush())
	}
	return errors.Join(listPrograms(w, x), w.Flush())
}

// entries are those of an index.
func entries(x *index.Index, use func(*fingerprint.Entry) error) error {
	for id := range uint32(x.Len()) {
		e, err := x.Entry(id)
		if err == nil {
			err = use(&e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// listConflicts has the most frequent fingerprint first.
func listConflicts(w io.Writer, x *index.Index) error {
	var shared []fingerprint.Entry
	err := entries(x, func(e *fingerprint.Entry) error {
		if len(programs(e)) > 1 {
			shared = append(shared, *e)
		}
		return nil
	})
	slices.SortStableFunc(shared, func(a, b fingerprint.Entry) int { return cmp.Compare(b.Count, a.Count) })
	for i := range shared {
		fmt.Fprintf(w, "%d\t%s\t%s\n", shared[i].Count, printable(strings.Join(programs(&shared[i]), "; ")), printable(shared[i].Fingerprint))
	}
	return err
}

// A listed is a program with its fingerprints.
type listed struct {
	name         string
	flows        uint64
	versions     map[string]bool
	fingerprints map[string]int // by kind
	alone        int            // fingerprints that no other program has
}

// listPrograms has the program with most fingerprints first.
func listPrograms(w io.Writer, x *index.Index) error {
	byName := make(map[string]*listed)
	err := entries(x, func(e *fingerprint.Entry) error {
		kind, _, _ := strings.Cut(e.Fingerprint, "/")
		seen := make(map[string]bool)
		for i := range e.Processes {
			p := &e.Processes[i]
			l := byName[p.Name]
			if l == nil {
				l = &listed{name: p.Name, versions: make(map[string]bool), fingerprints: make(map[string]int)}
				byName[p.Name] = l
			}
			l.flows += p.Count
			l.versions[p.Version] = true
			if !seen[p.Name] {
				seen[p.Name] = true
				l.fingerprints[kind]++
			}
		}
		if len(seen) == 1 {
			byName[e.Processes[0].Name].alone++
		}
		return nil
	})
	list := make([]*listed, 0, len(byName))
	for _, l := range byName {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *listed) int {
		return cmp.Or(cmp.Compare(b.total(), a.total()), cmp.Compare(a.name, b.name))
	})
	fmt.Fprintf(w, "%-28s %8s %8s %6s %6s  %s\n", "program", "versions", "flows", "prints", "alone", "kinds")
	for _, l := range list {
		fmt.Fprintf(w, "%-28s %8d %8d %6d %6d  %s\n", printable(l.name), len(l.versions), l.flows, l.total(), l.alone, l.kinds())
	}
	return err
}

func (l *listed) total() (n int) {
	for _, c := range l.fingerprints {
		n += c
	}
	return n
}

// kinds are "tls 3, ssh 1", sorted.
func (l *listed) kinds() string {
	var parts []string
	for kind, n := range l.fingerprints {
		parts = append(parts, fmt.Sprintf("%s %d", kind, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// writeMercury writes an archive, and tells what that could not take.
func (m *merging) writeMercury(d *database.Database, version string) error {
	var report exchange.Report
	err := writeFile(m.out, func(w io.Writer) (err error) {
		report, err = exchange.WriteMercury(w, d, exchange.Options{Version: version})
		return err
	})
	m.tell(m.out, &report)
	return err
}

// tell tells what became of a database of another program.
func (p *program) tell(name string, r *exchange.Report) {
	say := func(format string, args ...any) {
		newConsole(p.stderr).say("joy: " + printable(name+": "+fmt.Sprintf(format, args...)))
	}
	if r.LeftOut > 0 {
		say("%d of %d left out; the first one: %v", r.LeftOut, r.Lines, r.Why)
	}
	if r.Merged > 0 {
		say("%d fingerprints were the same as others", r.Merged)
	}
	if r.Incomplete > 0 {
		say("%d fingerprints lack what its source did not keep: such will be found only as near ones", r.Incomplete)
	}
}
