package ssh

import (
	"encoding/binary"
	"strings"

	"joy/feature"
	"joy/feature/featuretest"
)

func u32(v int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(v))) }

func sshString(s string) string { return u32(len(s)) + s }

// pkt makes a packet of a message.
func pkt(kind int, body string) string {
	padding := 8 - (len(body)+6)%8
	if padding < 4 {
		padding += 8
	}
	return u32(len(body)+2+padding) + string([]byte{byte(padding), byte(kind)}) + body + strings.Repeat("\x00", padding)
}

type kexInit struct {
	cookie, kex, hostKey, enc, mac, comp string
	follows                              bool
}

func (k kexInit) bytes() string {
	if k.cookie == "" {
		k.cookie = "0123456789abcdef"
	}
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&k.kex, "curve25519-sha256")
	def(&k.hostKey, "ssh-ed25519")
	def(&k.enc, "aes128-ctr")
	def(&k.mac, "hmac-sha2-256")
	def(&k.comp, "none,zlib@openssh.com")
	b := k.cookie
	for _, s := range []string{k.kex, k.hostKey, k.enc, k.enc + ",aes256-ctr", k.mac, k.mac + ",hmac-sha1", k.comp, k.comp, "", "en"} {
		b += sshString(s)
	}
	if k.follows {
		return pkt(20, b+"\x01"+u32(0))
	}
	return pkt(20, b+"\x00"+u32(0))
}

const (
	clientLine = "SSH-2.0-OpenSSH_9.6 Debian-1\r\n"
	serverLine = "SSH-2.0-OpenSSH_9.7\r\n"
)

var (
	edKey   = sshString("ssh-ed25519") + sshString(strings.Repeat("K", 32))
	rsaKey  = sshString("ssh-rsa") + sshString("\x01\x00\x01") + sshString("\x00\x80"+strings.Repeat("N", 255))
	edSig   = sshString("ssh-ed25519") + sshString(strings.Repeat("S", 64))
	newKeys = pkt(21, "")
	sealed1 = strings.Repeat("\x9d", 64)
)

func reply(kind int, key, f, sig string) string {
	return pkt(kind, sshString(key)+sshString(f)+sshString(sig))
}

func session(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.TCP, messages...)
}

// both makes a session with an exchange of the messages from the client and
// from the server after the offers.
func both(name string, c, s kexInit, messages ...string) featuretest.Session {
	return session(name, append([]string{clientLine, serverLine, c.bytes(), s.bytes()}, messages...)...)
}

