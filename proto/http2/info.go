package http2

import (
	"strconv"

	"joy/feature"
	"joy/proto/http"
)

// Info is what is told of a connection. In a record of one direction, "out" is
// what its source sent.
type Info struct {
	// What the side that opened the flow sent.
	Out *Side `json:"out,omitempty"`
	// What the other side sent.
	In *Side `json:"in,omitempty"`
}

// A Side is what one side sent.
type Side struct {
	// Whether the side began with the connection preface: it is the client (RFC
	// 9113, section 3.4).
	Preface bool `json:"preface,omitempty"`
	// Settings of the first SETTINGS frame in order, as objects with one key:
	// the name of the setting in small letters, or its number as 0x0000 if it
	// has none here (RFC 9113, section 6.5.2; RFC 8441; RFC 9218).
	Settings []Setting `json:"settings,omitempty"`
	// Settings of that frame after the first 32, which are left out.
	SettingsLeft int `json:"settings_left,omitempty"`
	// Increment of the first WINDOW_UPDATE of the connection, in bytes; 0 if
	// there was none (RFC 9113, section 6.9).
	WindowUpdate uint32 `json:"window_update,omitempty"`
	// Header lists in the order in which they began: requests or responses,
	// trailers, and promised requests. Those of a request and its response have
	// the same stream.
	Messages []Message `json:"messages,omitempty"`
	// Header lists that are counted only, after the first 64 of the record or
	// the first 131072 bytes.
	More int `json:"more,omitempty"`
	// Streams that the side has reset (RFC 9113, section 6.4).
	Resets int `json:"resets,omitempty"`
	// The latest GOAWAY frame (RFC 9113, section 6.8).
	Goaway *Goaway `json:"goaway,omitempty"`
	// Whether bytes of bodies are missing in the capture.
	Gap bool `json:"gap,omitempty"`
	// Why the side could not be read to its end; empty if nothing was wrong. gap:
	// bytes are missing in the capture. frame: a frame that must not be there.
	// hpack: header compression that is wrong or beyond the bounds of this
	// program (strings and tables of more than 65536 bytes). Nothing behind is told.
	Broken string `json:"broken,omitempty"`
}

// A Message is a header list.
type Message struct {
	// Stream identifier; 1 is the request that was sent as HTTP/1, after an
	// Upgrade.
	Stream uint32 `json:"stream"`
	// Stream on which a promised request will be answered (PUSH_PROMISE, RFC
	// 9113, section 6.6); 0 for others.
	Promised uint32 `json:"promised,omitempty"`
	// What is carried, by content-type or :protocol: grpc, websocket (RFC 8441),
	// webtransport, connect-udp (RFC 9298), connect-ip (RFC 9484); empty for other
	// things.
	Protocol string `json:"protocol,omitempty"`
	// Header fields in order, as objects with one key, and at last body: the
	// first bytes of the body in hexadecimal, if there are any. Credentials are
	// digests unless secrets=1, as in http.
	Headers http.Message `json:"headers"`
	// Header fields that are left out: those after the first 100 or the first
	// 16384 bytes of names and values.
	Left int `json:"left,omitempty"`
	// Whether the header list is not complete, here or because its start is in
	// the record before, or a name was cut after 255 bytes.
	Cut bool `json:"cut,omitempty"`
	// Whether the message has no body and no trailer (END_STREAM).
	End bool `json:"end,omitempty"`
}

// A Setting is an element of a SETTINGS frame, written as an object with one
// key: {"name":value}.
type Setting struct {
	ID    uint16
	Value uint32
}

// AppendJSON appends the setting as a JSON object.
func (s Setting) AppendJSON(b []byte) []byte {
	b = append(b, '{', '"')
	if name := settingName(s.ID); name != "" {
		b = append(b, name...)
	} else {
		const digits = "0123456789abcdef"
		b = append(b, '0', 'x', digits[s.ID>>12], digits[s.ID>>8&15], digits[s.ID>>4&15], digits[s.ID&15])
	}
	return append(strconv.AppendUint(append(b, '"', ':'), uint64(s.Value), 10), '}')
}

func settingName(id uint16) string {
	names := [...]string{
		1: "header_table_size", 2: "enable_push", 3: "max_concurrent_streams", 4: "initial_window_size",
		5: "max_frame_size", 6: "max_header_list_size", 8: "enable_connect_protocol", 9: "no_rfc7540_priorities",
	}
	if int(id) < len(names) {
		return names[id]
	}
	return ""
}

// Goaway is what a side said when it ended the connection.
type Goaway struct {
	// Last stream of the peer that was or may have been handled.
	LastStream uint32 `json:"last_stream"`
	// Error code (RFC 9113, section 7).
	Code uint32 `json:"code"`
	// Name of the error code in small letters; empty if it has none.
	Error string `json:"error,omitempty"`
	// First 128 bytes of the debug data.
	Debug feature.Text `json:"debug,omitempty"`
}

func errorName(code uint32) string {
	names := [...]string{
		"no_error", "protocol_error", "internal_error", "flow_control_error", "settings_timeout", "stream_closed", "frame_size_error",
		"refused_stream", "cancel", "compression_error", "connect_error", "enhance_your_calm", "inadequate_security", "http_1_1_required",
	}
	if code < uint32(len(names)) {
		return names[code]
	}
	return ""
}
