package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	stdtls "crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"joy/feature"
	"joy/feature/featuretest"
)

// A tap is one end of a connection whose writes are noted.
type tap struct {
	net.Conn
	dir feature.Dir
	to  *wiretap
}

type wiretap struct {
	sync.Mutex
	chunks []feature.Chunk
}

func (c tap) Write(b []byte) (int, error) {
	c.to.Lock()
	n := int64(len(c.to.chunks) + 1)
	c.to.chunks = append(c.to.chunks, feature.Chunk{Time: n * 1e6, Dir: c.dir, Bytes: bytes.Clone(b)})
	c.to.Unlock()
	return c.Conn.Write(b)
}

// pair connects two sockets: those of net.Pipe have no buffer, so that ends
// that both write wait for each other.
func pair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback: ", err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err == nil {
		b, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// connect has crypto/tls shake hands with itself, and returns what was sent.
func connect(t *testing.T, client, server *stdtls.Config) ([]feature.Chunk, stdtls.ConnectionState, error) {
	t.Helper()
	a, b := pair(t)
	w := &wiretap{}
	s := stdtls.Server(tap{b, feature.In, w}, server)
	c := stdtls.Client(tap{a, feature.Out, w}, client)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.Handshake() == nil {
			s.Write([]byte("hello"))
			io.Copy(io.Discard, s)
		}
		b.Close()
	}()
	err := c.Handshake()
	if err == nil {
		io.ReadFull(c, make([]byte, 5)) // takes the session tickets of TLS 1.3 as well
	}
	state := c.ConnectionState()
	a.Close()
	<-done
	return w.chunks, state, err
}

func keyPair(t *testing.T, name string) stdtls.Certificate {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), DNSNames: []string{name}, NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(4e9, 0)}
	raw, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	return stdtls.Certificate{Certificate: [][]byte{raw, raw}, PrivateKey: k}
}

// TestAgreesWithCryptoTLS compares what is seen from outside with what the
// client knows.
func TestAgreesWithCryptoTLS(t *testing.T) {
	cert := keyPair(t, "a.example")
	server := &stdtls.Config{Certificates: []stdtls.Certificate{cert}, MinVersion: stdtls.VersionTLS10, NextProtos: []string{"h2"}}
	retry := server.Clone()
	retry.CurvePreferences = []stdtls.CurveID{stdtls.CurveP521}
	asking := server.Clone()
	asking.ClientAuth = stdtls.RequireAnyClientCert
	sessions := stdtls.NewLRUClientSessionCache(9)
	for _, c := range []struct {
		name     string
		version  uint16
		server   *stdtls.Config
		sessions stdtls.ClientSessionCache
		want     []string
	}{
		{"1.0", stdtls.VersionTLS10, server, nil, []string{`"s_version":3`, `"s_cert":[{`}},
		{"1.1", stdtls.VersionTLS11, server, nil, []string{`"s_version":4`}},
		{"1.2", stdtls.VersionTLS12, server, sessions, []string{`"s_version":5`, `"s_signature_algorithm":"ecdsa_secp256r1_sha256"`}},
		{"1.2 again", stdtls.VersionTLS12, server, sessions, []string{`"resumption":"ticket","resumed":true`}},
		{"1.2 with a client certificate", stdtls.VersionTLS12, asking, nil, []string{`"cert_requested":true`, `"c_cert":[{`}},
		{"1.3", stdtls.VersionTLS13, server, nil, []string{`"s_version":6`}},
		{"1.3 again", stdtls.VersionTLS13, server, sessions, nil},
		{"1.3 and again", stdtls.VersionTLS13, server, sessions, []string{`"resumption":"psk","resumed":true`}},
		{"1.3 after a retry", stdtls.VersionTLS13, retry, nil, []string{`"hello_retry":{"group":"secp521r1"`, `"s_group":"secp521r1"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := &stdtls.Config{
				ServerName: "a.example", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}, Certificates: []stdtls.Certificate{cert},
				MinVersion: c.version, MaxVersion: c.version, ClientSessionCache: c.sessions,
			}
			chunks, state, err := connect(t, client, c.server)
			if err != nil {
				t.Fatal(err)
			}
			p := new(Parser)
			featuretest.Feed(&Module, p, feature.TCP, chunks)
			agrees(t, both(t, p), state)
			has(t, both(t, p), c.want...)
		})
	}
}

func agrees(t *testing.T, i *Info, state stdtls.ConnectionState) {
	t.Helper()
	check := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, crypto/tls has %v", what, got, want)
		}
	}
	check("version", i.SVersion, state.Version-stdtls.VersionTLS10+3)
	check("suite", i.SCS, state.CipherSuite)
	check("name", i.SNI, []feature.Text{feature.Text(state.ServerName)})
	check("resumed", i.Resumed, state.DidResume)
	check("retry", i.HelloRetry != nil, state.HelloRetryRequest)
	if state.Version < stdtls.VersionTLS13 {
		check("protocol", string(i.SALPN), state.NegotiatedProtocol)
	}
	if !state.DidResume || state.Version == stdtls.VersionTLS13 {
		check("group", uint16(i.SGroup), uint16(state.CurveID))
	}
	if !state.DidResume && state.Version < stdtls.VersionTLS13 {
		check("certificates", len(i.SCert), len(state.PeerCertificates))
		same(t, state.PeerCertificates[0].Raw)
		check("serial", fmt.Sprintf("%x", []byte(i.SCert[0].Serial)), "07")
	}
	if i.Truncated || i.Malformed || i.Error != "" {
		t.Errorf("truncated %v, malformed %v, error %q", i.Truncated, i.Malformed, i.Error)
	}
}

func TestAlertOfCryptoTLS(t *testing.T) {
	server := &stdtls.Config{Certificates: []stdtls.Certificate{keyPair(t, "a.example")}, MinVersion: stdtls.VersionTLS13}
	client := &stdtls.Config{InsecureSkipVerify: true, MaxVersion: stdtls.VersionTLS12}
	chunks, _, err := connect(t, client, server)
	if err == nil {
		t.Fatal("they agreed")
	}
	p := new(Parser)
	featuretest.Feed(&Module, p, feature.TCP, chunks)
	has(t, both(t, p), `"alerts":[{"dir":"<","level":"fatal","code":70,"name":"protocol_version"}]`)
}
