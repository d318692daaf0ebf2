// Package ecs writes flow records as documents of the Elastic Common Schema: one for
// each record. Field by field, docs/convert.md says what is exact, what comes near, and
// what has no place there.
package ecs

import (
	"net/netip"
	"strconv"
	"time"

	"joy/convert/part"
	"joy/feature"
	"joy/query/flow"
	"joy/query/value"
)

// Version is that of the schema which documents follow.
const Version = "8.17.0"

// A Writer writes documents. It is used by one goroutine.
type Writer struct{ b []byte }

// New returns one.
func New() *Writer { return &Writer{} }

// Append appends the document of a flow, a line of JSON with its end.
func (w *Writer) Append(b []byte, f *flow.Flow) []byte {
	w.b = append(b, '{')
	w.time("@timestamp", f.Start)
	w.object("ecs", func() { w.name("version", Version) })
	w.object("event", func() { w.event(f) })
	w.object("source", func() { w.end(f, f.SA, f.SP, f.BytesOut, f.PktsOut, "smac") })
	w.object("destination", func() { w.end(f, f.DA, f.DP, f.BytesIn, f.PktsIn, "dmac") })
	w.object("network", func() { w.network(f) })
	w.object("observer", func() { w.name("product", "joy"); w.name("type", "sensor") })
	w.tls(f)
	w.dns(f)
	w.http(f)
	w.object("process", func() { w.process(f.Rest.Get("exe")) })
	w.related(f)
	b = append(w.b, '}', '\n')
	w.b = nil
	return b
}

// What follows writes members of an object; those without a value are left out.

func (w *Writer) member(name string) {
	if c := w.b[len(w.b)-1]; c != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

// object writes an object, unless it is empty.
func (w *Writer) object(name string, members func()) {
	start := len(w.b)
	w.member(name)
	w.b = append(w.b, '{')
	members()
	if w.b[len(w.b)-1] == '{' {
		w.b = w.b[:start]
		return
	}
	w.b = append(w.b, '}')
}

// text writes a string, if there is one.
func (w *Writer) text(name string, s []byte) {
	if s != nil {
		w.member(name)
		w.b = feature.AppendString(w.b, s)
	}
}

// name writes a string of ours; "" is none.
func (w *Writer) name(name, s string) {
	if s != "" {
		w.text(name, []byte(s))
	}
}

func (w *Writer) count(name string, n uint64) {
	w.member(name)
	w.b = strconv.AppendUint(w.b, n, 10)
}

func (w *Writer) bool(name string, is bool) {
	w.member(name)
	w.b = strconv.AppendBool(w.b, is)
}

// list writes strings, if there are any.
func (w *Writer) list(name string, list [][]byte) {
	if len(list) == 0 {
		return
	}
	w.member(name)
	w.b = append(w.b, '[')
	for i, s := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = feature.AppendString(w.b, s)
	}
	w.b = append(w.b, ']')
}

func (w *Writer) time(name string, ns int64) {
	w.member(name)
	w.b = append(w.b, '"')
	w.b = time.Unix(0, ns).UTC().AppendFormat(w.b, "2006-01-02T15:04:05.000000Z")
	w.b = append(w.b, '"')
}

func (w *Writer) event(f *flow.Flow) {
	w.name("kind", "event")
	w.list("category", [][]byte{[]byte("network")})
	w.list("type", [][]byte{[]byte("connection"), []byte("end")})
	w.name("module", "joy")
	w.name("dataset", "joy.flow")
	if f.ID != nil {
		w.text("id", strconv.AppendUint(append(append([]byte(nil), f.ID...), '-'), uint64(f.Segment), 10))
	}
	w.time("start", f.Start)
	w.time("end", f.End)
	if d := f.End - f.Start; d >= 0 {
		w.count("duration", uint64(d))
	}
	if why := part.Str(f.Rest.Get("end_reason")); len(why) > 0 {
		w.text("reason", why)
	}
}

