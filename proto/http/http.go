// Package http reads HTTP/1.x: the header elements of every request and
// response of a connection, and the first bytes of their bodies.
//
// Messages: RFC 9112 and RFC 9110. Upgrade to HTTP/2: RFC 7540, section 3.2.
// A GET without a version is taken for HTTP/0.9 when its target is a path.
// Start lines of other protocols (HTTP/2, RTSP, SIP, ICAP) are not
// HTTP/1. SSDP (UPnP Device Architecture 2.0, section 1) is the same messages
// in datagrams, and has a module of its own.
//
// A parser holds at most 128 KiB of text for each direction of a record, and a
// message more; see limit.go for all bounds. An idle connection costs about
// 400 bytes, beside the text that is reported and 8 bytes for each header.
package http

import (
	"bytes"

	"joy/feature"
)

// Module is HTTP/1.x over TCP.
var Module = feature.Module{
	Key:     "http",
	Doc:     "HTTP/1.x: start line, headers and first body bytes of each request and response",
	Over:    feature.TCP,
	Ports:   []uint16{80, 8080, 8000, 3128, 8008, 8081, 8888},
	Match:   match,
	Keep:    maxLine,
	New:     func(s *feature.Settings) feature.Parser { return &Parser{set: s} },
	Carries: true,
}

// SSDP is HTTP/1.1 in datagrams: discovery of UPnP devices.
var SSDP = feature.Module{
	Key:   "ssdp",
	Doc:   "SSDP (UPnP discovery): start line and headers of each message",
	Over:  feature.UDP,
	Ports: []uint16{1900},
	Match: match,
	New:   func(s *feature.Settings) feature.Parser { return &Parser{set: s, datagrams: true} },
}

// match asks for a complete start line. A request whose line goes on for long
// is believed without its end when the method is one that HTTP alone has.
func match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) > 1 && b[0] == '\r' && b[1] == '\n' {
		b = b[2:] // RFC 9112, section 2.2: an empty line before it is to be ignored
	}
	switch {
	case len(b) == 0, len(b) == 1 && b[0] == '\r':
		return feature.Maybe
	case b[0]-'A' >= 26:
		return feature.No
	}
	l, g := startLine(b, c.EOF)
	if g == feature.Maybe && len(b) >= believeAfter && l.method > 0 && webMethod(b[:l.method]) {
		if u := b[l.method+1:]; u[0] == '/' || bytes.HasPrefix(u, []byte("http://")) {
			return feature.Yes
		}
	}
	return g
}
