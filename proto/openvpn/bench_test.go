package openvpn

import (
	"strings"
	"testing"
	"unsafe"

	"joy/feature"
)

func TestParserIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Parser{}); n > 640 {
		t.Errorf("%d bytes", n)
	}
}

func BenchmarkHandshake(b *testing.B) {
	for _, over := range []feature.Transport{feature.TCP, feature.UDP} {
		w := wrapper{over: over, mac: 20, piece: 1100}
		s := w.wrap(recorded(b)[0])
		p := new(Parser)
		b.Run(map[feature.Transport]string{feature.TCP: "TCP", feature.UDP: "UDP"}[over], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Reset()
				for i := range s.Chunks {
					s.Chunks[i].Over = over
					p.Data(&s.Chunks[i])
				}
			}
			if !p.reading {
				b.Fatal("nothing was read")
			}
		})
	}
}

func BenchmarkData(b *testing.B) {
	p := new(Parser)
	c := feature.Chunk{Over: feature.UDP, Bytes: []byte("\x48" + strings.Repeat("d", 1300))}
	b.ReportAllocs()
	for b.Loop() {
		p.data = 0
		if _, v := p.Data(&c); v != feature.More {
			b.Fatal("over")
		}
	}
}
