package stitch

import (
	"bytes"
	"slices"

	"joy/query/value"
)

// A part is what a flow is made of.
type part struct {
	record     *value.Record
	start, end float64
	directed   bool
}

// A merger adds another part to the one that began first.
type merger struct {
	part
	other   part
	swapped bool // the source of one is the destination of the other
	keepDir bool // dir inside of protocols is that of the flow
}

// maxRecord bounds what a record grows to by lists that go on, in bytes.
const maxRecord = value.MaxLine

// merge adds what other has. What is not named here stays as the first part has
// it, or is taken from the other where the first has nothing.
func (m *merger) merge() {
	merged := m.features() // of the numbers before they are added
	room := maxRecord
	for i := range m.record.Members {
		room -= len(m.record.Members[i].Value)
	}
	for i := range m.other.record.Members {
		o := &m.other.record.Members[i]
		name := string(o.Name)
		if m.swapped {
			name = opposite(name)
		}
		v := m.record.Get(name)
		if add := m.member(name, v, m.turn(name, o.Value), room); len(add) > 0 {
			room -= len(add) - len(v)
			m.record.Set(name, add)
		}
	}
	if m.other.end >= m.end {
		for _, name := range []string{"expire_type", "end_reason"} {
			if m.other.record.Get(name) == nil {
				m.record.Remove(name)
			}
		}
	}
	for _, f := range merged {
		m.record.Set(f.name, f.value)
	}
}

// opposites are members that say the same of either direction.
var opposites = [][2]string{
	{"bytes_out", "bytes_in"},
	{"num_pkts_out", "num_pkts_in"},
	{"sa_labels", "da_labels"},
	{"oseq", "iseq"},
	{"oack", "iack"},
	{"idp_out", "idp_in"},
	{"idp_len_out", "idp_len_in"},
	{"fingerprints", "fingerprints_in"},
	{"out", "in"},
	{"out_marks", "in_marks"},
	{"out_left", "in_left"},
	{"more_out", "more_in"},
	{"vlan_out", "vlan_in"},
	{"mpls_out", "mpls_in"},
	{"smac", "dmac"},
}

// opposite returns the name of a member for the other direction.
func opposite(name string) string {
	for _, pair := range opposites {
		switch name {
		case pair[0]:
			return pair[1]
		case pair[1]:
			return pair[0]
		}
	}
	return name
}

// turned are members with the names of opposites inside.
var turned = []string{"ip", "tcp", "payload", "probable_os", "stats", "http", "ssdp", "l2"}

// turn returns a value for the other direction, if that is needed.
func (m *merger) turn(name string, v value.Value) value.Value {
	if !m.swapped || !slices.Contains(turned, name) {
		return v
	}
	if v.Kind() != value.Array {
		return turnObject(v)
	}
	b := []byte{'['}
	for item := range v.Items() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, turnObject(item)...)
	}
	return append(b, ']')
}

func turnObject(v value.Value) value.Value {
	var r value.Record
	if r.Split(v) != nil {
		return v
	}
	for i := range r.Members {
		r.Members[i].Name = []byte(opposite(string(r.Members[i].Name)))
	}
	return r.Join(nil)
}

// lists go on from one record to the next.
var lists = []string{"dns", "http", "ssdp", "dhcp", "dhcpv6", "sip", "ppi"}

// member returns what a member is with what the other part has; nil: it stays.
func (m *merger) member(name string, v, o value.Value, room int) value.Value {
	switch name {
	case "sa", "da", "sp", "dp", "pr", "time_start":
		return nil
	case "packets":
		return m.packets(v, o)
	case "time_end":
		return latest(v, o)
	case "expire_type", "end_reason":
		if m.other.end >= m.end {
			return o
		}
		return nil
	}
	switch {
	case v == nil:
		return o
	case name == "bytes_out" || name == "bytes_in" || name == "num_pkts_out" || name == "num_pkts_in":
		return plus(v, o)
	case name == "byte_dist" || name == "compact_byte_dist":
		return elementwise(v, o)
	case name == "debug":
		return object(v, o, func(_ string, v, o value.Value) value.Value { return plus(v, o) })
	case name == "app":
		return union(v, o)
	case slices.Contains(lists, name):
		return concat(v, o, room)
	}
	return object(v, o, m.inside)
}

