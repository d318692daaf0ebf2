package http2

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// BenchmarkConnection: two requests, one of them answered with a megabyte.
func BenchmarkConnection(b *testing.B) {
	c, s := connection()
	out := []byte(c.headers(1, true, get("/one")...).headers(3, true, get("/two")...).take())
	s.headers(1, true, ":status", "304").headers(3, false, ":status", "200", "content-type", "text/plain", "server", "test")
	for range 64 {
		s.frame(frameData, 0, 3, strings.Repeat("x", 1<<14))
	}
	in := []byte(s.take())
	p := Module.New(featuretest.Settings())
	chunk := feature.Chunk{}
	b.ReportAllocs()
	b.SetBytes(int64(len(out) + len(in)))
	for b.Loop() {
		p.Reset()
		chunk.Dir, chunk.Bytes = feature.Out, out
		p.Data(&chunk)
		chunk.Dir = feature.In
		for rest := in; len(rest) > 0; {
			chunk.Bytes = rest[:min(len(rest), 1460)]
			used, _ := p.Data(&chunk)
			rest = rest[max(used, 1):]
		}
	}
}

// BenchmarkPair: a request and a response on a connection that is in use.
func BenchmarkPair(b *testing.B) {
	c, s := connection()
	p := Module.New(featuretest.Settings())
	first := feature.Chunk{Bytes: []byte(c.headers(1, true, get("/one")...).take())}
	p.Data(&first)
	first = feature.Chunk{Dir: feature.In, Bytes: []byte(s.headers(1, true, ":status", "200", "content-type", "text/plain").take())}
	p.Data(&first)
	out := feature.Chunk{Bytes: []byte(c.headers(3, true, get("/one")...).take())}
	in := feature.Chunk{Dir: feature.In, Bytes: []byte(s.headers(3, true, ":status", "200", "content-type", "text/plain").take())}
	b.ReportAllocs()
	for b.Loop() {
		p.Cut()
		p.Data(&out)
		p.Data(&in)
	}
}

func BenchmarkMatch(b *testing.B) {
	for name, first := range map[string]string{"tls": "\x16\x03\x01\x02\x00\x01", "http": "GET / HTTP/1.1\r\n", "zeros": "\x00\x00\x00\x85\xffSMB"} {
		b.Run(name, func(b *testing.B) {
			c := feature.Chunk{Bytes: []byte(first)}
			b.ReportAllocs()
			for b.Loop() {
				match(&c)
			}
		})
	}
}
