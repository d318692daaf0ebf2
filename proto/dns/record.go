package dns

import (
	"encoding/binary"
	"net/netip"

	"joy/feature"
	"joy/wire"
)

const (
	maxRData = 512 // bytes of data that are shown in hexadecimal

	faultRData = "data past the end"
	faultSize  = "wrong length of data"
)

// sections reads the records of all sections from off on, and returns the
// offset behind the last one.
func (d *decoder) sections(m *Message, h *header, off int) (end int, fault string) {
	left := h.records()
	for i, count := range [3]uint16{h.an, h.ns, h.ar} {
		section := [3]string{"", "authority", "additional"}[i]
		if h.opcode() == 5 && !d.netbios {
			section = [3]string{"", "update", "additional"}[i]
		}
		for range count {
			if off >= len(d.msg) {
				return off, faultCounts
			}
			if h.records()-left >= maxRecords || len(d.text) > d.limit {
				m.MoreRR, d.truncated = left, true
				return off, ""
			}
			left--
			if off, fault = d.record(m, section, off); fault != "" {
				return off, fault
			}
		}
	}
	return off, ""
}

// record reads the record at off (RFC 1035, 4.1.3) and returns the offset
// behind it, or what is so wrong that the next record cannot be found.
func (d *decoder) record(m *Message, section string, off int) (next int, fault string) {
	owner, next, fault := d.owner(off)
	if next < 0 {
		return next, fault
	}
	r := wire.NewReader(d.msg[next:])
	t, class, ttl, size := r.Uint16(), r.Uint16(), r.Uint32(), r.Uint16()
	data := r.Bytes(min(int(size), r.Len()))
	if r.Bad() {
		return -1, "record past the end"
	}
	begin := next + 10
	if t == typeOPT && m.EDNS == nil && len(data) == int(size) {
		m.EDNS = d.opt(class, ttl, data)
		return begin + len(data), ""
	}
	rr := push(&d.records)
	rr.Name, rr.Section, rr.TTL, rr.Malformed = owner, section, ttl, fault
	if class&^0x8000 == classIN {
		rr.Flush = class != classIN
		class = classIN
	} else {
		rr.Class, rr.HasClass = RRClass(class), true
	}
	if t == typeNB || t == typeSRV || t == typeNULL {
		rr.Name = d.netBIOSOwner(m, off, owner)
	}
	if d.hasName && string(rr.Name) == string(d.question) {
		rr.Name = nil
	}
	switch {
	case len(data) == int(size):
		fault = ""
		d.data(rr, t, class, begin, data)
	case d.cut:
		d.records = d.records[:len(d.records)-1]
		return -1, faultRData
	default:
		rr.Malformed, fault = first(rr.Malformed, faultRData), faultRData
		d.raw(rr, t, size, data)
	}
	return begin + len(data), fault
}

// owner reads the owner of a record. Most are a pointer alone: to the question,
// or to where the record before has a name (BenchmarkUsual).
func (d *decoder) owner(off int) (name feature.Text, next int, fault string) {
	if off+2 > len(d.msg) || d.msg[off] < 0xc0 {
		return d.name(off)
	}
	to := int(d.msg[off])&0x3f<<8 | int(d.msg[off+1])
	switch {
	case to == headerSize && d.hasName:
		return d.question, off + 2, ""
	case to == d.lastAt:
		return d.last, off + 2, ""
	}
	if name, next, fault = d.name(off); fault == "" {
		d.lastAt, d.last = to, name
	}
	return name, next, fault
}

// netBIOSOwner returns the owner of a record that may be a NetBIOS name.
func (d *decoder) netBIOSOwner(m *Message, off int, owner feature.Text) feature.Text {
	if !d.netbios && d.hasName {
		return owner
	}
	if nb, ok := d.netBIOS(off); ok {
		d.netbios = true
		return nb
	}
	return owner
}

// raw shows a record by its type and bytes.
func (d *decoder) raw(rr *RR, t, size uint16, data []byte) {
	rr.Type, rr.HasType, rr.RDLength = RRType(t), true, size
	if typeName(t) == "" && !rr.HasClass {
		rr.Class, rr.HasClass = classIN, true
	}
	if len(data) > maxRData {
		data, d.truncated = data[:maxRData], true
	}
	start := len(d.text)
	d.text = append(d.text, data...)
	rr.RData = feature.Hex(d.text[start:len(d.text):len(d.text)])
}

// data reads the data of a record, which is at begin of the message. What is
// wrong with it is noted in the record.
func (d *decoder) data(rr *RR, t, class uint16, begin int, data []byte) {
	if len(data) == 0 || !rightClass(t, class) {
		d.raw(rr, t, uint16(len(data)), data)
		if len(data) == 0 && class != classANY && class != classNONE && t != typeNULL && t != typeOPT && typeName(t) != "" {
			rr.Malformed = first(rr.Malformed, faultSize)
		}
		return
	}
	if rr.Malformed = first(rr.Malformed, d.known(rr, t, begin, data)); rr.Malformed != "" && rr.blank() {
		d.raw(rr, t, uint16(len(data)), data)
	}
}

