package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"joy/fingerprint"
	"joy/fingerprint/explain"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
	"joy/fingerprint/npf"
	"joy/fingerprint/observe"
)

// width is that of a text, in characters.
const width = 110

// showNearest is how many near fingerprints an account names.
const showNearest = 3

func (p *program) explainCommand(status *int) *cobra.Command {
	var db string
	c := &cobra.Command{
		Use:   "explain [--db DB] FINGERPRINT|FILE[#N]",
		Short: "Say in words what a fingerprint is, who sends it and what is near",
		Long: `Give an account of a fingerprint (tls/1/..., ssh/..., ja4/..., or a string of Joy's), or of all those of a flow: FILE#7
is the seventh flow of a capture or flow file that shows any, FILE alone the first.`,
		Args: cobra.ExactArgs(1),
		Run: func(_ *cobra.Command, args []string) {
			*status = p.finish("fingerprint explain", p.explain(db, args[0]))
		},
	}
	dbFlag(c, &db)
	return c
}

func (p *program) explain(db, what string) error {
	x, base, err := openBase(db)
	if err != nil {
		return err
	}
	defer x.Close()
	a := account{w: p.stdout, index: x, matcher: base.Matcher()}
	if fp, ok := asFingerprint(what); ok {
		return a.fingerprint(fp)
	}
	return p.explainFlow(&a, what)
}

// asFingerprint takes an argument for a fingerprint, of ours or of Joy's.
func asFingerprint(s string) (fingerprint.Fingerprint, bool) {
	if _, err := os.Lstat(s); err == nil {
		return "", false
	}
	if strings.HasPrefix(s, "(") {
		fp, _, err := npf.FromJoy(s)
		return fp, err == nil
	}
	return s, npf.Check(s) == nil && slices.Contains(kinds, npf.Kind(s))
}

// kinds are those that a fingerprint on the command line may have.
var kinds = []string{
	"tls", "dtls", "quic", "openvpn", "ssh", "ssh_kex", "ssh_init", "http", "dhcp", "stun", "tcp", "ja3", "ja4", "hassh",
	"tls_server", "dtls_server", "ssh_server", "ssh_kex_server", "ssh_init_server", "http_server", "smtp_server", "tcp_server", "ja3s", "hassh_server",
}

// errFound ends the reading of an input.
var errFound = errors.New("found")

// explainFlow gives an account of flow N of FILE#N.
func (p *program) explainFlow(a *account, what string) error {
	name, number := what, 1
	if i := strings.LastIndexByte(what, '#'); i >= 0 {
		if n, err := strconv.Atoi(what[i+1:]); err == nil && n > 0 {
			name, number = what[:i], n
		}
	}
	if _, err := os.Stat(name); err != nil {
		return usage(fmt.Sprintf("%q is neither a fingerprint nor a file", what))
	}
	r, inputs, err := p.newFlowReader([]string{name})
	if err != nil {
		return asUsage(err)
	}
	n := 0
	err = r.each(context.Background(), inputs, func(_ string, f *observe.Flow) error {
		if !f.Shows() {
			return nil
		}
		if n++; n < number {
			return nil
		}
		return errors.Join(errFound, a.flow(f))
	})
	if err == nil {
		return usage(fmt.Sprintf("%s has %d flows that show a fingerprint", name, n))
	}
	if joined := err.(interface{ Unwrap() []error }).Unwrap(); len(joined) == 1 {
		return r.result()
	}
	return err
}

// told are the kinds that an account of a flow tells of: one form of each message.
var told = append([]string{"tcp", "tls_server", "dtls_server", "ssh_server", "http_server", "smtp_server", "tcp_server"}, mainKinds...)

// An account is written of fingerprints.
type account struct {
	w       io.Writer
	index   *index.Index
	matcher *match.Matcher
}

// flow is an account of both ends.
func (a *account) flow(f *observe.Flow) error {
	fmt.Fprintf(a.w, "%s\n", f.Tuple())
	for end := range f.Ends {
		o := &f.Ends[end]
		if len(o.Fingerprints) == 0 {
			continue
		}
		result := a.matcher.Observe(*o)
		fmt.Fprintf(a.w, "\n%s: %s\n", side(o), describe(&result))
		for _, e := range result.Evidence {
			if tells(e) {
				fmt.Fprintf(a.w, "  %s\n", evidence(e))
			}
		}
		for _, fp := range ofKinds(o.Fingerprints, told) {
			fmt.Fprintln(a.w)
			if err := a.fingerprint(fp); err != nil {
				return err
			}
		}
	}
	return nil
}

