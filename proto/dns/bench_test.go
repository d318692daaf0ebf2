package dns

import (
	"testing"

	"joy/feature"
)

// BenchmarkUsual is a query and its response, as most flows are: stored,
// decoded and forgotten.
func BenchmarkUsual(b *testing.B) {
	q, r := usual(b)
	b.Run("six-records", func(b *testing.B) { exchange(b, q, r, true) })
	b.Run("one-address", func(b *testing.B) {
		exchange(b, message(b, 7, "www.example.com. A"), message(b, 7, "www.example.com. A", "+ response", "an www.example.com. 60 IN A 192.0.2.1"), true)
	})
}

// BenchmarkStore is the part that is done for each packet.
func BenchmarkStore(b *testing.B) {
	q, r := usual(b)
	exchange(b, q, r, false)
}

func exchange(b *testing.B, q, r string, decode bool) {
	out, in := feature.Chunk{Bytes: []byte(q)}, feature.Chunk{Bytes: []byte(r), Dir: feature.In, Time: 1e6}
	p := new(Parser)
	b.ReportAllocs()
	for b.Loop() {
		p.Data(&out)
		p.Data(&in)
		if decode && len(p.Info(feature.Both)) != 2 {
			b.Fatal("not decoded")
		}
		p.Reset()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/message")
}

func BenchmarkMatch(b *testing.B) {
	q, _ := usual(b)
	for name, s := range map[string]string{
		"dns":  q,
		"http": "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"tls":  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abcdefgh",
		"quic": "\xc0\x00\x00\x00\x01\x08abcdefgh\x00\x00\x44\xd0",
	} {
		c := feature.Chunk{Bytes: []byte(s)}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Module.Match(&c)
			}
		})
	}
}

// A query and its response cost no allocation, and little memory beside their
// bytes.
func TestMemoryOfUsualFlow(t *testing.T) {
	q, r := usual(t)
	out, in := feature.Chunk{Bytes: []byte(q)}, feature.Chunk{Bytes: []byte(r), Dir: feature.In, Time: 1e6}
	p := new(Parser)
	n := testing.AllocsPerRun(100, func() {
		p.Data(&out)
		p.Data(&in)
		p.Reset()
	})
	if n != 0 {
		t.Errorf("%v allocations for a flow", n)
	}
	p.Data(&out)
	p.Data(&in)
	p.Info(feature.Both)
	p.Cut()
	if p.lent != nil || len(p.kept) != 0 {
		t.Errorf("%d bytes of messages are kept after a Cut", len(p.kept))
	}
}
