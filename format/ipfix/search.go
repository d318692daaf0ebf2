package ipfix

import (
	"strconv"

	"joy/feature"
	"joy/proto/http"
	"joy/record"
	"joy/telemetry/element"
)

// Bounds of the lists of DNS. A record that needs more is cut, and counted.
const (
	maxNames   = 16
	maxAnswers = 16
)

// names are what of several messages is in one element.
type names struct {
	code              uint8 // of the last DNS response
	answered          bool  // there is one
	host, fqdn, class feature.Text
}

// An exchange is the first request of a flow, and its response.
type exchange struct {
	method, target, host, agent, content feature.Text
	status                               uint16
}

// prepare looks for what is not in one place in the record.
func (e *encoder) prepare(r *record.Record, v variant) {
	e.web, e.name = exchange{}, names{}
	if v&hasHTTP != 0 {
		e.web.find(*r.HTTP)
	}
	for i := range r.DNS {
		if m := &r.DNS[i]; m.HasRN && m.HasHeader {
			e.name.code, e.name.answered = m.RC, true
		}
	}
	for i := range r.DHCP {
		m := &r.DHCP[i]
		e.name.host = first(e.name.host, m.Hostname)
		e.name.fqdn = first(e.name.fqdn, m.FQDN)
		e.name.class = first(e.name.class, m.VendorClass)
	}
}

func first(a, b feature.Text) feature.Text {
	if len(a) > 0 {
		return a
	}
	return b
}

// find looks for the first request and its response, or else for the first
// response.
func (x *exchange) find(list http.Info) {
	for i := range list {
		out, in := &list[i].Out, &list[i].In
		if x.request(out) {
			x.response(in)
			return
		}
		if x.request(in) {
			x.response(out)
			return
		}
	}
	for i := range list {
		if x.response(&list[i].Out) || x.response(&list[i].In) {
			return
		}
	}
}

// request reads a message if it is a request: one that begins with a method.
func (x *exchange) request(m *http.Message) bool {
	line := 0
	for e := range m.All() {
		switch {
		case line == 0 && string(e.Name) != "method":
			return false
		case line == 0:
			x.method = e.Value
		case line == 1 && string(e.Name) == "uri":
			x.target = e.Value
		case is(e.Name, "host"):
			x.host = first(x.host, e.Value)
		case is(e.Name, "user-agent"):
			x.agent = first(x.agent, e.Value)
		}
		line++
	}
	return line > 0
}

// response reads a message if it is a response: one that begins with a version
// and a code.
func (x *exchange) response(m *http.Message) bool {
	line := 0
	for e := range m.All() {
		switch {
		case line == 0 && string(e.Name) != "version":
			return false
		case line == 1 && string(e.Name) == "code":
			n, _ := strconv.ParseUint(string(e.Value), 10, 16) // 0 for what is no number
			x.status = uint16(n)
		case is(e.Name, "content-type"):
			x.content = first(x.content, e.Value)
		}
		line++
	}
	return line > 0
}

// is reports whether a name is the given one, which is in small letters.
func is(name feature.Text, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != want[i] {
			return false
		}
	}
	return true
}

// putNames lists the names that are asked for, each once in a row.
func putNames(e *encoder, r *record.Record) {
	e.list(element.JoyDNSName, element.Variable)
	n, last := 0, feature.Text(nil)
	for i := range r.DNS {
		m := &r.DNS[i]
		name := m.QN
		if m.HasRN {
			name = m.RN
		}
		if !m.HasQN && !m.HasRN || n > 0 && string(name) == string(last) {
			continue
		}
		if n == maxNames {
			e.cuts++
			return
		}
		if !putTextEntry(e, name) {
			return
		}
		last = name
		n++
	}
}

// putAnswers lists the addresses of A and AAAA records.
func putAnswers(e *encoder, r *record.Record) {
	e.list(element.JoyDNSAddress, element.Variable)
	n := 0
	for i := range r.DNS {
		for k := range r.DNS[i].RR {
			rr := &r.DNS[i].RR[k]
			for _, a := range [2]record.Addr{rr.A, rr.AAAA} {
				if a.IsZero() {
					continue
				}
				if n == maxAnswers {
					e.cuts++
					return
				}
				if !putAddress(e, a) {
					return
				}
				n++
			}
		}
	}
}

// putAddress appends an entry with an address, or the token that stands for it.
func putAddress(e *encoder, a record.Addr) bool {
	if a.Token != "" {
		return putTextEntry(e, a.Token)
	}
	var b [maxAddress]byte
	return putTextEntry(e, a.IP.WithZone("").AppendTo(b[:0]))
}

// present says which of the values that may be 0 are there.
func (e *encoder) present(r *record.Record) (bits uint32) {
	out, in := syn(r, false), syn(r, true)
	set := func(bit uint32, has bool) {
		if has {
			bits |= bit
		}
	}
	set(element.KnowsSourcePort, r.SP >= 0)
	set(element.KnowsDestinationPort, r.DP >= 0)
	set(element.KnowsFirstSeq, r.TCP != nil && r.TCP.HasFirstSeq)
	set(element.KnowsWindow, out != nil)
	set(element.KnowsReverseWindow, in != nil)
	set(element.KnowsICMP, firstICMP(r, ">") != nil)
	set(element.KnowsReverseICMP, firstICMP(r, "<") != nil)
	set(element.KnowsMoments, r.HasDistMoments)
	set(element.KnowsEntropy, r.HasEntropy)
	set(element.KnowsServerRTT, r.Stats != nil && r.Stats.HasRTTServer)
	set(element.KnowsClientRTT, r.Stats != nil && r.Stats.HasRTTClient)
	set(element.KnowsSuite, r.TLS != nil && r.TLS.HasSCS)
	set(element.KnowsResponseCode, e.name.answered)
	return bits
}
