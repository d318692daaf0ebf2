package ssh

import (
	"bytes"
	"encoding/binary"
	"slices"

	"joy/feature"
)

// Bounds of what a parser keeps for each direction: one offer, maxKex messages
// and the lines, at most maxPacket+maxKexBytes+2 KiB in all, and maxMessages
// entries of 16 bytes.
const (
	maxLine     = 1024     // bytes of the version line
	maxText     = 512      // bytes of the lines before it that are reported
	maxPreamble = 64 << 10 // bytes of these lines at all
	maxKex      = 4        // messages of the key exchange
	maxKexBytes = 64 << 10 // of these messages
	maxMessages = 50       // in the list of lengths and times
	maxSealed   = 64 << 10 // encrypted bytes of one side that the other one may answer
)

// A Parser follows SSH in one flow.
type Parser struct {
	dirs     [2]stream
	messages []message
}

// state is what a stream is at.
type state uint8

const (
	atStart   state = iota // before the version line
	inText                 // within a line before it
	inVersion              // within the version line
	atPackets              // behind it
	sealed                 // behind NEWKEYS
	over                   // nothing more is to be read
)

// A span is a part of stream.buf.
type span struct{ off, len uint32 }

// A stream is one direction.
type stream struct {
	buf       []byte // of all spans
	text      span
	version   span
	kexInit   span // without the number of the message
	leave     span // of DISCONNECT, likewise
	kex       [maxKex]packet
	since     int64  // time of the first byte of a packet that is not complete, 0 for none
	missing   uint32 // bytes up to the end of that packet
	skip      uint32 // bytes to skip: the rest of a packet with a gap
	preamble  uint32 // bytes before the version line
	packets   uint32
	more      uint32 // messages that are not in the list
	sealed    uint32 // encrypted bytes
	lost      uint32 // bytes
	listed    uint8  // messages that are in it
	kexes     uint8
	state     state
	newKeys   bool
	cr        bool // the version line's last byte was a CR
	truncated bool
	malformed bool
}

// A packet is a message of the key exchange.
type packet struct {
	span
	kind uint8
}

// A message is an entry of the list of lengths and times.
type message struct {
	time int64
	size uint32
	kind uint8
	dir  feature.Dir
}

// Data looks at the next bytes of a direction.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.dirs[c.Dir]
	if c.Lost > 0 {
		s.gap(c.Lost)
	}
	for used < len(c.Bytes) {
		n := p.step(s, c, c.Bytes[used:])
		if n == 0 {
			break
		}
		used += n
	}
	if c.EOF && s.state != sealed {
		s.state = over
	}
	if p.done() {
		return len(c.Bytes), feature.Done
	}
	return used, feature.More
}

// done: both sides have said all, or one has gone on in secret for long.
func (p *Parser) done() bool {
	a, b := &p.dirs[0], &p.dirs[1]
	return a.state >= sealed && b.state >= sealed || a.sealed > maxSealed || b.sealed > maxSealed
}

// step takes the next piece of b and returns its length, 0 when it needs more.
func (p *Parser) step(s *stream, c *feature.Chunk, b []byte) int {
	switch s.state {
	case atStart:
		if b[0] != 0 || s.preamble > 0 {
			return s.begin(b)
		}
		s.state = atPackets // the version line was not seen
		return p.readPacket(s, c, b)
	case inText:
		return s.readText(b)
	case inVersion:
		return s.readVersion(b)
	case atPackets:
		if s.skip > 0 {
			n := min(len(b), int(s.skip))
			s.skip -= uint32(n)
			return n
		}
		return p.readPacket(s, c, b)
	case sealed:
		s.sealed += uint32(min(len(b), maxSealed))
	}
	return len(b)
}

// gap notes bytes that are missing. Before the version line they do no harm,
// and within a packet they lose that packet only. Anywhere else they end the
// stream, for the next packet is not found.
func (s *stream) gap(lost int) {
	s.lost += uint32(lost)
	switch {
	case s.state >= sealed || s.state == atStart || s.state == inText:
	case s.state == atPackets && lost <= int(s.missing)+int(s.skip):
		if s.missing > 0 {
			s.packets++
		}
		s.skip += s.missing - uint32(lost)
	default:
		s.state = over
	}
	s.missing, s.since = 0, 0
}

// begin looks at the first bytes of a line, as long as no version line came.
func (s *stream) begin(b []byte) int {
	n := min(len(b), len(prefix))
	if bytes.Equal(b[:n], prefix[:n]) {
		if n < len(prefix) {
			return 0
		}
		s.state, s.version.off = inVersion, uint32(len(s.buf))
		return s.readVersion(b)
	}
	s.state = inText
	return s.readText(b)
}

