package fingerprints

import (
	"encoding/hex"

	"joy/proto/http"
	"joy/record"
)

// http makes those of the first request and of the first response that are
// whole.
func (s *stage) http(r *record.Record) {
	if r.HTTP == nil {
		return
	}
	var done [2]bool // request, response
	for i := range *r.HTTP {
		x := &(*r.HTTP)[i]
		s.message(x.Out, x.OutMarks, x.OutLeft, 0, &done)
		s.message(x.In, x.InMarks, x.InLeft, 1, &done)
		if done == [2]bool{true, true} {
			return
		}
	}
}

// message appends (method)(version)((headers)) of a request, or
// (version)(code)(reason)((headers)) of a response.
func (s *stage) message(m http.Message, marks http.Marks, left, side int, done *[2]bool) {
	if marks&(http.Cut|http.Gap) != 0 || left > 0 || m.IsZero() {
		return
	}
	at := len(s.text)
	var start [4][]byte // method, version, code, reason
	response, headers, first := 1, false, true
	for e := range m.All() {
		if first && string(e.Name) == "method" {
			response = 0
		}
		if first = false; done[response] {
			return
		}
		if place := partOf(e.Name); !headers && place >= 0 {
			if place < len(start) {
				start[place] = e.Value
			}
			continue
		}
		if !headers {
			headers = true
			s.startLine(response == 1, &start)
		}
		if !e.IsHex {
			s.header(e, response == 1)
		}
	}
	if !headers {
		s.startLine(response == 1, &start)
	}
	if len(start[1]) == 0 { // HTTP/0.9 has nothing to tell software by
		s.text = s.text[:at]
		return
	}
	s.text = append(s.text, ')')
	done[response] = true
	s.end(side, at, isNPF)
}

// partOf is the place of a part of a start line; 4 for one that is not wanted,
// less than 0 for a header.
func partOf(name []byte) int {
	switch string(name) {
	case "method":
		return 0
	case "version":
		return 1
	case "code":
		return 2
	case "reason":
		return 3
	case "uri", "usernames":
		return 4
	}
	return -1
}

// startLine appends the start line and begins the headers.
func (s *stage) startLine(response bool, start *[4][]byte) {
	if response {
		s.text = append(s.text, "http_server/"...)
		s.bytes(start[1])
		s.bytes(start[2])
		s.bytes(start[3])
	} else {
		s.text = append(s.text, "http/"...)
		s.bytes(start[0])
		s.bytes(start[1])
	}
	s.text = append(s.text, '(')
}

// How much of a header is kept.
type kept uint8

const (
	nothing kept = iota
	nameOnly
	nameAndValue
)

// header appends what is kept of one.
func (s *stage) header(e http.Element, ofResponse bool) {
	var room [32]byte // more than the longest name that is kept
	if len(e.Name) > len(room) {
		return
	}
	for i, c := range e.Name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		room[i] = c
	}
	keeps := keptOfRequest(room[:len(e.Name)])
	if ofResponse {
		keeps = keptOfResponse(room[:len(e.Name)])
	}
	switch keeps {
	case nameOnly:
		s.bytes(e.Name)
	case nameAndValue:
		s.text = append(s.text, '(')
		s.text = hex.AppendEncode(s.text, e.Name)
		s.text = append(s.text, "3a20"...) // colon and space
		s.text = hex.AppendEncode(s.text, e.Value)
		s.text = append(s.text, ')')
	}
}

func keptOfRequest(lower []byte) kept {
	switch string(lower) {
	case "accept", "accept-encoding", "connection", "dnt", "dpr", "upgrade-insecure-requests", "x-requested-with":
		return nameAndValue
	case "accept-charset", "accept-language", "authorization", "cache-control", "host", "if-modified-since", "keep-alive",
		"user-agent", "x-flash-version", "x-p2p-peerdist":
		return nameOnly
	}
	return nothing
}

func keptOfResponse(lower []byte) kept {
	switch string(lower) {
	case "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
		"access-control-expose-headers", "cache-control", "code", "connection", "content-language", "content-transfer-encoding",
		"p3p", "pragma", "reason", "server", "strict-transport-security", "version", "x-aspnetmvc-version", "x-aspnet-version",
		"x-cid", "x-ms-version", "x-xss-protection":
		return nameAndValue
	case "appex-activity-id", "cdnuuid", "cf-ray", "content-range", "content-type", "date", "etag", "expires", "flow_context",
		"ms-cv", "msregion", "ms-requestid", "request-id", "vary", "x-amz-cf-pop", "x-amz-request-id",
		"x-azure-ref-originshield", "x-cache", "x-cache-hits", "x-ccc", "x-diagnostic-s", "x-feserver", "x-hw", "x-msedge-ref",
		"x-ocsp-responder-id", "x-requestid", "x-served-by", "x-timer", "x-trace-context":
		return nameOnly
	}
	return nothing
}
