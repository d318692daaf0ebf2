package match

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSequence(t *testing.T) {
	for _, c := range []struct {
		fingerprint string
		want        []token
	}{
		{"tls/1/(0303)(13011302)[(0000)(000a00040002001d)]", []token{{1, "1301"}, {1, "1302"}, {2, "(0000)"}, {2, "(000a00040002001d)"}}},
		{"tls/(0303)(c02b)((0a0a)(0a0a))", []token{{1, "c02b"}, {2, "(0a0a)"}, {2, "(0a0a)"}}},
		{"tls/1/(0303)(c02b)", []token{{1, "c02b"}}},
		{"quic/1/(00000001)(0303)(1301)[((0039)[(04)(05)])(0000)]", []token{{2, "1301"}, {3, "((0039)[(04)(05)])"}, {3, "(0000)"}}},
		// "ab,c", "ab", "": three lists, of which the last is empty.
		{"ssh/(5353)(61622c63)(6162)()", []token{{0, "5353"}, {1, "6162"}, {1, "63"}, {2, "6162"}}},
		{"http/(474554)(485454502f312e31)((486f7374)(4163636570743a202a2f2a))", []token{{0, "474554"}, {1, "485454502f312e31"}, {2, "(486f7374)"}, {2, "(4163636570743a202a2f2a)"}}},
		{"tcp/(40)()(40)(faf0)((020405b4)(04))", []token{{0, "40"}, {2, "40"}, {3, "faf0"}, {4, "(020405b4)"}, {4, "(04)"}}},
		{"ja3/0123456789abcdef0123456789abcdef", nil},
		{"(0303)(1301)", nil},
		{"tls/1/(0303)(1301", nil},
		{"tls/1/(0303))(1301)", nil},
		{"tls/1/(0303)", nil},
		{"", nil},
	} {
		var s sequence
		if ok := s.parse(c.fingerprint); ok != (c.want != nil) || ok && !slices.Equal(s.tokens, c.want) {
			t.Errorf("%s: %v %q", c.fingerprint, ok, s.tokens)
		}
	}
}

func TestDistance(t *testing.T) {
	const a = "tls/1/(0303)(130113021303)[(0000)(0005)]"
	for _, c := range []struct {
		b    string
		want float64
		ok   bool
	}{
		{a, 0, true},
		{"tls/1/(0301)(130113021303)[(0000)(0005)]", 0, true},       // the version does not count
		{"tls/1/(0303)(13011302)[(0000)(0005)]", 1. / 9, true},      // 4 of 5 and 4: (9-8)/9
		{"tls/1/(0303)(130213011303)[(0000)(0005)]", 2. / 10, true}, // order counts
		{"tls/1/(0303)(1301)[(ff01)]", 5. / 7, true},                // one in common
		{"tls/1/(0303)(c02b)[(ff01)]", 1, true},                     // none
		{"tls/2/(0303)(130113021303)[(0000)(0005)]", 1, false},      // another kind
		{"ja3/0123456789abcdef0123456789abcdef", 1, false},          // a hash
		{"tls/1/(0303)(130113021303)[(0000)(0005)(0a0a)]", 1. / 11, true},
	} {
		if got, ok := Distance(a, c.b); math.Abs(got-c.want) > 1e-15 || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", c.b, got, ok, c.want, c.ok)
		}
	}
}

// TestLCS compares with the table of dynamic programming, on patterns of one
// word and more.
func TestLCS(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var l lcs
	for range 3000 {
		symbols := 1 + rng.IntN(40)
		a, b := random(rng, symbols), random(rng, symbols)
		l.pattern(a, symbols)
		if got, want := l.length(b), table(a, b); got != want {
			t.Fatalf("%x %x: %d, want %d", a, b, got, want)
		}
	}
}

func random(rng *rand.Rand, symbols int) (seq []byte) {
	for range rng.IntN(200) {
		seq = append(seq, byte(rng.IntN(symbols)), 0, 0, 0)
	}
	return seq
}

// table is the length of the longest common subsequence as textbooks have it.
func table(a, b []byte) int {
	above := make([]int, len(b)/4+1)
	for i := 0; i < len(a); i += 4 {
		row := make([]int, len(above))
		for j := 0; j < len(b); j += 4 {
			if slices.Equal(a[i:i+4], b[j:j+4]) {
				row[j/4+1] = above[j/4] + 1
			} else {
				row[j/4+1] = max(row[j/4], above[j/4+1])
			}
		}
		above = row
	}
	return above[len(above)-1]
}

func FuzzDistance(f *testing.F) {
	f.Add("tls/1/(0303)(13011302)[(0000)(0005)]", "tls/1/(0303)(1301)[(0000)]")
	f.Add("quic/1/(00000001)(0303)(1301)[((0039)[(04)(05)])]", "quic/1/()()()[[]]")
	f.Add("ssh/(5353)(61622c63)(2c2c)()", "ssh/((((((")
	f.Add("tcp/(40)()(40)(faf0)((020405b4)(04))", "tcp/(40)(00)(40)(faf0)((020405b4)(04))")
	f.Fuzz(func(t *testing.T, a, b string) {
		ab, ok := Distance(a, b)
		ba, same := Distance(b, a)
		if ab != ba || ok != same || ab < 0 || ab > 1 || !ok && ab != 1 {
			t.Errorf("%v %v one way, %v %v the other", ab, ok, ba, same)
		}
		if d, ok := Distance(a, a); ok && d != 0 {
			t.Errorf("%v from itself", d)
		}
	})
}
