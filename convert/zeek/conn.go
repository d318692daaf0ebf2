package zeek

import (
	"math"

	"joy/convert/part"
	"joy/query/flow"
	"joy/query/value"
)

func connLog() Log {
	return log(
		"conn", (*Writer).conn,
		Field{"proto", "enum"}, Field{"service", "string"}, Field{"duration", "interval"}, Field{"orig_bytes", "count"},
		Field{"resp_bytes", "count"}, Field{"conn_state", "string"}, Field{"local_orig", "bool"}, Field{"local_resp", "bool"},
		Field{"missed_bytes", "count"}, Field{"history", "string"}, Field{"orig_pkts", "count"}, Field{"orig_ip_bytes", "count"},
		Field{"resp_pkts", "count"}, Field{"resp_ip_bytes", "count"}, Field{"tunnel_parents", "set[string]"}, Field{"ip_proto", "count"},
	)
}

// conn writes the line of a connection.
func (w *Writer) conn(f *flow.Flow) {
	c := newConnection(f)
	w.line(func(r *row) {
		w.ends(r, f)
		r.name(protocol(f.Pr))
		r.text(services(f))
		if d := f.End - f.Start; d > 0 { // as in Zeek
			r.time(d)
			r.count(c.payload(0))
			r.count(c.payload(1))
		} else {
			r.skip(3)
		}
		r.name(c.state())
		r.skip(2)
		r.number(c.missing())
		r.text(c.history())
		r.count(f.PktsOut)
		r.number(c.ipBytes(0))
		r.count(f.PktsIn)
		r.number(c.ipBytes(1))
		r.unset()
		r.count(uint64(f.Pr))
	})
}

// zeekNames are Zeek's names of services, by ours.
func service(app string, pr uint8) string {
	switch app {
	case "tls", "dtls":
		return "ssl"
	case "kerberos":
		if pr == tcp {
			return "krb_tcp"
		}
		return "krb"
	case "ldap":
		if pr == tcp {
			return "ldap_tcp"
		}
		return "ldap_udp"
	case "dnp3":
		if pr == tcp {
			return "dnp3_tcp"
		}
		return "dnp3_udp"
	case "dns", "http", "ssh", "smtp", "imap", "pop3", "ftp", "dhcp", "ntp", "snmp", "sip", "radius", "mysql", "postgresql",
		"rdp", "smb", "modbus", "mqtt", "socks", "syslog", "quic", "websocket", "redis":
		return app
	}
	return ""
}

// services are what a connection carries, with commas between; nil where Zeek has no
// name for it.
func services(f *flow.Flow) (list []byte) {
	for app := range f.Apps {
		s := service(string(app), f.Pr)
		if s == "" {
			continue
		}
		if list != nil {
			list = append(list, ',')
		}
		if list = append(list, s...); s == "quic" && f.Rest.Get("tls") != nil {
			list = append(list, ",ssl"...)
		}
	}
	return list
}

// A connection is what a record tells of the packets of a flow.
type connection struct {
	f     *flow.Flow
	sides [2]side
	flags bool // the flags of all packets are known
	ppi   value.Value
}

// A side is what one end has sent.
type side struct {
	syn, synack, fin, rst bool
	mean                  float64 // length of IP packets
	hasMean               bool
	missing, again        uint64
	hasMissing            bool
}

func newConnection(f *flow.Flow) *connection {
	c := &connection{f: f, ppi: f.Rest.Get("ppi")}
	stats, syns := f.Rest.Get("stats"), f.Rest.Get("tcp")
	for i, name := range [...]string{"out", "in"} {
		s := &c.sides[i]
		v := stats.Get(name)
		s.mean, s.hasMean = part.Float(v.Get("len").Get("mean"))
		s.missing, s.hasMissing = part.Integer(v.Get("seq").Get("missing_bytes"))
		s.again, _ = part.Integer(v.Get("seq").Get("retrans_bytes"))
		flags := v.Get("flags")
		s.fin, s.rst = flags.Get("F") != nil, flags.Get("R") != nil
		first := part.Str(syns.Get(name).Get("flags"))
		s.syn = first != nil
		for _, letter := range first {
			s.synack = s.synack || letter == 'A'
		}
	}
	c.flags = stats != nil
	return c
}

// payload are the bytes that a side sent, without those that it sent again, where the
// record tells how many these were.
func (c *connection) payload(side int) uint64 {
	bytes, again := c.f.BytesOut, c.sides[side].again
	if side == 1 {
		bytes = c.f.BytesIn
	}
	return bytes - min(bytes, again)
}

// ipBytes are the bytes of the IP packets of a side: their number times their mean
// length, which has nine digits, so that the product is exact below 10^9 bytes.
func (c *connection) ipBytes(side int) (uint64, bool) {
	packets := c.f.PktsOut
	if side == 1 {
		packets = c.f.PktsIn
	}
	if packets == 0 {
		return 0, true
	}
	n := math.Round(c.sides[side].mean * float64(packets))
	return uint64(n), c.sides[side].hasMean && n >= 0 && n < 1<<62
}