// inside merges members of an object.
func (m *merger) inside(name string, v, o value.Value) value.Value {
	switch {
	case name == "srlt":
		if !m.keepDir {
			v, o = dirs(v, false, m.directed), dirs(o, m.swapped, m.other.directed)
		}
		return concat(v, o, maxRecord)
	case v.Kind() == value.Array && len(bytes.TrimSpace(v[1:len(v)-1])) == 0:
		return o
	}
	return object(v, o, m.inside)
}

// object adds to v the members that only o has, and those of both as both says;
// nil for what is no object, and if v stays as it is.
func object(v, o value.Value, both func(name string, v, o value.Value) value.Value) value.Value {
	var a, b value.Record
	if v.Kind() != value.Object || o.Kind() != value.Object || a.Split(v) != nil || b.Split(o) != nil {
		return nil
	}
	changed := false
	for i := range b.Members {
		name := string(b.Members[i].Name)
		had := a.Get(name)
		now := b.Members[i].Value
		if had != nil {
			now = both(name, had, now)
		}
		if now != nil {
			a.Set(name, now)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return a.Join(make([]byte, 0, len(v)+len(o)))
}

// latest is the larger of two numbers.
func latest(v, o value.Value) value.Value {
	a, _ := v.Num()
	b, ok := o.Num()
	if ok && b.Compare(a) > 0 {
		return o
	}
	return nil
}

// plus adds two numbers.
func plus(v, o value.Value) value.Value {
	a, ok1 := v.Num()
	b, ok2 := o.Num()
	if !ok1 || !ok2 {
		return nil
	}
	return a.Plus(b).Append(nil)
}

// elementwise adds two arrays of numbers of the same length.
func elementwise(v, o value.Value) value.Value {
	a, b := numbers(v), numbers(o)
	if len(a) == 0 || len(a) != len(b) {
		return nil
	}
	text := []byte{'['}
	for i := range a {
		if i > 0 {
			text = append(text, ',')
		}
		text = a[i].Plus(b[i]).Append(text)
	}
	return append(text, ']')
}

// maxNumbers is how many a distribution may have; Joy's have 256.
const maxNumbers = 4096

// numbers are those of an array, nil for what is none.
func numbers(v value.Value) (list []value.Num) {
	for item := range v.Items() {
		n, ok := item.Num()
		if !ok || len(list) == maxNumbers {
			return nil
		}
		list = append(list, n)
	}
	return list
}

// concat puts two arrays into one, if there is room for it.
func concat(v, o value.Value, room int) value.Value {
	if v.Kind() != value.Array || o.Kind() != value.Array || len(o) > room {
		return nil
	}
	head, tail := bytes.TrimSpace(v[1:len(v)-1]), bytes.TrimSpace(o[1:len(o)-1])
	text := append([]byte{'['}, head...)
	if len(head) > 0 && len(tail) > 0 {
		text = append(text, ',')
	}
	return append(append(text, tail...), ']')
}

// maxApps is how many protocols a flow may have.
const maxApps = 64

// union adds the elements of o that v has not.
func union(v, o value.Value) value.Value {
	if v.Kind() != value.Array || o.Kind() != value.Array {
		return nil
	}
	var list []value.Value
	for _, array := range []value.Value{v, o} {
		for item := range array.Items() {
			if len(list) < maxApps && !slices.ContainsFunc(list, func(have value.Value) bool { return bytes.Equal(have, item) }) {
				list = append(list, item)
			}
		}
	}
	text := []byte{'['}
	for i, item := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	return append(text, ']')
}
