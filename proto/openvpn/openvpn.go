// Package openvpn recognises OpenVPN over UDP and TCP by its reset messages,
// and tells how they are protected (OpenVPN's doc/doc_protocol and RFC draft
// "OpenVPN wire protocol": plain, tls-auth, tls-crypt, tls-crypt-v2). The TLS
// handshake in the control channel is read unless tls-crypt encrypts it.
//
// A parser takes about 600 bytes and what package tls keeps of the handshake,
// and at most 24 KiB a direction of messages that wait for one before them.
package openvpn

import (
	"encoding/binary"

	"joy/feature"
)

// Module is OpenVPN, on any port.
var Module = feature.Module{
	Key:   "openvpn",
	Doc:   "OpenVPN: kind of the first message of both sides, session and protection, and its TLS handshake",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{1194},
	Match: Match,
	Keep:  maxSize,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

// Operations, the upper five bits of the first byte of a message. The lower
// three are the number of the key: 0 for the first handshake of a session.
const (
	clientV1  = 1
	serverV1  = 2
	controlV1 = 4
	dataV1    = 6
	clientV2  = 7
	serverV2  = 8
	dataV2    = 9
	clientV3  = 10
	lastOp    = 11
)

const (
	maxSize = 2 + 2048 // bytes of a message over TCP that is read, with its length
	minSize = 14       // of a reset
)

var names = [...]string{
	clientV1: "hard_reset_client_v1", serverV1: "hard_reset_server_v1", clientV2: "hard_reset_client_v2",
	serverV2: "hard_reset_server_v2", clientV3: "hard_reset_client_v3",
}

// Match wants a reset, over TCP with its length before it. Behind one other
// messages of control are wanted too.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return feature.Maybe
	}
	if c.Over != feature.TCP {
		if b[0] == controlV1<<3 { // what follows a reset
			return feature.Maybe
		}
		return reset(b)
	}
	n, ok := framed(b)
	switch {
	case !ok:
		return feature.No
	case n > len(b) && !c.EOF:
		return feature.Maybe
	case n <= len(b):
		return reset(b[2:n])
	}
	return feature.No
}

func reset(b []byte) feature.Guess {
	if how, _ := protection(b); how == "" {
		return feature.No
	}
	return feature.Yes
}

// framed is the length of a message over TCP with its length field, if the
// first bytes can be those of a reset.
func framed(b []byte) (n int, ok bool) {
	if b[0] > maxSize>>8 || len(b) > 2 && (int(b[2]>>3) >= len(names) || names[b[2]>>3] == "" || b[2]&7 != 0) {
		return 0, false
	}
	if len(b) < 3 {
		return 3, true
	}
	n = 2 + int(binary.BigEndian.Uint16(b))
	return n, n >= 2+minSize && n <= maxSize
}

// Sizes of an HMAC: MD5, SHA-1, and SHA-2 with 224, 256, 384 and 512 bits.
var macs = [...]int{16, 20, 28, 32, 48, 64}

const replayLen = 8 // number of a packet and time

// protection tells how a reset is protected, "" when it is no reset. The first
// byte is the operation and the number of the key, which is 0; the session
// follows. front is how many bytes come between it and the acknowledgements, in
// all control messages, less than 0 when those are encrypted.
func protection(b []byte) (how string, front int) {
	if len(b) < minSize || b[0]&7 != 0 || int(b[0]>>3) >= len(names) || names[b[0]>>3] == "" {
		return "", 0
	}
	body := b[9:]
	if b[0]>>3 == clientV3 {
		if len(body) > 45 && isReplay(body) && int(binary.BigEndian.Uint16(body[len(body)-2:])) < len(body)-2 {
			return "tls-crypt-v2", -1
		}
		return "", 0
	}
	if isPlain(body) {
		return "none", 0
	}
	for _, n := range macs {
		if len(body) > n+replayLen && isReplay(body[n:]) && isPlain(body[n+replayLen:]) {
			return "tls-auth", n + replayLen
		}
	}
	// Packet, time, HMAC of 32 bytes, and the acknowledgement and number encrypted.
	if n := len(body) - replayLen - 32; (n == 5 || n == 17) && isReplay(body) {
		return "tls-crypt", -1
	}
	return "", 0
}

// isPlain: a list of no or one message that is acknowledged, with the session of
// the other side behind it, and the number of the message, 0.
func isPlain(b []byte) bool {
	return len(b) == 5 && b[0] == 0 && binary.BigEndian.Uint32(b[1:]) == 0 ||
		len(b) == 17 && b[0] == 1 && binary.BigEndian.Uint32(b[1:]) == 0 && binary.BigEndian.Uint32(b[13:]) == 0
}

// isReplay: the number of a first packet (with a mark of early negotiation), and
// a time of this century.
func isReplay(b []byte) bool {
	n, t := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	return (n&0xffffff < 16 && (n>>24 == 0 || n>>24 == 0x0f)) && n != 0 && t > 978307200 && t < 4102444800
}
