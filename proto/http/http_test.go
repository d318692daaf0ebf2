package http

import (
	"fmt"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func tcp(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.TCP, messages...)
}

const (
	get   = "GET /a HTTP/1.1\r\nHost: h.example\r\n\r\n"
	okay  = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	after = "GET /last HTTP/1.1\r\n\r\n"
)

// sessions are examined, with their results in testdata.
func sessions() []featuretest.Session {
	lost := tcp("gap-in-body", get, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n12345", "", "6789"+okay, after, okay)
	lost.Chunks[2].Lost = 991
	block := tcp("gap-in-headers", "GET /1 HTTP/1.1\r\nHost: h\r\n", "", "rest: of\r\n\r\nGET /2 HTTP/1.1\r\nHost: i\r\n\r\n", okay)
	block.Chunks[1].Lost = 20
	eof := tcp("until-close", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nall", "", " of it")
	eof.Chunks[2].EOF = true
	return []featuretest.Session{
		tcp("get", get, okay, get, okay),
		tcp("chunked", "POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nSum: 17\r\n\r\n"+get, okay+okay),
		tcp("bodiless", "HEAD / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "GET /2 HTTP/1.1\r\n\r\n",
			"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "DELETE /3 HTTP/1.1\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", get, okay),
		tcp("continue", "PUT /f HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "abc",
			"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", get, okay),
		tcp("websocket", "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"),
		tcp("h2c", "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
		tcp("connect", "CONNECT h:443 HTTP/1.1\r\n\r\n\x16\x03\x01", "HTTP/1.1 407 Who\r\nContent-Length: 1\r\n\r\n?"),
		tcp("tunnel", "CONNECT h:443 HTTP/1.1\r\n\r\n\x16\x03\x01", "HTTP/1.1 200 Connection established\r\n\r\n\x16\x03\x03"),
		tcp("methods", "PROPFIND /dav HTTP/1.1\r\n\r\nM-SEARCH * HTTP/1.1\r\n\r\nRPC_IN_DATA /rpc HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET http://u:p@h/x HTTP/1.1\r\n\r\n"),
		tcp("secrets", "GET / HTTP/1.1\r\nauthorization: Basic Ym9iOnNlY3JldA==\r\nCookie: a=1; sid=topsecret\r\nReferer: http://bob:pw@h/x@y\r\n\r\n",
			"HTTP/1.1 302 Found\r\nSet-Cookie: sid=topsecret; Path=/\r\nLocation: /b@c\r\nContent-Length: 0\r\n\r\n"),
		tcp("server-first", "", okay, get, okay),
		lost, block, eof,
		tcp("junk-between", get, okay+"\x00\x01 junk", get, okay),
		tcp("no-length", get, "HTTP/1.1 200 OK\r\n\r\n<HTTP/1.1 is a protocol> HTTP/1.1 200 Fine\r\n", get, "more"+okay),
	}
}

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func ssdp() featuretest.Session {
	return featuretest.Bytes("ssdp", feature.UDP, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nST: ssdp:all\r\n\r\n",
		"HTTP/1.1 200 OK\r\nEXT:\r\nUSN: uuid:1\r\nLOCATION: http://10.0.0.1/d.xml\r\n\r\n", "M-SEARCH * HTTP/1.1\r\nST: no-end", "junk",
		"NOTIFY * HTTP/1.1\r\nNT: x\r\n\r\n")
}

func TestSSDP(t *testing.T) { featuretest.Run(t, &SSDP, info, ssdp()) }

func FuzzHTTP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func FuzzSSDP(f *testing.F) { featuretest.Fuzz(f, &SSDP, info, ssdp()) }

func TestMatch(t *testing.T) {
	long := strings.Repeat("x", believeAfter)
	tests := map[string]feature.Guess{
		"G": feature.Maybe, "GET": feature.Maybe, "GET ": feature.Maybe, "GET /": feature.Maybe, "H": feature.Maybe, "HTTP/1.": feature.Maybe,
		"GET / HTTP/1.1\r\n": feature.Yes, "GET / HTTP/1.0\n": feature.Yes, "\r\nGET / HTTP/1.1\r\n": feature.Yes, "FANCY /x HTTP/1.1\r\n": feature.Yes,
		"GET /" + long: feature.Yes, "GET http://" + long: feature.Yes, "FANCY /" + long: feature.Maybe, "GET x" + long: feature.Maybe,
		"HTTP/1.1 200 OK": feature.Maybe, "HTTP/1.1 200\r\n": feature.Yes, "HTTP/1.0 404 Not Found\r\n": feature.Yes,
		"GET /\r\n": feature.Yes, "GET x\r\n": feature.No, "GET / x\r\n": feature.No, "GET / HTTP/2.0\r\n": feature.No, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": feature.No, "GET HTTP/1.1\r\n": feature.No,
		"OPTIONS * RTSP/1.0\r\n": feature.No, "RTSP/1.0 200 OK\r\n": feature.No, "REGISTER sip:h SIP/2.0\r\n": feature.No, "SIP/2.0 200 OK\r\n": feature.No,
		"OPTIONS icap://h/x ICAP/1.0\r\n": feature.No, "ICAP/1.0 204 X\r\n": feature.No,
		"SSH-2.0-x\r\n": feature.No, "EHLO h\r\n": feature.No, "\x16\x03\x01": feature.No, "get / HTTP/1.1\r\n": feature.No, "GET  / HTTP/1.1\r\n": feature.No,
		"HTTP/1.1 20": feature.Maybe, "HTTP/1.1 2x0 OK\r\n": feature.No, "HTTP/1.1 2000 OK\r\n": feature.No, "HTTP/1.1 000 OK\r\n": feature.No,
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": feature.No, "Hello there HTTP/1.1\r\n": feature.No,
	}
	for in, want := range tests {
		if got := match(&feature.Chunk{Bytes: []byte(in)}); got != want {
			t.Errorf("%.40q: %d, not %d", in, got, want)
		}
		for i := range in {
			if got := match(&feature.Chunk{Bytes: []byte(in[:i])}); want == feature.Yes && got == feature.No {
				t.Errorf("%.40q: No after %d bytes", in, i)
			}
		}
	}
	for _, in := range []string{"HTTP/1.", "HTTP/1.1 20", "GET", "GET ", "GET /", "\r\n", ""} {
		if got := match(&feature.Chunk{Bytes: []byte(in), EOF: true}); got == feature.Yes {
			t.Errorf("%q at the end of a stream is Yes", in)
		}
	}
}

// read gives messages to a parser, and returns what it has found.
func read(t *testing.T, messages ...string) string {
	t.Helper()
	return found(t, tcp("", messages...), featuretest.Settings())
}

func found(t *testing.T, s featuretest.Session, set *feature.Settings) string {
	t.Helper()
	p := Module.New(set)
	if v, _ := featuretest.Feed(&Module, p, s.Over, s.Chunks); v == feature.Reject {
		return "rejected"
	}
	return featuretest.JSON(t, info(p, feature.Both))
}

// A request of HTTP/0.9 has no version and no headers; its answer is no message.
func TestSimpleRequest(t *testing.T) {
	got := read(t, "GET /x\r\n\r\n", "<html>\r\nwords: and more\r\n")
	if want := `[{"out":[{"method":"GET"},{"uri":"/x"}]`; !strings.HasPrefix(got, want) || strings.Contains(got, "words") {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestJoysDefects are those of item D39 of Joy's description.
func TestJoysDefects(t *testing.T) {
	headers, wantHeaders := "", ""
	for i := range 50 {
		headers += fmt.Sprintf("X-%d: %d\r\n", i, i)
		wantHeaders += fmt.Sprintf(`,{"X-%d":"%d"}`, i, i)
	}
	big := strings.Repeat("b", 5000)
	request := `{"method":"GET"},{"uri":"/"},{"version":"HTTP/1.1"}`
	response := `{"version":"HTTP/1.1"},{"code":"200"}`
	for _, tt := range []struct {
		name, want string
		messages   []string
	}{
		{"an empty header value is lost", `[{"out":[` + request + `,{"X":""},{"Y":"1"}]}]`, []string{"GET / HTTP/1.1\r\nX:\r\nY: 1\r\n\r\n"}},
		{"a response without reason is lost", `[{"in":[` + response + `,{"A":"b"}]}]`, []string{"", "HTTP/1.1 200 \r\nA: b\r\n\r\n"}},
		{"nor a space before it", `[{"in":[` + response + `,{"A":"b"}]}]`, []string{"", "HTTP/1.1 200\r\nA: b\r\n\r\n"}},
		{"bare LF", `[{"out":[` + request + `,{"A":"b"}]}]`, []string{"GET / HTTP/1.1\nA: b\n\n"}},
		{"a header block in two segments", `[{"out":[` + request + `,{"Host":"h"}]}]`, []string{"GET / HTTP/1.1\r\nHo", "", "st: h\r\n\r\n"}},
		{"headers of more than 2032 bytes", `[{"out":[` + request + `,{"B":"` + big + `"},{"C":"d"}]}]`, []string{"GET / HTTP/1.1\r\nB: " + big + "\r\nC: d\r\n\r\n"}},
		{"more than 32 headers", `[{"out":[` + request + wantHeaders + `]}]`, []string{"GET / HTTP/1.1\r\n" + headers + "\r\n"}},
		{"more than 15 messages", `[` + strings.TrimSuffix(strings.Repeat(`{"out":[`+request+`]},`, 20), ",") + `]`, []string{strings.Repeat("GET / HTTP/1.1\r\n\r\n", 20)}},
		{"no headers", `[{"out":[` + request + `],"in":[` + response + `,{"reason":"OK"}]}]`, []string{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"}},
		{
			"pipelining", `[{"out":[` + request + `],"in":[` + response + `,{"Content-Length":"1"},{"body":"61"}]},{"out":[` + request + `],"in":[` + response + `]}]`,
			[]string{"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200\r\n\r\n"},
		},
		{"PATCH of HTTP/1.0 on any port", `[{"out":[{"method":"PATCH"},{"uri":"/"},{"version":"HTTP/1.0"}]}]`, []string{"PATCH / HTTP/1.0\r\n\r\n"}},
		{"a folded line is joined wrongly", `[{"out":[` + request + `,{"A":"b c d"},{"E":"f"}]}]`, []string{"GET / HTTP/1.1\r\nA: b\r\n  c\r\n\td\r\nE: f\r\n\r\n"}},
		{"garbage taken for a request", "rejected", []string{"hello big world\r\n\r\n"}},
		{"and in capital letters", "rejected", []string{"HELLO BIG WORLD\r\n\r\n"}},
		{"UTF-8 becomes dots", `[{"out":[{"method":"GET"},{"uri":"/ä"},{"version":"HTTP/1.1"},{"X":"€"}]}]`, []string{"GET /ä HTTP/1.1\r\nX: €\r\n\r\n"}},
		{
			"the body is padded with zeros", `[{"out":[{"method":"POST"},{"uri":"/"},{"version":"HTTP/1.1"},{"Content-Length":"2"},{"body":"6869"}]}]`,
			[]string{"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"},
		},
	} {
		if got := read(t, tt.messages...); got != tt.want {
			t.Errorf("%s: got\n%s\nnot\n%s", tt.name, got, tt.want)
		}
	}
}
