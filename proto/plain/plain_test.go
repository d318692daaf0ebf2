package plain

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"joy/feature"
)

func set() *feature.Settings {
	return &feature.Settings{Digest: func(b []byte) string { return "#" + string(rune('0'+len(b)%10)) }}
}

// all cuts a text into lines, given in pieces of n bytes.
func all(l *Lines, text string, n int) (lines []string) {
	var kept []byte
	for len(text) > 0 {
		n := min(n, len(text))
		kept = append(kept, text[:n]...)
		text = text[n:]
		for len(kept) > 0 {
			line, used, ok := l.Next(kept)
			if ok {
				lines = append(lines, string(line))
			}
			if used == 0 {
				break
			}
			kept = kept[used:]
		}
	}
	return lines
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 3*MaxLine)
	text := "a\r\nb\n\r\n" + long + "\r\nc\r\nrest"
	want := []string{"a", "b", "", long[:MaxLine], "c"}
	for _, n := range []int{1, 7, 1000, len(text)} {
		if got := all(new(Lines), text, n); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("in pieces of %d: %q", n, got)
		}
	}
	var l Lines
	l.Gap()
	if got := all(&l, "half\r\nwhole\r\n", 3); len(got) != 1 || got[0] != "whole" {
		t.Errorf("behind a gap: %q", got)
	}
}

func TestParseReply(t *testing.T) {
	for _, tt := range []struct {
		line string
		want Reply
		ok   bool
	}{
		{"220 ready", Reply{220, true, []byte("ready")}, true},
		{"250-SIZE", Reply{250, false, []byte("SIZE")}, true},
		{"250", Reply{250, true, nil}, true},
		{"25", Reply{}, false},
		{"2x0 a", Reply{}, false},
		{"2500 a", Reply{}, false},
	} {
		if r, ok := ParseReply([]byte(tt.line)); ok != tt.ok || ok && (r.Code != tt.want.Code || r.Last != tt.want.Last || !bytes.Equal(r.Text, tt.want.Text)) {
			t.Errorf("%q: %v %v", tt.line, r, ok)
		}
	}
}

func TestExchange(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, args     string
		lines          []string
		user, password string
		open           bool
	}{
		{"at once", "PLAIN " + b64("\x00bob\x00sesame"), nil, "bob", "#6", false},
		{"later", "plain", []string{b64("x\x00bob\x00sesame")}, "bob", "#6", false},
		{"in two lines", "LOGIN", []string{b64("bob"), b64("sesame")}, "bob", "#6", false},
		{"the first at once", "LOGIN " + b64("bob"), []string{b64("sesame")}, "bob", "#6", false},
		{"a hash", "CRAM-MD5", []string{b64("bob 0123")}, "bob", "#4", false},
		{"a token", "XOAUTH2 " + b64("user=bob\x01auth=Bearer x\x01\x01"), nil, "bob", "#4", false},
		{"no base64", "PLAIN", []string{"sesame"}, "", "#6", false},
		{"no zero bytes", "PLAIN", []string{b64("sesame")}, "", "", false},
		{"given up", "LOGIN", []string{"*"}, "", "", false},
		{"unknown", "SCRAM-SHA-1", []string{b64("n,,n=bob"), b64("proof")}, "", "#8", true},
	} {
		s, l := Store{Set: set()}, Login{}
		var e Exchange
		e.Begin(&l, &s, []byte(tt.args))
		for _, line := range tt.lines {
			if !e.Open() {
				t.Fatalf("%s: not open for %q", tt.name, line)
			}
			e.Response(&l, &s, []byte(line))
		}
		if string(l.User) != tt.user || string(l.Password) != tt.password || e.Open() != tt.open {
			t.Errorf("%s: user %q password %q open %v", tt.name, l.User, l.Password, e.Open())
		}
	}
}

func TestStoreIsBounded(t *testing.T) {
	s := Store{Set: set()}
	if got := s.Text(make([]byte, 2*maxPiece)); len(got) != maxPiece || !s.Full {
		t.Errorf("%d bytes, full %v", len(got), s.Full)
	}
	for range maxAll {
		s.Text([]byte("12345678"))
	}
	if len(s.text) != maxAll {
		t.Errorf("%d bytes are kept", len(s.text))
	}
	if s.Reset(); s.Full || s.Set == nil || string(s.Text([]byte("a"))) != "a" {
		t.Error("a reset store is not empty")
	}
	list := s.Words(nil, []byte("a b  a c d"), 3)
	if len(list) != 3 || string(list[2]) != "c" || !s.Full {
		t.Errorf("words %q, full %v", list, s.Full)
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("220-hello\r\nAUTH PLAIN AGJvYgBzZXNhbWU=\r\n"), 3)
	f.Add([]byte("LOGIN Ym9i\r\nc2VzYW1l\r\n*\r\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		s, l := Store{Set: set()}, Login{}
		var e Exchange
		for _, line := range all(new(Lines), string(b), max(n, 1)) {
			ParseReply([]byte(line))
			if e.Open() {
				e.Response(&l, &s, []byte(line))
			} else {
				e.Begin(&l, &s, []byte(line))
			}
		}
		if len(s.text) > maxAll {
			t.Fatalf("%d bytes are kept", len(s.text))
		}
	})
}
