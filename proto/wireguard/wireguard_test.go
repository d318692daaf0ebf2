package wireguard

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// message is one of a type and a length.
func message(kind byte, size int) string {
	return string([]byte{kind, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 5, 0, 0, 0, 0, 0, 0, 0}) + strings.Repeat("e", size-16)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("handshake", feature.UDP, message(initiation, 148), message(response, 92), message(data, 32), message(data, 96)),
		featuretest.Bytes("under-load", feature.UDP, message(initiation, 148), message(cookie, 64), message(initiation, 148)),
		featuretest.Bytes("data-only", feature.UDP, message(data, 1440)),
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
		{"length", message(initiation, 147), feature.No},
		{"reserved", "\x01\x00\x01" + message(1, 148)[3:], feature.No},
		{"type 5", message(5, 64), feature.No},
		{"data not padded", message(data, 33), feature.No},
		{"counter", message(data, 32)[:8] + strings.Repeat("\xff", 24), feature.No},
		{"too short", "\x01", feature.No},
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

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, message(data, 33)) }
