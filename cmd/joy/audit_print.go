package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"joy/audit"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/feature"
)

func (a *auditing) writer(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 64<<10) }

// end writes what is behind the last flow.
func (a *auditing) end(out *bufio.Writer) error {
	switch a.format {
	case "json":
		if err := a.jsonSummary(out); err != nil {
			return err
		}
	case "table":
		a.table(out)
	}
	return out.Flush()
}

// joyFlow writes the tls_sec of a flow with TLS, behind what names the flow.
func (a *auditing) joyFlow(out io.Writer, f *facts.Flow) error {
	sec := a.tlssec.Judge(f.TLS)
	if sec == nil {
		a.summary.Plain++
		return nil
	}
	a.summary.Network.Flows++
	a.summary.Network.Levels[joyVerdict(sec)]++
	b := feature.AppendString(append(a.line[:0], `{"sa":`...), f.SA)
	b = feature.AppendString(append(b, `,"da":`...), f.DA)
	b = fmt.Appendf(b, `,"pr":%d,"sp":%d,"dp":%d,"time_start":%.6f,"tls_sec":`, f.Pr, f.SP, f.DP, f.Start)
	a.line = append(sec.AppendJSON(b, false), '}', '\n')
	_, err := out.Write(a.line)
	return err
}

// joyVerdict is the level of a classification, as far as its name is one of ours.
func joyVerdict(s *audit.TLSSec) policy.Level {
	l, ok := policy.ParseLevel(s.Classification)
	if !ok {
		return policy.Unknown
	}
	return l
}

type jsonFinding struct {
	Rule     string `json:"rule"`
	About    string `json:"about"`
	Level    string `json:"level"`
	Where    string `json:"where"`
	Evidence string `json:"evidence"`
	Text     string `json:"text"`
	Source   string `json:"source,omitempty"`
	Flows    int64  `json:"flows,omitzero"`
}

func findingOf(f *audit.Finding) jsonFinding {
	return jsonFinding{Rule: f.Rule, About: f.About, Level: f.Level.String(), Where: f.Where, Evidence: f.Evidence, Text: f.Text, Source: f.Source}
}

type jsonFlow struct {
	Type     string        `json:"type"`
	SA       string        `json:"sa"`
	DA       string        `json:"da"`
	Pr       uint8         `json:"pr"`
	SP       uint16        `json:"sp"`
	DP       uint16        `json:"dp"`
	Start    float64       `json:"time_start"`
	Name     string        `json:"name,omitempty"`
	Protocol string        `json:"protocol"`
	Level    string        `json:"level"`
	Offer    string        `json:"offer,omitempty"`
	Findings []jsonFinding `json:"findings"`
	NotSeen  []string      `json:"not_seen,omitempty"`
}

func (a *auditing) jsonFlow(out io.Writer, f *facts.Flow, v *audit.Verdict) error {
	j := jsonFlow{
		Type: "flow", SA: f.SA, DA: f.DA, Pr: f.Pr, SP: f.SP, DP: f.DP, Start: f.Start, Name: nameOf(f),
		Protocol: v.Protocol, Level: v.Level.String(), Findings: []jsonFinding{}, NotSeen: v.NotSeen,
	}
	if v.Offer != policy.NotJudged {
		j.Offer = v.Offer.String()
	}
	for i := range v.Findings {
		j.Findings = append(j.Findings, findingOf(&v.Findings[i]))
	}
	return writeJSON(out, &j)
}

func nameOf(f *facts.Flow) string {
	if f.TLS != nil {
		return f.TLS.SNI
	}
	return ""
}

// writeJSON writes an object and the end of its line. Bytes of the wire that are
// no UTF-8 become the replacement character.
func writeJSON[T any](out io.Writer, v *T) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = out.Write(append(b, '\n'))
	}
	return err
}

type jsonCounts struct {
	Level    string           `json:"level"`
	Flows    int64            `json:"flows"`
	Levels   map[string]int64 `json:"levels"`
	First    float64          `json:"first"`
	Last     float64          `json:"last"`
	Findings []jsonFinding    `json:"findings"`
}

func countsOf(c *audit.Counts) jsonCounts {
	j := jsonCounts{Level: c.Worst.String(), Flows: c.Flows, Levels: levelsOf(&c.Levels), First: c.First, Last: c.Last, Findings: []jsonFinding{}}
	for _, n := range c.Sorted() {
		f := findingOf(&n.Finding)
		f.Flows = n.Flows
		j.Findings = append(j.Findings, f)
	}
	return j
}

func levelsOf(counts *[policy.Recommended + 1]int64) map[string]int64 {
	m := make(map[string]int64)
	for l, n := range counts {
		if n > 0 {
			m[policy.Level(l).String()] = n
		}
	}
	return m
}

