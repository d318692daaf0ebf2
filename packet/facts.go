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
	at := 12 // of the EtherType
	switch p.Link {
	case capture.LinkEthernet:
	case capture.LinkLinuxSLL:
		at = 14
	default:
		return dst
	}
	for range maxHeaders {
		if len(p.Data) < at+4 {
			return dst
		}
		t := binary.BigEndian.Uint16(p.Data[at:])
		size := tagSize(t)
		if size == 0 {
			return dst
		}
		if isVLAN(t) {
			dst = append(dst, binary.BigEndian.Uint16(p.Data[at+2:])&0xfff)
		}
		at += size
	}
	return dst
}
