package quic

import (
	"strings"
	"testing"
	"unsafe"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls"
	"joy/proto/tls/tlstest"
)

// Both objects of a record.
type both struct {
	QUIC *Info     `json:"quic,omitempty"`
	TLS  *tls.Info `json:"tls,omitempty"`
}

func info(p feature.Parser, v feature.View) any {
	q := p.(*Parser)
	return both{q.Info(v), q.TLS(v)}
}

func sessions(t testing.TB) []featuretest.Session {
	all := tlstest.Sessions(t, feature.UDP)
	for _, v := range []uint32{version1, version2, 0xff00001d, 0xff00001b, 0xff000018, 0xff000014, 0xfaceb002} {
		all = append(all, simple(nameOf(v), v))
	}
	return append(all, oldHello(), google50(), googleNegotiation(), negotiated(), retried(), helloRetried(), shuffled())
}

// simple is a connection with nothing odd, and early data.
func simple(name string, version uint32) featuretest.Session {
	c, s := ends(version)
	params := params
	if dialectOf(version).oldParams {
		params = oldParams
	}
	return udp(strings.ReplaceAll(name, " ", "-"),
		">"+c.initial(1, whole(clientHello(params, 20)))+c.other(zeroRTT),
		"<"+s.initial(2, ack, whole(serverHello(plainRandom)))+s.other(handshake),
	)
}

// oldHello is a CHLO of Q043.
func oldHello() featuretest.Session {
	return udp("q043", ">\x09"+"connecti"+"Q043"+"\x01"+strings.Repeat("#", 12)+"\xa0\x01\x00\x40"+chlo)
}

const chlo = "CHLO\x03\x00\x00\x00" + "SNI\x00\x09\x00\x00\x00" + "VER\x00\x0d\x00\x00\x00" + "UAID\x12\x00\x00\x00" + "a.example" + "Q043" + "robot"

func google50() featuretest.Session {
	c, s := ends(0x51303530)
	c.scid, s.dcid = "", ""
	frame := "\x08" + vint(0) + vint(len(chlo)) + chlo
	return udp("q050", ">"+c.initial(1, frame), "<"+s.initial(1, "\x60\x05\x00\x00\x01\x02\x01\x01\x00", "\x08\x00\x04REJ\x00")+s.other(handshake))
}

// googleNegotiation is the answer to a version that a server of Google's old
// ones does not know.
func googleNegotiation() featuretest.Session {
	return udp("q-negotiation", ">\x09"+"connecti"+"Q025"+"\x01"+strings.Repeat("#", 12)+"\xa0\x01\x00\x40"+"padding", "<\x09"+"connecti"+"Q043Q046Q050T051"+"\xff\x00\x00\x1d")
}

// negotiated: the server does not know the version, and the client goes on with
// another one.
func negotiated() featuretest.Session {
	a, _ := ends(0x1a2a3a4a)
	c, s := ends(version1)
	c.origin, c.dcid, s.origin = "another1", "another1", "another1"
	return udp("negotiated",
		">"+a.initial(1, whole(clientHello(params, 20))),
		"<"+negotiate(a.scid, a.dcid, 0x5a6a7a8a, version1, version2),
		">"+c.initial(1, whole(clientHello(params, 30))),
		"<"+s.initial(1, ack, whole(serverHello(plainRandom)))+s.other(handshake),
	)
}

// retried: the client has to return a token; its next keys come from the
// server's id.
func retried() featuretest.Session {
	c, s := ends(version1)
	first := ">" + c.initial(1, whole(clientHello(params, 20)))
	back := packetizer{version: version1, dcid: c.scid, scid: "retry-id"}
	c.origin, c.dcid, c.token, s.origin = "retry-id", "retry-id", "token of the server", "retry-id"
	return udp("retry", first, "<"+back.retry("token of the server"),
		">"+c.initial(1, whole(clientHello(params, 20))),
		"<"+s.initial(1, ack, whole(serverHello(plainRandom))), "<"+s.other(handshake))
}

// helloRetried: TLS asks for another hello in the same streams.
func helloRetried() featuretest.Session {
	c, s := ends(version1)
	one, two := clientHello(params, 20), clientHello(params, 25)
	hrr := serverHello(retryRandom)
	first := ">" + c.initial(1, whole(one))
	c.dcid = chosen
	return udp("hello-retry", first,
		"<"+s.initial(1, ack, whole(hrr)),
		">"+c.initial(1, ack, "\x06"+vint(len(one))+vint(len(two))+two),
		"<"+s.initial(1, "\x06"+vint(len(hrr))+vint(len(serverHello(plainRandom)))+serverHello(plainRandom))+s.other(handshake),
	)
}

