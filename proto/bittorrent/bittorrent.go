// Package bittorrent reads what peers of BitTorrent say of themselves: the
// handshake (BEP 3) and the extended one (BEP 10) over TCP and over uTP (BEP
// 29), the messages of the distributed hash table (BEP 5), and requests to
// trackers over UDP (BEP 15). Encrypted peers are not recognised.
//
// A parser is about 700 bytes with at most 200 bytes of text, and waits for at most
// 4 KiB.
package bittorrent

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
)

// Module is BitTorrent, on any port.
var Module = feature.Module{
	Key:   "bittorrent",
	Doc:   "BitTorrent: info hash, peers and their clients, extensions, distributed hash table",
	Over:  feature.TCP | feature.UDP,
	Ports: []uint16{6881},
	Match: Match,
	Keep:  maxMessage,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	pstr       = "\x13BitTorrent protocol"
	handshake  = len(pstr) + 8 + 20 + 20
	maxMessage = 4096 // bytes of an extended handshake
	maxText    = 64   // bytes of a client's version that are reported
	maxPeer    = 8    // messages of a peer in which its extended handshake has to come
	maxLooked  = 64   // datagrams that are looked at
	utpHead    = 20   // bytes
)

// Match wants the begin of a handshake; over UDP this in uTP, a request for a
// connection by uTP that has all fields which are zero at that time, a message
// of the hash table, or a connect to a tracker.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if c.Over == feature.UDP {
		if kindOf(b) != other {
			return feature.Yes
		}
		return feature.No
	}
	n := min(len(b), len(pstr))
	switch {
	case string(b[:n]) != pstr[:n]:
		return feature.No
	case n == len(pstr):
		return feature.Yes
	case c.EOF:
		return feature.No
	}
	return feature.Maybe
}

// kind is what a datagram is.
type kind uint8

const (
	other kind = iota
	dht
	utpSyn
	utpHandshake
	tracker
)

func kindOf(b []byte) kind {
	if len(b) < 16 {
		return other
	}
	switch b[0] {
	case 'd':
		if isDHT(b) {
			return dht
		}
	case 0x41:
		// ST_SYN of version 1: no time difference and nothing acknowledged yet.
		if isSyn(b) {
			return utpSyn
		}
	case 0x01:
		if len(b) >= utpHead+len(pstr) && b[1] == 0 && string(b[utpHead:][:len(pstr)]) == pstr {
			return utpHandshake
		}
	case 0:
		// Connect to a tracker: a magic number, and action 0.
		if len(b) == 16 && binary.BigEndian.Uint64(b) == 0x41727101980 && binary.BigEndian.Uint32(b[8:]) == 0 {
			return tracker
		}
	}
	return other
}

func isSyn(b []byte) bool {
	if len(b) < utpHead || binary.BigEndian.Uint32(b[8:]) != 0 || b[18] != 0 || b[19] != 0 {
		return false
	}
	next, b := b[1], b[utpHead:]
	for next != 0 {
		if next > 4 || len(b) < 2 || len(b) < 2+int(b[1]) {
			return false
		}
		next, b = b[0], b[2+int(b[1]):]
	}
	return len(b) == 0
}

// isDHT: the dictionary begins with the arguments, the error, the address or
// the response, and has a kind.
func isDHT(b []byte) bool {
	switch string(b[:5]) {
	case "d1:ad", "d1:rd", "d1:el", "d2:ip":
		m, ok := readMessage(b)
		return ok && m.kind != 0
	}
	return false
}

// A Parser follows the peers of a flow.
type Parser struct {
	streams [2]stream
	peers   [2]peer
	table   [2]counts
	looked  uint8
	text    []byte
	info    Info
	shown   [2]Peer
	list    [2]Counts
}

// A stream is where a direction is.
type stream struct {
	begun    bool
	skip     uint32 // bytes of a message to pass over
	messages uint8
	over     bool
}

// peer is what one side says of itself.
type peer struct {
	seen     bool
	utp      bool
	tracker  bool
	reserved [8]byte
	hash     [20]byte
	id       [20]byte
	version  span
	port     uint16
	hasHash  bool
}

type span struct{ off, len uint16 }

// counts are messages of the hash table, by query or kind.
type counts struct{ n [len(queries)]uint32 }

