package http

import (
	"fmt"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// pairs runs chunks and returns who answered whom, by target and code.
func pairs(t *testing.T, chunks []feature.Chunk) (all string, v feature.Verdict) {
	t.Helper()
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ = featuretest.Feed(&Module, p, feature.TCP, chunks)
	x := p.Info(feature.Both)
	if x == nil {
		return "", v
	}
	for _, x := range *x {
		for _, m := range []Message{x.Out, x.In} {
			word := "-"
			for e := range m.All() {
				if n := string(e.Name); n == "uri" || n == "code" {
					word = string(e.Value)
				}
			}
			all += word + " "
		}
	}
	return strings.TrimSpace(all), v
}

func ask(path string) string { return "GET " + path + " HTTP/1.1\r\n\r\n" }

func tell(code, size int) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s", code, size, strings.Repeat("x", size))
}

// TestPairs: the right response stands beside a request, whatever is missing.
func TestPairs(t *testing.T) {
	out, in := feature.Out, feature.In
	type chunk struct {
		dir  feature.Dir
		lost int
		text string
	}
	for _, tt := range []struct {
		name, want string
		chunks     []chunk
	}{
		{"pipelined", "/1 201 /2 202 /3 203", []chunk{{out, 0, ask("/1") + ask("/2") + ask("/3")}, {in, 0, tell(201, 1) + tell(202, 0) + tell(203, 2)}}},
		{"the response to the second is lost", "/1 201 /2 - /3 203", []chunk{{out, 0, ask("/1")}, {in, 0, tell(201, 1)}, {out, 0, ask("/2")}, {out, 0, ask("/3")}, {in, 60, tell(203, 1)}}},
		{"the second request is lost", "/1 201 - 202 /3 203", []chunk{{out, 0, ask("/1")}, {in, 0, tell(201, 1)}, {in, 0, tell(202, 1)}, {out, 60, ask("/3")}, {in, 0, tell(203, 1)}}},
		{"the end of a body and a start are lost", "/1 201 /2 - /3 203", []chunk{
			{out, 0, ask("/1")},
			{in, 0, "HTTP/1.1 201 X\r\nContent-Length: 99\r\n\r\nab"},
			{out, 0, ask("/2") + ask("/3")},
			{in, 150, "x\r\n\r\nbody" + tell(203, 1)},
		}},
		{"a gap in a chunk", "/1 201 /2 202", []chunk{
			{out, 0, ask("/1")},
			{in, 0, "HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab"},
			{in, 12, "yz\r\n0\r\n\r\n"},
			{out, 0, ask("/2")},
			{in, 0, tell(202, 1)},
		}},
		{"a gap over a chunk's end", "/1 201 /2 202", []chunk{
			{out, 0, ask("/1")},
			{in, 0, "HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab"},
			{out, 0, ask("/2")},
			{in, 90, "zz\r\n0\r\n\r\n" + tell(202, 1)},
		}},
		{"interim responses", "/1 201 - 100 - 103 /2 202", []chunk{{out, 0, ask("/1")}, {in, 0, "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n\r\n" + tell(201, 0)}, {out, 0, ask("/2")}, {in, 0, tell(202, 0)}}},
		{"the start was not seen", "- 201 /2 202", []chunk{{in, 0, tell(201, 3)}, {out, 0, ask("/2")}, {in, 0, tell(202, 0)}}},
		{"a wrong length", "/1 201 /2 202", []chunk{{out, 0, ask("/1")}, {in, 0, tell(201, 3) + "xxx more"}, {out, 0, ask("/2")}, {in, 0, tell(202, 0)}}},
		{"a chunk header that is none", "/1 201 /2 202", []chunk{{out, 0, ask("/1")}, {in, 0, "HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"}, {out, 0, ask("/2")}, {in, 0, tell(202, 0)}}},
		{"empty lines before a request", "/1 - /2 -", []chunk{{out, 0, "\r\n" + ask("/1") + "\r\n\r\n" + ask("/2")}}},
		{"a length given twice", "/1 201 /2 202", []chunk{{out, 0, ask("/1") + ask("/2")}, {in, 0, "HTTP/1.1 201 X\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx" + tell(202, 1)}}},
	} {
		var chunks []feature.Chunk
		for _, c := range tt.chunks {
			chunks = append(chunks, feature.Chunk{Dir: c.dir, Lost: c.lost, Bytes: []byte(c.text)})
		}
		// The side that opened the flow may be the server too.
		for range 2 {
			got, v := pairs(t, chunks)
			want := tt.want
			if tt.chunks[0].dir != chunks[0].Dir {
				want = turned(want)
			}
			if got != want || v != feature.More {
				t.Errorf("%s: got %q (%d), not %q", tt.name, got, v, want)
			}
			for i := range chunks {
				chunks[i].Dir = 1 - chunks[i].Dir
			}
		}
	}
}

