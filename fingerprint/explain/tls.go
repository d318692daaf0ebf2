package explain

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"joy/fingerprint/npf"
	"joy/proto/tls"
	"joy/wire"
)

// Extensions whose data has a field of its own.
const (
	extGroups        = 0x000a
	extPointFormats  = 0x000b
	extSignatures    = 0x000d
	extALPN          = 0x0010
	extCompression   = 0x001b
	extVersions      = 0x002b
	extPSKModes      = 0x002d
	extCertSignature = 0x0032
)

// clientHello is (version)(suites)[extensions].
func clientHello(items []npf.Element) ([]Field, bool) {
	if len(items) < 2 || len(items) > 3 || items[1].Shape != npf.Bytes {
		return nil, false
	}
	version, ok := number(items[0])
	if !ok {
		return nil, false
	}
	fields := []Field{{Name: "legacy version", Values: []string{tls.Version(version).Name()}}, suites(items[1])}
	if len(items) == 3 {
		more, ok := extensions(items[2])
		if !ok {
			return nil, false
		}
		fields = append(fields, more...)
	}
	return fields, true
}

// quicHello is (QUIC version)(version)(suites)[extensions].
func quicHello(items []npf.Element) ([]Field, bool) {
	if len(items) < 3 || items[0].Shape != npf.Bytes {
		return nil, false
	}
	fields, ok := clientHello(items[1:])
	return slices.Insert(fields, 0, Field{Name: "QUIC version", Values: []string{hex.EncodeToString(items[0].Bytes)}}), ok
}

// openVPN is (IP protocol)(packets)(opcode and key)(HMAC length)(version)(suites)(extensions).
func openVPN(items []npf.Element) ([]Field, bool) {
	if len(items) < 6 {
		return nil, false
	}
	head, ok := flat(items[:4])
	if !ok {
		return nil, false
	}
	var fields []Field
	for i, name := range []string{"IP protocol", "packets of the hello", "opcode and key", "HMAC length"} {
		fields = append(fields, Field{Name: name, Values: []string{hex.EncodeToString(head[i])}})
	}
	hello, ok := clientHello(items[4:])
	return append(fields, hello...), ok
}

// serverHello is (version)(suite)(extensions).
func serverHello(items []npf.Element) ([]Field, bool) {
	fields, ok := clientHello(items)
	if ok {
		fields[1].Name = "suite"
	}
	return fields, ok
}

func number(e npf.Element) (uint16, bool) {
	if e.Shape != npf.Bytes || len(e.Bytes) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(e.Bytes), true
}

func suites(e npf.Element) Field {
	return Field{Name: "suites", Values: codes(e.Bytes, func(n uint16) string { return tls.Code(n).Name() }), Ordered: true}
}

// codes are the names of numbers of two bytes.
func codes(b []byte, name func(uint16) string) (list []string) {
	for r := wire.NewReader(b); r.Len() >= 2; {
		list = append(list, name(r.Uint16()))
	}
	return list
}

// extensions are a field with their names, and one for the data of each that
// has any.
func extensions(e npf.Element) ([]Field, bool) {
	items, ok := elements(e)
	if !ok {
		return nil, false
	}
	fields := []Field{{Name: "extensions", Ordered: e.Shape == npf.List}}
	for _, item := range items {
		typ, data, ok := extension(item)
		if !ok {
			return nil, false
		}
		name := tls.Extension{Type: typ}.Name()
		fields[0].Values = append(fields[0].Values, name)
		if len(data) > 0 {
			fields = append(fields, extensionData(typ, name, data))
		}
	}
	return fields, true
}

// extension is (type) or (type, length and data); QUIC's transport parameters
// are a list behind their type.
func extension(e npf.Element) (typ uint16, data []byte, ok bool) {
	if e.Shape == npf.List && len(e.Items) == 2 {
		typ, ok = number(e.Items[0])
		return typ, []byte(strings.Join(texts(e.Items[1].Items), " ")), ok
	}
	if e.Shape != npf.Bytes || len(e.Bytes) < 2 {
		return 0, nil, false
	}
	data = e.Bytes[2:]
	if len(data) >= 2 {
		data = data[2:]
	}
	return binary.BigEndian.Uint16(e.Bytes), data, true
}

// extensionData is the data of an extension in words.
func extensionData(typ uint16, name string, data []byte) Field {
	f := Field{Name: strings.ReplaceAll(name, "_", " "), Ordered: true}
	if typ == extALPN {
		f.Name = "ALPN"
	}
	r := wire.NewReader(data)
	switch typ {
	case extGroups:
		f.Values = codes(rest(r.Sub16()), func(n uint16) string { return tls.Group(n).Name() })
	case extSignatures, extCertSignature:
		f.Values = codes(rest(r.Sub16()), func(n uint16) string { return tls.SigAlg(n).Name() })
	case extVersions:
		f.Values = codes(rest(r.Sub8()), func(n uint16) string { return tls.Version(n).Name() })
	case extCompression:
		f.Values = codes(rest(r.Sub8()), func(n uint16) string { return tls.CertCompression(n).Name() })
	case extPointFormats, extPSKModes:
		for _, b := range rest(r.Sub8()) {
			f.Values = append(f.Values, fmt.Sprintf("%d", b))
		}
	case extALPN:
		for l := r.Sub16(); l.Len() > 0; {
			f.Values = append(f.Values, words(rest(l.Sub8())))
		}
	}
	if len(f.Values) == 0 {
		f.Values = []string{word(data)}
	}
	return f
}

func rest(r wire.Reader) []byte { return r.Rest() }
