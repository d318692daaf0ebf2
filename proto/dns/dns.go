// Package dns reads the messages of the Domain Name System over UDP and TCP
// (RFC 1035, RFC 7766), of multicast DNS (RFC 6762), of LLMNR (RFC 4795) and
// of NetBIOS name services (RFC 1002), which all have one format.
//
// Most flows of a network are a question and its answer. So a parser only
// keeps the bytes of the messages, and they are decoded when a record wants
// them, into memory that is lent for that time.
package dns

import (
	"encoding/binary"

	"joy/feature"
)

// Bounds. What they cut off is counted in Message.More, or marked with
// Message.Truncated.
const (
	maxMessages = 200       // of a direction in a record, as in Joy
	maxMessage  = 16 << 10  // bytes of a message that are kept
	maxKept     = 256 << 10 // bytes of messages that a parser keeps
	maxIdle     = 16 << 10  // bytes that Cut and Reset leave unused
	maxOpen     = 8         // unanswered queries that are remembered over a Cut
	maxFrame    = 2 + 65535 // a message over TCP, with its length
)

// Module is DNS and its kin. Its Match looks at the structure alone: a
// protocol of this format on another port is found as well.
var Module = feature.Module{
	Key:   "dns",
	Doc:   "questions and answers of DNS (UDP and TCP), mDNS, LLMNR and NetBIOS names",
	Over:  feature.UDP | feature.TCP,
	Ports: []uint16{53, 5353, 5355, 137},
	Match: match,
	Keep:  maxFrame,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

// A Parser keeps the messages of one flow. Beside their bytes, and 11 more for
// each, it takes about 110 bytes; at most 256 KiB of messages are kept.
type Parser struct {
	kept []byte   // messages, each behind a head
	dir  [2]state //
	form form     //
	lent *decoder // holds what Info gave out; nil when it gave nothing
}

// A form says how messages come. A Chunk does not tell its transport, but the
// first message does: see recognize.
type form uint8

const (
	unknown form = iota
	datagrams
	stream // each message behind its length
)

// A state is that of one direction.
type state struct {
	first    int64  // time of the first byte of a message that is not complete
	more     uint64 // messages that were not kept
	lost     uint64 // bytes of the stream that are missing or were passed over
	messages uint16 // that were kept
	waiting  bool   // first is set
	synced   bool   // the next byte of the stream begins a message
	dead     bool   // where messages begin is not known any more
}

// A head stands before the bytes of a message in Parser.kept: their number (2
// bytes), marks (1), time of the message (8).
const headSize = 11

const (
	markIn  = 1 << iota // sent by the side that did not open the flow
	markCut             // not all bytes of the message are here
	markOld             // reported before a Cut, still without an answer
)

// Data keeps the messages that are complete.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if p.form == unknown {
		p.form = recognize(c.Bytes)
	}
	switch p.form {
	case datagrams:
		if len(c.Bytes) > 0 {
			p.keep(c.Dir, c.Time, c.Bytes)
		}
		return len(c.Bytes), feature.More
	case stream:
		return p.segment(c), feature.More
	}
	s := &p.dir[c.Dir]
	s.gap(c.Lost)
	s.wait(c.Time, len(c.Bytes) > 0)
	return 0, feature.More
}

// segment takes the messages that are complete out of the bytes of a stream,
// and returns how many bytes they are.
func (p *Parser) segment(c *feature.Chunk) (used int) {
	s := &p.dir[c.Dir]
	s.gap(c.Lost)
	if !s.synced && !s.dead {
		// At the start, and behind a gap: a message begins here, or the rest of
		// the direction cannot be read.
		switch matchStream(c.Bytes) {
		case feature.Maybe:
			s.wait(c.Time, len(c.Bytes) > 0)
			return 0
		case feature.Yes:
			s.synced = true
		case feature.No:
			s.dead = true
		}
	}
	if s.dead {
		s.lost += uint64(len(c.Bytes))
		return len(c.Bytes)
	}
	for b := c.Bytes; len(b) >= 2; b = c.Bytes[used:] {
		n := 2 + int(binary.BigEndian.Uint16(b))
		if len(b) < n {
			break
		}
		t := c.Time
		if s.waiting {
			t, s.waiting = s.first, false
		}
		p.keep(c.Dir, t, b[2:n])
		used += n
	}
	s.wait(c.Time, used < len(c.Bytes))
	return used
}

// gap says that bytes are missing: nothing of a message before them is left.
func (s *state) gap(lost int) {
	if lost > 0 {
		s.lost += uint64(lost)
		s.synced, s.dead, s.waiting = false, false, false
	}
}

// wait notes the time of the first byte of a message of which not all is here.
func (s *state) wait(now int64, begun bool) {
	if begun && !s.waiting {
		s.first, s.waiting = now, true
	}
}

func (p *Parser) keep(dir feature.Dir, now int64, b []byte) {
	s := &p.dir[dir]
	marks := byte(dir) * markIn
	if len(b) > maxMessage {
		b = b[:maxMessage]
		marks |= markCut
	}
	if s.messages == maxMessages || len(p.kept)+headSize+len(b) > maxKept {
		s.more++
		return
	}
	s.messages++
	p.kept = appendMessage(p.kept, marks, now, b)
}

func appendMessage(dst []byte, marks byte, t int64, b []byte) []byte {
	var head [headSize]byte
	binary.BigEndian.PutUint16(head[:], uint16(len(b)))
	head[2] = marks
	binary.BigEndian.PutUint64(head[3:], uint64(t))
	return append(append(dst, head[:]...), b...)
}

// A kept is a message in Parser.kept.
type kept struct {
	bytes []byte
	time  int64
	marks byte
}

// nextKept takes the first message off b, which is not empty.
func nextKept(b []byte) (m kept, rest []byte) {
	n := headSize + int(binary.BigEndian.Uint16(b))
	return kept{b[headSize:n], int64(binary.BigEndian.Uint64(b[3:])), b[2]}, b[n:]
}

func (k *kept) dir() feature.Dir { return feature.Dir(k.marks & markIn) }

// Info returns the messages that the sides of the View sent, in the order of
// their first bytes; nil when there are none.
func (p *Parser) Info(v feature.View) Info {
	var some bool
	for d := range p.dir {
		s := &p.dir[d]
		some = some || v.Has(feature.Dir(d)) && s.messages|uint16(min(s.more|s.lost, 1)) != 0
	}
	if !some {
		return nil
	}
	if p.lent == nil {
		p.lent = borrow()
	}
	return p.lent.info(p, v)
}

// Cut forgets the messages but the last few queries without an answer, so that
// its time can be told.
func (p *Parser) Cut() {
	p.release()
	if p.kept = forgetAnswered(p.kept); cap(p.kept) > maxIdle && len(p.kept) <= maxIdle {
		p.kept = append([]byte(nil), p.kept...)
	}
	for d := range p.dir {
		s := &p.dir[d]
		s.messages, s.more, s.lost = 0, 0, 0
	}
}

// Held implements feature.Holder. What Info gave out is not there any more when
// the next bytes come.
func (p *Parser) Held() int { return len(p.kept) }

// Reset makes the Parser new.
func (p *Parser) Reset() {
	p.release()
	if cap(p.kept) > maxIdle {
		p.kept = nil
	}
	*p = Parser{kept: p.kept[:0]}
}

func (p *Parser) release() {
	if p.lent != nil {
		p.lent.giveBack()
		p.lent = nil
	}
}