// turned swaps the words of each pair.
func turned(pairs string) string {
	w := strings.Fields(pairs)
	for i := 0; i+1 < len(w); i += 2 {
		w[i], w[i+1] = w[i+1], w[i]
	}
	return strings.Join(w, " ")
}

// TestVerdicts: the parser stops where HTTP ends, at the byte behind it.
func TestVerdicts(t *testing.T) {
	closing := "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + strings.Repeat("x", 50)
	for _, tt := range []struct {
		name, request, response string
		want                    feature.Verdict
		rest                    string
	}{
		{"websocket", "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 101 X\r\nUpgrade: WebSocket\r\n\r\n\x81\x00", feature.Done, "\x81\x00"},
		{"h2c", "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n\x00\x00", feature.Switch, "\x00\x00"},
		{"TLS within HTTP", "OPTIONS * HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\n", "HTTP/1.1 101 X\r\nUpgrade: TLS/1.0\r\n\r\n\x16", feature.Switch, "\x16"},
		{"upgrade that is not granted", "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 200 X\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n\x00\x00", feature.More, ""},
		{"connect", "CONNECT h:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\nSSH", feature.Switch, "SSH"},
		{"connect after an interim response", "CONNECT h:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 X\r\n\r\nSSH", feature.Switch, "SSH"},
		{"connect that is refused", "CONNECT h:443 HTTP/1.1\r\n\r\n", tell(403, 3), feature.More, ""},
		{"body up to the end", "GET / HTTP/1.1\r\n\r\n", closing, feature.Done, ""},
		{"body up to the end, one more request", "GET / HTTP/1.1\r\n\r\n" + get, closing, feature.More, ""},
		{"not HTTP", "EHLO h\r\n", "", feature.Reject, "EHLO h\r\n"},
	} {
		p := Module.New(featuretest.Settings()).(*Parser)
		last := feature.Chunk{Bytes: []byte(tt.request)}
		used, v := p.Data(&last)
		if tt.response != "" {
			last = feature.Chunk{Dir: feature.In, Bytes: []byte(tt.response)}
			used, v = p.Data(&last)
		}
		if v != tt.want || string(last.Bytes[used:]) != tt.rest {
			t.Errorf("%s: verdict %d, rest %q", tt.name, v, last.Bytes[used:])
		}
	}
}

// TestHeldBytes: what a client sends behind CONNECT is not looked at before
// the response says what it is.
func TestHeldBytes(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	connect := "CONNECT h:443 HTTP/1.1\r\n\r\n"
	if used, v := p.Data(&feature.Chunk{Bytes: []byte(connect + get)}); used != len(connect) || v != feature.More {
		t.Fatalf("%d bytes used, verdict %d", used, v)
	}
	p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte(tell(407, 0))})
	if used, _ := p.Data(&feature.Chunk{Bytes: []byte(get)}); used != len(get) {
		t.Errorf("%d bytes used after the refusal", used)
	}
	if got := featuretest.JSON(t, p.Info(feature.Both)); !strings.Contains(got, `"/a"`) {
		t.Error(got)
	}
}
