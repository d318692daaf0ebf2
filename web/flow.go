package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"joy/audit"
	"joy/audit/facts"
	"joy/plot"
	"joy/query/flow"
	"joy/query/value"
)

// A flowPage is all that is known of a flow.
type flowPage struct {
	File            fileLine
	Number          int
	Back            string
	Earlier, Later  string // neighbours in the list
	JSON            string
	Packets         string // address of its packets, "" if there is no capture
	Title           string
	Facts           []fact
	Picture         template.HTML
	PacketList      []packetLine
	PacketsLeft     bool
	Bytes           template.HTML
	Crypto          *crypto
	Ends            []end
	Sections        []section
	Src, Dst, Proto string
}

// A fact is something in words.
type fact struct{ Name, Value string }

type packetLine struct {
	Number int
	From   string
	Bytes  string
	At     string // milliseconds since the start
}

// record reads the flow that a request is about.
func (s *Server) record(w http.ResponseWriter, r *http.Request) (f *file, n int, line []byte, err error) {
	if f, err = s.request(w, r); f == nil {
		return nil, 0, nil, err
	}
	n, err = strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(f.rows) {
		return nil, 0, nil, errNotFound
	}
	_, release, err := f.use(r.Context())
	if err != nil {
		return nil, 0, nil, err
	}
	defer release()
	line, err = f.line(n, nil)
	return f, n, line, err
}

// flowJSON is the line as it is.
func (s *Server) flowJSON(w http.ResponseWriter, r *http.Request) error {
	f, n, line, err := s.record(w, r)
	if f == nil || err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+plainName(f.name)+"-"+strconv.Itoa(n)+`.json"`)
	_, _ = w.Write(append(line, '\n')) // who asked may be gone
	return nil
}

// flow is the page of a flow.
func (s *Server) flow(w http.ResponseWriter, r *http.Request) error {
	f, n, line, err := s.record(w, r)
	if f == nil || err != nil {
		return err
	}
	var fl flow.Flow
	if err := fl.Parse(line); err != nil {
		return &problem{http.StatusInternalServerError, "The file has changed.", err}
	}
	p := &flowPage{File: f.summary(), Number: n}
	s.neighbours(r, f, n, p)
	p.JSON = f.link("/flow/"+strconv.Itoa(n)+"/json", question{})
	if f.capture && fl.ID != nil {
		p.Packets = f.link("/export/pcapng", question{Where: "flow_id=" + literal(string(fl.ID)), Page: 1})
	}
	p.describe(&fl)
	p.draw(&fl)
	p.Crypto = s.judge(&fl)
	if p.Ends, err = s.ends(&fl); err != nil {
		return err
	}
	p.Sections = s.fields.sections(&fl.Rest)
	s.show(w, r, http.StatusOK, "flow", p.Title, p)
	return nil
}

// neighbours finds the flow in the list that it was chosen from.
func (s *Server) neighbours(r *http.Request, f *file, n int, p *flowPage) {
	q, err := parseQuestion(values(r))
	if err != nil {
		q = question{Page: 1}
	}
	p.Back = f.link("", q)
	v, err := s.ask(r.Context(), f, q)
	if err != nil {
		return
	}
	i := slices.Index(v.rows, uint32(n))
	to := func(i int) string {
		q.Page = i/perPage + 1
		return f.link("/flow/"+strconv.Itoa(int(v.rows[i])), q)
	}
	if i > 0 {
		p.Earlier = to(i - 1)
	}
	if i >= 0 && i+1 < len(v.rows) {
		p.Later = to(i + 1)
	}
}

// describe says the most important things in words.
func (p *flowPage) describe(f *flow.Flow) {
	safe := func(s string) string { return plot.Printable(s, maxText) }
	p.Src, p.Dst = safe(address(string(f.SA), f.SP, f.HasPorts)), safe(address(string(f.DA), f.DP, f.HasPorts))
	p.Proto = protocolName(f.Pr)
	p.Title = p.Src + " to " + p.Dst
	var apps []string
	for app := range f.Apps {
		apps = append(apps, safe(string(app)))
	}
	add := func(name, text string) {
		if text != "" {
			p.Facts = append(p.Facts, fact{name, text})
		}
	}
	add("Protocol", p.Proto)
	add("Application", strings.Join(apps, ", carrying "))
	add("Name", safe(string(hostName(&f.Rest))))
	add("Begins", clock(f.Start)+" UTC")
	add("Lasts", plot.Duration(float64(f.End-f.Start)/1e9))
	add("Sent", sent(f.BytesOut, f.PktsOut)+" by "+safe(string(f.SA)))
	if f.HasIn {
		add("Answered", sent(f.BytesIn, f.PktsIn)+" by "+safe(string(f.DA)))
	} else {
		add("Answered", "nothing that was seen")
	}
	add("Ends", ending(string(f.Rest.Get("end_reason").Text())))
	if f.Segment > 0 {
		add("Part", "record "+strconv.Itoa(int(f.Segment)+1)+" of a flow that a timeout has cut")
	}
	add("Flow id", safe(string(f.ID)))
}