// readText passes over the rest of a line before the version line (RFC 4253
// section 4.2), and keeps the first of these bytes.
func (s *stream) readText(b []byte) int {
	n := len(b)
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		n, s.state = i+1, atStart
	}
	s.preamble += uint32(n)
	if s.preamble > maxPreamble {
		s.state = over
		return n
	}
	keep := min(n, maxText-int(s.text.len))
	s.buf = append(s.buf, b[:keep]...)
	s.text.len += uint32(keep)
	return n
}

// readVersion reads on in the version line. It ends with CR LF, with LF alone,
// or, as some old programs send it, with CR alone.
func (s *stream) readVersion(b []byte) int {
	for i, c := range b {
		switch {
		case c == '\n':
			s.endVersion()
			return i + 1
		case c == '\r':
			s.cr = true
			continue
		case s.cr:
			s.endVersion()
			return i
		case s.version.len == maxLine:
			s.truncated = true
			s.endVersion()
			s.state = over
			return i
		}
		s.buf = append(s.buf, c)
		s.version.len++
	}
	return len(b)
}

// endVersion goes on to the packets. Those of SSH 1 are of another kind (only
// 1.99 stands for both), and nothing is read of them.
func (s *stream) endVersion() {
	s.state = atPackets
	if v := s.bytes(s.version); bytes.HasPrefix(v, []byte("SSH-1.")) && !bytes.HasPrefix(v, []byte("SSH-1.99")) {
		s.state = over
	}
}

func (s *stream) bytes(at span) []byte { return s.buf[at.off:][:at.len:at.len] }

// readPacket reads a whole packet (RFC 4253 section 6): its length, the length
// of the padding, the message and the padding.
func (p *Parser) readPacket(s *stream, c *feature.Chunk, b []byte) int {
	if s.packets == 0 && (b[0] == '\r' || b[0] == '\n') {
		return 1 // more line ends than one
	}
	if s.since == 0 {
		s.since = max(c.Time, 1)
	}
	if len(b) < 6 {
		return 0
	}
	size, padding := int(binary.BigEndian.Uint32(b))+4, int(b[4])
	if size > maxPacket || padding+6 > size {
		s.malformed = true
		s.state = over
		return len(b)
	}
	if len(b) < size {
		s.missing = uint32(size - len(b))
		return 0
	}
	s.packets++
	p.list(message{time: s.since, size: uint32(size), kind: b[5], dir: c.Dir}, s)
	s.since, s.missing = 0, 0
	s.take(b[5], b[6:size-padding])
	return size
}

func (p *Parser) list(m message, s *stream) {
	if s.listed == maxMessages {
		s.more++
		return
	}
	s.listed++
	p.messages = append(p.messages, m)
}

// take keeps what is reported of a message.
func (s *stream) take(kind uint8, body []byte) {
	switch {
	case kind == msgKexInit && s.kexInit.len == 0:
		s.kexInit = s.keep(body)
	case kind == msgNewKeys:
		s.newKeys = true
		s.state = sealed
	case kind == msgDisconnect && s.leave.len == 0:
		s.leave = s.keep(body[:min(len(body), maxText)])
	case kind >= msgKexFirst && kind <= msgKexLast:
		kept := 0
		for _, k := range s.kex[:s.kexes] {
			kept += int(k.len)
		}
		if s.kexes == maxKex || kept+len(body) > maxKexBytes {
			s.truncated = true
			return
		}
		s.kex[s.kexes] = packet{s.keep(body), kind}
		s.kexes++
	}
}

func (s *stream) keep(b []byte) span {
	off := len(s.buf)
	s.buf = append(slices.Grow(s.buf, len(b)), b...)
	return span{uint32(off), uint32(len(b))}
}

// Cut forgets what was reported; where each stream is stays. A version line
// that is not complete is reported again as a whole.
func (p *Parser) Cut() {
	p.messages = p.messages[:0]
	for d := range p.dirs {
		s := &p.dirs[d]
		n := stream{
			buf: emptied(s.buf), state: s.state, since: s.since, missing: s.missing, skip: s.skip,
			sealed: s.sealed, cr: s.cr,
		}
		if s.state == inVersion {
			n.buf = append(n.buf, s.bytes(s.version)...)
			n.version.len = s.version.len
		}
		*s = n
	}
}

// Reset forgets all, and keeps memory for the next flow unless it is much.
func (p *Parser) Reset() {
	p.messages = p.messages[:0]
	for d := range p.dirs {
		s := &p.dirs[d]
		*s = stream{buf: emptied(s.buf)}
	}
}

// emptied is b without its bytes, and without its memory when that is much.
func emptied(b []byte) []byte {
	if cap(b) > 16<<10 {
		return nil
	}
	return b[:0]
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	return len(p.dirs[0].buf) + len(p.dirs[1].buf) + 16*len(p.messages)
}
