package fingerprints

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
	"joy/measure"
	"joy/proto/http"
	"joy/proto/ssh"
	"joy/record"
)

// none is the end of a chain.
type none struct{}

func (none) Write(*record.Record) error { return nil }

// records are one with a TLS handshake, as a client of the web makes it, and one
// with more than there can be together.
func records() (tls, many record.Record) {
	syn := &record.SYN{Flags: "S", Opts: measure.ParseOptions(nil, []byte{2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7}), OptLen: 10}
	tls = record.Record{Pr: 6, HasIn: true, TLS: hello(), TCP: &record.TCP{Out: syn, In: syn}}

	p := http.Module.New(featuretest.Settings()).(*http.Parser)
	featuretest.Feed(&http.Module, p, feature.TCP, featuretest.Bytes("", feature.TCP,
		"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: y\r\nContent-Length: 0\r\n\r\n").Chunks)
	side := &ssh.Side{Protocol: []byte("SSH-2.0-x"), HasOffer: true, KexAlgos: []byte("curve25519-sha256")}
	many = tls
	many.SSH, many.HTTP = &ssh.Info{Cli: side, Srv: side}, p.Info(feature.Both)
	return tls, many
}

// TestAllocations: none for a record, once there is room for its strings.
func TestAllocations(t *testing.T) {
	_, r := records()
	w := Stage(none{})
	if n := testing.AllocsPerRun(100, func() {
		r.Fingerprints, r.FingerprintsIn = nil, nil
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}); n != 0 || len(r.Fingerprints.NPF) < 7 {
		t.Errorf("%v allocations for %d strings", n, len(r.Fingerprints.NPF))
	}
}

func BenchmarkTLS(b *testing.B) {
	r, _ := records()
	w := Stage(none{})
	for b.Loop() {
		r.Fingerprints, r.FingerprintsIn = nil, nil
		if err := w.Write(&r); err != nil {
			b.Fatal(err)
		}
	}
}
