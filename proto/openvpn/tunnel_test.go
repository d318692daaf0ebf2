package openvpn

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/proto/tls"
	"joy/proto/tls/tlstest"
)

// A wrapper puts a handshake into the messages of OpenVPN.
type wrapper struct {
	over  feature.Transport
	mac   int // size of the HMAC, 0 for none
	acks  int // messages that each control message acknowledges
	piece int // bytes of TLS in a message
	ids   [2]uint32
}

var ids = [2]string{session, other}

// message is a control message of a side, with what protects it.
func (w *wrapper) message(d feature.Dir, first byte, rest string) string {
	m := string([]byte{first}) + ids[d]
	if w.mac > 0 {
		m += mac(w.mac) + replay
	}
	return w.frame(m + rest)
}

func (w *wrapper) frame(m string) string {
	if w.over == feature.TCP {
		return stream(m)
	}
	return m
}

func u32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// control is the next control message of a side.
func (w *wrapper) control(d feature.Dir, piece string) string {
	w.ids[d]++
	acks := string([]byte{byte(w.acks)})
	for n := range w.acks {
		acks += u32(uint32(n))
	}
	if w.acks > 0 {
		acks += ids[d^1]
	}
	return w.message(d, controlV1<<3, acks+u32(w.ids[d])+piece)
}

// wrap returns the session with the resets before it and data behind it. What
// one chunk has of TLS is in several, of the same time.
func (w *wrapper) wrap(s featuretest.Session) featuretest.Session {
	out := featuretest.Session{Name: s.Name, Over: w.over}
	add := func(c feature.Chunk, m string) {
		c.Bytes = []byte(m)
		out.Chunks = append(out.Chunks, c)
	}
	add(feature.Chunk{Dir: feature.Out}, w.message(0, clientV2<<3, first))
	add(feature.Chunk{Dir: feature.In}, w.message(1, serverV2<<3, second))
	for _, c := range s.Chunks {
		for b := string(c.Bytes); b != ""; {
			n := min(w.piece, len(b))
			add(c, w.control(c.Dir, b[:n]))
			b = b[n:]
		}
		add(c, w.message(c.Dir, 5<<3, "\x01"+u32(0)+ids[c.Dir^1]))
	}
	for i := range 5 {
		add(feature.Chunk{Time: 1e9, Dir: feature.Dir(i % 2)}, w.frame("\x48\x00\x00\x00"+mac(100)))
	}
	return out
}

// recorded are handshakes of OpenSSL with itself.
func recorded(t testing.TB) []featuretest.Session { return tlstest.Sessions(t, feature.TCP) }

// tunnels are sessions with a whole handshake.
func tunnels(t testing.TB) (all []featuretest.Session) {
	names := []string{"handshake-over-tcp", "handshake-over-tcp-tls-auth", "handshake-over-udp-tls-auth"}
	rs := recorded(t)
	for i, w := range []wrapper{{over: feature.TCP, piece: 100}, {over: feature.TCP, mac: 20, acks: 1, piece: 1200}, {over: feature.UDP, mac: 32, acks: 2, piece: 1100}} {
		s := w.wrap(rs[i%len(rs)])
		s.Name = names[i]
		all = append(all, s)
	}
	return all
}

// found is what a Parser finds of TLS.
func found(t *testing.T, s featuretest.Session) string {
	t.Helper()
	p := new(Parser)
	featuretest.Feed(&Module, p, s.Over, s.Chunks)
	return featuretest.JSON(t, p.TLS(feature.Both))
}

// bare is what package tls finds without OpenVPN.
func bare(t *testing.T, s featuretest.Session) string {
	t.Helper()
	p := new(tls.Parser)
	featuretest.Feed(&tls.Module, p, feature.TCP, s.Chunks)
	js := featuretest.JSON(t, p.Info(feature.Both))
	if !strings.Contains(js, `"cs":[`) || !strings.Contains(js, `"scs":`) || !strings.Contains(js, `"srlt":[`) {
		t.Fatalf("no handshake: %s", js)
	}
	return js
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	if got != want {
		t.Errorf("%s: different from here:\n%.300s\nwithout OpenVPN\n%.300s", what, got[at:], want[at:])
	}
}

// shuffle changes the order of the messages of a side that have the same time,
// in groups of at most n, and repeats some at any later time.
func shuffle(chunks []feature.Chunk, n int, r *rand.Rand) (all []feature.Chunk) {
	for i := 0; i < len(chunks); {
		k := 1
		for k < n && i+k < len(chunks) && chunks[i+k].Time == chunks[i].Time && chunks[i+k].Dir == chunks[i].Dir {
			k++
		}
		for _, j := range r.Perm(k) {
			all = append(all, chunks[i+j])
		}
		again := chunks[r.IntN(i+k)]
		again.Time = chunks[i].Time
		all, i = append(all, again), i+k
	}
	return all
}