// shuffled: a large hello in many pieces, over three datagrams that are out of
// order, with overlaps.
func shuffled() featuretest.Session {
	c, s := ends(version1)
	h := clientHello(params, 2500)
	var pieces []string
	for at := 0; at < len(h); at += 100 {
		pieces = append(pieces, crypto(h, at, min(at+130, len(h))), "\x01", "\x00\x00")
	}
	odd := func(from int) (f []string) {
		for i := from; i < len(pieces); i += 4 {
			f = append(f, pieces[len(pieces)-1-i])
		}
		return f
	}
	return udp("shuffled",
		">"+c.initial(1, odd(3)...), ">"+c.initial(1, odd(0)...), ">"+c.initial(1, odd(1)...), ">"+c.initial(1, odd(2)...),
		"<"+s.initial(1, ack, whole(serverHello(plainRandom)))+s.other(handshake))
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions(t)...) }

func run(t *testing.T, s featuretest.Session) *Parser {
	t.Helper()
	p := New()
	if !listen(p, s.Chunks) {
		t.Fatal("not recognised")
	}
	return p
}

func TestEveryVersion(t *testing.T) {
	for v := uint32(0xff000011); v <= 0xff000022; v++ {
		checkBoth(t, simple("", v))
	}
	for _, v := range []uint32{version1, version2, 0x709a50c4, 0xfaceb001, 0xfaceb003, 0xfaceb00e} {
		checkBoth(t, simple("", v))
	}
	for _, v := range []uint32{0x54303530, 0x54303531} {
		c, s := ends(v)
		h, sh := clientHello(params, 20), serverHello(plainRandom)
		checkBoth(t, udp("", ">"+c.initial(1, "\x08"+vint(0)+vint(len(h))+h),
			"<"+s.initial(1, "\x40\x01\x00\x00\x01\x01\x00\x00\x00\x00\x00", "\x08"+vint(0)+vint(len(sh))+sh)+s.other(handshake)))
	}
}

func checkBoth(t *testing.T, s featuretest.Session) {
	t.Helper()
	p := run(t, s)
	i, q := p.TLS(feature.Both), p.Info(feature.Both)
	if i == nil || len(i.SNI) != 1 || !i.HasSCS || !strings.HasPrefix(string(i.JA4), "q13d") || i.Truncated {
		t.Errorf("%s: the hellos are not there: %+v", q.VersionName, i)
	}
	if q.Undecrypted > 0 || q.Truncated || string(q.SSCID) != chosen {
		t.Errorf("%s: %+v", q.VersionName, q)
	}
}

func TestHelloRetryIsNotTheEnd(t *testing.T) {
	p := run(t, helloRetried())
	i := p.TLS(feature.Both)
	if i.HelloRetry == nil || string(i.SRandom) != plainRandom {
		t.Errorf("%+v", i)
	}
}

func TestServerOvertakesClient(t *testing.T) {
	s := simple("", version1)
	s.Chunks[0], s.Chunks[1] = s.Chunks[1], s.Chunks[0]
	p := run(t, s)
	if i, q := p.TLS(feature.Both), p.Info(feature.Both); !i.HasSCS || len(i.SNI) != 1 || q.Undecrypted > 0 {
		t.Errorf("%+v %+v", i, q)
	}
}

// The server goes on with a version that the client knows (RFC 9369 4.1).
func TestCompatibleVersion(t *testing.T) {
	c, _ := ends(version1)
	_, s := ends(version2)
	p := run(t, udp("", ">"+c.initial(1, whole(clientHello(params, 20))), "<"+s.initial(1, whole(serverHello(plainRandom)))+s.other(handshake)))
	i, q := p.TLS(feature.Both), p.Info(feature.Both)
	if !i.HasSCS || q.Version != version2 || len(q.Versions) != 2 || q.Undecrypted > 0 {
		t.Errorf("%+v %+v", i, q)
	}
}

// The keys stay those of the first id when the client goes on with the server's.
func TestSecondFlightKeepsKeys(t *testing.T) {
	c, s := ends(version1)
	h := clientHello(params, 1000)
	first := ">" + c.initial(1, crypto(h, 0, 500))
	answer := "<" + s.initial(1, ack)
	c.dcid = chosen
	p := run(t, udp("", first, answer, ">"+c.initial(1, crypto(h, 500, len(h)))))
	if i, q := p.TLS(feature.Both), p.Info(feature.Both); i.Truncated || q.Undecrypted > 0 || string(q.DCID) != origin {
		t.Errorf("%+v %+v", i, q)
	}
}

