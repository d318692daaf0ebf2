package telemetry

import (
	"net/netip"

	"joy/wire"
)

// Numbers of sets. Those of NetFlow 9 are 2 less.
const (
	templateSet = 2
	optionsSet  = 3
	firstData   = 256
)

// netflow5 decodes a message of NetFlow 5.
func (d *Decoder) netflow5(b []byte, from netip.Addr) {
	r := wire.NewReader(b)
	r.Skip(2)
	m, count := &d.msg, int(r.Uint16())
	m.uptime, m.hasUptime = r.Uint32(), true
	m.time = int64(r.Uint32()) * 1e9
	m.time += int64(r.Uint32())
	number, engine, sampling := r.Uint32(), r.Uint16(), r.Uint16()
	if r.Bad() {
		d.stats.add(ShortMessage)
		return
	}
	if m.time == 0 {
		m.time = m.now
	}
	d.begin(streamKey{addr: from, version: 5, domain: uint32(engine)}, "netflow5")
	m.sampling = float64(sampling & 0x3fff) // the other two bits say how
	d.sequenced(number, uint32(count), true, m.uptime)
	if count > r.Len()/d.version5.least {
		d.stats.add(ShortMessage)
	}
	for range min(count, r.Len()/d.version5.least) {
		d.fill(&d.version5, &r)
		d.emit()
	}
}

// netflow9 decodes a message of NetFlow 9 (RFC 3954 section 5.1). Its count of
// records is not looked at, since the lengths say it all.
func (d *Decoder) netflow9(b []byte, from netip.Addr) {
	r := wire.NewReader(b)
	r.Skip(4)
	m := &d.msg
	m.uptime, m.hasUptime = r.Uint32(), true
	m.time = int64(r.Uint32()) * 1e9
	number, domain := r.Uint32(), r.Uint32()
	if r.Bad() {
		d.stats.add(ShortMessage)
		return
	}
	if m.time == 0 {
		m.time = m.now
	}
	d.begin(streamKey{addr: from, version: 9, domain: domain}, "netflow9")
	d.sequenced(number, 1, true, m.uptime)
	d.sets(&r)
}

// ipfix decodes a message of IPFIX (RFC 7011 section 3.1).
func (d *Decoder) ipfix(b []byte, from netip.AddrPort) {
	r := wire.NewReader(b)
	r.Skip(2)
	length := int(r.Uint16())
	m := &d.msg
	m.time = int64(r.Uint32()) * 1e9
	number, domain := r.Uint32(), r.Uint32()
	if r.Bad() {
		d.stats.add(ShortMessage)
		return
	}
	if m.time == 0 {
		m.time = m.now
	}
	d.begin(streamKey{addr: from.Addr(), port: from.Port(), version: 10, domain: domain}, "ipfix")
	if length < r.Offset() || length > len(b) {
		d.stats.add(ShortMessage)
		length = len(b)
	}
	sets := r.Sub(length - r.Offset())
	records, known := d.count(sets)
	d.sequenced(number, records, known, uint32(m.time/1e9))
	d.sets(&sets)
}

// count is the number of data records in sets, which the next message begins
// its sequence number with. It is not known when a template is missing, and
// when it comes in the same message.
func (d *Decoder) count(r wire.Reader) (n uint32, known bool) {
	for r.Len() >= 4 {
		id, length := r.Uint16(), int(r.Uint16())
		set := r.Sub(max(length-4, 0))
		if length < 4 || r.Bad() {
			return n, false
		}
		if id < firstData {
			continue
		}
		t, ok := d.msg.stream.templates.get(id)
		if !ok {
			return n, false
		}
		if t.fixed {
			n += uint32(set.Len() / t.least)
			continue
		}
		for set.Len() >= t.least && t.skip(&set) {
			n++
		}
	}
	return n, true
}

// sets decodes the sets of a message. One that is cut is decoded as far as it
// is there.
func (d *Decoder) sets(r *wire.Reader) {
	base := uint16(0)
	if d.msg.stream.key.version == 9 {
		base = templateSet
	}
	for r.Len() >= 4 {
		id, length := r.Uint16(), int(r.Uint16())
		if length < 4 {
			d.stats.add(BadSet)
			return
		}
		if length-4 > r.Len() {
			d.stats.add(ShortMessage)
			length = r.Len() + 4
		}
		set := r.Sub(length - 4)
		switch {
		case id >= firstData:
			d.data(id, &set)
		case id+base == templateSet:
			d.templates(&set, false)
		case id+base == optionsSet:
			d.templates(&set, true)
		default:
			d.stats.add(UnknownSet)
		}
	}
}

// data decodes a data set, or has it wait for its template.
func (d *Decoder) data(id uint16, r *wire.Reader) {
	t := d.template(id)
	if t == nil {
		d.wait(id, r.Rest())
		return
	}
	d.msg.template = id
	for r.Len() >= t.least {
		if !d.fill(t, r) {
			d.stats.add(BadRecord)
			return
		}
		if t.options {
			d.exporterData()
		} else {
			d.emit()
		}
	}
}

// fill reads the fields of a record. It reports false when they go beyond the
// end of the set.
func (d *Decoder) fill(t *template, r *wire.Reader) bool {
	v := &d.vals
	v.reset()
	for _, f := range t.fields {
		b := r.Bytes(f.size(r))
		if f.place.slot == basicList {
			d.list(b)
		} else {
			v.set(f.place, b)
		}
	}
	return !r.Bad()
}

// skip passes over a record, and reports false when it goes beyond the end.
func (t *template) skip(r *wire.Reader) bool {
	for _, f := range t.fields {
		r.Skip(f.size(r))
	}
	return !r.Bad()
}

// size is the length of the field that follows (RFC 7011 section 7).
func (f field) size(r *wire.Reader) int {
	if f.length != variable {
		return int(f.length)
	}
	return readLength(r)
}
