package telemetry

import (
	"net/netip"
	"strings"
	"testing"
)

// v9Options is an options template of NetFlow 9, with lengths in bytes.
func v9Options(id, scope, options int, list ...spec) []byte {
	return append(be16(be16(be16(nil, id), scope), options), specs(list...)...)
}

// TestHostileTemplates: what cannot be a template is counted, costs little, and
// leaves the next message alone.
func TestHostileTemplates(t *testing.T) {
	long := make([]spec, 4097)
	for i := range long {
		long[i] = spec{210, 1, 0}
	}
	for _, c := range []struct {
		name    string
		message []byte
		want    string
	}{
		{"60,000 fields that are not there", ipfixMessage(0, set(2, raw("0100 ea60 0008 0004"))), "bad_template"},
		{"60,000 fields in NetFlow 9", v9Message(0, set(0, raw("0100 ea60 0008 0004"))), "bad_template"},
		{"more fields than are kept", ipfixMessage(0, set(2, tmpl(256, long...))), "long_template"},
		{"no fields in NetFlow 9", v9Message(0, set(0, raw("0100 0000"))), "bad_template"},
		{"fields without a length", ipfixMessage(0, set(2, tmpl(256, spec{8, 0, 0}, spec{12, 0, 0})), set(256, key())), "bad_template"},
		{"number of a set", ipfixMessage(0, set(2, tmpl(3, keySpecs...))), "bad_template"},
		{"enterprise number cut off", ipfixMessage(0, set(2, raw("0100 0001 8008 0004"))), "bad_template"},
		{"variable length in NetFlow 9", v9Message(0, set(0, tmpl(256, spec{96, 65535, 0}))), "bad_template"},
		{"options without a scope", ipfixMessage(0, set(3, optionsTmpl(256, 0, spec{34, 4, 0}))), "bad_template"},
		{"more scopes than fields", ipfixMessage(0, set(3, optionsTmpl(256, 2, spec{34, 4, 0}))), "bad_template"},
		{"options without fields", v9Message(0, set(1, v9Options(256, 0, 0))), "bad_template"},
		{"options longer than the set", v9Message(0, set(1, v9Options(256, 65532, 65532))), "bad_template"},
		{"set of length zero", ipfixMessage(0, raw("0100 0000")), "bad_set"},
		{"set shorter than its header", v9Message(0, raw("0000 0003")), "bad_set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(Options{})
			p.send(t, c.message)
			if n := p.d.Stats().Exporters[0].Templates; n != 0 {
				t.Errorf("%d templates are kept", n)
			}
			wantReasons(t, p.d, c.want)
			if p.d.weight != 0 || p.d.Stats().Templates != 0 {
				t.Errorf("%d fields", p.d.weight)
			}
			if got := p.send(t, ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(256, key()))); len(got) == 0 {
				t.Error("the next message has no record")
			}
		})
	}
}

func TestHostileData(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []spec
		data   []byte
		want   string
	}{
		{"field of 65,534 bytes", with(spec{96, 65534, 0}), key(), ""},
		{"variable length past the end", with(spec{96, 65535, 0}), append(key(), 200, 'x'), "bad_record"},
		{"long variable length past the end", with(spec{96, 65535, 0}), append(key(), 255, 255, 255, 'x'), "bad_record"},
		{"variable length cut off", with(spec{96, 65535, 0}), append(key(), 255, 0), "bad_record"},
		{"no addresses", []spec{{1, 1, 0}}, make([]byte, 3), "no_flow 3"},
		{"address of three bytes", []spec{{8, 3, 0}, {12, 4, 0}}, make([]byte, 7), "no_flow"},
		{"record that is cut", keySpecs, key()[:12], ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(Options{})
			if got := p.send(t, ipfixMessage(0, set(2, tmpl(256, c.fields...)), set(256, c.data))); len(got) != 0 {
				t.Errorf("records: %v", got)
			}
			if c.want == "" {
				wantReasons(t, p.d)
			} else {
				wantReasons(t, p.d, c.want)
			}
		})
	}
}

func TestHostileLists(t *testing.T) {
	for name, list := range map[string]string{
		"empty": "00", "header cut off": "03 04afd8", "no length": "09 04 afd8 0000 00000009", "of lists": "05 04 0123 ffff",
		"nine bytes each": "12 04 afd8 0009 00000009 010203040506070809", "half an element": "0a 04 afd8 0002 00000009 01",
		"text cut off": "0a 04 8005 ffff 00007ed9 09", "longer than its field": "ffff",
	} {
		p := newPeer(Options{})
		for _, r := range p.send(t, ipfixMessage(0, set(2, tmpl(256, with(spec{291, 65535, 0})...)), set(256, key(), raw(list)))) {
			has(t, r, `"packets":[],`)
			if strings.Contains(r, "labels") {
				t.Errorf("%s: %s", name, r)
			}
		}
	}
}

func TestTemplateIsReplaced(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, with(spec{1, 4, 0})...))))
	weight := p.d.weight
	got := p.send(t, ipfixMessage(0, set(2, tmpl(256, with(spec{2, 4, 0})...)), set(256, key(), be32(nil, 7))))
	has(t, got[0], `"bytes_out":0,"num_pkts_out":7`)
	if p.d.weight != weight || p.d.Stats().Exporters[0].Templates != 1 {
		t.Errorf("%d fields, not %d", p.d.weight, weight)
	}
}

