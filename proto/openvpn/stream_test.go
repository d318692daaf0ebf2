package openvpn

import (
	"strings"
	"testing"

	"joy/feature"
)

// What is lost of messages over TCP that are not read does not matter, and the
// next message is found behind a gap of any size.
func TestGapInStream(t *testing.T) {
	s := recorded(t)[0]
	want := bare(t, s)
	w := wrapper{over: feature.TCP, piece: 900}
	wrapped := w.wrap(s)
	// What looks like a message within data is none.
	data := w.frame("\x48\x00\x00\x00" + strings.Repeat("d", 3000) + w.frame("\x20"+session+"\x00\x00\x00\x00\x01abc") + strings.Repeat("d", 3000))
	junk := feature.Chunk{Bytes: []byte(data[:700])}
	end := feature.Chunk{Bytes: []byte(data[1700:]), Lost: 1000}
	for _, c := range []struct {
		name string
		gap  []feature.Chunk
	}{
		{"within data", []feature.Chunk{junk, end}},
		{"beyond data", []feature.Chunk{junk, {Bytes: []byte("ddd"), Lost: 9000}}},
		{"nonsense", []feature.Chunk{{Bytes: []byte("\x00\x00nonsense" + session + "and 01 more")}}},
	} {
		mixed := wrapped
		mixed.Chunks = append(append(wrapped.Chunks[:2:2], c.gap...), wrapped.Chunks[2:]...)
		same(t, c.name, found(t, mixed), want)
	}
}

// The message right behind a gap is read without waiting for more.
func TestMessageBehindGap(t *testing.T) {
	w := wrapper{over: feature.TCP}
	p := new(Parser)
	p.Data(&feature.Chunk{Over: feature.TCP, Bytes: []byte(w.message(0, clientV2<<3, first))})
	m := []byte(w.control(0, "\x16\x03\x01"))
	if used, _ := p.Data(&feature.Chunk{Over: feature.TCP, Bytes: m, Lost: 70}); used != len(m) || !p.reading {
		t.Errorf("%d bytes are used", used)
	}
}
