package report

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"joy/audit/policy"
	"joy/audit/suite"
	"joy/detect/finding"
	"joy/plot"
	"joy/proto/tls"
)

// A View says what a page has beyond what was counted.
type View struct {
	Title   string // "Flow report" for none
	Program string
	Top     int // rows of a table, 20 for 0
	Files   []string
	Policy  string // its name and version
	// Findings are those of joy detect, the strongest first, Limits the bounds that
	// it has reached.
	Findings []finding.Finding
	Limits   []finding.Bound
	Detected bool // false: nobody looked for findings
}

// Page makes the page of what was counted.
func (a *Aggregate) Page(v View) *Page {
	if v.Title == "" {
		v.Title = "Flow report"
	}
	if v.Top <= 0 {
		v.Top = 20
	}
	p := &Page{Title: plain(v.Title), Program: v.Program, Top: v.Top}
	p.Sections = append(p.Sections, a.summary(&v), findingsSection(&v), a.qualitySection())
	if a.records == 0 {
		return p
	}
	p.Sections = append(p.Sections, a.trafficSection(), a.hostsSection(&v), a.protocolsSection(&v), a.shapesSection())
	for _, s := range []Section{
		a.cryptoSection(&v), a.tlsSection(&v), a.dnsSection(&v), a.webSection(&v), a.sshSection(&v), a.softwareSection(&v), a.notableSection(),
	} {
		if len(s.Tables)+len(s.Pictures)+len(s.Parts) > 0 {
			p.Sections = append(p.Sections, s)
		}
	}
	return p
}

func (a *Aggregate) summary(v *View) Section {
	s := Section{ID: "summary", Title: "Summary"}
	t := Table{Caption: "What was read", Head: []string{"", ""}}
	add := func(name, value string) { t.Rows = append(t.Rows, row(Cell{Text: name}, Cell{Text: value})) }
	files := make([]string, 0, maxFiles)
	for _, f := range v.Files[:min(len(v.Files), maxFiles)] {
		files = append(files, plain(f))
	}
	list := strings.Join(files, ", ")
	if n := len(v.Files) - maxFiles; n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	add("Files", list)
	add("Flow records", grouped(a.records)+", of flows begun "+grouped(a.begun))
	if a.records > 0 {
		add("First packet", moment(a.first))
		add("Last packet", moment(a.last)+", "+lasting(a.last-a.first)+" later")
	}
	add("Packets", grouped(a.packets[0])+" from sa, "+grouped(a.packets[1])+" from da")
	add("Bytes of payload", grouped(a.bytes[0])+" from sa, "+grouped(a.bytes[1])+" from da")
	hosts, exactly := a.hosts.distinct()
	about := ""
	if !exactly {
		about = "about "
	}
	add("Addresses", about+grouped(hosts))
	add("Records in which only sa sends", grouped(a.oneSided))
	if v.Detected {
		add("Findings", grouped(uint64(len(v.Findings))))
	}
	if judged := a.crypto.sum(); judged > 0 {
		add("Cryptography to be avoided", grouped(a.crypto.levels[policy.Avoid])+" of "+grouped(judged)+" records that have any")
	}
	t.Head = nil
	s.Tables = []Table{t}
	return s
}

// maxFiles is how many files are named.
const maxFiles = 20

func (a *Aggregate) qualitySection() Section {
	q := &a.quality
	s := Section{ID: "quality", Title: "Data quality", Intro: []string{"What may be missing or wrong in the numbers of this page."}}
	t := Table{Caption: "In the flow records", Head: []string{"what", "how many"}}
	add := func(what string, n uint64) {
		r := row(Cell{Text: what}, number(n))
		if n > 0 {
			r.Mark = "odd"
		}
		t.Rows = append(t.Rows, r)
	}
	add("lines that could not be read", q.unreadable)
	add("records written early for lack of resources", q.evicted)
	add("records whose contents were lost, cut off or malformed in part (TLS)", q.damaged)
	add("records with packets that have a malformed or cut header", q.withInvalid)
	add("such packets", q.invalid)
	add("packets whose contents were not looked at under load", q.shed)
	add("retransmitted TCP segments, left out of the features", q.retransmitted)
	add("records that list not all of their packets with payload", q.cut)
	s.Tables = append(s.Tables, t)
	if q.runs.any {
		t := Table{Caption: "As joy counted while it captured", Note: "From the records of statistics among the flows, and from captures read here.", Head: t.Head}
		for i, n := range q.runs.sums() {
			r := row(Cell{Text: counted[i].meaning}, number(n))
			if bad := counted[i].key; n > 0 && i > 0 && bad != "packets" && bad != "flows" && bad != "records" && bad != "filtered_out" {
				r.Mark = "odd"
			}
			t.Rows = append(t.Rows, r)
		}
		s.Tables = append(s.Tables, t)
	} else {
		s.Intro = append(s.Intro, "The files have no records of statistics: what the capture itself lost is not known here.")
	}
	if len(q.complaints) > 0 {
		t := Table{Caption: "Input that is damaged", Note: fmt.Sprintf("The first %d at most.", maxComplaints)}
		for _, c := range q.complaints {
			t.Rows = append(t.Rows, Row{Mark: "bad", Cells: []Cell{text(c)}})
		}
		s.Tables = append(s.Tables, t)
	}
	return s
}

