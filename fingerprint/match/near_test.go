package match

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// hellos are as real clients send them, without GREASE where it moves.
var hellos = []string{
	// Chromium
	"tls/1/(0303)(0a0a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035)[(0000)(000500050100000000)(000a000a00080a0a001d00170018)(000b00020100)(000d0012001004030804040105030805050108060601)(0010000e000c02683208687474702f312e31)(0012)(0017)(001b0003020002)(0023)(002b0007060a0a03040303)(002d00020101)(0033)(0a0a)(0a0a)(44690005000302683 2)(fe0d)(ff01)]",
	// Firefox
	"tls/1/(0303)(130113031302c02bc02fcca9cca8c02cc030c00ac009c013c014009c009d002f0035)[(0000)(000500050100000000)(000a000e000c001d00170018001901000101)(000b00020100)(000d0018001604030503060308040805080604010501060102030201)(0010000e000c02683208687474702f312e31)(0017)(001c00024001)(0022)(0023)(002b00050403040303)(002d00020101)(0033)(fe0d)(ff01)]",
	// OpenSSL 3
	"tls/1/(0303)(130213031301c02cc030009fcca9cca8ccaac02bc02f009ec024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035002f00ff)[(0000)(000a00160014001d0017001e00190018010001010102010301 04)(000b000403000102)(000d002a0028040305030603080708080809080a080b080408050806040105010601030303010302040205020602)(0010000e000c02683208687474702f312e31)(0016)(0017)(0023)(002b00050403040303)(002d00020101)(0031)(0033)]",
	// GnuTLS
	"tls/1/(0303)(1302130313011304c02ccca9c0adc00ac02bc0acc009c030cca8c014c02fc013009dc09d0035009cc09c002f009fccaac09f0039009ec09e0033)[(0000)(000500050100000000)(000a00160014001700180019001d001e01000101010201030104)(000b00020100)(000d0022002004010809080404030807050108 0a08050503060 1080b0806060302010203)(0016)(0017)(001c00024001)(0023)(002b0009080304030303020301)(002d00020101)(0033)(ff01)]",
	// Go
	"tls/1/(0303)(c02bc02fc02cc030cca9cca8c009c013c00ac014009c009d002f0035c012000a130113021303)[(0000)(000500050100000000)(000a000a0008001d001700180019)(000b00020100)(000d001a0018080404030807080508060401050106010503060302010203)(0010000e000c02683208687474702f312e31)(0012)(0017)(002b0009080304030303020301)(0033)(ff01)]",
	// Java
	"tls/1/(0303)(130213011303c02cc02bcca9c030cca8c02f009fccaa00a3009e00a2c024c028c023c027006b006a00670040c00ac014c009c01300390038003300320 09d009c003d003c0035002f00ff)[(0000)(000500050100000000)(000a00160014001d00170018001900 1e01000101010201030104)(000d00280026040305030603080408050806080908 0a080b040105010601040203030301030202030201 0202)(0011)(0017)(002b00050403040303)(002d00020101)(0032)(0033)]",
	// OpenSSL 1.0
	"tls/1/(0301)(c014c00ac022c0210039003800880087c00fc00500350084c012c008c01cc01b00160013c00dc003000ac013c009c01fc01e00330032009a009900450044c00ec004002f00960041c011c007c00cc00200050004001500120009001400110008000600030 0ff)[(000a00340032000e000d0019000b000c00180009000a00160017000800060007001400150004000500120013000100020003000f0010 0011)(000b000403000102)(000f000101)(0023)]",
	// Schannel
	"tls/1/(0303)(c02cc02bc030c02f009f009ec024c023c028c027c00ac009c014c013009d009c003d003c0035002f000a)[(0000)(000500050100000000)(000a00080006001d00170018)(000b00020100)(000d001a001808040805080604010501020104030503020302020601060 3)(0010000e000c02683208687474702f312e31)(0017)(0023)(ff01)]",
	"ssh/(5353482d322e302d4f70656e5353485f392e32)(637572766532353531392d7368613235362c656364682d736861322d6e697374703235362c656364682d736861322d6e697374703338342c6469666669652d68656c6c6d616e2d67726f757031362d736861353132)(7373682d656432353531392c65636473612d736861322d6e697374703235362c7273612d736861322d353132)(6165733132382d6374722c6165733139322d6374722c6165733235362d6374722c6165733132382d67636d406f70656e7373682e636f6d)(6165733132382d6374722c6165733139322d6374722c6165733235362d6374722c6165733132382d67636d406f70656e7373682e636f6d)(686d61632d736861322d3235362c686d61632d736861312c756d61632d3634406f70656e7373682e636f6d)(686d61632d736861322d3235362c686d61632d736861312c756d61632d3634406f70656e7373682e636f6d)(6e6f6e65)(6e6f6e65)()()",
	"http/(474554)(485454502f312e31)((486f7374)(557365722d4167656e74)(4163636570743a202a2f2a)(4163636570742d456e636f64696e673a20677a6970)(436f6e6e656374696f6e3a206b6565702d616c697665))",
	"tcp/(40)()(40)(faf0)((020405b4)(04)(08)(01)(030307))",
}

