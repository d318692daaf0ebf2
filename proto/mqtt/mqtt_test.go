package mqtt

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// field is a text with its length.
func field(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

// packet is one with its length.
func packet(kind byte, body string) string {
	b := []byte{kind}
	for n := len(body); ; n >>= 7 {
		if n < 0x80 {
			return string(append(b, byte(n))) + body
		}
		b = append(b, byte(n)|0x80)
	}
}

func head(version, flags byte) string { return field("MQTT") + string([]byte{version, flags, 0, 60}) }

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("with-user", feature.TCP, packet(0x10, head(4, 0xee)+field("sensor-7")+field("status/sensor-7")+field("gone")+field("alice")+field("pa55word")), packet(0x20, "\x01\x00")+"\x90\x03"),
		featuretest.Bytes("version-5", feature.TCP, packet(0x10, head(5, 0x06)+"\x05\x11\x00\x00\x00\x0a"+field("")+"\x05\x18\x00\x00\x00\x05"+field("t")+field("w"))+"\x30\x05", packet(0x20, "\x00\x87\x00")),
		featuretest.Bytes("version-3", feature.TCP, packet(0x10, field("MQIsdp")+"\x03\x02\x00\x0f"+field("old")), packet(0x20, "\x00\x00")),
		featuretest.Bytes("ends-too-early", feature.TCP, packet(0x10, head(4, 0xc2)+field("c")+"\x00\x09ali"), packet(0x20, "")),
		featuretest.Bytes("long", feature.TCP, packet(0x10, head(4, 0x02)+field(strings.Repeat("c", 9000)))),
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
		{"begin", "\x10\x80", feature.Maybe},
		{"begin of the name", "\x10\x10\x00\x04MQ", feature.Maybe},
		{"other name", "\x10\x10\x00\x04MQXX", feature.No},
		{"length of five bytes", "\x10\x80\x80\x80\x80\x01", feature.No},
		{"other packet", "\x30\x02\x00\x00", feature.No},
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

func TestSecrets(t *testing.T) {
	featuretest.Secrets(t, &Module, info, sessions()[0], "alice", "pa55word")
}

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, "\x10\x10\x00\x04MQXX") }
