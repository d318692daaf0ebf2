// Package openvpn recognises OpenVPN over UDP and TCP by its reset messages,
// and tells how they are protected (OpenVPN's doc/doc_protocol and RFC draft
// "OpenVPN wire protocol": plain, tls-auth, tls-crypt, tls-crypt-v2).
//
// A parser takes about 150 bytes.
package openvpn

import (
	"encoding/binary"

	"joy/feature"
)

// Module is OpenVPN, on any port.
var Module = feature.Module{
	Key:   "openvpn",
	Doc:   "OpenVPN: kind of the first message of both sides, session and protection",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{1194},
	Match: Match,
	Keep:  maxSize,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

// Operations that begin a session.
const (
	clientV1 = 1
	serverV1 = 2
	clientV2 = 7
	serverV2 = 8
	clientV3 = 10
	maxSize  = 2 + 2048 // bytes of a reset over TCP, with its length
	minSize  = 14
	maxCount = 16 // messages that are looked at
)

var names = [...]string{clientV1: "hard_reset_client_v1", serverV1: "hard_reset_server_v1", clientV2: "hard_reset_client_v2",
	serverV2: "hard_reset_server_v2", clientV3: "hard_reset_client_v3"}

// Match wants a reset, over TCP with its length before it.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return feature.Maybe
	}
	if isReset(b) {
		return feature.Yes
	}
	n, ok := framed(b)
	switch {
	case !ok:
		return feature.No
	case n > len(b) && !c.EOF:
		return feature.Maybe
	case n <= len(b) && isReset(b[2:n]):
		return feature.Yes
	}
	return feature.No
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

func isReset(b []byte) bool { return protection(b) != "" }

// protection tells how a reset is protected, "" when it is no reset. The first
// byte is the operation and the number of the key, which is 0; the session
// follows.
func protection(b []byte) string {
	if len(b) < minSize || b[0]&7 != 0 || int(b[0]>>3) >= len(names) || names[b[0]>>3] == "" {
		return ""
	}
	body := b[9:]
	if b[0]>>3 == clientV3 {
		if len(body) > 45 && isReplay(body) && int(binary.BigEndian.Uint16(body[len(body)-2:])) < len(body)-2 {
			return "tls-crypt-v2"
		}
		return ""
	}
	if isPlain(body) {
		return "none"
	}
	// HMAC of MD5, SHA-1, SHA-256 and SHA-512.
	for _, n := range [...]int{16, 20, 32, 64} {
		if len(body) > n+8 && isReplay(body[n:]) && isPlain(body[n+8:]) {
			return "tls-auth"
		}
	}
	// Packet, time, HMAC of 32 bytes, and the acknowledgement and number encrypted.
	if n := len(body) - 8 - 32; (n == 5 || n == 17) && isReplay(body) {
		return "tls-crypt"
	}
	return ""
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

// Info has the reset of each side.
type Info struct {
	// Reset of the side that opened the flow; absent for none.
	Out *Reset `json:"out,omitempty"`
	// Reset of the other side; absent for none.
	In *Reset `json:"in,omitempty"`
}

// A Reset is the first message of a side.
type Reset struct {
	// Kind: hard_reset_client_v2, hard_reset_server_v2 and so on.
	Opcode string `json:"opcode"`
	// Session that the sender chose, 8 bytes.
	Session feature.Hex `json:"session"`
	// How control messages are protected: none, tls-auth, tls-crypt, tls-crypt-v2.
	Protection string `json:"protection"`
}

// A Parser keeps the reset of each side.
type Parser struct {
	sides    [2]Reset
	sessions [2][8]byte
	count    uint8
	info     Info
}

// Data looks for resets.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) == 0 {
		return 0, feature.More
	}
	if !isReset(b) {
		n, ok := framed(b)
		if ok && n > len(b) && c.Lost == 0 {
			return 0, feature.More
		}
		if ok && n <= len(b) {
			b = b[2:n]
		}
	}
	if s := &p.sides[c.Dir]; s.Opcode == "" {
		if how := protection(b); how != "" {
			copy(p.sessions[c.Dir][:], b[1:9])
			*s = Reset{Opcode: names[b[0]>>3], Session: p.sessions[c.Dir][:], Protection: how}
		}
	}
	p.count++
	if p.count == maxCount || p.sides[0].Opcode != "" && p.sides[1].Opcode != "" {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0].Opcode != "" {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.sides[1].Opcode != "" {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() { *p = Parser{count: p.count} }

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{} }
