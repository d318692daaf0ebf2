// Package http2 reads HTTP/2 in clear text: the header lists of all messages,
// the settings of both sides, and how the connection ends.
//
// Frames: RFC 9113. Header compression: RFC 7541. A connection is recognised
// by the client's preface (prior knowledge), or, behind an Upgrade of HTTP/1
// (RFC 7540, section 3.2), by the server's first SETTINGS too: there stream 1
// is the request that was sent as HTTP/1. Without its start a connection can
// not be read, since header compression depends on all that was sent before.
//
// A parser holds for each side the decoder's table of at most 64 KiB by the
// measure of RFC 7541, section 4.1, a header field of at most 128 KiB that is
// not complete, and for each record 128 KiB of text and a message more. An
// idle connection costs about 1 KiB and the text that is reported.
package http2

import (
	"encoding/binary"

	"joy/feature"
)

// Module is HTTP/2 in clear text.
var Module = feature.Module{
	Key:   "http2",
	Doc:   "HTTP/2 in clear text: settings, header lists and first body bytes of each message",
	Over:  feature.TCP,
	Ports: []uint16{80, 8080, 50051},
	Match: match,
	Keep:  maxKeep,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
}

// Bounds of what a parser keeps. Each one that cuts shows in the Info.
const (
	maxMessages = 64      // of a side in a record; Side.More counts the others
	maxText     = 1 << 17 // bytes of a side in a record: a message that begins behind them is counted only
	maxHeaders  = 100     // of a message; Message.Left counts the others
	maxList     = 1 << 14 // bytes of the names and values of a message; likewise
	maxName     = 255     // bytes of a name: the rest is cut off, Message.Cut
	maxString   = 1 << 16 // bytes of a name or value: a longer one ends the reading, Side.Broken
	maxTable    = 1 << 16 // bytes of a decoder's table: a larger one ends the reading, likewise
	maxSettings = 32      // of a SETTINGS frame; Side.SettingsLeft counts the others
	maxDebug    = 128     // bytes of the text of a GOAWAY
	maxBody     = 1 << 10 // bytes of a body that are kept whatever the setting is
	maxKeep     = 256     // unused bytes: a frame header, and what is read at once behind it
)

// preface begins what the client sends (RFC 9113, section 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// match asks for the whole preface, or for a SETTINGS frame that a server may
// begin with.
func match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	switch {
	case len(b) == 0:
		return feature.Maybe
	case b[0] == 0:
		return matchSettings(b)
	}
	n := min(len(b), len(preface))
	switch {
	case string(b[:n]) != preface[:n]:
		return feature.No
	case n < len(preface):
		return feature.Maybe
	}
	return feature.Yes
}

// matchSettings: a short SETTINGS frame with possible values. An empty one is
// too little, so the frame behind it has to be one that comes there.
func matchSettings(b []byte) feature.Guess {
	for i, c := range b[:min(len(b), frameHeader)] {
		if i != 2 && c != [frameHeader]byte{3: frameSettings}[i] || i == 2 && c%6 != 0 {
			return feature.No
		}
	}
	if len(b) < frameHeader {
		return feature.Maybe
	}
	payload := b[frameHeader:]
	n := int(b[2])
	for i := 0; i+6 <= min(n, len(payload)); i += 6 {
		if !possible(binary.BigEndian.Uint16(payload[i:]), binary.BigEndian.Uint32(payload[i+2:])) {
			return feature.No
		}
	}
	switch {
	case n == 0 && len(payload) >= frameHeader:
		return matchSecond(parseHeader(payload))
	case n == 0 || len(payload) < n:
		return feature.Maybe
	}
	return feature.Yes
}

func matchSecond(h header) feature.Guess {
	ack := h.kind == frameSettings && h.flags == flagAck && h.stream == 0 && h.size == 0
	window := h.kind == frameWindowUpdate && h.flags == 0 && h.size == 4
	headers := h.kind == frameHeaders && h.flags&^0x2d == 0 && h.stream == 1 && h.size > 0 && h.size <= 1<<14
	if ack || window || headers {
		return feature.Yes
	}
	return feature.No
}

// possible reports whether a known setting may have a value (RFC 9113, section
// 6.5.2; RFC 8441; RFC 9218).
func possible(id uint16, v uint32) bool {
	switch id {
	case 1, 3, 6:
		return true
	case 2, 8, 9:
		return v <= 1
	case 4:
		return v <= 1<<31-1
	case 5:
		return v >= 1<<14 && v < 1<<24
	}
	return false
}
