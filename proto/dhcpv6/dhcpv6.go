// Package dhcpv6 reads the messages of DHCPv6 (RFC 8415): all options, those
// inside of addresses, prefixes and vendors' options included, the identifiers
// of clients and servers, and the messages that relay agents wrap.
//
// A parser only keeps the bytes of the messages. They are decoded when a record
// wants them.
package dhcpv6

import (
	"joy/feature"
	"joy/proto/kept"
	"joy/wire"
)

// Bounds, beside those of package kept. What they cut off is counted in
// Message.MoreOptions.
const (
	maxOptions = 128      // of a message with all that is in it
	maxDepth   = 24       // options in options
	maxItems   = 64       // of a list in an option
	maxIdle    = 16 << 10 // bytes that Cut and Reset leave unused
)

// Module is DHCPv6 over UDP, on any port.
var Module = feature.Module{
	Key:   "dhcpv6",
	Doc:   "DHCPv6: all options of all messages, with identifiers, addresses and prefixes",
	Over:  feature.UDP,
	Ports: []uint16{546, 547},
	Match: Match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{decoder: decoder{set: s}} },
}

const (
	head      = 4  // bytes before the options: type and transaction
	relayHead = 34 // of a relay's message: type, hops, two addresses (RFC 8415 section 9)
	maxHops   = 32 // RFC 3315; RFC 8415 has 8
	lastCode  = 160
)

func isRelay(kind uint8) bool { return kind == 12 || kind == 13 }

func isType(kind uint8) bool { return kind > 0 && int(kind) < len(laterMessages) }

// Match walks over the options: all have to be possible, and one of them has to
// be of those that hardly any other protocol could have there. The last one may
// be cut.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < head+4 || !isType(b[0]) {
		return feature.No
	}
	start := head
	if isRelay(b[0]) {
		if start = relayHead; len(b) < relayHead+4 || b[1] > maxHops {
			return feature.No
		}
	}
	proof := false
	for r := wire.NewReader(b[start:]); r.Len() > 0; {
		code, n := r.Uint16(), int(r.Uint16())
		switch {
		case code == 0 || code > lastCode:
			return feature.No
		case r.Bad() || n > r.Len():
			return answer(proof)
		}
		proof = isProof(code, r.Bytes(n), isRelay(b[0])) || proof
	}
	return answer(proof)
}

func answer(yes bool) feature.Guess {
	if yes {
		return feature.Yes
	}
	return feature.No
}

// isProof knows a DUID, the elapsed time, and of a relay its message.
func isProof(code uint16, data []byte, relay bool) bool {
	switch {
	case relay:
		return code == codeRelayMessage && len(data) >= head && isType(data[0])
	case code == codeClientID || code == codeServerID:
		return len(data) >= 6 && data[0] == 0 && data[1] >= 1 && data[1] <= 4
	}
	return code == codeElapsed && len(data) == 2
}

// A Parser keeps the messages of one flow.
type Parser struct {
	kept    kept.Messages
	decoder decoder // holds what Info gave out
}

// Data keeps a message. What is none is passed over.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) >= head && isType(b[0]) && (!isRelay(b[0]) || len(b) >= relayHead) {
		p.kept.Keep(c)
	}
	return len(b), feature.More
}

// Info decodes what belongs into a view; it is valid until the next call.
func (p *Parser) Info(v feature.View) Info {
	d := &p.decoder
	d.reset()
	p.kept.Each(v, d.add)
	if len(d.list) == 0 {
		return nil
	}
	d.list[len(d.list)-1].More = p.kept.More(v)
	return d.list
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.kept.Forget()
	if p.decoder.size() > maxIdle {
		p.decoder = decoder{set: p.decoder.set}
	}
}

// Held implements feature.Holder. What Info gave out is used no more when the
// next message comes.
func (p *Parser) Held() int { return p.kept.Held() }

// Reset forgets all, and keeps memory for the next flow unless it is much.
func (p *Parser) Reset() { p.Cut() }
