package radius

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// message is one with attributes.
func message(code byte, attributes ...string) string {
	all := strings.Join(attributes, "")
	return string([]byte{code, 9, byte((len(all) + head) >> 8), byte(len(all) + head)}) + "0123456789abcdef" + all
}

func attribute(kind byte, v string) string { return string([]byte{kind, byte(len(v) + 2)}) + v }

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("access", feature.UDP, message(1, attribute(1, "alice"), attribute(2, "0123456789abcdef"), attribute(4, "\xc0\x00\x02\x01"), attribute(32, "ap-7"), attribute(30, "00-10-A4-23-19-C0:net"), attribute(31, "00-10-A4-23-19-C1")), message(2, attribute(18, "welcome"), attribute(8, "\x0a\x00\x00\x05"))),
		featuretest.Bytes("accounting", feature.UDP, message(4, attribute(40, "\x00\x00\x00\x01"), attribute(44, "5f3a"), attribute(1, "bob"), attribute(1, "second")), message(5)),
		featuretest.Bytes("eap", feature.UDP, message(1, attribute(1, "carol"), attribute(79, "\x02\x01\x00\x05\x01"), attribute(95, "\x20\x01\x0d\xb8"+strings.Repeat("\x00", 12))), message(11, attribute(79, "\x01"))),
		featuretest.Bytes("disconnect", feature.UDP, message(40, attribute(44, "5f3a")), message(42)),
		featuretest.Bytes("chap", feature.UDP, message(1, attribute(3, "x"), attribute(1, ""), attribute(4, "bad"), attribute(40, "\x00\x00\x00\x63"))),
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
		{"other length", message(1, attribute(1, "a")) + "x", feature.No},
		{"attribute too long", message(1, "\x01\x09a"), feature.No},
		{"attribute of length 0", message(1, "\x01\x00"), feature.No},
		{"request without attributes", message(1), feature.No},
		{"other code", message(99, attribute(1, "a")), feature.No},
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

func TestSecrets(t *testing.T) { featuretest.Secrets(t, &Module, info, sessions()[0], "alice") }

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, message(1, "\x01\x09a")) }
