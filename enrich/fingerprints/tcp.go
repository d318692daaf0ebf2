package fingerprints

import (
	"encoding/hex"
	"strings"

	"joy/record"
)

// TCP options that fingerprints have with their values (RFC 9293, RFC 7323).
const (
	optMSS   = 2
	optScale = 3
)

// protoTCP is TCP's number.
const protoTCP = 6

// tcp makes those of the SYN of both sides, NPF's and for the SYN without ACK
// Joy's.
func (s *stage) tcp(r *record.Record) {
	if r.TCP == nil || r.Pr != protoTCP {
		return
	}
	for side, syn := range [2]*record.SYN{r.TCP.Out, r.TCP.In} {
		if syn == nil {
			continue
		}
		prefix := "tcp/"
		if strings.Contains(syn.Flags, "A") {
			prefix = "tcp_server/"
		}
		s.syn(r, prefix, syn, side)
		if syn.Flags == "S" {
			at := len(s.text)
			s.options(syn)
			s.end(side, at, isJoyTCP)
		}
	}
}

// syn appends (IP version)(00 if there is no identification)(TTL)(window)((options)).
func (s *stage) syn(r *record.Record, prefix string, syn *record.SYN, side int) {
	at := len(s.text)
	s.text = append(s.text, prefix...)
	if r.Src.Is4() {
		s.text = append(s.text, "(40)("...)
	} else {
		s.text = append(s.text, "(60)("...)
	}
	if syn.ZeroID {
		s.text = append(s.text, "00"...)
	}
	s.text = append(s.text, ")("...)
	s.text = hex.AppendEncode(s.text, []byte{syn.TTL & 0xe0})
	s.text = append(s.text, ")("...)
	s.code(syn.Window)
	s.text = append(s.text, ")("...)
	s.options(syn)
	s.padding(syn)
	s.text = append(s.text, ')')
	s.end(side, at, isNPF)
}

// padding appends an option 0 for the end of the options and each byte behind
// it, as mercury does; some systems have two of them where others have one and
// none.
func (s *stage) padding(syn *record.SYN) {
	left := syn.OptLen
	for i := range syn.Opts {
		if syn.Opts[i].Broken {
			return
		}
		left -= int(syn.Opts[i].Len)
	}
	for range left {
		s.text = append(s.text, "(00)"...)
	}
}

// options appends a group for each option.
func (s *stage) options(syn *record.SYN) {
	for i := range syn.Opts {
		o := &syn.Opts[i]
		s.text = append(s.text, '(')
		s.text = hex.AppendEncode(s.text, []byte{o.Kind})
		if (o.Kind == optMSS || o.Kind == optScale) && !o.Broken {
			s.text = hex.AppendEncode(s.text, []byte{o.Len})
			s.text = hex.AppendEncode(s.text, o.Data())
		}
		s.text = append(s.text, ')')
	}
}
