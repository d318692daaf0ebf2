package main

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"joy/fingerprint"
	"joy/fingerprint/match"
	"joy/fingerprint/observe"
)

// A naming writes a line for each end of a flow that shows a fingerprint.
type naming struct {
	*program
	db      string
	asJSON  bool
	servers bool
	unknown bool

	w       *bufio.Writer
	matcher *match.Matcher
}

func (n *naming) flags(c *cobra.Command) {
	dbFlag(c, &n.db)
	f := c.Flags()
	f.BoolVar(&n.asJSON, "json", false, "write JSON lines, with all evidence")
	f.BoolVar(&n.servers, "servers", false, "name the software of servers too")
	f.BoolVar(&n.unknown, "unknown", false, "only ends whose software is not known")
}

// run is the command.
func (n *naming) run(args []string) error {
	x, base, err := openBase(n.db)
	if err != nil {
		return err
	}
	defer x.Close()
	r, inputs, err := n.newFlowReader(args)
	if err != nil {
		return asUsage(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	n.w, n.matcher = bufio.NewWriter(n.stdout), base.Matcher()
	if !n.asJSON {
		fmt.Fprintf(n.w, nameRow, "first packet", "client > server", "name", "software", "score", "how", "evidence")
	}
	if err := r.each(ctx, inputs, n.flow); err != nil {
		return err
	}
	return errors.Join(n.w.Flush(), r.result())
}

// nameRow is a line of the table.
const nameRow = "%-20s  %-47s  %-28s  %-32s  %5s  %-11s  %s\n"

// flow names the software of a flow.
func (n *naming) flow(file string, f *observe.Flow) error {
	for end := range f.Ends {
		o := &f.Ends[end]
		if len(o.Fingerprints) == 0 || o.Server && !n.servers || onlySyn(o) {
			continue
		}
		result := n.matcher.Observe(*o)
		if n.unknown && result.Status != match.Unknown {
			continue
		}
		if err := n.write(file, f, o, &result); err != nil {
			return err
		}
	}
	return nil
}

// onlySyn: such an end tells of its system alone.
func onlySyn(o *fingerprint.Observation) bool {
	for _, fp := range o.Fingerprints {
		if !strings.HasPrefix(fp, "tcp") {
			return false
		}
	}
	return true
}

// named is a line of JSON.
type named struct {
	File   string       `json:"file"`
	Start  float64      `json:"time_start"`
	SA     string       `json:"sa"`
	SP     uint16       `json:"sp"`
	DA     string       `json:"da"`
	DP     uint16       `json:"dp"`
	Pr     uint8        `json:"pr"`
	Side   string       `json:"side"`
	Name   string       `json:"name,omitempty"`
	Result match.Result `json:"analysis"`
}

func (n *naming) write(file string, f *observe.Flow, o *fingerprint.Observation, r *match.Result) error {
	if n.asJSON {
		line, err := json.Marshal(&named{file, f.Start, f.SA.String(), f.SP, f.DA.String(), f.DP, f.Pr, side(o), o.Context.Name, *r})
		_, failed := n.w.Write(append(line, '\n'))
		return errors.Join(err, failed)
	}
	score := r.Unseen
	if r.Status != match.Unknown {
		score = r.Answer.Probability
	}
	what := describe(r)
	if o.Server {
		what = "server: " + what
	}
	_, err := fmt.Fprintf(n.w, nameRow, clock(f.Start), f.Tuple(), printable(o.Context.Name), what, strconv.FormatFloat(score, 'f', 2, 64), how(r), because(r))
	return err
}

func side(o *fingerprint.Observation) string {
	if o.Server {
		return "server"
	}
	return "client"
}

// describe is the software in words.
func describe(r *match.Result) string {
	p := &r.Answer
	if r.Status == match.Unknown {
		if len(r.Others) > 0 {
			return "unknown (" + printable(r.Others[0].Name) + "?)"
		}
		return "unknown"
	}
	s := p.Name
	if p.Version != "" {
		s += " " + p.Version
	}
	if p.OS != "" {
		s += " on " + p.OS
	}
	return printable(s)
}

// how is the kind of the fingerprint and the way of the match.
func how(r *match.Result) string {
	kind, _, _ := strings.Cut(r.Fingerprint, "/")
	if r.Status == match.Approximate {
		return fmt.Sprintf("%s ~%.2f", kind, r.Distance)
	}
	return kind
}

// because is the strongest evidence.
func because(r *match.Result) string {
	var parts []string
	for _, e := range r.Evidence {
		if tells(e) {
			parts = append(parts, evidence(e))
		}
	}
	return strings.Join(parts, ", ")
}

// tells is false for what is as probable one way as the other.
func tells(e match.Evidence) bool { return e.Factor < 0.95 || e.Factor > 1.05 }

// evidence is a feature and how much more probable it makes the answer.
func evidence(e match.Evidence) string {
	what := string(e.Feature)
	if e.Value != "" {
		what += " " + e.Value
	}
	return printable(fmt.Sprintf("%s ×%.3g", what, e.Factor))
}