// population makes up fingerprints as a network has them: families of programs
// on one library, that differ in some suites, groups and extensions.
func population(rng *rand.Rand, n int) []string {
	known := make([]string, 0, n)
	have := map[string]bool{}
	for len(known) < n {
		// Most are made of what exists, a part of the bases themselves.
		from := strings.ReplaceAll(hellos[rng.IntN(len(hellos))], " ", "")
		if len(known) > 0 && rng.IntN(10) > 0 {
			from = known[rng.IntN(len(known))]
		}
		if fp := mutate(rng, from, 1+rng.IntN(6)); !have[fp] {
			have[fp] = true
			known = append(known, fp)
		}
	}
	return known
}

// mutate changes some of the tokens of a fingerprint: takes out, swaps, adds.
func mutate(rng *rand.Rand, fp string, changes int) string {
	var s sequence
	if !s.parse(fp) {
		panic(fp)
	}
	tokens := slices.Clone(s.tokens)
	for range changes {
		i := rng.IntN(len(tokens))
		switch rng.IntN(4) {
		case 0:
			if len(tokens) > 2 {
				tokens = slices.Delete(tokens, i, i+1)
			}
		case 1:
			j := min(i+1, len(tokens)-1)
			if tokens[i].group == tokens[j].group {
				tokens[i], tokens[j] = tokens[j], tokens[i]
			}
		case 2:
			tokens = slices.Insert(tokens, i, token{tokens[i].group, another(rng, tokens[i].text)})
		case 3:
			tokens[i].text = another(rng, tokens[i].text)
		}
	}
	return compose(fp, s.kind, tokens)
}

// another token of the same sort: mostly one of a few that others have too.
func another(rng *rand.Rand, like string) string {
	n := rng.IntN(60)
	if rng.IntN(10) == 0 {
		n = rng.IntN(65536)
	}
	code := fmt.Sprintf("%04x", n)
	if strings.HasPrefix(like, "(") {
		return "(" + code + ")"
	}
	return code
}

// compose writes tokens as a fingerprint of the kind again.
func compose(fp, kind string, tokens []token) string {
	var b strings.Builder
	b.WriteString(kind + "/")
	rest := fp[strings.IndexByte(fp, '('):]
	for group := byte(0); rest != ""; group++ {
		n := element(rest)
		var texts []string
		for _, t := range tokens {
			if t.group == group {
				texts = append(texts, t.text)
			}
		}
		glue := ""
		if shapeOf(kind).names {
			glue = "2c"
		}
		open, end := rest[0], rest[n-1]
		if int(group) < shapeOf(kind).skip {
			b.WriteString(rest[:n])
		} else {
			b.WriteString(string(open) + strings.Join(texts, glue) + string(end))
		}
		rest = rest[n:]
	}
	return b.String()
}

func nearOf(t testing.TB, known []string, threshold float64) *Near {
	t.Helper()
	section, err := BuildNear(func(yield func(Known) bool) {
		for i, fp := range known {
			if !yield(Known{uint32(i), fp, counted(i)}) {
				return
			}
		}
	}, threshold)
	if err != nil {
		t.Fatal(err)
	}
	n, err := OpenNear(section)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// counted are flows of the made-up fingerprints: many have the same.
func counted(i int) uint64 { return uint64(1 + i%3) }

// scan finds the nearest by looking at all.
func scan(known []string, fp string, k int, within float64) (nearest []Neighbour) {
	for i, other := range known {
		if d, ok := Distance(fp, other); ok && d < within {
			nearest = append(nearest, Neighbour{Number: uint32(i), Distance: d})
		}
	}
	slices.SortFunc(nearest, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(counted(int(b.Number)), counted(int(a.Number))), cmp.Compare(known[a.Number], known[b.Number]))
	})
	return nearest[:min(k, len(nearest))]
}

