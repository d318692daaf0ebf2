package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"joy/capture"
)

// The magic numbers of pcap, in the byte order of the writer.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Kuznetzov's: eight bytes more before each packet
)

const pcapHeader = 24 // bytes before the first packet

// A pcap is the state of a classic capture file (pcap-savefile(5)).
type pcap struct {
	big    bool // the byte order
	ready  bool // the file header has been read
	header int  // bytes before the data of a packet
	unit   int64
	limit  uint32 // the longest packet
	lens   lengths
	link   uint16
	fcs    uint8
}

// lengths is in which order the lengths of a packet are written.
type lengths uint8

const (
	capturedFirst lengths = iota
	wireFirst
	greaterIsWire // by some writers so, by others so
)

// newPcap returns nil if the first four bytes are not those of a pcap.
func newPcap(data []byte) *pcap {
	p := &pcap{header: 16, unit: 1000}
	magic := binary.LittleEndian.Uint32(data)
	for range 2 {
		switch magic {
		case magicNano:
			p.unit = 1
			return p
		case magicModified:
			p.header = 24
			return p
		case magicMicro:
			return p
		}
		magic = bits.ReverseBytes32(magic)
		p.big = true
	}
	return nil
}

func (p *pcap) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if p.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (p *pcap) unfinished() int64 { return 0 }

func (p *pcap) short() error {
	if !p.ready {
		return errors.New("the file header ends early")
	}
	return errors.New("a packet record ends early")
}

// start reads the file header.
func (p *pcap) start(h []byte) error {
	version := p.uint32(h[4:])
	if !p.big {
		version = bits.RotateLeft32(version, 16)
	}
	major, minor := version>>16, version&0xffff
	switch {
	case major == 543 && minor == 0, major == 2 && minor < 3: // 543.0 is that of DG/UX
		p.lens = wireFirst
	case major == 2 && minor == 3:
		p.lens = greaterIsWire
	case major == 2 && minor == 4:
	default:
		return fmt.Errorf("pcap version %d.%d is not known", major, minor)
	}
	p.limit = longest(p.uint32(h[16:]))
	const hasFCS = 1 << 26
	network := p.uint32(h[20:])
	p.link = uint16(network)
	if network&hasFCS != 0 {
		p.fcs = uint8(network >> 28 * 2)
	}
	p.ready = true
	return nil
}

func (p *pcap) parse(b *capture.Batch, data []byte) (used, need int, err error) {
	if !p.ready {
		if len(data) < pcapHeader {
			return 0, pcapHeader, nil
		}
		if err := p.start(data); err != nil {
			return 0, 0, err
		}
		used = pcapHeader
	}
	frames := b.Frames
	for len(frames) < maxFrames {
		rest := data[used:]
		if len(rest) < p.header {
			need = p.header
			break
		}
		captured, wire := p.lengths(rest)
		if captured > p.limit {
			err = fmt.Errorf("a packet record of %d bytes", captured)
			break
		}
		end := p.header + int(captured)
		if len(rest) < end {
			need = end
			break
		}
		frames = append(frames, capture.Frame{
			// Neither part is more than 32 bits, so the sum is before latest.
			Time: int64(p.uint32(rest))*second + int64(p.uint32(rest[4:]))*p.unit,
			Data: rest[p.header:end:end],
			Wire: wireLength(captured, wire),
			Link: p.link,
			FCS:  fcsWithin(p.fcs, captured, wire),
		})
		used += end
	}
	b.Frames = frames
	return used, need, err
}

// lengths reads the lengths of a packet, from before version 2.4 in another
// order or in either.
func (p *pcap) lengths(h []byte) (captured, wire uint32) {
	captured, wire = p.uint32(h[8:]), p.uint32(h[12:])
	if p.lens == wireFirst || p.lens == greaterIsWire && captured > wire {
		return wire, captured
	}
	return captured, wire
}

// wireLength is at least the captured length, and an int everywhere.
func wireLength(captured, wire uint32) int {
	return int(min(max(captured, wire), math.MaxInt32))
}

// fcsWithin is how much of a frame check sequence is there when the end of a
// frame may have been cut off.
func fcsWithin(fcs uint8, captured, wire uint32) uint8 {
	if fcs == 0 {
		return 0
	}
	if wire > captured {
		fcs -= uint8(min(uint32(fcs), wire-captured))
	}
	return uint8(min(uint32(fcs), captured))
}
