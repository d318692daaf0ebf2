package ipfix

import (
	"encoding/binary"
	"slices"

	"joy/record"
	"joy/telemetry/element"
)

// A field is an element of a template, and how a record fills it.
type field struct {
	id   element.ID
	size uint16  // bytes, or element.Variable
	mask variant // the variants that have it: where these bits
	want variant // are these
	put  func(*encoder, *record.Record)
}

// A layout is the fields of one variant, in their order.
type layout struct {
	fields []field
}

// layout is that of variant v.
func (e *encoder) layout(v variant) *layout {
	l := e.layouts[v]
	if l == nil {
		l = &layout{fields: fieldsOf(v)}
		e.layouts[v] = l
	}
	return l
}

func fieldsOf(v variant) (list []field) {
	for _, part := range [][]field{keyFields(), flowFields(), fullFields(), byteFields(), protocolFields()} {
		for _, f := range part {
			if v&f.mask == f.want {
				list = append(list, f)
			}
		}
	}
	return slices.Clip(list)
}

// always makes a field of the variants that have all of some bits; with none of
// them that is all variants. The size is that of the element's type.
func always(id element.ID, bits variant, put func(*encoder, *record.Record)) field {
	return field{id: id, size: sizeOf(id), mask: bits, want: bits, put: put}
}

// sizeOf is the full size of an element.
func sizeOf(id element.ID) uint16 {
	e, _ := element.Lookup(id) // TestLayouts looks up all that are in use
	return e.Type.Size()
}

// appendTemplate appends the template record of a variant (RFC 7011 section
// 3.4.1).
func appendTemplate(b []byte, v variant, enterprise uint32) []byte {
	list := fieldsOf(v)
	b = binary.BigEndian.AppendUint16(b, v.id())
	b = binary.BigEndian.AppendUint16(b, uint16(len(list)))
	for _, f := range list {
		b = appendSpecifier(b, f.id, f.size, enterprise)
	}
	return b
}

// appendSpecifier appends a field specifier (RFC 7011 section 3.2). Our own
// elements are sent under the given enterprise.
func appendSpecifier(b []byte, id element.ID, size uint16, enterprise uint32) []byte {
	const enterpriseBit = 0x8000
	pen := id.Enterprise()
	if pen == element.IANA {
		b = binary.BigEndian.AppendUint16(b, id.Number())
		return binary.BigEndian.AppendUint16(b, size)
	}
	if pen == element.Own {
		pen = enterprise
	}
	b = binary.BigEndian.AppendUint16(b, id.Number()|enterpriseBit)
	b = binary.BigEndian.AppendUint16(b, size)
	return binary.BigEndian.AppendUint32(b, pen)
}
