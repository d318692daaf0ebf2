package fingerprints

import (
	"bytes"

	"joy/record"
)

// smtp makes that of a server from the whole answer to the first EHLO: (line)...,
// the first line, which greets, without its number. Lines that name a host are
// left out: those with a dot, and those with "Hello".
func (s *stage) smtp(r *record.Record) {
	if r.SMTP == nil || r.SMTP.Srv == nil || len(r.SMTP.Srv.Answer) == 0 {
		return
	}
	const number = len("250")
	at := len(s.text)
	s.text = append(s.text, "smtp_server/"...)
	start, first := len(s.text), true
	for line := range bytes.Lines(r.SMTP.Srv.Answer) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if first {
			line = line[min(number, len(line)):]
		}
		first = false
		if bytes.IndexByte(line, '.') < 0 && !bytes.Contains(line, []byte("Hello")) {
			s.bytes(line)
		}
	}
	if len(s.text) == start {
		s.text = s.text[:at]
		return
	}
	s.end(server(r, r.SMTP.ClientIn), at, isNPF)
}
