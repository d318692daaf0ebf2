// Package icmp reads ICMP (RFC 792) and ICMPv6 (RFC 4443): what kinds of
// messages there are, and of errors and redirects which packet they are about.
//
// A parser keeps up to 8 kinds and the first error or redirect of each side, in
// about 1 KiB. Behind the first messages it only counts.
package icmp

import (
	"encoding/binary"
	"net/netip"

	"joy/feature"
)

// Module is ICMP of both versions, which give other meanings to the same
// numbers.
var Module = feature.Module{
	Key:   "icmp",
	Doc:   "ICMP: kinds of messages, and the flow that errors are about",
	Over:  over,
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const over = feature.ICMP | feature.ICMPv6

// Match takes every message.
func Match(c *feature.Chunk) feature.Guess {
	if c.Over&over != 0 && len(c.Bytes) >= 2 {
		return feature.Yes
	}
	return feature.No
}

const (
	maxKinds  = 8 // that are told apart
	head      = 8 // bytes of a message before what it quotes
	redirect6 = 137
)

// A Parser follows the messages of a flow.
type Parser struct {
	six    bool // it is of IPv6
	kinds  [maxKinds]seen
	n      int
	more   [2]uint32 // messages of other kinds, by direction
	quoted [2]Quote
	has    [2]bool
	list   []Kind
	info   Info
}

// seen is a kind of messages with its count.
type seen struct {
	kind, code uint8
	dir        feature.Dir
	count      uint32
}

// Data counts a message, and reads it if it is the first error or redirect of
// its side. Floods of one kind find theirs at once.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) < 2 {
		return len(b), feature.More
	}
	p.six = c.Over == feature.ICMPv6
	p.count(b[0], b[1], c.Dir)
	if !p.has[c.Dir] && p.quotes(b[0]) {
		p.has[c.Dir] = p.quoted[c.Dir].read(b, p.six)
	}
	return len(b), feature.More
}

func (p *Parser) count(kind, code uint8, dir feature.Dir) {
	for i := range p.kinds[:p.n] {
		if k := &p.kinds[i]; k.kind == kind && k.code == code && k.dir == dir {
			k.count++
			return
		}
	}
	if p.n == maxKinds {
		p.more[dir]++
		return
	}
	p.kinds[p.n] = seen{kind, code, dir, 1}
	p.n++
}

// quotes reports whether messages of a type quote a packet.
func (p *Parser) quotes(kind uint8) bool {
	if p.six {
		return kind >= 1 && kind <= 4 || kind == redirect6
	}
	switch kind {
	case 3, 4, 5, 11, 12:
		return true
	}
	return false
}

// read fills in what an error or a redirect is about. It reports false when
// there is no packet in it.
func (q *Quote) read(b []byte, six bool) bool {
	if len(b) < head {
		return false
	}
	*q = Quote{Type: b[0], Code: b[1], Reason: reason(six, b[0], b[1])}
	if six && b[0] == redirect6 {
		return q.redirect(b)
	}
	if !q.packet(b[head:]) {
		return false
	}
	switch {
	case !six && b[0] == 3 && b[1] == 4: // RFC 1191 section 4
		q.MTU = uint32(binary.BigEndian.Uint16(b[6:]))
	case six && b[0] == 2: // RFC 4443 section 3.2
		q.MTU = binary.BigEndian.Uint32(b[4:])
	case !six && b[0] == 5: // RFC 792
		q.Gateway.IP = netip.AddrFrom4([4]byte(b[4:]))
	}
	return true
}

// redirect reads a redirect of IPv6. The packet is in option 4 (RFC 4861
// section 4.6.3).
func (q *Quote) redirect(b []byte) bool {
	if len(b) < 40 {
		return false
	}
	q.Gateway.IP = netip.AddrFrom16([16]byte(b[8:]))
	q.Dst.IP = netip.AddrFrom16([16]byte(b[24:]))
	for b = b[40:]; len(b) >= 8 && b[1] != 0; b = b[min(len(b), int(b[1])*8):] {
		if b[0] == 4 {
			q.packet(b[8:])
			return true
		}
	}
	return true
}

// packet reads the header of a packet and the ports behind it.
func (q *Quote) packet(b []byte) bool {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4 && b[0]&15 >= 5:
		q.Proto = b[9]
		q.Src.IP, q.Dst.IP = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		if binary.BigEndian.Uint16(b[6:])&0x1fff == 0 {
			q.ports(b[min(len(b), int(b[0]&15)*4):])
		}
	case len(b) >= 40 && b[0]>>4 == 6:
		q.Proto = b[6]
		q.Src.IP, q.Dst.IP = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		if b = q.extensions(b[40:]); b != nil {
			q.ports(b)
		}
	default:
		return false
	}
	return true
}

// extensions passes over extension headers (RFC 8200 section 4). It returns
// what is behind, nil when that is not the begin of a transport header.
func (q *Quote) extensions(b []byte) []byte {
	for range 8 {
		switch q.Proto {
		case 0, 43, 60: // hop-by-hop, routing, destination
			if len(b) < 8 || len(b) < int(b[1])*8+8 {
				return nil
			}
			q.Proto, b = b[0], b[int(b[1])*8+8:]
		case 44: // fragment
			if len(b) < 8 || binary.BigEndian.Uint16(b[2:])>>3 != 0 {
				return nil
			}
			q.Proto, b = b[0], b[8:]
		default:
			return b
		}
	}
	return nil
}

// ports reads those of TCP, UDP, DCCP, SCTP and UDP-Lite; of ICMP the type and
// the code.
func (q *Quote) ports(b []byte) {
	switch q.Proto {
	case 6, 17, 33, 132, 136:
		if len(b) >= 4 {
			q.HasPorts = true
			q.SrcPort, q.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		}
	case 1, 58:
		if len(b) >= 2 {
			q.HasMessage = true
			q.Message, q.MessageCode = b[0], b[1]
		}
	}
}

// Cut forgets what was reported.
func (p *Parser) Cut() { p.Reset() }

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{list: p.list[:0]} }
