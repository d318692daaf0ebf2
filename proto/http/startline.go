package http

import (
	"bytes"

	"joy/feature"
)

// A start is where the parts of a start line are.
type start struct {
	size     int // bytes with the line end; 0 when it is missing
	response bool
	method   int    // bytes of the method of a request; 0 when it has not ended yet
	uri      []byte // of a request
	version  []byte
	code     []byte // of a response
	reason   []byte // of a response
	cut      bool   // the line is longer than maxLine
}

const versionPrefix = "HTTP/1."

// startLine recognises a request or status line at the start of b, strictly:
// Maybe while it is not complete, No as soon as it cannot be one.
func startLine(b []byte, eof bool) (start, feature.Guess) {
	if len(b) == 0 {
		return start{}, feature.Maybe
	}
	if n := min(len(b), len(versionPrefix)); b[0] == 'H' && string(b[:n]) == versionPrefix[:n] && n > 1 {
		return statusLine(b, eof)
	}
	return requestLine(b, eof)
}

// statusLine: "HTTP/1.1 200 OK". The reason may be empty, and so may the space
// before it be missing (against RFC 9112, section 4).
func statusLine(b []byte, eof bool) (start, feature.Guess) {
	const form = "HTTP/1.d ddd"
	for i := 0; i < len(form) && i < len(b); i++ {
		if form[i] == 'd' && !digit(b[i]) || form[i] != 'd' && form[i] != b[i] {
			return start{}, feature.No
		}
	}
	line, size, ok := firstLine(b, eof)
	switch {
	case len(b) <= len(form) && !ok:
		return start{}, feature.Maybe
	case len(b) < len(form) || b[9] == '0' || len(b) > len(form) && b[len(form)] > ' ':
		return start{}, feature.No
	}
	l := start{size: size, response: true, version: b[:8], code: b[9:12]}
	if !ok {
		return l, feature.Maybe
	}
	l.reason = trim(line[len(form):])
	return l, feature.Yes
}

// requestLine: "GET /a HTTP/1.1". The target may hold spaces, as those of
// sloppy clients do: the last word is the version.
func requestLine(b []byte, eof bool) (start, feature.Guess) {
	n := 0
	for n < len(b) && n <= maxMethod && methodByte(b[n]) {
		n++
	}
	switch {
	case n > maxMethod:
		return start{}, feature.No
	case n == len(b) && !eof:
		return start{}, feature.Maybe
	case n == len(b) || n < 3 || b[n] != ' ':
		return start{}, feature.No
	case n+1 < len(b) && b[n+1] <= ' ':
		return start{}, feature.No
	}
	line, size, ok := firstLine(b, eof)
	if !ok {
		if n+1 == len(b) {
			n = 0
		}
		return start{method: n}, feature.Maybe
	}
	if b[size-1] == '\n' && simple(line) {
		return start{size: size, method: n, uri: line[n+1:]}, feature.Yes
	}
	at := len(line) - len(" HTTP/1.1")
	if at <= n+1 || line[at] != ' ' || string(line[at+1:len(line)-1]) != versionPrefix || !digit(line[len(line)-1]) {
		return start{}, feature.No
	}
	return start{size: size, method: n, uri: trim(line[n+1 : at]), version: line[at+1:]}, feature.Yes
}

// simple reports whether a request line is one of HTTP/0.9: "GET /a".
func simple(line []byte) bool {
	const method = "GET "
	return len(line) > len(method) && string(line[:len(method)]) == method && line[len(method)] == '/' &&
		bytes.IndexByte(line[len(method):], ' ') < 0
}

// firstLine is the first line of b without white space around it, and its
// size with the line end. A bare LF ends a line too (RFC 9112, section 2.2).
func firstLine(b []byte, eof bool) (line []byte, size int, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if !eof {
			return nil, 0, false
		}
		i = len(b) - 1
	}
	return trim(b[:i+1]), i + 1, true
}

// A headerLine is where a header line and those that are folded into it are.
type headerLine struct {
	size   int  // bytes with the line ends
	folded bool // it is more than one line
	cut    bool // it goes on behind maxLine bytes
}

// nextHeader finds the first header with its folded lines (RFC 9112, section
// 5.2), or an empty line. Whether a line goes on is known when the byte behind
// it is.
func nextHeader(b []byte, eof bool) (h headerLine, ok bool) {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 || i+j >= maxLine {
			if len(b) >= maxLine {
				h.size, h.cut = maxLine, true
				return h, true
			}
			h.size = len(b)
			return h, eof && len(b) > 0
		}
		i += j + 1
		h.size = i
		switch {
		case i == 1, i == 2 && b[0] == '\r':
			return h, true
		case i == len(b):
			return h, eof
		case b[i] != ' ' && b[i] != '\t':
			return h, true
		}
		h.folded = true
	}
}

// restOfLine is the size of what is left of a line that was cut, with its
// folded lines.
func restOfLine(b []byte, eof bool) (size int, ended bool) {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return len(b), false
		}
		i += j + 1
		switch {
		case i == len(b) && !eof:
			return i - 1, false
		case i == len(b) || b[i] != ' ' && b[i] != '\t':
			return i, true
		}
	}
}

// trim takes white space and line ends off (BenchmarkPair: bytes.Trim is much
// slower).
func trim(b []byte) []byte {
	for len(b) > 0 && space(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	for len(b) > 0 && space(b[0]) {
		b = b[1:]
	}
	return b
}

func space(c byte) bool { return c == ' ' || c == '\r' || c == '\n' || c == '\t' }

func digit(c byte) bool { return c-'0' <= 9 }

// methodByte: the methods in use are capital letters, with a hyphen in
// M-SEARCH and VERSION-CONTROL, and an underscore in RPC_IN_DATA.
func methodByte(c byte) bool { return c-'A' < 26 || c == '-' || c == '_' }

// webMethod reports whether a method is one of HTTP and its kin.
func webMethod(m []byte) bool {
	switch string(m) {
	case "GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", // RFC 9110, RFC 5789
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", // RFC 4918
		"REPORT", "CHECKOUT", "CHECKIN", "UNCHECKOUT", "MERGE", "MKACTIVITY", "MKWORKSPACE", // RFC 3253
		"UPDATE", "LABEL", "VERSION-CONTROL", "BASELINE-CONTROL", // RFC 3253
		"ACL", "SEARCH", "BIND", "REBIND", "UNBIND", "ORDERPATCH", "MKCALENDAR", "MKREDIRECTREF", "UPDATEREDIRECTREF", // more WebDAV
		"LINK", "UNLINK", "PURGE", "QUERY", "SOURCE", // in use by caches and media servers
		"M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "POLL", // UPnP, Exchange
		"BPROPFIND", "BPROPPATCH", "BCOPY", "BMOVE", "BDELETE", // Exchange
		"RPC_IN_DATA", "RPC_OUT_DATA", "BITS_POST", "CCM_POST", "SSTP_DUPLEX_POST": // MS-RPCH, MC-BUP, MS-SSTP
		return true
	}
	return false
}