// fingerprint is an account of one.
func (a *account) fingerprint(fp fingerprint.Fingerprint) error {
	fields, err := explain.Fields(fp)
	if err != nil {
		return asUsage(err)
	}
	fmt.Fprintf(a.w, "%s\n", printable(fp))
	for _, f := range fields {
		a.row(f.Name, strings.Join(f.Values, ", "))
	}
	if l, ok := explain.LibraryOf(fp); ok {
		a.row("library", l.Name+": "+l.Because)
	}
	if id, ok := a.index.Find(fp); ok {
		e, err := a.index.Entry(id)
		if err != nil {
			return err
		}
		a.row("known", known(&e))
		for _, line := range programs(&e) {
			a.row("", line)
		}
		return nil
	}
	a.row("known", "no")
	return a.nearest(fp)
}

// nearest tells of near fingerprints, and what differs.
func (a *account) nearest(fp fingerprint.Fingerprint) error {
	result := a.matcher.Observe(fingerprint.Observation{Fingerprints: []fingerprint.Fingerprint{fp}})
	for _, n := range result.Near[:min(len(result.Near), showNearest)] {
		id, ok := a.index.Find(n.Fingerprint)
		if !ok {
			continue
		}
		e, err := a.index.Entry(id)
		if err != nil {
			return err
		}
		a.row("near", fmt.Sprintf("distance %.3f: %s", n.Distance, strings.Join(programs(&e), "; ")))
		differences, err := explain.Diff(fp, e.Fingerprint)
		if err != nil {
			return err
		}
		for _, d := range differences {
			a.row("", "  "+difference(&d, "here", "there"))
		}
	}
	return nil
}

// nameWidth is that of the names in an account.
const nameWidth = 24

// row writes a name and a text that may go on in further lines.
func (a *account) row(name, text string) {
	for _, line := range wrap(printable(text), width-nameWidth) {
		fmt.Fprintf(a.w, "  %-*s %s\n", nameWidth-3, name, line)
		name = ""
	}
}

// wrap cuts a text into lines at spaces; a long word has a line of its own.
func wrap(text string, width int) (lines []string) {
	line := ""
	for i, word := range strings.Split(text, " ") {
		if i > 0 && len(line)+1+len(word) > width {
			lines, line = append(lines, line), word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// known is how often and when.
func known(e *fingerprint.Entry) string {
	s := fmt.Sprintf("%d flows", e.Count)
	if e.First != "" {
		s += ", " + e.First + " to " + e.Last
	}
	return s + ", from " + strings.Join(e.Sources, ", ")
}

// programs are those of an entry, all versions and systems of a name together.
func programs(e *fingerprint.Entry) (lines []string) {
	counts := make(map[string]uint64)
	versions := make(map[string][]string)
	var names []string
	for _, p := range e.Processes {
		if counts[p.Name] == 0 {
			names = append(names, p.Name)
		}
		counts[p.Name] += p.Count
		if p.Version != "" && !slices.Contains(versions[p.Name], p.Version) {
			versions[p.Name] = append(versions[p.Name], p.Version)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return int(counts[b]) - int(counts[a]) })
	for _, name := range names {
		line := fmt.Sprintf("%s %.0f %%", name, 100*float64(counts[name])/float64(max(e.Count, 1)))
		if len(versions[name]) > 0 {
			line += " (" + strings.Join(versions[name], ", ") + ")"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{"nobody's"}
	}
	return lines
}

func (p *program) diffCommand(status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "diff FINGERPRINT FINGERPRINT",
		Short: "Say what differs between two fingerprints",
		Args:  cobra.ExactArgs(2),
		Run: func(_ *cobra.Command, args []string) {
			*status = p.finish("fingerprint diff", p.diff(args[0], args[1]))
		},
	}
}

func (p *program) diff(a, b string) error {
	for _, s := range []*string{&a, &b} {
		fp, ok := asFingerprint(*s)
		if !ok {
			return usage(fmt.Sprintf("%q is no fingerprint", *s))
		}
		*s = fp
	}
	list, err := explain.Diff(a, b)
	if err != nil {
		return asUsage(err)
	}
	if len(list) == 0 {
		fmt.Fprintln(p.stdout, "the same")
	}
	for _, d := range list {
		fmt.Fprintln(p.stdout, printable(difference(&d, "first", "second")))
	}
	if distance, ok := match.Distance(a, b); ok {
		fmt.Fprintf(p.stdout, "distance: %.3f\n", distance)
	}
	return nil
}

// difference says in a line what differs in a field.
func difference(d *explain.Difference, a, b string) string {
	var parts []string
	if d.Order {
		parts = append(parts, "in another order")
	}
	if len(d.OnlyA) > 0 {
		parts = append(parts, "only "+a+" "+strings.Join(d.OnlyA, ", "))
	}
	if len(d.OnlyB) > 0 {
		parts = append(parts, "only "+b+" "+strings.Join(d.OnlyB, ", "))
	}
	return d.Name + ": " + strings.Join(parts, "; ")
}
