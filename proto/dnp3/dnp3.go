// Package dnp3 reads DNP3 (IEEE 1815) over TCP and UDP: which stations talk, and
// with what functions.
//
// A parser takes about 200 bytes, and 32 for each function.
package dnp3

import (
	"bytes"
	"encoding/binary"

	"joy/feature"
)

// Module is DNP3, on any port.
var Module = feature.Module{
	Key:   "dnp3",
	Doc:   "DNP3: stations and functions of both sides",
	Over:  feature.TCP | feature.UDP,
	Ports: []uint16{20000},
	Match: Match,
	Keep:  maxFrame,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	head         = 10  // bytes of the link header with its check
	block        = 16  // bytes of data before each check
	maxFrame     = 292 // bytes of a frame: 255 - 5 of data in 16 blocks
	minLength    = 5   // what the length counts of the header
	maxFunctions = 16  // that are listed
)

var start = []byte{0x05, 0x64}

// Match wants a link header with a right check.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	n := min(len(b), len(start))
	switch {
	case !bytes.Equal(b[:n], start[:n]) || len(b) > 2 && b[2] < minLength:
		return feature.No
	case len(b) < head && c.EOF:
		return feature.No
	case len(b) < head:
		return feature.Maybe
	case !isHead(b):
		return feature.No
	}
	return feature.Yes
}

func isHead(b []byte) bool {
	return b[0] == start[0] && b[1] == start[1] && b[2] >= minLength && crc(b[:8]) == binary.LittleEndian.Uint16(b[8:])
}

// crc is the check of IEEE 1815 section 9.2.4.3: polynomial 0x3d65, bits
// reversed, complemented.
func crc(b []byte) uint16 {
	sum := uint16(0)
	for _, c := range b {
		sum ^= uint16(c)
		for range 8 {
			sum = sum>>1 ^ 0xa6bc&-(sum&1)
		}
	}
	return ^sum
}

var functions = [...]string{
	0: "confirm", 1: "read", 2: "write", 3: "select", 4: "operate", 5: "direct_operate", 6: "direct_operate_nr", 7: "immed_freeze",
	8: "immed_freeze_nr", 9: "freeze_clear", 10: "freeze_clear_nr", 11: "freeze_at_time", 12: "freeze_at_time_nr", 13: "cold_restart",
	14: "warm_restart", 15: "initialize_data", 16: "initialize_application", 17: "start_application", 18: "stop_application",
	19: "save_configuration", 20: "enable_unsolicited", 21: "disable_unsolicited", 22: "assign_class", 23: "delay_measure",
	24: "record_current_time", 25: "open_file", 26: "close_file", 27: "delete_file", 28: "get_file_info", 29: "authenticate_file",
	30: "abort_file", 31: "activate_config", 32: "authenticate_req", 33: "authenticate_req_nr",
	129: "response", 130: "unsolicited_response", 131: "authenticate_resp",
}

// A Parser counts the frames of both sides.
type Parser struct {
	sides [2]Side
	info  Info
}

// Data counts frames. What is none is passed over up to the next start.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.sides[c.Dir]
	s.Lost = s.Lost || c.Lost > 0
	for used < len(c.Bytes) {
		b := c.Bytes[used:]
		if i := bytes.IndexByte(b, start[0]); i != 0 {
			s.Skipped += uint64(max(i, 0))
			if i < 0 {
				s.Skipped += uint64(len(b))
				return len(c.Bytes), feature.More
			}
			used += i
			continue
		}
		if len(b) < head {
			return used, feature.More
		}
		if !isHead(b) {
			s.Skipped++
			used++
			continue
		}
		n := frameSize(int(b[2]))
		if n > len(b) {
			return used, feature.More
		}
		s.frame(b[:n])
		used += n
	}
	return used, feature.More
}

// frameSize is the size of a frame with its checks.
func frameSize(length int) int {
	data := length - minLength
	return head + data + 2*((data+block-1)/block)
}

// frame counts a frame, and the function when a message of the application
// begins in it: transport header with the first bit, control, function.
func (s *Side) frame(b []byte) {
	s.Frames++
	if s.Frames == 1 {
		s.Destination, s.Source = binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])
		s.Master = b[3]&0x80 != 0
	}
	const firstFragment = 0x40
	userData := b[3]&0x40 != 0 && (b[3]&15 == 3 || b[3]&15 == 4)
	if !userData || int(b[2])-minLength < 3 || b[head]&firstFragment == 0 {
		return
	}
	s.add(b[head+2])
}

func (s *Side) add(code byte) {
	for i := range s.Functions {
		if f := &s.Functions[i]; f.Code == code {
			f.Count++
			return
		}
	}
	if len(s.Functions) == maxFunctions {
		s.More++
		return
	}
	f := Function{Code: code, Count: 1}
	if int(code) < len(functions) {
		f.Name = functions[code]
	}
	s.Functions = append(s.Functions, f)
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0].Frames > 0 {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.sides[1].Frames > 0 {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported.
func (p *Parser) Cut() { p.Reset() }

// Reset forgets all and keeps the memory for lists, which is little.
func (p *Parser) Reset() {
	for i := range p.sides {
		p.sides[i] = Side{Functions: p.sides[i].Functions[:0]}
	}
}
