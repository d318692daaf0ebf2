// Package flow holds flow records as programs that look into flows want them:
// what every record says in fields, all else as the JSON that it came in.
package flow

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"joy/query/value"
)

// ErrNoFlow is given for a line that is no flow: the configuration at the head
// of a file, records of statistics.
var ErrNoFlow = errors.New("not a flow record")

// A Flow is one record. It borrows the line that it was parsed from, and is
// valid as long as that is. docs/fields.md defines its fields.
type Flow struct {
	// Rest has all members of the record, those below among them.
	Rest value.Record

	// SA and DA are the addresses as written. Src and Dst are the same as
	// addresses, not valid where anonymization left something else.
	SA, DA   []byte
	Src, Dst netip.Addr
	// SP and DP are 0 when HasPorts does not hold.
	SP, DP   uint16
	HasPorts bool
	// Pr is the IP protocol.
	Pr uint8
	// Start and End are nanoseconds since 1970, of the first and the last packet.
	Start, End int64
	// What each side sent: bytes of payload, and packets. HasIn says that da sent
	// any.
	BytesOut, BytesIn, PktsOut, PktsIn uint64
	HasIn                              bool
	// ID names the flow, nil in the files of Cisco's Joy; Segment counts its
	// records from 0.
	ID      []byte
	Segment uint32

	name  []byte // of ServerName
	named bool
}

// Parse reads a line into f.
func (f *Flow) Parse(line []byte) error {
	*f = Flow{Rest: f.Rest}
	if err := f.Rest.Parse(line); err != nil {
		return fmt.Errorf("flow record: %w", err)
	}
	if f.Rest.Get("sa").Kind() != value.String {
		return ErrNoFlow
	}
	for i := range f.Rest.Members {
		m := &f.Rest.Members[i]
		if !f.take(string(m.Name), m.Value) {
			return fmt.Errorf("flow record: %q is not what the field holds", m.Name)
		}
	}
	return nil
}

// take reads a member, and reports false for one of the wrong kind.
func (f *Flow) take(name string, v value.Value) (ok bool) {
	switch name {
	case "sa":
		f.SA, f.Src, ok = address(v)
	case "da":
		f.DA, f.Dst, ok = address(v)
	case "sp":
		f.SP, ok = port(v, &f.HasPorts)
	case "dp":
		f.DP, ok = port(v, &f.HasPorts)
	case "pr":
		var n uint64
		n, ok = count(v, 8)
		f.Pr = uint8(n)
	case "time_start":
		f.Start, ok = Time(v)
	case "time_end":
		f.End, ok = Time(v)
	case "flow_id":
		f.ID, ok = v.Text(), v.Kind() == value.String
	case "segment":
		var n uint64
		n, ok = count(v, 32)
		f.Segment = uint32(n)
	default:
		return f.takeCount(name, v)
	}
	return ok
}

func (f *Flow) takeCount(name string, v value.Value) (ok bool) {
	switch name {
	case "bytes_out":
		f.BytesOut, ok = count(v, 64)
	case "num_pkts_out":
		f.PktsOut, ok = count(v, 64)
	case "bytes_in":
		f.BytesIn, ok = count(v, 64)
		f.HasIn = true
	case "num_pkts_in":
		f.PktsIn, ok = count(v, 64)
		f.HasIn = true
	default:
		return true
	}
	return ok
}

func address(v value.Value) ([]byte, netip.Addr, bool) {
	text := v.Text()
	a, _ := netip.ParseAddr(string(text)) // anonymized ones are none
	return text, a, v.Kind() == value.String
}

// port reads a port; null says that there is none.
func port(v value.Value, has *bool) (uint16, bool) {
	if v.Kind() == value.Null {
		return 0, true
	}
	n, ok := count(v, 16)
	*has = ok
	return uint16(n), ok
}

// count reads an unsigned integer.
func count(v value.Value, bits int) (uint64, bool) {
	if v.Kind() != value.Number {
		return 0, false
	}
	if n, ok := value.ParseNum(v); ok && n.IsInt {
		return uint64(n.Int), n.Int >= 0 && uint64(n.Int)>>(bits-1)>>1 == 0
	}
	n, err := strconv.ParseUint(string(v), 10, bits) // above 63 bits
	return n, err == nil
}

// Apps iterates over what the flow carries, as field app says.
func (f *Flow) Apps(yield func(name []byte) bool) {
	for v := range f.Rest.Get("app").Items() {
		if v.Kind() == value.String && !yield(v.Text()) {
			return
		}
	}
}

// App is the first protocol that the flow carries, nil when none was recognised.
func (f *Flow) App() []byte {
	for name := range f.Apps {
		return name
	}
	return nil
}
