package telemetry

import (
	"joy/proto/tls"
	"joy/record"
	"joy/telemetry/element"
)

// hasTLS reports whether an element says something of TLS.
func (v *values) hasTLS() bool {
	for s := tlsRecords; s <= extensionTypes; s++ {
		if v.has(s, out) && s != packetLengths && s != packetTimes {
			return true
		}
	}
	return v.has(clientVersion, out)
}

// tls fills in what the elements say; those of Cisco are of the client, who
// sends the first hello. What a first packet has shown stays.
func (d *Decoder) tls(v *values, r *record.Record) {
	t := &d.room.tls
	*t = tls.Info{
		CS: t.CS[:0], CExtensions: t.CExtensions[:0], SRLT: t.SRLT[:0], SNI: t.SNI[:0], ALPN: t.ALPN[:0],
	}
	d.tlsHello(v, t)
	d.tlsOwn(v, t)
	d.tlsRecords(v, t)
	if r.TLS == nil {
		r.TLS = t
		return
	}
	if r.TLS.CKeyLength == 0 {
		r.TLS.CKeyLength = t.CKeyLength
	}
	if len(t.SRLT) > len(r.TLS.SRLT) {
		r.TLS.SRLT = t.SRLT
	}
}

// tlsHello fills in the fields of the client's messages.
func (d *Decoder) tlsHello(v *values, t *tls.Info) {
	t.CVersion = uint8(v.number(tlsVersion, out))
	if b := v.at[out][tlsVersion]; len(b) == 2 && b[0] == 3 && b[1] <= 4 { // as on the wire
		t.CVersion = b[1] + 2
	}
	t.CKeyLength = uint32(v.number(tlsKeyLength, out))
	t.CRandom = v.at[out][tlsRandom]
	if b := v.at[out][tlsSessionID]; len(b) >= 2 {
		t.CSID = b[2:min(2+int(number(b[:2])), len(b))]
	}
	const end = 0xffff
	for l := v.numbers(tlsSuites, out, 2); l.len() > 0; {
		n := l.next()
		if n == end {
			break
		}
		t.CS = append(t.CS, tls.Code(n))
	}
	types := v.numbers(extensionTypes, out, 2)
	if b := v.at[out][tlsExtensions]; b != nil { // lengths, then types
		types = list{b[len(b)/4*2:], 2}
		types.trim()
	}
	for types.len() > 0 {
		t.CExtensions = append(t.CExtensions, tls.Extension{Type: uint16(types.next())})
	}
}

// tlsOwn fills in what our own exporter says.
func (d *Decoder) tlsOwn(v *values, t *tls.Info) {
	if !v.has(clientVersion, out) {
		return
	}
	t.CVersion, t.SVersion = uint8(v.number(clientVersion, out)), uint8(v.number(serverVersion, out))
	if t.HasSCS = v.present(element.KnowsSuite); t.HasSCS {
		t.SCS = tls.Code(v.number(cipherSuite, out))
	}
	for name := range v.texts(serverName, out) {
		t.SNI = append(t.SNI, name)
	}
	for name := range v.texts(offeredProtocol, out) {
		t.ALPN = append(t.ALPN, name)
	}
	t.SALPN = original(v.at[out][agreedProtocol])
	t.JA3, t.JA3S, t.JA4 = original(v.at[out][ja3]), original(v.at[out][ja3s]), original(v.at[out][ja4])
}

// tlsRecords lists the records: lengths, milliseconds, and types of content and
// of handshake messages.
func (d *Decoder) tlsRecords(v *values, t *tls.Info) {
	lengths, times := v.numbers(recordLengths, out, 2), v.numbers(recordTimes, out, 2)
	types, messages := v.numbers(recordTypes, out, 1), v.numbers(recordMessages, out, 1)
	if b := v.at[out][tlsRecords]; b != nil { // all in one field
		n := len(b) / 6
		lengths, times = list{b[:2*n], 2}, list{b[2*n : 4*n], 2}
		types, messages = list{b[4*n : 5*n], 1}, list{b[5*n : 6*n], 1}
		lengths.trim()
	}
	known := messages.len() > 0
	d.room.messages = d.room.messages[:0]
	for lengths.len() > 0 {
		rec := tls.Record{B: uint16(lengths.next()), Dir: ">", IPT: uint32(times.next()), TP: uint8(types.next())}
		if v.bit(recordDirections, len(t.SRLT)) {
			rec.Dir = "<"
		}
		const handshake = 22
		if m := uint16(messages.next()); known && rec.TP == handshake {
			d.room.messages = append(d.room.messages, m)
			rec.HSTypes = d.room.messages[len(d.room.messages)-1:]
		}
		t.SRLT = append(t.SRLT, rec)
	}
}