// end writes a side of the flow. What stands for an address that is hidden is no ip.
func (w *Writer) end(f *flow.Flow, addr []byte, port uint16, bytes, packets uint64, mac string) {
	w.text("address", addr)
	if ip, err := netip.ParseAddr(string(addr)); err == nil && ip.Zone() == "" {
		w.text("ip", addr)
	}
	if f.HasPorts {
		w.count("port", uint64(port))
	}
	w.count("bytes", bytes)
	w.count("packets", packets)
	w.text("mac", ecsMAC(part.Str(f.Rest.Get("l2").Get(mac))))
}

// ecsMAC writes a MAC address as RFC 7042 does: capitals and hyphens.
func ecsMAC(mac []byte) []byte {
	if mac == nil {
		return nil
	}
	out := make([]byte, len(mac))
	for i, c := range mac {
		switch {
		case c == ':':
			c = '-'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

func (w *Writer) network(f *flow.Flow) {
	switch {
	case f.Src.Is4():
		w.name("type", "ipv4")
	case f.Src.Is6():
		w.name("type", "ipv6")
	}
	w.name("iana_number", strconv.Itoa(int(f.Pr)))
	w.name("transport", transport(f.Pr))
	w.text("protocol", f.App())
	w.count("bytes", f.BytesOut+f.BytesIn)
	w.count("packets", f.PktsOut+f.PktsIn)
	w.text("community_id", part.Str(f.Rest.Get("community_id")))
	for v := range f.Rest.Get("l2").Get("vlan_out").Items() {
		if n, ok := part.Integer(v); ok {
			w.object("vlan", func() { w.name("id", strconv.FormatUint(n, 10)) })
		}
		break
	}
}

func transport(pr uint8) string {
	switch pr {
	case 1:
		return "icmp"
	case 6:
		return "tcp"
	case 17:
		return "udp"
	case 47:
		return "gre"
	case 50:
		return "esp"
	case 58:
		return "ipv6-icmp"
	case 132:
		return "sctp"
	}
	return ""
}

// process writes the process of this machine that the flow is of.
func (w *Writer) process(v value.Value) {
	if v == nil {
		return
	}
	w.text("name", part.Str(v.Get("name")))
	w.text("executable", part.Str(v.Get("path")))
	if pid, ok := part.Integer(v.Get("pid")); ok {
		w.count("pid", pid)
	}
	if hash := part.Str(v.Get("hash")); len(hash) == 64 {
		w.object("hash", func() { w.text("sha256", hash) })
	}
}

// related lists what a search may ask for, whatever field it is in.
func (w *Writer) related(f *flow.Flow) {
	w.object("related", func() {
		var ips, hosts [][]byte
		for _, a := range [][]byte{f.SA, f.DA} {
			if _, err := netip.ParseAddr(string(a)); err == nil {
				ips = add(ips, a)
			}
		}
		tls := f.Rest.Get("tls")
		hosts = add(hosts, part.FirstText(tls.Get("sni")))
		for _, t := range part.Transactions(f.Rest.Get("dns")) {
			asked := t.Query
			if asked == nil {
				asked = t.Response
			}
			hosts = add(hosts, part.Str(asked.Name))
			if t.Response != nil {
				for _, a := range t.Response.Answers() {
					if a.Type == "A" || a.Type == "AAAA" {
						ips = add(ips, a.Data)
					}
				}
			}
		}
		for e := range part.Exchanges(f.Rest.Get("http")) {
			hosts = add(hosts, domain(e.Host))
		}
		w.list("ip", ips)
		w.list("hosts", hosts)
		var hashes [][]byte
		for _, name := range [...]string{"ja3", "ja3s", "ja4"} {
			hashes = add(hashes, part.Str(tls.Get(name)))
		}
		w.list("hash", hashes)
	})
}

// maxRelated bounds a list.
const maxRelated = 100

// add adds what is not in a list yet.
func add(list [][]byte, s []byte) [][]byte {
	if len(s) == 0 || len(list) == maxRelated {
		return list
	}
	for _, x := range list {
		if string(x) == string(s) {
			return list
		}
	}
	return append(list, s)
}
