package upload

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// An sshd is OpenSSH's server on a loopback port of the test, which starts a
// process of it for every connection: what is in its files counts for the
// next one.
type sshd struct {
	t        *testing.T
	addr     string // host:port
	user     string
	dir      string // of its files
	out      string // where uploads go; a space is in the name
	key      string // file with the key that may log in
	known    string // file of known hosts
	hostKey  ssh.Signer
	listener net.Listener
	running  sync.WaitGroup
}

// sshdProgram skips the test where there is no OpenSSH server.
func sshdProgram(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("sshd cannot be given a socket on Windows")
	}
	for _, name := range []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/libexec/sshd"} {
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	t.Skip("there is no sshd; on Debian: apt-get install openssh-server")
	return ""
}

func newSSHD(t *testing.T, host string) *sshd {
	t.Helper()
	program := sshdProgram(t)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid == "0" { // the server of root wants it, and the system makes it at boot
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Skip("sshd needs /run/sshd: ", err)
		}
	}
	s := &sshd{t: t, user: me.Username, dir: t.TempDir()}
	s.out = filepath.Join(s.dir, "far side")
	if err := os.Mkdir(s.out, 0o755); err != nil {
		t.Fatal(err)
	}
	s.key, s.known = filepath.Join(s.dir, "id"), filepath.Join(s.dir, "known_hosts")
	id := newKey(t, s.key, "")
	s.write("authorized_keys", ssh.MarshalAuthorizedKey(id.PublicKey()))
	s.hostKey = newKey(t, filepath.Join(s.dir, "host"), "")
	s.config("")
	s.listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skip("no loopback address: ", err)
	}
	s.addr = s.listener.Addr().String()
	s.trust(s.hostKey.PublicKey())
	go s.serve(program, s.listener)
	t.Cleanup(func() {
		s.listener.Close()
		s.running.Wait()
	})
	if me.Uid != "0" {
		s.letsIn(id)
	}
	return s
}

// letsIn skips the test where the server turns this account away, as it does
// when that is locked.
func (s *sshd) letsIn(key ssh.Signer) {
	s.t.Helper()
	c, err := ssh.Dial("tcp", s.addr, &ssh.ClientConfig{
		User: s.user, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.FixedHostKey(s.hostKey.PublicKey()),
	})
	if err != nil {
		s.t.Skip("sshd does not let this account in: ", err)
	}
	c.Close()
}

func (s *sshd) write(name string, text []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// config writes the configuration with some more lines.
func (s *sshd) config(more string) {
	s.t.Helper()
	s.write("config", fmt.Appendf(nil, `HostKey %[1]s/host
AuthorizedKeysFile %[1]s/authorized_keys
Subsystem sftp internal-sftp
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
%[2]s`, s.dir, more))
}

// trust has the client know the host by these keys only.
func (s *sshd) trust(keys ...ssh.PublicKey) {
	s.t.Helper()
	var text []byte
	for _, k := range keys {
		text = append(text, knownhosts.Line([]string{s.addr}, k)+"\n"...)
	}
	s.write("known_hosts", text)
}

// newHostKey has the host show another key from now on.
func (s *sshd) newHostKey() {
	s.t.Helper()
	s.hostKey = newKey(s.t, filepath.Join(s.dir, "host"), "")
}

// serve gives each connection a server.
func (s *sshd) serve(program string, l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.running.Add(1)
		go func() {
			defer s.running.Done()
			f, err := c.(*net.TCPConn).File()
			c.Close()
			if err != nil {
				s.t.Error(err)
				return
			}
			defer f.Close()
			cmd := exec.Command(program, "-i", "-e", "-f", filepath.Join(s.dir, "config"))
			var said bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, &said
			err = cmd.Run() // that the peer went is an error of its own
			s.t.Logf("sshd: %v\n%s", err, said.Bytes())
		}()
	}
}

// uploadTo is a Config for the server.
func (s *sshd) uploadTo() Config {
	t := target{user: s.user, dir: s.out}
	t.host, t.port, _ = net.SplitHostPort(s.addr)
	return Config{Target: t.String(), KeyFile: s.key, KnownHosts: s.known}
}

// newKey makes a key and writes it to a file, encrypted if there is a
// passphrase.
func newKey(t *testing.T, file, passphrase string) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
