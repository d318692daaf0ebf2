package ssh

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"net"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"joy/feature"
)

// A tap is a connection whose writes are noted.
type tap struct {
	net.Conn
	dir   feature.Dir
	notes *notes
}

type notes struct {
	sync.Mutex
	chunks []feature.Chunk
}

func (t tap) Write(b []byte) (int, error) {
	t.notes.Lock()
	t.notes.chunks = append(t.notes.chunks, feature.Chunk{Time: int64(len(t.notes.chunks) + 1), Dir: t.dir, Bytes: bytes.Clone(b)})
	t.notes.Unlock()
	return t.Conn.Write(b)
}

// buffered is a pair of connections that do not wait for each other's reads,
// as both sides of SSH send first.
func buffered(t *testing.T) (client, server net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback: ", err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return client, <-accepted
}

// connect has the two sides of golang.org/x/crypto/ssh shake hands.
func connect(t *testing.T, key ssh.Signer, client, server ssh.Config) (conn ssh.Conn, chunks []feature.Chunk) {
	t.Helper()
	var n notes
	a, b := buffered(t)
	defer a.Close()
	defer b.Close()
	sc := &ssh.ServerConfig{Config: server, NoClientAuth: true}
	sc.AddHostKey(key)
	done := make(chan error, 1)
	go func() {
		_, _, _, err := ssh.NewServerConn(tap{b, feature.In, &n}, sc)
		done <- err
	}()
	cc := &ssh.ClientConfig{Config: client, User: "u", HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	conn, _, _, err := ssh.NewClientConn(tap{a, feature.Out, &n}, "host", cc)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	n.Lock()
	defer n.Unlock()
	return conn, n.chunks
}

func signers(t *testing.T) (all []ssh.Signer) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []any{ed, ec, r} {
		s, err := ssh.NewSignerFromKey(k)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestAgainstGo compares with what the second implementation says it agreed on.
func TestAgainstGo(t *testing.T) {
	kexes := append(ssh.SupportedAlgorithms().KeyExchanges, ssh.InsecureAlgorithms().KeyExchanges...)
	ciphers := ssh.SupportedAlgorithms().Ciphers
	bits := []uint32{256, 384, 2048}
	keys := signers(t)
	for i, kex := range kexes {
		t.Run(kex, func(t *testing.T) {
			key := keys[i%len(keys)]
			server := ssh.Config{KeyExchanges: kexes, Ciphers: ciphers}
			client := ssh.Config{KeyExchanges: []string{kex, kexes[0]}, Ciphers: []string{ciphers[i%len(ciphers)], ciphers[0]}}
			conn, chunks := connect(t, key, client, server)
			p, _ := run(chunks...)
			got := p.Info(feature.Both)
			agreed := conn.(ssh.AlgorithmsConnMetadata).Algorithms()
			for what, pair := range map[string][2]string{
				"client":      {string(got.Cli.Protocol), string(conn.ClientVersion())},
				"server":      {string(got.Srv.Protocol), string(conn.ServerVersion())},
				"kex":         {string(got.Negotiated.Kex), agreed.KeyExchange},
				"host key":    {string(got.Negotiated.HostKey), agreed.HostKey},
				"to server":   {string(got.Negotiated.CEncryption), agreed.Write.Cipher},
				"to client":   {string(got.Negotiated.SEncryption), agreed.Read.Cipher},
				"mac":         {string(got.Negotiated.CMAC), agreed.Write.MAC},
				"key":         {string(got.Srv.HostKey), string(key.PublicKey().Marshal())},
				"key type":    {string(got.Srv.HostKeyType), key.PublicKey().Type()},
				"fingerprint": {string(got.Srv.Fingerprint), ssh.FingerprintSHA256(key.PublicKey())},
				"signature":   {string(got.Srv.SignatureType), agreed.HostKey},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
				}
			}
			if got.Srv.HostKeyBits != bits[i%len(keys)] || len(got.Cli.CKex) == 0 || len(got.Srv.SKex) == 0 || !got.Cli.NewKeys || !got.Srv.NewKeys {
				t.Errorf("%d bits, %d and %d bytes, new keys %v and %v", got.Srv.HostKeyBits, len(got.Cli.CKex), len(got.Srv.SKex), got.Cli.NewKeys, got.Srv.NewKeys)
			}
		})
	}
}
