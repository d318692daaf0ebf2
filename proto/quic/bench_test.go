package quic

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/proto/tls/tlstest"
)

// BenchmarkHandshake reads a connection of Go's client and server with a hybrid
// key share: three Initial packets.
func BenchmarkHandshake(b *testing.B) {
	for _, s := range tlstest.Sessions(b, feature.UDP) {
		if s.Name != "go-hybrid" {
			continue
		}
		p := New()
		b.ReportAllocs()
		for b.Loop() {
			p.Reset()
			listen(p, s.Chunks)
		}
		if i := p.TLS(feature.Both); i == nil || !i.HasSCS {
			b.Fatal("not read")
		}
	}
}

// BenchmarkFirst decrypts the client's first packet: new keys, and 1,200 bytes.
func BenchmarkFirst(b *testing.B) {
	c := feature.Chunk{Bytes: []byte(vectorPacket(b, version1))}
	p := New()
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		p.Data(&c)
	}
	if p.TLS(feature.Both) == nil {
		b.Fatal("not read")
	}
}

// BenchmarkOpen decrypts a packet whose keys are there.
func BenchmarkOpen(b *testing.B) {
	packet := []byte(vectorPacket(b, version1))
	h, _ := parse(packet)
	s := secrets{dialect: h.dialect, version: h.version}
	s.cid.set(h.dcid)
	k, x := s.derive(client), new(scratch)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := k.open(x, packet, h.pn, 0); !ok {
			b.Fatal("not opened")
		}
	}
}

func BenchmarkInfo(b *testing.B) {
	s := simple("", version1)
	p := New()
	listen(p, s.Chunks)
	b.ReportAllocs()
	for b.Loop() {
		p.Info(feature.Both)
	}
}

func BenchmarkMatch(b *testing.B) {
	for name, s := range map[string]string{
		"short": "\x42" + strings.Repeat("x", 1000), "dns": "\x81\x80\x01\x00\x00\x01\x00\x00" + strings.Repeat("x", 50),
		"rtp": "\x80\x60\x01\x00\x00\x01\x00\x00" + strings.Repeat("x", 50), "initial": vectorPacket(b, version1),
		"zeros": strings.Repeat("\x00", 100),
	} {
		c := feature.Chunk{Bytes: []byte(s)}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Match(&c)
			}
		})
	}
}
