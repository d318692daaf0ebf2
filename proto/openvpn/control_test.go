package openvpn

import (
	"math/rand/v2"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// However the handshake is wrapped, cut, mixed up and repeated: the parser finds
// what package tls does without OpenVPN.
func TestHandshakeInControlChannel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range recorded(t) {
		want := bare(t, s)
		for _, size := range append([]int{0}, macs[:]...) {
			for acks := range maxAcks + 1 {
				for _, over := range []feature.Transport{feature.TCP, feature.UDP} {
					w := wrapper{over: over, mac: size, acks: acks, piece: 30 + r.IntN(700)}
					wrapped := w.wrap(s)
					same(t, s.Name, found(t, wrapped), want)
					wrapped.Chunks = shuffle(wrapped.Chunks, window, r)
					same(t, s.Name+" mixed up and repeated", found(t, wrapped), want)
				}
			}
		}
	}
}

// TestHelloIn: how many messages brought the record with the hello, whatever
// their order.
func TestHelloIn(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{2, 4, 5, 100, 5000} {
		s := recorded(t)[0]
		b := s.Chunks[0].Bytes
		record := 5 + int(b[3])<<8 + int(b[4])
		w := wrapper{over: feature.UDP, mac: 20, piece: size}
		s = w.wrap(s)
		p := new(Parser)
		featuretest.Feed(&Module, p, s.Over, shuffle(s.Chunks, window, r))
		want := Info{HelloIn: [2]uint8{uint8((record + size - 1) / size), 0}, MAC: 20}
		if got := p.Info(feature.OnlyOut); got.HelloIn != want.HelloIn || got.MAC != want.MAC {
			t.Errorf("pieces of %d: %d of HMAC %d, want %d of HMAC %d", size, got.HelloIn, got.MAC, want.HelloIn, want.MAC)
		}
		p.Cut()
		if p.sides[0].hello.whole() != 0 {
			t.Error("told again")
		}
	}
}

func TestHelloWithGap(t *testing.T) {
	w := wrapper{over: feature.UDP, piece: 50}
	s := w.wrap(recorded(t)[0])
	s.Chunks = append(s.Chunks[:4:4], s.Chunks[5:]...)
	p := new(Parser)
	featuretest.Feed(&Module, p, s.Over, s.Chunks)
	if got := p.Info(feature.Both); got.HelloIn[0] != 0 {
		t.Errorf("%d messages", got.HelloIn)
	}
}

func TestLostMessageIsMarked(t *testing.T) {
	for _, over := range []feature.Transport{feature.TCP, feature.UDP} {
		w := wrapper{over: over, piece: 50}
		s := w.wrap(recorded(t)[0])
		lost := s.Chunks[4]
		s.Chunks = append(s.Chunks[:4:4], s.Chunks[5:]...)
		if over == feature.TCP {
			s.Chunks[4].Lost = len(lost.Bytes)
		}
		if js := found(t, s); !strings.Contains(js, `"lost":true`) || !strings.Contains(js, `"scs":`) {
			t.Errorf("%.300s", js)
		}
	}
}

// A message that waits for one that never comes is marked as well.
func TestWaitingAtTheEndIsMarked(t *testing.T) {
	w := wrapper{over: feature.UDP, piece: 100}
	s := w.wrap(recorded(t)[0])
	s.Chunks = append(s.Chunks[:3:3], s.Chunks[4])
	if js := found(t, s); !strings.Contains(js, `"lost":true`) {
		t.Errorf("%.300s", js)
	}
}

