package tls

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// run gives a Parser messages of alternating sides.
func run(t *testing.T, messages ...string) *Parser {
	t.Helper()
	p := new(Parser)
	featuretest.Feed(&Module, p, feature.TCP, featuretest.Bytes("", feature.TCP, messages...).Chunks)
	return p
}

func both(t *testing.T, p *Parser) *Info {
	t.Helper()
	i := p.Info(feature.Both)
	if i == nil {
		t.Fatal("nothing found")
	}
	return i
}

// has fails unless the Info as JSON holds all pieces.
func has(t *testing.T, i *Info, pieces ...string) {
	t.Helper()
	js := featuretest.JSON(t, i)
	for _, p := range pieces {
		if !strings.Contains(js, p) {
			t.Errorf("%s\nis not in\n%s", p, js)
		}
	}
}

// lacks fails when the Info as JSON holds a piece.
func lacks(t *testing.T, i *Info, pieces ...string) {
	t.Helper()
	js := featuretest.JSON(t, i)
	for _, p := range pieces {
		if strings.Contains(js, p) {
			t.Errorf("%s\nis in\n%s", p, js)
		}
	}
}

// What Joy gets wrong; the numbers are those of its list of defects.
func TestDefectsOfJoy(t *testing.T) {
	versions13 := ext(43, vec8("\x0a\x0a\x03\x04\x03\x03"))
	var manySuites, manyExts strings.Builder
	for n := range 300 {
		manySuites.WriteString(u16(0x1000 + n))
		manyExts.WriteString(ext(0x2000+n, "x"))
	}
	chain := vec24(strings.Repeat(vec24(strings.Repeat("x", 9000)), 12))
	for _, c := range []struct {
		name     string
		messages []string
		want     []string
	}{
		{"D31 TLS 1.3 is shown as 1.2", []string{rec(22, clientHello(versions13)), rec(22, serverHello(ext(43, "\x03\x04")))}, []string{`"c_version":6`, `"s_version":6`, `"supported_versions":["GREASE","TLS 1.3","TLS 1.2"]`}},
		{"D31 the version of the server is that of the client", []string{rec(22, clientHello(versions13)), rec(22, serverHello())}, []string{`"c_version":6`, `"s_version":5`}},
		{"D32 a quote in the server name breaks the JSON", []string{rec(22, clientHello(sni("a\"b\\c\xff")))}, []string{`"sni":["a\"b\\c\uf7ff"]`}},
		{"D34 GREASE and ALPN are not decoded", []string{rec(22, clientHello(ext(16, vec16(vec8("h2")+vec8("http/1.1"))), ext(10, vec16("\x1a\x1a\x11\xec\x00\x1d"))))}, []string{`"alpn":["h2","http/1.1"]`, `"groups":["GREASE","X25519MLKEM768","x25519"]`}},
		{"D35 suites are cut at 256", []string{rec(22, helloWith(manySuites.String()))}, []string{`"cs":["1000",`, `"112b"]`}},
		{"D35 more than 256 extensions are written beyond the table", []string{rec(22, clientHello(manyExts.String()))}, []string{`{"kind":8192,"data":"78"}`, `{"kind":8491,"data":"78"}`}},
		{"D35 an extension of the server of more than 256 bytes ends the list", []string{"", rec(22, serverHello(ext(16, strings.Repeat("a", 300)), ext(23, "")))}, []string{`{"extended_master_secret":""}`}},
		{"an extension of more than 1024 bytes is empty", []string{rec(22, clientHello(ext(51, strings.Repeat("k", 1300))))}, []string{`{"key_share":"` + strings.Repeat("6b", 1300) + `"}`}},
		{"D35 a long chain is lost", []string{rec(22, clientHello()), rec(22, serverHello()) + rec(22, handshake(11, chain))}, []string{`"s_cert":[{"length":9000,`, `"s_cert_more":2`}},
		{"D36 an SSL 2 hello is not known", []string{ssl2Client(0x0301)}, []string{`"c_version":3`, `"cs":["010080","002f"]`}},
	} {
		t.Run(c.name, func(t *testing.T) { has(t, both(t, run(t, c.messages...)), c.want...) })
	}
}

