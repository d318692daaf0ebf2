package telemetry

import (
	"encoding/json"
	"net/netip"
)

// A Reason says why something was left out.
type Reason uint8

const (
	ForeignMessage  Reason = iota // datagrams to one of the ports that are no telemetry; they are flows
	ShortMessage                  // messages that end before they should; what is there is decoded
	BadSet                        // sets with a length that cannot be; what follows in the message is lost
	UnknownSet                    // sets with a number that is reserved
	BadTemplate                   // templates that contradict themselves
	LongTemplate                  // templates of more fields than are kept
	EvictedTemplate               // templates that made room for others
	ExpiredTemplate               // templates that were not sent again for long
	EvictedExporter               // streams that made room for others, with their templates
	NoTemplate                    // data sets whose template did not come in time
	BadRecord                     // data sets with a record that goes beyond the end
	NoFlow                        // data records without addresses: statistics, events of the exporter, ...
	OptionsData                   // data records about the exporter and not about a flow; they are used
	OptionsFull                   // names and sampling rates of an exporter beyond what is kept
	CounterSample                 // samples of the counters of an interface (sFlow)
	UnknownSample                 // samples of other kinds
	BadSample                     // samples that contradict themselves
	OpaqueSample                  // flow samples without an IP packet
	ParserPanic                   // first packets at which a parser of a protocol failed

	NumReasons
)

// String is the name of the reason, fit for a JSON key.
func (r Reason) String() string {
	names := [NumReasons]string{
		ForeignMessage: "foreign_message", ShortMessage: "short_message", BadSet: "bad_set", UnknownSet: "unknown_set",
		BadTemplate: "bad_template", LongTemplate: "long_template", EvictedTemplate: "evicted_template",
		ExpiredTemplate: "expired_template", EvictedExporter: "evicted_exporter", NoTemplate: "no_template",
		BadRecord: "bad_record", NoFlow: "no_flow", OptionsData: "options_data", OptionsFull: "options_full",
		CounterSample: "counter_sample", UnknownSample: "unknown_sample", BadSample: "bad_sample",
		OpaqueSample: "opaque_sample", ParserPanic: "parser_panic",
	}
	if r >= NumReasons {
		return "unknown"
	}
	return names[r]
}

// Reasons are how often things were left out, by reason.
type Reasons [NumReasons]uint64

// MarshalJSON gives an object with the reasons that there were.
func (r Reasons) MarshalJSON() ([]byte, error) {
	m := map[string]uint64{}
	for i, n := range r {
		if n > 0 {
			m[Reason(i).String()] = n
		}
	}
	return json.Marshal(m)
}

// Stats are the totals of a Decoder.
type Stats struct {
	Messages  uint64 `json:"messages"`  // decoded
	Records   uint64 `json:"records"`   // flow records
	Templates uint64 `json:"templates"` // taken, again and again where they are sent so
	Withdrawn uint64 `json:"withdrawn"` // templates that exporters took back
	Late      uint64 `json:"late"`      // data sets that had to wait for their template, and were decoded
	Waiting   int    `json:"waiting"`   // data sets that wait for their template

	Lost      uint64 `json:"lost"`      // what the sequence numbers say is missing: see StreamStats
	Reordered uint64 `json:"reordered"` // messages that came after later ones
	Restarts  uint64 `json:"restarts"`  // times that an exporter began anew

	Reasons   Reasons       `json:"reasons"`
	Known     int           `json:"known"`     // exporters, by protocol and domain
	Exporters []StreamStats `json:"exporters"` // of these the 64 heard last, the last one first
}

// maxListed is how many exporters Stats lists.
const maxListed = 64

// StreamStats are the totals of an exporter, a protocol and an observation
// domain.
type StreamStats struct {
	Exporter netip.Addr `json:"exporter"`
	Protocol string     `json:"protocol"`
	Domain   uint32     `json:"domain"`
	Messages uint64     `json:"messages"`
	Records  uint64     `json:"records"`
	// Lost is what the sequence numbers say is missing: flow records (NetFlow 5,
	// IPFIX), messages (NetFlow 9) or datagrams (sFlow). What comes late is taken
	// off again.
	Lost       uint64 `json:"lost"`
	Reordered  uint64 `json:"reordered"`
	Restarts   uint64 `json:"restarts"`
	NoTemplate uint64 `json:"no_template"` // data sets whose template did not come in time
	Templates  int    `json:"templates"`   // known at present
}

func (s *Stats) add(r Reason) { s.Reasons[r]++ }

// Stats returns the totals up to now.
func (d *Decoder) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stats
	s.Waiting = len(d.waiting.sets)
	s.Known = d.streams.len()
	s.Exporters = make([]StreamStats, 0, min(s.Known, maxListed))
	for _, x := range d.streams.all {
		if len(s.Exporters) == maxListed {
			break
		}
		t := x.stats
		t.Templates = x.templates.len()
		s.Exporters = append(s.Exporters, t)
	}
	return s
}