// findingsSection shows what joy detect has found.
func findingsSection(v *View) Section {
	s := Section{ID: "findings", Title: "Findings", Intro: []string{
		"What somebody should look at, by joy detect. The score is how strong the evidence is, from 0 to 1, and not how bad it would be: 0.5 is the threshold of its kind (docs/detect.md, also on how often it is wrong).",
	}}
	switch {
	case !v.Detected:
		s.Intro = []string{"Nobody looked for findings here; joy detect does."}
	case len(v.Findings) == 0:
		s.Intro = append(s.Intro, "Nothing was found.")
	}
	t := Table{Caption: "Findings, the strongest first", Head: []string{"finding", "kind", "score", "flows", "from", "to", "evidence", "flow_id"}}
	if n := len(v.Findings) - v.Top; n > 0 {
		t.Note = fmt.Sprintf("%s more are not shown; joy detect has all.", grouped(uint64(n)))
	}
	for _, f := range v.Findings[:min(v.Top, len(v.Findings))] {
		evidence := make([]string, 0, len(f.Evidence))
		for _, e := range f.Evidence {
			evidence = append(evidence, plain(e.Name)+" "+plain(e.Value))
		}
		id := ""
		if len(f.Flows) > 0 {
			id = f.Flows[0]
		}
		t.Rows = append(t.Rows, Row{Mark: "odd", Cells: []Cell{
			text(f.Title), text(f.Kind),
			{Text: strconv.FormatFloat(f.Score, 'f', 2, 64), Number: true},
			number(f.Count),
			{Text: moment(f.First)},
			{Text: moment(f.Last)},
			{Text: plot.Printable(strings.Join(evidence, ", "), 400)},
			text(id),
		}})
	}
	s.add(t)
	if len(t.Rows) > 0 {
		s.Intro = append(s.Intro, "joy plot packets --flow FLOW_ID FILE... draws the flow of a finding.")
	}
	b := Table{Caption: "Limits that the search has reached", Head: []string{"table", "limit", "given up"}}
	for _, l := range v.Limits {
		b.Rows = append(b.Rows, row(text(l.Name), number(uint64(l.Limit)), number(l.Left)))
	}
	s.add(b)
	return s
}

// busiest are the protocols by bytes.
func (a *Aggregate) busiest() []*app {
	return slices.SortedFunc(maps.Values(a.apps), func(x, y *app) int {
		return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(y.Records, x.Records), strings.Compare(x.Key, y.Key))
	})
}

// shown is how many protocols the picture of traffic shows on their own.
const shown = 6

func (a *Aggregate) trafficSection() Section {
	s := Section{ID: "traffic", Title: "Traffic over time", Intro: []string{
		"The bytes of a record are spread evenly over the time from its first to its last packet.",
	}}
	s.Pictures = append(s.Pictures, picture(a.Traffic().Draw(plot.Size{})), picture(a.Arrivals().Draw(plot.Size{Height: 200})))
	return s
}

// Traffic is the bytes over time, by protocol.
func (a *Aggregate) Traffic() *plot.Traffic {
	t := &plot.Traffic{Title: "Bytes over time by protocol", Unit: "bytes of payload"}
	all := a.traffic.clone()
	begin, n, ok := all.steady(maxSteps)
	if !ok {
		return t
	}
	t.Start, t.Step = float64(begin*widths[all.width])/1e9, float64(widths[all.width])/1e9
	rest := all.values(begin, n)
	list := a.busiest()
	for _, p := range list[:min(shown, len(list))] {
		if p.Weight == 0 {
			break
		}
		steps := p.traffic.clone()
		steps.widenTo(all.width)
		values := steps.values(begin, n)
		for i, v := range values {
			rest[i] -= v
		}
		t.Series = append(t.Series, plot.Values{Name: p.Key, Values: values})
	}
	if len(list) > shown {
		t.Series = append(t.Series, plot.Values{Name: "other", Values: rest})
	}
	return t
}

