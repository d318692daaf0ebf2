package openvpn

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls"
)

const (
	session = "01234567"
	other   = "89abcdef"
	replay  = "\x00\x00\x00\x01\x65\x00\x00\x00"
	first   = "\x00\x00\x00\x00\x00"                                // nothing acknowledged, message 0
	second  = "\x01\x00\x00\x00\x00" + session + "\x00\x00\x00\x00" // message 0 acknowledged, message 0
)

func mac(n int) string { return strings.Repeat("m", n) }

// stream is a message over TCP.
func stream(m string) string { return string([]byte{byte(len(m) >> 8), byte(len(m))}) + m }

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("plain", feature.UDP, "\x38"+session+first, "\x40"+other+second),
		featuretest.Bytes("tls-auth", feature.UDP, "\x38"+session+mac(20)+replay+first, "\x40"+other+mac(20)+replay+second),
		featuretest.Bytes("tls-auth-sha384", feature.UDP, "\x38"+session+mac(48)+replay+first, "\x40"+other+mac(48)+replay+second),
		featuretest.Bytes("tls-auth-sha512", feature.UDP, "\x38"+session+mac(64)+replay+first, "\x40"+other+mac(64)+replay+second),
		featuretest.Bytes("tls-crypt", feature.UDP, "\x38"+session+replay+mac(32)+"12345", "\x40"+other+replay+mac(32)+"123456789abcdefgh"),
		featuretest.Bytes("tls-crypt-v2", feature.UDP, "\x50"+session+"\x0f"+replay[1:]+mac(32)+"12345"+strings.Repeat("k", 300)+"\x01\x2e", "\x40"+other+replay+mac(32)+"123456789abcdefgh"),
		featuretest.Bytes("over-tcp", feature.TCP, stream("\x38"+session+first), stream("\x40"+other+second)+"more"),
	}
}

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

// both is all that a Parser finds, as records have it.
type both struct {
	OpenVPN *Info     `json:"openvpn,omitempty"`
	TLS     *tls.Info `json:"tls,omitempty"`
}

func all(p feature.Parser, v feature.View) any {
	return both{p.(*Parser).Info(v), p.(*Parser).TLS(v)}
}

func Test(t *testing.T) {
	featuretest.Run(t, &Module, all, append(sessions(), tunnels(t)...)...)
}

func Fuzz(f *testing.F) {
	featuretest.Fuzz(f, &Module, all, append(sessions(), tunnels(f)...)...)
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name string
		over feature.Transport
		b    string
		want feature.Guess
	}{
		{"text", feature.UDP, "8 is a number, no operation", feature.No},
		{"number of the message", feature.UDP, "\x38" + session + "\x00\x00\x00\x00\x01", feature.No},
		{"key 1", feature.UDP, "\x39" + session + first, feature.No},
		{"time of long ago", feature.UDP, "\x38" + session + replay[:4] + "\x00\x00\x00\x01" + mac(32) + "12345", feature.No},
		{"begin over TCP", feature.TCP, "\x00\x0e\x38", feature.Maybe},
		{"TLS", feature.TCP, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", feature.No},
		{"control message", feature.UDP, "\x20" + session + first, feature.Maybe},
		{"no length over TCP", feature.TCP, "\x38" + session + first, feature.No},
		{"length over UDP", feature.UDP, stream("\x38" + session + first), feature.No},
		{"SHA-384", feature.UDP, "\x38" + session + mac(48) + replay + first, feature.Yes},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Over: tt.over, Bytes: []byte(tt.b)}); got != tt.want {
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

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) {
	c := feature.Chunk{Over: feature.UDP, Bytes: []byte("8 is a number, no operation")}
	for b.Loop() {
		if Match(&c) == feature.Yes {
			b.Fatal("recognised")
		}
	}
}
