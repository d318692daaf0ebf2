package fingerprints

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"

	"joy/fingerprint/npf"
	"joy/proto/quic"
	"joy/proto/tls"
	"joy/record"
)

// Extensions whose bodies hold GREASE, or a list of QUIC's parameters.
const (
	extGroups    = 0x000a
	extVersions  = 0x002b
	extQUIC      = 0x0039
	extQUICDraft = 0xffa5
)

// An extension is one with the type that a fingerprint has for it.
type extension struct {
	typ  uint16
	bare bool // without its body
	body []byte
}

// compare orders extensions as mercury does: by type, length and body.
func compare(a, b extension) int {
	return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(len(a.body), len(b.body)), bytes.Compare(a.body, b.body))
}

// tls makes those of both hellos. That of a ClientHello which was not seen whole
// would be of no use; package tls makes no JA3 of it either.
func (s *stage) tls(r *record.Record) {
	t := r.TLS
	if t == nil {
		return
	}
	if side := client(r, t.ClientIn); len(t.JA3) > 0 {
		s.clientHello(r, t, side)
		s.joyTLS(t, side)
	}
	if side := server(r, t.ClientIn); len(t.JA3S) > 0 && t.HasSCS && t.Carrier != tls.OverQUIC && r.OpenVPN == nil {
		at := len(s.text)
		s.text = append(s.text, name(t.Carrier)+"_server/("...)
		s.code(t.SLegacy)
		s.text = append(s.text, ")("...)
		s.code(uint16(t.SCS))
		s.text = append(s.text, ")("...)
		for _, e := range t.SExtensions {
			s.extension(plain(e), false)
		}
		s.text = append(s.text, ')')
		s.end(side, at, isNPF)
	}
}

func name(c tls.Carrier) string {
	switch c {
	case tls.OverDTLS:
		return "dtls"
	case tls.OverQUIC:
		return "quic"
	}
	return "tls"
}

// clientHello makes the sorted form, and the one that is selected too.
func (s *stage) clientHello(r *record.Record, t *tls.Info, side int) {
	switch {
	case r.OpenVPN != nil:
		s.openvpn(r, side)
		return
	case t.Carrier == tls.OverQUIC:
		if r.QUIC != nil && r.QUIC.Version != 0 {
			s.hello("quic/1/", t, &r.QUIC.Version, true, side)
		}
		return
	}
	kind := name(t.Carrier)
	s.hello(kind+"/1/", t, nil, false, side)
	s.hello(kind+"/2/", t, nil, true, side)
}

// hello makes one form of a ClientHello.
func (s *stage) hello(prefix string, t *tls.Info, version *quic.Version, selected bool, side int) {
	at := len(s.text)
	s.text = append(s.text, prefix...)
	if version != nil {
		s.text = append(s.text, '(')
		s.code(uint16(*version >> 16))
		s.code(uint16(*version))
		s.text = append(s.text, ')')
	}
	s.helloStart(t)
	s.text = append(s.text, '[')
	s.sort(t.CExtensions, selected)
	run := 0
	for i, e := range s.exts {
		if run++; i > 0 && e.typ != s.exts[i-1].typ {
			run = 1
		}
		if !selected || run <= npf.Repeats {
			s.extension(e, true)
		}
	}
	s.text = append(s.text, ']')
	s.end(side, at, isNPF)
}

// helloStart appends (version)(suites).
func (s *stage) helloStart(t *tls.Info) {
	s.text = append(s.text, '(')
	s.code(t.CLegacy)
	s.text = append(s.text, ")("...)
	for _, c := range t.CS {
		s.code(npf.Degrease(uint16(c)))
	}
	s.text = append(s.text, ')')
}

// sort puts the extensions into order, and if they are selected leaves out what
// has no meaning of its own.
func (s *stage) sort(list []tls.Extension, selected bool) {
	s.exts = s.exts[:0]
	for _, e := range list {
		x := plain(e)
		if selected {
			code, ok := npf.Encode(x.typ)
			if !ok {
				continue
			}
			x.bare = x.bare || code != x.typ
			x.typ = code
		}
		s.exts = append(s.exts, x)
	}
	slices.SortFunc(s.exts, compare)
}

// plain is an extension as it is, but for GREASE in its type.
func plain(e tls.Extension) extension {
	typ := npf.Degrease(e.Type)
	return extension{typ: typ, bare: !npf.KeepsBody(typ) && !isParameters(typ), body: e.Data}
}

func isParameters(typ uint16) bool { return typ == extQUIC || typ == extQUICDraft }

// extension appends (type), or (type, length and body) without GREASE, or
// ((type)[parameters]).
func (s *stage) extension(e extension, fromClient bool) {
	s.text = append(s.text, '(')
	switch {
	case e.bare:
		s.code(e.typ)
	case isParameters(e.typ):
		s.text = append(s.text, '(')
		s.code(e.typ)
		s.text = append(s.text, ')')
		s.parameters(e.body)
	default:
		s.code(e.typ)
		s.code(uint16(len(e.body)))
		s.body(e, fromClient)
	}
	s.text = append(s.text, ')')
}

// body appends the body of an extension. The lists of groups and of versions
// have lengths before them, but for the version that a server selects.
func (s *stage) body(e extension, fromClient bool) {
	skip := len(e.body)
	switch {
	case e.typ == extGroups:
		skip = 2
	case e.typ == extVersions && fromClient:
		skip = 1
	case e.typ == extVersions:
		skip = 0
	}
	skip = min(skip, len(e.body))
	s.text = hex.AppendEncode(s.text, e.body[:skip])
	b := e.body[skip:]
	for ; len(b) >= 2; b = b[2:] {
		s.code(npf.Degrease(uint16(b[0])<<8 | uint16(b[1])))
	}
	s.text = hex.AppendEncode(s.text, b)
}

// joyKeeps are the extensions of which Joy's string has the data.
func joyKeeps(typ uint16) bool {
	switch typ {
	case 5, 10, 11, 13, 16, 43, 45:
		return true
	}
	return false
}

// joyTLS makes Joy's string: (version)(suites)((extension)...), in the order of
// the hello and with GREASE as it is.
func (s *stage) joyTLS(t *tls.Info, side int) {
	at := len(s.text)
	s.text = append(s.text, '(')
	s.code(t.CLegacy)
	s.text = append(s.text, ")("...)
	for _, c := range t.CS {
		s.code(uint16(c))
	}
	s.text = append(s.text, ')')
	if len(t.CExtensions) > 0 {
		s.text = append(s.text, '(')
		for _, e := range t.CExtensions {
			s.text = append(s.text, '(')
			s.code(e.Type)
			if joyKeeps(e.Type) {
				s.code(uint16(len(e.Data)))
				s.text = hex.AppendEncode(s.text, e.Data)
			}
			s.text = append(s.text, ')')
		}
		s.text = append(s.text, ')')
	}
	s.end(side, at, isJoyTLS)
}