// Messages of another session or key are not mixed in, and the second attempt of
// a client counts when the first one had no answer.
func TestOtherSessions(t *testing.T) {
	s := recorded(t)[0]
	want := bare(t, s)
	w := wrapper{over: feature.UDP, piece: 900}
	wrapped := w.wrap(s)
	stranger := feature.Chunk{Bytes: []byte("\x20stranger\x00\x00\x00\x00\x01abc")}
	rekeyed := feature.Chunk{Bytes: []byte("\x21" + session + "\x00\x00\x00\x00\x01abc")}
	attempt := feature.Chunk{Bytes: []byte("\x38stranger" + first)}
	for _, c := range []struct {
		name          string
		before, after []feature.Chunk
	}{
		{"other session", nil, []feature.Chunk{stranger}},
		{"other key", nil, []feature.Chunk{rekeyed}},
		{"second attempt", []feature.Chunk{attempt}, nil},
		{"attempt in between", nil, []feature.Chunk{attempt, wrapped.Chunks[0], stranger}},
	} {
		mixed := wrapped
		mixed.Chunks = append(append(c.before, wrapped.Chunks[:2]...), append(c.after, wrapped.Chunks[2:]...)...)
		same(t, c.name, found(t, mixed), want)
	}
}

// TestHostileNumbers: no number of a message makes the parser go round for ever
// or keep more than a window of them.
func TestHostileNumbers(t *testing.T) {
	w := wrapper{over: feature.UDP}
	p := new(Parser)
	give := func(m string) { p.Data(&feature.Chunk{Over: feature.UDP, Bytes: []byte(m)}) }
	give(w.message(0, clientV2<<3, first))
	for range 5 {
		for id := range uint32(window - 1) {
			w.ids[0] = 1 + id
			give(w.control(0, strings.Repeat("x", maxSize)))
		}
	}
	if n := len(p.sides[0].queue.wait); n > (window-1)*(maxSize+headLen) {
		t.Errorf("%d bytes wait, with repetitions", n)
	}
	for _, id := range []uint32{1 << 31, 5, 1<<32 - 1, 1<<32 - 1, 0, 1, 1<<32 - 3, 1<<32 - 12, 100} {
		for n := range uint32(30) {
			w.ids[0] = id + n
			give(w.control(0, strings.Repeat("x", maxSize+int(n%2))))
			w.ids[0] = id + 29 - n
			give(w.control(0, strings.Repeat("x", 2000)))
		}
	}
	if n := len(p.sides[0].queue.wait); n > (window-1)*(maxSize+headLen) {
		t.Errorf("%d bytes wait", n)
	}
}

// TestTooManyMessages: where the list of records ends for that reason, it says
// so.
func TestTooManyMessages(t *testing.T) {
	w := wrapper{over: feature.UDP, piece: 2}
	if js := found(t, w.wrap(recorded(t)[0])); !strings.Contains(js, `"srlt_more":true`) {
		t.Errorf("%.300s", js)
	}
}

// TestDataEndsIt: data is counted, whatever the size, and ends the work.
func TestDataEndsIt(t *testing.T) {
	for _, over := range []feature.Transport{feature.TCP, feature.UDP} {
		w := wrapper{over: over, piece: 900}
		s := w.wrap(recorded(t)[0])
		for range maxData {
			s.Chunks = append(s.Chunks, feature.Chunk{Bytes: []byte(w.frame("\x48" + strings.Repeat("d", 9000)))})
		}
		p := new(Parser)
		if v, n := featuretest.Feed(&Module, p, over, s.Chunks); v != feature.Done || n != len(s.Chunks)-5 {
			t.Errorf("verdict %d after %d of %d chunks", v, n, len(s.Chunks))
		}
	}
}

// TestCutInHandshake: what comes after a record is in the next one, and nothing
// is in both.
func TestCutInHandshake(t *testing.T) {
	w := wrapper{over: feature.UDP, piece: 900}
	s := w.wrap(recorded(t)[0])
	p := new(Parser)
	featuretest.Feed(&Module, p, s.Over, s.Chunks[:3])
	before := featuretest.JSON(t, all(p, feature.Both))
	p.Cut()
	featuretest.Feed(&Module, p, s.Over, s.Chunks)
	after := featuretest.JSON(t, all(p, feature.Both))
	if !strings.Contains(before, `"cs":[`) || strings.Contains(before, `"scs":`) {
		t.Errorf("first %.300s", before)
	}
	if strings.Contains(after, `"cs":[`) || !strings.Contains(after, `"scs":`) || strings.Contains(after, `"opcode"`) {
		t.Errorf("then %.300s", after)
	}
}
