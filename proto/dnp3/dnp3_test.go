package dnp3

import (
	"encoding/binary"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// frame is one with the checks of IEEE 1815.
func frame(control byte, to, from uint16, data string) string {
	b := []byte{0x05, 0x64, byte(len(data) + minLength), control}
	b = binary.LittleEndian.AppendUint16(b, to)
	b = binary.LittleEndian.AppendUint16(b, from)
	b = binary.LittleEndian.AppendUint16(b, crc(b))
	for len(data) > 0 {
		n := min(len(data), block)
		b = append(b, data[:n]...)
		b = binary.LittleEndian.AppendUint16(b, crc([]byte(data[:n])))
		data = data[n:]
	}
	return string(b)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("poll", feature.TCP, frame(0xc4, 4, 3, "\xc0\xc0\x01\x3c\x02\x06"), frame(0x44, 3, 4, "\xc0\xc0\x81\x00\x00"+strings.Repeat("v", 60)), frame(0xc4, 4, 3, "\xc1\xc1\x00")+frame(0xc4, 4, 3, "\xc2\xc2\x05\x0c\x01"), frame(0x44, 3, 4, "\x81\x00\x00\x00")),
		featuretest.Bytes("over-udp", feature.UDP, frame(0xc4, 4, 3, "\xc0\xc0\x0d"), frame(0x44, 3, 4, "\xc0\xc0\x82\x00\x00")),
		featuretest.Bytes("link-only", feature.TCP, frame(0xc9, 4, 3, ""), frame(0x0b, 3, 4, "")),
		featuretest.Bytes("garbage-between", feature.TCP, frame(0xc4, 4, 3, "\xc0\xc0\x01")+"\x05garbage\x05\x64\x05"+frame(0xc4, 4, 3, "\xc0\xc0\x02")),
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
		{"wrong check", frame(0xc4, 4, 3, "")[:9] + "x", feature.No},
		{"length 4", "\x05\x64\x04", feature.No},
		{"begin", "\x05\x64\x05", feature.Maybe},
		{"text", "\x05x", feature.No},
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

// TestCheck has the header of a well-known example.
func TestCheck(t *testing.T) {
	if got := crc([]byte("\x05\x64\x05\xc0\x01\x00\x00\x04")); got != 0x21e9 {
		t.Errorf("%04x", got)
	}
}

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) {
	featuretest.BenchMatch(b, &Module, "\x05\x64\x05\xc4\x04\x00\x03\x00\x00\x00")
}