// Data reads the begin of a stream, or a datagram.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	if c.Over == feature.UDP {
		p.datagram(c.Dir, c.Bytes)
		if p.looked++; p.looked == maxLooked {
			return len(c.Bytes), feature.Done
		}
		return len(c.Bytes), feature.More
	}
	s := &p.streams[c.Dir]
	s.over = s.over || c.Lost > 0 && !s.pass(c.Lost)
	for used < len(c.Bytes) && !s.over {
		n := p.step(s, c.Dir, c.Bytes[used:])
		if n == 0 {
			return used, feature.More
		}
		used += n
	}
	s.over = s.over || c.EOF
	if p.streams[0].over && p.streams[1].over {
		return len(c.Bytes), feature.Done
	}
	return len(c.Bytes), feature.More
}

// pass passes over missing bytes within a message that is not read anyway.
func (s *stream) pass(n int) bool {
	if n > int(s.skip) {
		return false
	}
	s.skip -= uint32(n)
	return true
}

// step reads a handshake or a message; 0 is for more bytes.
func (p *Parser) step(s *stream, dir feature.Dir, b []byte) int {
	switch {
	case s.skip > 0:
		n := min(int(s.skip), len(b))
		s.skip -= uint32(n)
		return n
	case !s.begun && len(b) < handshake:
		return 0
	case !s.begun:
		s.begun = true
		s.over = !p.handshake(dir, b)
		return handshake
	case len(b) < 4:
		return 0
	}
	n := int(binary.BigEndian.Uint32(b)) + 4
	switch {
	case n > 1<<20:
		s.over = true
		return len(b)
	case n >= 6 && len(b) < 6:
		return 0
	case n < 6 || b[4] != 20 || b[5] != 0 || n > maxMessage:
		s.skip = uint32(n)
		s.next()
		return p.step(s, dir, b)
	case len(b) < n:
		return 0
	}
	p.extended(dir, b[6:n])
	s.over = true
	return n
}

// next counts a message that is not the extended handshake.
func (s *stream) next() {
	s.messages++
	s.over = s.messages == maxPeer
}

// handshake reads one, and reports whether an extended one may follow.
func (p *Parser) handshake(dir feature.Dir, b []byte) bool {
	if string(b[:len(pstr)]) != pstr {
		return false
	}
	m := &p.peers[dir]
	m.seen, m.hasHash = true, true
	b = b[len(pstr):]
	copy(m.reserved[:], b)
	copy(m.hash[:], b[8:])
	copy(m.id[:], b[28:])
	return m.reserved[5]&0x10 != 0
}

// extended reads the version and the port of an extended handshake.
func (p *Parser) extended(dir feature.Dir, b []byte) {
	d := decoder{b: b}
	m := &p.peers[dir]
	m.seen = true
	for d.open('d'); !d.done(); {
		switch key := d.text(); {
		case bytes.Equal(key, []byte("v")) && d.isText():
			m.version = p.keep(d.text())
		case bytes.Equal(key, []byte("p")) && d.peek() == 'i':
			m.port = uint16(d.number())
		default:
			d.skip()
		}
	}
}

func (p *Parser) keep(b []byte) span {
	start := len(p.text)
	p.text = append(p.text, b[:min(len(b), maxText)]...)
	return span{uint16(start), uint16(len(p.text) - start)}
}

func (p *Parser) bytes(s span) []byte { return p.text[s.off:][:s.len:s.len] }

func (p *Parser) datagram(dir feature.Dir, b []byte) {
	m := &p.peers[dir]
	switch kindOf(b) {
	case dht:
		p.message(dir, b)
	case utpSyn:
		m.seen, m.utp = true, true
	case utpHandshake:
		m.seen, m.utp = true, true
		if b = b[utpHead:]; len(b) >= handshake {
			p.handshake(dir, b)
		}
	case tracker:
		m.seen, m.tracker = true, true
	}
}

// message counts a message of the hash table, and keeps the hash that it is
// about, the version and the node.
func (p *Parser) message(dir feature.Dir, b []byte) {
	d, _ := readMessage(b)
	p.table[dir].n[d.index()]++
	m := &p.peers[dir]
	if len(d.hash) == 20 && !m.hasHash {
		m.hasHash = true
		copy(m.hash[:], d.hash)
	}
	m.seen = true
	if m.id == ([20]byte{}) && copy(m.id[:], d.id) > 0 {
		m.version = p.keep(d.version)
	}
}

// Cut forgets what was reported; where the streams are stays.
func (p *Parser) Cut() {
	streams, looked := p.streams, p.looked
	p.Reset()
	p.streams, p.looked = streams, looked
}

// Reset forgets all.
func (p *Parser) Reset() {
	*p = Parser{text: p.text[:0], shown: [2]Peer{{Extensions: p.shown[0].Extensions[:0]}, {Extensions: p.shown[1].Extensions[:0]}}}
}
