package algorithm

import "strings"

// SSHKex is what a key exchange method of SSH is. The size of a group exchange
// is that of the group which the server chose, and not known here.
func SSHKex(name string) (Parts, bool) {
	if rest, ok := strings.CutPrefix(name, "gss-"); ok {
		return gssKex(rest)
	}
	p, ok := sshKex[name]
	return p, ok
}

var sshKex = table{
	"diffie-hellman-group1-sha1":  {Family: "ff", Hash: "SHA1", Bits: 1024},
	"diffie-hellman-group14-sha1": {Family: "ff", Hash: "SHA1", Bits: 2048},

	"diffie-hellman-group14-sha256": {Family: "ff", Hash: "SHA256", Bits: 2048}, "diffie-hellman-group14-sha256@ssh.com": {Family: "ff", Hash: "SHA256", Bits: 2048},
	"diffie-hellman-group15-sha256": {Family: "ff", Hash: "SHA256", Bits: 3072}, "diffie-hellman-group15-sha256@ssh.com": {Family: "ff", Hash: "SHA256", Bits: 3072},
	"diffie-hellman-group15-sha512": {Family: "ff", Hash: "SHA512", Bits: 3072}, "diffie-hellman-group16-sha512": {Family: "ff", Hash: "SHA512", Bits: 4096},
	"diffie-hellman-group17-sha512": {Family: "ff", Hash: "SHA512", Bits: 6144}, "diffie-hellman-group18-sha512": {Family: "ff", Hash: "SHA512", Bits: 8192},

	"diffie-hellman-group-exchange-sha1":   {Family: "ff", Hash: "SHA1"},
	"diffie-hellman-group-exchange-sha256": {Family: "ff", Hash: "SHA256"},

	"ecdh-sha2-nistp256": {Family: "prime", Hash: "SHA256", Bits: 256},
	"ecdh-sha2-nistp384": {Family: "prime", Hash: "SHA384", Bits: 384},
	"ecdh-sha2-nistp521": {Family: "prime", Hash: "SHA512", Bits: 521},

	"ecdh-sha2-1.3.132.0.10": {Family: "koblitz", Hash: "SHA256", Bits: 256},
	"curve25519-sha256":      {Family: "montgomery", Hash: "SHA256", Bits: 255}, "curve25519-sha256@libssh.org": {Family: "montgomery", Hash: "SHA256", Bits: 255},
	"curve448-sha512": {Family: "montgomery", Hash: "SHA512", Bits: 448},
	"rsa1024-sha1":    {Family: "rsa", Hash: "SHA1", Bits: 1024}, "rsa2048-sha256": {Family: "rsa", Hash: "SHA256", Bits: 2048},

	"sntrup761x25519-sha512":                   {Family: "hybrid", Hash: "SHA512", Bits: 255},
	"sntrup761x25519-sha512@openssh.com":       {Family: "hybrid", Hash: "SHA512", Bits: 255},
	"sntrup4591761x25519-sha512@tinyssh.org":   {Family: "draft", Hash: "SHA512", Bits: 255},
	"mlkem768x25519-sha256":                    {Family: "hybrid", Hash: "SHA256", Bits: 255},
	"mlkem768nistp256-sha256":                  {Family: "hybrid", Hash: "SHA256", Bits: 256},
	"mlkem1024nistp384-sha384":                 {Family: "hybrid", Hash: "SHA384", Bits: 384},
	"x25519-kyber-512r3-sha256-d00@amazon.com": {Family: "draft", Hash: "SHA256", Bits: 255},
}

// gssKex is one of RFC 4462 and 8732: they end in the base64 of a hash, and are
// the methods without gss- else.
func gssKex(name string) (Parts, bool) {
	for prefix, p := range gss {
		if strings.HasPrefix(name, prefix) {
			return p, true
		}
	}
	return Parts{}, false
}

var gss = table{
	"group1-sha1-": {Family: "ff", Hash: "SHA1", Bits: 1024}, "group14-sha1-": {Family: "ff", Hash: "SHA1", Bits: 2048},
	"gex-sha1-": {Family: "ff", Hash: "SHA1"}, "group14-sha256-": {Family: "ff", Hash: "SHA256", Bits: 2048},
	"group15-sha512-": {Family: "ff", Hash: "SHA512", Bits: 3072}, "group16-sha512-": {Family: "ff", Hash: "SHA512", Bits: 4096},
	"group17-sha512-": {Family: "ff", Hash: "SHA512", Bits: 6144}, "group18-sha512-": {Family: "ff", Hash: "SHA512", Bits: 8192},
	"nistp256-sha256-": {Family: "prime", Hash: "SHA256", Bits: 256}, "nistp384-sha384-": {Family: "prime", Hash: "SHA384", Bits: 384},
	"nistp521-sha512-": {Family: "prime", Hash: "SHA512", Bits: 521}, "curve25519-sha256-": {Family: "montgomery", Hash: "SHA256", Bits: 255},
	"curve448-sha512-": {Family: "montgomery", Hash: "SHA512", Bits: 448},
}

