// Package traits holds what feature sets beside Joy's look at in a flow record:
// its statistics, and its packets one by one.
package traits

import (
	"errors"
	"fmt"
	"math"

	"joy/model/sample"
	"joy/query/flow"
	"joy/query/value"
)

// A Flow is what matters of a flow record for features. Its lists are used again
// for the next one.
type Flow struct {
	sample.Flow
	// Pr is the IP protocol.
	Pr uint8
	// V6 says that the addresses are those of IPv6.
	V6 bool
	// Start and End are nanoseconds since 1970.
	Start, End int64
	// HasIn says that da sent a packet.
	HasIn bool
	// HasStats says that there are statistics, Out and In.
	HasStats bool
	Out, In  Side
	// Handshake is what stats says of it, in milliseconds.
	SynSynack, SynackAck float64
	// Windows are those of the SYN of each side, and 0.
	WindowOut, WindowIn float64
}

// A Side is what one end sent, as field stats has it.
type Side struct {
	// Len are the lengths of IP packets in bytes, IAT the milliseconds between two of
	// them; HasIAT says that there are two.
	Len, IAT Moments
	HasIAT   bool
	// Flags are how many packets had each of F S R P A U E C.
	Flags [8]float64
	// What stats.seq says.
	RetransPkts, RetransBytes, OutOfOrder, Gaps, MissingBytes float64
}

// Moments describe numbers: the deviation is that of n-1.
type Moments struct{ Min, Mean, Std, Max float64 }

// Letters are the flags in their order.
const Letters = "FSRPAUEC"

// FromLine fills f from a line that was taken apart.
func FromLine(l *flow.Flow, f *Flow) error {
	*f = Flow{Flow: f.Flow}
	if err := sample.FromLine(l, &f.Flow); err != nil {
		return err
	}
	f.Pr, f.V6 = l.Pr, l.Src.Is6() && !l.Src.Is4In6()
	f.Start, f.End, f.HasIn = l.Start, l.End, l.HasIn
	tcp := l.Rest.Get("tcp")
	for _, w := range [...]struct {
		side string
		to   *float64
	}{{"out", &f.WindowOut}, {"in", &f.WindowIn}} {
		if err := number(tcp.Get(w.side).Get("first_window_size"), w.to); err != nil {
			return fmt.Errorf("tcp: first_window_size: %w", err)
		}
	}
	stats := l.Rest.Get("stats")
	if stats == nil {
		return nil
	}
	f.HasStats = true
	for name, v := range stats.Members() {
		var err error
		switch string(name) {
		case "out":
			err = f.Out.read(v)
		case "in":
			err = f.In.read(v)
		case "syn_synack_ms":
			err = number(v, &f.SynSynack)
		case "synack_ack_ms":
			err = number(v, &f.SynackAck)
		}
		if err != nil {
			return fmt.Errorf("stats: %s: %w", name, err)
		}
	}
	return nil
}

func (s *Side) read(side value.Value) error {
	for name, v := range side.Members() {
		var err error
		switch string(name) {
		case "len":
			err = s.Len.read(v)
		case "iat":
			s.HasIAT = true
			err = s.IAT.read(v)
		case "flags":
			err = s.flags(v)
		case "seq":
			err = s.sequence(v)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (m *Moments) read(list value.Value) error {
	for name, v := range list.Members() {
		var err error
		switch string(name) {
		case "min":
			err = number(v, &m.Min)
		case "mean":
			err = number(v, &m.Mean)
		case "std":
			err = number(v, &m.Std)
		case "max":
			err = number(v, &m.Max)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Side) flags(list value.Value) error {
	for name, v := range list.Members() {
		for i := range Letters {
			if len(name) == 1 && name[0] == Letters[i] {
				if err := number(v, &s.Flags[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *Side) sequence(list value.Value) error {
	for name, v := range list.Members() {
		var err error
		switch string(name) {
		case "retrans_pkts":
			err = number(v, &s.RetransPkts)
		case "retrans_bytes":
			err = number(v, &s.RetransBytes)
		case "out_of_order":
			err = number(v, &s.OutOfOrder)
		case "gaps":
			err = number(v, &s.Gaps)
		case "missing_bytes":
			err = number(v, &s.MissingBytes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errNumber = errors.New("no number of 0 or more")

// number reads one; where there is none it stays.
func number(v value.Value, to *float64) error {
	if v == nil {
		return nil
	}
	n, ok := v.Num()
	if !ok || !(n.Float >= 0 && n.Float <= 1e300) {
		return errNumber
	}
	*to = n.Float
	return nil
}

// Duration is from the first packet to the last, in milliseconds.
func (f *Flow) Duration() float64 { return float64(max(f.End-f.Start, 0)) / 1e6 }

// Flag is how many packets of a side had a flag of Letters.
func (s *Side) Flag(letter byte) float64 {
	for i := range Letters {
		if Letters[i] == letter {
			return s.Flags[i]
		}
	}
	return 0
}

// Join describes two lists of numbers as one, by what describes each and by how
// many numbers it has.
func Join(a *Moments, n float64, b *Moments, m float64) Moments {
	switch {
	case m == 0:
		return *a
	case n == 0:
		return *b
	}
	apart := a.Mean - b.Mean
	squares := (n-1)*a.Std*a.Std + (m-1)*b.Std*b.Std + apart*apart*n*m/(n+m)
	return Moments{
		Min: min(a.Min, b.Min), Max: max(a.Max, b.Max), Mean: (n*a.Mean + m*b.Mean) / (n + m), Std: math.Sqrt(squares / (n + m - 1)),
	}
}

// Gaps describes the times between the packets that are listed, whichever side
// sent them, in whole milliseconds.
func (f *Flow) Gaps() (m Moments) {
	n, squares := 0.0, 0.0
	for i, p := range f.Packets {
		if i == 0 {
			continue // from the start of the flow
		}
		t := float64(p.Time)
		n++
		apart := t - m.Mean
		m.Mean += apart / n
		squares += apart * (t - m.Mean)
		if n == 1 || t < m.Min {
			m.Min = t
		}
		m.Max = max(m.Max, t)
	}
	if n > 1 {
		m.Std = math.Sqrt(squares / (n - 1))
	}
	return m
}
