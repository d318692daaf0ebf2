package syslog

import (
	"bytes"

	"joy/feature"
)

// A Message is the head of the first message of a flow.
type Message struct {
	// Part of the system, such as auth or local0. Source: RFC 5424 section 6.2.1.
	Facility string `json:"facility"`
	// Severity: emerg, alert, crit, err, warning, notice, info, debug. Source: RFC
	// 5424 section 6.2.1.
	Severity string `json:"severity"`
	// 5424, 3164, or empty for a message that has neither head.
	Format string `json:"format"`
	// Host that wrote it; absent for none.
	Host feature.Text `json:"host,omitempty"`
	// Program; absent for none.
	App feature.Text `json:"app,omitempty"`
	// Process of the program; absent for none.
	Proc feature.Text `json:"proc,omitempty"`
	// Type of the message; absent for none and in the older form. Source: RFC 5424
	// section 6.2.7.
	MsgID feature.Text `json:"msg_id,omitempty"`
}

var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

var severities = [...]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// head reads what stands before the text.
func (m *Message) head(b []byte) {
	if bytes.HasPrefix(b, []byte("1 ")) {
		m.Format = "5424"
		_, b = word(b[2:]) // the time
		m.Host, b = word(b)
		m.App, b = word(b)
		m.Proc, b = word(b)
		m.MsgID, _ = word(b)
		return
	}
	const stamp = len("Jan  2 15:04:05 ")
	if len(b) <= stamp || b[3] != ' ' || b[6] != ' ' || b[9] != ':' || b[12] != ':' || b[15] != ' ' {
		return
	}
	m.Format = "3164"
	host, rest := word(b[stamp:])
	if bytes.HasSuffix(host, []byte(":")) || bytes.HasSuffix(host, []byte("]")) {
		rest, host = b[stamp:], nil // some leave the host out
	}
	m.Host = host
	tag, _ := word(rest)
	if i := bytes.IndexAny(tag, "[:"); i > 0 {
		m.App = tag[:i]
		if p, _, ok := bytes.Cut(tag[i+1:], []byte("]")); ok && tag[i] == '[' {
			m.Proc = p
		}
	}
}

// word reads up to a space; - stands for nothing.
func word(b []byte) (w, rest []byte) {
	w, rest, _ = bytes.Cut(b, []byte(" "))
	if len(w) == 1 && w[0] == '-' {
		w = nil
	}
	return w, rest
}