// Arrivals is how many records begin over time.
func (a *Aggregate) Arrivals() *plot.Traffic {
	t := &plot.Traffic{Title: "Flow records over time, by their first packet", Unit: "records"}
	all := a.arrivals.clone()
	if begin, n, ok := all.steady(maxSteps); ok {
		t.Start, t.Step = float64(begin*widths[all.width])/1e9, float64(widths[all.width])/1e9
		t.Series = plot.Series{{Name: "records", Values: all.values(begin, n)}}
	}
	return t
}

// clone is a copy that can be widened.
func (s *series) clone() series {
	c := *s
	c.steps = slices.Clone(s.steps)
	return c
}

// steady widens until all steps from the first to the last are at most as many,
// and returns the first and their number.
func (s *series) steady(most int) (begin int64, n int, ok bool) {
	for {
		first, last, ok := s.span()
		if !ok {
			return 0, 0, false
		}
		if last-first < int64(most) || s.width == len(widths)-1 {
			return first, int(min(last-first+1, int64(most))), true
		}
		s.widen()
	}
}

func (a *Aggregate) hostsSection(v *View) Section {
	s := Section{ID: "hosts", Title: "Hosts"}
	hosts, pairs := a.hosts.top(v.Top), a.pairs.top(v.Top)
	s.Pictures = append(s.Pictures, picture(a.Talkers(min(v.Top, 10)).Draw(plot.Size{Width: half.Width})))
	if h := a.Hours(v.Top); len(h.Columns) > 1 {
		s.Pictures = append(s.Pictures, picture(h.Draw(plot.Size{Width: half.Width})))
	}
	t := Table{Caption: "Top talkers, by bytes", Note: a.hosts.estimate("bytes"), Head: []string{"address", "bytes sent", "bytes received", "records", "packets of both sides", "first seen", "last seen"}}
	for _, e := range hosts {
		t.Rows = append(t.Rows, row(text(e.Key), e.atLeast(e.Out), e.atLeast(e.In), e.atLeast(e.Records), e.atLeast(e.Packets), at(e.First), at(e.Last)))
	}
	p := Table{Caption: "Top pairs, by bytes", Note: a.pairs.estimate("bytes"), Head: []string{"from sa to da", "bytes from sa", "bytes from da", "records", "packets"}}
	for _, e := range pairs {
		p.Rows = append(p.Rows, row(text(e.Key), e.atLeast(e.Out), e.atLeast(e.In), e.atLeast(e.Records), e.atLeast(e.Packets)))
	}
	s.Tables = []Table{t, p}
	return s
}

// Talkers are the busiest hosts.
func (a *Aggregate) Talkers(n int) *plot.Bars {
	b := &plot.Bars{Title: "Top talkers", Unit: "bytes of payload", Series: plot.Series{{Name: "sent"}, {Name: "received"}}}
	for _, e := range a.hosts.top(n) {
		b.Labels = append(b.Labels, plain(e.Key))
		b.Series[0].Values = append(b.Series[0].Values, float64(e.Out))
		b.Series[1].Values = append(b.Series[1].Values, float64(e.In))
	}
	return b
}

// Ports are the busiest ports of da.
func (a *Aggregate) Ports(n int) *plot.Bars {
	b := &plot.Bars{Title: "Top ports of da", Unit: "bytes of payload", Series: plot.Series{{Name: "from sa"}, {Name: "from da"}}}
	for _, e := range a.ports.top(n) {
		b.Labels = append(b.Labels, plain(e.Key))
		b.Series[0].Values = append(b.Series[0].Values, float64(e.Out))
		b.Series[1].Values = append(b.Series[1].Values, float64(e.In))
	}
	return b
}

// Hours is when the busiest hosts were busy.
func (a *Aggregate) Hours(n int) *plot.HeatMap {
	h := &plot.HeatMap{Title: "Top talkers over time", Axis: "time, UTC"}
	all := a.traffic.clone()
	begin, columns, ok := all.steady(maxHours)
	if !ok {
		return h
	}
	h.Unit = "bytes of payload, sent and received, each " + lasting(widths[all.width])
	layout := "15:04:05"
	switch w := widths[all.width]; {
	case w >= 24*hour:
		layout = "2006-01-02"
	case int64(columns)*w > 24*hour:
		layout = "01-02 15h"
	case w >= 60*second:
		layout = "15:04"
	}
	for i := range int64(columns) {
		h.Columns = append(h.Columns, timeOf((begin+i)*widths[all.width]).Format(layout))
	}
	for _, e := range a.hosts.top(n) {
		steps := e.hours.clone()
		steps.widenTo(all.width)
		h.Rows = append(h.Rows, plain(e.Key))
		h.Cells = append(h.Cells, steps.values(begin, columns))
	}
	return h
}

