package dns

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// read gives what the messages of one side become.
func read(t testing.TB, messages ...string) string {
	t.Helper()
	p := Module.New(featuretest.Settings()).(*Parser)
	for i, m := range messages {
		c := feature.Chunk{Time: int64(i) * 1e6, Dir: feature.In, Bytes: []byte(m)}
		if i == 0 && Module.Match(&c) != feature.Yes {
			t.Errorf("not recognized: %.100x", m)
		}
		p.Data(&c)
	}
	return featuretest.JSON(t, p.Info(feature.Both))
}

const (
	head     = "0001 8180 0001 0001 0000 0000 0161 076578616d706c65 03636f6d 00 " // a.example.com
	question = head + "0001 0001 c00c "
)

// Each was wrong in Joy (D38), or crashed it, or comes from somebody who wishes
// that it were.
func TestOddMessages(t *testing.T) {
	long := strings.Repeat("3f"+strings.Repeat("41", 63), 3)
	for _, c := range []struct{ name, hex, want string }{
		{"an unsolicited AD query", "0001 0120 0001 0000 0000 0000 0161 00 0001 0001", `[{"qn":"a","qt":"A","id":1,"flags":["rd","ad"],"rc":0,"rr":[]}]`},
		{"mx is compressed", head + "000f 0001 c00c 000f 0001 0000003c 0009 000a 046d61696c c00c", `{"mx":"mail.a.example.com","preference":10,"ttl":60}`},
		{"mx is a pointer", head + "000f 0001 c00c 000f 0001 0000003c 0004 000a c00e", `{"mx":"example.com","preference":10,"ttl":60}`},
		{
			"a record behind soa", "0001 8180 0001 0000 0001 0001 0161 00 0001 0001 c00c 0006 0001 0000003c 001e 026e73c00c 026f70c00c 00000001 00000002 00000003 00000004 00000005 00 0029 1000 00000000 0000",
			`"rr":[{"soa":"ns.a","zone":{"rname":"op.a","serial":1,"refresh":2,"retry":3,"expire":4,"minimum":5},"ttl":60,"section":"authority"}],"edns":{"version":0,"udp_size":4096}}]`,
		},
		{"an address is cut", question + "0001 0001 0000003c 0004 01", `"rr":[{"type":"A","rdlength":4,"rdata":"01","ttl":60,"malformed":"data past the end"}],"malformed":"data past the end"}]`},
		{"an address of 3 bytes", question + "0001 0001 0000003c 0003 010203", `"rr":[{"type":"A","rdlength":3,"rdata":"010203","ttl":60,"malformed":"wrong length of data"}]}]`},
		{"the question is cut", "0001 8180 0001 0000 0000 0000 0161 076578616d70", `[{"rn":"a","id":1,"flags":["rd","ra"],"rc":0,"rr":[],"malformed":"name past the end"}]`},
		{"srv", head + "0021 0001 c00c 0021 0001 0000003c 0011 0000 0000 13c4 03736970 0178 036f7267 00", `{"srv":{"priority":0,"weight":0,"port":5060,"target":"sip.x.org"},"ttl":60}`},
		{"https", head + "0041 0001 c00c 0041 0001 0000003c 000a 0001 00 0001 0003 026832", `{"https":{"priority":1,"target":".","alpn":["h2"]},"ttl":60}`},
		{"a quote in a name", "0001 8180 0001 0000 0000 0000 036122 62 03636f6d 00 0001 0001", `[{"rn":"a\"b.com"`},
		{"a backslash in a name", "0001 8180 0001 0000 0000 0000 03615c62 03636f6d 00 0001 0001", `[{"rn":"a\\\\b.com"`},
		{"a dot in a label", "0001 8180 0001 0000 0000 0000 03612e62 03636f6d 00 0001 0001", `[{"rn":"a\\.b.com"`},
		{"bytes that are no text", "0001 8180 0001 0000 0000 0000 0361ff0a 03636f6d 00 0001 0001", `[{"rn":"a\\255\\010.com"`},
		{
			"two questions", "0001 8180 0002 0000 0000 0000 0161 03636f6d 00 0001 0001 0162 03636f6d 00 0001 0001",
			`[{"rn":"a.com","qt":"A","id":1,"flags":["rd","ra"],"rc":0,"rr":[]},{"rn":"b.com","qt":"A","question":2,"id":1,"rc":0,"rr":[]}]`,
		},
		{"no question", "0001 8180 0000 0001 0000 0000 0178 056c6f63616c 00 0001 0001 0000003c 0004 01020304", `[{"rn":"","id":1,"flags":["rd","ra"],"rc":0,"rr":[{"a":"1.2.3.4","ttl":60,"name":"x.local"}]}]`},
		{"a pointer to itself", "0001 8180 0001 0000 0000 0000 024141 c00f 0001 0001", `[{"rn":"AA","qt":"A","id":1,"flags":["rd","ra"],"rc":0,"rr":[],"malformed":"pointer loop"}]`},
		{"a loop", "0001 8180 0001 0000 0000 0000 0241 41 c00c 0001 0001", `[{"rn":"AA","qt":"A","id":1,"flags":["rd","ra"],"rc":0,"rr":[],"malformed":"pointer loop"}]`},
		{"a loop of two", question + "0005 0001 0000003c 0004 c02d c02b", `"malformed":"pointer`},
		{"a name of more than 255 bytes", "0001 8180 0001 0000 0000 0000 " + long + "3f" + strings.Repeat("42", 63) + "00 0001 0001", `"qt":"A","id":1,"flags":["rd","ra"],"rc":0,"rr":[],"malformed":"name longer than 255 bytes"}]`},
		{"a name of 255 bytes", "0001 8180 0001 0000 0000 0000 " + long + "3d" + strings.Repeat("42", 61) + "00 0001 0001", `"qt":"A","id":1,"flags":["rd","ra"],"rc":0,"rr":[]}]`},
		{"a pointer forward", question + "0005 0001 0000003c 0005 c02d 0161 00", `{"cname":"a","ttl":60,"malformed":"pointer forward"}`},
		{"a pointer past the end", question + "0005 0001 0000003c 0002 ffff", `{"type":"CNAME","rdlength":2,"rdata":"ffff","ttl":60,"malformed":"pointer past the end"}`},
		{"an unknown label", question + "0005 0001 0000003c 0003 806100", `"malformed":"unknown kind of label"`},
		{"fewer records than counted", "0001 8180 0001 ffff ffff ffff 0161 00 0001 0001 c00c 0001 0001 00000001 0004 01020304", `"rr":[{"a":"1.2.3.4","ttl":1}],"malformed":"fewer questions or records than counted"}]`},
		{"fewer questions than counted", "0001 8180 0002 0000 0000 0000 0161 076578616d706c65 00 0001 0001", `"rr":[],"malformed":"fewer questions or records than counted"}]`},
		{"more bytes than counted", "0001 8180 0001 0000 0000 0000 0161 00 0001 0001 010203", `"rr":[],"trailing":3}]`},
		{
			"a delete of RFC 2136", "0001 2800 0001 0000 0001 0000 0161 00 0006 0001 c00c 0001 00ff 00000000 0000",
			`"opcode":"UPDATE","rc":0,"rr":[{"type":"A","class":"ANY","rdlength":0,"ttl":0,"section":"update"}]}]`,
		},
		{"a txt longer than its data", question + "0010 0001 0000003c 0003 056162", `{"txt":["ab"],"ttl":60,"malformed":"wrong length of data"}`},
		{"an svcb with bad parameters", question + "0040 0001 0000003c 0007 0001 00 0001 00ff", `"malformed":"malformed parameters"`},
	} {
		if got := read(t, unhex(t, c.hex)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\nlacks %s", c.name, got, c.want)
		}
	}
}