func sessions() []featuretest.Session {
	curve := kexInit{}
	strict := kexInit{kex: "sntrup761x25519-sha512,curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com", enc: "chacha20-poly1305@openssh.com,aes128-ctr"}
	strictS := kexInit{kex: "mlkem768x25519-sha256,curve25519-sha256,ext-info-s,kex-strict-s-v00@openssh.com", enc: "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com", hostKey: "rsa-sha2-512,ssh-ed25519"}
	guess := kexInit{kex: "diffie-hellman-group14-sha256,curve25519-sha256", follows: true}
	gex := kexInit{kex: "diffie-hellman-group-exchange-sha256", hostKey: "ssh-rsa"}
	hybrid := func(name string) kexInit { return kexInit{kex: name} }
	end := []string{newKeys + sealed1, newKeys + sealed1}
	dh := func(e, f string) []string {
		return append([]string{pkt(30, sshString(e)), reply(31, edKey, f, edSig)}, end...)
	}
	x := strings.Repeat
	group14 := dh("\x00\x81"+x("e", 255), "\x00\x81"+x("f", 255))
	return []featuretest.Session{
		both("s_ok", curve, curve, dh(x("E", 32), x("F", 32))...),
		both("negotiated-strict-aead", strict, strictS, dh(x("E", 32), x("F", 32))...),
		both("s_modern-sntrup", hybrid("sntrup761x25519-sha512@openssh.com"), hybrid("sntrup761x25519-sha512@openssh.com"), dh(x("E", 1190), x("F", 1071))...),
		both("mlkem", hybrid("mlkem768x25519-sha256"), hybrid("mlkem768x25519-sha256"), dh(x("E", 1216), x("F", 1120))...),
		both("s_g14", hybrid("diffie-hellman-group14-sha256"), hybrid("diffie-hellman-group14-sha256"), group14...),
		both("s_second", kexInit{kex: "sntrup761x25519-sha512@openssh.com,curve25519-sha256"}, kexInit{kex: "ecdh-sha2-nistp256,curve25519-sha256"}, dh(x("E", 32), x("F", 32))...),
		both("s_longhk", kexInit{hostKey: x("ssh-ed25519-cert-v01@openssh.com,", 20) + "ssh-ed25519"}, curve, dh(x("E", 32), x("F", 32))...),
		both("s_ck0", kexInit{cookie: "\x00" + x("\xaa", 15)}, curve, dh(x("E", 32), x("F", 32))...),
		both("group-exchange", gex, gex, pkt(34, u32(2048)+u32(3072)+u32(8192)), pkt(31, sshString("\x00\xd7"+x("p", 383))+sshString("\x02")), pkt(32, sshString(x("e", 384))), reply(33, rsaKey, x("f", 384), sshString("rsa-sha2-256")+sshString(x("s", 256)))+newKeys, newKeys),
		both("group-exchange-old", gex, gex, pkt(30, u32(1024)), pkt(31, sshString("\x00\xd7"+x("p", 127))+sshString("\x05")), pkt(32, sshString(x("e", 128)))),
		both("rsa", hybrid("rsa2048-sha256"), hybrid("rsa2048-sha256"), "", pkt(30, sshString(rsaKey)+sshString("transient")), pkt(31, sshString("secret")), pkt(32, sshString(edSig))+newKeys, newKeys),
		both("gss", hybrid("gss-gex-sha1-x"), hybrid("gss-gex-sha1-x"), pkt(40, u32(1)+u32(2)+u32(3)), pkt(41, sshString("\x00\xd7pp")+sshString("\x02")), pkt(30, sshString("token")+sshString("e")), pkt(33, sshString(edKey))+pkt(31, sshString("token")), pkt(31, sshString("token2")), pkt(32, sshString("f")+sshString("mic")+"\x01"+sshString("token"))),
		both("first-packet-follows-and-is-wrong", guess, curve, pkt(30, sshString(x("G", 257)))+pkt(30, sshString(x("E", 32))), reply(31, edKey, x("F", 32), edSig)),
		session("guess-before-the-offer-of-the-server", clientLine+guess.bytes()+pkt(30, sshString("right")), serverLine+guess.bytes()+reply(31, edKey, "ff", edSig)),
		both("nothing-in-common", curve, hybrid("diffie-hellman-group1-sha1"), "", pkt(1, u32(3)+sshString("no matching key exchange method found")+sshString(""))),
		session("server-first", "", serverLine, clientLine+curve.bytes(), curve.bytes(), pkt(30, sshString("e")), reply(31, edKey, "f", edSig)),
		session("server-opened-the-flow-as-seen", serverLine+curve.bytes(), clientLine+curve.bytes(), "", pkt(30, sshString("e")), reply(31, edKey, "f", edSig)),
		session("server-opened-as-names-tell", serverLine+strictS.bytes(), clientLine),
		session("client-only", clientLine+curve.bytes(), "", pkt(30, sshString("e")), "", newKeys+sealed1, "", sealed1),
		session("server-only", "", serverLine+curve.bytes()+reply(31, edKey, "f", edSig)),
		session("no-version-line", curve.bytes(), curve.bytes(), pkt(30, sshString("e")), reply(31, edKey, "f", edSig)),
		session("lines-before-the-version", clientLine, "Welcome to\r\n  the machine\n"+x("long ", 200)+"\r\n"+serverLine+curve.bytes()),
		session("lines-before-the-version-come-first", "", "Hello\r\n", "", serverLine),
		session("version-ends-with-lf", "SSH-2.0-libssh\n"+curve.bytes(), "SSH-2.0-x\n"),
		session("version-ends-with-cr", "SSH-2.0-old\r"+curve.bytes(), "SSH-2.0-x\r\r\n"+curve.bytes()),
		session("version-ends-twice", "SSH-2.0-odd\r\n\r\n"+curve.bytes()),
		session("version-of-1000-bytes", "SSH-2.0-"+x("v", 992)+"\r\n"+curve.bytes()),
		session("version-of-2000-bytes", "SSH-2.0-"+x("v", 1992)+"\r\n"+curve.bytes()),
		session("version-of-odd-bytes", "SSH-2.0-\xff\xfe\"\\\x01 \xc3\xa4\r\n"),
		session("version-without-end", "SSH-2.0-scan"),
		session("version-without-dashes", "SSH-\r\n", "SSH-2.0\r\n"),
		session("ssh-1.5", "SSH-1.5-old\n", "SSH-1.99-OpenSSH_3.0\n", "\x00\x00\x00\x20whatever"),
		session("ssh-1.99", "SSH-2.0-new\n"+curve.bytes(), "SSH-1.99-OpenSSH_3.0\n"+curve.bytes()),
		session("http-to-ssh", "GET / HTTP/1.1\r\nAuthorization: Basic eDp5\r\n\r\n", serverLine, "", "Invalid SSH identification string.\r\n"),
		session("offer-too-short", clientLine+pkt(20, "0123456789abcdef"+sshString("curve25519-sha256")+u32(99))+pkt(30, u32(99)), serverLine+pkt(20, "short")),
		session("packet-too-long", clientLine+u32(1<<20)+"\x04\x14"+x("x", 100)),
		session("packet-of-padding", clientLine+u32(8)+"\x07\x02"+x("x", 100)),
	}
}
