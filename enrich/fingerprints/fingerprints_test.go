package fingerprints

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint/npf"
	"joy/measure"
	"joy/proto/dhcp"
	"joy/proto/quic"
	"joy/proto/ssh"
	"joy/proto/tls"
	"joy/record"
)

// A kept is the end of a chain: what came out of the stage.
type last struct{ a, b *record.Fingerprints }

func (l *last) Write(r *record.Record) error {
	l.a, l.b = r.Fingerprints, r.FingerprintsIn
	return nil
}

// prints are the fingerprints of both sides of a record.
func prints(t *testing.T, r *record.Record) (a, b []string) {
	t.Helper()
	var l last
	if err := Stage(Hide{})(&l).Write(r); err != nil {
		t.Fatal(err)
	}
	return list(t, l.a), list(t, l.b)
}

func list(t *testing.T, f *record.Fingerprints) (all []string) {
	if f == nil {
		return nil
	}
	if len(f.TCP) > 0 {
		all = append(all, string(f.TCP))
	}
	if len(f.TLS) > 0 {
		all = append(all, string(f.TLS))
	}
	for _, s := range f.NPF {
		if _, err := npf.Parse(string(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		all = append(all, string(s))
	}
	return all
}

// hello is a ClientHello with GREASE, an extension that is not assigned and QUIC's
// parameters, and a ServerHello.
func hello() *tls.Info {
	return &tls.Info{
		JA3: []byte("seen whole"), JA3S: []byte("seen whole"), CLegacy: 0x0303, SLegacy: 0x0303,
		CS: []tls.Code{0x3a3a, 0x1301, 0xc02b},
		CExtensions: []tls.Extension{
			{Type: 0x8a8a}, {Type: 0x0023, Data: []byte("ticket")}, {Type: 0x44cd, Data: []byte{0}}, {Type: 0x0000, Data: []byte("name")},
			{Type: 0x002b, Data: []byte{4, 0x2a, 0x2a, 3, 4}}, {Type: 0x000a, Data: []byte{0, 4, 0x4a, 0x4a, 0, 0x1d}},
			{Type: 0x0039, Data: []byte{4, 1, 0, 1, 2, 9, 9, 0x40, 0x1b, 0}}, {Type: 0xff01, Data: []byte{0}}, {Type: 0x7a7a, Data: []byte{0}},
		},
		HasSCS: true, SCS: 0x1301, SExtensions: []tls.Extension{{Type: 0x002b, Data: []byte{3, 4}}, {Type: 0x0033, Data: []byte("key")}},
	}
}

const (
	sorted   = "(0000)(000a0006" + "00040a0a001d)(0023)(002b0005" + "040a0a0304)((0039)[(01)(04)(1b)])(0a0a)(0a0a)(44cd)(ff01)"
	selected = "(0000)(000a0006" + "00040a0a001d)(002b0005" + "040a0a0304)((0039)[(01)(04)(1b)])(003e)(0a0a)(0a0a)(ff01)"
	inOrder  = "(0303)(3a3a1301c02b)((8a8a)(0023)(44cd)(0000)(002b0005042a2a0304)(000a000600044a4a001d)(0039)(ff01)(7a7a))"
)

func TestTLS(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*record.Record)
		a, b   []string
	}{
		"both sides": {
			func(*record.Record) {},
			[]string{inOrder, "tls/1/(0303)(0a0a1301c02b)[" + sorted + "]", "tls/2/(0303)(0a0a1301c02b)[" + selected + "]"},
			[]string{"tls_server/(0303)(1301)((002b00020304)(0033))"},
		},
		"the client did not open the flow": {
			func(r *record.Record) { r.TLS.ClientIn = true },
			[]string{"tls_server/(0303)(1301)((002b00020304)(0033))"},
			[]string{inOrder, "tls/1/(0303)(0a0a1301c02b)[" + sorted + "]", "tls/2/(0303)(0a0a1301c02b)[" + selected + "]"},
		},
		"a record of the server alone": {
			func(r *record.Record) { r.HasIn, r.TLS.JA3, r.TLS.CS = false, nil, nil },
			[]string{"tls_server/(0303)(1301)((002b00020304)(0033))"},
			nil,
		},
		"a hello that was not seen whole": {
			func(r *record.Record) { r.TLS.JA3, r.TLS.JA3S = nil, nil }, nil, nil,
		},
		"DTLS": {
			func(r *record.Record) { r.TLS.Carrier, r.TLS.CExtensions = tls.OverDTLS, nil },
			[]string{"(0303)(3a3a1301c02b)", "dtls/1/(0303)(0a0a1301c02b)[]", "dtls/2/(0303)(0a0a1301c02b)[]"},
			[]string{"dtls_server/(0303)(1301)((002b00020304)(0033))"},
		},
		"QUIC": {
			func(r *record.Record) { r.TLS.Carrier, r.QUIC = tls.OverQUIC, &quic.Info{Version: 1} },
			[]string{inOrder, "quic/1/(00000001)(0303)(0a0a1301c02b)[" + selected + "]"},
			nil,
		},
		"too long": {
			func(r *record.Record) {
				r.TLS.CExtensions = []tls.Extension{{Type: 0x000d, Data: bytes.Repeat([]byte{1}, 5000)}}
				r.TLS.HasSCS = false
			},
			nil, nil,
		},
	} {
		r := &record.Record{TLS: hello(), HasIn: true}
		c.change(r)
		if a, b := prints(t, r); !slices.Equal(a, c.a) || !slices.Equal(b, c.b) {
			t.Errorf("%s:\n%s\n---\n%s", name, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
}

// Only the first three extensions of one type are in tls/2.
func TestRepeats(t *testing.T) {
	r := &record.Record{TLS: hello()}
	r.TLS.HasSCS = false
	r.TLS.CExtensions = slices.Repeat([]tls.Extension{{Type: 0x0017}}, 5)
	a, _ := prints(t, r)
	want := []string{"tls/1/(0303)(0a0a1301c02b)[(0017)(0017)(0017)(0017)(0017)]", "tls/2/(0303)(0a0a1301c02b)[(0017)(0017)(0017)]"}
	if len(a) < 2 || !slices.Equal(a[1:], want) {
		t.Errorf("%q", a)
	}
}

func TestTCP(t *testing.T) {
	opts := measure.ParseOptions(nil, []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7})
	r := &record.Record{
		Pr: 6, HasIn: true, Src: netip.MustParseAddr("10.0.0.1"),
		TCP: &record.TCP{
			Out: &record.SYN{Flags: "S", Window: 64240, TTL: 63, Opts: opts},
			In:  &record.SYN{Flags: "SA", Window: 1, TTL: 255, ZeroID: true},
		},
	}
	a, b := prints(t, r)
	if want := []string{"(020405b4)(04)(08)(01)(030307)", "tcp/(40)()(20)(faf0)((020405b4)(04)(08)(01)(030307))"}; !slices.Equal(a, want) {
		t.Errorf("%q", a)
	}
	if want := []string{"tcp_server/(40)(00)(e0)(0001)()"}; !slices.Equal(b, want) {
		t.Errorf("%q", b)
	}
	r.Src, r.TCP.Out.Flags = netip.MustParseAddr("2001:db8::1"), "SEC"
	if a, _ = prints(t, r); !slices.Equal(a, []string{"tcp/(60)()(20)(faf0)((020405b4)(04)(08)(01)(030307))"}) {
		t.Errorf("%q", a)
	}
}

func TestSSH(t *testing.T) {
	side := func(line string) *ssh.Side {
		return &ssh.Side{
			Protocol: []byte(line), HasOffer: true, KexAlgos: []byte("k"), HostKeyAlgos: []byte("h"), CEncryption: []byte("c"),
			SEncryption: []byte("s"), CMAC: []byte("m"), SMAC: []byte("n"), CComp: []byte("o"), SComp: []byte("p"),
		}
	}
	const lists = "(6b)(68)(63)(73)(6d)(6e)(6f)(70)()()"
	r := &record.Record{HasIn: true, SSH: &ssh.Info{Cli: side("A"), Srv: side("B")}}
	r.SSH.Srv.HasOffer = false
	a, b := prints(t, r)
	if want := []string{"ssh/(41)" + lists, "ssh_kex/" + lists, "ssh_init/(41)"}; !slices.Equal(a, want) {
		t.Errorf("%q", a)
	}
	if want := []string{"ssh_init_server/(42)"}; !slices.Equal(b, want) {
		t.Errorf("%q", b)
	}
}

func TestDHCP(t *testing.T) {
	options := []dhcp.Option{{Code: 53, Data: []byte{3}}, {Code: 61, Data: []byte{1, 2}}, {Code: 55, Data: []byte{1, 3}}, {Code: 60, Data: []byte("x")}}
	r := &record.Record{SP: 68, DP: 67, DHCP: dhcp.Info{
		{Options: []dhcp.Option{{Code: 53, Data: []byte{1}}}},
		{Options: options},
	}}
	if a, _ := prints(t, r); !slices.Equal(a, []string{"dhcp/((350103)(3d)(37020103)(3c0178))"}) {
		t.Errorf("%q", a)
	}
	r.SP, r.DP, r.HasIn = 67, 68, true
	if _, b := prints(t, r); len(b) != 1 {
		t.Errorf("%q", b)
	}
}

// What only fingerprints were made of is hidden, by what carried it.
func TestHide(t *testing.T) {
	for name, c := range map[string]struct {
		carrier tls.Carrier
		hide    Hide
		shown   bool
	}{
		"TLS hidden":         {tls.OverTCP, Hide{TLS: true}, false},
		"TLS":                {tls.OverTCP, Hide{DTLS: true, QUIC: true, OpenVPN: true}, true},
		"DTLS hidden":        {tls.OverDTLS, Hide{DTLS: true}, false},
		"DTLS without tls=1": {tls.OverDTLS, Hide{TLS: true}, true},
		"QUIC hidden":        {tls.OverQUIC, Hide{QUIC: true}, false},
		"QUIC without tls=1": {tls.OverQUIC, Hide{TLS: true}, true},
	} {
		r := &record.Record{TLS: hello(), QUIC: &quic.Info{Version: 1}, SSH: &ssh.Info{}}
		r.TLS.Carrier = c.carrier
		var l last
		if err := Stage(c.hide)(&l).Write(r); err != nil {
			t.Fatal(err)
		}
		if (r.TLS != nil) != c.shown || (r.QUIC != nil) != !c.hide.QUIC || l.a == nil || r.SSH == nil {
			t.Errorf("%s: %+v", name, r.TLS)
		}
	}
}
