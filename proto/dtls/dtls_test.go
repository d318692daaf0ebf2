package dtls

import (
	"strings"
	"testing"
	"unsafe"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls"
	"joy/proto/tls/tlstest"
)

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

// The functions here make datagrams byte by byte.

func u16(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }
func u24(n int) string { return string([]byte{byte(n >> 16), byte(n >> 8), byte(n)}) }

func record(typ byte, epoch int, body string) string {
	return string([]byte{typ, 0xfe, 0xfd}) + u16(epoch) + "\x00\x00\x00\x00\x00\x01" + u16(len(body)) + body
}

func piece(typ byte, sequence int, body string, from, to int) string {
	return string([]byte{typ}) + u24(len(body)) + u16(sequence) + u24(from) + u24(to-from) + body[from:to]
}

func message(typ byte, sequence int, body string) string {
	return piece(typ, sequence, body, 0, len(body))
}

// clientHello is the body of one with a server name.
func clientHello(cookie string) string {
	const name = "a.example"
	sni := "\x00\x00" + u16(len(name)+5) + u16(len(name)+3) + "\x00" + u16(len(name)) + name
	return "\xfe\xfd" + strings.Repeat("C", 32) + "\x00" + string([]byte{byte(len(cookie))}) + cookie + "\x00\x02\xc0\x2b" + "\x01\x00" + u16(len(sni)) + sni
}

func serverHello(version string) string {
	v := "\x00\x2b\x00\x02" + version
	return "\xfe\xfd" + strings.Repeat("S", 32) + "\x00" + "\x13\x01" + "\x00" + u16(len(v)) + v
}

const verify = "\xfe\xff\x04cook"

func sessions(t testing.TB) []featuretest.Session {
	return append(tlstest.Sessions(t, feature.UDP),
		featuretest.Bytes("dtls13", feature.UDP, record(22, 0, message(1, 0, clientHello(""))), record(22, 0, message(2, 0, serverHello("\xfe\xfc")))+"\x2e\x00\x01\x00\x04abcd"+"\x2a\x00\x02rest"),
		featuretest.Bytes("cid", feature.UDP, record(22, 0, message(1, 0, clientHello(""))), record(22, 0, message(2, 0, serverHello("\xfe\xfd"))), record(25, 1, "cid and more")),
	)
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions(t)...) }

func FuzzDTLS(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions(f)...) }

func run(t *testing.T, datagrams ...string) *tls.Info {
	t.Helper()
	p := New()
	featuretest.Feed(&Module, p, feature.UDP, featuretest.Bytes("", feature.UDP, datagrams...).Chunks)
	i := p.Info(feature.Both)
	if i == nil {
		t.Fatal("nothing found")
	}
	return i
}

func has(t *testing.T, i *tls.Info, pieces ...string) {
	t.Helper()
	js := featuretest.JSON(t, i)
	for _, p := range pieces {
		if !strings.Contains(js, p) {
			t.Errorf("%s\nis not in\n%s", p, js)
		}
	}
}

