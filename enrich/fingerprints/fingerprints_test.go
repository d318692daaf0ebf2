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
	"joy/proto/openvpn"
	"joy/proto/quic"
	"joy/proto/smtp"
	"joy/proto/ssh"
	"joy/proto/stun"
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
	if err := Stage(&l).Write(r); err != nil {
		t.Fatal(err)
	}
	r.Fingerprints, r.FingerprintsIn = nil, nil // as the engine does
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
	if f.Truncated {
		all = append(all, "truncated")
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
			{Type: 0x8a8a},
			{Type: 0x0023, Data: []byte("ticket")},
			{Type: 0x44cd, Data: []byte{0}},
			{Type: 0x0000, Data: []byte("name")},
			{Type: 0x002b, Data: []byte{4, 0x2a, 0x2a, 3, 4}},
			{Type: 0x000a, Data: []byte{0, 4, 0x4a, 0x4a, 0, 0x1d}},
			{Type: 0x0039, Data: []byte{4, 1, 0, 1, 2, 9, 9, 0x40, 0x1b, 0}},
			{Type: 0xff01, Data: []byte{0}},
			{Type: 0x7a7a, Data: []byte{0}},
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
			[]string{"truncated"},
			nil,
		},
	} {
		r := &record.Record{TLS: hello(), HasIn: true}
		c.change(r)
		if a, b := prints(t, r); !slices.Equal(a, c.a) || !slices.Equal(b, c.b) {
			t.Errorf("%s:\n%s\n---\n%s", name, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
}

// What a stage of somebody else's has made stays, behind ours.
func TestOthersStay(t *testing.T) {
	r := &record.Record{TLS: hello(), HasIn: true, Fingerprints: &record.Fingerprints{NPF: []record.Text{record.Text("own/(01)")}}}
	a, _ := prints(t, r)
	if len(a) != 4 || a[3] != "own/(01)" {
		t.Errorf("%q", a)
	}
	r = &record.Record{FingerprintsIn: &record.Fingerprints{NPF: []record.Text{record.Text("own/(02)")}}}
	if a, b := prints(t, r); a != nil || !slices.Equal(b, []string{"own/(02)"}) {
		t.Errorf("%q %q", a, b)
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
			Out: &record.SYN{Flags: "S", Window: 64240, TTL: 63, Opts: opts, OptLen: 20},
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
	r.TCP.Out.OptLen = 24 // end, and three bytes
	if a, _ = prints(t, r); len(a) != 2 || a[0] != "(020405b4)(04)(08)(01)(030307)" || a[1] != "tcp/(40)()(20)(faf0)((020405b4)(04)(08)(01)(030307)(00)(00)(00)(00))" {
		t.Errorf("%q", a)
	}
	r.TCP.Out.OptLen = 20
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

// The options of a DHCPREQUEST: 55 and 124 with their data, 60 without, and the
// end.
func TestDHCP(t *testing.T) {
	const (
		request = "\x35\x01\x03\x00\x3d\x02ab\x37\x02\x01\x03\x3c\x01x\x7c\x05\x00\x00\x00\x09\x00"
		want    = "dhcp/((350103)(3d)(37020103)(3c)(7c050000000900)"
	)
	for name, c := range map[string]struct {
		fields []string
		want   []string
	}{
		"the first request":      {[]string{"\x35\x01\x01\xff", request + "\xff\x00\x00", "\x35\x01\x03\xff"}, []string{want + "(ff))"}},
		"no end":                 {[]string{request}, []string{want + ")"}},
		"behind the end":         {[]string{request + "\xff\x0c\x01x"}, []string{want + "(ff))"}},
		"no type":                {[]string{"\x37\x01\x01\xff"}, nil},
		"an option is not whole": {[]string{request + "\x0c\x04x"}, nil},
		"half an option":         {[]string{request + "\x0c"}, nil},
	} {
		r := &record.Record{SP: 68, DP: 67}
		for _, f := range c.fields {
			r.DHCP = append(r.DHCP, dhcp.Message{Field: []byte(f)})
		}
		if a, _ := prints(t, r); !slices.Equal(a, c.want) {
			t.Errorf("%s: %q", name, a)
		}
	}
	r := &record.Record{SP: 67, DP: 68, HasIn: true, DHCP: dhcp.Info{{Field: []byte(request)}}}
	if _, b := prints(t, r); len(b) != 1 {
		t.Errorf("%q", b)
	}
}

// Parts as npf.md has them; what is not whole ends the list.
func TestSTUN(t *testing.T) {
	const id = "\x21\x12\xa4\x42cookieandmor"
	for request, want := range map[string]string{
		"\x00\x01\x00\x00" + id:            "stun/1/(00)(0001)(01)()",
		"\x00\x01\x00\x000123456789abcdef": "stun/1/(00)(0001)(00)()",
		"\x00\x11\x00\x00" + id:            "stun/1/(01)(0001)(01)()",
		"\x00\x03\x00\x1c" + id + "\x80\x28\x00\x04abcd\x00\x06\x00\x05usert...\x80\x70\x00\x04\x00\x00\x00\x02\x00\x24\x00\x00": "stun/1/(00)(0003)(01)((8028)(0006)(8070000400000002))",
		"\x00\x01\x00\x09" + id + "\xc0\x57\x00\x04abcd\x00\x06\x00\x05u":                                                        "stun/1/(00)(0001)(01)((c057))",
		"\x00\x01\x00\x09" + id + "\x80\x37\x00\x01x\x00\x00\x00\x00\x06\x00\x05user":                                            "stun/1/(00)(0001)(01)((8037000178))",
	} {
		r := &record.Record{HasIn: true, STUN: &stun.Info{In: &stun.Side{Request: []byte(request)}}}
		if a, b := prints(t, r); a != nil || !slices.Equal(b, []string{want}) {
			t.Errorf("%q: %q, %q", request, a, b)
		}
	}
	r := &record.Record{STUN: &stun.Info{Out: &stun.Side{}}}
	if a, b := prints(t, r); a != nil || b != nil {
		t.Errorf("without a request %q, %q", a, b)
	}
}

func TestSMTP(t *testing.T) {
	r := &record.Record{HasIn: true, SMTP: &smtp.Info{Srv: &smtp.Server{Answer: []byte("250-mx\n250-mx.example.org\n250-Hello you\n250-SIZE 9\n250 HELP\n")}}}
	want := []string{"smtp_server/(2d6d78)(3235302d53495a452039)(3235302048454c50)"}
	if a, b := prints(t, r); a != nil || !slices.Equal(b, want) {
		t.Errorf("%q, %q", a, b)
	}
	r.SMTP.Srv.Answer = []byte("250-a.example\n250 b.example\n") // names alone
	if a, b := prints(t, r); a != nil || b != nil {
		t.Errorf("%q, %q", a, b)
	}
	r.SMTP.Srv.Answer = []byte("250-mx\n250-SIZE 9\n250 HELP\n")
	r.SMTP.ClientIn = true
	if a, _ := prints(t, r); !slices.Equal(a, want) {
		t.Errorf("%q", a)
	}
}

func TestOpenVPN(t *testing.T) {
	r := &record.Record{Pr: 17, HasIn: true, TLS: hello(), OpenVPN: &openvpn.Info{MAC: 20, HelloIn: [2]uint8{3, 0}}}
	r.TLS.HasSCS = false
	r.TLS.CExtensions = r.TLS.CExtensions[:2]
	a, _ := prints(t, r)
	if want := []string{"(0303)(3a3a1301c02b)((8a8a)(0023))", "openvpn/(11)(03)(0400)(14)(0303)(0a0a1301c02b)((0a0a)(0023))"}; !slices.Equal(a, want) {
		t.Errorf("%q", a)
	}
	r.TLS.ClientIn = true // and its hello was not whole
	if a, b := prints(t, r); a != nil || len(b) != 1 {
		t.Errorf("%q, %q", a, b)
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
		if err := Stage(c.hide.Stage(&l)).Write(r); err != nil {
			t.Fatal(err)
		}
		if (r.TLS != nil) != c.shown || (r.QUIC != nil) != !c.hide.QUIC || l.a == nil || r.SSH == nil {
			t.Errorf("%s: %+v", name, r.TLS)
		}
	}
}