func (a *Aggregate) protocolsSection(v *View) Section {
	s := Section{ID: "protocols", Title: "Protocols and ports", Intro: []string{
		"A protocol is what joy recognised by contents; in brackets, what carries flows of which nothing was recognised.",
	}}
	t := Table{Caption: "Protocols, by bytes", Head: []string{"protocol", "records", "packets", "bytes from sa", "bytes from da", "share of bytes"}}
	list := a.busiest()
	for _, p := range list[:min(v.Top, len(list))] {
		t.Rows = append(t.Rows, row(text(p.Key), number(p.Records), number(p.Packets), number(p.Out), number(p.In), share(p.Weight, a.bytes[0]+a.bytes[1])))
	}
	p := Table{Caption: "Ports of da, by bytes", Note: a.ports.estimate("bytes"), Head: []string{"port", "records", "packets", "bytes from sa", "bytes from da", "share of bytes"}}
	for _, e := range a.ports.top(v.Top) {
		p.Rows = append(p.Rows, row(text(e.Key), e.atLeast(e.Records), e.atLeast(e.Packets), e.atLeast(e.Out), e.atLeast(e.In), share(e.Weight, a.bytes[0]+a.bytes[1])))
	}
	s.Tables = []Table{t, p}
	return s
}

// half is how large a picture is that stands beside another one.
var half = plot.Size{Width: 516, Height: 250}

func (a *Aggregate) shapesSection() Section {
	s := Section{ID: "shapes", Title: "Lengths and times", Intro: []string{
		"Counted exactly, in bins that are at most an eighth wide. The lengths and times of packets are those that the records list.",
	}}
	for _, d := range []*plot.Distribution{a.Lengths(), a.Waits(), a.Sizes(), a.Durations()} {
		s.Pictures = append(s.Pictures, picture(d.Draw(half)))
	}
	return s
}

// Lengths are those of packets.
func (a *Aggregate) Lengths() *plot.Distribution {
	return a.lengths.draw(&plot.Distribution{Title: "Lengths of packets", Unit: "packets", Axis: "bytes of payload"}, 1)
}

// Waits are the times between packets of a flow.
func (a *Aggregate) Waits() *plot.Distribution {
	return a.waits.draw(&plot.Distribution{Title: "Times between packets of a flow", Unit: "packets", Axis: "time since the packet before", Name: plot.Duration}, 1e-3)
}

// Sizes are the bytes of records.
func (a *Aggregate) Sizes() *plot.Distribution {
	return a.sizes.draw(&plot.Distribution{Title: "Sizes of flow records", Unit: "records", Axis: "bytes of payload, both sides"}, 1)
}

// Durations are how long records last.
func (a *Aggregate) Durations() *plot.Distribution {
	return a.lasting.draw(&plot.Distribution{Title: "Durations of flow records", Unit: "records", Axis: "time from the first to the last packet", Name: plot.Duration}, 1e-3)
}