// TestTemplatesAreOfOneStream: another exporter, session, domain or protocol has
// templates of its own.
func TestTemplatesAreOfOneStream(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, keySpecs...))))
	data := ipfixMessage(0, set(256, key()))
	other := ipfixMessage(0, set(256, key()))
	copy(other[12:], be32(nil, 10))
	if n := len(p.send(t, other)); n != 0 {
		t.Error("another domain")
	}
	if n := len(p.send(t, v9Message(0, set(256, key())))); n != 0 {
		t.Error("another protocol")
	}
	first := p.addr
	for _, a := range []string{"192.0.2.2:50000", "192.0.2.1:50001"} {
		p.addr = netip.MustParseAddrPort(a)
		if n := len(p.send(t, data)); n != 0 {
			t.Error(a)
		}
	}
	p.addr = first
	if n := len(p.send(t, data)); n != 1 {
		t.Error("the stream itself")
	}
}

// TestNetFlow9MayChangeItsPort as routers with several line cards do.
func TestNetFlow9MayChangeItsPort(t *testing.T) {
	p := newPeer(Options{})
	p.send(t, v9Message(0, set(0, tmpl(256, keySpecs...))))
	p.addr = netip.AddrPortFrom(p.addr.Addr(), 50001)
	if n := len(p.send(t, v9Message(1, set(256, key())))); n != 1 {
		t.Errorf("%d records", n)
	}
}

func TestWithdrawal(t *testing.T) {
	p := newPeer(Options{})
	all := ipfixMessage(0, set(2, tmpl(256, keySpecs...), tmpl(257, keySpecs...)), set(3, optionsTmpl(258, 1, spec{149, 4, 0}, spec{34, 4, 0})))
	left := func() int { return p.d.Stats().Exporters[0].Templates }
	p.send(t, all, ipfixMessage(0, set(2, raw("0101 0000"))))
	if n := left(); n != 2 {
		t.Errorf("one is withdrawn: %d left", n)
	}
	p.send(t, all, ipfixMessage(0, set(2, raw("0002 0000"))))
	if n := left(); n != 1 {
		t.Errorf("all are: %d left", n)
	}
	p.send(t, all, ipfixMessage(0, set(3, raw("0003 0000"))))
	if n := left(); n != 2 {
		t.Errorf("all for options are: %d left", n)
	}
	if s := p.d.Stats(); s.Withdrawn != 4 || p.d.weight != 2*(5+templateExtra) {
		t.Errorf("%d withdrawn, %d fields", s.Withdrawn, p.d.weight)
	}
	wantReasons(t, p.d)
}

func TestTemplateExpires(t *testing.T) {
	p := newPeer(Options{TemplateLife: 100 * second})
	p.send(t, ipfixMessage(0, set(2, tmpl(256, keySpecs...))))
	for range 3 { // used is as good as sent
		p.now += 90 * second
		if n := len(p.send(t, ipfixMessage(0, set(256, key())))); n != 1 {
			t.Fatalf("%d records", n)
		}
	}
	p.now += 101 * second
	if n := len(p.send(t, ipfixMessage(0, set(256, key())))); n != 0 {
		t.Errorf("%d records", n)
	}
	wantReasons(t, p.d, "expired_template")
}

func TestBoundOfTemplates(t *testing.T) {
	p := newPeer(Options{Templates: 3})
	for id := 256; id < 260; id++ {
		p.send(t, ipfixMessage(0, set(2, tmpl(id, keySpecs...))))
		p.send(t, ipfixMessage(0, set(256, key()))) // 256 is in use
	}
	if n := len(p.send(t, ipfixMessage(0, set(256, key()), set(257, key()), set(258, key()), set(259, key())))); n != 3 {
		t.Errorf("%d records of 3", n)
	}
	wantReasons(t, p.d, "evicted_template")
}

func TestBoundOfExporters(t *testing.T) {
	p := newPeer(Options{Exporters: 2})
	for domain := range int64(3) {
		m := ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(300, key()))
		copy(m[12:], be32(nil, domain))
		p.send(t, m)
	}
	s := p.d.Stats()
	if len(s.Exporters) != 2 || s.Exporters[0].Domain != 2 || s.Exporters[1].Domain != 1 || s.Messages != 3 {
		t.Errorf("%+v", s)
	}
	if p.d.weight != 2*(5+templateExtra) || s.Waiting != 2 {
		t.Errorf("%d fields, %d waiting", p.d.weight, s.Waiting)
	}
	wantReasons(t, p.d, "evicted_exporter", "no_template")
}

// TestBoundOfFields: floods of templates cost no more than the bound.
func TestBoundOfFields(t *testing.T) {
	const bound = 16 * (5 + templateExtra) // two templates are a stream's share
	p := newPeer(Options{TemplateFields: bound})
	for domain := range int64(20) {
		m := ipfixMessage(0, set(2, tmpl(256, keySpecs...), tmpl(257, keySpecs...)))
		copy(m[12:], be32(nil, domain))
		p.send(t, m)
		if p.d.weight > bound {
			t.Fatalf("%d fields", p.d.weight)
		}
	}
	if n := len(p.d.Stats().Exporters); n != 8 {
		t.Errorf("%d exporters with two templates each", n)
	}
	for id := 256; id < 276; id++ { // one that goes wild costs the others little
		p.send(t, ipfixMessage(0, set(2, tmpl(id, keySpecs...))))
	}
	if s := p.d.Stats(); len(s.Exporters) != 8 || s.Exporters[0].Templates != 2 || p.d.weight != bound {
		t.Errorf("%d exporters, %d templates, %d fields", len(s.Exporters), s.Exporters[0].Templates, p.d.weight)
	}
	wantReasons(t, p.d, "evicted_exporter 13", "evicted_template 18")
}
