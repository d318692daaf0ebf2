package http

import (
	"bytes"

	"joy/feature"
)

const (
	maxBody   = 1 << 14 // bytes of a body that are kept whatever the setting is
	findWhole = 1 << 11 // bytes of a start line that is found after bytes were lost
)

// takeBody passes over bytes of the body, and keeps the first ones.
func (s *side) takeBody(b []byte, keep int) int {
	n := len(b)
	if int64(n) > s.left {
		n = int(s.left)
	}
	s.left -= int64(n)
	s.keepBody(b[:n], keep)
	return n
}

func (s *side) keepBody(b []byte, keep int) {
	m := &s.message
	if m.bodyEnded || !m.stored || len(b) == 0 {
		return
	}
	e := &s.messages[len(s.messages)-1]
	b = b[:min(len(b), min(keep, maxBody)-int(e.body))]
	place := s.Room(len(b))
	s.SetBody(place, b)
	if e.body == 0 {
		e.bodyAt = uint32(place)
	}
	e.body += uint16(len(b))
	m.bodyEnded = int(e.body) >= min(keep, maxBody)
}

// chunk reads a chunk header (RFC 9112, section 7.1).
func (s *side) chunk(b []byte, eof bool) int {
	if b[0] == '\r' || b[0] == '\n' {
		return 1 // the line end of the chunk before
	}
	n := bytes.IndexByte(b[:min(len(b), maxLine)], '\n') + 1
	if n == 0 && len(b) < maxLine && !eof {
		return wait
	}
	size, digits := int64(0), 0
	for digits < n && digits < 16 {
		h := hexDigit(b[digits])
		if h < 0 {
			break
		}
		size, digits = size<<4|h, digits+1
	}
	switch {
	case digits == 0 || digits == 16 || b[digits] != ';' && b[digits] > ' ':
		s.mark(Junk)
		s.state, s.unsure = lost, true
		return 0
	case size == 0:
		s.state = inTrailer
	default:
		s.state, s.left = inChunk, size
	}
	return n
}

func hexDigit(c byte) int64 {
	switch {
	case digit(c):
		return int64(c - '0')
	case lower(c)-'a' < 6:
		return int64(lower(c)-'a') + 10
	}
	return -1
}

// toEnd passes over a body without an end. When the server has not said that
// it will close the connection, and another request was sent, the body may
// turn out to end where the next status line is.
func (p *Parser) toEnd(d feature.Dir, b []byte, eof bool) (int, feature.Verdict) {
	s, asked := &p.sides[d], len(p.pending[1-d]) > 0
	if s.message.close || !asked || p.datagrams {
		s.keepBody(b, p.set.Body)
		if s.message.close && !asked && s.message.bodyEnded {
			return len(b), feature.Done
		}
		return len(b), feature.More
	}
	at, found := find(b, true, eof)
	s.keepBody(b[:at], p.set.Body)
	return s.found(at, found), feature.More
}

// found is the number of bytes to pass over before a start line, or before
// what may become one.
func (s *side) found(at int, found bool) int {
	switch {
	case found:
		s.state = atStart
	case at == 0:
		return wait
	}
	return at
}

// find looks for a start line: where it is, or where one may be that is not
// complete, or the end of b. Status lines only, when responses is set; of
// requests only those with a method of HTTP.
func find(b []byte, responses, eof bool) (at int, found bool) {
	for ; at < len(b); at++ {
		if responses {
			i := bytes.IndexByte(b[at:], 'H')
			if i < 0 {
				return len(b), false
			}
			at += i
		} else if b[at]-'A' >= 26 || at+2 < len(b) && !(methodByte(b[at+1]) && methodByte(b[at+2])) {
			continue // BenchmarkLost: startLine costs more
		}
		whole := b[at:min(len(b), at+findWhole)]
		l, g := startLine(whole, eof && at+len(whole) == len(b))
		if g == feature.No || l.method > 0 && (responses || !webMethod(whole[:l.method])) {
			continue
		}
		if g == feature.Yes {
			return at, true
		}
		if len(whole) < findWhole {
			return at, false
		}
	}
	return at, false
}
