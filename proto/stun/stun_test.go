package stun

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const id = "\x21\x12\xa4\x42cookieandmor"

// message is one with attributes.
func message(kind uint16, id string, attributes ...string) string {
	all := strings.Join(attributes, "")
	b := binary.BigEndian.AppendUint16(nil, kind)
	return string(binary.BigEndian.AppendUint16(b, uint16(len(all)))) + id + all
}

func attribute(kind uint16, v string) string {
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(len(v)))
	return string(b) + v + strings.Repeat("\x00", -len(v)&3)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("ice", feature.UDP, message(0x0001, id, attribute(0x0006, "user7:peer9"), attribute(0x802a, "01234567"), attribute(0x0025, ""), attribute(0x8022, "libwebrtc")), message(0x0101, id, attribute(0x0020, "\x00\x01\x32\x12\xe1\x12\xa6\x43")), message(0x0001, id), message(0x0101, id)),
		featuretest.Bytes("turn", feature.UDP, message(0x0003, id, attribute(0x0019, "\x11\x00\x00\x00")), message(0x0113, id, attribute(0x0009, "\x00\x00\x04\x01Unauthorized"), attribute(0x0014, "example.org")), message(0x0003, id, attribute(0x0006, "user7"), attribute(0x0014, "example.org")), message(0x0103, id, attribute(0x0016, "\x00\x02\x21\x12"+id[:16]), attribute(0x0020, "\x00\x01\x00\x01\x21\x12\xa4\x43")), message(0x0016, id, attribute(0x0012, "\x00\x01\x21\x13\x2b\x12\xa4\x43"))),
		featuretest.Bytes("classic", feature.UDP, message(0x0001, "0123456789abcdef", attribute(0x0003, "\x00\x00\x00\x00")), message(0x0101, "0123456789abcdef", attribute(0x0001, "\x00\x01\x04\x00\xc0\x00\x02\x01"), attribute(0x8020, "\x00\x01\x34\x31\xf1\x31\x30\x34"))),
		featuretest.Bytes("over-tcp", feature.TCP, message(0x0001, id)+message(0x0ffe, id, attribute(0x8022, strings.Repeat("s", 300))), message(0x0101, id)),
		featuretest.Bytes("behind-lengths", feature.TCP, "\x00\x14"+message(0x0001, id), "\x00\x20"+message(0x0101, id, attribute(0x0020, "\x00\x01\x00\x01\x21\x12\xa4\x43"))+"\x00\x14"+message(0x0101, id)),
		featuretest.Bytes("length-no-multiple-of-4", feature.UDP, message(0x0003, id, "\x40\x00\x00\x02ab")),
		featuretest.Bytes("other-attributes", feature.UDP, message(0x0001, "0123456789abcdef", attribute(0x0101, "abcd"))),
		featuretest.Bytes("dtls-behind-it", feature.UDP, message(0x0001, id), message(0x0101, id), "\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00xxxxxx"),
		featuretest.Bytes("addresses-of-wrong-length", feature.UDP, message(0x0101, id, attribute(0x0020, "\x00\x02\x00\x01\x00\x00\x00\x00"), attribute(0x0001, "\x00"), "\x80\x22\x00\x09wxyz")),
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
		{"no cookie and other length", message(0x0001, "0123456789abcdef") + "x", feature.No},
		{"length no multiple of 4", message(0x0001, id, "x") + "more", feature.No},
		{"first bits set", message(0x4001, id), feature.No},
		{"no cookie, other attributes", message(0x0001, "0123456789abcdef", attribute(0x0220, "")), feature.No},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Bytes: []byte(tt.b)}); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestRequest: the first request or indication of each side is kept whole, in
// however many pieces it comes; answers are not.
func TestRequest(t *testing.T) {
	asked := message(0x0011, id, attribute(0x0006, "user7"))
	s := featuretest.Bytes("", feature.TCP, message(0x0101, id)+asked+message(0x0001, id), message(0x0101, id))
	for _, size := range []int{1, 7, 1000} {
		p := Module.New(featuretest.Settings()).(*Parser)
		var chunks []feature.Chunk
		for _, c := range s.Chunks {
			for b := range slices.Chunk(c.Bytes, size) {
				c.Bytes = b
				chunks = append(chunks, c)
			}
		}
		featuretest.Feed(&Module, p, s.Over, chunks)
		i := p.Info(feature.Both)
		if string(i.Out.Request) != asked || i.In.Request != nil {
			t.Errorf("pieces of %d bytes: %q, %q", size, i.Out.Request, i.In.Request)
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

// TestSwitch: what shares the ports is left to its own protocol.
func TestSwitch(t *testing.T) {
	s := sessions()[7]
	if v, n := featuretest.Feed(&Module, Module.New(featuretest.Settings()), s.Over, s.Chunks); v != feature.Switch || n != 3 {
		t.Errorf("verdict %d at chunk %d", v, n)
	}
}

func TestSecrets(t *testing.T) { featuretest.Secrets(t, &Module, info, sessions()[0], "user7:peer9") }

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, strings.Repeat("\x00", 24)) }
