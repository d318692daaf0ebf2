// Package report makes one page of many flows: it counts them in one pass and in
// bounded memory, and says what of it is exact and what is not.
package report

import (
	"bytes"
	"slices"
	"strconv"

	"joy/audit/policy"
	"joy/plot"
	"joy/query/value"
)

// Bounds of tables, in keys. What they hold beyond is estimated, and the page
// says so.
const (
	maxHosts  = 20_000
	maxPairs  = 50_000
	maxNames  = 50_000
	maxOthers = 10_000
	maxApps   = 64   // with a series of their own
	maxSteps  = 600  // of time
	maxHours  = 48   // of time of a host
	maxRules  = 1000 // of the policy, by what they are about
)

// An Aggregate is what was counted of flows that came one after the other.
type Aggregate struct {
	records, begun, oneSided uint64
	packets, bytes           [2]uint64 // out, in
	first, last              int64

	traffic, arrivals         series // bytes, and records by their begin
	apps                      map[string]*app
	lengths, waits            histogram // of packets: bytes, milliseconds
	sizes, lasting            histogram // of records: bytes, milliseconds
	hosts, pairs, ports       *table    // by bytes
	names, ja4s, certificates *table    // by records, as all below
	suites, versions          *table
	domains, lookupCodes      *table // by messages
	webHosts, agents, servers *table // by requests
	sshClients, sshServers    *table
	software, programs        *table
	crypto                    cryptography
	quality                   quality
	notable                   notable
}

// An app is a protocol with its traffic.
type app struct {
	Entry
	traffic series
}

func newAggregate() *Aggregate {
	return &Aggregate{
		traffic: series{limit: maxSteps}, arrivals: series{limit: maxSteps}, apps: make(map[string]*app),
		hosts: newTable(maxHosts), pairs: newTable(maxPairs), ports: newTable(maxOthers),
		names: newTable(maxNames), ja4s: newTable(maxOthers), certificates: newTable(maxOthers),
		suites: newTable(maxOthers), versions: newTable(256),
		domains: newTable(maxNames), lookupCodes: newTable(maxOthers),
		webHosts: newTable(maxOthers), agents: newTable(maxOthers), servers: newTable(maxOthers),
		sshClients: newTable(maxOthers), sshServers: newTable(maxOthers),
		software: newTable(maxOthers), programs: newTable(maxOthers),
		crypto: cryptography{servers: newTable(maxOthers), rules: make(map[ruleKey]*rule)},
	}
}

// count takes the facts of a record. What it keeps, it copies.
func (a *Aggregate) count(f *Facts) {
	if a.records == 0 || f.Start < a.first {
		a.first = f.Start
	}
	a.last = max(a.last, f.End)
	a.records++
	if f.Segment == 0 {
		a.begun++
	}
	if !f.HasIn {
		a.oneSided++
	}
	a.packets[0] += f.PktsOut
	a.packets[1] += f.PktsIn
	a.bytes[0] += f.BytesOut
	a.bytes[1] += f.BytesIn
	a.quality.flow(f)
	a.countTraffic(f)
	a.countPackets(f)
	a.countEnds(f)
	a.countTLS(f)
	a.countNames(f)
	a.countSoftware(f)
	a.crypto.count(f)
	a.notable.consider(f, a.records)
}

func (a *Aggregate) countTraffic(f *Facts) {
	bytes := f.BytesOut + f.BytesIn
	a.traffic.add(f.Start, f.End, bytes)
	a.arrivals.add(f.Start, f.Start, 1)
	name := f.protocol()
	p := a.apps[name]
	if p == nil {
		if len(a.apps) == maxApps {
			name = others
			p = a.apps[name]
		}
		if p == nil {
			p = &app{Entry: Entry{Key: plain(name)}, traffic: series{limit: maxSteps}}
			a.apps[name] = p
		}
	}
	p.Weight += bytes
	p.tally(f)
	p.traffic.add(f.Start, f.End, bytes)
}

// others is what protocols beyond maxApps are counted as, which joy has not.
const others = "(others)"

