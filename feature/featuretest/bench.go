package featuretest

import (
	"strings"
	"testing"

	"joy/feature"
)

// Bench measures a parser on a session, with the Info at its end.
func Bench(b *testing.B, m *feature.Module, info Info, s Session) {
	p := m.New(Settings())
	n := 0
	for i := range s.Chunks {
		s.Chunks[i].Over = s.Over
		n += len(s.Chunks[i].Bytes)
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		for i := range s.Chunks {
			if _, v := p.Data(&s.Chunks[i]); v != feature.More {
				break
			}
		}
		if info(p, feature.Both) == nil {
			b.Fatal("nothing found")
		}
		p.Reset()
	}
}

// BenchMatch measures Match on bytes that it must not recognise.
func BenchMatch(b *testing.B, m *feature.Module, bytes string) {
	c := feature.Chunk{Bytes: []byte(bytes)}
	for b.Loop() {
		if m.Match(&c) == feature.Yes {
			b.Fatal("recognised")
		}
	}
}

// Secrets: what is secret in a session is in the Info with secrets=1 alone.
func Secrets(t *testing.T, m *feature.Module, info Info, s Session, secrets ...string) {
	t.Helper()
	for _, clear := range []bool{false, true} {
		set := Settings()
		set.Secrets = clear
		p := m.New(set)
		Feed(m, p, s.Over, s.Chunks)
		got := JSON(t, info(p, feature.Both))
		for _, secret := range secrets {
			if strings.Contains(got, secret) != clear {
				t.Errorf("secrets %t, %q: %s", clear, secret, got)
			}
		}
	}
}
