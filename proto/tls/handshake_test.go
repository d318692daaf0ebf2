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

// The examples of the descriptions of JA3 and JA4, as far as they give all
// that goes in.
func TestFingerprints(t *testing.T) {
	i := both(t, run(t, rec(22, handshake(1, "\x03\x01"+clientRandom+"\x00"+vec16("\x00\x2f\x00\x35\x00\x05\x00\x0a\xc0\x09\xc0\x0a\xc0\x13\xc0\x14\x00\x32\x00\x38\x00\x13\x00\x04")+vec8("\x00")+
		vec16(sni("a")+ext(10, vec16("\x00\x17\x00\x18\x00\x19"))+ext(11, vec8("\x00")))))))
	if string(i.JA3Str) != "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0" || string(i.JA3) != "ada70206e40642a3e4461f35503241d5" {
		t.Errorf("%s %s", i.JA3Str, i.JA3)
	}
	suites := "\x8a\x8a\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8\xc0\x13\xc0\x14\x00\x9c\x00\x9d\x00\x2f\x00\x35"
	exts := []string{
		ext(0xfafa, ""), ext(27, ""), ext(5, ""), ext(10, vec16("")), ext(43, vec8("\xca\xca\x03\x04\x03\x03")), ext(0x4469, ""), ext(18, ""), ext(11, vec8("\x00")), ext(0xff01, "\x00"),
		ext(16, vec16(vec8("h2")+vec8("http/1.1"))), ext(23, ""), ext(13, vec16("\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01")), sni("a"), ext(35, ""), ext(51, ""), ext(45, ""), ext(0x5a5a, "\x00"), ext(21, ""),
	}
	i = both(t, run(t, rec(22, helloWith(suites, exts...))))
	const want = "t13d1516h2_8daaf6152771_e5627efa2ab1"
	if string(i.JA4) != want {
		t.Errorf("%s, want %s (%s)", i.JA4, want, i.JA4R)
	}
}
