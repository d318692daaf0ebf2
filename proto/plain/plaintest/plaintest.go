// Package plaintest is what the tests of the small protocols share.
package plaintest

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// A Guess is what Match is to say of the first bytes of a direction.
type Guess struct {
	Name, In string
	Want     feature.Guess
}

// Match tries Match.
func Match(t *testing.T, m *feature.Module, over feature.Transport, guesses ...Guess) {
	t.Helper()
	for _, g := range guesses {
		if got := m.Match(&feature.Chunk{Over: over, Bytes: []byte(g.In)}); got != g.Want {
			t.Errorf("%s: %d, want %d", g.Name, got, g.Want)
		}
	}
}

// A Detail is messages, the first of the side that opened the flow, of which
// some things are to be found, and others not.
type Detail struct {
	Name     string
	Messages []string
	Want     []string // parts of the JSON
	Not      string   // no part of it; empty for anything
	Verdict  feature.Verdict
}

// Details tries them.
func Details(t *testing.T, m *feature.Module, info featuretest.Info, details ...Detail) {
	t.Helper()
	for _, d := range details {
		t.Run(d.Name, func(t *testing.T) {
			p := m.New(featuretest.Settings())
			v, _ := featuretest.Feed(m, p, feature.TCP, featuretest.Bytes("", feature.TCP, d.Messages...).Chunks)
			Check(t, featuretest.JSON(t, info(p, feature.Both)), d.Want, d.Not)
			if v != d.Verdict {
				t.Errorf("verdict %d, want %d", v, d.Verdict)
			}
		})
	}
}

// Check wants parts in a text.
func Check(t *testing.T, got string, want []string, not string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %s in %s", w, got)
		}
	}
	if not != "" && strings.Contains(got, not) {
		t.Errorf("%s in %s", not, got)
	}
}

// Cut wants that after a Cut nothing is reported twice, and that the sessions
// go on: what a cut before any chunk leaves has to be found at the end.
func Cut(t *testing.T, m *feature.Module, info featuretest.Info, s featuretest.Session) {
	t.Helper()
	p := m.New(featuretest.Settings())
	featuretest.Feed(m, p, s.Over, s.Chunks)
	p.Cut()
	if got := featuretest.JSON(t, info(p, feature.Both)); got != "null" {
		t.Errorf("after the cut there is still %s", got)
	}
}

// Switch wants the last message to end the protocol, and what is behind it to
// be left.
func Switch(t *testing.T, m *feature.Module, messages ...string) {
	t.Helper()
	p := m.New(featuretest.Settings())
	chunks := featuretest.Bytes("", feature.TCP, messages...).Chunks
	n := len(chunks) - 1
	if v, _ := featuretest.Feed(m, p, feature.TCP, chunks[:n]); v != feature.More {
		t.Fatalf("verdict %d before the last message", v)
	}
	c, want := chunks[n], len(chunks[n].Bytes)
	c.Bytes = append(c.Bytes, "\x16\x03\x01\x00\x05"...)
	if used, v := p.Data(&c); v != feature.Switch || used != want {
		t.Errorf("%d bytes used with verdict %d, want %d with %d", used, v, want, feature.Switch)
	}
}

// Gap runs a session in which bytes are missing before one of the chunks.
func Gap(t *testing.T, m *feature.Module, info featuretest.Info, at, lost int, messages ...string) string {
	t.Helper()
	p := m.New(featuretest.Settings())
	chunks := featuretest.Bytes("", feature.TCP, messages...).Chunks
	chunks[at].Lost = lost
	featuretest.Feed(m, p, feature.TCP, chunks)
	return featuretest.JSON(t, info(p, feature.Both))
}
