// Package wireguard recognises WireGuard by its handshake, or by its data when
// the handshake was not seen (WireGuard: Next Generation Kernel Network Tunnel,
// section 5.4).
//
// A parser takes about 150 bytes.
package wireguard

import (
	"encoding/binary"

	"joy/feature"
)

// Module is WireGuard, on any port.
var Module = feature.Module{
	Key:   "wireguard",
	Doc:   "WireGuard: handshake messages and indices of both sides",
	Over:  feature.UDP,
	Ports: []uint16{51820},
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

// Types of messages, and their lengths.
const (
	initiation = 1
	response   = 2
	cookie     = 3
	data       = 4
	minData    = 32
	maxCount   = 16 // datagrams that are looked at
)

var lengths = [...]int{initiation: 148, response: 92, cookie: 64}

// Match wants a type with its three zeros and its length. A counter of data has
// to be one that a sender can reach.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) < minData || b[0] == 0 || b[0] > data || b[1]|b[2]|b[3] != 0 {
		return feature.No
	}
	if b[0] == data && (len(b)%16 != 0 || binary.LittleEndian.Uint64(b[8:]) >= 1<<40) || b[0] != data && len(b) != lengths[b[0]] {
		return feature.No
	}
	return feature.Yes
}

// Info has what each side sent in the first 16 datagrams.
type Info struct {
	// What the side that opened the flow sent; absent for nothing.
	Out *Side `json:"out,omitempty"`
	// What the other side sent; absent for nothing.
	In *Side `json:"in,omitempty"`
}

// A Side is what one side sent.
type Side struct {
	// Messages that begin a handshake.
	Initiations uint8 `json:"initiations,omitempty"`
	// Messages that answer one.
	Responses uint8 `json:"responses,omitempty"`
	// Messages that ask for the proof of an address, sent under load.
	Cookies uint8 `json:"cookies,omitempty"`
	// Messages with data, counted until both sides have sent one.
	Data uint8 `json:"data,omitempty"`
	// Number that the sender chose for the session, of the first handshake message.
	Index uint32 `json:"index" when:"HasIndex"`
	// There was a handshake message with a sender.
	HasIndex bool `json:"-"`
}

// A Parser counts the first messages.
type Parser struct {
	sides [2]Side
	count uint8
	info  Info
}

// Data counts a message.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if Match(c) == feature.Yes {
		p.sides[c.Dir].add(c.Bytes)
	}
	p.count++
	if p.count >= maxCount || p.sides[0].Data > 0 && p.sides[1].Data > 0 {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

func (s *Side) add(b []byte) {
	switch b[0] {
	case initiation:
		s.Initiations++
	case response:
		s.Responses++
	case cookie:
		s.Cookies++
	case data:
		s.Data++
	}
	if b[0] <= response && !s.HasIndex {
		s.Index, s.HasIndex = binary.LittleEndian.Uint32(b[4:]), true
	}
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0] != (Side{}) {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.sides[1] != (Side{}) {
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