// SSHCipher is what a cipher of SSH is.
func SSHCipher(name string) (Parts, bool) { p, ok := sshCiphers[name]; return p, ok }

var sshCiphers = table{
	"none": {Cipher: "NULL"}, "des-cbc": {Cipher: "DES", Mode: "CBC", Bits: 56}, "des-cbc@ssh.com": {Cipher: "DES", Mode: "CBC", Bits: 56},
	"3des-cbc": {Cipher: "3DES", Mode: "CBC", Bits: 112}, "3des-ctr": {Cipher: "3DES", Mode: "CTR", Bits: 112},
	"blowfish-cbc": {Cipher: "BLOWFISH", Mode: "CBC", Bits: 128}, "blowfish-ctr": {Cipher: "BLOWFISH", Mode: "CTR", Bits: 256},
	"cast128-cbc": {Cipher: "CAST128", Mode: "CBC", Bits: 128}, "cast128-ctr": {Cipher: "CAST128", Mode: "CTR", Bits: 128},
	"idea-cbc": {Cipher: "IDEA", Mode: "CBC", Bits: 128}, "idea-ctr": {Cipher: "IDEA", Mode: "CTR", Bits: 128},
	"arcfour": {Cipher: "RC4", Mode: "stream", Bits: 128}, "arcfour128": {Cipher: "RC4", Mode: "stream", Bits: 128},
	"arcfour256": {Cipher: "RC4", Mode: "stream", Bits: 256}, "seed-cbc@ssh.com": {Cipher: "SEED", Mode: "CBC", Bits: 128},
	"twofish-cbc": {Cipher: "TWOFISH", Mode: "CBC", Bits: 256}, "twofish128-cbc": {Cipher: "TWOFISH", Mode: "CBC", Bits: 128},
	"twofish192-cbc": {Cipher: "TWOFISH", Mode: "CBC", Bits: 192}, "twofish256-cbc": {Cipher: "TWOFISH", Mode: "CBC", Bits: 256},
	"twofish128-ctr": {Cipher: "TWOFISH", Mode: "CTR", Bits: 128}, "twofish192-ctr": {Cipher: "TWOFISH", Mode: "CTR", Bits: 192},
	"twofish256-ctr": {Cipher: "TWOFISH", Mode: "CTR", Bits: 256},
	"serpent128-cbc": {Cipher: "SERPENT", Mode: "CBC", Bits: 128}, "serpent192-cbc": {Cipher: "SERPENT", Mode: "CBC", Bits: 192},
	"serpent256-cbc": {Cipher: "SERPENT", Mode: "CBC", Bits: 256}, "serpent128-ctr": {Cipher: "SERPENT", Mode: "CTR", Bits: 128},
	"serpent192-ctr": {Cipher: "SERPENT", Mode: "CTR", Bits: 192}, "serpent256-ctr": {Cipher: "SERPENT", Mode: "CTR", Bits: 256},
	"aes128-cbc": {Cipher: "AES", Mode: "CBC", Bits: 128}, "aes192-cbc": {Cipher: "AES", Mode: "CBC", Bits: 192},
	"aes256-cbc": {Cipher: "AES", Mode: "CBC", Bits: 256}, "rijndael-cbc@lysator.liu.se": {Cipher: "AES", Mode: "CBC", Bits: 256},
	"aes128-ctr": {Cipher: "AES", Mode: "CTR", Bits: 128}, "aes192-ctr": {Cipher: "AES", Mode: "CTR", Bits: 192},
	"aes256-ctr": {Cipher: "AES", Mode: "CTR", Bits: 256},

	"aes128-gcm@openssh.com": {Cipher: "AES", Mode: "GCM", Bits: 128}, "aes256-gcm@openssh.com": {Cipher: "AES", Mode: "GCM", Bits: 256},
	"aes128-gcm": {Cipher: "AES", Mode: "GCM", Bits: 128}, "aes256-gcm": {Cipher: "AES", Mode: "GCM", Bits: 256},
	"AEAD_AES_128_GCM": {Cipher: "AES", Mode: "GCM", Bits: 128}, "AEAD_AES_256_GCM": {Cipher: "AES", Mode: "GCM", Bits: 256},

	"chacha20-poly1305@openssh.com": {Cipher: "CHACHA20", Mode: "POLY1305", Bits: 256},
	"chacha20-poly1305":             {Cipher: "CHACHA20", Mode: "POLY1305", Bits: 256},
	"camellia128-cbc":               {Cipher: "CAMELLIA", Mode: "CBC", Bits: 128}, "camellia192-cbc": {Cipher: "CAMELLIA", Mode: "CBC", Bits: 192},
	"camellia256-cbc": {Cipher: "CAMELLIA", Mode: "CBC", Bits: 256}, "camellia128-ctr": {Cipher: "CAMELLIA", Mode: "CTR", Bits: 128},
	"camellia192-ctr": {Cipher: "CAMELLIA", Mode: "CTR", Bits: 192}, "camellia256-ctr": {Cipher: "CAMELLIA", Mode: "CTR", Bits: 256},
}

