package http2

import (
	"encoding/binary"

	"golang.org/x/net/http2/hpack"

	"joy/feature"
)

// A Parser follows a connection.
type Parser struct {
	set   *feature.Settings
	found bool // one side has begun as it must, since Reset
	sides [2]side
	info  Info
	shown [2]Side
}

// A side is what one side sends.
type side struct {
	store
	state     state
	first     bool   // a frame was read
	preface   bool   //
	told      bool   // the preface, in the record before
	settled   bool   // the first SETTINGS frame was read
	windowed  bool   // the first WINDOW_UPDATE was read
	left      int    // bytes of the payload that are still to come, with the padding
	padding   int    // bytes
	frame     header // being read
	block     uint32 // stream of the header block that is open, or 0
	endStream bool   // of the frame that began the block
	message   reading
	decoder   *hpack.Decoder // nil before the first block
	table     int            // bytes of its table at most
	partial   int            // bytes at most of a field that is not complete
	decoded   bool           // a field was complete
}

type state uint8

const (
	atStart state = iota
	atFrame
	inBlock    // a fragment of a header block
	inData     //
	inSettings //
	inRest     // to be passed over
	broken     // nothing more can be read
)

// Data reads frames.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.sides[c.Dir]
	if c.Lost > 0 {
		s.gap(c.Lost)
	}
	for used < len(c.Bytes) && s.state != broken {
		n := p.step(s, c.Bytes[used:])
		if n == 0 && s.state != broken {
			return used, feature.More
		}
		used += n
	}
	if s.state != broken {
		return used, feature.More
	}
	switch {
	case !p.found:
		return used, feature.Reject
	case p.sides[1-c.Dir].state == broken:
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// step takes something from the start of b, which is not empty. It returns 0
// when it needs more.
func (p *Parser) step(s *side, b []byte) int {
	switch s.state {
	case atStart:
		return p.start(s, b)
	case atFrame:
		return p.begin(s, b)
	case inSettings:
		return s.settings(b)
	}
	n := min(len(b), s.left)
	if body := min(n, s.left-s.padding); body > 0 {
		switch s.state {
		case inBlock:
			p.fragment(s, b[:body])
		case inData:
			s.body(b[:body], p.set.Body)
		}
	}
	return s.pass(n)
}

// start passes over the preface.
func (p *Parser) start(s *side, b []byte) int {
	n := min(len(b), len(preface))
	switch {
	case string(b[:n]) != preface[:n]:
		s.state = atFrame
		return p.begin(s, b)
	case n < len(preface):
		return 0
	}
	s.state, s.preface, p.found = atFrame, true, true
	return n
}

// begin reads a frame header and what comes with it.
func (p *Parser) begin(s *side, b []byte) int {
	if len(b) < frameHeader {
		return 0
	}
	h := parseHeader(b)
	if !h.legal(s.block) || !s.first && (h.kind != frameSettings || h.flags&flagAck != 0) {
		s.end("frame")
		return 0
	}
	n := h.prefix()
	if len(b) < frameHeader+n {
		return 0
	}
	p.found, s.first = true, true
	s.frame, s.left, s.padding = h, h.size, 0
	prefix := b[frameHeader : frameHeader+n]
	if h.flags&flagPadded != 0 && (h.kind == frameData || h.kind == frameHeaders || h.kind == framePushPromise) {
		s.padding = int(prefix[0])
		prefix = prefix[1:]
		if s.padding > h.size-n {
			s.end("frame")
			return 0
		}
	}
	p.open(s, prefix)
	return frameHeader + s.pass(n)
}

// open does what a frame's start asks for.
func (p *Parser) open(s *side, prefix []byte) {
	s.state = inRest
	switch h := &s.frame; h.kind {
	case frameData:
		s.state = inData
		s.find(h.stream)
	case frameHeaders:
		s.openBlock(h.stream, 0)
	case framePushPromise:
		s.openBlock(h.stream, binary.BigEndian.Uint32(prefix)&(1<<31-1))
	case frameContinuation:
		s.state = inBlock
	case frameReset:
		s.resets++
	case frameSettings:
		if !s.settled && h.flags&flagAck == 0 {
			s.settled, s.state = true, inSettings
		}
	case frameWindowUpdate:
		if !s.windowed && h.stream == 0 {
			s.windowed, s.window = true, binary.BigEndian.Uint32(prefix)&(1<<31-1)
		}
	case frameGoaway:
		s.goaway = Goaway{LastStream: binary.BigEndian.Uint32(prefix) & (1<<31 - 1), Code: binary.BigEndian.Uint32(prefix[4:])}
		s.goaway.Error = errorName(s.goaway.Code)
		s.debug = append(s.debug[:0], prefix[8:]...)
		s.leaving = true
	}
}

// settings reads settings, each of them at once.
func (s *side) settings(b []byte) (used int) {
	for s.left > 0 && len(b)-used >= 6 {
		x := Setting{ID: binary.BigEndian.Uint16(b[used:]), Value: binary.BigEndian.Uint32(b[used+2:])}
		if len(s.list) < maxSettings {
			s.list = append(s.list, x)
		} else {
			s.settingsLeft++
		}
		s.left -= 6
		used += 6
	}
	if s.left == 0 {
		s.state = atFrame
	}
	return used
}

// pass ends the frame when n bytes more of its payload complete it.
func (s *side) pass(n int) int {
	s.left -= n
	if s.left > 0 || s.state == broken {
		return n
	}
	if s.state == inBlock && s.frame.flags&flagEndHeaders != 0 {
		s.closeBlock()
	}
	if s.state != broken {
		s.state = atFrame
	}
	return n
}

// gap goes over missing bytes of frames that do not matter. Beyond them
// neither frames nor header compression can be trusted.
func (s *side) gap(n int) {
	switch {
	case s.state == broken || s.state == atStart:
	case (s.state == inData || s.state == inRest) && n <= s.left:
		s.lost, s.message.bodyEnded = true, true
		s.padding = min(s.padding, s.left-n)
		s.pass(n)
	default:
		s.end("gap")
	}
}

// end gives up a side.
func (s *side) end(why string) {
	s.state, s.why = broken, why
	s.decoder, s.table, s.partial = nil, 0, 0
}

// Held implements feature.Holder.
func (p *Parser) Held() int { return p.sides[0].held() + p.sides[1].held() }

// held counts 64 bytes for a message and 8 for a setting.
func (s *side) held() int {
	return s.Held() + 64*len(s.messages) + 8*len(s.list) + len(s.debug) + s.table + s.partial
}

// Cut forgets what was reported. A message whose header list is being read
// goes on in the next record.
func (p *Parser) Cut() {
	for d := range p.sides {
		s := &p.sides[d]
		s.told = s.preface
		s.message.continued = s.message.stored && s.block != 0
		s.message.stored, s.message.bodyEnded = false, true
		s.store.reset()
		s.Trim()
	}
}

// Reset makes the parser as new.
func (p *Parser) Reset() {
	for d := range p.sides {
		s := &p.sides[d]
		s.store.reset()
		s.Trim()
		*s = side{store: store{Elements: s.Elements, messages: s.messages, list: s.list, debug: s.debug}}
		p.shown[d] = Side{Messages: p.shown[d].Messages[:0]}
	}
	p.found = false
}