// missing are the bytes that neither side's packets have brought.
func (c *connection) missing() (uint64, bool) {
	if c.f.Pr != tcp {
		return 0, true
	}
	o, r := &c.sides[0], &c.sides[1]
	return o.missing + r.missing, o.hasMissing || r.hasMissing
}

// state is Zeek's conn_state, "" where the record does not tell: flags are in stats.
func (c *connection) state() string {
	answered := c.f.HasIn && c.f.PktsIn > 0
	switch {
	case c.f.Pr == udp && answered:
		return "SF"
	case c.f.Pr == udp:
		return "S0"
	case c.f.Pr != tcp:
		return "OTH"
	case !c.flags:
		return ""
	}
	o, r := &c.sides[0], &c.sides[1]
	opened := o.syn && r.syn
	switch {
	case !o.syn && !r.syn:
		return "OTH"
	case !o.syn:
		return c.answered()
	case !r.syn:
		return c.unanswered()
	case opened && o.fin && r.fin:
		return "SF"
	case o.rst:
		return "RSTO"
	case r.rst:
		return "RSTR"
	case o.fin:
		return "S2"
	case r.fin:
		return "S3"
	}
	return "S1"
}

// unanswered is the state of a connection without a SYN of the responder.
func (c *connection) unanswered() string {
	o, r := &c.sides[0], &c.sides[1]
	switch {
	case o.rst:
		return "RSTOS0"
	case r.rst:
		return "REJ"
	case o.fin:
		return "SH"
	case c.f.HasIn && c.f.PktsIn > 0:
		return "OTH"
	}
	return "S0"
}

// answered is the state of a connection whose first SYN was not seen.
func (c *connection) answered() string {
	r := &c.sides[1]
	switch {
	case r.rst:
		return "RSTRH"
	case r.fin:
		return "SHR"
	}
	return "OTH"
}

// mostPPI is how many packets of a side ppi lists.
const mostPPI = 50

// history is Zeek's: a letter for what a side did first, capital for the originator.
// It is nil where the record does not list all packets.
func (c *connection) history() (letters []byte) {
	f := c.f
	switch {
	case f.Pr == tcp && c.ppi != nil && f.PktsOut <= mostPPI && f.PktsIn <= mostPPI:
		return c.packets()
	case f.Pr != udp:
		return nil
	}
	if f.BytesOut > 0 {
		letters = append(letters, 'D')
	}
	if f.BytesIn > 0 {
		letters = append(letters, 'd')
	}
	return letters
}

// packets makes a history of the list of packets.
func (c *connection) packets() []byte {
	letters := make([]byte, 0, 16)
	var seen [1 << 7]bool
	add := func(letter byte, out bool) {
		if out {
			letter -= 'a' - 'A'
		}
		if !seen[letter] {
			seen[letter] = true
			letters = append(letters, letter)
		}
	}
	for p := range c.ppi.Items() {
		var m [3]value.Value
		part.Members(p, m[:], "flags", "b", "dir")
		out := string(m[2].Text()) == ">"
		n, _ := part.Integer(m[1])
		var flags [1 << 7]bool
		for _, letter := range m[0].Text() {
			flags[letter&0x7f] = true
		}
		switch {
		case flags['S'] && flags['A']:
			add('h', out)
		case flags['S']:
			add('s', out)
		}
		if n > 0 {
			add('d', out)
		} else if flags['A'] && !flags['S'] && !flags['F'] && !flags['R'] {
			add('a', out)
		}
		if flags['F'] {
			add('f', out)
		}
		if flags['R'] {
			add('r', out)
		}
	}
	return letters
}

// icmpPorts are what Zeek has for ports: the type of the first message, and the type
// that answers it, or its code where there is none.
func icmpPorts(f *flow.Flow) (uint16, uint16) {
	for m := range f.Rest.Get("icmp").Get("messages").Items() {
		typ, _ := part.Integer(m.Get("type"))
		code, _ := part.Integer(m.Get("code"))
		if answer, ok := counterpart(f.Pr, uint8(typ)); ok {
			return uint16(typ), uint16(answer)
		}
		return uint16(typ), uint16(code)
	}
	return 0, 0
}

// counterpart is the type of ICMP that answers another, or is answered by it.
func counterpart(pr, typ uint8) (uint8, bool) {
	pairs := [...][2]uint8{{8, 0}, {13, 14}, {10, 9}, {15, 16}, {17, 18}}
	if pr == icmp6 {
		pairs = [...][2]uint8{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}}
	}
	for _, p := range pairs {
		switch typ {
		case p[0]:
			return p[1], true
		case p[1]:
			return p[0], true
		}
	}
	return 0, false
}
