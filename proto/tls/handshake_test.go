package tls

import (
	"testing"

	"joy/feature"
)

// What QUIC does: bytes of CRYPTO frames, no records.
func TestHandshakeWithoutRecords(t *testing.T) {
	h := Handshake{Carrier: OverQUIC}
	m := clientHello(sni("a.example"), ext(57, "parameters"))
	for i := range m {
		if _, ok := h.ClientHello(); ok || h.Hellos(feature.Out) != 0 {
			t.Fatalf("complete after %d bytes", i)
		}
		h.Write(feature.Out, []byte(m[i:i+1]))
	}
	c, ok := h.ClientHello()
	if p, has := c.TransportParameters(); !ok || !has || string(p) != "parameters" || h.Hellos(feature.Out) != 1 {
		t.Errorf("%v %v %q", ok, has, p)
	}
	h.Write(feature.In, []byte(serverHello()))
	i := h.Info(feature.Both)
	has(t, i, `"ja4":"q12d0202`, `"sni":["a.example"]`, `"scs":"c02b"`)
	lacks(t, i, "srlt", "truncated")
	h.Reset()
	if h.Info(feature.Both) != nil || h.Carrier != OverQUIC {
		t.Error("Reset has to forget the messages, and not the carrier")
	}
}

func TestParametersOfDrafts(t *testing.T) {
	h := ParseClientHello([]byte(clientHello(ext(0xffa5, "draft"))[4:]), OverQUIC)
	if p, ok := h.TransportParameters(); !ok || string(p) != "draft" || h.Bad {
		t.Errorf("%q %v", p, ok)
	}
}

// Drafts of TLS 1.3 up to 21 had a ServerHello without session id.
func TestServerHelloOfDrafts(t *testing.T) {
	m := handshake(2, "\x7f\x12"+clientRandom+"\x13\x02"+vec16(ext(40, "\x00\x1d"+vec16("key"))))
	has(t, both(t, run(t, "", rec(22, m))), `"s_version":6`, `"scs":"1302"`, `"s_group":"x25519"`)
}

func TestServerKeyExchange(t *testing.T) {
	p := "\x80" + string(make([]byte, 255))
	for _, c := range []struct {
		name, body string
		group      Group
		bits       uint32
		alg        SigAlg
	}{
		{"curve, 1.2", "\x03\x00\x17" + vec8("point") + "\x04\x03" + vec16("signature"), 23, 0, 0x0403},
		{"curve, 1.0", "\x03\x00\x17" + vec8("point") + vec16("signature"), 23, 0, 0},
		{"curve, anonymous", "\x03\x00\x17" + vec8("point"), 23, 0, 0},
		{"prime, 1.2", vec16(p) + vec16("\x02") + vec16(p) + "\x06\x01" + vec16("signature"), 0, 2048, 0x0601},
		{"prime, 1.0", vec16(p) + vec16("\x02") + vec16(p) + vec16("signature"), 0, 2048, 0},
		{"something else", "what is this", 0, 0, 0},
		{"nothing", "", 0, 0, 0},
	} {
		i := both(t, run(t, "", rec(22, serverHello()+handshake(12, c.body))))
		if i.SGroup != c.group || i.SDHBits != c.bits || i.SSigAlg != c.alg {
			t.Errorf("%s: group %d, %d bits, algorithm %04x", c.name, i.SGroup, i.SDHBits, uint16(i.SSigAlg))
		}
	}
}
