package pcapfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"joy/capture"
)

// A Format is how a capture file is written.
type Format uint8

// The formats. Pcap has times to the nanosecond and one link type; Pcapng has as
// many as there are.
const (
	Pcapng Format = iota
	Pcap
)

// ErrMixedLinks says that a Pcap cannot hold a frame, since its link type, or the
// length of its check sequence, is not that of the frames before.
var ErrMixedLinks = errors.New("frames of several link types need pcapng")

// A Writer writes frames to a capture file, in the byte order of most machines.
type Writer struct {
	w      *bufio.Writer
	format Format
	begun  bool
	links  map[medium]uint32 // numbers of interfaces
	head   []byte            // reused
}

// A medium is what a capture file says of an interface.
type medium struct {
	link uint16
	fcs  uint8
}

// NewWriter begins a capture file. Flush ends it.
func NewWriter(w io.Writer, f Format) *Writer {
	return &Writer{w: bufio.NewWriterSize(w, 64<<10), format: f, links: map[medium]uint32{}}
}

// Write adds a frame, which stays the caller's.
func (w *Writer) Write(f *capture.Frame) error {
	m := medium{f.Link, f.FCS}
	number, known := w.links[m]
	if !known {
		number = uint32(len(w.links))
		if err := w.begin(m); err != nil {
			return err
		}
		w.links[m] = number
	}
	if w.format == Pcap {
		return w.pcap(f)
	}
	return w.enhanced(number, f)
}

// Flush writes what is buffered; of a file without frames, its header.
func (w *Writer) Flush() error {
	if !w.begun {
		if err := w.begin(medium{link: capture.LinkEthernet}); err != nil {
			return err
		}
	}
	return w.w.Flush()
}

// begin writes the header of the file, or of one more interface.
func (w *Writer) begin(m medium) error {
	b, first := w.head[:0], !w.begun
	switch {
	case w.format == Pcap && !first:
		return ErrMixedLinks
	case w.format == Pcap:
		b = pcapStart(b, m)
	default:
		if first {
			b = appendWords(b, sectionBlock, 28, byteOrder, 1, math.MaxUint32, math.MaxUint32, 28)
		}
		b = interfaceStart(b, m)
	}
	w.head, w.begun = b, true
	_, err := w.w.Write(b)
	return err
}

// pcapStart appends the header of a pcap: version 2.4, times in nanoseconds.
func pcapStart(b []byte, m medium) []byte {
	const version = 2 | 4<<16
	network := uint32(m.link)
	if m.fcs > 0 {
		network |= 1<<26 | uint32(m.fcs)/2<<28
	}
	return appendWords(b, magicNano, version, 0, 0, maxSnap, network)
}

// interfaceStart appends an Interface Description Block with times in nanoseconds.
func interfaceStart(b []byte, m medium) []byte {
	const tsresol, fcslen, nanoseconds = 9, 13, 9
	size := uint32(32)
	if m.fcs > 0 {
		size += 8
	}
	b = appendWords(b, interfaceBlock, size, uint32(m.link), maxSnap, tsresol|1<<16, nanoseconds)
	if m.fcs > 0 {
		fcs := m.fcs
		if fcs >= 8 { // read as bits, see addInterface
			fcs *= 8
		}
		b = appendWords(b, fcslen|1<<16, uint32(fcs))
	}
	return appendWords(b, 0, size)
}

func (w *Writer) pcap(f *capture.Frame) error {
	if f.Time/second > math.MaxUint32 {
		return fmt.Errorf("a time after %d seconds needs pcapng", uint32(math.MaxUint32))
	}
	w.head = appendWords(w.head[:0], uint32(f.Time/second), uint32(f.Time%second), uint32(len(f.Data)), uint32(f.Wire))
	if _, err := w.w.Write(w.head); err != nil {
		return err
	}
	_, err := w.w.Write(f.Data)
	return err
}

// enhanced writes an Enhanced Packet Block.
func (w *Writer) enhanced(number uint32, f *capture.Frame) error {
	pad := -len(f.Data) & 3
	size := uint32(32 + len(f.Data) + pad)
	w.head = appendWords(w.head[:0], enhancedBlock, size, number,
		uint32(f.Time>>32), uint32(f.Time), uint32(len(f.Data)), uint32(f.Wire))
	if _, err := w.w.Write(w.head); err != nil {
		return err
	}
	if _, err := w.w.Write(f.Data); err != nil {
		return err
	}
	w.head = appendWords(append(w.head[:0], 0, 0, 0)[:pad], size)
	_, err := w.w.Write(w.head)
	return err
}

func appendWords(b []byte, words ...uint32) []byte {
	for _, v := range words {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}