func TestNearEqualsScan(t *testing.T) {
	for _, threshold := range []float64{0.1, 0.25, 0.5} {
		rng := rand.New(rand.NewPCG(2, 2))
		known := population(rng, 150)
		n := nearOf(t, known, threshold)
		var s Search
		hits := 0
		for i := range 120 {
			fp := mutate(rng, known[rng.IntN(len(known))], i%9)
			within := threshold
			if i%3 == 0 {
				within *= rng.Float64()
			}
			want := scan(known, fp, 1+i%7, within)
			got, whole, err := n.Find(&s, fp, 1+i%7, within)
			if err != nil || !whole {
				t.Fatal(whole, err)
			}
			for i := range got {
				got[i].rank = 0
			}
			if !slices.Equal(got, want) {
				t.Fatalf("threshold %v: %s\n%v, want\n%v", threshold, fp, got, want)
			}
			hits += len(got)
		}
		if hits < 60 {
			t.Errorf("threshold %v: only %d neighbours", threshold, hits)
		}
	}
}

// TestBounds has numbers for the threshold 0.1 by hand: 32 tokens and 27 need 27
// in common (more than 0.9 * 59/2 = 26.55), so 6 of the 32 are to be looked at.
func TestBounds(t *testing.T) {
	b := newBounds(0.1)
	if b.need[59] != 27 || b.need[64] != 29 || b.need[20] != 10 {
		t.Errorf("%d %d %d in common", b.need[59], b.need[64], b.need[20])
	}
	if least, most := b.lengths(32); least != 27 || most != 39 {
		t.Errorf("lengths %d to %d", least, most)
	}
	if n := b.prefix(32); n != 6 {
		t.Errorf("%d to be looked at", n)
	}
	if n := newBounds(0.15).prefix(32); n != 9 { // 24 of more than 0.85 * 56/2
		t.Errorf("%d to be looked at for 0.15", n)
	}
}

func TestNearFindsNothing(t *testing.T) {
	n := nearOf(t, []string{"tls/1/(0303)(13011302)[(0000)]", "ja3/0123456789abcdef0123456789abcdef"}, Threshold)
	if n.Len() != 1 {
		t.Errorf("%d entries can be found, want 1", n.Len())
	}
	var s Search
	for _, fp := range []string{"", "tls/1/(0303)", "tls/2/(0303)(13011302)[(0000)]", "tls/1/(0303)(c02bc02c)[(0000)]", "ja3/0123456789abcdef0123456789abcdef"} {
		if got, whole, err := n.Find(&s, fp, 3, Threshold); len(got) != 0 || !whole || err != nil {
			t.Errorf("%q: %v %v %v", fp, got, whole, err)
		}
	}
	if got, _, _ := n.Find(&s, "tls/1/(0301)(13011302)[(0000)]", 3, Threshold); len(got) != 1 || got[0].Distance != 0 {
		t.Errorf("%v", got)
	}
}

// TestLimits: a query that reaches a bound says so, and gives what it has.
func TestLimits(t *testing.T) {
	var known []string
	for i := range 200 {
		known = append(known, fmt.Sprintf("tls/1/(03%02x)(13011302130313041305)[(0000)]", i))
	}
	var s Search
	for _, c := range []struct{ postings, steps int }{{50, maxSteps}, {maxPostings, 60}} {
		n := nearOf(t, known, 0.1)
		n.maxPostings, n.maxSteps = c.postings, c.steps
		found, whole, err := n.Find(&s, known[0], 3, 0.1)
		if len(found) != 3 || whole || err != nil {
			t.Errorf("%+v: %v %v %v", c, found, whole, err)
		}
	}
	if found, whole, err := nearOf(t, known, 0.1).Find(&s, known[0], 3, 0.1); len(found) != 3 || !whole || err != nil {
		t.Errorf("%v %v %v", found, whole, err)
	}
}

// BenchmarkNear measures queries against 100,000 fingerprints: of known ones
// with some changes, and of what is like none.
func BenchmarkNear(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 3))
	known := population(rng, 100_000)
	for _, threshold := range []float64{0.1, 0.15, 0.2} {
		n := nearOf(b, known, threshold)
		for _, changes := range []int{1, 4, 12, 40} {
			queries := make([]string, 500)
			for i := range queries {
				queries[i] = mutate(rng, known[rng.IntN(len(known))], changes)
			}
			b.Run(fmt.Sprintf("threshold=%v/changes=%d", threshold, changes), func(b *testing.B) {
				var s Search
				found, postings, steps := 0, 0, 0
				for i := 0; b.Loop(); i++ {
					nearest, _, err := n.Find(&s, queries[i%len(queries)], 5, threshold)
					if err != nil {
						b.Fatal(err)
					}
					found += len(nearest)
					postings += s.postings
					steps += s.steps
				}
				b.ReportMetric(float64(found)/float64(b.N), "found/op")
				b.ReportMetric(float64(postings)/float64(b.N), "postings/op")
				b.ReportMetric(float64(steps)/float64(b.N), "steps/op")
			})
		}
	}
}
