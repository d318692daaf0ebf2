package anonymize

import (
	"bytes"
	"encoding/hex"
	"strings"

	"joy/feature"
	"joy/measure"
	"joy/proto/dhcp"
	"joy/proto/dns"
	"joy/proto/http"
	"joy/proto/tls"
	"joy/query/value"
	"joy/record"
)

// Types that write themselves are read back, hide what they hold by themselves,
// and are written again; what cannot be read is searched as text.

// tables are the numbers of names that such types write.
type tables struct {
	extensions map[string]uint16
	options    map[string]uint8
	relay      map[string]uint8
}

func newTables() *tables {
	t := &tables{map[string]uint16{}, map[string]uint8{}, map[string]uint8{}}
	var b []byte
	for i := range 1 << 16 {
		e := tls.Extension{Type: uint16(i)}
		if b = e.AppendJSON(b[:0]); !bytes.HasPrefix(b, []byte(`{"kind"`)) {
			t.extensions[e.Name()] = e.Type
		}
	}
	for i := range 1 << 8 {
		code := uint8(i)
		t.options[first(dhcp.Option{Code: code}.AppendJSON(nil))] = code
		t.relay[first(dhcp.SubOption{Code: code}.AppendJSON(nil))] = code
	}
	return t
}

// first is the name of the first member of an object.
func first(object value.Value) string {
	for name := range object.Members() {
		return string(name)
	}
	return ""
}

// own writes a value of a type that writes itself, and reports whether anything may
// be told.
func (a *Anonymizer) own(v value.Value, place record.Place, parent value.Value) bool {
	switch place.Own {
	case "http.Message":
		return a.message(v)
	case "origin.User":
		return !a.hiding
	case "dhcpv6.MAC":
		return a.mac(v)
	case "dns.Presented":
		a.presented(v)
		return true
	case "tls.Extension":
		a.list(v, a.extension)
	case "tls.Attribute":
		a.list(v, a.attribute)
	case "dhcp.Option":
		a.list(v, a.dhcpOption)
	case "dhcp.SubOption":
		a.list(v, a.subOption)
	case "ike.Payload":
		version := string(parent.Get("header").Get("major"))
		a.list(v, func(v value.Value) { a.payload(v, version) })
	default:
		a.anything(v)
	}
	return true
}

// largest is the most that a name or a value of a message may have.
const largest = 1<<16 - 1

// message reads a message of HTTP or HTTP/2: objects of one member each, and a
// body at the end.
func (a *Anonymizer) message(v value.Value) (told bool) {
	open := &feature.Settings{Secrets: true} // headers as they are
	var e http.Elements
	var body []byte
	for item := range v.Items() {
		name, content, ok := pair(item)
		a.hidden = a.hidden || a.users != nil && string(name) == "usernames"
		if body != nil { // it was a header of that name
			http.AddHeader(&e, "body", hex.EncodeToString(body), open)
			body = nil
		}
		t := text(content)
		if !ok || content.Kind() != value.String || len(name) >= 1<<8 || len(t) > largest {
			a.anything(v)
			return true
		}
		if b, ok := a.digits(content); ok && len(b) > 0 && string(name) == "body" {
			body = bytes.Clone(b)
			continue
		}
		http.AddHeader(&e, feature.OriginalBytes(string(name)), []byte(t), open)
	}
	n, place := e.Len(), e.Room(len(body))
	e.SetBody(place, body)
	m := e.Message(0, n, place, len(body))
	m.Hide(a.h)
	if a.users != nil {
		m.NameUsers(a.users.Replace)
	}
	a.out = m.AppendJSON(a.out)
	return !m.IsZero()
}

// pair returns the only member of an object.
func pair(v value.Value) (name []byte, content value.Value, ok bool) {
	n := 0
	for name, content = range v.Members() {
		n++
	}
	return name, content, n == 1
}

// mac reads a link-layer address, and leaves it out if it holds a hidden address.
func (a *Anonymizer) mac(v value.Value) (told bool) {
	b, err := hex.DecodeString(strings.ReplaceAll(string(v.Text()), ":", ""))
	if err != nil {
		a.anything(v)
		return true
	}
	a.out = append(a.out, v...)
	return len(b) == 0 || a.h.Hex(b) != nil
}

