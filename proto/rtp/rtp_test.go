package rtp

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// packet is one of a payload type and a number.
func packet(kind byte, number uint16, ssrc string) string {
	return string([]byte{0x80, kind, byte(number >> 8), byte(number), 0, 0, 0, 1}) + ssrc + "sound"
}

// stream alternates between packets of both sides.
func stream(numbers ...uint16) (all []string) {
	for _, n := range numbers {
		all = append(all, packet(0, n, "ssrc"), packet(0x80|111, n+1000, "SSRC"))
	}
	return all
}

func bytes(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.UDP, messages...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		bytes("call", stream(1, 2, 3, 4, 5, 6)...),
		bytes("numbers-overflow", stream(65533, 65534, 65535, 0, 2, 3)...),
		bytes("repeated-and-late", stream(10, 10, 12, 11, 13, 14, 15, 16)...),
		bytes("rtcp-between", append([]string{packet(0, 1, "ssrc"), "", "\x80\xc8\x00\x06sender report"}, stream(2, 3, 4, 5, 6, 7)...)...),
		bytes("too-few", stream(1, 2, 3, 4)...),
		bytes("other-sources", packet(0, 1, "aaaa"), "", packet(0, 2, "bbbb"), "", packet(0, 3, "cccc")),
		bytes("jumps", packet(8, 1, "aaaa"), "", packet(8, 700, "aaaa"), "", packet(8, 9, "aaaa")),
		bytes("other-protocol", packet(8, 1, "aaaa"), "", "text", "", "text", "", "text", "", "text", "", "text"),
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
		{"version", "\x40" + packet(0, 1, "ssrc")[1:], feature.No},
		{"RTCP", "\x80\xc8\x00\x06sender report", feature.No},
		{"reserved payload type", packet(72, 1, "ssrc"), feature.No},
		{"padding too long", "\xa0" + packet(0, 1, "ssrc")[1:], feature.No},
		{"sources go past the end", "\x8f" + packet(0, 1, "ssrc")[1:], feature.No},
		{"too short", packet(0, 1, "ssrc")[:12], feature.No},
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

// TestRejects: what only looks like it at first is left to others.
func TestRejects(t *testing.T) {
	for i, want := range map[int]feature.Verdict{4: feature.More, 5: feature.Reject, 6: feature.Reject, 7: feature.Reject} {
		s := sessions()[i]
		p := Module.New(featuretest.Settings())
		if v, _ := featuretest.Feed(&Module, p, s.Over, s.Chunks); v != want || p.(*Parser).Info(feature.Both) != nil {
			t.Errorf("%s: verdict %d", s.Name, v)
		}
	}
}

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) {
	featuretest.BenchMatch(b, &Module, "\x17\xfe\xfd\x00\x01\x00\x00\x00\x00\x00\x00\x00\x10")
}
