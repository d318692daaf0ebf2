// Package modbus reads Modbus over TCP (MODBUS Messaging on TCP/IP
// Implementation Guide 1.0b, MODBUS Application Protocol 1.1b3): which units are
// asked, and for what.
//
// A parser takes about 200 bytes, and 40 for each function.
package modbus

import (
	"encoding/binary"

	"joy/feature"
)

// Module is Modbus over TCP, on any port.
var Module = feature.Module{
	Key:   "modbus",
	Doc:   "Modbus over TCP: units and functions of both sides",
	Over:  feature.TCP,
	Ports: []uint16{502},
	Match: Match,
	Keep:  head + maxLength,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

const (
	head         = 6   // transaction, protocol, length
	maxLength    = 254 // of unit, function and data
	exception    = 0x80
	maxUnits     = 16 // that are listed
	maxFunctions = 16 // likewise
)

// Match wants the first message to be whole, with a function that is known and
// data that fit it.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) > 2 && b[2] != 0 || len(b) > 3 && b[3] != 0 || len(b) > 4 && b[4] != 0 || len(b) > 5 && (b[5] < 2 || b[5] > maxLength):
		return feature.No
	case len(b) > 7 && functionName(b[7]&^exception) == "":
		return feature.No
	case len(b) < head+2 || len(b) < head+int(b[5]):
		return maybe(c)
	}
	n := head + int(b[5])
	switch {
	case !fits(b[7], b[8:n]):
		return feature.No
	case len(b) > n && len(b) >= n+6 && (b[n+2]|b[n+3]|b[n+4] != 0 || b[n+5] < 2):
		return feature.No // what follows is no other message
	}
	return feature.Yes
}

func maybe(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// fits reports whether a request, a response or an exception of a function can
// have this data.
func fits(f byte, data []byte) bool {
	n := len(data)
	switch {
	case f&exception != 0:
		return n == 1 && data[0] != 0 && data[0] <= 11
	case f >= 1 && f <= 4: // first and number, or the count of what follows
		return n == 4 || n > 1 && int(data[0]) == n-1
	case f == 5 || f == 6:
		return n == 4
	case f == 15 || f == 16:
		return n == 4 || n > 5 && int(data[4]) == n-5
	case f == 7 || f == 11 || f == 12 || f == 17:
		return true
	}
	return n > 0
}

var functions = [...]string{
	1: "read_coils", 2: "read_discrete_inputs", 3: "read_holding_registers", 4: "read_input_registers", 5: "write_single_coil",
	6: "write_single_register", 7: "read_exception_status", 8: "diagnostics", 11: "get_comm_event_counter", 12: "get_comm_event_log",
	15: "write_multiple_coils", 16: "write_multiple_registers", 17: "report_server_id", 20: "read_file_record", 21: "write_file_record",
	22: "mask_write_register", 23: "read_write_multiple_registers", 24: "read_fifo_queue", 43: "encapsulated_interface",
}

func functionName(f byte) string {
	if int(f) < len(functions) {
		return functions[f]
	}
	return ""
}

// A Parser counts the messages of both sides.
type Parser struct {
	sides [2]Side
	info  Info
}

// Data counts messages. Behind a gap the rest of the direction is not read.
func (p *Parser) Data(c *feature.Chunk) (used int, v feature.Verdict) {
	s := &p.sides[c.Dir]
	if c.Lost > 0 {
		s.Lost = true
	}
	for !s.Lost && !s.Malformed {
		b := c.Bytes[used:]
		if len(b) < head+2 {
			return used, feature.More
		}
		n := head + int(binary.BigEndian.Uint16(b[4:]))
		if b[2] != 0 || b[3] != 0 || n < head+2 || n > head+maxLength {
			s.Malformed = true
			break
		}
		if n > len(b) {
			return used, feature.More
		}
		s.add(b[6], b[7])
		used += n
	}
	return len(c.Bytes), feature.More
}

func (s *Side) add(unit, code byte) {
	s.Messages++
	listed := false
	for _, u := range s.Units {
		listed = listed || u == unit
	}
	if !listed && len(s.Units) < maxUnits {
		s.Units = append(s.Units, unit)
	}
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
	s.Functions = append(s.Functions, Function{Code: code, Name: functionName(code &^ exception), Exception: code&exception != 0, Count: 1})
}

// Info is what was found, nil for nothing.
func (p *Parser) Info(v feature.View) *Info {
	p.info = Info{}
	if v.Has(feature.Out) && p.sides[0].Messages > 0 {
		p.info.Out = &p.sides[0]
	}
	if v.Has(feature.In) && p.sides[1].Messages > 0 {
		p.info.In = &p.sides[1]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

// Cut forgets what was reported. A direction that cannot be read any more stays
// so.
func (p *Parser) Cut() {
	for i := range p.sides {
		s := &p.sides[i]
		*s = Side{Units: s.Units[:0], Functions: s.Functions[:0], Lost: s.Lost, Malformed: s.Malformed}
	}
}

// Reset forgets all and keeps the memory for lists, which is little.
func (p *Parser) Reset() {
	for i := range p.sides {
		s := &p.sides[i]
		*s = Side{Units: s.Units[:0], Functions: s.Functions[:0]}
	}
}
