// Package walk is the floor that flow programs are measured against: read a
// capture, step from record to record, touch the headers, and nothing else.
package walk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	slab = 1 << 20 // bytes asked for with one read
	room = 1 << 18 // the longest record that may begin in one slab and end in the next

	fileHeader   = 24
	recordHeader = 16
	magic        = 0xa1b2c3d4 // microseconds, in the byte order of the writer
	ethernet     = 1
)

// A Result is what a walk has seen.
type Result struct {
	Packets int64
	Bytes   int64  // captured, without the record headers
	Sum     uint64 // of the headers; so that they are read indeed
	Cut     bool   // the capture ends in the middle of a record
}

// Walk reads a classic pcap of Ethernet frames with little-endian headers,
// which is what trafficgen writes. A damaged capture gives what comes before
// the damage.
func Walk(r io.Reader) (Result, error) {
	// The rest of a slab is moved to just before the next one, so that reads
	// always go to the same aligned address.
	buf := make([]byte, room+slab)
	if err := readFileHeader(r, buf[:fileHeader]); err != nil {
		return Result{}, err
	}
	var res Result
	start := room // of the bytes not yet walked
	for {
		n, err := r.Read(buf[room:])
		rest := res.records(buf[start : room+n])
		switch {
		case err == io.EOF:
			res.Cut = len(rest) > 0
			return res, nil
		case err != nil:
			return res, err
		case len(rest) > room:
			return res, fmt.Errorf("damaged: the record behind packet %d is longer than %d bytes", res.Packets, room)
		}
		start = room - len(rest)
		copy(buf[start:], rest)
	}
}

func readFileHeader(r io.Reader, b []byte) error {
	if _, err := io.ReadFull(r, b); err != nil {
		return fmt.Errorf("file header: %w", err)
	}
	le := binary.LittleEndian
	if le.Uint32(b) != magic || le.Uint32(b[20:]) != ethernet {
		return errors.New("not a classic little-endian pcap of Ethernet frames in microseconds")
	}
	return nil
}

// records walks all whole records in b and returns the bytes behind them.
func (res *Result) records(b []byte) []byte {
	var packets, captured int64
	var sum uint64
	for len(b) >= recordHeader {
		n := int(binary.LittleEndian.Uint32(b[8:]))
		if n > len(b)-recordHeader {
			break
		}
		sum += headers(b[recordHeader : recordHeader+n])
		packets++
		captured += int64(n)
		b = b[recordHeader+n:]
	}
	res.Packets += packets
	res.Bytes += captured
	res.Sum += sum
	return b
}

const (
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd

	protoTCP = 6
	protoUDP = 17
)

// headers sums the words of the Ethernet, IP and TCP or UDP headers of a frame.
func headers(b []byte) uint64 {
	if len(b) < 14 {
		return 0
	}
	sum := words(b[:14])
	kind := binary.BigEndian.Uint16(b[12:])
	b = b[14:]
	for (kind == etherVLAN || kind == etherQinQ) && len(b) >= 4 {
		sum += uint64(binary.LittleEndian.Uint32(b))
		kind = binary.BigEndian.Uint16(b[2:])
		b = b[4:]
	}
	switch {
	case kind == etherIPv4 && len(b) >= 20:
		size := int(b[0]&15) * 4
		if size < 20 || size > len(b) {
			return sum
		}
		return sum + words(b[:20]) + transport(b[9], b[size:])
	case kind == etherIPv6 && len(b) >= 40:
		return sum + words(b[:40]) + transport(b[6], b[40:])
	}
	return sum
}

func transport(proto byte, b []byte) uint64 {
	switch {
	case proto == protoTCP && len(b) >= 20:
		return words(b[:20])
	case proto == protoUDP && len(b) >= 8:
		return words(b[:8])
	}
	return 0
}

// words adds up b in words of eight bytes; of less than eight at the end, it
// takes the four that are whole.
func words(b []byte) uint64 {
	var sum uint64
	for len(b) >= 8 {
		sum += binary.LittleEndian.Uint64(b)
		b = b[8:]
	}
	if len(b) >= 4 {
		sum += uint64(binary.LittleEndian.Uint32(b))
	}
	return sum
}
