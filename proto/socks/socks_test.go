package socks

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/plain/plaintest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzSOCKS(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func BenchmarkSOCKS(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func TestCut(t *testing.T) { plaintest.Cut(t, &Module, info, sessions()[0]) }

// TestCorpus spares HTTP at port 1080, and a SOCKS at a port that tshark does not
// look at.
func TestCorpus(t *testing.T) {
	featuretest.Corpus(t, &Module, info, []string{"socks"}, "zeek-zeek-image-post-1080-8000-x.pcap", "arkime-socks5-http-302-frag.pcap")
}

func TestMatch(t *testing.T) {
	plaintest.Match(t, &Module, feature.TCP, []plaintest.Guess{
		{Name: "version 5", In: "\x05\x01\x00", Want: feature.Yes},
		{Name: "with its request", In: "\x05\x01\x00\x05\x01\x00\x03\x0bexample.org\x01\xbb", Want: feature.Yes},
		{Name: "half", In: "\x05\x02\x00", Want: feature.Maybe},
		{Name: "version 4", In: "\x04\x01\x00P\xc0\x00\x02\x01alice\x00", Want: feature.Yes},
		{Name: "version 4a", In: "\x04\x01\x00P\x00\x00\x00\x01\x00example.org\x00", Want: feature.Yes},
		{Name: "half of version 4a", In: "\x04\x01\x00P\x00\x00\x00\x01\x00examp", Want: feature.Maybe},
		{Name: "DCE/RPC", In: "\x05\x00\x0b\x03\x10\x00\x00\x00", Want: feature.No},
		{Name: "other bytes behind", In: "\x05\x01\x00\x99", Want: feature.No},
		{Name: "the same method twice", In: "\x05\x02\x00\x00", Want: feature.No},
		{Name: "version 4 without port", In: "\x04\x01\x00\x00\x7f\x00\x00\x01\x00", Want: feature.No},
		{Name: "a server", In: "\x05\x00", Want: feature.No},
		{Name: "4 and more", In: "\x04\x01\x00P\xc0\x00\x02\x01\x01\x02\x00", Want: feature.No},
	}...)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("connect", feature.TCP,
			"\x05\x03\x00\x01\x02",
			"\x05\x02",
			"\x01\x05alice\x06sesame",
			"\x01\x00",
			"\x05\x01\x00\x03\x0bexample.org\x01\xbb",
			"\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x01",
			"\x16\x03\x01\x00\x05hello",
		),
		featuretest.Bytes("early", feature.TCP,
			"\x05\x01\x00\x05\x01\x00\x04 \x01\r\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x16SSH-2.0-x\r\n",
			"\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00SSH-2.0-y\r\n",
		),
		featuretest.Bytes("socks4", feature.TCP,
			"\x04\x01\x00P\xc0\x00\x02\x01alice\x00",
			"\x00Z\x00\x00\x00\x00\x00\x00",
			"GET / HTTP/1.1\r\n",
		),
		featuretest.Bytes("socks4a", feature.TCP,
			"\x04\x01\x01\xbb\x00\x00\x00\x01alice\x00example.org\x00",
			"\x00Z\x01\xbb\xc0\x00\x02\x07",
		),
		featuretest.Bytes("bind", feature.TCP,
			"\x05\x01\x00",
			"\x05\x00",
			"\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15",
			"\x05\x00\x00\x01\xc0\x00\x02\x02\x04\x01",
			"",
			"\x05\x00\x00\x01\xc0\x00\x02\x03\x04\x02",
		),
	}
}

func TestDetails(t *testing.T) {
	plaintest.Details(t, &Module, info, []plaintest.Detail{
		{
			Name:     "the user is not reported",
			Messages: []string{"\x05\x01\x02", "\x05\x02", "\x01\x05alice\x06sesame", "\x01\x01"},
			Want:     []string{"\"user\":\"digest:f\"", "\"password\":\"digest:g\"", "\"login\":\"refused\""},
			Not:      "alice",
			Verdict:  feature.Done,
		},
		{
			Name:     "the user of version 4 is not reported",
			Messages: []string{"\x04\x01\x00P\xc0\x00\x02\x01alice\x00"},
			Want:     []string{"\"user\":\"digest:f\"", "\"addr\":\"192.0.2.1\""},
			Not:      "alice",
			Verdict:  feature.More,
		},
		{
			Name:     "refused",
			Messages: []string{"\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x03\x0bexample.org\x01\xbb", "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"},
			Want:     []string{"\"host\":\"example.org\"", "\"port\":443", "\"reply\":5", "\"granted\":false"},
			Not:      "addr",
			Verdict:  feature.Done,
		},
		{
			Name:     "refused by version 4",
			Messages: []string{"\x04\x01\x00P\xc0\x00\x02\x01\x00", "\x00[\x00\x00\x00\x00\x00\x00"},
			Want:     []string{"\"reply\":91", "\"granted\":false"},
			Verdict:  feature.Done,
		},
		{
			Name:     "no method",
			Messages: []string{"\x05\x01\x00", "\x05\xff"},
			Want:     []string{"\"method\":255"},
			Verdict:  feature.Done,
		},
		{
			Name:     "another protocol",
			Messages: []string{"\x05\x01\x00", "HTTP/1.1"},
			Want:     []string{},
			Not:      "granted",
			Verdict:  feature.Reject,
		},
		{
			Name:     "another protocol of 4",
			Messages: []string{"\x04\x01\x00P\xc0\x00\x02\x01\x00", "\x00\x99"},
			Want:     []string{},
			Not:      "granted",
			Verdict:  feature.Reject,
		},
		{
			Name:     "UDP",
			Messages: []string{"\x05\x01\x00", "\x05\x00", "\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00", "\x05\x00\x00\x01\xc0\x00\x02\x01\x04\x01"},
			Want:     []string{"\"command\":\"udp_associate\"", "\"granted\":true"},
			Verdict:  feature.Done,
		},
		{
			Name:     "a kind of address that does not exist",
			Messages: []string{"\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x07\x00\x00\x00\x00"},
			Want:     []string{"\"method\":0"},
			Not:      "command",
			Verdict:  feature.Done,
		},
	}...)
}

func TestSwitch(t *testing.T) {
	plaintest.Switch(t, &Module, "\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb", "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
	plaintest.Switch(t, &Module, "\x04\x01\x00\x50\xc0\x00\x02\x01\x00\x16\x03\x01", "\x00\x5a\x00\x00\x00\x00\x00\x00")
}

// TestLeft: what the client says before it is answered is not used.
func TestLeft(t *testing.T) {
	p := Module.New(featuretest.Settings())
	request := "\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"
	used, v := p.Data(&feature.Chunk{Over: feature.TCP, Bytes: []byte(request + "\x16\x03\x01")})
	if used != len(request) || v != feature.More {
		t.Errorf("%d bytes used with verdict %d", used, v)
	}
}

func TestGaps(t *testing.T) {
	got := plaintest.Gap(t, &Module, info, 1, 3, "\x05\x01\x00", "\x00\x00")
	plaintest.Check(t, got, []string{`"methods":"00"`, `"lost":true`}, "")
}