func (a *Aggregate) cryptoSection(v *View) Section {
	c := &a.crypto
	s := Section{ID: "crypto", Title: "Cryptography"}
	sum := c.sum()
	if sum == 0 {
		return s
	}
	s.Intro = []string{"Judged by the policy " + plain(v.Policy) + ", as joy audit does (docs/audit.md), with the validity of certificates as of the full hour before the flow. A record has the level of the worst thing in it."}
	t := Table{Caption: "Records by level", Head: []string{"level", "records", "share"}}
	for l := policy.NotJudged; l <= policy.Recommended; l++ {
		if n := c.levels[l]; n > 0 {
			r := row(Cell{Text: l.String()}, number(n), share(n, sum))
			r.Mark = markOf(l)
			t.Rows = append(t.Rows, r)
		}
	}
	s.Tables = append(s.Tables, t)
	rules := slices.SortedFunc(maps.Values(c.rules), func(x, y *rule) int {
		return cmp.Or(cmp.Compare(x.level, y.level), cmp.Compare(y.flows, x.flows), strings.Compare(x.ruleKey.rule, y.ruleKey.rule), strings.Compare(x.about, y.about), strings.Compare(x.where, y.where))
	})
	if len(rules) > 0 {
		r := Table{Caption: "What was found, the worst first", Head: []string{"rule", "level", "where", "records", "first evidence", "why", "source"}}
		if n := len(rules) - v.Top; n > 0 || c.left > 0 {
			r.Note = fmt.Sprintf("%d more rules are not shown; joy audit has all.", max(n, 0))
		}
		for _, x := range rules[:min(v.Top, len(rules))] {
			r.Rows = append(r.Rows, Row{Mark: markOf(x.level), Cells: []Cell{text(x.rule), text(x.level.String()), text(x.where), number(x.flows), text(x.evidence), text(x.text), text(x.source)}})
		}
		s.Tables = append(s.Tables, r)
	}
	if len(c.servers.entries) > 0 {
		r := Table{Caption: "Servers with concerns, by records", Note: c.servers.estimate("records"), Head: []string{"address, port and name", "records to be avoided or legacy", "worst", "first rule"}}
		for _, e := range c.servers.top(v.Top) {
			r.Rows = append(r.Rows, row(text(e.Key), e.atLeast(e.Records), text(e.Note[0]), text(e.Note[1])))
		}
		s.Tables = append(s.Tables, r)
	}
	return s
}

// sum is how many records show any cryptography.
func (c *cryptography) sum() (n uint64) {
	for _, k := range c.levels {
		n += k
	}
	return n
}

func markOf(l policy.Level) string {
	switch l {
	case policy.Avoid:
		return "bad"
	case policy.Legacy, policy.Unknown:
		return "odd"
	}
	return ""
}

// versionNames are those of Joy's numbers.
var versionNames = []string{"", "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1 or DTLS 1.0", "TLS or DTLS 1.2", "TLS or DTLS 1.3"}

// by makes a table of records by key.
func (t *table) by(caption, key string, top int, more ...string) Table {
	r := Table{Caption: caption, Note: t.estimate("records"), Head: append([]string{key, "records", "bytes from sa", "bytes from da"}, more...)}
	for _, e := range t.top(top) {
		cells := []Cell{text(e.Key), e.atLeast(e.Records), e.atLeast(e.Out), e.atLeast(e.In)}
		for i := range more {
			cells = append(cells, text(e.Note[i]))
		}
		r.Rows = append(r.Rows, row(cells...))
	}
	return r
}