// SSHMAC is what a MAC of SSH is.
func SSHMAC(name string) (Parts, bool) {
	mode := "mte"
	plain := strings.TrimSuffix(name, "@openssh.com")
	if before, ok := strings.CutSuffix(plain, "-etm"); ok && plain != name {
		plain, mode = before, "etm"
	}
	p, ok := sshMACs[plain]
	p.Mode = mode
	return p, ok
}

var sshMACs = table{
	"none": {Hash: "NULL"}, "hmac-md5": {Hash: "MD5", Bits: 128}, "hmac-md5-96": {Hash: "MD5", Bits: 96},
	"hmac-sha1": {Hash: "SHA1", Bits: 160}, "hmac-sha1-96": {Hash: "SHA1", Bits: 96},
	"hmac-ripemd160": {Hash: "RIPEMD160", Bits: 160}, "hmac-ripemd": {Hash: "RIPEMD160", Bits: 160},
	"hmac-sha2-256": {Hash: "SHA256", Bits: 256}, "hmac-sha2-512": {Hash: "SHA512", Bits: 512},
	"hmac-sha2-256-96": {Hash: "SHA256", Bits: 96}, "hmac-sha2-512-96": {Hash: "SHA512", Bits: 96},
	"hmac-sha256@ssh.com": {Hash: "SHA256", Bits: 256}, "hmac-sha256-2@ssh.com": {Hash: "SHA256", Bits: 256},
	"hmac-sha224@ssh.com": {Hash: "SHA224", Bits: 224}, "hmac-sha384@ssh.com": {Hash: "SHA384", Bits: 384}, "hmac-sha512@ssh.com": {Hash: "SHA512", Bits: 512},
	"umac-64": {Hash: "UMAC", Bits: 64}, "umac-128": {Hash: "UMAC", Bits: 128},
	"AEAD_AES_128_GCM": {Hash: "AEAD", Bits: 128}, "AEAD_AES_256_GCM": {Hash: "AEAD", Bits: 128},
}

// SSHHostKey is what an algorithm for host keys is: the key and the hash of its
// signature. The size of RSA and DSA keys is not known here. Certificates are
// as the keys in them.
func SSHHostKey(name string) (Parts, bool) {
	if before, ok := strings.CutSuffix(name, "-cert-v01@openssh.com"); ok {
		name = before
	}
	name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(name, "@openssh.com"), "webauthn-"), "sk-")
	p, ok := sshHostKeys[name]
	return p, ok
}

var sshHostKeys = table{
	"ssh-rsa": {Family: "rsa", Hash: "SHA1"}, "rsa-sha2-256": {Family: "rsa", Hash: "SHA256"}, "rsa-sha2-512": {Family: "rsa", Hash: "SHA512"},
	"ssh-dss": {Family: "dsa", Hash: "SHA1"}, "ssh-dss-sha256@ssh.com": {Family: "dsa", Hash: "SHA256"},
	"ecdsa-sha2-nistp256": {Family: "ecdsa", Hash: "SHA256", Bits: 256}, "ecdsa-sha2-nistp384": {Family: "ecdsa", Hash: "SHA384", Bits: 384},
	"ecdsa-sha2-nistp521": {Family: "ecdsa", Hash: "SHA512", Bits: 521},
	"ssh-ed25519":         {Family: "eddsa", Hash: "SHA512", Bits: 256}, "ssh-ed448": {Family: "eddsa", Hash: "SHAKE256", Bits: 456},
	"x509v3-ssh-dss": {Family: "dsa", Hash: "SHA1"}, "x509v3-ssh-rsa": {Family: "rsa", Hash: "SHA1"}, "x509v3-rsa2048-sha256": {Family: "rsa", Hash: "SHA256"},
	"x509v3-sign-rsa": {Family: "rsa", Hash: "SHA1"}, "x509v3-sign-dss": {Family: "dsa", Hash: "SHA1"},
	"x509v3-ecdsa-sha2-nistp256": {Family: "ecdsa", Hash: "SHA256", Bits: 256}, "x509v3-ecdsa-sha2-nistp384": {Family: "ecdsa", Hash: "SHA384", Bits: 384},
	"x509v3-ecdsa-sha2-nistp521": {Family: "ecdsa", Hash: "SHA512", Bits: 521}, "null": {Family: "none"},
}
