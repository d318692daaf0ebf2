package report

import (
	"errors"

	"joy/audit"
	"joy/audit/facts"
	"joy/query/flow"
	"joy/query/value"
	"joy/query/where"
)

// Facts are what a report takes from a flow record. They borrow its line.
type Facts struct {
	flow.Flow
	line []byte
	app  []byte

	packets  []packet
	damage   damage
	tls      tlsFacts
	lookups  []lookup
	requests []request
	ssh      [2]sshFacts // of the client and the server
	software [2]software // of sa and da
	programs [2]program
	judged   *judgment // nil where there was nothing to judge

	crypto facts.Flow // reused
}

type packet struct {
	bytes, wait uint64 // payload, milliseconds since the one before
	down        bool
}

// damage says what is missing of a flow, or wrong in it.
type damage struct {
	evicted       bool // written early, for lack of resources
	retransmitted uint64
	invalid, shed uint64 // packets
	contents      bool   // lost, cut off or malformed
	cut           bool   // the list of packets does not have all
}

type tlsFacts struct {
	seen           bool
	version        uint8
	suite          []byte
	name, ja4      []byte
	certificate    value.Value // the server's own
	certificateSum []byte
	quic           bool
}

// lookup is a DNS message.
type lookup struct {
	name, kind []byte
	answer     bool
	code       int64
}

// request is one of HTTP with what came back.
type request struct{ host, agent, server []byte }

type sshFacts struct{ software, hassh []byte }

type software struct {
	process, version, status, kind []byte
	malware                        bool
}

type program struct{ name, hash []byte }

// judgment is what the policy says of a flow. It is shared by flows that are alike.
type judgment struct{ audit.Verdict }

// Bounds of what is taken from one record; what a flow has more of is not counted.
const (
	maxPackets = 2048
	maxLists   = 256
)

// A taker takes records apart. Each goroutine has its own.
type taker struct {
	verdicts verdicts
	where    *where.Condition
}

// errNotAsked is given for flows for which the condition does not hold.
var errNotAsked = errors.New("not asked for")

// Take reads a record for pictures of this flow alone. The error is
// flow.ErrNoFlow for a line of another kind.
func (f *Facts) Take(line []byte) error {
	t := taker{}
	return t.take(line, f)
}

// take fills f from a line. The error is flow.ErrNoFlow for a line of another kind.
func (t *taker) take(line []byte, f *Facts) error {
	if err := f.Parse(line); err != nil {
		return err
	}
	if t.where != nil && !t.where.Holds(&f.Rest) {
		return errNotAsked
	}
	*f = Facts{Flow: f.Flow, line: line, packets: f.packets[:0], lookups: f.lookups[:0], requests: f.requests[:0], crypto: f.crypto}
	t.verdicts.begin(f)
	crypto := false
	for i := range f.Rest.Members {
		m := &f.Rest.Members[i]
		switch string(m.Name) {
		case "app":
			f.app = f.App()
		case "packets":
			f.takePackets(m.Value)
		case "debug":
			f.damage.retransmitted, f.damage.invalid, f.damage.shed = whole(m.Value.Get("tcp_retrans")), whole(m.Value.Get("invalid")), whole(m.Value.Get("shed"))
		case "end_reason":
			f.damage.evicted = string(m.Value.Text()) == "lack of resources"
		case "tls":
			f.tls.seen = true
			for name, v := range m.Value.Members() {
				f.takeTLS(name, v)
				t.verdicts.note(f, name, v)
			}
			crypto = true
		case "quic":
			f.tls.quic = true
		case "dns":
			f.takeDNS(m.Value)
		case "http":
			f.takeHTTP(m.Value)
		case "http2":
			f.takeHTTP2(m.Value)
		case "ssh":
			f.takeSSH(m.Value)
			crypto = true
		case "ike":
			crypto = true
		case "exe", "exe_peer":
			f.takeProgram(m.Value)
		case "analysis":
			f.software[0] = softwareOf(m.Value)
		case "analysis_in":
			f.software[1] = softwareOf(m.Value)
		}
	}
	if crypto {
		f.judged = t.verdicts.of(f)
	}
	return nil
}

// whole is a number that counts something; anything else is 0.
func whole(v value.Value) uint64 {
	if n, ok := v.Num(); ok && n.IsInt && n.Int > 0 {
		return uint64(n.Int)
	}
	return 0
}

func truth(v value.Value) bool { return v.Kind() == value.True }

// words is a text; nil for anything else.
func words(v value.Value) []byte {
	if v.Kind() != value.String {
		return nil
	}
	return v.Text()
}