// D33: without reassembly Joy loses or invents data.
func TestRecordHeaderSplitOverSegments(t *testing.T) {
	p := new(Parser)
	at := int64(0)
	for _, s := range []string{"\x16\x03", "\x03", rec(22, clientHello())[3:7], rec(22, clientHello())[7:], "\x17\x03\x03\x00", "\x02ab\x17", "\x03\x03\x00\x00"} {
		at += 10e6
		p.Data(&feature.Chunk{Time: at, Bytes: []byte(s)})
	}
	i := both(t, p)
	n := len(clientHello())
	want := []Record{
		{B: uint16(n), Dir: ">", TP: 22, HSTypes: []uint16{1}, HSLens: []uint32{uint32(n - 4)}},
		{B: 2, Dir: ">", IPT: 40, TP: 23},
		{B: 0, Dir: ">", IPT: 10, TP: 23},
	}
	if !reflect.DeepEqual(i.SRLT, want) || i.CVersion != 5 {
		t.Errorf("got %+v\nwant %+v", i.SRLT, want)
	}
}

func TestMessageInSeveralRecordsIsNamedOnce(t *testing.T) {
	m := clientHello(ext(0x1234, strings.Repeat("x", 100)))
	i := both(t, run(t, rec(22, m[:2])+rec(22, m[2:50])+rec(22, m[50:])))
	has(t, i, `{"kind":4660`, `"tp":22},{"b":48,"dir":">","ipt":0,"tp":22,"hs_types":[1],"hs_lens":[`+fmt.Sprint(len(m)-4)+`]},`)
}

// Encrypted messages must not be read as clear ones, whatever they look like.
func TestEncryptedHandshakeIsNotRead(t *testing.T) {
	i := both(t, run(t, rec(22, clientHello()), rec(22, serverHello()), rec(20, "\x01")+rec(22, handshake(11, "abc"))+rec(21, "\x02\x28")))
	lacks(t, i, "c_cert", "alerts", `"hs_types":[11]`)
}

func TestRetryGoesOnBehindChangeCipherSpec(t *testing.T) {
	share := func(group string) string { return ext(51, vec16(group+vec16("key"))) }
	i := both(t, run(t,
		rec(22, clientHello(share("\x11\xec"), ext(0xfe0d, echOuter("\x00\x02ke")))),
		rec(22, serverHelloWith(retryRandom, ext(51, "\x00\x18"), ext(44, "c")))+rec(20, "\x01"),
		rec(20, "\x01")+rec(22, clientHello(share("\x00\x18"), ext(0xfe0d, echOuter("\x00\x00")))),
		rec(22, serverHello(ext(43, "\x03\x04"), ext(51, "\x00\x18"+vec16("key")), ext(41, "\x00\x00")))))
	has(t, i, `"key_shares":["X25519MLKEM768"]`, `"hello_retry":{"group":"secp384r1","cookie":true,`, `"key_shares":["secp384r1"]}`,
		`"s_group":"secp384r1"`, `"resumed":true`, `"kind":"real"`)
}

func TestRepeatedECHIsGREASE(t *testing.T) {
	e := ext(0xfe0d, echOuter("\x00\x02ke"))
	i := both(t, run(t, rec(22, clientHello(e)), rec(22, serverHelloWith(retryRandom)), rec(22, clientHello(e))))
	has(t, i, `"ech":{"type":"outer","kind":"grease"`)
}

func TestListEndsAfter50RecordsOfADirection(t *testing.T) {
	data := rec(23, "abc")
	p := run(t, rec(22, clientHello()), rec(22, serverHello())+strings.Repeat(data, 100), data)
	i := both(t, p)
	if len(i.SRLT) != 52 || !i.SRLTMore {
		t.Errorf("%d records, more %v", len(i.SRLT), i.SRLTMore)
	}
	_, v := p.Data(&feature.Chunk{Bytes: []byte(strings.Repeat(data, 50))})
	if v != feature.Done {
		t.Error("with both lists full there is nothing to wait for")
	}
}

