package packet

import (
	"encoding/binary"

	"joy/capture"
)

// MACs returns the link layer addresses of the frame: that of the first one,
// for a datagram that came in fragments; the outermost ones of a tunnel.
// It reports false where the link type has no two addresses.
func (p *Packet) MACs() (src, dst [6]byte, ok bool) {
	b := p.Data
	switch p.Link {
	case capture.LinkEthernet:
	case linkFDDI:
		b = b[min(1, len(b)):]
	case capture.LinkIEEE80211:
		return wlanMACs(b)
	case capture.LinkRadiotap:
		if len(b) < 8 {
			return src, dst, false
		}
		return wlanMACs(b[min(int(binary.LittleEndian.Uint16(b[2:])), len(b)):])
	default:
		return src, dst, false
	}
	if len(b) < 12 {
		return src, dst, false
	}
	return [6]byte(b[6:]), [6]byte(b), true
}

// wlanMACs reads source and destination out of a data frame (IEEE 802.11,
// table 9-30): which of the four addresses they are depends on whether the
// frame comes from a distribution system, and whether it goes to one.
func wlanMACs(b []byte) (src, dst [6]byte, ok bool) {
	if len(b) < 24 {
		return src, dst, false
	}
	const addr1, addr2, addr3, addr4 = 4, 10, 16, 24
	control := binary.BigEndian.Uint16(b)
	from, to := addr2, addr1
	switch control & (wlanToDS | wlanFromDS) {
	case wlanToDS:
		to = addr3
	case wlanFromDS:
		from = addr3
	case wlanToDS | wlanFromDS:
		from, to = addr4, addr3
	}
	if len(b) < from+6 {
		return src, dst, false
	}
	return [6]byte(b[from:]), [6]byte(b[to:]), true
}

// VLANs appends the identifiers of the frame's VLAN tags, outermost first.
func (p *Packet) VLANs(dst []uint16) []uint16 {
	p.tags(func(t uint16, data []byte) {
		if isVLAN(t) {
			dst = append(dst, binary.BigEndian.Uint16(data)&0xfff)
		}
	})
	return dst
}

// Labels appends the frame's MPLS labels, outermost first (RFC 3032 section
// 2.1).
func (p *Packet) Labels(dst []uint32) []uint32 {
	t, b := p.tags(func(uint16, []byte) {})
	if t != etherMPLS && t != etherMPLSUpstream {
		return dst
	}
	for range maxHeaders {
		if len(b) < 4 {
			return dst
		}
		entry := binary.BigEndian.Uint32(b)
		dst, b = append(dst, entry>>12), b[4:]
		if entry&(1<<8) != 0 { // bottom of the stack
			return dst
		}
	}
	return dst
}

// tags calls f for each header before the last EtherType, with its own and what
// is behind that; and returns the last EtherType with what is behind it, 0 if
// the frame ends before or has none.
func (p *Packet) tags(f func(t uint16, data []byte)) (last uint16, rest []byte) {
	at := 12 // of the EtherType
	switch p.Link {
	case capture.LinkEthernet:
	case capture.LinkLinuxSLL:
		at = 14
	default:
		return 0, nil
	}
	b := p.Data[min(at, len(p.Data)):]
	for range maxHeaders {
		if len(b) < 4 {
			return 0, nil
		}
		t := binary.BigEndian.Uint16(b)
		size := tagSize(t)
		if size == 0 {
			return t, b[2:]
		}
		f(t, b[2:])
		b = b[min(size, len(b)):]
	}
	return 0, nil
}
