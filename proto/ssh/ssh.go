// Package ssh follows the clear part of SSH connections: the version lines, the
// offers and the key exchange (RFC 4253), with its groups (RFC 4419), elliptic
// curves (RFC 5656, 8731), GSS-API (RFC 4462), RSA (RFC 4432) and the hybrid
// post-quantum methods, up to the messages that switch encryption on.
//
// A parser keeps the bytes of the messages that matter and takes them apart
// when the record is written. The layout of a key exchange message tells what
// it is, so that one direction alone, or what follows a Cut, is read as well.
package ssh

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
)

// Module is what the engine knows of SSH.
var Module = feature.Module{
	Key:   "ssh",
	Doc:   "SSH: version lines, offered and negotiated algorithms, key exchange, host key, HASSH",
	Over:  feature.TCP,
	Ports: []uint16{22},
	Match: Match,
	Keep:  maxPacket,
	New:   func(*feature.Settings) feature.Parser { return &Parser{} },
}

// Numbers of messages (RFC 4253 section 12).
const (
	msgDisconnect = 1
	msgKexInit    = 20
	msgNewKeys    = 21
	msgKexFirst   = 30 // from here to msgKexLast of the key exchange method
	msgKexLast    = 49
)

const (
	// maxPacket is the length of a packet with its length field that has to be
	// supported (RFC 4253 section 6.1). None longer is sent before encryption.
	maxPacket = 35000
	// maxGreeting is how far Match looks for the version line behind other
	// lines of a server. A parser that has begun looks further.
	maxGreeting = 2048
)

var prefix = []byte("SSH-")

// Match recognises a version line, one that a server sends behind other lines
// (RFC 4253 section 4.2), and an offer whose version line was not seen.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return open(c)
	case b[0] == 'S':
		if n := min(len(b), len(prefix)); !bytes.Equal(b[:n], prefix[:n]) {
			break
		} else if n < len(prefix) {
			return open(c)
		}
		return feature.Yes
	case b[0] == 0:
		return isKexInit(c)
	}
	if c.Dir != feature.In || !isText(b) || bytes.HasPrefix(b, []byte("HTTP/")) {
		return feature.No
	}
	switch i := bytes.Index(b, []byte("\nSSH-")); {
	case i >= 0:
		return feature.Yes
	case len(b) > maxGreeting:
		return feature.No
	}
	return open(c)
}

// open is the answer while nothing speaks against it.
func open(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// isText looks at the first and the last bytes, which is enough to leave alone
// what is binary.
func isText(b []byte) bool {
	for _, part := range [][]byte{b[:min(len(b), 16)], b[max(len(b)-4, 0):]} {
		for _, c := range part {
			if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
				return false
			}
		}
	}
	return true
}

// isKexInit looks for the head of a packet with an offer: lengths that fit, the
// cookie, and a first name list with the names of key exchange methods.
func isKexInit(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) >= 6 && b[5] != msgKexInit || len(b) >= 2 && b[1] != 0 {
		return feature.No
	}
	if len(b) < 6+16+4+8 {
		return open(c)
	}
	size, padding := int(binary.BigEndian.Uint32(b)), int(b[4])
	list := int(binary.BigEndian.Uint32(b[22:]))
	if size > maxPacket-4 || padding < 4 || list < 8 || padding+list+1+16+4+9*4+5 > size {
		return feature.No
	}
	for _, c := range b[26:min(len(b), 26+list)] {
		if c <= ' ' || c > '~' {
			return feature.No
		}
	}
	return feature.Yes
}
