package telemetry

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"joy/capture"
	"joy/packet"
	"joy/record"
)

const (
	port      = 4739
	sflowPort = 6343
	second    = int64(1e9)
	t0        = int64(1_700_000_000) // of the exports, seconds since 1970
)

// A peer is an exporter that talks to a Decoder.
type peer struct {
	d    *Decoder
	dec  *packet.Decoder
	addr netip.AddrPort
	now  int64    // nanoseconds since 1970
	got  []string // records as JSON
}

func newPeer(o Options) *peer {
	o.Ports, o.SFlowPort = []uint16{2055, port}, sflowPort
	return &peer{
		d: New(o), dec: packet.NewDecoder(packet.Options{}), now: (t0 + 1) * second,
		addr: netip.MustParseAddrPort("192.0.2.1:50000"),
	}
}

// send gives messages to the Decoder, and returns the records that come of them.
func (p *peer) send(t testing.TB, messages ...[]byte) []string {
	t.Helper()
	return p.sendTo(t, port, messages...)
}

func (p *peer) sendTo(t testing.TB, port uint16, messages ...[]byte) []string {
	t.Helper()
	p.got = nil
	for _, m := range messages {
		pk := datagram(p.dec, p.addr, port, p.now, m)
		if !p.d.Packet(&pk, func(r *record.Record) { p.got = append(p.got, string(r.AppendJSON(nil))) }) {
			t.Fatalf("%x was not taken for telemetry", m)
		}
	}
	return p.got
}

// datagram is a packet to a port.
func datagram(dec *packet.Decoder, from netip.AddrPort, port uint16, now int64, b []byte) packet.Packet {
	f := []byte{0x45, 0}
	f = be16(f, 28+len(b))
	f = append(f, 0, 0, 0, 0, 64, 17, 0, 0)
	src := from.Addr().As4()
	f = append(append(f, src[:]...), 198, 51, 100, 9)
	f = be16(be16(be16(be16(f, int(from.Port())), int(port)), 8+len(b)), 0)
	f = append(f, b...)
	return dec.Decode(nil, &capture.Frame{Time: now, Data: f, Wire: len(f), Link: capture.LinkRaw})[0]
}

func be16(b []byte, n int) []byte   { return binary.BigEndian.AppendUint16(b, uint16(n)) }
func be32(b []byte, n int64) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }
func be64(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

// raw is hexadecimal digits with blanks.
func raw(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// set is a set of a message.
func set(id int, parts ...[]byte) []byte {
	b := join(parts...)
	return append(be16(be16(nil, id), len(b)+4), b...)
}

// ipfixMessage is a message of domain 9.
func ipfixMessage(seq int64, sets ...[]byte) []byte {
	b := join(sets...)
	m := be16(be16(nil, 10), 16+len(b))
	return append(be32(be32(be32(m, t0), seq), 9), b...)
}

// v9Message is a message of source 9, whose exporter has run for 100 s.
func v9Message(seq int64, sets ...[]byte) []byte {
	m := be32(be32(be16(be16(nil, 9), len(sets)), 100_000), t0)
	return append(be32(be32(m, seq), 9), join(sets...)...)
}

// A spec is a field of a template: element, length and, for IPFIX, enterprise.
type spec struct{ id, length, enterprise int }

func specs(list ...spec) (b []byte) {
	for _, s := range list {
		if s.enterprise != 0 {
			b = be32(be16(be16(b, s.id|0x8000), s.length), int64(s.enterprise))
			continue
		}
		b = be16(be16(b, s.id), s.length)
	}
	return b
}

func tmpl(id int, list ...spec) []byte {
	return append(be16(be16(nil, id), len(list)), specs(list...)...)
}

// optionsTmpl is an options template of IPFIX.
func optionsTmpl(id, scope int, list ...spec) []byte {
	return append(be16(be16(be16(nil, id), len(list)), scope), specs(list...)...)
}

// The key of a flow, in the order of key.
var keySpecs = []spec{{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}}

// key is 10.0.0.1:1024 to 10.0.0.2:443 over TCP.
func key() []byte { return raw("0a000001 0a000002 0400 01bb 06") }

// with are the fields of a flow beside its key.
func with(list ...spec) []spec { return append(append([]spec{}, keySpecs...), list...) }

// flowOf decodes a record of IPFIX with some fields beside the key.
func flowOf(t testing.TB, p *peer, fields []spec, values ...[]byte) string {
	t.Helper()
	got := p.send(t, ipfixMessage(0, set(2, tmpl(256, with(fields...)...)), set(256, append([][]byte{key()}, values...)...)))
	if len(got) != 1 {
		t.Fatalf("%d records, want 1; %v", len(got), reasons(p.d))
	}
	return got[0]
}

// reasons are what was left out, by name.
func reasons(d *Decoder) map[string]uint64 {
	m := map[string]uint64{}
	for i, n := range d.Stats().Reasons {
		if n > 0 {
			m[Reason(i).String()] = n
		}
	}
	return m
}

// wantReasons wants the counts to be what they are, such as "bad_set 1".
func wantReasons(t testing.TB, d *Decoder, want ...string) {
	t.Helper()
	got := reasons(d)
	for _, w := range want {
		name, n, _ := strings.Cut(w, " ")
		if n == "" {
			n = "1"
		}
		if g := got[name]; n != itoa(g) {
			t.Errorf("%s is %d, want %s", name, g, n)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("left out, too: %v", got)
	}
}

func itoa(n uint64) string { return string(record.Port(n).AppendJSON(nil)) }

// has wants a record to hold parts.
func has(t testing.TB, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %s in %s", w, got)
		}
	}
}