func TestAnotherConnectionOfTheSamePorts(t *testing.T) {
	a, _ := ends(version1)
	c, s := ends(version1)
	a.origin, a.dcid = "forgotten", "forgotten"
	h := clientHello(params, 1000)
	p := run(t, udp("", ">"+a.initial(1, crypto(h, 0, 300)), ">"+c.initial(1, whole(clientHello(params, 20))), "<"+s.initial(1, whole(serverHello(plainRandom)))))
	if i := p.TLS(feature.Both); i == nil || i.Truncated || !i.HasSCS {
		t.Errorf("%+v", i)
	}
}

func TestMissingPieceIsMarked(t *testing.T) {
	h := clientHello(params, 1000)
	for name, frames := range map[string][2]string{"begin": {crypto(h, 600, len(h)), ""}, "middle": {crypto(h, 0, 300), crypto(h, 600, len(h))}} {
		c, _ := ends(version1)
		p := run(t, udp("", ">"+c.initial(1, frames[0]), ">"+c.initial(1, frames[1])))
		i, q := p.TLS(feature.Both), p.Info(feature.Both)
		if !q.Truncated || name == "middle" && (i == nil || !i.Truncated || len(i.SNI) != 1 || len(i.JA4) > 0) {
			t.Errorf("%s: %+v %+v", name, i, q)
		}
	}
}

func TestDamagedPacketIsCounted(t *testing.T) {
	c, _ := ends(version1)
	c.damaged = true
	p := run(t, udp("", ">"+c.initial(1, whole(clientHello(params, 20)))))
	if q := p.Info(feature.Both); q.Undecrypted != 1 || p.TLS(feature.Both) != nil {
		t.Errorf("%+v", q)
	}
}

func TestRetransmissionIsNotDecryptedAgain(t *testing.T) {
	c, _ := ends(version1)
	p := run(t, udp("", ">"+c.initial(1, whole(clientHello(params, 20)))))
	c.damaged = true // would be counted
	b := feature.Chunk{Bytes: []byte(c.initial(1, whole(clientHello(params, 20))))}
	p.Data(&b)
	if q := p.Info(feature.Both); q.Undecrypted > 0 || q.Packets.Initial != 2 {
		t.Errorf("%+v", q)
	}
}

func TestKeysAreBounded(t *testing.T) {
	p := New()
	for i := range 100 {
		c, _ := ends(version1)
		c.dcid = strings.Repeat(string(rune('a'+i%26)), 8+i/26)
		p.Data(&feature.Chunk{Bytes: []byte(c.initial(1, ack))})
	}
	if q := p.Info(feature.Both); p.derived != maxDerived || q.Undecrypted != 100 {
		t.Errorf("%d sets of keys, %+v", p.derived, q)
	}
}

func TestEndInInitial(t *testing.T) {
	c, s := ends(version1)
	p := run(t, udp("", ">"+c.initial(1, whole(clientHello(params, 20))), "<"+s.initial(1, "\x1c\x41\x28\x06\x05wrong")))
	if q := p.Info(feature.Both); q.Close == nil || q.Close.Code != 0x128 || string(q.Close.Reason) != "wrong" || q.Close.Dir != "<" {
		t.Errorf("%+v", q.Close)
	}
	if q := p.Info(feature.OnlyOut); q.Close != nil {
		t.Errorf("%+v", q.Close)
	}
}

func TestCutForgetsWhatWasReported(t *testing.T) {
	s := simple("", version1)
	p := New()
	p.Data(&s.Chunks[0])
	p.Cut()
	if p.Info(feature.Both) != nil || p.TLS(feature.Both) != nil {
		t.Error("reported twice")
	}
	if _, v := p.Data(&s.Chunks[1]); v != feature.Done {
		t.Error("forgot that it had the client's hello")
	}
	if i, q := p.TLS(feature.Both), p.Info(feature.Both); !i.HasSCS || len(i.SNI) > 0 || q.Packets.Initial != 1 {
		t.Errorf("%+v %+v", i, q)
	}
}