// tally counts a record for an entry.
func (e *Entry) tally(f *Facts) {
	e.seen(f.Start, f.End)
	e.Out += f.BytesOut
	e.In += f.BytesIn
	e.Packets += f.PktsOut + f.PktsIn
}

// protocol is what a flow carries, or else what carries it.
func (f *Facts) protocol() string {
	if len(f.app) > 0 && len(f.app) <= 32 {
		return string(f.app)
	}
	return "(" + transport(f.Pr) + ")"
}

// transport is the name of an IP protocol.
func transport(pr uint8) string {
	switch pr {
	case 1:
		return "icmp"
	case 6:
		return "tcp"
	case 17:
		return "udp"
	case 58:
		return "icmpv6"
	case 132:
		return "sctp"
	}
	return "ip " + strconv.Itoa(int(pr))
}

func (a *Aggregate) countPackets(f *Facts) {
	for i, p := range f.packets {
		a.lengths.add(p.bytes)
		if i > 0 {
			a.waits.add(p.wait)
		}
	}
	a.sizes.add(f.BytesOut + f.BytesIn)
	a.lasting.add(uint64(max(f.End-f.Start, 0)) / 1e6)
}

func (a *Aggregate) countEnds(f *Facts) {
	all := f.BytesOut + f.BytesIn
	for i, addr := range [2][]byte{f.SA, f.DA} {
		e := a.hosts.add(addr, all)
		sent, got := f.BytesOut, f.BytesIn
		if i == 1 {
			sent, got = got, sent
		}
		e.seen(f.Start, f.End)
		e.Out += sent
		e.In += got
		e.Packets += f.PktsOut + f.PktsIn
		e.hours.limit = maxHours
		e.hours.add(f.Start, f.End, all)
		if bytes.Equal(f.SA, f.DA) {
			break
		}
	}
	var key [2*maxKey + 4]byte
	pair := append(append(append(key[:0], f.SA[:min(len(f.SA), 240)]...), arrow...), f.DA...)
	a.pairs.add(pair, all).tally(f)
	if f.HasPorts {
		port := append(append(key[:0], transport(f.Pr)...), '/')
		a.ports.add(strconv.AppendUint(port, uint64(f.DP), 10), all).tally(f)
	}
}

// arrow stands between the ends of a pair.
const arrow = " > "

func (a *Aggregate) countTLS(f *Facts) {
	t := &f.tls
	if !t.seen {
		return
	}
	a.quality.handshakes++
	if t.version != 0 {
		a.versions.add([]byte{t.version}, 1).tally(f)
	}
	for _, x := range []struct {
		t   *table
		key []byte
	}{{a.suites, t.suite}, {a.names, t.name}, {a.ja4s, t.ja4}} {
		if len(x.key) > 0 {
			e := x.t.add(x.key, 1)
			e.tally(f)
			if e.Note[0] == "" {
				e.Note[0] = plain(string(f.app))
			}
		}
	}
	if len(t.certificateSum) > 0 {
		e := a.certificates.add(t.certificateSum, 1)
		if e.tally(f); e.Records == 1 {
			e.Note = certificate(t.certificate)
		}
	}
}

// certificate reads subject, issuer, key and validity.
func certificate(v value.Value) (note [5]string) {
	var size, algorithm string
	for name, v := range v.Members() {
		switch string(name) {
		case "subject":
			note[0] = commonName(v)
		case "issuer":
			note[1] = commonName(v)
		case "subject_public_key_algo":
			algorithm = plain(string(words(v)))
		case "subject_public_key_size":
			size = strconv.FormatUint(whole(v), 10) + " bits"
		case "validity_not_before":
			note[3] = plain(string(words(v)))
		case "validity_not_after":
			note[4] = plain(string(words(v)))
		}
	}
	note[2] = algorithm + " " + size
	return note
}

// commonName is that of a name, or its last attribute.
func commonName(list value.Value) (s string) {
	for o := range list.Items() {
		for name, v := range o.Members() {
			if s = string(words(v)); string(name) == "commonName" {
				return plain(s)
			}
		}
	}
	return plain(s)
}

