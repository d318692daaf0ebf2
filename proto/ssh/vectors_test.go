package ssh

import (
	"encoding/hex"
	"testing"

	"joy/feature"
)

// The example of HASSH's description that gives the lists and the hash:
// salesforce/hassh, README.md.
func TestVectorsOfHASSH(t *testing.T) {
	client := kexInit{
		kex: "curve25519-sha256@libssh.org,diffie-hellman-group-exchange-sha256,ecdh-sha2-nistp521,ecdh-sha2-nistp384,ecdh-sha2-nistp256," +
			"diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group14-sha256," +
			"diffie-hellman-group15-sha512,diffie-hellman-group16-sha512,diffie-hellman-group17-sha512,diffie-hellman-group18-sha512," +
			"diffie-hellman-group14-sha256@ssh.com,diffie-hellman-group15-sha256,diffie-hellman-group15-sha256@ssh.com," +
			"diffie-hellman-group15-sha384@ssh.com,diffie-hellman-group16-sha256,diffie-hellman-group16-sha384@ssh.com," +
			"diffie-hellman-group16-sha512@ssh.com,diffie-hellman-group18-sha512@ssh.com",
		enc: "aes128-cbc,aes128-ctr,aes192-cbc,aes192-ctr,aes256-cbc,aes256-ctr,blowfish-cbc,blowfish-ctr,cast128-cbc,cast128-ctr,idea-cbc," +
			"idea-ctr,serpent128-cbc,serpent128-ctr,serpent192-cbc,serpent192-ctr,serpent256-cbc,serpent256-ctr,3des-cbc,3des-ctr," +
			"twofish128-cbc,twofish128-ctr,twofish192-cbc,twofish192-ctr,twofish256-cbc,twofish256-ctr,twofish-cbc,arcfour,arcfour128,arcfour256",
		mac: "hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96,hmac-sha2-256,hmac-sha2-512", comp: "zlib@openssh.com,zlib,none",
	}
	p, _ := run(feature.Chunk{Bytes: []byte(clientLine + client.bytes())})
	if got := hex.EncodeToString(p.Info(feature.Both).Cli.Hassh); got != "8a8ae540028bf433cd68356c1b9e8d5b" {
		t.Errorf("hassh %s", got)
	}
}
