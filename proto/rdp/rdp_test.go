package rdp

import (
	"encoding/binary"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// packet is a connection request or confirm.
func packet(kind byte, own string) string {
	n := byte(fixed + len(own))
	return string([]byte{3, 0, 0, n, n - 5, kind, 0, 0, 0x12, 0x34, 0}) + own
}

func option(kind, flags byte, value uint32) string {
	return string(binary.LittleEndian.AppendUint32([]byte{kind, flags, 8, 0}, value))
}

// conference is a connect-initial with core data.
func conference(name string) string {
	core := []byte{0x01, 0xc0, 0xd8, 0, 4, 0, 8, 0, 0, 4, 0, 3, 1, 0xca, 3, 0xaa, 7, 4, 0, 0, 0x28, 0xa, 0, 0}
	for i := range 16 {
		r := byte(0)
		if i < len(name) {
			r = name[i]
		}
		core = append(core, r, 0)
	}
	body := "\x7f\x65\x82\x01\x94\x04\x01\x01" + strings.Repeat("\x30\x19", 40) + "Duca\x81\x20" + string(core) + strings.Repeat("\x00", 140)
	n := 7 + len(body)
	return string([]byte{3, 0, byte(n >> 8), byte(n), 2, 0xf0, 0x80}) + body
}

const hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"

var sessions = []featuretest.Session{
	featuretest.Bytes("credssp", feature.TCP, packet(request, "Cookie: mstshash=anna\r\n"+option(1, 8, 11)+strings.Repeat("\x06", 36)), packet(confirm, option(2, 0x1f, 2)), hello),
	featuretest.Bytes("failure", feature.TCP, packet(request, "Cookie: msts=3640205228.15629.0000\r\n"+option(1, 0, 0)), packet(confirm, option(3, 0, 5))),
	featuretest.Bytes("standard-security", feature.TCP, packet(request, "Cookie: mstshash=a\r\n"), packet(confirm, ""), conference("WORKSTATION7"), "\x03\x00\x00\x08\x02\xf0\x80x"),
	featuretest.Bytes("without-options", feature.TCP, packet(request, "")+conference("OLD")),
	featuretest.Bytes("client-only", feature.TCP, packet(request, option(1, 0, 1))+hello),
}

func TestCorpus(t *testing.T) { featuretest.Corpus(t, &Module, info, []string{"rdp"}) }

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions...) }

func FuzzRDP(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions...) }

func run(s featuretest.Session) (*Parser, feature.Verdict) {
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ := featuretest.Feed(&Module, p, feature.TCP, s.Chunks)
	return p, v
}

func TestVerdicts(t *testing.T) {
	for i, want := range []feature.Verdict{feature.Switch, feature.More, feature.Done, feature.More, feature.Switch} {
		if _, v := run(sessions[i]); v != want {
			t.Errorf("%s: %d, not %d", sessions[i].Name, v, want)
		}
	}
}

// TestTLSIsLeftToItsModule: none of its bytes are used.
func TestTLSIsLeftToItsModule(t *testing.T) {
	p := new(Parser)
	own := packet(confirm, option(2, 0, 1))
	if used, v := p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte(own + hello)}); used != len(own) || v != feature.Switch {
		t.Errorf("used %d of %d, verdict %d", used, len(own), v)
	}
}

func TestFacts(t *testing.T) {
	p, _ := run(sessions[2])
	c := p.Info(feature.Both).Client
	if string(c.Cookie) != "a" || string(c.Name) != "WORKSTATION7" || c.Build != 2600 || c.Width != 1024 || c.Height != 768 || c.Keyboard != 0x407 {
		t.Errorf("%s", featuretest.JSON(t, c))
	}
	p, _ = run(sessions[1])
	if in := p.Info(feature.Both); string(in.Client.Token) != "Cookie: msts=3640205228.15629.0000" || !in.Server.HasFailure || in.Server.Failure != 5 || in.Server.HasSelected {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func TestMatchRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"S7 over ISO":         "\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02",
		"H.323":               "\x03\x00\x00\x9c\x08\x02\x1e\x30\x05\x04",
		"other lengths":       "\x03\x00\x00\x13\x0d\xe0\x00\x00\x00\x00\x00",
		"TLS":                 hello,
		"bare, and then S7":   packet(request, "") + "\x03\x00\x00\x19\x02\xf0\x80\x32\x01",
		"another class":       "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x40\x01\x00\x08\x00\x03\x00\x00\x00",
		"request for another": "\x03\x00\x00\x13\x0e\xe0\x00\x01\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00",
	} {
		if g := Match(&feature.Chunk{Bytes: []byte(b)}); g != feature.No {
			t.Errorf("%s: %d", name, g)
		}
	}
	if g := Match(&feature.Chunk{Bytes: []byte(packet(request, "")), EOF: true}); g != feature.No {
		t.Errorf("nothing follows: %d", g)
	}
}

func TestCutReportsOnce(t *testing.T) {
	p := new(Parser)
	p.Data(&feature.Chunk{Bytes: []byte(packet(request, option(1, 0, 1)))})
	p.Cut()
	if p.Info(feature.Both) != nil {
		t.Error("reported twice")
	}
	p.Data(&feature.Chunk{Dir: feature.In, Bytes: []byte(packet(confirm, option(2, 0, 1)))})
	if in := p.Info(feature.Both); in == nil || in.Client != nil || in.Server.Selected != 1 {
		t.Errorf("%s", featuretest.JSON(t, in))
	}
}

func BenchmarkRDP(b *testing.B) {
	p := new(Parser)
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range sessions[0].Chunks[:2] {
			p.Data(&sessions[0].Chunks[i])
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	other := feature.Chunk{Bytes: []byte(hello)}
	for b.Loop() {
		Match(&other)
	}
}
