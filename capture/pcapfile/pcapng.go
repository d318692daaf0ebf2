package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"joy/capture"
)

// The block types that matter (draft-ietf-opsawg-pcapng, section 4). That of a
// section reads the same in both byte orders.
const (
	sectionBlock   = 0x0a0d0d0a
	interfaceBlock = 1
	packetBlock    = 2 // obsolete
	simpleBlock    = 3
	enhancedBlock  = 6
)

const (
	byteOrder = 0x1a2b3c4d
	// maxBlock is the longest block of those that have to be read as a whole:
	// the longest frame and room for options.
	maxBlock = 2 * maxSnap
)

// A pcapng is the state of a pcapng file.
type pcapng struct {
	big        bool        // the byte order of the section
	interfaces []netdevice // of the section
	time       int64       // of the last packet
	size       uint32      // of the block that is passed over; 0: none
	left       uint32      // bytes of it that are still to come
}

func isPcapng(data []byte) bool {
	return binary.LittleEndian.Uint32(data) == sectionBlock
}

func (p *pcapng) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if p.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (p *pcapng) uint16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if p.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (p *pcapng) unfinished() int64 { return int64(p.size - p.left) }

func (p *pcapng) short() error { return errors.New("a block ends early") }

func (p *pcapng) parse(b *capture.Batch, data []byte) (used, need int, err error) {
	for len(b.Frames) < maxFrames && need == 0 && err == nil {
		var n int
		if p.size != 0 {
			n, need, err = p.pass(data[used:])
		} else {
			n, need, err = p.block(b, data[used:])
		}
		used += n
	}
	return used, need, err
}

var (
	errBlockLength = errors.New("the length of a block is wrong")
	errShortBlock  = errors.New("a block is too short for what it is")
)

// block reads a block, or finds that it has to be passed over.
func (p *pcapng) block(b *capture.Batch, data []byte) (used, need int, err error) {
	const least = 12
	if len(data) < least {
		return 0, least, nil
	}
	kind := p.uint32(data)
	if kind == sectionBlock {
		if err := p.order(data[8:]); err != nil {
			return 0, 0, err
		}
	}
	size := p.uint32(data[4:])
	if size < least || size%4 != 0 {
		return 0, 0, errBlockLength
	}
	switch kind {
	case interfaceBlock, packetBlock, simpleBlock, enhancedBlock:
	case sectionBlock:
		need, err = p.section(data, size)
		return 0, need, err
	default:
		p.size, p.left = size, size
		return 0, 0, nil
	}
	switch {
	case size > maxBlock:
		return 0, 0, fmt.Errorf("a block of %d bytes", size)
	case len(data) < int(size):
		return 0, int(size), nil
	case p.uint32(data[size-4:]) != size:
		return 0, 0, errBlockLength
	}
	if err := p.content(b, kind, data[8:size-4]); err != nil {
		return 0, 0, err
	}
	return int(size), 0, nil
}

// pass passes over a block, up to its length at its end.
func (p *pcapng) pass(data []byte) (used, need int, err error) {
	const end = 4
	used = int(min(int64(len(data)), int64(p.left-end)))
	p.left -= uint32(used)
	switch {
	case len(data)-used < end:
		return used, end, nil
	case p.uint32(data[used:]) != p.size:
		return used, 0, errBlockLength
	}
	p.size, p.left = 0, 0
	return used + end, 0, nil
}

// order takes the byte order of a section.
func (p *pcapng) order(magic []byte) error {
	switch {
	case p.uint32(magic) == byteOrder:
	case p.uint32(magic) == bits.ReverseBytes32(byteOrder):
		p.big = !p.big
	default:
		return errors.New("a section is in no byte order")
	}
	return nil
}

// section begins a section. The rest of its header is passed over; its length
// is not needed.
func (p *pcapng) section(data []byte, size uint32) (need int, err error) {
	const least, version = 28, 16
	switch {
	case size < least:
		return 0, errShortBlock
	case len(data) < version:
		return version, nil
	}
	major, minor := p.uint16(data[12:]), p.uint16(data[14:])
	if major != 1 || minor != 0 && minor != 2 { // some write 1.2 for 1.0
		return 0, fmt.Errorf("pcapng version %d.%d is not known", major, minor)
	}
	p.interfaces = p.interfaces[:0]
	p.size, p.left = size, size
	return 0, nil
}

// content reads a block that is whole, without what all blocks have.
func (p *pcapng) content(b *capture.Batch, kind uint32, body []byte) error {
	var least int
	switch kind {
	case interfaceBlock:
		least = 8
	case simpleBlock:
		least = 4
	default:
		least = 20
	}
	if len(body) < least {
		return errShortBlock
	}
	data := body[least:]
	switch kind {
	case interfaceBlock:
		return p.addInterface(body, data)
	case simpleBlock:
		return p.simple(b, p.uint32(body), data)
	case packetBlock: // the upper half of the number counts drops
		return p.packet(b, uint32(p.uint16(body)), body, data)
	}
	return p.packet(b, p.uint32(body), body, data)
}

var (
	errInterface = errors.New("a packet of an unknown interface")
	errCaptured  = errors.New("a packet is longer than its block")
)

// packet reads an Enhanced Packet Block or its forerunner.
func (p *pcapng) packet(b *capture.Batch, id uint32, body, data []byte) error {
	if id >= uint32(len(p.interfaces)) {
		return errInterface
	}
	d := &p.interfaces[id]
	captured, wire := p.uint32(body[12:]), p.uint32(body[16:])
	if captured > uint32(len(data)) {
		return errCaptured
	}
	if captured > longest(d.snaplen) {
		return fmt.Errorf("a packet of %d bytes", captured)
	}
	fcs := d.fcs
	if options := data[(captured+3)&^3:]; len(options) > 0 {
		fcs = p.packetFCS(options, fcs)
	}
	p.time = d.clock.nanos(uint64(p.uint32(body[4:]))<<32 | uint64(p.uint32(body[8:])))
	b.Frames = append(b.Frames, capture.Frame{
		Time: p.time,
		Data: data[:captured:captured],
		Wire: wireLength(captured, wire),
		Link: d.link,
		FCS:  fcsWithin(fcs, captured, wire),
	})
	return nil
}

// packetFCS reads from the flags of a packet how long its frame check sequence
// is; a zero says nothing.
func (p *pcapng) packetFCS(options []byte, fcs uint8) uint8 {
	const flags = 2
	for code, value, rest := p.option(options); code != 0; code, value, rest = p.option(rest) {
		if code == flags && len(value) == 4 {
			if n := uint8(p.uint32(value) >> 5 & 0xf); n != 0 {
				fcs = n
			}
		}
	}
	return fcs
}

// simple reads a Simple Packet Block, which is of the first interface and says
// neither its time nor how much of it was captured.
func (p *pcapng) simple(b *capture.Batch, wire uint32, data []byte) error {
	if len(p.interfaces) == 0 {
		return errInterface
	}
	d := &p.interfaces[0]
	captured := wire
	if d.snaplen != 0 {
		captured = min(wire, d.snaplen)
	}
	if captured > uint32(len(data)) {
		return errCaptured
	}
	if captured > longest(d.snaplen) {
		return fmt.Errorf("a packet of %d bytes", captured)
	}
	b.Frames = append(b.Frames, capture.Frame{
		Time: p.time,
		Data: data[:captured:captured],
		Wire: wireLength(captured, wire),
		Link: d.link,
		FCS:  fcsWithin(d.fcs, captured, wire),
	})
	return nil
}