// A download must not keep the parser for ever.
func TestOneSidedTransferEnds(t *testing.T) {
	p := run(t, rec(22, clientHello()), rec(22, serverHello())+strings.Repeat(rec(23, "abc"), 60))
	c := feature.Chunk{Dir: feature.In, Bytes: []byte(rec(23, strings.Repeat("x", 16000)))}
	for n := range 1000 {
		if _, v := p.Data(&c); v == feature.Done {
			if n*16000 < maxWait-32000 {
				t.Errorf("done after %d bytes", n*16000)
			}
			return
		}
	}
	t.Error("never done")
}

func TestLoss(t *testing.T) {
	m := rec(22, clientHello(sni("a.example"), ext(21, strings.Repeat("\x00", 200))))
	c := func(d feature.Dir, b string, lost int) feature.Chunk {
		return feature.Chunk{Dir: d, Bytes: []byte(b), Lost: lost}
	}
	for _, l := range []struct {
		name   string
		chunks []feature.Chunk
		want   []string
		not    []string
	}{
		{
			"inside of a hello",
			[]feature.Chunk{c(0, m[:150], 0), c(0, m[160:]+rec(23, "abc"), 10)},
			[]string{`"sni":["a.example"]`, `"truncated":true`, `"lost":true`, `"b":3,`},
			[]string{"ja3", "malformed", "srlt_more"},
		},
		{
			"inside of application data",
			[]feature.Chunk{c(0, m+rec(23, strings.Repeat("x", 100))[:50], 0), c(0, strings.Repeat("x", 45)+rec(23, "abcd"), 10)},
			[]string{`"b":100,`, `"b":4,`, `"ja3"`, `"lost":true`},
			[]string{"truncated"},
		},
		{
			"more than a record, and a record begins behind it",
			[]feature.Chunk{c(0, m+rec(23, "abc")[:6], 0), c(0, rec(23, "abcd"), 1000)},
			[]string{`"b":3,`, `"b":4,`},
			nil,
		},
		{
			"more than a record, and none begins",
			[]feature.Chunk{c(0, m+rec(23, "abc")[:6], 0), c(0, "\x17\x03\x01\x00\x04abcd", 1000)},
			[]string{`"b":3,`},
			[]string{`"b":4,`},
		},
		{"before everything", []feature.Chunk{c(0, rec(23, "abcd"), 1000)}, []string{`"b":4,`, `"lost":true`}, nil},
		{
			"between clear records",
			[]feature.Chunk{c(0, m, 0), c(1, rec(22, serverHello()), 0), c(1, rec(22, handshake(14, "")), 77)},
			[]string{`"scs"`, `"lost":true`},
			[]string{`"hs_types":[14]`},
		},
	} {
		t.Run(l.name, func(t *testing.T) {
			p := new(Parser)
			for i := range l.chunks {
				p.Data(&l.chunks[i])
			}
			i := both(t, p)
			has(t, i, l.want...)
			lacks(t, i, l.not...)
		})
	}
}

func TestCutReportsNothingTwice(t *testing.T) {
	h := rec(22, serverHello())
	p := run(t, rec(22, clientHello()), h[:20])
	has(t, both(t, p), `"c_random"`, `"truncated":true`)
	p.Cut()
	if i := p.Info(feature.OnlyOut); i != nil {
		t.Errorf("again: %s", featuretest.JSON(t, i))
	}
	p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte(h[20:] + rec(23, "abc"))})
	i := both(t, p)
	has(t, i, `"s_random"`, `"scs":"c02b"`, `"b":3,`)
	lacks(t, i, `"c_random"`, "truncated")
	p.Cut()
	if i := p.Info(feature.Both); i != nil {
		t.Errorf("again: %s", featuretest.JSON(t, i))
	}
}

func TestRecordOfOneDirectionHoldsOnlyIt(t *testing.T) {
	p := run(t, rec(22, clientHello()), rec(22, serverHello())+rec(21, "\x02\x28"))
	out, in := p.Info(feature.OnlyOut), p.Info(feature.OnlyIn)
	has(t, out, `"c_random"`, `"resumption"`, `"dir":">"`)
	lacks(t, out, `"s_random"`, `"scs"`, `"resumed"`, `"alerts"`)
	has(t, in, `"s_random"`, `"scs"`, `"resumed":true`, `"dir":">"`, `"alerts"`)
	lacks(t, in, `"c_random"`, `"cs"`, `"dir":"<"`)
}

