package tls

import (
	"testing"
	"unsafe"

	"joy/feature"
	"joy/feature/featuretest"
)

func benchmark(b *testing.B, s featuretest.Session, info bool) {
	p := new(Parser)
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
		if info && p.Info(feature.Both) == nil {
			b.Fatal("nothing found")
		}
	}
}

func session(b *testing.B, name string) featuretest.Session {
	for _, s := range sessions(b) {
		if s.Name == name {
			return s
		}
	}
	b.Fatal("no session ", name)
	return featuretest.Session{}
}

// A ClientHello of OpenSSL, and its Info with JA3 and JA4.
func BenchmarkClientHello(b *testing.B) {
	s := session(b, "openssl-tls13")
	s.Chunks = s.Chunks[:1]
	benchmark(b, s, true)
}

// A handshake of TLS 1.2 with four certificates, and its Info.
func BenchmarkCertificates(b *testing.B) {
	benchmark(b, session(b, "openssl-tls12-client-cert"), true)
}

// The certificates of that handshake, as when they are seen for the first time.
func BenchmarkNewCertificates(b *testing.B) {
	var certs [][]byte
	for _, c := range session(b, "openssl-tls12-client-cert").Chunks {
		certs = append(certs, certsIn(c)...)
	}
	b.ReportMetric(float64(len(certs)), "certificates")
	b.ReportAllocs()
	var a arena
	for b.Loop() {
		a = a.reset()
		for _, raw := range certs {
			a.certificate(raw, len(raw))
		}
	}
}

// certsIn are those in the Certificate messages of a chunk.
func certsIn(c feature.Chunk) [][]byte {
	p := new(Parser)
	p.Data(&c)
	return certsOf(p)
}

// The same without the Info: what packets cost.
func BenchmarkCertificatesData(b *testing.B) {
	benchmark(b, session(b, "openssl-tls12-client-cert"), false)
}

// A handshake of TLS 1.3, and its Info.
func BenchmarkTLS13(b *testing.B) { benchmark(b, session(b, "openssl-tls13"), true) }

// A segment of application data, behind the handshake.
func BenchmarkApplicationData(b *testing.B) {
	p := new(Parser)
	s := session(b, "openssl-tls13")
	for i := range s.Chunks {
		p.Data(&s.Chunks[i])
	}
	c := feature.Chunk{Dir: feature.In, Bytes: []byte(rec(typeApplication, string(make([]byte, 1395))))}
	b.SetBytes(int64(len(c.Bytes)))
	b.ReportAllocs()
	for b.Loop() {
		p.Data(&c)
		p.waited = 0
	}
}

// Packets behind the handshake must not allocate, nor a handshake in a parser
// that is used again.
func TestAllocations(t *testing.T) {
	for _, s := range sessions(t) {
		p := new(Parser)
		n := testing.AllocsPerRun(20, func() {
			p.Reset()
			for i := range s.Chunks {
				p.Data(&s.Chunks[i])
			}
		})
		if n > 0 {
			t.Errorf("%s: %v allocations", s.Name, n)
		}
	}
}

// TestSize: what a flow costs whose handshake is read, beside what it reports.
func TestSize(t *testing.T) {
	if n := sizeOf(); n > 400 {
		t.Errorf("a Parser has %d bytes", n)
	}
}

func sizeOf() uintptr { return unsafe.Sizeof(Parser{}) }
