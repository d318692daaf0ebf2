package smb

import "joy/feature"

// Commands of SMB 2 ([MS-SMB2] section 2.2.1).
const (
	negotiate2    = 0
	sessionSetup2 = 1
	treeConnect2  = 3
)

// message2 reads a message of SMB 2.
func (p *Parser) message2(dir feature.Dir, m []byte) {
	const toClient = 1
	isReply := le32(m[16:])&toClient != 0
	who := &p.cli
	if isReply {
		who = &p.srv
	}
	b := m[head2:]
	switch le16(m[12:]) {
	case negotiate2:
		who.saw(dir)
		if isReply {
			p.negotiated2(m, b)
		} else {
			p.negotiate2(m, b)
		}
	case sessionSetup2:
		who.saw(dir)
		if isReply && len(b) >= 8 {
			p.token(who, part(m, le16(b[4:]), le16(b[6:])))
		} else if !isReply && len(b) >= 16 {
			p.token(who, part(m, le16(b[12:]), le16(b[14:])))
		}
	case treeConnect2:
		who.saw(dir)
		if id := uint64(le32(m[24:])) | uint64(le32(m[28:]))<<32; !isReply && len(b) >= 8 {
			p.connect(dir, id, p.wide(part(m, le16(b[4:]), le16(b[6:]))))
		} else if isReply && len(b) >= 3 {
			p.answer(dir, id, le32(m[8:]), b[2])
		}
	}
}

// part is a part of a message as far as it is there.
func part(m []byte, off, n uint16) []byte {
	start := min(int(off), len(m))
	return m[start:min(start+int(n), len(m))]
}

// negotiate2 reads what the client offers ([MS-SMB2] section 2.2.3).
func (p *Parser) negotiate2(m, b []byte) {
	if len(b) < 36 {
		return
	}
	h := &p.cli
	h.sign(b[4]&1 != 0, b[4]&2 != 0)
	h.caps, h.hasCaps = Capabilities(le32(b[8:])), true
	h.guid, h.hasGUID = [16]byte(b[12:]), true
	list := b[36:]
	newest := uint16(0)
	for range le16(b[2:]) {
		if len(list) < 2 || h.count2 == maxDialects {
			p.short = true
			break
		}
		h.dialects[h.count2] = Dialect(le16(list))
		newest = max(newest, le16(list))
		h.count2++
		list = list[2:]
	}
	if newest >= 0x0311 {
		p.contexts(h, m, le32(b[28:]), le16(b[32:]))
	}
}

// negotiated2 reads what the server takes ([MS-SMB2] section 2.2.4).
func (p *Parser) negotiated2(m, b []byte) {
	if len(b) < 64 {
		return
	}
	h := &p.srv
	h.sign(b[2]&1 != 0, b[2]&2 != 0)
	h.dialect, h.chosen = Dialect(le16(b[4:])), true
	h.guid, h.hasGUID = [16]byte(b[8:]), true
	h.caps, h.hasCaps = Capabilities(le32(b[24:])), true
	if h.dialect == 0x0311 {
		p.contexts(h, m, le32(b[60:]), le16(b[6:]))
	}
}

// contexts reads those of SMB 3.1.1 ([MS-SMB2] section 2.2.3.1).
func (p *Parser) contexts(h *half, m []byte, off uint32, count uint16) {
	h.ciphers, h.signing = list{}, list{}
	for at := int(off); count > 0 && off >= head2; count-- {
		if at+8 > len(m) {
			p.short = true
			return
		}
		n := int(le16(m[at+2:]))
		v := m[at+8 : min(at+8+n, len(m))]
		switch le16(m[at:]) {
		case 2:
			h.ciphers.read(v)
		case 5:
			h.target = p.wide(v)
		case 8:
			h.signing.read(v)
		}
		at += 8 + (n+7)&^7
	}
}

// A list is the first numbers of a list.
type list struct {
	n int8
	v [4]uint16
}

func (l *list) read(b []byte) {
	if len(b) < 2 {
		return
	}
	for count, b := le16(b), b[2:]; count > 0 && len(b) >= 2 && int(l.n) < len(l.v); count-- {
		l.v[l.n] = le16(b)
		l.n++
		b = b[2:]
	}
}