// add takes tables that have rows.
func (s *Section) add(list ...Table) {
	for _, t := range list {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
}

func (a *Aggregate) tlsSection(v *View) Section {
	s := Section{ID: "tls", Title: "TLS"}
	versions := a.versions.by("Versions that servers selected", "version", v.Top)
	for i, e := range a.versions.top(v.Top) {
		name := "number " + strconv.Itoa(int(e.Key[0]))
		if n := int(e.Key[0]); n < len(versionNames) {
			name = versionNames[n]
		}
		versions.Rows[i].Cells[0] = Cell{Text: name}
	}
	suites := a.suites.by("Cipher suites that servers selected", "suite", v.Top)
	for i := range suites.Rows {
		c := &suites.Rows[i].Cells[0]
		if n, err := strconv.ParseUint(c.Text, 16, 16); err == nil {
			if known, ok := suite.Lookup(tls.Code(n)); ok {
				c.Text = known.Name + " (" + c.Text + ")"
			}
		}
	}
	certificates := Table{
		Caption: "Certificates of servers, by records", Note: a.certificates.estimate("records"),
		Head: []string{"subject", "records", "issuer", "key", "not before", "not after", "SHA-256"},
	}
	for _, e := range a.certificates.top(v.Top) {
		certificates.Rows = append(certificates.Rows, row(text(e.Note[0]), e.atLeast(e.Records), text(e.Note[1]), text(e.Note[2]), text(e.Note[3]), text(e.Note[4]), text(e.Key)))
	}
	s.add(versions, suites, a.names.by("Names that clients asked for (SNI)", "name", v.Top), a.ja4s.by("Fingerprints of clients (JA4)", "JA4", v.Top, "protocol"), certificates)
	return s
}

func (a *Aggregate) dnsSection(v *View) Section {
	s := Section{ID: "dns", Title: "DNS names"}
	t := Table{Caption: "Names in DNS messages, by messages", Note: a.domains.estimate("messages"), Head: []string{"name", "messages", "answers that are errors", "records from", "to"}}
	for _, e := range a.domains.top(v.Top) {
		t.Rows = append(t.Rows, row(text(cmp.Or(e.Key, "(no name)")), e.atLeast(e.Weight), e.atLeast(e.In), at(e.First), at(e.Last)))
	}
	c := Table{Caption: "Response codes", Head: []string{"code", "answers"}}
	for _, e := range a.lookupCodes.top(v.Top) {
		name := e.Key
		if n, err := strconv.Atoi(e.Key); err == nil && n < len(codeNames) {
			name = codeNames[n] + " (" + e.Key + ")"
		}
		c.Rows = append(c.Rows, row(text(name), e.atLeast(e.Weight)))
	}
	s.add(t, c)
	return s
}

// codeNames are those of RFC 1035 and RFC 2136.
var codeNames = []string{"no error", "format error", "server failure", "no such name", "not implemented", "refused"}

func (a *Aggregate) webSection(v *View) Section {
	s := Section{ID: "http", Title: "HTTP"}
	list := func(t *table, caption, key string) Table {
		r := Table{Caption: caption, Note: t.estimate("requests"), Head: []string{key, "requests", "first seen", "last seen"}}
		for _, e := range t.top(v.Top) {
			r.Rows = append(r.Rows, row(text(e.Key), e.atLeast(e.Weight), at(e.First), at(e.Last)))
		}
		return r
	}
	s.add(list(a.webHosts, "Hosts, by requests", "host"), list(a.agents, "User agents, by requests", "user agent"), list(a.servers, "Servers, by responses", "server"))
	return s
}

func (a *Aggregate) sshSection(v *View) Section {
	s := Section{ID: "ssh", Title: "SSH"}
	s.add(a.sshClients.by("Clients, by records", "software", v.Top, "first HASSH"), a.sshServers.by("Servers, by records", "software", v.Top, "first HASSH"))
	return s
}

func (a *Aggregate) softwareSection(v *View) Section {
	s := Section{ID: "software", Title: "Software and processes"}
	s.add(a.software.by("Software by fingerprints (docs/fingerprint-command.md)", "program", v.Top, "kind of fingerprint", "warning", "match"),
		a.programs.by("Processes of the capturing machine", "program", v.Top, "first SHA-256"))
	return s
}

func (a *Aggregate) notableSection() Section {
	s := Section{ID: "flows", Title: "Flows that stand out"}
	seen := make(map[uint64]bool)
	for i := range measures {
		for k, n := range a.notable.by[i] {
			if !seen[n.number] {
				seen[n.number] = true
				s.Parts = append(s.Parts, n.part(fmt.Sprintf("No. %d by: %s", k+1, measures[i].name)))
			}
		}
	}
	return s
}

// part shows a flow.
func (n *notableFlow) part(why string) Section {
	var f Facts
	if f.Take(n.line) != nil {
		return Section{}
	}
	p := Section{Title: f.tuple(), Intro: []string{why + fmt.Sprintf(" (record %s of the input)", grouped(n.number))}}
	d := Table{Caption: "The record"}
	add := func(name, value string) {
		if value != "" {
			d.Rows = append(d.Rows, row(Cell{Text: name}, Cell{Text: value}))
		}
	}
	add("flow_id", plain(string(f.ID))+", segment "+strconv.Itoa(int(f.Segment)))
	add("begins", moment(f.Start)+", lasts "+lasting(f.End-f.Start))
	add("carries", plain(f.protocol()))
	add("from sa", grouped(f.BytesOut)+" bytes, "+grouped(f.PktsOut)+" packets")
	add("from da", grouped(f.BytesIn)+" bytes, "+grouped(f.PktsIn)+" packets")
	add("server name", plain(string(f.tls.name)))
	add("JA4", plain(string(f.tls.ja4)))
	if len(f.lookups) > 0 {
		add("first DNS name", plain(string(f.lookups[0].name)))
	}
	if len(f.requests) > 0 {
		add("first HTTP host", plain(string(f.requests[0].host)))
	}
	for i, end := range []string{"sa", "da"} {
		add("process of "+end, plain(string(f.programs[i].name)))
		add("software of "+end, plain(strings.TrimSpace(string(f.software[i].process)+" "+string(f.software[i].version))))
	}
	p.Tables = []Table{d}
	p.Pictures = []template.HTML{picture(f.Packets().Draw(half))}
	if b := f.Bytes(); len(b.Counts) > 0 {
		p.Pictures = append(p.Pictures, picture(b.Draw(half)))
	}
	return p
}
