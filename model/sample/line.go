package sample

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"joy/proto/tls"
	"joy/query/flow"
	"joy/query/value"
)

// extensionTypes are the numbers of the extensions that lines have by name.
var extensionTypes = namedExtensions()

func namedExtensions() map[string]uint16 {
	types := make(map[string]uint16)
	add := func(n uint16) {
		if name := (tls.Extension{Type: n}).Name(); !strings.HasPrefix(name, "0x") && name != "GREASE" {
			types[name] = n
		}
	}
	for n := range uint16(64) {
		add(n)
	}
	for _, n := range [...]uint16{0x3374, 0x4469, 0xfe0d, 0xff01} {
		add(n)
	}
	return types
}

// maxList bounds the lists of a line: a hello has no more, and num_pkts= far
// fewer packets.
const maxList = 1 << 16

var errTooMany = fmt.Errorf("more than %d entries", maxList)

// FromLine fills f from a line that was taken apart.
func FromLine(l *flow.Flow, f *Flow) error {
	f.reset()
	f.SP, f.DP = l.SP, l.DP
	f.BytesOut, f.PktsOut, f.BytesIn, f.PktsIn = l.BytesOut, l.PktsOut, l.BytesIn, l.PktsIn
	if err := f.packets(l.Rest.Get("packets")); err != nil {
		return fmt.Errorf("packets: %w", err)
	}
	if err := f.bytes(l.Rest.Get("byte_dist")); err != nil {
		return fmt.Errorf("byte_dist: %w", err)
	}
	if err := f.tls(l.Rest.Get("tls")); err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	return nil
}

func (f *Flow) packets(list value.Value) error {
	for entry := range list.Items() {
		var p Packet
		seen := false
		for name, v := range entry.Members() {
			ok := true
			switch string(name) {
			case "b":
				p.Bytes, ok = count32(v)
				seen = true
			case "ipt":
				p.Time, ok = count32(v)
			case "dir":
				p.In = string(v.Text()) != ">"
			}
			if !ok {
				return fmt.Errorf("%q is no count", name)
			}
		}
		if !seen {
			return errors.New("an entry without b")
		}
		if len(f.Packets) == maxList {
			return errTooMany
		}
		f.Packets = append(f.Packets, p)
	}
	return nil
}

func (f *Flow) bytes(list value.Value) error {
	if list == nil {
		return nil
	}
	n := 0
	for v := range list.Items() {
		c, ok := count32(v)
		if !ok || c > math.MaxUint8 || n == len(f.Dist) {
			return errors.New("not 256 counts of 8 bits")
		}
		f.Dist[n] = uint8(c)
		n++
	}
	if n != len(f.Dist) {
		return errors.New("not 256 counts of 8 bits")
	}
	f.HasDist = true
	return nil
}

func (f *Flow) tls(info value.Value) error {
	if info == nil {
		return nil
	}
	for name, v := range info.Members() {
		var err error
		switch string(name) {
		case "cs":
			err = f.suites(v)
		case "c_extensions":
			err = f.extensions(v)
		case "c_key_length":
			var ok bool
			if f.ClientKey, ok = count32(v); !ok {
				err = errors.New("no count")
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	f.Hello = len(f.Suites) > 0
	return nil
}

func (f *Flow) suites(list value.Value) error {
	for v := range list.Items() {
		digits := v.Text()
		code, err := strconv.ParseUint(string(digits), 16, 24)
		if v.Kind() != value.String || err != nil || len(digits) != 4 && len(digits) != 6 {
			return errors.New("a suite that is not four digits, or six")
		}
		if len(f.Suites) == maxList {
			return errTooMany
		}
		f.Suites = append(f.Suites, tls.Code(code))
	}
	return nil
}

// extensions reads {"name":data} and {"kind":number,"data":data}.
func (f *Flow) extensions(list value.Value) error {
	for entry := range list.Items() {
		if len(f.Extensions) == maxList {
			return errTooMany
		}
		for name, v := range entry.Members() {
			code, known := extensionTypes[string(name)]
			if string(name) == "kind" {
				n, ok := count32(v)
				code, known = uint16(n), ok && n <= math.MaxUint16
			}
			if known {
				f.Extensions = append(f.Extensions, code)
			}
			break // the others are its data
		}
	}
	return nil
}

// count32 reads an unsigned integer of 32 bits.
func count32(v value.Value) (uint32, bool) {
	n, ok := v.Num()
	return uint32(n.Int), ok && n.IsInt && n.Int >= 0 && n.Int <= math.MaxUint32
}
