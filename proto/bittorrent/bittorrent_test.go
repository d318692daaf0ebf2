package bittorrent

import (
	"fmt"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

const (
	hash = "AAAAAAAAAAAAAAAAAAAA"
	syn  = "\x41\x00\x12\x34\x00\x00\x10\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x00\x01\x00\x00"
)

func hello(reserved, id string) string { return pstr + reserved + hash + id }

func wireMessage(kind byte, body string) string {
	n := len(body) + 1
	return string([]byte{0, 0, byte(n >> 8), byte(n), kind}) + body
}

func extended(version string) string {
	return wireMessage(20, "\x00d1:ei1e1:md11:ut_metadatai2ee1:pi51413e4:reqqi255e1:v"+fmt.Sprint(len(version))+":"+version+"6:yourip4\x01\x02\x03\x04e")
}

const (
	modern = "\x00\x00\x00\x00\x00\x10\x00\x05"
	old    = "\x00\x00\x00\x00\x00\x00\x00\x00"
	ut     = "-UT2210-abcdefghijkl"
	tr     = "-TR2840-mnopqrstuvwx"
	ping   = "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:xx1:v4:UT\x12\x341:y1:qe"
	get    = "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaa9:info_hash20:hhhhhhhhhhhhhhhhhhhhe1:q9:get_peers1:t2:xx1:y1:qe"
	answer = "d2:ip6:\x01\x02\x03\x04\x05\x061:rd2:id20:bbbbbbbbbbbbbbbbbbbbe1:t2:xx1:v4:LT\x01\x021:y1:re"
	failed = "d1:eli201e5:errore1:t2:xx1:y1:ee"
)

var sessions = []featuretest.Session{
	featuretest.Bytes("extended", feature.TCP, hello(modern, ut)+extended("µTorrent 2.2.1"), hello(modern, tr)+wireMessage(5, "\xff\xff")+extended("Transmission 2.84")),
	featuretest.Bytes("old", feature.TCP, hello(old, "M4-3-6--abcdefghijkl"), hello(old, "exbc0000000000000000"), wireMessage(1, ""), wireMessage(2, "")),
	featuretest.Bytes("never-extended", feature.TCP, hello(modern, ut)+strings.Repeat(wireMessage(4, "\x00\x00\x00\x01"), 12), hello(modern, tr)+"\x00\x00\x00\x00"+wireMessage(1, "")),
	featuretest.Bytes("dht", feature.UDP, ping, answer, get, failed),
	featuretest.Bytes("utp", feature.UDP, syn, "\x21\x00\x12\x34\x00\x00\x10\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x00\x01\x00\x01", "\x01\x00"+syn[2:]+hello(modern, ut)),
	featuretest.Bytes("tracker", feature.UDP, "\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00abcd", "\x00\x00\x00\x00abcd\x01\x02\x03\x04\x05\x06\x07\x08"),
}

// TestCorpus: tshark does not know a tracker without its port.
func TestCorpus(t *testing.T) {
	featuretest.Corpus(t, &Module, info, []string{"bittorrent"}, "mercury-quic_reordered_frames.pcap")
}

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions...) }

func FuzzBitTorrent(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions...) }

func run(s featuretest.Session) (*Parser, feature.Verdict) {
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ := featuretest.Feed(&Module, p, s.Over, s.Chunks)
	return p, v
}

func TestFacts(t *testing.T) {
	p, v := run(sessions[0])
	in := p.Info(feature.Both)
	if v != feature.Done || string(in.Out.Version) != "µTorrent 2.2.1" || in.Out.Client != "µTorrent" || in.Out.Port != 51413 ||
		in.In.Client != "Transmission" || string(in.In.ClientVersion) != "2840" || string(in.In.InfoHash) != hash || len(in.In.Extensions) != 3 {
		t.Errorf("verdict %d, %s", v, featuretest.JSON(t, in))
	}
	p, _ = run(sessions[3])
	in = p.Info(feature.Both)
	if in.Out.DHT.Ping != 1 || in.Out.DHT.GetPeers != 1 || string(in.Out.InfoHash) != strings.Repeat("h", 20) || in.In.DHT.Responses != 1 || in.In.DHT.Errors != 1 || string(in.In.PeerID) != strings.Repeat("b", 20) {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func TestCostsNothingMore(t *testing.T) {
	for i, want := range []feature.Verdict{feature.Done, feature.Done} {
		if _, v := run(sessions[i]); v != want {
			t.Errorf("%s: %d", sessions[i].Name, v)
		}
	}
	p, _ := run(sessions[2])
	if !p.streams[0].over {
		t.Error("looks on for an extended handshake")
	}
}

func TestGap(t *testing.T) {
	start := hello(modern, ut) + "\x00\x00\x10\x00\x07"
	for lost, over := range map[int]bool{4094: false, 100: false, 4095: true} {
		p := new(Parser)
		featuretest.Feed(&Module, p, feature.TCP, []feature.Chunk{{Bytes: []byte(start + "x")}, {Lost: lost, Bytes: []byte("y")}})
		if p.streams[0].over != over {
			t.Errorf("%d bytes lost: over is %v", lost, !over)
		}
	}
}

func TestMatchRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"other dictionary":      "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:pinge",
		"cut off":               ping[:len(ping)-1],
		"lie about a length":    strings.Replace(ping, "4:ping", "9999:ping", 1),
		"text":                  "d1:ad in a sentence, and so on and on",
		"SYN with difference":   syn[:8] + "\x00\x00\x00\x01" + syn[12:],
		"SYN with data":         syn + "x",
		"SYN, extension cut":    "\x41\x02" + syn[2:] + "\x00\x08",
		"ST_DATA of others":     "\x01\x00" + syn[2:] + strings.Repeat("e", 100),
		"connect with a tail":   "\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00abcde",
		"nothing":               "",
		"RTP":                   "\x80\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78abcdefghijkl",
		"deep, never at an end": strings.Repeat("l", 1000),
	} {
		if g := Match(&feature.Chunk{Over: feature.UDP, Bytes: []byte(b)}); g != feature.No {
			t.Errorf("%s: %d", name, g)
		}
	}
	if g := Match(&feature.Chunk{Over: feature.UDP, Bytes: []byte("\x41\x02" + syn[2:] + "\x00\x02ab")}); g != feature.Yes {
		t.Error("SYN with an extension")
	}
}

func TestCutReportsOnce(t *testing.T) {
	p, _ := run(sessions[3])
	p.Cut()
	if p.Info(feature.Both) != nil {
		t.Error("reported twice")
	}
}

func BenchmarkHandshake(b *testing.B) {
	p := new(Parser)
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range sessions[0].Chunks {
			p.Data(&feature.Chunk{Over: feature.TCP, Dir: feature.Dir(i & 1), Bytes: sessions[0].Chunks[i].Bytes})
		}
	}
}

func BenchmarkDHT(b *testing.B) {
	p := new(Parser)
	c := feature.Chunk{Over: feature.UDP, Bytes: []byte(get)}
	b.ReportAllocs()
	for b.Loop() {
		if Match(&c) == feature.Yes {
			p.Data(&c)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	other := feature.Chunk{Over: feature.UDP, Bytes: []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www")}
	for b.Loop() {
		Match(&other)
	}
}
