package syslog

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("rfc5424", feature.UDP, "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su 77 ID47 - 'su root' failed"),
		featuretest.Bytes("rfc3164", feature.UDP, "<13>Feb  5 17:32:18 host7 sshd[411]: Accepted"),
		featuretest.Bytes("no-host", feature.UDP, "<30>Feb  5 17:32:18 cron[9]: run", "", "<31>second"),
		featuretest.Bytes("no-head", feature.UDP, "<191>: %SYS-5-CONFIG_I: Configured"),
		featuretest.Bytes("octets-counted", feature.TCP, "62 <165>1 2003-10-11T22:14:15.003Z 192.0.2.1 myproc 8710 - - hi7 <1>x"),
		featuretest.Bytes("lines", feature.TCP, "<11>1 - - app - - - one\n<12>two\n"),
		featuretest.Bytes("long", feature.TCP, "<11>1 - h "+strings.Repeat("a", 1000)),
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
		{"priority of four digits", "<1234>a", feature.No},
		{"priority 192", "<192>ab", feature.No},
		{"leading zero", "<01>ab", feature.No},
		{"markup", "<a>text", feature.No},
		{"markup with a number", "<1><b>", feature.No},
		{"number and text", "250 OK\r\n", feature.No},
		{"FTP", "220 ready", feature.No},
		{"begin", "<1", feature.Maybe},
		{"length", "12", feature.Maybe},
		{"no digits", "<>x", feature.No},
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

func BenchmarkMatch(b *testing.B) { featuretest.BenchMatch(b, &Module, "220 ready") }
