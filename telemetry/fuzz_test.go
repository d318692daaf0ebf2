package telemetry

import (
	"encoding/json"
	"net/netip"
	"testing"

	"joy/packet"
	"joy/record"
	"joy/wire"
)

// pack puts messages together as FuzzPacket takes them apart.
func pack(port byte, messages ...[]byte) (b []byte) {
	for _, m := range messages {
		b = append(be16(append(b, port), len(m)), m...)
	}
	return b
}

// FuzzPacket gives several messages, so that templates, sequence numbers and
// sets that wait are part of the state.
func FuzzPacket(f *testing.F) {
	q := firstUDP()
	f.Add(pack(0, ipfixMessage(0, set(2, tmpl(256, with(spec{12172, 65535, 9}, spec{291, 65535, 0})...)), set(256, key(), []byte{byte(len(q))}, q, basic(12184, 2, "0001")))))
	f.Add(pack(0, ipfixMessage(0, set(300, key())), ipfixMessage(1, set(2, tmpl(300, keySpecs...))), ipfixMessage(0, set(2, raw("0002 0000")))))
	f.Add(pack(0, ipfixMessage(0, set(3, optionsTmpl(258, 1, spec{302, 4, 0}, spec{305, 4, 0}, spec{306, 4, 0})), set(258, raw("00000007 00000001 00000063")))))
	f.Add(pack(0, v9Message(1, set(0, tmpl(256, with(spec{44941, 40, 0}, spec{44944, 256, 0}, spec{22, 4, 0})...)), set(256, key(), make([]byte, 300)))))
	f.Add(pack(0, v9Message(1, set(1, v9Options(257, 4, 8, spec{34, 4, 0}, spec{48, 1, 0}, spec{50, 4, 0})), set(257, raw("0000ffff 02 000003e8")))))
	f.Add(pack(0, join(raw("0005 0001 00000000"), be32(nil, t0), make([]byte, 12), key(), make([]byte, 35))))
	f.Add(pack(0, ipfixMessage(0, set(2, raw("0100 ea60 0008 0004"))), ipfixMessage(0, raw("0100 0000")), ipfixMessage(0, set(2, raw("0100 0000")), set(256, key()))))
	f.Add(pack(1, sflowMessage(1, 1000, flows(header(1, 1062, frame())), opaque(counterSample, make([]byte, 12)))))
	f.Add(pack(0, ipfixMessage(0, set(2, tmpl(256, with(ownSpecs()...)...)), set(256, key(), make([]byte, 300)))))
	f.Fuzz(fuzzPacket)
}

// ownSpecs are all of our own elements, with a byte each.
func ownSpecs() (list []spec) {
	for id := range ownSlots {
		list = append(list, spec{int(id.Number()), 1, int(id.Enterprise())})
	}
	return list
}

func fuzzPacket(t *testing.T, b []byte) {
	o := Options{Ports: []uint16{port}, SFlowPort: sflowPort, Exporters: 3, Templates: 4, TemplateFields: 2000, Waiting: 1500, Modules: record.Modules, CommunityID: true}
	d, dec := New(o), packet.NewDecoder(packet.Options{})
	from := netip.MustParseAddrPort("192.0.2.1:50000")
	r, now, size := wire.NewReader(b), t0*second, 0
	var out []byte
	for r.Len() > 0 {
		kind := r.Uint8()
		m := r.Sub16()
		message := m.Rest()
		if r.Bad() || len(message) > 2000 {
			return
		}
		to := uint16(port)
		if kind&1 != 0 {
			to = sflowPort
		}
		size += len(message)
		now += int64(kind) * second / 8
		pk := datagram(dec, from, to, now, message)
		before := d.Stats().Records
		d.Packet(&pk, func(r *record.Record) {
			if out = r.AppendJSON(out[:0]); !json.Valid(out) {
				t.Fatalf("no JSON: %s", out)
			}
		})
		s := d.Stats()
		if n := s.Records - before; n > uint64(size) {
			t.Fatalf("%d records of %d bytes", n, size)
		}
		if len(s.Exporters) > o.Exporters || d.weight > o.TemplateFields+maxFields+templateExtra || d.waiting.bytes > o.Waiting {
			t.Fatalf("%d exporters, %d fields, %d bytes wait", len(s.Exporters), d.weight, d.waiting.bytes)
		}
		checkState(t, d)
		if n := s.Reasons[ParserPanic]; n > 0 {
			t.Fatalf("%d parsers failed", n)
		}
	}
}

// checkState wants the totals to be those of the parts.
func checkState(t *testing.T, d *Decoder) {
	t.Helper()
	fields, waiting, weight := 0, 0, 0
	for _, s := range d.streams.all {
		for _, n := range s.waiting {
			waiting += n
		}
		fields += templateExtra * (len(s.sampling) + len(s.apps))
		for _, x := range s.templates.all {
			fields += x.weight()
			if x.least <= 0 {
				t.Fatal("a template without a length")
			}
		}
	}
	for i := range d.waiting.sets {
		weight += d.waiting.sets[i].weight()
	}
	if fields != d.weight || waiting != len(d.waiting.sets) || weight != d.waiting.bytes {
		t.Fatalf("%d fields of %d, %d sets of %d, %d bytes of %d", d.weight, fields, len(d.waiting.sets), waiting, d.waiting.bytes, weight)
	}
}

