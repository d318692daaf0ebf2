package pcapfile

import "errors"

// maxInterfaces bounds those of a section.
const maxInterfaces = 1 << 16

// A netdevice is what an interface says of its packets.
type netdevice struct {
	clock   clock
	snaplen uint32
	link    uint16
	fcs     uint8
}

func (p *pcapng) addInterface(body, options []byte) error {
	if len(p.interfaces) == maxInterfaces {
		return errors.New("too many interfaces")
	}
	const (
		tsresol  = 9
		fcslen   = 13
		tsoffset = 14
	)
	var d netdevice
	var offset uint64
	resolution := uint8(6) // microseconds
	for code, value, rest := p.option(options); code != 0; code, value, rest = p.option(rest) {
		switch {
		case code == tsresol && len(value) == 1:
			resolution = value[0]
		case code == fcslen && len(value) == 1:
			d.fcs = value[0]
		case code == tsoffset && len(value) == 8:
			offset = p.uint64(value)
		}
	}
	// The draft has this in bits, and Wireshark in bytes
	// (issue 60 of draft-ietf-opsawg-pcap): nobody has eight bytes of it.
	if d.fcs >= 8 {
		d.fcs /= 8
	}
	d.clock = newClock(resolution, int64(offset))
	d.link, d.snaplen = p.uint16(body), p.uint32(body[4:])
	p.interfaces = append(p.interfaces, d)
	return nil
}

func (p *pcapng) uint64(b []byte) uint64 {
	first, second := uint64(p.uint32(b)), uint64(p.uint32(b[4:]))
	if p.big {
		return first<<32 | second
	}
	return second<<32 | first
}

// option reads an option; code 0 is the end.
func (p *pcapng) option(b []byte) (code uint16, value, rest []byte) {
	if len(b) < 4 {
		return 0, nil, nil
	}
	n := int(p.uint16(b[2:]))
	code, b = p.uint16(b), b[4:]
	padded := (n + 3) &^ 3
	if padded > len(b) {
		return 0, nil, nil
	}
	return code, b[:n], b[padded:]
}
