package ike

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzIKE(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func TestMatchRejects(t *testing.T) {
	good := build(v2(false), oneSA2)
	change := func(at int, b byte) string { return good[:at] + string(b) + good[at+1:] }
	for name, s := range map[string]string{
		"nothing":           "",
		"ESP in UDP":        "\x12\x34\x56\x78" + strings.Repeat("\xab", 1400),
		"a keepalive":       "\xff",
		"all zero":          strings.Repeat("\x00", 64),
		"all ones":          strings.Repeat("\xff", 64),
		"27 bytes":          good[:27],
		"no initiator":      none + good[8:],
		"version 3":         change(17, 0x30),
		"version 1.1":       change(17, 0x11),
		"unknown exchange":  change(18, 99),
		"exchange of v1":    change(18, 2),
		"flags of v1":       change(19, 0x06),
		"payload of v1":     change(16, 1),
		"a length of 27":    good[:24] + u32(27) + good[28:],
		"a length of 2^24":  good[:24] + u32(1<<24) + good[28:],
		"a marker only":     marker,
		"marker, then zero": marker + strings.Repeat("\x00", 40),
	} {
		if g := Module.Match(&feature.Chunk{Bytes: []byte(s)}); g != feature.No {
			t.Errorf("%s is recognised", name)
		}
	}
	for _, s := range []string{good, marker + good, good + "padding", good[:60]} {
		if g := Module.Match(&feature.Chunk{Bytes: []byte(s)}); g != feature.Yes {
			t.Errorf("%q is not recognised", s)
		}
	}
}

func feed(p feature.Parser, messages ...string) {
	featuretest.Feed(&Module, p, feature.UDP, session("", messages...).Chunks)
}

func TestMessagesBeyondTheBoundAreCounted(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	for range maxMessages + 5 {
		feed(p, build(v1(2, none)))
	}
	got := p.Info(feature.Both)
	if n := len(got.Init.Messages); n != maxMessages || got.Init.More != 5 {
		t.Errorf("%d messages and %d more", n, got.Init.More)
	}
}

func TestBytesBeyondTheBoundAreMarked(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	big := build(v2(false), body{40, strings.Repeat("N", 15<<10)})
	for range 8 {
		feed(p, big)
	}
	feed(p, build(v2(false), body{40, strings.Repeat("N", 20<<10)}))
	if len(p.raw) > maxRaw+maxMessages*headerLen {
		t.Errorf("%d bytes are kept", len(p.raw))
	}
	for i, m := range p.Info(feature.Both).Init.Messages {
		if want := i >= 4; m.Truncated != want || (len(m.Payloads) == 0) != want || m.Malformed {
			t.Errorf("message %d: truncated %v, malformed %v, %d payloads", i, m.Truncated, m.Malformed, len(m.Payloads))
		}
	}
}

func TestPayloadsBeyondTheBoundAreCounted(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	var all []body
	for range maxPayloads + 3 {
		all = append(all, body{43, "x"})
	}
	feed(p, build(v2(false), all...))
	if m := p.Info(feature.Both).Init.Messages[0]; len(m.Payloads) != maxPayloads || m.More != 3 {
		t.Errorf("%d payloads and %d more", len(m.Payloads), m.More)
	}
}

// D43: ESP in UDP made Joy's time quadratic.
func TestESPIsNotKept(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	feed(p, marker+build(v2(false), oneSA2))
	before := len(p.raw)
	c := feature.Chunk{Bytes: []byte("\x12\x34\x56\x78" + strings.Repeat("\xab", 1400))}
	if n := testing.AllocsPerRun(100, func() { p.Data(&c) }); n != 0 || len(p.raw) != before {
		t.Errorf("%v allocations, %d bytes more", n, len(p.raw)-before)
	}
	if got := p.Info(feature.Both).Init.ESP; got != 101 {
		t.Errorf("%d datagrams of ESP", got)
	}
}

func TestCutForgetsMessagesAndKeepsFragments(t *testing.T) {
	p := Module.New(featuretest.Settings()).(*Parser)
	whole := build(v1(2, none), oneSA1)
	feed(p, marker+fragment1Of(v1(2, none), 1, 1, false, whole[:50]))
	p.Cut()
	if got := p.Info(feature.Both); got != nil {
		t.Errorf("still there: %+v", got)
	}
	feed(p, "\x01\x02\x03\x04"+strings.Repeat("E", 40), "", marker+fragment1Of(v1(2, none), 1, 2, true, whole[50:]))
	got := p.Info(feature.Both).Init
	if got.ESP != 1 || len(got.Messages) != 1 || got.Messages[0].Reassembled == nil || len(got.Messages[0].Payloads) != 2 {
		t.Errorf("behind the cut: %s", featuretest.JSON(t, got))
	}
}

func TestFragmentsOfLies(t *testing.T) {
	whole := build(v1(2, none), oneSA1)
	part := func(id, number int, last bool, s string) string { return fragment1Of(v1(2, none), id, number, last, s) }
	for name, parts := range map[string][]string{
		"number 0":             {part(1, 0, true, whole)},
		"number too large":     {part(1, 33, true, whole)},
		"not a message":        {part(1, 1, true, strings.Repeat("x", 100))},
		"a missing one":        {part(1, 1, false, whole[:40]), "", part(1, 3, true, whole[40:])},
		"of two messages":      {part(1, 1, false, whole[:40]), "", part(2, 2, true, whole[40:])},
		"a too short fragment": {v1(2, none).bytes(fragment1, "\x00\x00\x00\x06\x00\x01\x01\x01")},
		"a nested fragment":    {part(1, 1, true, part(1, 1, true, whole)[:30])},
	} {
		p := Module.New(featuretest.Settings()).(*Parser)
		feed(p, parts...)
		for _, m := range p.Info(feature.Both).Init.Messages {
			if m.Reassembled != nil && name != "a nested fragment" {
				t.Errorf("%s: put together: %s", name, featuretest.JSON(t, m))
			}
		}
	}
}

func TestPasswordsAreDigests(t *testing.T) {
	message := build(v1(6, spiR), body{14, "\x02\x00\x00\x07" + long(16522, "secret")})
	for _, secrets := range []bool{false, true} {
		s := featuretest.Settings()
		s.Secrets = secrets
		p := Module.New(s)
		feed(p, message)
		got := featuretest.JSON(t, info(p, feature.Both))
		if clear := strings.Contains(got, `"xauth_user_password":"736563726574"`); clear != secrets || !secrets && !strings.Contains(got, "digest:g") {
			t.Errorf("secrets=%v: %s", secrets, got)
		}
	}
}

func TestVendors(t *testing.T) {
	for id, want := range map[string]string{
		"afcad71368a1f1c96b8696fc77570100":         `"Dead Peer Detection"`,
		"1e2b516905991c7d7c96fcbfb587e46100000009": `"MS NT5 ISAKMPOAKLEY 00000009"`,
		"1e2b516905991c7d7c96fcbfb587e46100000000": `"MS NT5 ISAKMPOAKLEY"`,
		"90cb80913ebb696e086381b5ec427b1f":         featuretest.JSON(t, feature.Text("draft-ietf-ipsec-nat-t-ike-02\n")),
		"4f452d4c696272657377616e2d342e3132":       `"OE-Libreswan-4.12"`,
		"6162636465663031":                         `"6162636465663031"`, // "abcdef01" would pass for hexadecimal
		"0011":                                     `"0011"`,
		"":                                         `""`,
	} {
		if got := string((&Payload{body: []byte(unhex(id))}).appendVendor(nil)); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	for i, v := range vendors {
		unhex(v.id)
		for _, w := range vendors[:i] {
			if w.id == v.id {
				t.Errorf("%s is there twice", v.name)
			}
		}
	}
}

func BenchmarkMatchESP(b *testing.B) {
	c := feature.Chunk{Bytes: []byte("\x12\x34\x56\x78" + strings.Repeat("\xab", 1400))}
	b.ReportAllocs()
	for b.Loop() {
		Module.Match(&c)
	}
}

func BenchmarkExchange(b *testing.B) {
	s := sessions2()[0]
	p := Module.New(featuretest.Settings())
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
	}
}

func BenchmarkInfo(b *testing.B) {
	p := Module.New(featuretest.Settings()).(*Parser)
	s := sessions2()[0]
	for i := range s.Chunks {
		p.Data(&s.Chunks[i])
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = out[:0]
		for _, m := range p.Info(feature.Both).Init.Messages {
			for _, pl := range m.Payloads {
				out = pl.AppendJSON(out)
			}
		}
	}
}
