package http2

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func TestSessions(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzHTTP2(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func TestMatch(t *testing.T) {
	c, s := connection()
	client, server := c.take(), s.take()
	empty := newWriter()
	bare := empty.settings().take()
	ack := empty.frame(frameSettings, flagAck, 0).take()
	for _, tt := range []struct {
		name, in string
		want     feature.Guess
	}{
		{"preface", client, feature.Yes},
		{"preface alone", preface, feature.Yes},
		{"part of it", preface[:23], feature.Maybe},
		{"another PRI", "PRI * HTTP/2.1\r\n", feature.No},
		{"HTTP/1", "GET / HTTP/1.1\r\n", feature.No},
		{"settings of a server", server, feature.Yes},
		{"part of them", server[:20], feature.Maybe},
		{"empty settings, as many a length of 4", bare, feature.Maybe},
		{"empty settings with an acknowledgement", bare + ack, feature.Yes},
		{"a length of 4 and zeros", "\x00\x00\x00\x04" + strings.Repeat("\x00", 30), feature.No},
		{"impossible value", "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02", feature.No},
		{"unknown setting", "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x00\x02", feature.No},
		{"acknowledgement", ack, feature.No},
		{"length no multiple of 6", "\x00\x00\x07\x04\x00\x00\x00\x00\x00", feature.No},
		{"DNS over TCP", "\x00\x1d\x12\x34\x01\x00", feature.No},
		{"nothing", "", feature.Maybe},
	} {
		if got := match(&feature.Chunk{Bytes: []byte(tt.in)}); got != tt.want {
			t.Errorf("%s: %d, not %d", tt.name, got, tt.want)
		}
		for i := range tt.in {
			if got := match(&feature.Chunk{Bytes: []byte(tt.in[:i])}); tt.want == feature.Yes && got == feature.No {
				t.Errorf("%s: No after %d bytes", tt.name, i)
			}
		}
	}
}

func read(t *testing.T, set *feature.Settings, messages ...string) string {
	t.Helper()
	p := Module.New(set)
	if v, _ := featuretest.Feed(&Module, p, feature.TCP, tcp("", messages...).Chunks); v == feature.Reject {
		return "rejected"
	}
	return featuretest.JSON(t, info(p, feature.Both))
}

// TestBounds: what a bound cuts off shows, and what is behind it is still read.
func TestBounds(t *testing.T) {
	long := strings.Repeat("v", 15000)
	for name, tt := range map[string]struct {
		write func(c *writer)
		want  string
	}{
		"fields": {func(c *writer) {
			c.headers(1, true, append(get("/"), strings.Split(strings.Repeat("a,b,", maxHeaders), ",")[:2*maxHeaders]...)...)
		}, `"left":5`},
		"list":     {func(c *writer) { c.headers(1, true, append(get("/"), "a", long, "b", long, "c", "d")...) }, `"left":2`},
		"name":     {func(c *writer) { c.headers(1, true, append(get("/"), long[:300], "x")...) }, `"cut":true`},
		"string":   {func(c *writer) { c.headers(1, true, append(get("/"), "a", strings.Repeat(long, 5))...) }, `"broken":"hpack"`},
		"settings": {func(c *writer) {}, `"settings_left":8`},
		"messages": {func(c *writer) {
			for i := range maxMessages + 3 {
				c.headers(uint32(2*i+1), true, get("/")...)
			}
		}, `"more":3`},
		"text": {func(c *writer) {
			for i := range 20 {
				c.headers(uint32(2*i+1), true, "a", long)
			}
		}, `"more":11`},
		"table": {func(c *writer) {
			c.enc.SetMaxDynamicTableSizeLimit(1 << 20)
			c.enc.SetMaxDynamicTableSize(maxTable + 1)
			c.headers(1, true, get("/")...)
		}, `"broken":"hpack"`},
		"debug": {func(c *writer) {
			c.frame(frameGoaway, 0, 0, u32(0), u32(99), long).headers(1, true, ":path", "/behind")
		}, `"code":99,"debug":"` + long[:maxDebug] + `"}`},
	} {
		c := newWriter()
		c.buf.WriteString(preface)
		many := make([]uint32, 80)
		if name != "settings" {
			many = nil
		}
		c.settings(many...)
		tt.write(c)
		got := read(t, featuretest.Settings(), c.take())
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: no %s in %.4000s", name, tt.want, got)
		}
		for _, mark := range []string{`"left"`, `"cut"`, `"broken"`, `"settings_left"`, `"more"`} {
			unfinished := mark == `"cut"` && strings.Contains(got, `"broken"`)
			if strings.Contains(got, mark) && !strings.HasPrefix(tt.want, mark) && !unfinished {
				t.Errorf("%s: there is %s too", name, mark)
			}
		}
	}
}

// TestIllegalFrames end the reading of a side, and show.
func TestIllegalFrames(t *testing.T) {
	for name, frame := range map[string]string{
		"settings of 5 bytes":        "\x00\x00\x05\x04\x00\x00\x00\x00\x0012345",
		"acknowledgement with bytes": "\x00\x00\x06\x04\x01\x00\x00\x00\x00123456",
		"headers without a stream":   "\x00\x00\x01\x01\x04\x00\x00\x00\x00\x82",
		"continuation of nothing":    "\x00\x00\x01\x09\x04\x00\x00\x00\x01\x82",
		"interrupted header block":   "\x00\x00\x01\x01\x00\x00\x00\x00\x01\x82\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678",
		"more padding than bytes":    "\x00\x00\x03\x00\x08\x00\x00\x00\x01\x05ab",
		"ping of 7 bytes":            "\x00\x00\x07\x06\x00\x00\x00\x00\x001234567",
		"window update of 3":         "\x00\x00\x03\x08\x00\x00\x00\x00\x001234",
		"goaway of 7":                "\x00\x00\x07\x07\x00\x00\x00\x00\x001234567",
		"text":                       "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		c := newWriter()
		c.buf.WriteString(preface)
		if name != "text" {
			c.settings()
		}
		first := c.take()
		got := read(t, featuretest.Settings(), first+frame+c.headers(3, true, ":path", "/behind").take())
		if !strings.Contains(got, `"broken":"frame"`) || strings.Contains(got, "behind") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := read(t, featuretest.Settings(), "\x00\x00\x01\x01\x04\x00\x00\x00\x01\x82"); got != "rejected" {
		t.Errorf("frames without a start: %s", got)
	}
}

// TestCutReportsOnce: a record holds what came since the one before, and the
// decoders stay.
func TestCutReportsOnce(t *testing.T) {
	c, _ := connection()
	c.headers(1, false, append(get("/one"), "x-a", "first")...)
	c.frame(frameData, flagEndStream, 1, "0123456789")
	c.headers(3, true, append(get("/two"), "x-a", "first")...)
	stream := c.take()
	for cut := range len(stream) {
		p := Module.New(featuretest.Settings()).(*Parser)
		chunk := feature.Chunk{Bytes: []byte(stream[:cut])}
		used, _ := p.Data(&chunk)
		text := featuretest.JSON(t, p.Info(feature.Both))
		p.Cut()
		if p.Info(feature.Both) != nil {
			t.Fatalf("cut at %d: %s stays", cut, featuretest.JSON(t, p.Info(feature.Both)))
		}
		chunk.Bytes = []byte(stream[used:])
		p.Data(&chunk)
		text += featuretest.JSON(t, p.Info(feature.Both))
		for want, n := range map[string]int{`"preface":true`: 1, `"/one"`: 1, `"/two"`: 1, `"x-a":"first"`: 2, `"window_update":983041`: 1, `"max_concurrent_streams":100`: 1} {
			if strings.Count(text, want) != n {
				t.Fatalf("cut at %d: %s is not there %d times:\n%s", cut, want, n, text)
			}
		}
	}
}

func TestSecretsInTheClear(t *testing.T) {
	set := featuretest.Settings()
	set.Secrets = true
	p := Module.New(set)
	featuretest.Feed(&Module, p, feature.TCP, secrets().Chunks)
	if got := featuretest.JSON(t, info(p, feature.Both)); strings.Count(got, "topsecret") != 3 || strings.Contains(got, "digest") {
		t.Error(got)
	}
}
