package modbus

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// message is one of unit 17.
func message(body string) string {
	return "\x00\x07\x00\x00\x00" + string([]byte{byte(len(body) + 1)}) + "\x11" + body
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("read", feature.TCP, message("\x03\x00\x6b\x00\x03"), message("\x03\x06\x00\x01\x00\x02\x00\x03"), message("\x03\x00\x6b\x00\x03")+message("\x10\x00\x01\x00\x01\x02\x00\x05"), message("\x03\x02\x00\x01")+message("\x90\x02")),
		featuretest.Bytes("broken", feature.TCP, message("\x05\x00\x01\xff\x00"), "", "garbage, that is no message"),
		featuretest.Bytes("many-functions", feature.TCP, message("\x07")+manyFunctions()),
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
		{"begin", "\x00\x01\x00\x00\x00\x06\x11", feature.Maybe},
		{"protocol", "\x00\x01\x00\x01", feature.No},
		{"function", message("\x63\x00\x00"), feature.No},
		{"length of a request", message("\x05\x00\x01\xff"), feature.No},
		{"count of a response", message("\x03\x05\x00\x01"), feature.No},
		{"exception", message("\x83\x63"), feature.No},
		{"what follows", message("\x05\x00\x01\xff\x00") + "garbage", feature.No},
		{"zeros", strings.Repeat("\x00", 12), feature.No},
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

func manyFunctions() (all string) {
	for i := range 20 {
		all += message(string([]byte{byte(i + 65), 0}))
	}
	return all
}

func TestGap(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	m := message("\x05\x00\x01\xff\x00")
	p.Data(&feature.Chunk{Bytes: []byte(m)})
	p.Data(&feature.Chunk{Bytes: []byte(m), Lost: 5})
	if o := p.Info(feature.Both).Out; o.Messages != 1 || !o.Lost {
		t.Errorf("%s", featuretest.JSON(t, o))
	}
}

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, strings.Repeat("\x00", 12)) }
