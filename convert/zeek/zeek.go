// Package zeek writes flow records as the logs of Zeek: conn, dns, http, ssl and
// x509, as tab-separated values with a head or as lines of JSON. Field by field,
// docs/convert.md says what is exact, what comes near, and what a record does not
// hold.
package zeek

import (
	"time"

	"joy/query/flow"
)

// A Log is one of Zeek's.
type Log struct {
	Name   string
	Fields []Field
	rows   func(*Writer, *flow.Flow)
}

// A Field is a column, with a type of Zeek.
type Field struct{ Name, Type string }

// endpoints are the fields that all logs of connections begin with.
var endpoints = []Field{
	{"ts", "time"}, {"uid", "string"}, {"id.orig_h", "addr"}, {"id.orig_p", "port"}, {"id.resp_h", "addr"}, {"id.resp_p", "port"},
}

func log(name string, rows func(*Writer, *flow.Flow), more ...Field) Log {
	return Log{name, append(endpoints[:len(endpoints):len(endpoints)], more...), rows}
}

// Logs are those that can be written.
func Logs() []Log { return []Log{connLog(), dnsLog(), httpLog(), sslLog(), x509Log()} }

// A Writer writes the lines of one log. It is used by one goroutine.
type Writer struct {
	log    Log
	json   bool
	row    row
	out    []byte
	tables *tables
}

// NewWriter returns one for a log, which writes JSON or else tab-separated values.
func NewWriter(l Log, json bool) *Writer { return &Writer{log: l, json: json, tables: newTables()} }

// timeForm is how the head and the foot of a log have times.
const timeForm = "2006-01-02-15-04-05"

// Head appends what a log begins with, which is nothing for JSON. Opened is a time in
// nanoseconds: we take that of the first flow, so that the same flows make the same
// log.
func (w *Writer) Head(b []byte, opened int64) []byte {
	if w.json {
		return b
	}
	b = append(b, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t"+w.log.Name+"\n#open\t"...)
	b = time.Unix(0, opened).UTC().AppendFormat(b, timeForm)
	b = append(b, "\n#fields"...)
	for _, f := range w.log.Fields {
		b = append(append(b, '\t'), f.Name...)
	}
	b = append(b, "\n#types"...)
	for _, f := range w.log.Fields {
		b = append(append(b, '\t'), f.Type...)
	}
	return append(b, '\n')
}

// Foot appends what a log ends with.
func (w *Writer) Foot(b []byte, closed int64) []byte {
	if w.json {
		return b
	}
	b = append(b, "#close\t"...)
	return append(time.Unix(0, closed).UTC().AppendFormat(b, timeForm), '\n')
}

// Append appends the lines that a flow makes in the log, none or more.
func (w *Writer) Append(b []byte, f *flow.Flow) []byte {
	w.out = b
	w.log.rows(w, f)
	b, w.out = w.out, nil
	return b
}

// line writes a line, of which fields writes all.
func (w *Writer) line(fields func(*row)) {
	w.row.begin(w.out, &w.log, w.json)
	fields(&w.row)
	w.out = w.row.end()
}

// ends writes the fields that all logs of connections begin with.
func (w *Writer) ends(r *row, f *flow.Flow) {
	r.time(f.Start)
	r.text(uid(f.ID))
	r.text(f.SA)
	sp, dp := f.SP, f.DP
	if f.Pr == icmp4 || f.Pr == icmp6 {
		sp, dp = icmpPorts(f)
	}
	r.count(uint64(sp))
	r.text(f.DA)
	r.count(uint64(dp))
}

// uid makes Zeek's form of a flow's identifier: C and its 64 bits to the base of 62.
// It is nil for a record that has none.
func uid(id []byte) []byte {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	const size = 11 // 62^11 > 2^64
	var n uint64
	for _, c := range id {
		d := hexValue(c)
		if d < 0 || len(id) != 16 {
			return nil
		}
		n = n<<4 | uint64(d)
	}
	if id == nil {
		return nil
	}
	var b [1 + size]byte
	b[0] = 'C'
	for i := size; i > 0; i-- {
		b[i] = digits[n%62]
		n /= 62
	}
	return b[:]
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// Numbers of IP protocols.
const (
	icmp4 = 1
	tcp   = 6
	udp   = 17
	icmp6 = 58
)

func protocol(pr uint8) string {
	switch pr {
	case tcp:
		return "tcp"
	case udp:
		return "udp"
	case icmp4, icmp6:
		return "icmp"
	}
	return "unknown_transport"
}