func (a *Aggregate) countNames(f *Facts) {
	for i := range f.lookups {
		l := &f.lookups[i]
		e := a.domains.add(l.name, 1)
		e.seen(f.Start, f.End)
		if l.answer && l.code > 0 {
			e.In++ // answers that are errors
		}
		if l.answer && l.code >= 0 {
			a.lookupCodes.add(strconv.AppendInt(nil, l.code, 10), 1).seen(f.Start, f.End)
		}
	}
	for i := range f.requests {
		r := &f.requests[i]
		for _, x := range []struct {
			t   *table
			key []byte
		}{{a.webHosts, r.host}, {a.agents, r.agent}, {a.servers, r.server}} {
			if len(x.key) > 0 {
				x.t.add(x.key, 1).seen(f.Start, f.End)
			}
		}
	}
	for i, t := range [2]*table{a.sshClients, a.sshServers} {
		if s := &f.ssh[i]; len(s.software) > 0 {
			e := t.add(s.software, 1)
			if e.tally(f); e.Records == 1 {
				e.Note[0] = plain(string(s.hassh))
			}
		}
	}
}

func (a *Aggregate) countSoftware(f *Facts) {
	for i := range f.software {
		s := &f.software[i]
		if len(s.process) == 0 {
			continue
		}
		key := bytes.Join([][]byte{s.process, s.version}, []byte{' '})
		e := a.software.add(bytes.TrimSpace(key), 1)
		if e.tally(f); e.Records == 1 {
			e.Note[0] = plain(string(s.kind))
		}
		if s.malware {
			e.Note[1] = "malware"
		}
		if string(s.status) == "approximate" {
			e.Note[2] = "approximate for some"
		}
	}
	for i := range f.programs {
		if p := &f.programs[i]; len(p.name) > 0 {
			e := a.programs.add(p.name, 1)
			if e.tally(f); e.Records == 1 {
				e.Note[0] = plain(string(p.hash))
			}
		}
	}
}

// cryptography is what the policy says of all flows.
type cryptography struct {
	levels  [policy.Recommended + 1]uint64
	rules   map[ruleKey]*rule
	left    uint64 // findings of rules beyond maxRules
	servers *table // by records that are a concern
}

type ruleKey struct{ rule, about, where string }

// A rule is one that flows have broken.
type rule struct {
	ruleKey
	level                  policy.Level
	flows                  uint64
	evidence, text, source string
}

func (c *cryptography) count(f *Facts) {
	if f.judged == nil {
		return
	}
	v := &f.judged.Verdict
	c.levels[v.Level]++
	for i := range v.Findings {
		n := &v.Findings[i]
		k := ruleKey{n.Rule, n.About, n.Where}
		r := c.rules[k]
		if r == nil {
			if len(c.rules) == maxRules {
				c.left++
				continue
			}
			r = &rule{ruleKey: k, level: n.Level, evidence: plain(n.Evidence), text: plain(n.Text), source: plain(n.Source)}
			c.rules[k] = r
		}
		r.flows++
	}
	if v.Level == policy.NotJudged || v.Level > policy.Legacy {
		return
	}
	key := append(slices.Clone(f.DA), ' ')
	key = strconv.AppendUint(key, uint64(f.DP), 10)
	if len(f.tls.name) > 0 {
		key = append(append(key, ' '), f.tls.name...)
	}
	e := c.servers.add(key, 1)
	e.tally(f)
	if e.Note[0] == "" || v.Level.String() == policy.Avoid.String() {
		e.Note[0] = v.Level.String()
	}
	if e.Note[1] == "" && len(v.Findings) > 0 {
		e.Note[1] = v.Findings[0].Rule
	}
}

// plain is a text for a page, no longer than a page needs, in memory of its own.
func plain(s string) string { return plot.Printable(s, maxText) }

// maxText bounds texts of records on the page, in characters.
const maxText = 120
