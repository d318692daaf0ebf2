// Package fingerprints makes the fingerprints of records from what the protocols
// have found: mercury's NPF strings (its doc/npf.md) and those of Joy.
package fingerprints

import (
	"encoding/hex"

	"joy/fingerprint/npf"
	"joy/record"
)

// Modules are the keys of the protocols that fingerprints are made of.
var Modules = []string{"tls", "dtls", "quic", "openvpn", "ssh", "http", "dhcp", "stun", "smtp"}

// Stage makes the stage that fills in the fingerprints.
func Stage(next record.Writer) record.Writer { return &stage{next: next} }

// A stage owns the strings of the record that it passes on.
type stage struct {
	next record.Writer

	text  []byte // of all strings
	marks []mark
	sides [2]record.Fingerprints
	exts  []extension
}

// A mark is where a string lies in the text.
type mark struct {
	at, end int
	side    int
	what    what
}

// what a string is.
type what uint8

const (
	isNPF what = iota
	isJoyTCP
	isJoyTLS
	isTooLong
)

// Write adds the fingerprints of r.
func (s *stage) Write(r *record.Record) error {
	s.text, s.marks = s.text[:0], s.marks[:0]
	s.tls(r)
	s.ssh(r)
	s.http(r)
	s.dhcp(r)
	s.stun(r)
	s.smtp(r)
	s.tcp(r)
	s.settle(r)
	return s.next.Write(r)
}

// settle hands the strings to the record: only now does the text stay in its
// place. Strings of a stage before this one come behind them.
func (s *stage) settle(r *record.Record) {
	given := [2]*record.Fingerprints{r.Fingerprints, r.FingerprintsIn}
	r.Fingerprints, r.FingerprintsIn = nil, nil
	for i := range s.sides {
		s.sides[i] = record.Fingerprints{NPF: s.sides[i].NPF[:0]}
	}
	for _, m := range s.marks {
		to, text := s.show(r, m.side), record.Text(s.text[m.at:m.end:m.end])
		switch m.what {
		case isNPF:
			to.NPF = append(to.NPF, text)
		case isJoyTCP:
			to.TCP = text
		case isJoyTLS:
			to.TLS = text
		case isTooLong:
			to.Truncated = true
		}
	}
	for side, g := range given {
		if g != nil {
			to := s.show(r, side)
			to.NPF = append(to.NPF, g.NPF...)
		}
	}
}

// show returns the fingerprints of a side, which are in the record then.
func (s *stage) show(r *record.Record, side int) *record.Fingerprints {
	if side == 0 {
		r.Fingerprints = &s.sides[0]
	} else {
		r.FingerprintsIn = &s.sides[1]
	}
	return &s.sides[side]
}

// end ends a string that began at a place in the text. One that is longer than
// mercury's is none, as there, and the record says so.
func (s *stage) end(side, at int, w what) {
	if len(s.text)-at > npf.MaxLength {
		s.text = s.text[:at]
		w = isTooLong
	}
	s.marks = append(s.marks, mark{at, len(s.text), side, w})
}

// bytes appends a byte string: (0303).
func (s *stage) bytes(b []byte) {
	s.text = append(s.text, '(')
	s.text = hex.AppendEncode(s.text, b)
	s.text = append(s.text, ')')
}

// code appends two bytes in hexadecimal.
func (s *stage) code(v uint16) {
	const digits = "0123456789abcdef"
	s.text = append(s.text, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// client is the side of a record, 0 for sa, that a client is: clientIn says that
// it is the one that did not open the flow. A record of one direction is about
// sa alone.
func client(r *record.Record, clientIn bool) int {
	if clientIn && r.HasIn {
		return 1
	}
	return 0
}

// server is the side of a record that the server is.
func server(r *record.Record, clientIn bool) int {
	if r.HasIn {
		return 1 - client(r, clientIn)
	}
	return 0
}
