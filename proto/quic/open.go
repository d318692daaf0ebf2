package quic

import "joy/feature"

// open takes the protection off an Initial packet of side d. The first one that
// opens with the keys of a client tells who is the client.
//
// Keys follow from the first destination id of the client (RFC 9001 5.2): they
// stay when the client goes on with the server's id or with another version
// that is compatible (RFC 9369 4.1). There are new ones after a Retry and a
// version negotiation, and when the ports are used for another connection.
func (p *Parser) open(x *scratch, d feature.Dir, h *header, b []byte) (plain []byte, ok bool) {
	r, known := client, p.client > 0
	if known && d != p.clientDir() {
		r = server
	}
	switch {
	case !known:
	case h.version == p.secrets.version:
		plain, ok = p.try(x, p.secrets, r, d, h, b, p.sides[d].next)
		// Without a version negotiation the same id gives the same keys.
		if ok || !p.other && p.secrets.cid.is(h.dcid) {
			return plain, ok
		}
	case !p.other:
		if plain, ok = p.adopt(x, p.secrets.cid.bytes(), r, d, h, b); ok {
			return plain, true
		}
	}
	if r == server {
		return nil, false
	}
	if plain, ok = p.adopt(x, h.dcid, client, d, h, b); !ok {
		return nil, false
	}
	if known && !p.proven {
		p.restart(d)
	}
	p.client, p.proven, p.other = 1+int8(d), false, false
	return plain, true
}

// adopt tries keys that follow from an id, and keeps them when the packet opens.
// Its number is taken to be whole, as nothing was acknowledged.
func (p *Parser) adopt(x *scratch, id []byte, r role, d feature.Dir, h *header, b []byte) (plain []byte, ok bool) {
	if p.derived >= maxDerived {
		return nil, false
	}
	p.derived++
	s := &secrets{dialect: h.dialect, version: h.version}
	s.cid.set(id)
	if plain, ok = p.try(x, s, r, d, h, b, 0); ok {
		p.secrets, p.old = s, h.oldParams
	}
	return plain, ok
}

// try opens a packet with the keys of a role. Packet numbers are expected from
// next on.
func (p *Parser) try(x *scratch, s *secrets, r role, d feature.Dir, h *header, b []byte, next int64) (plain []byte, ok bool) {
	if s.keys[r] == nil {
		s.keys[r] = s.derive(r)
	}
	k := s.keys[r]
	if k == nil {
		return nil, false
	}
	plain, n, ok := k.open(x, b, h.pn, next)
	if ok {
		p.sides[d].next = max(next, n+1)
	}
	return plain, ok
}

// restart begins another connection, of which side d has sent the first packet.
// Of the one before only what the transport showed stays.
func (p *Parser) restart(d feature.Dir) {
	p.hs.Reset()
	for d := range p.sides {
		s := &p.sides[d]
		s.crypto.reset()
		s.hellos, s.secret = 0, false
	}
	p.sides[1-d].next = 0
}
