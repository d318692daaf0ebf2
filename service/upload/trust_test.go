package upload

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// refused wants an attempt to fail, with nothing sent, and returns why.
func (r *run) refused(s *sshd) (message string) {
	r.t.Helper()
	r.Add(r.file("f", 10))
	message, _ = r.failed()
	has(r.t, s.out, nil)
	return message
}

// again makes the next attempt, which has to go well.
func (r *run) better(s *sshd) {
	r.t.Helper()
	r.resume <- struct{}{}
	r.arrived(s, 10)
}

// line is what a message says behind a text, up to the next colon.
func line(t *testing.T, message, behind string) []byte {
	t.Helper()
	_, rest, ok := strings.Cut(message, behind)
	line, _, more := strings.Cut(rest, ": knownhosts")
	if !ok || !more {
		t.Fatalf("no %q in %s", behind, message)
	}
	return []byte(line + "\n")
}

func TestHostUnknown(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.write("known_hosts", []byte("# nobody\nother.example "+string(ssh.MarshalAuthorizedKey(s.hostKey.PublicKey()))))
	r := begin(t, s.uploadTo())
	message := r.refused(s)
	if !strings.Contains(message, ssh.FingerprintSHA256(s.hostKey.PublicKey())+" is not in "+s.known) {
		t.Error(message)
	}
	s.write("known_hosts", line(t, message, "add the line: "))
	r.better(s)
}

func TestHostKeyChanged(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	old := ssh.FingerprintSHA256(s.hostKey.PublicKey())
	s.newHostKey()
	r := begin(t, s.uploadTo())
	message := r.refused(s)
	for _, part := range []string{"THE HOST KEY HAS CHANGED", ssh.FingerprintSHA256(s.hostKey.PublicKey()), old + " (line 1)"} {
		if !strings.Contains(message, part) {
			t.Errorf("no %q in %s", part, message)
		}
	}
	s.write("known_hosts", line(t, message, "replace the line by: "))
	r.better(s)
}

func TestHostKeyRevoked(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.trust(s.hostKey.PublicKey())
	known, err := os.ReadFile(s.known)
	if err != nil {
		t.Fatal(err)
	}
	s.write("known_hosts", append(known, "@revoked * "+string(ssh.MarshalAuthorizedKey(s.hostKey.PublicKey()))...))
	r := begin(t, s.uploadTo())
	if message := r.refused(s); !strings.Contains(message, "is revoked in "+s.known) {
		t.Error(message)
	}
}

// newECDSA makes a key of another type.
func newECDSA(t *testing.T, file string) ssh.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// Of several keys of a host one that is known is asked for, whichever it is.
func TestHostKeyOfAnotherType(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	more := newECDSA(t, filepath.Join(s.dir, "more"))
	both := "HostKey " + filepath.Join(s.dir, "more")
	s.config(both)
	for _, key := range []ssh.PublicKey{s.hostKey.PublicKey(), more} {
		s.trust(key)
		r := begin(t, s.uploadTo())
		r.Add(r.file("f", 10))
		r.arrived(s, 10)
		os.Remove(filepath.Join(s.out, "f"))
	}
	s.config("")
	r := begin(t, s.uploadTo())
	if message := r.refused(s); !strings.Contains(message, "no key of a type that "+s.known+" has") {
		t.Error(message)
	}
}

func TestHostCertificate(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	ca := newKey(t, filepath.Join(s.dir, "ca"), "")
	for name, c := range map[string]struct {
		principal string
		says      string
	}{
		"right":           {"127.0.0.1", ""},
		"of another host": {"192.0.2.1", "not in the set of valid principals"},
	} {
		cert := &ssh.Certificate{
			Key: s.hostKey.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{c.principal}, ValidBefore: ssh.CertTimeInfinity,
		}
		if err := cert.SignCert(rand.Reader, ca); err != nil {
			t.Fatal(err)
		}
		s.write("host-cert.pub", ssh.MarshalAuthorizedKey(cert))
		s.config("HostCertificate " + filepath.Join(s.dir, "host-cert.pub"))
		// A key of a type that the host does not have is known too.
		s.write("known_hosts", []byte("@cert-authority "+knownhosts.Line([]string{s.addr}, ca.PublicKey())+"\n"+
			knownhosts.Line([]string{s.addr}, newECDSA(t, filepath.Join(s.dir, "old")))+"\n"))
		r := begin(t, s.uploadTo())
		if c.says != "" {
			if message := r.refused(s); !strings.Contains(message, c.says) {
				t.Errorf("%s: %s", name, message)
			}
			continue
		}
		r.Add(r.file("f", 10))
		r.arrived(s, 10)
		os.Remove(filepath.Join(s.out, "f"))
	}
}

