package featuretest

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"joy/feature"
)

var update = flag.Bool("update", false, "write the golden files again")

// Settings are those that the examination gives to New.
func Settings() *feature.Settings {
	return &feature.Settings{Body: 8, Digest: func(b []byte) string { return "digest:" + string(rune('a'+len(b)%26)) }}
}

// An Info gives what a parser has found, nil for nothing.
type Info func(p feature.Parser, v feature.View) any

// Run is the examination: each session gives its golden file in testdata; the
// same bytes in other pieces give the same Info; no prefix of them panics;
// Reset resets, and a feature.Holder holds nothing then. It fails without sessions.
func Run(t *testing.T, m *feature.Module, info Info, sessions ...Session) {
	t.Helper()
	if len(sessions) == 0 {
		t.Fatal("no sessions to examine the module with")
	}
	checkModule(t, m)
	dirty := m.New(Settings())
	most := 0
	for _, s := range sessions {
		t.Run(s.Name, func(t *testing.T) {
			fresh := m.New(Settings())
			want := find(t, m, fresh, info, s.Over, s.Chunks)
			golden(t, s.Name, want)
			matches(t, m, s)
			if s.Over == feature.TCP {
				pieces(t, m, info, s, want)
			}
			prefixes(m, s)
			dirty.Reset()
			if got := find(t, m, dirty, info, s.Over, s.Chunks); got != want {
				t.Errorf("a parser that was reset gives\n%s\na new one\n%s", got, want)
			}
			most = max(most, holds(t, fresh, dirty))
		})
	}
	if _, ok := dirty.(feature.Holder); ok && most == 0 {
		t.Error("no session has the parser hold anything")
	}
}

// holds: what a parser says that it holds is the same for one that was reset,
// and nothing once it is reset again. It returns what that was.
func holds(t *testing.T, fresh, dirty feature.Parser) int {
	t.Helper()
	h, ok := fresh.(feature.Holder)
	if !ok {
		return 0
	}
	n := h.Held()
	if again := dirty.(feature.Holder).Held(); n < 0 || again != n {
		t.Errorf("a new parser holds %d bytes, one that was reset %d", n, again)
	}
	fresh.Cut()
	if cut := h.Held(); cut < 0 || cut > n {
		t.Errorf("a parser holds %d bytes, and %d after Cut", n, cut)
	}
	fresh.Reset()
	if left := h.Held(); left != 0 {
		t.Errorf("a parser that was reset holds %d bytes", left)
	}
	return n
}

func checkModule(t *testing.T, m *feature.Module) {
	t.Helper()
	if m.Key == "" || m.Doc == "" || m.Over == 0 || m.Match == nil || m.New == nil {
		t.Fatalf("the module %q is not complete", m.Key)
	}
}

// find runs a session and returns the Info of each View as JSON.
func find(t *testing.T, m *feature.Module, p feature.Parser, info Info, over feature.Transport, chunks []feature.Chunk) string {
	t.Helper()
	if v, _ := Feed(m, p, over, chunks); v == feature.Reject {
		return "rejected\n"
	}
	text := ""
	for _, v := range []feature.View{feature.Both, feature.OnlyOut, feature.OnlyIn} {
		text += JSON(t, info(p, v)) + "\n"
	}
	return text
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has\n%s\nnot\n%s\n(-update writes it again)", path, want, got)
	}
}

// matches: the first chunk of one of the directions is recognised.
func matches(t *testing.T, m *feature.Module, s Session) {
	t.Helper()
	for _, c := range s.Chunks {
		c.Over = s.Over
		if m.Match(&c) == feature.Yes {
			return
		}
	}
	t.Error("no chunk is recognised")
}

// pieces: how the bytes of a direction are cut does not change the Info. Times
// may: they are those of the packets.
func pieces(t *testing.T, m *feature.Module, info Info, s Session, want string) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 51 {
		size := func() int { return 1 }
		if n > 0 {
			size = func() int { return 1 + r.IntN(700) }
		}
		if got := find(t, m, m.New(Settings()), info, s.Over, cut(s.Chunks, size)); got != want {
			t.Fatalf("in other pieces (try %d) the session gives\n%s\nnot\n%s", n, got, want)
		}
	}
}

func cut(chunks []feature.Chunk, size func() int) (all []feature.Chunk) {
	for _, c := range chunks {
		whole := c
		for len(whole.Bytes) > 0 {
			n := min(size(), len(whole.Bytes))
			c.Bytes, c.EOF = whole.Bytes[:n], whole.EOF && n == len(whole.Bytes)
			all = append(all, c)
			whole.Bytes, c.Lost = whole.Bytes[n:], 0
		}
		if len(chunks) > 0 && whole.EOF && (len(all) == 0 || !all[len(all)-1].EOF) {
			all = append(all, whole)
		}
	}
	return all
}

// prefixes: no prefix of a session panics, nor does one byte less of its last
// chunk.
func prefixes(m *feature.Module, s Session) {
	p := m.New(Settings())
	for i := range s.Chunks {
		short := slices.Clone(s.Chunks[:i+1])
		for n := 0; n < len(short[i].Bytes); n += 1 + len(short[i].Bytes)/64 {
			last := s.Chunks[i]
			last.Over = s.Over
			last.Bytes = last.Bytes[:n]
			short[i] = last
			p.Reset()
			Feed(m, p, s.Over, short)
			m.Match(&last)
		}
	}
}

// Fuzz runs a module over arbitrary bytes, cut in arbitrary places. The seeds
// are the chunks of the sessions.
func Fuzz(f *testing.F, m *feature.Module, info Info, sessions ...Session) {
	for _, s := range sessions {
		for i := range s.Chunks {
			f.Add(s.Chunks[i].Bytes, []byte{0}, uint16(i), s.Over == feature.UDP)
		}
		if len(s.Chunks) > 1 {
			f.Add(slices.Concat(s.Chunks[0].Bytes, s.Chunks[1].Bytes), []byte{1, 0}, uint16(len(s.Chunks[0].Bytes)), s.Over == feature.UDP)
		}
	}
	p := m.New(Settings())
	f.Fuzz(func(t *testing.T, b, dirs []byte, at uint16, datagrams bool) {
		over := feature.TCP
		if datagrams {
			over = feature.UDP
		}
		var chunks []feature.Chunk
		for i := 0; len(b) > 0 && i < 64; i++ {
			n := min(len(b), int(at)%2048+1)
			c := feature.Chunk{Time: int64(i) * 1e6, Over: over, Bytes: b[:n], EOF: n == len(b)}
			if len(dirs) > 0 {
				c.Dir = feature.Dir(dirs[i%len(dirs)] & 1)
				c.Lost = int(dirs[i%len(dirs)] >> 6 & 1)
			}
			chunks, b = append(chunks, c), b[n:]
			m.Match(&c)
		}
		p.Reset()
		Feed(m, p, over, chunks)
		for _, v := range []feature.View{feature.Both, feature.OnlyOut, feature.OnlyIn} {
			JSON(t, info(p, v))
		}
		p.Cut()
		JSON(t, info(p, feature.Both))
		holds(t, p, p)
	})
}
