package zeek

import (
	"bytes"
	"strconv"

	"joy/convert/part"
	"joy/proto/dns"
	"joy/query/flow"
	"joy/query/value"
)

func dnsLog() Log {
	return log(
		"dns", (*Writer).dns,
		Field{"proto", "enum"}, Field{"trans_id", "count"}, Field{"rtt", "interval"}, Field{"query", "string"},
		Field{"qclass", "count"}, Field{"qclass_name", "string"}, Field{"qtype", "count"}, Field{"qtype_name", "string"},
		Field{"rcode", "count"}, Field{"rcode_name", "string"}, Field{"AA", "bool"}, Field{"TC", "bool"}, Field{"RD", "bool"},
		Field{"RA", "bool"}, Field{"Z", "count"}, Field{"answers", "vector[string]"}, Field{"TTLs", "vector[interval]"},
		Field{"rejected", "bool"},
	)
}

// tables are numbers by the names that our records have.
type tables struct {
	types, classes map[string]uint64
}

func newTables() *tables {
	t := &tables{map[string]uint64{}, map[string]uint64{}}
	var b value.Value
	for i := range 1 << 16 {
		if b = dns.QType(i).AppendJSON(b[:0]); !bytes.HasPrefix(b, []byte(`"TYPE`)) {
			t.types[string(b.Text())] = uint64(i)
		}
	}
	for _, i := range []int{1, 3, 4, 254, 255} {
		b = dns.QClass(i).AppendJSON(b[:0])
		t.classes[string(b.Text())] = uint64(i)
	}
	return t
}

// number is that of a name, or the one behind it in TYPE65400 and CLASS7.
func number(table map[string]uint64, prefix string, name []byte) (uint64, bool) {
	if n, ok := table[string(name)]; ok {
		return n, true
	}
	if digits, ok := bytes.CutPrefix(name, []byte(prefix)); ok {
		n, err := strconv.ParseUint(string(digits), 10, 16)
		return n, err == nil
	}
	return 0, false
}

// dns writes a line for each transaction.
func (w *Writer) dns(f *flow.Flow) {
	list := f.Rest.Get("dns")
	if list == nil {
		return
	}
	for _, t := range part.Transactions(list) {
		w.line(func(r *row) {
			w.ends(r, f)
			r.name(protocol(f.Pr))
			w.transaction(r, t)
		})
	}
}

func (w *Writer) transaction(r *row, t part.Transaction) {
	asked := t.Query
	if asked == nil {
		asked = t.Response
	}
	r.number(part.Integer(asked.ID))
	if ms, ok := t.Response.Took(); ok {
		r.time(ms)
	} else {
		r.unset()
	}
	r.text(bytes.ToLower(part.Name(part.Str(asked.Name))))
	w.question(r, asked)
	w.answer(r, t)
}

// question writes class and type. Without a class in the record it is IN.
func (w *Writer) question(r *row, m *part.Message) {
	class, typ := part.Str(m.Class), part.Str(m.Type)
	switch {
	case typ == nil:
		r.skip(2)
	case class == nil:
		r.count(1)
		r.name("C_INTERNET")
	default:
		r.number(number(w.tables.classes, "CLASS", class))
		r.name(className(string(class)))
	}
	if typ == nil {
		r.skip(2)
		return
	}
	r.number(number(w.tables.types, "TYPE", typ))
	if string(typ) == "ANY" {
		typ = []byte("*")
	}
	r.text(typ)
}

func className(name string) string {
	switch name {
	case "CH":
		return "C_CHAOS"
	case "HS":
		return "C_HESIOD"
	case "NONE":
		return "C_NONE"
	case "ANY":
		return "C_ANY"
	}
	return "qclass-" + name
}

// answer writes what is of the response, or of the query where none was seen.
func (w *Writer) answer(r *row, t part.Transaction) {
	m := t.Response
	var answers [][]byte
	var ttls []float64
	if m != nil {
		code, ok := part.Integer(m.RC)
		r.number(code, ok)
		r.name(part.Rcode(code))
		answers, ttls = records(m)
	} else {
		r.skip(2)
		m = t.Query
	}
	var flags [7]bool
	for v := range m.Flags.Items() {
		for i, name := range [...]string{"aa", "tc", "rd", "ra", "z", "ad", "cd"} {
			flags[i] = flags[i] || string(part.Str(v)) == name
		}
	}
	for _, is := range flags[:4] {
		r.bool(is)
	}
	z := uint64(0)
	for i, is := range flags[4:] {
		if is {
			z |= 4 >> i
		}
	}
	r.count(z)
	r.list(answers)
	r.intervals(ttls)
	r.bool(t.Response != nil && t.Response.EDNS == nil && string(bytes.TrimSpace(t.Response.RR)) == "[]")
}

// records are the answers of a response with their times to live.
func records(m *part.Message) (answers [][]byte, ttls []float64) {
	for _, a := range m.Answers() {
		text := a.Data
		switch a.Type {
		case "A", "AAAA":
		case "CNAME", "PTR", "NS", "SOA", "MX", "DNAME", "SRV":
			text = bytes.ToLower(text)
		case "TXT":
			text = append([]byte("TXT "+strconv.Itoa(len(a.Data))+" "), a.Data...)
		default:
			text = bytes.TrimSpace(append([]byte(a.Type+" "), a.Data...))
		}
		answers, ttls = append(answers, text), append(ttls, a.TTL)
	}
	return answers, ttls
}