func (a *auditing) jsonSummary(out io.Writer) error {
	type server struct {
		Type     string `json:"type"`
		Addr     string `json:"addr"`
		Port     uint16 `json:"port"`
		Pr       uint8  `json:"pr"`
		Name     string `json:"name,omitempty"`
		Protocol string `json:"protocol"`
		jsonCounts
	}
	for _, s := range a.summary.Servers() {
		j := server{"server", s.Addr, s.Port, s.Pr, s.Name, s.Protocol, countsOf(&s.Counts)}
		if err := writeJSON(out, &j); err != nil {
			return err
		}
	}
	type network struct {
		Type    string `json:"type"`
		Policy  string `json:"policy"`
		Version string `json:"policy_version"`
		jsonCounts
		Offers  map[string]int64 `json:"offers,omitempty"`
		Plain   int64            `json:"plain_flows"`
		NotKept int64            `json:"flows_of_servers_not_kept,omitzero"`
	}
	n := network{"network", a.policy.Name, a.policy.Version, countsOf(&a.summary.Network), nil, a.summary.Plain, a.summary.NotKept}
	if a.offers {
		n.Offers = levelsOf(&a.summary.Offers)
	}
	return writeJSON(out, &n)
}

// tableFlow writes a flow and its findings for people.
func tableFlow(out io.Writer, f *facts.Flow, v *audit.Verdict) error {
	from := net.JoinHostPort(f.SA, strconv.Itoa(int(f.SP)))
	to := net.JoinHostPort(f.DA, strconv.Itoa(int(f.DP)))
	_, err := fmt.Fprintf(out, "%s %s %s > %s %s %s\n", stamp(time.Unix(int64(f.Start), 0).UTC()), v.Level, from, to, v.Protocol, printable(nameOf(f)))
	for i := range v.Findings {
		g := &v.Findings[i]
		fmt.Fprintf(out, "    %s\t%s: %s: %s\n", g.Level, g.Rule, g.Where, printable(g.Evidence))
	}
	return err
}

// table writes the summary for people.
func (a *auditing) table(out io.Writer) {
	s := &a.summary
	fmt.Fprintf(out, "Policy: %s (%s, %s)\n", a.policy.Name, a.policy.Title, a.policy.Version)
	fmt.Fprintf(out, "Flows: %d with cryptography: %s; %d without\n", s.Network.Flows, inWords(&s.Network.Levels), s.Plain)
	if a.offers {
		fmt.Fprintf(out, "Offers of clients: %s\n", inWords(&s.Offers))
	}
	a.tableFindings(out)
	a.tableServers(out)
}

// inWords are levels and their counts, the worst first.
func inWords(counts *[policy.Recommended + 1]int64) string {
	var list []string
	for l := policy.Avoid; l <= policy.Recommended; l++ {
		if counts[l] > 0 {
			list = append(list, fmt.Sprintf("%d %s", counts[l], l))
		}
	}
	if counts[policy.NotJudged] > 0 {
		list = append(list, fmt.Sprintf("%d not judged", counts[policy.NotJudged]))
	}
	if list == nil {
		return "none"
	}
	return strings.Join(list, ", ")
}

func (a *auditing) tableFindings(out io.Writer) {
	list := a.summary.Network.Sorted()
	if len(list) == 0 {
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nFLOWS\tLEVEL\tRULE\tWHERE\tFOR EXAMPLE\n")
	for _, n := range list {
		f := &n.Finding
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", n.Flows, f.Level, f.Rule, f.Where, cell(f.Evidence))
	}
	_ = t.Flush() // an error of out comes again
	fmt.Fprintln(out)
	told := make(map[string]bool)
	for _, n := range list {
		f := &n.Finding
		if key := f.Rule + f.About; !told[key] {
			told[key] = true
			source := ""
			if f.Source != "" {
				source = " (" + f.Source + ")"
			}
			fmt.Fprintf(out, "%s: %s%s\n", ruleName(f), f.Text, source)
		}
	}
}

// ruleName is the name of a rule, with what it is about when it does not say so.
func ruleName(f *audit.Finding) string {
	if f.Rule == audit.Unknown {
		return "unknown " + f.About
	}
	return f.Rule
}

func (a *auditing) tableServers(out io.Writer) {
	list := a.summary.Servers()
	more := 0
	if a.top > 0 && len(list) > a.top {
		more = len(list) - a.top
		list = list[:a.top]
	}
	if len(list) == 0 {
		return
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\nSERVER\tPROTOCOL\tNAME\tLEVEL\tFLOWS\tRULES\n")
	for _, s := range list {
		var rules []string
		for _, n := range s.Sorted() {
			if name := ruleName(&n.Finding); len(rules) == 0 || rules[len(rules)-1] != name {
				rules = append(rules, name)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\n", net.JoinHostPort(s.Addr, strconv.Itoa(int(s.Port))), s.Protocol, cell(s.Name), s.Worst, s.Flows, cell(strings.Join(rules, ", ")))
	}
	_ = t.Flush()
	if more > 0 {
		fmt.Fprintf(out, "%d more servers (--top 0 shows all)\n", more)
	}
	if a.summary.NotKept > 0 {
		fmt.Fprintf(out, "%d flows of servers beyond the first %d\n", a.summary.NotKept, audit.MaxServers)
	}
}

// cell is a text that fits a table.
func cell(s string) string {
	const most = 100
	r := []rune(strings.ReplaceAll(printable(s), "\t", " "))
	if len(r) > most {
		r = append(r[:most-3], '.', '.', '.')
	}
	if len(r) == 0 {
		return "-"
	}
	return string(r)
}
