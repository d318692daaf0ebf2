// Package rtp recognises RTP (RFC 3550). One datagram proves nothing, for any
// two bits are its version: a parser only believes in a stream of several with
// rising numbers, and rejects the flow otherwise.
//
// A parser takes about 150 bytes.
package rtp

import (
	"encoding/binary"

	"joy/feature"
)

// Module is RTP. It should be asked after all protocols that are recognised by
// more.
var Module = feature.Module{
	Key:   "rtp",
	Doc:   "RTP: payload type and source of both sides",
	Over:  feature.UDP,
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	head     = 12
	enough   = 5  // datagrams in a row that prove a stream
	maxStep  = 8  // between the numbers of two of them
	maxOther = 4  // datagrams of something else, such as RTCP and STUN, before the proof
	maxCount = 64 // datagrams that are looked at
)

// Match wants version 2 and a payload type that is in use.
func Match(c *feature.Chunk) feature.Guess {
	if isPacket(c.Bytes) {
		return feature.Yes
	}
	return feature.No
}

func isPacket(b []byte) bool {
	if len(b) <= head || b[0]>>6 != 2 {
		return false
	}
	n := head + 4*int(b[0]&15)
	if b[0]&0x10 != 0 { // an extension
		if n+4 > len(b) {
			return false
		}
		n += 4 + 4*int(binary.BigEndian.Uint16(b[n+2:]))
	}
	if n > len(b) || b[0]&0x20 != 0 && (b[len(b)-1] == 0 || n+int(b[len(b)-1]) > len(b)) {
		return false
	}
	t := b[1] & 0x7f
	return int(t) < len(codecs) && codecs[t] != "" || t >= 96
}

// isRTCP: types 192 to 223, which no RTP with a payload type in use has (RFC
// 5761 section 4).
func isRTCP(b []byte) bool { return len(b) >= 8 && b[0]>>6 == 2 && b[1] >= 192 && b[1] <= 223 }

// codecs are the payload types that have a fixed meaning (RFC 3551 section 6).
var codecs = [...]string{
	0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16", 11: "L16", 12: "QCELP", 13: "CN",
	14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729", 25: "CelB", 26: "JPEG", 28: "nv", 31: "H261", 32: "MPV", 33: "MP2T", 34: "H263",
}

// Info has the first stream of each side.
type Info struct {
	// Stream of the side that opened the flow; absent for none.
	Out *Stream `json:"out,omitempty"`
	// Stream of the other side; absent for none.
	In *Stream `json:"in,omitempty"`
}

// A Stream is what one source sends.
type Stream struct {
	// Payload type of its first packet. Source: RFC 3550 section 5.1.
	PayloadType uint8 `json:"payload_type"`
	// What the payload type stands for; absent when that is agreed upon elsewhere
	// (96 to 127). Source: RFC 3551 section 6.
	Codec string `json:"codec,omitempty"`
	// Source of the stream. Source: RFC 3550 section 5.1.
	SSRC uint32 `json:"ssrc"`
}

// A Parser waits for the proof of a stream in each direction.
type Parser struct {
	sides [2]side
	info  Info
	count uint8
	other uint8
	cut   bool
}

// A side is the state of one direction.
type side struct {
	stream   Stream
	row      uint8 // datagrams in a row
	sequence uint16
}

func (s *side) proved() bool { return s.row >= enough }

// Data looks at a datagram.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	p.count++
	s := &p.sides[c.Dir]
	switch {
	case s.proved():
	case isRTCP(b) || !isPacket(b):
		p.other++
	default:
		s.add(b)
	}
	proof := p.sides[0].proved() || p.sides[1].proved() || p.cut
	switch {
	case !proof && (p.other > maxOther || p.count == maxCount || s.row == 0 && !isRTCP(b) && p.other == 0):
		return len(b), feature.Reject
	case p.sides[0].proved() && p.sides[1].proved() || p.count == maxCount:
		return len(b), feature.Done
	}
	return len(b), feature.More
}

// add goes on with the row, or breaks it: then the source, or the numbers, were
// no stream.
func (s *side) add(b []byte) {
	sequence, ssrc := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[8:])
	step := sequence - s.sequence
	switch {
	case s.row == 0:
		t := b[1] & 0x7f
		s.stream = Stream{PayloadType: t, SSRC: ssrc}
		if int(t) < len(codecs) {
			s.stream.Codec = codecs[t]
		}
	case ssrc == s.stream.SSRC && -step <= maxStep:
		return // the same one again, or one that was late
	case ssrc != s.stream.SSRC || step > maxStep:
		s.row = 0
		return
	}
	s.row, s.sequence = s.row+1, sequence
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0].proved() {
		p.info.Out = &p.sides[0].stream
	}
	if v.Has(feature.In) && p.sides[1].proved() {
		p.info.In = &p.sides[1].stream
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets the streams that were reported.
func (p *Parser) Cut() {
	for i := range p.sides {
		if s := &p.sides[i]; s.proved() {
			*s, p.cut = side{}, true
		}
	}
}

// Reset forgets all.
func (p *Parser) Reset() { *p = Parser{} }