// blank reports whether no key tells what type the record is of.
func (rr *RR) blank() bool {
	return !rr.HasType && !rr.A.IP.IsValid() && !rr.AAAA.IP.IsValid() && len(rr.CNAME)+len(rr.PTR)+len(rr.NS)+len(rr.SOA)+
		len(rr.MX)+len(rr.DNAME)+len(rr.TXT)+len(rr.NB)+len(rr.NBSTAT) == 0 && rr.SRV == nil && rr.HTTPS == nil && rr.SVCB == nil
}

// rightClass tells whether data of class has the format that the type has in
// class IN. Addresses have not, but where a server is told to delete one.
func rightClass(t, class uint16) bool {
	switch class {
	case classIN, classNONE:
		return true
	case 3, 4:
		return t != typeA && t != typeAAAA
	}
	return false
}

// known reads data into the key of its type, and returns what is wrong with it.
func (d *decoder) known(rr *RR, t uint16, begin int, data []byte) (fault string) {
	end := begin + len(data)
	switch t {
	case typeA:
		rr.A, fault = address(data, 4)
	case typeAAAA:
		rr.AAAA, fault = address(data, 16)
	case typeCNAME:
		rr.CNAME, fault = d.wholeName(begin, end)
	case typePTR:
		rr.PTR, fault = d.wholeName(begin, end)
	case typeNS:
		rr.NS, fault = d.wholeName(begin, end)
	case typeDNAME:
		rr.DNAME, fault = d.wholeName(begin, end)
	case typeMX:
		if len(data) < 3 {
			return faultSize
		}
		rr.Preference, rr.HasPreference = binary.BigEndian.Uint16(data), true
		rr.MX, fault = d.wholeName(begin+2, end)
	case typeSOA:
		rr.SOA, rr.Zone, fault = d.soa(begin, end)
	case typeTXT:
		rr.TXT, fault = d.strings(data)
	case typeSRV:
		if d.netbios {
			rr.NBSTAT, rr.UnitID, fault = d.nodeStatus(data)
			break
		}
		rr.SRV, fault = d.server(begin, end)
	case typeHTTPS:
		rr.HTTPS, fault = d.binding(begin, end)
	case typeSVCB:
		rr.SVCB, fault = d.binding(begin, end)
	case typeNB:
		rr.NB, fault = d.nameHolders(data)
	default:
		fault = d.presented(rr, t, begin, data)
	}
	return fault
}

func address(b []byte, size int) (feature.Addr, string) {
	ip, ok := netip.AddrFromSlice(b)
	if !ok || len(b) != size {
		return feature.Addr{}, faultSize
	}
	return feature.Addr{IP: ip}, ""
}

// wholeName reads a name that reaches to end.
func (d *decoder) wholeName(off, end int) (feature.Text, string) {
	name, next, fault := d.name(off)
	if next != end {
		fault = first(fault, faultSize)
	}
	if fault == "" {
		d.lastAt, d.last = off, name
	}
	return name, fault
}

func (d *decoder) soa(off, end int) (server feature.Text, z *Zone, fault string) {
	server, next, fault := d.name(off)
	if fault != "" || next >= end {
		return server, nil, first(fault, faultSize)
	}
	mailbox, next, fault := d.name(next)
	if fault != "" || next != end-20 {
		return server, nil, first(fault, faultSize)
	}
	r := wire.NewReader(d.msg[next:end])
	z = push(&d.zones)
	*z = Zone{mailbox, r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32()}
	return server, z, ""
}

func (d *decoder) server(off, end int) (*SRV, string) {
	if end-off < 7 {
		return nil, faultSize
	}
	r := wire.NewReader(d.msg[off:end])
	s := push(&d.servers)
	s.Priority, s.Weight, s.Port = r.Uint16(), r.Uint16(), r.Uint16()
	var fault string
	s.Target, fault = d.wholeName(off+6, end)
	return s, fault
}

// strings reads the strings of a TXT record.
func (d *decoder) strings(data []byte) ([]feature.Text, string) {
	from := len(d.texts)
	r := wire.NewReader(data)
	for r.Len() > 0 {
		n := int(r.Uint8())
		if n > r.Len() {
			d.texts = append(d.texts, d.copy(r.Rest()))
			return d.texts[from:len(d.texts):len(d.texts)], faultSize
		}
		d.texts = append(d.texts, d.copy(r.Bytes(n)))
	}
	return d.texts[from:len(d.texts):len(d.texts)], ""
}

func (d *decoder) copy(b []byte) feature.Text {
	start := len(d.text)
	d.text = append(d.text, b...)
	return d.text[start:len(d.text):len(d.text)]
}
