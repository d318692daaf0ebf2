package smb

import (
	"bytes"

	"joy/feature"
	"joy/proto/kerberos"
)

// half is what one side of a session says.
type half struct {
	dir                                feature.Dir
	seen                               bool
	hasGUID                            bool
	hasCaps                            bool
	chosen                             bool
	indexed                            bool
	count2                             uint8
	guid                               [16]byte
	caps                               Capabilities
	dialect                            Dialect // the one that was chosen
	index                              uint16  // the same of SMB 1: its place in the list
	signs                              string
	auth                               string
	ciphers                            list
	signing                            list
	dialects                           [maxDialects]Dialect
	called, calling, target            span
	user, domain, host, dnsHost, realm span
	service, os, lanman                span
	build                              [4]byte // version of Windows: major, minor, build
}

// saw notes who is this side.
func (h *half) saw(dir feature.Dir) {
	if !h.seen {
		h.seen, h.dir = true, dir
	}
}

func (h *half) sign(enabled, required bool) {
	switch {
	case required:
		h.signs = "required"
	case enabled:
		h.signs = "enabled"
	default:
		h.signs = "off"
	}
}

// token reads a token of session setup: NTLM or Kerberos, most often within
// SPNEGO (RFC 4178), which is searched and not taken apart.
func (p *Parser) token(h *half, b []byte) {
	if i := bytes.Index(b, []byte("NTLMSSP\x00")); i >= 0 {
		h.auth = "ntlm"
		p.ntlm(h, b[i:])
		return
	}
	// RFC 4121 section 4.1: 01 00 is in front of an AP-REQ, 02 00 of an AP-REP.
	if i := bytes.Index(b, []byte("\x01\x00\x6e")); i >= 0 {
		if t, ok := kerberos.ReadTicket(b[i+2:]); ok && h.auth == "" {
			h.auth = "kerberos"
			h.realm, h.service = p.keep(t.Realm), p.keep(t.Service)
		}
	} else if bytes.Contains(b, []byte("\x02\x00\x6f")) {
		h.auth = "kerberos"
	}
}

// ntlm reads a challenge or an answer to it ([MS-NLMP] section 2.2.1).
func (p *Parser) ntlm(h *half, b []byte) {
	const challenge, answer, unicode = 2, 3, 1
	if len(b) < 12 {
		return
	}
	switch kind := le32(b[8:]); {
	case kind == challenge && len(b) >= 48:
		p.target(h, field(b, 40))
		if len(b) >= 56 {
			copy(h.build[:], b[48:])
		}
	case kind == answer && len(b) >= 64:
		wide := le32(b[60:])&unicode != 0
		h.domain, h.user = p.string1(field(b, 28), wide), p.string1(field(b, 36), wide)
		h.host = p.string1(field(b, 44), wide)
		if len(b) >= 72 && le32(b[60:])&(1<<25) != 0 { // has a version
			copy(h.build[:], b[64:])
		}
	}
}

// field is what length and offset at a place of a message of NTLM stand for.
func field(b []byte, at int) []byte {
	n, off := int(le16(b[at:])), le32(b[at+4:])
	if uint64(off) > uint64(len(b)) {
		return nil
	}
	return b[off:min(int(off)+n, len(b))]
}

// target reads what the server says of itself ([MS-NLMP] section 2.2.2.1).
func (p *Parser) target(h *half, b []byte) {
	for len(b) >= 4 {
		id, n := le16(b), int(le16(b[2:]))
		if id == 0 || n > len(b)-4 {
			return
		}
		switch v := b[4 : 4+n]; id {
		case 1:
			h.host = p.wide(v)
		case 2:
			h.domain = p.wide(v)
		case 3:
			h.dnsHost = p.wide(v)
		}
		b = b[4+n:]
	}
}

// share is a connected share.
type share struct {
	id     uint64 // pairs request and response
	path   span
	out    feature.Dir // of the request
	asked  bool
	told   bool
	status uint32
	kind   uint8
}

// connect notes a request for a share.
func (p *Parser) connect(dir feature.Dir, id uint64, path span) {
	if len(p.shares) == maxShares {
		p.more++
		return
	}
	p.shares = append(p.shares, share{id: id, path: path, out: dir, asked: true})
}

// answer notes what became of it.
func (p *Parser) answer(dir feature.Dir, id uint64, status uint32, kind uint8) {
	const pending = 0x103
	if status == pending {
		return
	}
	for i := range p.shares {
		if s := &p.shares[i]; s.id == id && s.asked && !s.told {
			s.told, s.status, s.kind = true, status, kind
			return
		}
	}
	if len(p.shares) < maxShares {
		p.shares = append(p.shares, share{id: id, out: dir ^ 1, told: true, status: status, kind: kind})
	}
}