// FuzzList holds the readers of lists to their bounds.
func FuzzList(f *testing.F) {
	f.Add(basic(12184, 2, "0064 ffff 012c")[3:])
	f.Add(raw("04 8005 ffff 00007ed9 03 616263 00 ff0001 78"))
	f.Add(raw("04 801c 0008 00007ed9 3ff0000000000000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := New(Options{})
		d.list(b)
		for s := range numSlots {
			for dir := range 2 {
				n := 0
				for text := range d.vals.texts(s, dir) {
					n += 1 + len(text)
				}
				l := d.vals.numbers(s, dir, 2)
				for l.len() > 0 {
					l.next()
					n++
				}
				if n > 2*len(b) {
					t.Fatalf("%d of %d bytes", n, len(b))
				}
			}
		}
	})
}

// BenchmarkRecords is what a collector does all day: messages of full size with
// records of the usual elements.
func BenchmarkRecords(b *testing.B) {
	usual := []spec{{1, 4, 0}, {2, 4, 0}, {21, 4, 0}, {22, 4, 0}, {10, 4, 0}, {14, 4, 0}, {16, 4, 0}, {17, 4, 0}, {6, 1, 0}, {5, 1, 0}, {61, 1, 0}, {15, 4, 0}, {9, 1, 0}, {13, 1, 0}}
	rest := raw("00001092 00000007 00018000 00017000 00000003 00000004 0000fde8 0000fdea 1b 00 01 c0000207 18 10")
	var v9, ten, five [][]byte
	for range 25 {
		v9 = append(v9, key(), rest)
	}
	long := with(spec{152, 8, 0}, spec{153, 8, 0}, spec{1, 8, 0}, spec{2, 8, 0}, spec{1, 8, 29305}, spec{2, 8, 29305}, spec{371, 65535, 0})
	for range 19 {
		ten = append(ten, key(), make([]byte, 48), []byte("\x05alice"))
	}
	for range 30 {
		five = append(five, key(), make([]byte, 35))
	}
	head := join(raw("0005 001e 000186a0"), be32(nil, t0), make([]byte, 12))
	for _, c := range []struct {
		name     string
		port     uint16
		template []byte
		data     []byte
		n        int
	}{
		{"netflow5", port, join(head, join(five...)), join(head, join(five...)), 30},
		{"netflow9", port, v9Message(0, set(0, tmpl(256, with(usual...)...))), v9Message(0, set(256, v9...)), 25},
		{"ipfix", port, ipfixMessage(0, set(2, tmpl(256, long...))), ipfixMessage(0, set(256, ten...)), 19},
		{"sflow5", sflowPort, sflowMessage(0, 0), sflowMessage(0, 0, flows(header(1, 1062, frame())), flows(header(1, 1062, frame())), flows(header(1, 1062, frame()))), 3},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newPeer(Options{})
			p.sendTo(b, c.port, c.template)
			pk := datagram(p.dec, p.addr, c.port, p.now, c.data)
			n := 0
			emit := func(*record.Record) { n++ }
			b.ReportAllocs()
			rounds := 0
			for b.Loop() {
				p.d.Packet(&pk, emit)
				rounds++
			}
			if n != rounds*c.n {
				b.Fatalf("%d records", n)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n), "ns/record")
		})
	}
}

// BenchmarkHostile is what the worst messages cost, those of 64 KiB that are all
// small parts.
func BenchmarkHostile(b *testing.B) {
	repeat := func(part []byte) (all [][]byte) {
		for range 65_000 / len(part) {
			all = append(all, part)
		}
		return all
	}
	var many [][]byte
	for id := range 8000 {
		many = append(many, tmpl(256+id, spec{8, 4, 0}))
	}
	for _, c := range []struct {
		name    string
		message []byte
	}{
		{"templates", ipfixMessage(0, set(2, many...))},
		{"sets without a template", ipfixMessage(0, repeat(set(300, []byte{1}))...)},
		{"templates that sets wait for", ipfixMessage(0, append(repeat(set(60_000, []byte{1}))[:1000], set(2, many[:7000]...))...)},
		{"withdrawals", ipfixMessage(0, append([][]byte{set(2, many[:4000]...)}, repeat(set(3, raw("0003 0000")))[:2000]...)...)},
		{"records of a byte", ipfixMessage(0, append([][]byte{set(2, tmpl(256, spec{4, 1, 0}))}, set(256, make([]byte, 65_000)))...)},
		{"records of addresses", ipfixMessage(0, append([][]byte{set(2, tmpl(256, spec{8, 4, 0}, spec{12, 4, 0}))}, set(256, make([]byte, 65_000)))...)},
		{"fields of no length", ipfixMessage(0, append([][]byte{set(2, tmpl(256, append(make([]spec, 4000), spec{4, 1, 0})...))}, set(256, make([]byte, 45_000)))...)},
		{"samples", sflowMessage(0, 0, repeat(opaque(counterSample, nil))...)},
		{"records of samples", sflowMessage(0, 0, flows(repeat(opaque(99, nil))[:7000]...))},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newPeer(Options{})
			to := uint16(port)
			if c.message[3] == 5 {
				to = sflowPort
			}
			pk := datagram(p.dec, p.addr, to, p.now, c.message)
			b.SetBytes(int64(len(c.message)))
			for b.Loop() {
				p.d.Packet(&pk, func(*record.Record) {})
			}
		})
	}
}
