package icmp

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const (
	ip4  = "\x45\x00\x05\xdc\x12\x34\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc6\x33\x64\x07"
	tcp  = "\xc3\x50\x01\xbb\x00\x00\x00\x01"
	src6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
	dst6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
)

func ip6(next byte) string {
	return "\x60\x00\x00\x00\x05\x00" + string(rune(next)) + "\x40" + src6 + dst6
}

func session(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.ICMP, messages...)
}

func session6(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.ICMPv6, messages...)
}

var sessions = []featuretest.Session{
	session("ping", "\x08\x00\x00\x00\x00\x01\x00\x01abc", "\x00\x00\x00\x00\x00\x01\x00\x01abc", "\x08\x00\x00\x00\x00\x01\x00\x02abc"),
	session6("ping6", "\x80\x00\x00\x00\x00\x01\x00\x01abc", "\x81\x00\x00\x00\x00\x01\x00\x01abc"),
	session("frag-needed", "\x03\x04\x00\x00\x00\x00\x05\x14"+ip4+tcp),
	session("redirect", "\x05\x01\x00\x00\xc0\x00\x02\xfe"+ip4+tcp),
	session6("too-big", "\x02\x00\x00\x00\x00\x00\x05\x00"+ip6(17)+tcp),
	session6("extension-headers", "\x03\x00\x00\x00\x00\x00\x00\x00"+ip6(0)+"\x2c\x00\x01\x04\x00\x00\x00\x00"+"\x11\x00\x00\x01\x00\x00\x00\x01"+tcp),
	session6("ping-unreachable", "\x01\x04\x00\x00\x00\x00\x00\x00"+ip6(58)+"\x80\x00\x00\x00"),
	session6("redirect6", "\x89\x00\x00\x00\x00\x00\x00\x00"+src6+dst6+"\x02\x01\x00\x00\x00\x00\x00\x00"+"\x04\x07\x00\x00\x00\x00\x00\x00"+ip6(6)+tcp),
	session("nothing-quoted", "\x03\x01\x00\x00\x00\x00\x00\x00", "\x04\x00"),
	session6("nothing-quoted6", "\x03\x01\x00\x00\x00\x00\x00\x00", "\x04\x00"),
}

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions...) }

func FuzzICMP(f *testing.F) {
	for _, s := range sessions {
		f.Add(s.Chunks[0].Bytes, uint8(0), s.Over == feature.ICMPv6)
	}
	p := new(Parser)
	f.Fuzz(func(t *testing.T, b []byte, dir uint8, six bool) {
		c := feature.Chunk{Over: feature.ICMP, Dir: feature.Dir(dir & 1), Bytes: b}
		if six {
			c.Over = feature.ICMPv6
		}
		p.Reset()
		p.Data(&c)
		in := p.Info(feature.Both)
		if (in != nil) != (Match(&c) == feature.Yes) {
			t.Fatalf("%q: %s", b, featuretest.JSON(t, in))
		}
		featuretest.JSON(t, in)
	})
}

func read(over feature.Transport, messages ...string) *Parser {
	p := new(Parser)
	for i := range messages {
		p.Data(&feature.Chunk{Over: over, Bytes: []byte(messages[i])})
	}
	return p
}

func TestVersions(t *testing.T) {
	const four, six = feature.ICMP, feature.ICMPv6
	for name, tt := range map[string]struct {
		over          feature.Transport
		message, want string
	}{
		"3 of IPv4":         {four, "\x03\x03\x00\x00\x00\x00\x00\x00" + ip4 + tcp, "destination_unreachable"},
		"3 of IPv6":         {six, "\x03\x00\x00\x00\x00\x00\x00\x00" + ip6(6) + tcp, "time_exceeded"},
		"without a quote":   {four, "\x03\x00\x00\x00\x00\x00\x00\x00", "destination_unreachable"},
		"without a quote 6": {six, "\x02\x00", "packet_too_big"},
		"only of IPv4":      {four, "\x0b\x00\x00\x00\x00\x00\x00\x00", "time_exceeded"},
		"only of IPv6":      {six, "\x88\x00\x00\x00\x00\x00\x00\x00", "neighbor_advertisement"},
		"of the other":      {four, "\x88\x00\x00\x00\x00\x00\x00\x00", ""},
		"of none":           {six, "\xfa\x00", ""},
	} {
		if got := read(tt.over, tt.message).Info(feature.Both).Messages[0].Name; got != tt.want {
			t.Errorf("%s: %q, not %q", name, got, tt.want)
		}
	}
}

func TestQuotes(t *testing.T) {
	q := read(feature.ICMP, "\x03\x04\x00\x00\x00\x00\x05\x14"+ip4+tcp).Info(feature.Both).Out
	if q.MTU != 1300 || q.Reason != "fragmentation_needed" || q.SrcPort != 50000 || q.DstPort != 443 || q.Proto != 6 || q.Src.IP.String() != "192.0.2.1" || q.Dst.IP.String() != "198.51.100.7" {
		t.Errorf("%s", featuretest.JSON(t, q))
	}
	later := strings.Replace(ip4, "\x40\x00\x40\x06", "\x00\x10\x40\x06", 1)
	if q := read(feature.ICMP, "\x03\x03\x00\x00\x00\x00\x00\x00"+later+tcp).Info(feature.Both).Out; q.HasPorts {
		t.Error("a later fragment has no ports")
	}
	if q := read(feature.ICMP, "\x05\x01\x00\x00\xc0\x00\x02\xfe"+ip4+tcp).Info(feature.Both).Out; q.Gateway.IP.String() != "192.0.2.254" {
		t.Errorf("%s", featuretest.JSON(t, q))
	}
	if p := read(feature.ICMP, "\x03\x03\x00\x00\x00\x00\x00\x00"+ip4[:19], "\x0b\x00\x00\x00\x00\x00\x00\x00"+ip4); p.Info(feature.Both).Out.Type != 11 {
		t.Error("the first error with a packet counts")
	}
}

func TestKindsAreBounded(t *testing.T) {
	p := new(Parser)
	for i := range 20 {
		p.Data(&feature.Chunk{Over: feature.ICMP, Dir: feature.In, Bytes: []byte{200, byte(i)}})
	}
	if in := p.Info(feature.Both); len(in.Messages) != maxKinds || in.More != 20-maxKinds {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
	if p.Info(feature.OnlyOut) != nil {
		t.Error("the other side sent nothing")
	}
}

func TestCutReportsOnce(t *testing.T) {
	p := read(feature.ICMP, "\x08\x00")
	p.Cut()
	if p.Info(feature.Both) != nil {
		t.Error("reported twice")
	}
}

func BenchmarkFlood(b *testing.B) {
	p := new(Parser)
	c := feature.Chunk{Over: feature.ICMP, Bytes: []byte(strings.Repeat("\x08", 2) + strings.Repeat("x", 62))}
	b.ReportAllocs()
	for b.Loop() {
		if Match(&c) != feature.No {
			p.Data(&c)
		}
	}
}

func BenchmarkError(b *testing.B) {
	p := new(Parser)
	c := feature.Chunk{Over: feature.ICMP, Bytes: []byte("\x03\x04\x00\x00\x00\x00\x05\x14" + ip4 + tcp)}
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		p.Data(&c)
	}
}
