package quic

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	stdtls "crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/quic"

	"joy/feature"
	"joy/feature/featuretest"
)

var record = flag.Bool("record", false, "write testdata/go-*.session from connections of golang.org/x/net/quic")

// A tap is one end of a connection whose datagrams are noted.
type tap struct {
	net.PacketConn
	dir feature.Dir
	to  *wiretap
}

type wiretap struct {
	sync.Mutex
	chunks []feature.Chunk
}

func (c tap) WriteTo(b []byte, to net.Addr) (int, error) {
	c.to.Lock()
	n := int64(len(c.to.chunks) + 1)
	c.to.chunks = append(c.to.chunks, feature.Chunk{Time: n * 1e6, Over: feature.UDP, Dir: c.dir, Bytes: bytes.Clone(b)})
	c.to.Unlock()
	return c.PacketConn.WriteTo(b, to)
}

func certificate(t *testing.T) stdtls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"live.example"}, NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return stdtls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// connect has x/net/quic shake hands with itself, and returns what was sent.
func connect(t *testing.T, retry bool, client, server []stdtls.CurveID) []feature.Chunk {
	t.Helper()
	w := new(wiretap)
	end := func(dir feature.Dir, cfg *quic.Config) *quic.Endpoint {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Skip("no loopback: ", err)
		}
		e, err := quic.NewEndpoint(tap{c, dir, w}, cfg)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	cfg := &quic.Config{
		TLSConfig: &stdtls.Config{
			Certificates: []stdtls.Certificate{certificate(t)}, NextProtos: []string{"h3"},
			MinVersion: stdtls.VersionTLS13, CurvePreferences: server,
		},
		RequireAddressValidation: retry,
	}
	s := end(feature.In, cfg)
	c := end(feature.Out, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	accepted := make(chan error, 1)
	go func() {
		_, err := s.Accept(ctx)
		accepted <- err
	}()
	_, err := c.Dial(ctx, "udp", s.LocalAddr().String(), &quic.Config{TLSConfig: &stdtls.Config{
		ServerName: "live.example", InsecureSkipVerify: true, NextProtos: []string{"h3", "hq-interop"},
		MinVersion: stdtls.VersionTLS13, CurvePreferences: client,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-accepted; err != nil {
		t.Fatal(err)
	}
	cancel()
	c.Close(ctx)
	s.Close(ctx)
	w.Lock()
	defer w.Unlock()
	return w.chunks
}

// TestLive: connections of another implementation are read, with hellos that
// fill a datagram and more, a Retry, and a HelloRetryRequest.
func TestLive(t *testing.T) {
	for _, v := range []struct {
		name           string
		retry, again   bool
		client, server []stdtls.CurveID
	}{
		{name: "go", client: []stdtls.CurveID{stdtls.X25519}},
		{name: "go-hybrid", client: []stdtls.CurveID{stdtls.X25519MLKEM768}},
		{name: "go-retry", retry: true},
		{name: "go-hello-retry", again: true, client: []stdtls.CurveID{stdtls.X25519, stdtls.CurveP384}, server: []stdtls.CurveID{stdtls.CurveP384}},
	} {
		chunks := connect(t, v.retry, v.client, v.server)
		if *record {
			write(t, v.name, chunks)
		}
		p := run(t, featuretest.Session{Chunks: chunks})
		i, q := p.TLS(feature.Both), p.Info(feature.Both)
		switch {
		case i == nil || len(i.SNI) != 1 || string(i.SNI[0]) != "live.example" || len(i.ALPN) != 2 || !i.HasSCS || i.Truncated || i.Malformed:
			t.Errorf("%s: %+v", v.name, i)
		case q.Undecrypted > 0 || q.Truncated || q.Version != version1 || len(q.CParams) == 0 || q.CParamsMalformed:
			t.Errorf("%s: %+v", v.name, q)
		case v.retry != (q.Retry != nil) || v.retry && q.Retry.TokenLength != q.TokenLength:
			t.Errorf("%s: retry %+v, token %d", v.name, q.Retry, q.TokenLength)
		case v.again != (i.HelloRetry != nil) || i.SGroup == 0:
			t.Errorf("%s: hello retry %+v", v.name, i.HelloRetry)
		}
	}
}

// write keeps the datagrams of a handshake as a session.
func write(t *testing.T, name string, chunks []feature.Chunk) {
	t.Helper()
	var b bytes.Buffer
	for i := range chunks[:min(len(chunks), 10)] {
		c := &chunks[i]
		if Match(c) == feature.Yes {
			fmt.Fprintf(&b, "%c %x\n", "><"[c.Dir], c.Bytes)
		}
	}
	if err := os.WriteFile(filepath.Join("testdata", name+".session"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
