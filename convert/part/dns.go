package part

import (
	"bytes"
	"strconv"

	"joy/query/value"
)

// A Transaction is a query and its response, either of them nil.
type Transaction struct{ Query, Response *Message }

// A Message is what a log has of a message of DNS.
type Message struct {
	Name, Type, Class, Flags, RC, RR, EDNS, ID, Opcode value.Value

	ms, question value.Value
}

func readMessage(v value.Value) *Message {
	var m [12]value.Value
	Members(v, m[:], "qn", "rn", "qt", "class", "flags", "rc", "rr", "edns", "id", "response_ms", "question", "opcode")
	read := &Message{
		Name: m[0], Type: m[2], Class: m[3], Flags: m[4], RC: m[5], RR: m[6], EDNS: m[7], ID: m[8], ms: m[9], question: m[10], Opcode: m[11],
	}
	if m[1] != nil {
		read.Name = m[1]
	}
	return read
}

// maxMessages bounds what is looked at in a record; ours have up to 400.
const maxMessages = 4096

// Transactions are the messages of a record: each response with the first query of
// its number and name that has none.
func Transactions(list value.Value) (all []Transaction) {
	n := 0
	for v := range list.Items() {
		if n++; n > maxMessages {
			break
		}
		m := readMessage(v)
		switch {
		case m.question != nil: // one more of the message before
		case v.Get("rn") == nil:
			all = append(all, Transaction{Query: m})
		default:
			all = answer(all, m)
		}
	}
	return all
}

func answer(all []Transaction, m *Message) []Transaction {
	for i := range all {
		t := &all[i]
		if t.Response == nil && t.Query != nil && bytes.Equal(t.Query.ID, m.ID) && bytes.EqualFold(t.Query.Name, m.Name) {
			t.Response = m
			return all
		}
	}
	return append(all, Transaction{Response: m})
}

// Took is the time of a response, in nanoseconds; m may be nil.
func (m *Message) Took() (int64, bool) {
	if m == nil {
		return 0, false
	}
	ms, ok := Float(m.ms)
	return int64(ms*1e3) * 1e3, ok && ms >= 0 && ms < 1e9
}

// Name is a name of DNS as others have it: empty for the root.
func Name(name []byte) []byte {
	if string(name) == "." {
		return name[:0]
	}
	return name
}

// Rcode is the name of a response code.
func Rcode(n uint64) string {
	names := [...]string{
		"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "unassigned-11",
	}
	if n < uint64(len(names)) {
		return names[n]
	}
	return "unassigned-" + strconv.FormatUint(n, 10)
}

// A Record is an answer.
type Record struct {
	Name, Type string
	Data       []byte
	TTL        float64
}

// Answers are those of a response, at most 256, with data that can be told in a line.
func (m *Message) Answers() (all []Record) {
	for v := range m.RR.Items() {
		if v.Get("section") != nil {
			continue
		}
		var f [14]value.Value
		Members(v, f[:], "a", "aaaa", "cname", "ptr", "ns", "soa", "mx", "dname", "txt", "srv", "type", "ttl", "name", "data")
		typ, data := recordText(f[:])
		ttl, ok := Float(f[11])
		if typ == "" || !ok {
			continue
		}
		name := Str(f[12])
		if f[12] == nil {
			name = Str(m.Name)
		}
		if all = append(all, Record{string(Name(name)), typ, data, ttl}); len(all) == 256 {
			break
		}
	}
	return all
}

// recordText is the type of a record and its data.
func recordText(f []value.Value) (typ string, data []byte) {
	for i, typ := range [...]string{"A", "AAAA", "CNAME", "PTR", "NS", "SOA", "MX", "DNAME"} {
		if f[i] != nil {
			return typ, Name(Str(f[i]))
		}
	}
	switch {
	case f[8] != nil:
		for item := range f[8].Items() {
			if data != nil {
				data = append(data, ' ')
			}
			data = append(data, Str(item)...)
		}
		return "TXT", data
	case f[9] != nil:
		return "SRV", Name(Str(f[9].Get("target")))
	case f[10].Kind() == value.String:
		return string(f[10].Text()), Str(f[13])
	}
	return "", nil
}
