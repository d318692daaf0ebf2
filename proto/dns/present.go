package dns

import (
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"time"

	"joy/wire"
)

const maxTypes = 256 // of a bit map that are listed

// A presenter writes the data of a record in the form of master files.
type presenter struct {
	d     *decoder
	r     wire.Reader
	base  int  // offset of the data in the message
	some  bool // something was written
	fault string
}

// presented reads types that are shown in the presentation form of their RFC;
// others are shown as bytes.
func (d *decoder) presented(rr *RR, t uint16, begin int, data []byte) string {
	p := presenter{d: d, r: wire.NewReader(data), base: begin}
	start := len(d.text)
	if !p.present(t) {
		d.raw(rr, t, uint16(len(data)), data)
		return ""
	}
	if p.r.Bad() || p.r.Len() > 0 {
		p.fault = first(p.fault, faultSize)
	}
	if p.fault != "" {
		d.text = d.text[:start]
		d.raw(rr, t, uint16(len(data)), data)
		return p.fault
	}
	text := d.text[start:len(d.text):len(d.text)]
	d.raw(rr, t, uint16(len(data)), nil)
	rr.Data = text
	return ""
}

// present writes the data of a type; false when it has no form here.
func (p *presenter) present(t uint16) bool {
	switch t {
	case typeDS, typeCDS:
		p.numbers(2, 1, 1)
		p.hex(p.r.Rest())
	case typeDNSKEY, typeCDNSKEY:
		p.key()
	case typeRRSIG, typeSIG:
		p.signature()
	case typeNSEC:
		p.name()
		p.types()
	case typeNSEC3:
		p.numbers(1, 1, 2)
		p.salt()
		p.hash()
		p.types()
	case typeNSEC3PARAM:
		p.numbers(1, 1, 2)
		p.salt()
	case typeTLSA, typeSMIMEA:
		p.numbers(1, 1, 1)
		p.hex(p.r.Rest())
	case typeSSHFP:
		p.numbers(1, 1)
		p.hex(p.r.Rest())
	default:
		return p.presentOld(t)
	}
	return true
}

func (p *presenter) presentOld(t uint16) bool {
	switch t {
	case typeSPF:
		for p.r.Len() > 0 {
			p.quoted(int(p.r.Uint8()))
		}
	case typeHINFO:
		p.quoted(int(p.r.Uint8()))
		p.quoted(int(p.r.Uint8()))
	case typeNAPTR:
		p.numbers(2, 2)
		p.quoted(int(p.r.Uint8()))
		p.quoted(int(p.r.Uint8()))
		p.quoted(int(p.r.Uint8()))
		p.name()
	case typeRP:
		p.name()
		p.name()
	case typeAFSDB, typeKX:
		p.numbers(2)
		p.name()
	case typeCAA:
		p.numbers(1)
		p.word(p.r.Bytes(int(p.r.Uint8())))
		p.quoted(p.r.Len())
	case typeURI:
		p.numbers(2, 2)
		p.quoted(p.r.Len())
	case typeTSIG:
		p.name()
		p.r.Skip(p.r.Len()) // the signature
	default:
		return false
	}
	return true
}

// next begins a field, behind a space unless it is the first.
func (p *presenter) next() {
	if p.some {
		p.d.text = append(p.d.text, ' ')
	}
	p.some = true
}

// numbers writes unsigned numbers of the given sizes in bytes.
func (p *presenter) numbers(sizes ...int) {
	for _, size := range sizes {
		var n uint64
		for range size {
			n = n<<8 | uint64(p.r.Uint8())
		}
		p.next()
		p.d.text = strconv.AppendUint(p.d.text, n, 10)
	}
}

func (p *presenter) hex(b []byte) {
	p.next()
	p.d.text = hex.AppendEncode(p.d.text, b)
}

// salt writes bytes behind their number in hexadecimal, none as a minus (RFC
// 5155, 3.3).
func (p *presenter) salt() {
	if s := p.r.Sub8(); s.Len() > 0 {
		p.hex(s.Rest())
		return
	}
	p.word([]byte{'-'})
}

// hash writes bytes behind their number in base 32 (RFC 5155, 3.3).
func (p *presenter) hash() {
	s := p.r.Sub8()
	p.next()
	p.d.text = base32.HexEncoding.WithPadding(base32.NoPadding).AppendEncode(p.d.text, s.Rest())
}

// word writes bytes as a label.
func (p *presenter) word(b []byte) {
	p.next()
	p.d.text = appendLabel(p.d.text, b, false)
}

// quoted writes n bytes as a string in quotes (RFC 1035, 5.1).
func (p *presenter) quoted(n int) {
	p.next()
	p.d.text = append(p.d.text, '"')
	for _, c := range p.r.Bytes(n) {
		switch {
		case c == '"' || c == '\\':
			p.d.text = append(p.d.text, '\\', c)
		case c < ' ' || c >= 0x7f:
			p.d.text = append(p.d.text, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			p.d.text = append(p.d.text, c)
		}
	}
	p.d.text = append(p.d.text, '"')
}

// name writes a name.
func (p *presenter) name() {
	p.next()
	off := p.base + p.r.Offset()
	_, next, fault := p.d.name(off)
	p.fault = first(p.fault, fault)
	p.r.Skip(next - off)
}

// key writes a DNSKEY without the key, but with its tag (RFC 4034, 2.2 and
// appendix B).
func (p *presenter) key() {
	b := p.r
	var tag uint32
	for i, c := range b.Rest() {
		tag += uint32(c) << (8 * (1 - i&1))
	}
	p.numbers(2, 1, 1)
	p.r.Rest()
	p.next()
	p.d.text = strconv.AppendUint(append(p.d.text, "id="...), uint64((tag+tag>>16)&0xffff), 10)
}

// signature writes an RRSIG without the signature (RFC 4034, 3.2).
func (p *presenter) signature() {
	p.next()
	p.d.text = appendType(p.d.text, uint32(p.r.Uint16()))
	p.numbers(1, 1, 4)
	p.time()
	p.time()
	p.numbers(2)
	p.name()
	p.r.Rest()
}

func (p *presenter) time() {
	p.next()
	p.d.text = time.Unix(int64(p.r.Uint32()), 0).UTC().AppendFormat(p.d.text, "20060102150405")
}

// types writes the types of a bit map (RFC 4034, 4.1.2).
func (p *presenter) types() {
	listed := 0
	for p.r.Len() > 0 {
		window := uint32(p.r.Uint8()) << 8
		bits := p.r.Sub8()
		for i, c := range bits.Rest() {
			for bit := range uint32(8) {
				if c<<bit&0x80 == 0 {
					continue
				}
				if listed++; listed > maxTypes {
					p.d.truncated = true
					p.r.Rest()
					return
				}
				p.next()
				p.d.text = appendType(p.d.text, window|uint32(i)<<3|bit)
			}
		}
	}
}