func (a *Anonymizer) presented(v value.Value) {
	if v.Kind() != value.String {
		a.anything(v)
		return
	}
	before := text(v)
	p := dns.Presented(before)
	if p.Hide(a.h); bytes.Equal(p, before) {
		a.out = append(a.out, v...)
	} else {
		a.out = p.AppendJSON(a.out)
	}
}

// numbered reads {"name":"hex",...}, or {"kind":n,"data":"hex",...}.
func (a *Anonymizer) numbered(v value.Value) (name string, kind int64, data []byte, ok bool) {
	content := v.Get("data")
	if n, is := v.Get("kind").Num(); is && n.IsInt {
		kind = n.Int
	} else {
		for member, c := range v.Members() {
			name, content = string(member), c
			break
		}
	}
	data, ok = a.digits(content)
	return name, kind, bytes.Clone(data), ok
}

func (a *Anonymizer) extension(v value.Value) {
	name, kind, data, ok := a.numbered(v)
	e := tls.Extension{Type: uint16(kind), Data: data}
	if name != "" && ok {
		e.Type, ok = a.tables.extensions[name]
	}
	if !ok || kind>>16 != 0 {
		a.anything(v)
		return
	}
	if e.Hide(a.h); len(e.Data) == len(data) {
		a.out = append(a.out, v...)
	} else {
		a.out = e.AppendJSON(a.out)
	}
}

func (a *Anonymizer) attribute(v value.Value) {
	name, content, ok := pair(v)
	if !ok || content.Kind() != value.String {
		a.anything(v)
		return
	}
	at := tls.Attribute{Name: feature.OriginalBytes(string(name)), Value: bytes.Clone(text(content))}
	if at.Hide(a.h); bytes.Equal(at.Value, text(content)) && string(at.Name) == string(feature.OriginalBytes(string(name))) {
		a.out = append(a.out, v...)
	} else {
		a.out = at.AppendJSON(a.out)
	}
}

func (a *Anonymizer) dhcpOption(v value.Value) {
	if string(v.Get("msg_type")) != "" {
		a.plain(v)
		return
	}
	name, kind, data, ok := a.numbered(v)
	o := dhcp.Option{Code: uint8(kind), Data: data, Digest: text(v.Get("secret"))}
	if name != "" && ok {
		o.Code, ok = a.tables.options[name]
	}
	parts, _ := v.Get("parts").Num()
	o.Parts = uint16(parts.Int)
	if !ok || kind>>8 != 0 {
		a.anything(v)
		return
	}
	if o.Hide(a.h); len(o.Data) == len(data) {
		a.out = append(a.out, v...)
	} else {
		a.out = o.AppendJSON(a.out)
	}
}

func (a *Anonymizer) subOption(v value.Value) {
	name, kind, data, ok := a.numbered(v)
	o := dhcp.SubOption{Code: uint8(kind), Data: data}
	if name != "" && ok {
		o.Code, ok = a.tables.relay[name]
	}
	if !ok || kind>>8 != 0 {
		a.anything(v)
		return
	}
	if o.Hide(a.h); len(o.Data) == len(data) {
		a.out = append(a.out, v...)
	} else {
		a.out = o.AppendJSON(a.out)
	}
}

// option writes a TCP option.
func (a *Anonymizer) option(v value.Value) {
	inner := v
	if m := v.Get("malformed"); m != nil {
		inner = m
	}
	kind, ok := inner.Get("kind").Num()
	data, isHex := a.digits(inner.Get("data"))
	if !ok || !isHex || kind.Int < 0 || kind.Int > 255 || len(data) > 38 {
		a.plain(v)
		return
	}
	o := measure.ParseOptions(nil, append([]byte{byte(kind.Int), byte(2 + len(data))}, data...))
	if a.h.Options(o); len(o) != 1 || len(o[0].Data()) == len(data) {
		a.out = append(a.out, v...)
	} else {
		a.out = o[0].AppendJSON(a.out)
	}
}
