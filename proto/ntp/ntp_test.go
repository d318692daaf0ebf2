package ntp

import (
	"encoding/binary"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// message is a header with the whole seconds of four times.
func message(first, stratum byte, id string, reference, origin, receive, transmit uint32) string {
	b := make([]byte, size)
	b[0], b[1], b[2], b[3] = first, stratum, 6, 0xec
	copy(b[12:16], id)
	for i, t := range []uint32{reference, origin, receive, transmit} {
		binary.BigEndian.PutUint32(b[16+8*i:], t)
	}
	return string(b)
}

const now = 0xe8a00000 // 2023

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("client-and-server", feature.UDP, message(0x23, 0, "", 0, 0, 0, now), message(0x24, 2, "\xc0\x00\x02\x01", now-900, now, now+1, now+1)),
		featuretest.Bytes("reference-clock", feature.UDP, message(0xe3, 16, "INIT", 0, 0, 0, now), message(0x1c, 1, "GPS\x00", now-5, now, now, now)),
		featuretest.Bytes("kiss", feature.UDP, message(0x23, 3, "\x0a\x00\x00\x01", now-100, now-64, now-64, now), message(0xe4, 0, "RATE", now-3, now, now, now)),
		featuretest.Bytes("extensions", feature.UDP, message(0x23, 0, "", 0, 0, 0, now)+"\x01\x04\x00\x24"+strings.Repeat("u", 32)+"\x02\x04\x00\x10"+strings.Repeat("c", 12)),
		featuretest.Bytes("monlist", feature.UDP, "\x17\x00\x03\x2a\x00\x00\x00\x00", "\xd7\x00\x03\x2a\x00\x02\x00\x48"+strings.Repeat("m", 144)),
		featuretest.Bytes("control", feature.UDP, "\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00", "\x16\x82\x00\x01\x06\x15\x00\x00\x00\x00\x00\x04leap"),
		featuretest.Bytes("not-synchronized", feature.UDP, message(0xe3, 16, "INIT", 0, 0, 0, now)),
		featuretest.Bytes("dtls-record-is-no-control", feature.UDP, message(0x23, 0, "", 0, 0, 0, now), "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04xxxx"),
		featuretest.Bytes("broadcast", feature.UDP, message(0x25, 3, "\xc0\x00\x02\x01", now-30, 0, 0, now)),
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
		{"no version", message(0x03, 0, "", 0, 0, 0, now), feature.No},
		{"version 7", message(0x3b, 0, "", 0, 0, 0, now), feature.No},
		{"times that are far apart", message(0x24, 2, "", now, now, now-5000, now), feature.No},
		{"stratum 17", message(0x24, 17, "", now, now, now, now), feature.No},
		{"too short", message(0x23, 0, "", 0, 0, 0, now)[:47], feature.No},
		{"tail of no length", message(0x23, 0, "", 0, 0, 0, now) + strings.Repeat("\xff", 99), feature.No},
		{"text", "############################################################", feature.No},
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

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, strings.Repeat("\x24", 60)) }
