package http

import (
	"fmt"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// TestBounds: what a bound cuts off shows.
func TestBounds(t *testing.T) {
	headers := strings.Repeat("A: b\r\n", maxHeaders+7)
	block := strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 20)
	long := strings.Repeat("x", 3*maxLine)
	for _, tt := range []struct{ name, message, want string }{
		{"headers", "GET / HTTP/1.1\r\n" + headers + "Content-Length: 1\r\n\r\nx", `"out_left":8`},
		{"header block", "GET / HTTP/1.1\r\n" + block + "\r\n", `"out_left":4`},
		{"long header", "GET / HTTP/1.1\r\nA: " + long + "\r\nB: c\r\n\r\n", `{"B":"c"}],"out_marks":["cut"]`},
		{"long folded header", "GET / HTTP/1.1\r\nA: " + strings.Repeat("xxxx\r\n ", maxLine/4) + "y\r\nB: c\r\n\r\n", `{"B":"c"}],"out_marks":["cut"]`},
		{"long name", "GET / HTTP/1.1\r\n" + long[:300] + ": v\r\n\r\n", `xxx":"v"}],"out_marks":["cut"]`},
		{"long target", "GET /" + long + " HTTP/1.1\r\nB: c\r\n\r\n", `xxx"},{"B":"c"}],"out_marks":["cut"]`},
		{"long reason", "HTTP/1.1 200 " + long + "\r\nB: c\r\n\r\n", `xxx"},{"B":"c"}],"out_marks":["cut"]`},
		{"no header", "GET / HTTP/1.1\r\nno header\r\n: x\r\n folded\r\nB: c\r\n\r\n", `{"B":"c"}],"out_left":2`},
		{"messages", strings.Repeat(get, maxMessages+5), `"more_out":5`},
		{"text", strings.Repeat("GET / HTTP/1.1\r\nA: "+long[:8000]+"\r\n\r\n", 20), `"more_out":3`},
		{"end of the stream in the headers", "GET / HTTP/1.1\r\nA: b", `{"A":"b"}],"out_marks":["cut"]`},
	} {
		s := tcp("", tt.message)
		s.Chunks[0].EOF = true
		whole := found(t, s, featuretest.Settings())
		if !strings.Contains(whole, tt.want) {
			t.Errorf("%s: no %s in %.3000s", tt.name, tt.want, whole)
		}
		if !strings.HasPrefix(tt.name, "long") {
			whole = strings.Replace(whole, tt.want, "", 1)
		}
		if strings.Contains(whole, `"more_`) || strings.Contains(whole, `_left"`) {
			t.Errorf("%s: more is counted: %.3000s", tt.name, whole)
		}
		b := s.Chunks[0].Bytes
		s.Chunks = nil
		for len(b) > 0 {
			n := min(97, len(b))
			s.Chunks = append(s.Chunks, feature.Chunk{Bytes: b[:n], EOF: n == len(b)})
			b = b[n:]
		}
		if got := found(t, s, featuretest.Settings()); !strings.Contains(got, tt.want) {
			t.Errorf("%s, in pieces: no %s", tt.name, tt.want)
		}
	}
}

// TestRequestsWithoutResponses: of the requests of one side only the latest
// are remembered.
func TestRequestsWithoutResponses(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	for range 1000 {
		p.Data(&feature.Chunk{Bytes: []byte(get)})
	}
	if n := len(p.pending[0]); n != maxPending {
		t.Errorf("%d requests are pending", n)
	}
}

// TestCutReportsOnce: a record holds what came since the one before, and the
// state of the streams stays.
func TestCutReportsOnce(t *testing.T) {
	streams := [2]string{
		get + "HEAD /h HTTP/1.1\r\nA: b\r\n\r\n" + after,
		okay + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + okay,
	}
	for cut := range len(streams[0]) + len(streams[1]) {
		p := Module.New(featuretest.Settings()).(*Parser)
		feed := func(d feature.Dir, s string) (rest int) {
			used, _ := p.Data(&feature.Chunk{Dir: d, Bytes: []byte(s)})
			return len(s) - used
		}
		out := min(cut, len(streams[0]))
		in := cut - out
		kept := [2]int{feed(feature.Out, streams[0][:out]), feed(feature.In, streams[1][:in])}
		text := featuretest.JSON(t, p.Info(feature.Both))
		p.Cut()
		if p.Info(feature.Both) != nil {
			t.Fatalf("cut at %d: messages stay", cut)
		}
		feed(feature.Out, streams[0][out-kept[0]:])
		feed(feature.In, streams[1][in-kept[1]:])
		text += featuretest.JSON(t, p.Info(feature.Both))
		for want, n := range map[string]int{`"/a"`: 1, `"/h"`: 1, `"/last"`: 1, `"A":"b"`: 1, `"Host":`: 1, `"code"`: 3, `"Content-Length":"7"`: 1} {
			if strings.Count(text, want) != n {
				t.Fatalf("cut at %d: %s is not there %d times:\n%s", cut, want, n, text)
			}
		}
	}
}

func TestSecretsInTheClear(t *testing.T) {
	set := featuretest.Settings()
	set.Secrets = true
	got := found(t, tcp("", "GET http://u:p@h/ HTTP/1.1\r\nAuthorization: Basic Ym9i\r\nCookie: a=1\r\n\r\n"), set)
	for _, want := range []string{"http://u:p@h/", "Basic Ym9i", "a=1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestSecretAppend(t *testing.T) {
	set := &feature.Settings{Digest: func(b []byte) string { return fmt.Sprintf("<%s>", b) }}
	many := strings.Repeat("a=b; ", maxCookies+1)
	for _, tt := range []struct{ name, value, want string }{
		{"Authorization", "Basic abc", "Basic <abc>"},
		{"AUTHORIZATION", "abc", "<abc>"},
		{"Proxy-Authorization", "Digest username=\"bob\", realm=x", "Digest <username=\"bob\", realm=x>"},
		{"Authorization", "", ""},
		{"Cookie", "a=1; b=2;c=; d", "a=<1>; b=<2>;c=; <d>"},
		{"Cookie", ";;= ;", ";;=< >;"},
		{"Cookie", many, strings.Repeat("a=<b>; ", maxCookies) + "<a=b; >"},
		{"set-cookie", "a=1=2; Path=/; Secure", "a=<1=2>; Path=/; Secure"},
		{"X-API-Key", "k", "<k>"},
		{"Referer", "http://u:p@h:80/a@b?c@d", "http://<u:p>@h:80/a@b?c@d"},
		{"Location", "//u@h/", "//<u>@h/"},
		{"Location", "/a//u@h/", "/a//u@h/"},
		{"Location", "https://h/?m=a@b", "https://h/?m=a@b"},
		{":authority", "u:p@h", "<u:p>@h"},
		{"Host", "u:p@h", "<u:p>@h"},
		{"User-Agent", "a=b", "a=b"},
	} {
		if got := string(SecretOf([]byte(tt.name)).Append(nil, []byte(tt.value), set)); got != tt.want {
			t.Errorf("%s: %s becomes %s, not %s", tt.name, tt.value, got, tt.want)
		}
	}
}
