package quic

import (
	"joy/feature"
	"joy/wire"
)

// A Parameter is a transport parameter (RFC 9000 18).
type Parameter struct {
	// ID is the number of the parameter.
	ID uint64 `json:"id"`
	// Name is IANA's name of it, "GREASE" for one that is only there to keep servers tolerant (RFC 9000 18.1), absent for those of experiments.
	Name string `json:"name,omitempty"`
	// Value is its value where it is a number.
	Value uint64 `json:"value" when:"HasValue"`
	// HasValue says that there is one.
	HasValue bool `json:"-"`
	// Versions is the versions in version_information, the one that is used first (RFC 9368 3).
	Versions []Version `json:"versions,omitempty"`
	// Data is its value where it is no number, at most 256 bytes.
	Data feature.Hex `json:"data,omitempty"`
	// Truncated says that the value was longer.
	Truncated bool `json:"truncated,omitempty"`
}

const (
	maxParameters = 64
	maxData       = 256
	maxVersions   = 16
	userAgent     = 0x3129 // Google's
)

// A form of a parameter's value.
type form uint8

const (
	opaque form = iota
	number
	versions
)

// A definition is what is known of a parameter.
type definition struct {
	name string
	form form
}

// define knows the parameters of RFC 9000 18.2 and those that IANA has
// registered with an RFC since (RFC 9221, 9287, 9368).
func define(id uint64) definition {
	switch {
	case id < uint64(len(defined)):
		return defined[id]
	case id == 0x20:
		return definition{"max_datagram_frame_size", number}
	case id == 0x2ab2:
		return definition{name: "grease_quic_bit"}
	case id == 0xff04de1a, id == 0xff04de1b: // draft-ietf-quic-ack-frequency; one looks like GREASE
		return definition{"min_ack_delay", number}
	case id%31 == 27:
		return definition{name: "GREASE"}
	}
	return definition{}
}

var defined = [...]definition{
	0x00: {"original_destination_connection_id", opaque},
	0x01: {"max_idle_timeout", number},
	0x02: {"stateless_reset_token", opaque},
	0x03: {"max_udp_payload_size", number},
	0x04: {"initial_max_data", number},
	0x05: {"initial_max_stream_data_bidi_local", number},
	0x06: {"initial_max_stream_data_bidi_remote", number},
	0x07: {"initial_max_stream_data_uni", number},
	0x08: {"initial_max_streams_bidi", number},
	0x09: {"initial_max_streams_uni", number},
	0x0a: {"ack_delay_exponent", number},
	0x0b: {"max_ack_delay", number},
	0x0c: {"disable_active_migration", opaque},
	0x0d: {"preferred_address", opaque},
	0x0e: {"active_connection_id_limit", number},
	0x0f: {"initial_source_connection_id", opaque},
	0x10: {"retry_source_connection_id", opaque},
	0x11: {"version_information", versions},
}

// parameters reads the extension of TLS. In the old form, up to draft 26, all
// numbers before the values have two bytes, and there is a length of all.
func parameters(b []byte, old bool) (all []Parameter, more uint32, bad bool) {
	r := wire.NewReader(b)
	if old {
		r = r.Sub16()
	}
	for r.Len() > 0 {
		var id uint64
		var v wire.Reader
		if old {
			id = uint64(r.Uint16())
			v = r.Sub16()
		} else {
			id = varint(&r)
			v = r.Sub(int(min(varint(&r), 1<<16)))
		}
		switch {
		case r.Bad():
		case len(all) == maxParameters:
			more++
		default:
			all = append(all, parameter(id, &v))
		}
	}
	return all, more, r.Bad()
}

// parameter reads a value in the form that its id has; in any other form it is
// bytes.
func parameter(id uint64, v *wire.Reader) Parameter {
	d := define(id)
	p := Parameter{ID: id, Name: d.name}
	whole := *v
	switch d.form {
	case number:
		n := varint(v)
		if !v.Bad() && v.Len() == 0 {
			p.Value, p.HasValue = n, true
			return p
		}
	case versions:
		for v.Len() >= 4 && len(p.Versions) < maxVersions {
			p.Versions = append(p.Versions, Version(v.Uint32()))
		}
		p.Truncated = v.Len() > 0
		return p
	}
	p.Data = whole.Rest()
	if len(p.Data) > maxData {
		p.Data, p.Truncated = p.Data[:maxData], true
	}
	return p
}