func TestSecondClientHelloIsReportedOnce(t *testing.T) {
	has(t, both(t, run(t, rec(22, clientHello(sni("a"))), rec(22, clientHello(sni("b"))))), `"error":"twin clients"`, `"sni":["a"]`)
	has(t, both(t, run(t, rec(22, serverHello()), rec(22, serverHello()))), `"error":"twin servers"`)
}

func TestHelloThatEndsEarly(t *testing.T) {
	whole := clientHello(sni("a.example"), ext(16, vec16(vec8("h2"))))
	i := both(t, run(t, rec(22, whole)[:len(rec(22, whole))-5]))
	has(t, i, `"truncated":true`, `"sni":["a.example"]`)
	lacks(t, i, "malformed", "ja3", "ja4", "alpn")

	lie := []byte(clientHello(sni("a.example"), ext(16, vec16(vec8("h2")))))
	lie[len(lie)-6]++ // the length of the last extension
	i = both(t, run(t, rec(22, string(lie))))
	has(t, i, `"malformed":true`, `"sni":["a.example"]`)
	lacks(t, i, "truncated", "ja3")
}

func TestServerNameWithAWrongLength(t *testing.T) {
	for _, data := range []string{vec16("\x00\x00\x04abc"), "\x00\x08\x00" + vec16("abc"), vec16("\x00"+vec16("abc")) + "x"} {
		has(t, both(t, run(t, rec(22, clientHello(ext(0, data))))), `"malformed":true`)
	}
	lacks(t, both(t, run(t, rec(22, clientHello(ext(0, ""))))), "malformed")
}

func TestMessagesAreBounded(t *testing.T) {
	big := handshake(1, strings.Repeat("x", 200000))
	p := run(t, rec(22, big), rec(22, handshake(2, strings.Repeat("x", 1<<20))[:300000]))
	for d := range p.hs.sides {
		if n := len(p.hs.sides[d].buf); n > maxMessage {
			t.Errorf("%d bytes are kept", n)
		}
	}
	has(t, both(t, p), `"truncated":true`)
	p = run(t, strings.Repeat(rec(22, clientHello()), 1000))
	if n := len(p.hs.sides[0].buf); n > maxHellos*len(clientHello()) {
		t.Errorf("%d bytes of hellos are kept", n)
	}
	p.Reset()
	if cap(p.hs.sides[0].buf) > keepBuffer {
		t.Error("a large buffer outlives Reset")
	}
}

func TestOtherProtocolIsRejected(t *testing.T) {
	p := new(Parser)
	p.Data(&feature.Chunk{Bytes: []byte("GET / HTTP/1.1\r\n\r\n")})
	if _, v := p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte("HTTP/1.1 200 OK\r\n\r\n")}); v != feature.Reject {
		t.Errorf("verdict %v", v)
	}
	if i := p.Info(feature.Both); i != nil {
		t.Errorf("found %s", featuretest.JSON(t, i))
	}
}

func TestPlainAnswerToAHello(t *testing.T) {
	i := both(t, run(t, rec(22, clientHello()), "HTTP/1.1 400 Bad Request\r\n\r\n", rec(21, "\x02\x16")))
	has(t, i, `"c_random"`, `"alerts":[{"dir":">","level":"fatal","code":22,"name":"record_overflow"}]`)
}

// Certificates come out of the cache as they went in, also when those of one
// message share a place in it.
func TestCacheOfCertificates(t *testing.T) {
	const end = "\x00\x00\x00\x00\x00\x00\x00\x00"
	var message, want string
	for _, raw := range chain(t) {
		raw = append(raw, end...) // "bytes behind the certificate"
		message += vec24(string(raw))
		want += featuretest.JSON(t, parseCert(raw))
	}
	for range 3 {
		p := run(t, "", rec(22, serverHello()+handshake(11, vec24(message))))
		got := ""
		for _, c := range both(t, p).SCert {
			got += featuretest.JSON(t, c)
		}
		if got != want {
			t.Fatalf("%s\nwant\n%s", got, want)
		}
		p.Reset()
	}
}