func TestShortDatagramInFlow(t *testing.T) {
	q, _ := usual(t)
	if got := read(t, q, "x", ""); !strings.HasSuffix(got, `,{"malformed":"shorter than a header"}]`) {
		t.Error(got)
	}
}

func TestManyMessagesAreCounted(t *testing.T) {
	q, _ := usual(t)
	var all []string
	for range maxMessages + 7 {
		all = append(all, q)
	}
	got := read(t, all...)
	if strings.Count(got, `"qn"`) != maxMessages || !strings.HasSuffix(got, `,{"more":7}]`) {
		t.Errorf("%d messages and %.30s", strings.Count(got, `"qn"`), got[len(got)-30:])
	}
}

// Hostile messages of the largest size and amplification stay bounded.
func TestAmplificationIsBounded(t *testing.T) {
	name := "3f" + strings.Repeat("41", 63) + strings.Repeat("3f"+strings.Repeat("00", 63), 2) + "3c" + strings.Repeat("00", 60) + "00"
	m := unhex(t, "0001 8180 0001 ffff 0000 0000"+name+"0001 0001"+strings.Repeat("c00c 0005 0001 00000000 0002 c010", 4500))
	var all []string
	for range maxMessages {
		all = append(all, m)
	}
	got := read(t, all...)
	if !strings.Contains(got, `"more_rr":`) || !strings.Contains(got, `"truncated":true`) || !strings.Contains(got, `{"more":`) {
		t.Errorf("no bound is marked: %.300s", got)
	}
	if len(got) > 4*maxText {
		t.Errorf("%d bytes of JSON", len(got))
	}
}