// After the program has given up its account the file may be out of reach.
func TestKnownHostsOutOfReach(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	r := begin(t, s.uploadTo())
	os.Remove(s.known)
	os.Remove(s.key)
	r.Add(r.file("f", 10))
	r.arrived(s, 10)
}

func TestLoginRefused(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	config := s.uploadTo()
	config.KeyFile = filepath.Join(s.dir, "stranger")
	newKey(t, config.KeyFile, "")
	r := begin(t, config)
	if message := r.refused(s); !strings.Contains(message, "unable to authenticate") {
		t.Error(message)
	}
}

// newAgent is an agent with the keys of files.
func newAgent(t *testing.T, files ...string) (socket string) {
	t.Helper()
	ring := agent.NewKeyring()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		key, err := ssh.ParseRawPrivateKey(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	l := listenUnix(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				agent.ServeAgent(ring, c)
			}()
		}
	}()
	return l.Addr().String()
}

func listenUnix(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "agent"))
	if err != nil {
		t.Skip("no sockets in the file system: ", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestAgent(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	stranger := filepath.Join(s.dir, "stranger")
	newKey(t, stranger, "")
	for name, c := range map[string]struct{ key, agent string }{
		"alone":                     {"", newAgent(t, stranger, s.key)},
		"with a key that is no use": {stranger, newAgent(t, s.key)},
		"that is gone, and a key":   {s.key, filepath.Join(s.dir, "none")},
		"without keys, and a key":   {s.key, newAgent(t)},
	} {
		config := s.uploadTo()
		config.KeyFile, config.Agent = c.key, c.agent
		r := begin(t, config)
		r.Add(r.file("f", 10))
		r.told("f ")
		if got := r.Stats(); got.Uploaded != 1 {
			t.Errorf("%s: %+v", name, got)
		}
		os.Remove(filepath.Join(s.out, "f"))
	}
	config := s.uploadTo()
	config.KeyFile, config.Agent = "", newAgent(t)
	r := begin(t, config)
	if message := r.refused(s); !strings.Contains(message, "agent "+config.Agent+": it has no key") {
		t.Error(message)
	}
}

// An agent that says nothing is not waited for.
func TestMuteAgent(t *testing.T) {
	mute := listenUnix(t)
	l := login{agent: mute.Addr().String()}
	if _, _, err := l.signers(t.Context(), time.Millisecond); err == nil {
		t.Error("no error")
	}
	l.key = newKey(t, filepath.Join(t.TempDir(), "id"), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if signers, _, err := l.signers(ctx, time.Hour); len(signers) != 1 || err != nil {
		t.Error(signers, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	newKey(t, in("id"), "")
	newKey(t, in("locked"), "secret")
	writeFile(t, in("known"), nil)
	writeFile(t, in("garbage"), []byte("garbage"))
	t.Setenv("HOME", dir)
	for name, c := range map[string]struct {
		config Config
		says   string
	}{
		"a target without a user": {Config{Target: "host:path", KeyFile: in("id"), KnownHosts: in("known")}, "upload host:path: it has to be USER@HOST:PATH"},
		"no key":                  {Config{Target: "u@h:p", KnownHosts: in("known")}, "keyfile=FILE"},
		"a key that is not there": {Config{Target: "u@h:p", KeyFile: in("none"), KnownHosts: in("known")}, in("none") + ": no such file"},
		"a key that is none":      {Config{Target: "u@h:p", KeyFile: in("garbage"), KnownHosts: in("known")}, "key " + in("garbage") + ": "},
		"a key with a passphrase": {Config{Target: "u@h:p", KeyFile: in("locked"), KnownHosts: in("known")}, in("locked") + " is encrypted"},
		"no known hosts":          {Config{Target: "u@h:22022:p", KeyFile: in("id"), KnownHosts: in("none")}, "make it with `ssh-keyscan -p 22022 h > " + in("none")},
		"none at home":            {Config{Target: "u@h:p", KeyFile: in("id")}, in(".ssh/known_hosts")},
		"known hosts of garbage":  {Config{Target: "u@h:p", KeyFile: in("id"), KnownHosts: in("garbage")}, in("garbage") + ":1"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := Open(c.config)
			if err == nil {
				u.Close(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "upload") {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
		})
	}
	u, err := Open(Config{Target: "u@h:p", KeyFile: in("id"), KnownHosts: in("known")})
	if err != nil {
		t.Fatal(err)
	}
	if left := u.Close(t.Context()); len(left) > 0 {
		t.Error(left)
	}
}
