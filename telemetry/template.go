package telemetry

import (
	"slices"

	"joy/telemetry/element"
	"joy/wire"
)

const (
	variable      = 0xffff // length of a field that says it itself (RFC 7011 section 7)
	maxFields     = 4096   // of a template; a datagram of 64 KiB has room for 16,000
	templateExtra = 16     // what a template costs beside its fields, in fields
)

// A template says which fields a data record has.
type template struct {
	fields  []field
	least   int  // bytes that a record has at least
	fixed   bool // records have no more than these
	options bool // records are about the exporter
	used    int64
}

// A field is one of a template.
type field struct {
	place  place
	length uint16
}

func (t *template) weight() int { return len(t.fields) + templateExtra }

func (t *template) same(o *template) bool {
	return t.options == o.options && slices.Equal(t.fields, o.fields)
}

// add appends a field.
func (t *template) add(p place, length uint16) {
	t.fixed = length != variable && (t.fixed || len(t.fields) == 0)
	t.fields = append(t.fields, field{p, length})
	if length == variable {
		length = 1
	}
	t.least += int(length)
}

// readSpecifier reads a field specifier of IPFIX (RFC 7011 section 3.2).
func readSpecifier(r *wire.Reader) (id element.ID, length uint16) {
	number, length := r.Uint16(), r.Uint16()
	if number&enterpriseBit == 0 {
		return element.ID(number), length
	}
	return element.Make(r.Uint32(), number&^enterpriseBit), length
}

// readLength reads the length before a value (RFC 7011 section 7).
func readLength(r *wire.Reader) int {
	if n := r.Uint8(); n < 255 {
		return int(n)
	}
	return int(r.Uint16())
}

// place is what an element means. Our own may come under the number of another
// enterprise.
func (d *Decoder) place(id element.ID) place {
	if id.Enterprise() == d.o.Enterprise {
		id = element.Make(element.Own, id.Number())
	}
	return places[id]
}

// readFields reads n fields of a template of a version, of which the first ones
// are scopes. It reports false when there are more scopes than fields, when the
// set has fewer bytes, and for a variable length in NetFlow 9, which has none.
//
// The scopes of NetFlow 9 have numbers of their own (RFC 3954 section 6.1), and
// fields without a length say nothing: a record must not be longer to read than
// it is.
func (d *Decoder) readFields(t *template, r *wire.Reader, n, scope int, version uint16) bool {
	if scope > n || n > r.Len()/4 {
		return false
	}
	t.fields = make([]field, 0, min(n, maxFields+1))
	for i := range n {
		var id element.ID
		var length uint16
		if version == 9 {
			typ := r.Uint16()
			id, length = netflow9ID(typ), r.Uint16()
			if length == variable {
				return false
			}
		} else {
			id, length = readSpecifier(r)
		}
		p := d.place(id)
		if version == 9 && i < scope {
			p = place{}
		}
		if length > 0 && len(t.fields) <= maxFields {
			t.add(p, length)
		}
	}
	return !r.Bad()
}

// templates takes the templates of a set. What is behind them and too short
// for another is padding. Options of IPFIX have a scope (RFC 7011 section
// 3.4.2.2).
func (d *Decoder) templates(r *wire.Reader, options bool) {
	version := d.msg.stream.key.version
	for r.Len() >= 4 {
		id, n, scope := r.Uint16(), int(r.Uint16()), 0
		switch {
		case version == 9 && options: // lengths in bytes (RFC 3954 section 6.1)
			scope = n / 4
			n = scope + int(r.Uint16())/4
		case n == 0 && version == 10:
			d.withdraw(id, options)
			continue
		case n == 0 && id == 0: // padding
			return
		case options:
			scope = int(r.Uint16())
		}
		t := &template{options: options, used: d.msg.now}
		if !d.readFields(t, r, n, scope, version) || options && version == 10 && scope == 0 {
			d.stats.add(BadTemplate)
			return
		}
		d.take(id, t)
	}
}

// take keeps a template, unless records would have no length, and so no end.
func (d *Decoder) take(id uint16, t *template) {
	switch {
	case id < firstData, t.least == 0:
		d.stats.add(BadTemplate)
		return
	case len(t.fields) > maxFields:
		d.stats.add(LongTemplate)
		return
	}
	d.stats.Templates++
	s := d.msg.stream
	if old, ok := s.templates.get(id); ok {
		if old.same(t) {
			old.used = d.msg.now
			return
		}
		d.remove(s, id)
	}
	d.makeRoom(s, t.weight())
	s.templates.put(id, t)
	d.charge(s, t.weight())
	d.decodeWaiting(id)
}

// remove drops a template of s.
func (d *Decoder) remove(s *stream, id uint16) {
	if t, ok := s.templates.get(id); ok {
		d.charge(s, -t.weight())
		s.templates.remove(id)
	}
}

// makeRoom drops the templates of s that were used longest ago when it has too
// many, or more than its share of all.
func (d *Decoder) makeRoom(s *stream, weight int) {
	for s.templates.len() > 0 && (s.templates.len() >= d.o.Templates || s.weight+weight > d.share()) {
		id, _ := s.templates.oldest()
		d.remove(s, id)
		d.stats.add(EvictedTemplate)
	}
}

// share is what a stream may take of TemplateFields, so that one exporter that
// goes wild does not cost the others their templates.
func (d *Decoder) share() int { return d.o.TemplateFields / 8 }

// charge notes that s, the stream that was used last, keeps more, or less.
// Streams that were used longest ago make room for it.
func (d *Decoder) charge(s *stream, weight int) {
	s.weight += weight
	d.weight += weight
	for d.weight > d.o.TemplateFields && d.streams.len() > 1 {
		_, victim := d.streams.oldest()
		d.stats.add(EvictedExporter)
		d.forget(victim)
	}
}

// withdraw drops a template, or all of a kind (RFC 7011 section 8.1), which a
// message can do once.
func (d *Decoder) withdraw(id uint16, options bool) {
	s, before := d.msg.stream, d.msg.stream.templates.len()
	switch {
	case id != templateSet && id != optionsSet:
		d.remove(s, id)
	case !d.msg.cleared[id-templateSet]:
		d.msg.cleared[id-templateSet] = true
		for known, t := range s.templates.all {
			if t.options == options {
				d.remove(s, known)
			}
		}
	}
	d.stats.Withdrawn += uint64(before - s.templates.len())
}

// template finds the template of a data set, unless it is too old.
func (d *Decoder) template(id uint16) *template {
	s := d.msg.stream
	t, ok := s.templates.get(id)
	if !ok {
		return nil
	}
	if d.msg.now-t.used > d.o.TemplateLife {
		d.remove(s, id)
		d.stats.add(ExpiredTemplate)
		return nil
	}
	t.used = max(t.used, d.msg.now)
	return t
}

// version5 is what a record of NetFlow 5 has, as if it had a template.
func version5() template {
	var t template
	for _, f := range []struct {
		typ    uint16
		length uint16
	}{
		{8, 4},
		{12, 4},
		{15, 4},
		{10, 2},
		{14, 2},
		{2, 4},
		{1, 4},
		{22, 4},
		{21, 4},
		{7, 2},
		{11, 2},
		{0, 1},
		{6, 1},
		{4, 1},
		{5, 1},
		{16, 2},
		{17, 2},
		{9, 1},
		{13, 1},
		{0, 2},
	} {
		t.add(places[netflow9ID(f.typ)], f.length)
	}
	return t
}
