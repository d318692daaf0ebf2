package sip

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const (
	invite = "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP pc33;branch=z9hG4bK77\r\nf: Alice <sip:alice@example.com>;tag=19\r\nTo: Bob <sip:bob@example.org>\r\n" +
		"Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@pc33>\r\nUser-Agent: phone/1.0\r\nContent-Length: 4\r\n\r\nv=0\n"
	ringing  = "SIP/2.0 180 Ringing\r\nFrom: Alice <sip:alice@example.com>;tag=19\r\nCall-ID: a84b4c76e66710\r\nServer: pbx\r\nl: 0\r\n\r\n"
	register = "REGISTER sip:example.org SIP/2.0\r\nAuthorization: Digest username=\"alice\", response=\"6629fae4\"\r\ni: 7\r\n\r\n"
)

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("call", feature.UDP, invite, ringing),
		featuretest.Bytes("over-tcp", feature.TCP, register+"\r\n\r\n"+invite+register, ringing+ringing),
		featuretest.Bytes("odd-status", feature.UDP, "SIP/2.0 2xx\r\n\r\n", "SIP/2.0 \r\n\r\n", "SIP/2.0 404 Not Found\r\nContent-Length: 99999999999\r\n\r\n"),
		featuretest.Bytes("keep-alive", feature.UDP, invite, "\r\n\r\n", "hello", ringing),
		featuretest.Bytes("many", feature.TCP, strings.Repeat(register, 40)),
	}
}

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func Test(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func Fuzz(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func TestMatch(t *testing.T) {
	tests := []struct {
		name, b string
		want    feature.Guess
	}{
		{"HTTP", "OPTIONS * HTTP/1.1\r\n\r\n", feature.No},
		{"RTSP", "OPTIONS rtsp://example.org RTSP/1.0\r\n", feature.No},
		{"begin", "INVITE sip:b", feature.Maybe},
		{"begin of a response", "SIP/", feature.Maybe},
		{"other version", "SIP/2.01 200 OK", feature.No},
		{"line without end", "INVITE " + strings.Repeat("a", 1100), feature.No},
		{"other method", "GET / HTTP/1.1", feature.No},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Bytes: []byte(tt.b)}); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestCut: nothing is reported twice.
func TestCut(t *testing.T) {
	s := sessions()[0]
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, s.Over, s.Chunks)
	before := featuretest.JSON(t, info(p, feature.Both))
	if p.Cut(); before == "null" || p.Info(feature.Both) != nil {
		t.Errorf("reported %s, then %s", before, featuretest.JSON(t, info(p, feature.Both)))
	}
}

// TestGap: a gap within a body is known to end with it, any other ends reading.
func TestGap(t *testing.T) {
	for lost, want := range map[int]int{2: 2, 3: 1} {
		p := Module.New(featuretest.Settings()).(*Parser)
		cut := len(invite) - 2
		p.Data(&feature.Chunk{Bytes: []byte(invite[:cut])})
		p.Data(&feature.Chunk{Bytes: []byte(register), Lost: lost})
		if got := len(p.Info(feature.Both)); got != want {
			t.Errorf("%d bytes lost: %d messages, want %d", lost, got, want)
		}
	}
}

func TestSecrets(t *testing.T) { featuretest.Secrets(t, &Module, info, sessions()[1], "6629fae4") }

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, "GET / HTTP/1.1\r\n") }
