package filter

import "joy/capture"

// wrap puts a datagram into frames of a link type, none if it cannot carry it.
func wrap(link uint16, d datagram, i int) [][]byte {
	one := func(parts ...[]byte) [][]byte { return [][]byte{cat(parts...)} }
	isIP := d.typ == 0x0800 || d.typ == 0x86dd
	ppp := map[uint16]int{0x0800: 0x21, 0x86dd: 0x57, 0x8847: 0x281, 0x809b: 0x29, 0x6003: 0x27}[d.typ]
	switch link {
	case capture.LinkEthernet:
		dst := [][]byte{macB, macF, macM, macA}[i%4]
		return one(ethernet(dst, [][]byte{macA, macB}[i%2], d))
	case capture.LinkCiscoHDLC:
		return one([]byte{0x0f, 0}, be16(int(d.typ)), d.data)
	case capture.LinkPPP, capture.LinkPPPSerial:
		return one([]byte{0xff, 3}, be16(ppp), d.data)
	case capture.LinkPPPEther:
		return one([]byte{0x11, 0}, be16(5), be16(len(d.data)+2), be16(ppp), d.data)
	case capture.LinkLinuxSLL:
		return one(be16(i%5), be16(1), be16(6), macA, []byte{0, 0}, be16(int(d.typ)), d.data)
	case capture.LinkLinuxSLL2:
		return one(be16(int(d.typ)), []byte{0, 0}, be32(i%3), be16(1), []byte{byte(i % 5), 6}, macA, []byte{0, 0}, d.data)
	}
	if !isIP && link != linkATM && link != linkFDDI && !isWLAN(link) {
		return nil
	}
	switch link {
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD:
		return one(d.data)
	case capture.LinkIPv4:
		if d.typ == 0x0800 {
			return one(d.data)
		}
		return nil
	case capture.LinkIPv6:
		if d.typ == 0x86dd {
			return one(d.data)
		}
		return nil
	}
	return wrapRare(link, d, i)
}

func wrapRare(link uint16, d datagram, i int) [][]byte {
	one := func(parts ...[]byte) [][]byte { return [][]byte{cat(parts...)} }
	af := byte(2)
	if d.typ == 0x86dd {
		af = []byte{24, 28, 30}[i%3]
	}
	switch link {
	case capture.LinkNull:
		return one([]byte{af, 0, 0, 0}, d.data)
	case capture.LinkLoop:
		return one([]byte{0, 0, 0, af}, d.data)
	case linkENC:
		return one([]byte{af, 0, 0, 0}, make([]byte, 8), d.data)
	case linkFrameRelay:
		return one([]byte{0x18, 0x41, 3, map[uint16]byte{0x0800: 0xcc, 0x86dd: 0x8e}[d.typ]}, d.data)
	case linkPFLOG:
		if af != 2 {
			af = 10 // what libpcap on Linux looks for
		}
		h := make([]byte, 64)
		copy(h[4:], []string{"em0", "em1"}[i%2])
		copy(h[20:], "rules")
		h[0], h[1], h[2], h[3], h[39], h[43], h[60] = 61, af, byte(i%3), byte(i%4), byte(i%5), 1, byte(1+i%2)
		return one(h, d.data)
	case capture.LinkNFLOG:
		return one([]byte{af, 0, 0, 0}, d.data)
	}
	if b := wrapLLC(link, cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(int(d.typ)), d.data), i); b != nil {
		return [][]byte{b}
	}
	return nil
}

func isWLAN(link uint16) bool {
	switch link {
	case capture.LinkIEEE80211, capture.LinkPrism, capture.LinkRadiotap, capture.LinkAVS, capture.LinkPPI:
		return true
	}
	return false
}

// wrapLLC puts a payload with 802.2 into a frame; nil for link types that do
// not carry it.
func wrapLLC(link uint16, b []byte, i int) []byte {
	switch link {
	case linkATM:
		return b
	case linkFDDI:
		return cat([]byte{0x50}, [][]byte{macB, macF, macM}[i%3], macA, b)
	case capture.LinkLinuxSLL:
		return cat(be16(i%5), be16(1), be16(6), macA, []byte{0, 0}, be16(4), b)
	case capture.LinkIEEE80211:
		return wlan(b, i, 0)
	case capture.LinkPrism:
		if i%2 == 0 {
			return cat(make([]byte, 144), wlan(b, i, 0))
		}
		return cat([]byte{0x80, 0x21, 0x10, 0x01, 0, 0, 0, 64}, make([]byte, 56), wlan(b, i, 0))
	case capture.LinkAVS:
		return cat([]byte{0x80, 0x21, 0x10, 0x01, 0, 0, 0, 64}, make([]byte, 56), wlan(b, i, 0))
	case capture.LinkPPI:
		dlt := []byte{105, 1}[i%4/3]
		return cat([]byte{0, 0, 8, 0, dlt, 0, 0, 0}, wlan(b, i, 0))
	case capture.LinkRadiotap:
		return radiotap(b, i)
	}
	return nil
}

func radiotap(b []byte, i int) []byte {
	switch i % 4 {
	case 0: // nothing present
		return cat([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlan(b, i, 0))
	case 1: // time and flags, padded
		return cat([]byte{0, 0, 17, 0, 3, 0, 0, 0}, make([]byte, 8), []byte{0x20}, wlan(b, i, 17%4))
	case 2: // flags, not padded
		return cat([]byte{0, 0, 9, 0, 2, 0, 0, 0, 0}, wlan(b, i, 0))
	}
	// a second word of presence bits
	return cat([]byte{0, 0, 13, 0, 2, 0, 0, 0x80, 0, 0, 0, 0, 0}, wlan(b, i, 0))
}

// wlan builds an 802.11 frame: mostly data, with all directions and QoS. If
// there is an offset, the payload is padded to 4 with it.
func wlan(b []byte, i, offset int) []byte {
	fc := []byte{0x08, 0x88, 0x08, 0x88, 0x80, 0xb4, 0x48, 0xd4, 0xa4, 0x08}[i%10]
	dir := byte(i / 3 % 4)
	h := cat([]byte{fc, dir, 0, 0}, [][]byte{macB, macF, macM, macA}[i%4], macA, [][]byte{macB, macM, macA}[i%3], be16(16))
	if fc&0x8c == 0x88 {
		h = append(h, 0, 0)
	}
	for offset > 0 && (len(h)+offset)%4 != 0 {
		h = append(h, 0)
	}
	return cat(h, b)
}
