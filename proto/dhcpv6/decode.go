package dhcpv6

import (
	"slices"

	"joy/feature"
	"joy/wire"
)

// Codes of options that are looked into (RFC 8415 section 21 and IANA).
const (
	codeClientID     = 1
	codeServerID     = 2
	codeIANA         = 3
	codeIATA         = 4
	codeIAAddr       = 5
	codeORO          = 6
	codePreference   = 7
	codeElapsed      = 8
	codeRelayMessage = 9
	codeAuth         = 11
	codeUnicast      = 12
	codeStatus       = 13
	codeUserClass    = 15
	codeVendorClass  = 16
	codeVendorOpts   = 17
	codeReconfigure  = 19
	codeSIPNames     = 21
	codeSIPAddrs     = 22
	codeDNS          = 23
	codeDomains      = 24
	codeIAPD         = 25
	codeIAPrefix     = 26
	codeNIS          = 27
	codeNISP         = 28
	codeSNTP         = 31
	codeRefresh      = 32
	codeRemoteID     = 37
	codeFQDN         = 39
	codeERO          = 43
	codeLQQuery      = 44 // RFC 5007 section 4.1, as those up to 48
	codeClientData   = 45
	codeCLTTime      = 46
	codeLQRelayData  = 47
	codeLQClientLink = 48
	codeBootURL      = 59
	codeLinkLayer    = 79
	codeSolMaxRT     = 82
	codeInfMaxRT     = 83
	codePortal       = 103
	codeMUD          = 112
)

// A decoder turns messages into an Info. What it gives out lies in its slices
// and in the messages; a slice that grows leaves what it gave out as it was.
type decoder struct {
	set     *feature.Settings
	left    int // options that the message may still list
	list    []Message
	wrapped []Message
	options []Option
	duids   []DUID
	addrs   []feature.Addr
	texts   []feature.Text
	numbers []uint16
	bytes   []byte // names and digests
}

func (d *decoder) reset() {
	d.list, d.wrapped, d.options, d.duids = d.list[:0], d.wrapped[:0], d.options[:0], d.duids[:0]
	d.addrs, d.texts, d.numbers, d.bytes = d.addrs[:0], d.texts[:0], d.numbers[:0], d.bytes[:0]
}

// size is roughly the number of bytes that it holds.
func (d *decoder) size() int {
	return 200*(cap(d.list)+cap(d.wrapped)) + 400*cap(d.options) + 100*cap(d.duids) +
		40*(cap(d.addrs)+cap(d.texts)) + 2*cap(d.numbers) + cap(d.bytes)
}

// add lists a message that was kept.
func (d *decoder) add(b []byte, cut bool) {
	d.left = maxOptions
	m := d.message(b, 0)
	m.Truncated = cut
	d.list = append(d.list, m)
}

// message reads a message of at least head bytes.
func (d *decoder) message(b []byte, depth int) Message {
	m := Message{Type: MessageType(b[0]), TypeName: laterName(b[0])}
	if m.IsRelay = isRelay(b[0]); m.IsRelay {
		m.Hops = b[1]
		m.LinkAddress, m.PeerAddress = addr(b[2:18]), addr(b[18:34])
		m.Options = d.readOptions(&m, b[relayHead:], depth)
	} else {
		m.TransID, m.HasTransID = TransID(b[1])<<16|TransID(b[2])<<8|TransID(b[3]), true
		m.Options = d.readOptions(&m, b[head:], depth)
	}
	if len(m.Options) > 0 {
		m.Option, m.OptLen, m.HasOption = m.Options[0].Code, m.Options[0].Len, true
	}
	for i := range m.Options {
		if id := m.Options[i].DUID; id != nil && m.MACAddr == nil {
			m.MACAddr = id.MACAddr
		}
	}
	return m
}

// readOptions reads the options in b, and what is in them.
func (d *decoder) readOptions(m *Message, b []byte, depth int) []Option {
	n := count(m, b)
	keep := min(n, d.left)
	if depth > maxDepth {
		keep = 0
	}
	m.MoreOptions += uint32(n - keep)
	d.left -= keep
	first := len(d.options)
	d.options = slices.Grow(d.options, keep)[:first+keep]
	list := d.options[first : first+keep : first+keep]
	r := wire.NewReader(b)
	for i := range list {
		list[i] = Option{Code: Code(r.Uint16()), Len: r.Uint16()}
		o := &list[i]
		data := r.Bytes(int(o.Len))
		if !d.decode(m, o, data, depth) {
			*o = Option{Code: o.Code, Len: o.Len, Data: data}
		}
	}
	return list
}

// count is the number of options in b that are whole.
func count(m *Message, b []byte) (n int) {
	for r := wire.NewReader(b); r.Len() > 0; n++ {
		r.Skip(2)
		r.Sub16()
		if r.Bad() {
			m.Malformed = true
			break
		}
	}
	return n
}
