package ssh

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"joy/feature"
	"joy/feature/featuretest"
)

func info(p feature.Parser, v feature.View) any {
	if i := p.(*Parser).Info(v); i != nil {
		return i
	}
	return nil
}

func TestModule(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func FuzzSSH(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func TestMatch(t *testing.T) {
	offer := kexInit{}.bytes()
	for _, c := range []struct {
		name, bytes string
		dir         feature.Dir
		eof         bool
		want        feature.Guess
	}{
		{"a version line", "SSH-2.0-x\r\n", feature.Out, false, feature.Yes},
		{"three bytes", "SSH", feature.Out, false, feature.Maybe},
		{"three bytes and no more", "SSH", feature.Out, true, feature.No},
		{"something else with S", "STLS\r\n", feature.Out, false, feature.No},
		{"an offer", offer, feature.Out, false, feature.Yes},
		{"the head of an offer", offer[:20], feature.In, false, feature.Maybe},
		{"a packet of another kind", "\x00\x00\x00\x20\x04\x15" + strings.Repeat("x", 40), feature.Out, false, feature.No},
		{"an offer of no names", offer[:26] + "\x01\x02" + offer[28:], feature.Out, false, feature.No},
		{"zeros", strings.Repeat("\x00", 100), feature.Out, false, feature.No},
		{"lines of a server", "Hello\r\nSSH-2.0-x\r\n", feature.In, false, feature.Yes},
		{"a line of a server", "Hello\r\n", feature.In, false, feature.Maybe},
		{"a last line of a server", "Hello\r\n", feature.In, true, feature.No},
		{"a line of a client", "Hello\r\n", feature.Out, false, feature.No},
		{"a long text", strings.Repeat("Hello\r\n", 500), feature.In, false, feature.No},
		{"HTTP", "HTTP/1.1 200 OK\r\n", feature.In, false, feature.No},
		{"a binary that begins as text", "Hi\x00\x01", feature.In, false, feature.No},
		{"TLS", "\x16\x03\x01\x02\x00\x01", feature.In, false, feature.No},
		{"nothing", "", feature.Out, false, feature.Maybe},
	} {
		if got := Module.Match(&feature.Chunk{Dir: c.dir, Bytes: []byte(c.bytes), EOF: c.eof}); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func run(chunks ...feature.Chunk) (*Parser, feature.Verdict) {
	p := Module.New(featuretest.Settings()).(*Parser)
	v, _ := featuretest.Feed(&Module, p, feature.TCP, chunks)
	return p, v
}

func find(name string) featuretest.Session {
	all := sessions()
	return all[slices.IndexFunc(all, func(s featuretest.Session) bool { return s.Name == name })]
}

func TestDoneWhenBothSidesEncrypt(t *testing.T) {
	s := find("s_ok")
	for i := range s.Chunks {
		_, v := run(s.Chunks[:i+1]...)
		if want := i == len(s.Chunks)-1; (v == feature.Done) != want {
			t.Errorf("behind chunk %d: %d", i, v)
		}
	}
}

func TestDoneWhenOneSideEncryptsForLong(t *testing.T) {
	c := []feature.Chunk{{Bytes: []byte(clientLine + newKeys)}}
	for range 100 {
		c = append(c, feature.Chunk{Bytes: make([]byte, 1000)})
	}
	if _, v := run(c...); v != feature.Done {
		t.Errorf("%d", v)
	}
}

func TestGapWithinAPacketLosesThatPacketOnly(t *testing.T) {
	offer := kexInit{}.bytes()
	key := pkt(30, sshString("e"))
	p, _ := run(
		feature.Chunk{Bytes: []byte(clientLine + offer[:100])},
		feature.Chunk{Lost: 50, Bytes: []byte(offer[150:] + key)})
	got := p.Info(feature.Both).Cli
	if got.HasOffer || string(got.CKex) != "e" || got.Lost != 50 || got.Unencrypted != 2 {
		t.Errorf("%s", featuretest.JSON(t, got))
	}
	p, v := run(
		feature.Chunk{Bytes: []byte(clientLine + offer[:100])},
		feature.Chunk{Lost: 50, Bytes: []byte(offer[150:180])},
		feature.Chunk{Lost: 20, Bytes: []byte(offer[200:] + key)})
	if got := p.Info(feature.Both).Cli; string(got.CKex) != "e" || got.Lost != 70 || got.Unencrypted != 2 || v != feature.More {
		t.Errorf("two gaps: %s", featuretest.JSON(t, got))
	}
}

func TestGapBetweenPacketsEndsTheSide(t *testing.T) {
	p, _ := run(
		feature.Chunk{Bytes: []byte(clientLine)},
		feature.Chunk{Lost: 50, Bytes: []byte(pkt(30, sshString("e")))},
		feature.Chunk{Dir: feature.In, Bytes: []byte(serverLine + kexInit{}.bytes())})
	got := p.Info(feature.Both)
	if got.Cli.CKex != nil || got.Cli.Lost != 50 || !got.Srv.HasOffer {
		t.Errorf("%s", featuretest.JSON(t, got))
	}
}

func TestCutForgetsWhatWasReported(t *testing.T) {
	s := find("s_ok")
	p, _ := run(s.Chunks[:4]...)
	p.Cut()
	if got := p.Info(feature.Both); got != nil {
		t.Errorf("behind the cut: %s", featuretest.JSON(t, got))
	}
	featuretest.Feed(&Module, p, feature.TCP, s.Chunks[4:])
	got := p.Info(feature.Both)
	if got.Cli.Protocol != nil || len(got.Cli.CKex) != 32 || string(got.Srv.HostKeyType) != "ssh-ed25519" || !got.Cli.NewKeys {
		t.Errorf("in the next record: %s", featuretest.JSON(t, got))
	}
}

func TestCutWithinTheVersionLine(t *testing.T) {
	p, _ := run(feature.Chunk{Dir: feature.In, Bytes: []byte("Hello\nSSH-2.0-Op")})
	p.Cut()
	featuretest.Feed(&Module, p, feature.TCP, []feature.Chunk{{Dir: feature.In, Bytes: []byte("enSSH\r\n")}})
	if got := string(p.Info(feature.Both).Srv.Protocol); got != "SSH-2.0-OpenSSH" {
		t.Error(got)
	}
}

func TestTimesAreThoseOfTheFirstBytes(t *testing.T) {
	key := pkt(30, sshString("e"))
	p, _ := run(
		feature.Chunk{Time: 1e9, Bytes: []byte(clientLine + kexInit{}.bytes() + key[:3])},
		feature.Chunk{Time: 5e9, Bytes: []byte(key[3:] + newKeys)})
	got := p.Info(feature.Both).Messages
	if len(got) != 3 || got[1].Ipt != 0 || got[2].Ipt != 4000 || got[1].Type != 30 || got[1].Dir != ">" || int(got[1].Bytes) != len(key) {
		t.Errorf("%+v", got)
	}
}

func TestMessagesBeyondTheBoundAreCounted(t *testing.T) {
	p, _ := run(feature.Chunk{Bytes: []byte(clientLine + strings.Repeat(pkt(2, sshString("ignored")), maxMessages+7))})
	if got := p.Info(feature.Both); len(got.Messages) != maxMessages || got.MoreMessages != 7 {
		t.Errorf("%d messages and %d more", len(got.Messages), got.MoreMessages)
	}
}

func TestKexMessagesBeyondTheBoundAreMarked(t *testing.T) {
	for _, body := range []string{"e", strings.Repeat("e", 30000)} {
		p, _ := run(feature.Chunk{Bytes: []byte(clientLine + strings.Repeat(pkt(30, sshString(body)), maxKex+1))})
		if got := p.Info(feature.Both).Cli; !got.Truncated {
			t.Errorf("%d bytes: not marked", len(body))
		}
		if n := len(p.dirs[0].buf); n > maxKexBytes+maxPacket {
			t.Errorf("%d bytes are kept", n)
		}
	}
}

func TestEndlessTextIsLeft(t *testing.T) {
	c := []feature.Chunk{{Bytes: []byte(clientLine)}}
	for range 100 {
		c = append(c, feature.Chunk{Dir: feature.In, Bytes: []byte(strings.Repeat("text\n", 200))})
	}
	p, _ := run(c...)
	if p.dirs[1].state != over || len(p.dirs[1].buf) > maxText || p.Info(feature.Both).Srv != nil {
		t.Errorf("state %d, %d bytes", p.dirs[1].state, len(p.dirs[1].buf))
	}
}

func TestHostKeyBits(t *testing.T) {
	number := func(n int) string { return sshString("\x00\x80" + strings.Repeat("n", n/8-1)) }
	e, nonce, rest := sshString("\x01\x00\x01"), sshString("nonce"), u32(0)+"serial and so on"
	for blob, want := range map[string]uint32{
		sshString("ssh-rsa") + e + number(2048):                                                                  2048,
		sshString("ssh-rsa-cert-v01@openssh.com") + nonce + e + number(3072) + rest:                              3072,
		sshString("ssh-dss") + number(1024):                                                                      1024,
		sshString("ssh-dss-cert-v01@openssh.com") + nonce + number(1024) + e + e + e:                             1024,
		sshString("ecdsa-sha2-nistp384") + sshString("nistp384"):                                                 384,
		sshString("sk-ssh-ed25519@openssh.com") + sshString("k"):                                                 256,
		sshString("sk-ecdsa-sha2-nistp256-cert-v01@openssh.com") + nonce + sshString("c") + sshString("k") + e:   256,
		sshString("ecdsa-sha2-nistp521-cert-v01@openssh.com") + nonce + sshString("nistp521") + sshString("key"): 521,
		sshString("ssh-rsa-cert-v01@openssh.com") + nonce + e:                                                    0,
		sshString("ssh-new"):                     0,
		sshString("ssh-rsa"):                     0,
		sshString("ssh-rsa") + e + sshString(""): 0,
		"x":                                      0,
	} {
		var s Side
		s.setHostKey([]byte(blob))
		if s.HostKeyBits != want {
			t.Errorf("%q: %d bits, want %d", blob[:min(len(blob), 40)], s.HostKeyBits, want)
		}
	}
}

// A certificate has the fingerprint of its key, as with ssh-keygen -l.
func TestFingerprintOfCertificate(t *testing.T) {
	key := sshString(strings.Repeat("K", 32))
	var plain, certificate Side
	plain.setHostKey([]byte(sshString("ssh-ed25519") + key))
	certificate.setHostKey([]byte(sshString("ssh-ed25519-cert-v01@openssh.com") + sshString("nonce") + key + u32(0) + "serial and so on"))
	if string(plain.Fingerprint) != string(certificate.Fingerprint) {
		t.Errorf("%s and %s", plain.Fingerprint, certificate.Fingerprint)
	}
}

func BenchmarkMatchReject(b *testing.B) {
	c := feature.Chunk{Bytes: []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")}
	b.ReportAllocs()
	for b.Loop() {
		Module.Match(&c)
	}
}

func BenchmarkHandshake(b *testing.B) {
	s := find("negotiated-strict-aead")
	p := Module.New(featuretest.Settings())
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		for i := range s.Chunks {
			p.Data(&s.Chunks[i])
		}
	}
}

func BenchmarkInfo(b *testing.B) {
	p, _ := run(find("negotiated-strict-aead").Chunks...)
	b.ReportAllocs()
	for b.Loop() {
		p.Info(feature.Both)
	}
}

func ExampleParser_Info() {
	s := featuretest.Bytes("", feature.TCP, clientLine, serverLine)
	s.Chunks[1].Time = time.Second.Nanoseconds()
	p, _ := run(s.Chunks...)
	i := p.Info(feature.Both)
	fmt.Printf("%s (%s) to %s", i.Cli.Software, i.Cli.Comments, i.Srv.Software)
	// Output: OpenSSH_9.6 (Debian-1) to OpenSSH_9.7
}
