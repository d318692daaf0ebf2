package dtls

import (
	"joy/feature"
	"joy/proto/tls"
)

// maxRecords is the number of records of a direction that are listed.
const maxRecords = 50

// maxOther is the number of datagrams of other protocols (STUN, RTP) behind the
// handshake, after which the Parser has enough.
const maxOther = 1000

// Parser follows DTLS. Beside what tls.Handshake keeps, it holds the fragments
// of messages that are not complete, at most 64 KiB a direction.
type Parser struct {
	hs    tls.Handshake
	sides [2]side
	other uint16 // datagrams that were no DTLS
	any   bool   // there was a record
}

// A side is one direction.
type side struct {
	fragments fragments
	cookie    []byte   // of the last HelloVerifyRequest
	found     tls.DTLS // without the cookie
	records   uint16   // seen, up to the bound of the list
	secret    bool     // encrypted records were seen
}

// New returns a Parser for one flow.
func New() *Parser { return &Parser{hs: tls.Handshake{Carrier: tls.OverDTLS}} }

// Data reads a datagram.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	b := c.Bytes
	if len(b) == 0 {
		return 0, feature.More
	}
	records := 0
	for len(b) > 0 {
		n := p.record(c, b)
		if n == 0 {
			break
		}
		records++
		b = b[n:]
	}
	if records == 0 {
		p.other++
	}
	p.any = p.any || records > 0
	return len(c.Bytes), p.verdict()
}

// Cut forgets what was reported.
func (p *Parser) Cut() {
	p.hs.Cut()
	for d := range p.sides {
		p.sides[d].found, p.sides[d].cookie = tls.DTLS{}, p.sides[d].cookie[:0]
	}
}

// Held implements feature.Holder.
func (p *Parser) Held() int {
	n := p.hs.Held()
	for d := range p.sides {
		s := &p.sides[d]
		n += s.fragments.held() + len(s.cookie)
	}
	return n
}

// Reset makes the Parser as new.
func (p *Parser) Reset() {
	p.hs.Reset()
	for d := range p.sides {
		s := &p.sides[d]
		*s = side{fragments: s.fragments.reset(), cookie: s.cookie[:0]}
	}
	*p = Parser{hs: p.hs, sides: p.sides}
}

// Info is what was found of a View, nil for nothing. It is valid until the next
// Cut or Reset.
func (p *Parser) Info(v feature.View) *tls.Info {
	i := p.hs.Info(v)
	if i == nil {
		return nil
	}
	all := new(tls.DTLS)
	for d := range feature.Dir(2) {
		if !v.Has(d) {
			continue
		}
		s := &p.sides[d]
		i.Truncated = i.Truncated || s.fragments.waiting() || s.fragments.dropped
		all.HelloVerify = all.HelloVerify || s.found.HelloVerify
		all.Unified = all.Unified || s.found.Unified
		all.CID = all.CID || s.found.CID
		all.Retransmitted += s.found.Retransmitted
		all.Epoch = max(all.Epoch, s.found.Epoch)
		if len(s.cookie) > 0 {
			all.Cookie = s.cookie
		}
	}
	i.DTLS = all
	return i
}

func (p *Parser) verdict() feature.Verdict {
	full := p.sides[0].records >= maxRecords && p.sides[1].records >= maxRecords
	over := p.sides[0].secret && p.sides[1].secret
	switch {
	case !p.any && p.other >= maxOther:
		return feature.Reject
	case full && over, over && p.other >= maxOther, p.other >= 10*maxOther:
		return feature.Done
	}
	return feature.More
}
