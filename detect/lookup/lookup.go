// Package lookup reads what was asked of the DNS, and answered, in a flow.
package lookup

import (
	"slices"

	"joy/detect/domain"
	"joy/query/flow"
	"joy/query/value"
)

// A Lookup is a query or a response about a name that somebody can register.
type Lookup struct {
	// Query says that it asks, and does not answer.
	Query bool
	// Text is the name as the record has it; it borrows the flow.
	Text []byte
	domain.Name
	// Type is that of the question, such as TXT.
	Type string
	// NoSuchName and Found are what a response says: NXDOMAIN, or no error.
	NoSuchName, Found bool
}

// local are ports of the protocols like DNS that ask neighbours: NetBIOS, mDNS,
// LLMNR.
var local = [...]uint16{137, 5353, 5355}

// maxMessages bounds what is looked at of a record, which lists no more.
const maxMessages = 400

// Append adds the lookups of a flow to a list.
func Append(list []Lookup, f *flow.Flow) []Lookup {
	if slices.Contains(local[:], f.DP) || slices.Contains(local[:], f.SP) {
		return list
	}
	n := 0
	for m := range f.Rest.Get("dns").Items() {
		if n++; n > maxMessages {
			break
		}
		if l, ok := read(m); ok {
			list = append(list, l)
		}
	}
	return list
}

func read(m value.Value) (l Lookup, ok bool) {
	text := m.Get("qn")
	if l.Query = text != nil; !l.Query {
		text = m.Get("rn")
		rc := string(m.Get("rc"))
		l.NoSuchName, l.Found = rc == "3", rc == "0"
	}
	l.Text = text.Text()
	l.Type = kind(m.Get("qt").Text())
	l.Name, ok = domain.Parse(l.Text)
	return l, ok
}

// kind keeps the types that tell something, without allocating.
func kind(t []byte) string {
	switch string(t) {
	case "TXT", "NULL", "CNAME", "MX", "SRV", "A", "AAAA", "HTTPS", "TYPE65399":
		return string(t)
	case "TYPE65533", "PRIVATE":
		return "PRIVATE"
	}
	return "other"
}