// first is the first element of a list.
func first(v value.Value) value.Value {
	for e := range v.Items() {
		return e
	}
	return nil
}

func (f *Facts) takePackets(list value.Value) {
	for v := range list.Items() {
		if len(f.packets) == maxPackets {
			break
		}
		var p packet
		for name, v := range v.Members() {
			switch string(name) {
			case "b":
				p.bytes = whole(v)
			case "ipt":
				p.wait = whole(v)
			case "dir":
				p.down = string(v.Text()) == "<"
			}
		}
		f.packets = append(f.packets, p)
	}
	f.damage.cut = uint64(len(f.packets)) < f.PktsIn+f.PktsOut && f.listed() < f.BytesIn+f.BytesOut
}

// listed are the bytes of the packets in the list.
func (f *Facts) listed() (n uint64) {
	for _, p := range f.packets {
		n += p.bytes
	}
	return n
}

func (f *Facts) takeTLS(name []byte, v value.Value) {
	switch string(name) {
	case "s_version":
		f.tls.version = uint8(min(whole(v), 255))
	case "scs":
		f.tls.suite = words(v)
	case "sni":
		f.tls.name = words(first(v))
	case "ja4":
		f.tls.ja4 = words(v)
	case "s_cert":
		f.tls.certificate = first(v)
		f.tls.certificateSum = words(f.tls.certificate.Get("sha256"))
	case "truncated", "malformed", "lost":
		f.damage.contents = f.damage.contents || truth(v)
	}
}

func (f *Facts) takeDNS(list value.Value) {
	for v := range list.Items() {
		if len(f.lookups) == maxLists {
			return
		}
		l := lookup{code: -1}
		for name, v := range v.Members() {
			switch string(name) {
			case "qn":
				l.name = words(v)
			case "rn":
				l.name, l.answer = words(v), true
			case "qt":
				l.kind = words(v)
			case "rc":
				if n, ok := v.Num(); ok && n.IsInt {
					l.code = n.Int
				}
			}
		}
		if l.name != nil {
			f.lookups = append(f.lookups, l)
		}
	}
}

func (f *Facts) takeHTTP(list value.Value) {
	for v := range list.Items() {
		if len(f.requests) == maxLists {
			return
		}
		r := request{}
		for side, headers := range v.Members() {
			if s := string(side); s == "out" || s == "in" {
				r.take(headers)
			}
		}
		f.requests = append(f.requests, r)
	}
}

// take reads headers: a list of objects with one member each.
func (r *request) take(headers value.Value) {
	for h := range headers.Items() {
		for name, v := range h.Members() {
			switch {
			case fold(name, "host") || fold(name, ":authority"):
				r.host = words(v)
			case fold(name, "user-agent"):
				r.agent = words(v)
			case fold(name, "server"):
				r.server = words(v)
			}
		}
	}
}

// fold reports whether a name is one in lower case, but for the case.
func fold(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func (f *Facts) takeHTTP2(v value.Value) {
	for side, half := range v.Members() {
		if s := string(side); s != "out" && s != "in" {
			continue
		}
		for m := range half.Get("messages").Items() {
			if len(f.requests) == maxLists {
				return
			}
			r := request{}
			if r.take(m.Get("headers")); r.host != nil || r.server != nil {
				f.requests = append(f.requests, r)
			}
		}
	}
}

func (f *Facts) takeSSH(v value.Value) {
	for name, side := range v.Members() {
		i, hassh := 0, "hassh"
		switch string(name) {
		case "cli":
		case "srv":
			i, hassh = 1, "hassh_server"
		default:
			continue
		}
		f.ssh[i] = sshFacts{software: words(side.Get("software")), hassh: words(side.Get(hassh))}
		if f.ssh[i].software == nil {
			f.ssh[i].software = words(side.Get("protocol"))
		}
	}
}

func softwareOf(v value.Value) (s software) {
	for name, v := range v.Members() {
		switch string(name) {
		case "process":
			s.process = words(v)
		case "version":
			s.version = words(v)
		case "status":
			s.status = words(v)
		case "kind":
			s.kind = words(v)
		case "malware":
			s.malware = truth(v)
		}
	}
	return s
}

func (f *Facts) takeProgram(v value.Value) {
	p := program{name: words(v.Get("name")), hash: words(v.Get("hash"))}
	if string(v.Get("end").Text()) == "da" {
		f.programs[1] = p
	} else {
		f.programs[0] = p
	}
}