// However the fragments come, the message is the same.
func TestFragments(t *testing.T) {
	h := clientHello("")
	n := len(h)
	f := func(from, to int) string { return record(22, 0, piece(1, 0, h, from, to)) }
	for _, c := range []struct {
		name      string
		datagrams []string
	}{
		{"in order", []string{f(0, 10), "", f(10, 40), "", f(40, n)}},
		{"in one datagram", []string{f(0, 10) + f(10, 40) + f(40, n)}},
		{"in one record", []string{record(22, 0, piece(1, 0, h, 0, 10)+piece(1, 0, h, 10, n))}},
		{"the last one first", []string{f(40, n), "", f(10, 40), "", f(0, 10)}},
		{"overlapping", []string{f(0, 30), "", f(20, 50), "", f(10, n)}},
		{"all again in other pieces", []string{f(0, 30), "", f(0, 20), "", f(20, n), "", f(0, n)}},
		{"between those of another message", []string{f(0, 30) + record(22, 0, piece(11, 1, h, 0, 20)), "", f(30, n)}},
	} {
		i := run(t, c.datagrams...)
		if got := featuretest.JSON(t, i); !strings.Contains(got, `"sni":["a.example"]`) || !strings.Contains(got, `"ja3":`) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestMissingFragmentIsMarked(t *testing.T) {
	h := clientHello("")
	i := run(t, record(22, 0, piece(1, 0, h, 0, 20)), "", record(22, 0, piece(1, 0, h, 30, len(h))))
	has(t, i, `"truncated":true`)
	if len(i.SNI) > 0 {
		t.Error("a hello with a hole was read")
	}
}

func TestCookieAndRetransmission(t *testing.T) {
	first, second := record(22, 0, message(1, 0, clientHello(""))), record(22, 0, message(1, 1, clientHello("cook")))
	i := run(t, first+first, record(22, 0, message(3, 0, verify)), second, record(22, 0, message(2, 1, serverHello("\xfe\xfc"))))
	has(t, i, `"dtls":{"cookie":"636f6f6b","hello_verify":true,"retransmitted":1}`, `"s_version":6`, `"c_version":5`, `"ja4":"d`)
	if i.HelloRetry != nil {
		t.Error("a HelloVerifyRequest is no HelloRetryRequest")
	}
}

func TestEncryptedMessagesAreNotRead(t *testing.T) {
	i := run(t, record(22, 0, message(1, 0, clientHello(""))), record(22, 1, message(11, 5, "\x00\x00\x03abc"))+record(21, 1, "\x02\x28"))
	if len(i.SCert) > 0 || len(i.Alerts) > 0 {
		t.Error("encrypted bytes were read")
	}
	has(t, i, `"epoch":1`)
}

// STUN and RTP share the flow with DTLS (RFC 7983).
func TestOtherProtocolsInTheFlow(t *testing.T) {
	stun, rtp := "\x00\x01\x00\x00\x21\x12\xa4\x42", "\x80\x60\x00\x01abcdefgh"
	p := New()
	chunks := featuretest.Bytes("", feature.UDP, stun, stun, record(22, 0, message(1, 0, clientHello("")))+record(20, 0, "\x01")+record(22, 1, "secret"),
		record(22, 0, message(2, 0, serverHello("\xfe\xfd")))+record(22, 1, "secret")).Chunks
	featuretest.Feed(&Module, p, feature.UDP, chunks)
	c := feature.Chunk{Bytes: []byte(rtp)}
	for n := range 2 * maxOther {
		if _, v := p.Data(&c); v == feature.Done {
			has(t, p.Info(feature.Both), `"sni":["a.example"]`, `"s_random"`)
			return
		} else if v != feature.More {
			t.Fatalf("verdict %v after %d", v, n)
		}
	}
	t.Error("never done")
}

func TestNothingButOtherProtocolsIsRejected(t *testing.T) {
	p := New()
	c := feature.Chunk{Bytes: []byte("\x80\x60\x00\x01abcdefgh")}
	for range maxOther {
		if _, v := p.Data(&c); v == feature.Reject {
			return
		}
	}
	t.Error("never rejected")
}

func TestWaitingFragmentsAreBounded(t *testing.T) {
	p := New()
	body := strings.Repeat("x", 20000)
	for n := range 200 {
		c := feature.Chunk{Bytes: []byte(record(22, 0, piece(11, n%maxSequence, body, 10, 1000+n)))}
		p.Data(&c)
	}
	f := &p.sides[0].fragments
	if len(f.bytes) > maxWaiting || len(f.list) > maxFragments || !f.dropped {
		t.Errorf("%d bytes, %d fragments, dropped %v", len(f.bytes), len(f.list), f.dropped)
	}
	p.Reset()
	if cap(p.sides[0].fragments.bytes) > keepWaiting {
		t.Error("a large buffer outlives Reset")
	}
}

func TestCutReportsNothingTwice(t *testing.T) {
	p := New()
	featuretest.Feed(&Module, p, feature.UDP, featuretest.Bytes("", feature.UDP, record(22, 0, message(1, 0, clientHello(""))), record(22, 0, message(3, 0, verify))).Chunks)
	p.Cut()
	if i := p.Info(feature.Both); i != nil {
		t.Errorf("again: %s", featuretest.JSON(t, i))
	}
	c := feature.Chunk{Dir: feature.In, Bytes: []byte(record(22, 0, message(2, 1, serverHello("\xfe\xfd"))))}
	p.Data(&c)
	i := p.Info(feature.Both)
	has(t, i, `"scs":"1301"`)
	if i.CRandom != nil || i.DTLS.HelloVerify {
		t.Error("old messages are there again")
	}
}

func TestMatch(t *testing.T) {
	hello := record(22, 0, message(1, 0, clientHello("")))
	for _, c := range []struct {
		name, bytes string
		want        feature.Guess
	}{
		{"nothing", "", feature.No},
		{"ClientHello", hello, feature.Yes},
		{"fragment of one", record(22, 0, piece(1, 0, clientHello(""), 0, 20)), feature.Yes},
		{"HelloVerifyRequest", record(22, 0, message(3, 0, verify)), feature.Yes},
		{"OpenSSL 0.9.8", "\x16\x01\x00" + hello[3:], feature.Yes},
		{"data in mid-stream", record(23, 1, "abc") + record(23, 1, "abc"), feature.Yes},
		{"a record and something else", record(23, 1, "abc") + "abc", feature.No},
		{"cut", hello[:30], feature.No},
		{"unknown message", record(22, 0, message(99, 0, clientHello(""))), feature.No},
		{"fragment behind its message", record(22, 0, "\x01"+u24(10)+u16(0)+u24(8)+u24(4)+"abcd"), feature.No},
		{"STUN", "\x00\x01\x00\x08\x21\x12\xa4\x42abcdefghijkl", feature.No},
		{"RTP", "\x80\x60\x00\x01abcdefghijkl", feature.No},
		{"QUIC", "\xc3\x00\x00\x00\x01\x08abcdefgh", feature.No},
		{"TLS", "\x16\x03\x01\x00\x20\x01\x00\x00\x1cabcdefgh", feature.No},
	} {
		if got := Match(&feature.Chunk{Bytes: []byte(c.bytes)}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAllocationsAndSize(t *testing.T) {
	if n := unsafe.Sizeof(Parser{}); n > 600 {
		t.Errorf("a Parser has %d bytes", n)
	}
	for _, s := range sessions(t) {
		p := New()
		n := testing.AllocsPerRun(20, func() {
			p.Reset()
			for i := range s.Chunks {
				p.Data(&s.Chunks[i])
			}
		})
		if n > 0 {
			t.Errorf("%s: %v allocations", s.Name, n)
		}
	}
}

func BenchmarkHandshake(b *testing.B) {
	var s featuretest.Session
	for _, s = range sessions(b) {
		if s.Name == "openssl-dtls12" {
			break
		}
	}
	p := New()
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
		if p.Info(feature.Both) == nil {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkRTP(b *testing.B) {
	p := New()
	c := feature.Chunk{Bytes: []byte("\x80\x60\x00\x01abcdefgh")}
	for b.Loop() {
		p.Data(&c)
		p.other = 0
	}
}