func TestNothingIsReadBehindTheEnd(t *testing.T) {
	s := simple("", version1)
	p := run(t, s)
	for i := range s.Chunks {
		if _, v := p.Data(&s.Chunks[i]); v != feature.Done {
			t.Error("goes on")
		}
	}
	if q := p.Info(feature.Both); q.Packets.Initial != 2 || p.secrets != nil {
		t.Errorf("%+v", q)
	}
}

func TestCaptureHoldsLessThanWasSent(t *testing.T) {
	c, _ := ends(version1)
	b := c.initial(1, whole(clientHello(params, 500)))
	p := run(t, udp("", ">"+b[:100]))
	if q := p.Info(feature.Both); !q.Truncated || q.Undecrypted > 0 || q.Version != version1 {
		t.Errorf("%+v", q)
	}
}

func TestMidConnection(t *testing.T) {
	_, s := ends(version1)
	for _, b := range []string{"\x40" + strings.Repeat("x", 50), "\x00" + strings.Repeat("\x00", 50), ""} {
		if Match(&feature.Chunk{Bytes: []byte(b)}) != feature.No {
			t.Errorf("%.10q is taken for QUIC", b)
		}
	}
	p := run(t, udp("", "<"+s.other(handshake)))
	if q := p.Info(feature.OnlyIn); q.Packets.Handshake != 1 || q.Version != version1 {
		t.Errorf("%+v", q)
	}
}

func TestStrictMatch(t *testing.T) {
	c, _ := ends(version1)
	good := c.initial(1, whole(clientHello(params, 20)))
	for name, b := range map[string]string{
		"version":        good[:4] + "\x07" + good[5:],
		"long id":        good[:5] + "\x15" + good[6:],
		"short payload":  good[:22] + "\x05" + good[23:],
		"only a header":  good[:30],
		"RTP":            "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"odd versions":   negotiate("a", "b", 0x12345678, 0x9abcdef0),
		"only GREASE":    negotiate("a", "b", 0x1a2a3a4a),
		"half a version": negotiate("a", "b", version1) + "\x00",
	} {
		if Match(&feature.Chunk{Bytes: []byte(b)}) != feature.No {
			t.Errorf("%s is taken for QUIC", name)
		}
	}
}

func TestHugeStreamIsBounded(t *testing.T) {
	c, _ := ends(version1)
	h := clientHello(params, 1000)
	p := New()
	for i := range 200 {
		from := i * 4
		p.Data(&feature.Chunk{Bytes: []byte(c.initial(2, "\x06"+vint(from+100)+"\x01x", "\x06\x80\x01\x00\x00\x01y"))})
	}
	if s := p.sides[0].crypto.gaps; len(s.parts) > maxParts || len(s.buf) > maxWindow || !p.Info(feature.Both).Truncated {
		t.Errorf("%d parts, %d bytes of %d", len(s.parts), len(s.buf), len(h))
	}
}

func TestParameters(t *testing.T) {
	all, more, bad := parameters([]byte(params), false)
	if len(all) != 5 || more != 0 || bad || !all[0].HasValue || all[0].Value != 30000 || all[2].Name != "GREASE" || len(all[3].Versions) != 2 || all[4].Name != "" {
		t.Errorf("%+v", all)
	}
	if all, _, bad = parameters([]byte(oldParams), true); len(all) != 2 || all[0].Value != 30000 || all[1].Name != "disable_active_migration" || bad {
		t.Errorf("%+v", all)
	}
	if _, more, _ = parameters([]byte(strings.Repeat("\x1b\x00", 70)), false); more != 70-maxParameters {
		t.Errorf("%d more", more)
	}
	if _, _, bad = parameters([]byte("\x01\x08\x00"), false); !bad {
		t.Error("a parameter that is cut is taken for whole")
	}
}

func TestPacketNumbers(t *testing.T) {
	for _, v := range []struct {
		short    int64
		n        int
		expected int64
		want     int64
	}{{0x9b32, 2, 0xa82f30eb, 0xa82f9b32}, {0, 1, 0, 0}, {0xff, 1, 0x100, 0xff}, {0x01, 1, 0xff, 0x101}, {0x26dc38, 3, 0, 0x26dc38}} {
		if got := unshorten(v.short, v.n, v.expected); got != v.want {
			t.Errorf("%x of %d bytes at %x is %x, want %x", v.short, v.n, v.expected, got, v.want)
		}
	}
}

func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Parser{}); n > 480 {
		t.Errorf("a Parser has %d bytes", n)
	} else {
		t.Logf("a Parser has %d bytes", n)
	}
}