func sent(bytes, packets uint64) string {
	return grouped(bytes) + " bytes of payload in " + plural(int(packets), "packet")
}

// ending says what an end_reason means.
func ending(reason string) string {
	switch reason {
	case "idle":
		return "when it had been silent for long"
	case "active":
		return "by the active timeout: it goes on in another record"
	case "end of flow":
		return "with the connection"
	case "forced":
		return "with the capture"
	case "lack of resources":
		return "early, for lack of memory"
	}
	return plot.Printable(reason, maxText)
}

// draw draws the packets, and the bytes if the record has their distribution.
func (p *flowPage) draw(f *flow.Flow) {
	d := plot.Packets{Title: "Payload of each packet", Up: p.Src, Down: p.Dst}
	at := 0.0
	for item := range f.Rest.Get("packets").Items() {
		down := string(item.Get("dir").Text()) == "<"
		bytes, wait := number(item.Get("b")), number(item.Get("ipt"))
		at += wait
		d.List = append(d.List, plot.Packet{At: at / 1000, Bytes: bytes, Down: down})
		from := p.Src
		if down {
			from = p.Dst
		}
		p.PacketList = append(p.PacketList, packetLine{
			len(d.List), from, strconv.FormatFloat(bytes, 'f', -1, 64), strconv.FormatFloat(at, 'f', -1, 64),
		})
		if len(d.List) == maxDrawn {
			break
		}
	}
	d.Left = uint64(len(d.List)) < f.PktsOut+f.PktsIn
	p.PacketsLeft = d.Left
	if len(d.List) > 0 {
		p.Picture = inline(d.Draw(plot.Size{Width: 960, Height: 280}))
	}
	if v := f.Rest.Get("byte_dist"); v != nil {
		b := plot.Bytes{Title: "How often each byte value occurs"}
		for item := range v.Items() {
			if b.Counts = append(b.Counts, number(item)); len(b.Counts) == 256 {
				break
			}
		}
		if len(b.Counts) == 256 {
			p.Bytes = inline(b.Draw(plot.Size{Width: 960, Height: 200}))
		}
	}
}

// maxDrawn bounds the packets of a picture; joy lists 100 at most in the two
// directions unless it is told otherwise.
const maxDrawn = 1000

// number is a number that is not negative; 0 for what is none.
func number(v value.Value) float64 {
	n, err := strconv.ParseFloat(string(v.Text()), 64)
	if err != nil || !(n > 0) || n > 1e15 {
		return 0
	}
	return n
}

// A crypto is the cryptography of a flow, in words and judged.
type crypto struct {
	Policy       string
	Facts        []fact
	Certificates []certificate
	Client       []certificate
	Level        string // "" if nothing was judged
	Findings     []audit.Finding
	NotSeen      []string
}

// judge says what the flow shows of its cryptography, nil for nothing.
func (s *Server) judge(f *flow.Flow) *crypto {
	var cf facts.Flow
	if facts.FromFlow(f, &cf) != nil {
		return nil // a record that somebody has changed shows none
	}
	v, ok := audit.New(s.policy, false).Flow(&cf)
	if !ok {
		return nil
	}
	c := &crypto{Policy: s.policy.Title + ", " + s.policy.Version, Level: v.Level.String(), NotSeen: v.NotSeen}
	for _, o := range v.Findings {
		o.Evidence = plot.Printable(o.Evidence, maxText)
		c.Findings = append(c.Findings, o)
	}
	if t := cf.TLS; t != nil {
		c.tls(t)
		c.Certificates = certificates(t.Server, cf.Start)
		c.Client = certificates(t.Client, cf.Start)
	}
	if t := cf.SSH; t != nil && t.Negotiated {
		c.fact("Key exchange", t.Kex)
		c.fact("Host key", t.HostKey)
		c.fact("Cipher", both(t.Ciphers))
		c.fact("MAC", both(t.MACs))
	}
	if t := cf.IKE; t != nil && t.Chosen != nil {
		c.fact("Encryption", t.Chosen.Encryption)
		c.fact("Integrity", t.Chosen.Integrity)
		c.fact("Group", strings.Join(t.Chosen.Groups, ", "))
	}
	return c
}

func both(names [2]string) string {
	if names[0] == names[1] {
		return names[0]
	}
	return names[0] + " from the client, " + names[1] + " from the server"
}

func (c *crypto) fact(name, text string) {
	if text != "" {
		c.Facts = append(c.Facts, fact{name, plot.Printable(text, maxText)})
	}
}