func TestResponseTime(t *testing.T) {
	q, r := usual(t)
	upper := strings.Replace(r, "\x03www", "\x03WwW", 1)
	other := message(t, 7, "ftp.example.com. A")
	type at struct {
		ms  int
		dir feature.Dir
		b   string
	}
	for _, c := range []struct {
		name     string
		messages []at
		want     []float64 // of the responses; -1 for none
	}{
		{"asked again", []at{{0, 0, q}, {5, 0, q}, {8, 1, r}}, []float64{8}},
		{"answered twice", []at{{0, 0, q}, {8, 1, r}, {9, 1, r}}, []float64{8, -1}},
		{"another question with the same identifier", []at{{0, 0, other}, {5, 0, q}, {8, 1, r}}, []float64{3}},
		{"other case", []at{{0, 0, q}, {8, 1, upper}}, []float64{8}},
		{"from the same side", []at{{0, 0, q}, {8, 0, r}}, []float64{-1}},
		{"very late", []at{{0, 0, q}, {61000, 1, r}}, []float64{-1}},
	} {
		var p Parser
		for _, m := range c.messages {
			p.Data(&feature.Chunk{Time: int64(m.ms) * 1e6, Dir: m.dir, Bytes: []byte(m.b)})
		}
		var got []float64
		for _, m := range p.Info(feature.Both) {
			if m.HasRN {
				got = append(got, -1)
			}
			if m.HasResponse {
				got[len(got)-1] = m.Response
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

func TestCutBetweenQueryAndResponse(t *testing.T) {
	q, r := usual(t)
	p := new(Parser)
	for i := range 3 {
		p.Data(&feature.Chunk{Time: int64(i) * 1e6, Bytes: []byte(message(t, uint16(i+1), "x.example. A"))})
	}
	p.Data(&feature.Chunk{Time: 3e6, Bytes: []byte(q)})
	p.Info(feature.Both)
	p.Cut()
	if got := p.Info(feature.Both); got != nil {
		t.Fatalf("reported again: %v", got)
	}
	p.Cut()
	p.Data(&feature.Chunk{Time: 5e6, Dir: feature.In, Bytes: []byte(r)})
	if got := p.Info(feature.Both); len(got) != 1 || got[0].Response != 2 {
		t.Fatalf("%+v", got)
	}
	p.Cut()
	if len(p.kept) == 0 || len(p.kept) > 200 {
		t.Errorf("%d bytes are kept for three queries without an answer", len(p.kept))
	}
}

func TestGapInStream(t *testing.T) {
	q, r := usual(t)
	f := framed(q)
	for _, c := range []struct {
		name   string
		behind string
		want   string
	}{
		{"a message begins behind it", framed(r), `{"lost":100}`},
		{"the middle of a message is behind it", framed(r)[20:], fmt.Sprintf(`{"lost":%d}`, 100+len(framed(r))-20)},
	} {
		for _, size := range []int{1, 7, 4096} {
			chunks := []feature.Chunk{{Time: 1, Bytes: []byte(f)}}
			for b, lost := c.behind, 100; b != ""; lost = 0 {
				n := min(size, len(b))
				chunks = append(chunks, feature.Chunk{Time: 2, Lost: lost, Bytes: []byte(b[:n])})
				b = b[n:]
			}
			p := new(Parser)
			featuretest.Feed(&Module, p, feature.TCP, chunks)
			got := featuretest.JSON(t, p.Info(feature.Both))
			if !strings.HasSuffix(got, c.want+"]") || strings.Contains(got, `"rn"`) != (c.behind == framed(r)) {
				t.Errorf("%s, %d bytes a time: %s", c.name, size, got)
			}
		}
	}
}

// The time of a message in a stream is that of its first byte.
func TestTimeInStream(t *testing.T) {
	q, r := usual(t)
	fq, fr := []byte(framed(q)), []byte(framed(r))
	p := new(Parser)
	featuretest.Feed(&Module, p, feature.TCP, []feature.Chunk{
		{Time: 1e6, Bytes: fq[:1]},
		{Time: 2e6, Bytes: fq[1:]},
		{Time: 9e6, Dir: feature.In, Bytes: fr[:30]},
		{Time: 20e6, Dir: feature.In, Bytes: fr[30:]},
	})
	if got := p.Info(feature.Both); len(got) != 2 || got[1].Response != 8 {
		t.Errorf("%+v", got)
	}
}

// TestJoyCaptures runs the captures that showed Joy's defects.
func TestJoyCaptures(t *testing.T) {
	const dir = "../../../shared/spec/joy-collector-pcaps"
	paths, _ := filepath.Glob(filepath.Join(dir, "d_*.pcap"))
	if _, err := os.Stat(dir); err != nil || len(paths) == 0 {
		t.Skip("the captures of Joy's defects are not here")
	}
	for _, path := range paths {
		for _, s := range featuretest.Pcap(t, path) {
			if !recognized(&s) {
				t.Errorf("%s is not recognized", path)
			}
			p := new(Parser)
			featuretest.Feed(&Module, p, s.Over, s.Chunks)
			got := featuretest.JSON(t, p.Info(feature.Both))
			odd := strings.Contains("d_loop d_loop2 d_over d_trunc d_trunc2", strings.TrimSuffix(filepath.Base(path), ".pcap"))
			if strings.Contains(got, `"malformed"`) != odd {
				t.Errorf("%s: %s", path, got)
			}
		}
	}
}
