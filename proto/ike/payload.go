package ike

import (
	"encoding/hex"
	"strconv"

	"joy/feature"
	"joy/wire"
)

// A Payload is a JSON object with one member: the name of the payload (Joy's,
// or IANA's in lower case) and its body. A payload without a name is
// {"kind":"<number>","body":body}. A second member "critical":true is there
// when IKEv2's critical bit is set. Where an unknown number stands in for a
// name below, Joy's forms hold: {"kind":n,"data":hex}, or digits.
//
// Bodies (hex is a JSON string of hexadecimal digits):
//
//   - security_association, IKEv2: {"proposals":[{"num":n,"protocol_id":name,
//     "spi":hex,"transforms":[{"<type>":"<name>","attributes":[{"key_length":
//     hex}]}]}]}; no spi when it is empty, no attributes when there are none.
//     An unknown transform type is {"kind":n,"id":"<4 digits>"}, an unknown
//     transform has 4 digits instead of its name.
//   - security_association, IKEv1: the same with "doi" and "situation" (and the
//     labels of RFC 2407 section 4.6.1) before; a transform is {"id":"key_ike",
//     "num":n,"attributes":[{"<attribute>":"<name of the value>" or hex}]}. Of
//     another DOI than IPsec's, "data":hex instead of proposals.
//   - key_exchange: {"<group>":hex} in IKEv2, hex in IKEv1.
//   - identification*, group_identification: {"<type>":hex}; in IKEv1 also
//     "protocol" and "port" when they are not 0.
//   - certificate, certificate_request: {"<encoding>":hex} or
//     {"encoding":n,"data":hex}.
//   - authentication: {"<method>":hex} or {"method":n,"data":hex}.
//   - hash, nonce: hex.
//   - notify, notification: {"protocol_id":name,"spi":hex,"<type>":hex}; in
//     IKEv1 with "doi" before. "parsed" lists what the data says: hash
//     algorithms, the group that is wanted (invalid_ke_payload), the gateway
//     (redirect, redirected_from).
//   - vendor_id: the name, with the version as digits behind it; the text of an
//     id that is one; else hex.
//   - delete: {"protocol_id":name,"spis":[hex]}.
//   - traffic_selector_*: {"selectors":[{"type":name,"ip_protocol":n,
//     "start_port":n,"end_port":n,"start_addr":ip,"end_addr":ip}]}; of a type
//     that is no range of addresses {"type":name,"data":hex}.
//   - configuration, attributes: {"type":name,"id":n,"attributes":[{"<name>":
//     hex}]}; passwords are there as their digest, unless secrets=1.
//   - extensible_authentication: {"code":name,"id":n,"type":name}.
//   - encrypted: {"length":n,"first_payload":name}: bytes of IV, ciphertext and
//     checksum, and the payload that is first inside.
//   - encrypted_and_authenticated_fragment: the same with "number" and "total"
//     before (RFC 7383); first_payload is in the first fragment only.
//   - fragment (IKEv1): {"id":n,"number":n,"last":true,"length":n}.
//   - all others: {"data":hex}.
//
// A body that ends too early has "malformed":true, and what could be read.
// Source: Joy, which leaves the bodies from delete on empty.
type Payload struct {
	version1 bool
	critical bool
	kind     uint8
	next     uint8
	size     int    // that the payload tells, with its header of 4 bytes
	body     []byte // of Parser.raw
	settings *feature.Settings
	hider    feature.Hider // asked when the payload is written, unless nil
}

// Name is the name of the payload; empty when it has none.
func (p *Payload) Name() string { return payloadName(p.version1, p.kind) }

func payloadName(version1 bool, kind uint8) string {
	if version1 {
		return payloads1[uint16(kind)]
	}
	return payloads2[uint16(kind)]
}

// AppendJSON appends the payload as a JSON object.
func (p Payload) AppendJSON(b []byte) []byte {
	b = open(b, '{')
	if name := p.Name(); name != "" {
		b = key(b, name)
	} else {
		b = key(nameMember(b, "kind", strconv.Itoa(int(p.kind))), "body")
	}
	if p.version1 {
		b = p.appendBody1(b)
	} else {
		b = p.appendBody2(b)
	}
	if p.critical && !p.version1 {
		b = flagMember(b, "critical")
	}
	return append(b, '}')
}

func (p *Payload) appendBody2(b []byte) []byte {
	r := wire.NewReader(p.body)
	switch p.kind {
	case 33:
		return p.appendSA2(b, &r)
	case 34:
		return appendTyped(b, &r, groups2, "kind", 2, 2, p.random)
	case 35, 36, 50:
		return appendTyped(b, &r, identities2, "kind", 1, 3, p.hex)
	case 37:
		return appendTyped(b, &r, certificates, "encoding", 1, 0, p.hex)
	case 38: // hashes of keys
		return appendTyped(b, &r, certificates, "encoding", 1, 0, p.random)
	case 39:
		return appendTyped(b, &r, authMethods2, "method", 1, 3, p.random)
	case 40:
		return feature.Hex(p.random(p.body)).AppendJSON(b)
	case 41:
		return p.appendNotify2(b, &r)
	case 42:
		return p.appendDelete(b, &r, protocols2, false)
	case 43:
		return p.appendVendor(b)
	case 44, 45:
		return p.appendSelectors(b, &r)
	case encrypted2, fragment2:
		return p.appendEncrypted(b, &r)
	case 47:
		return p.appendConfig(b, &r)
	case 48:
		return appendEAP(b, &r)
	}
	return appendData(b, p.hex(p.body))
}

func (p *Payload) appendBody1(b []byte) []byte {
	r := wire.NewReader(p.body)
	switch p.kind {
	case 1:
		return p.appendSA1(b, &r)
	case 4, 8, 10:
		return feature.Hex(p.random(p.body)).AppendJSON(b)
	case 5:
		return p.appendIdentity1(b, &r)
	case 6, 7:
		return appendTyped(b, &r, certificates, "encoding", 1, 0, p.hex)
	case 9:
		return appendData(b, p.random(p.body))
	case 11:
		return p.appendNotify1(b, &r)
	case 12:
		return p.appendDelete(b, &r, protocols1, true)
	case 13:
		return p.appendVendor(b)
	case 14:
		return p.appendConfig(b, &r)
	case 20, 130:
		return appendData(b, p.natHash(p.body))
	case 21, 131:
		return appendTyped(b, &r, identities1, "kind", 1, 3, p.hex)
	case fragment1:
		return p.appendFragment1(b, &r)
	}
	return appendData(b, p.hex(p.body))
}

// appendTyped appends a body of a number, of bytes that are reserved, and of
// data, of which hide leaves what may be told.
func appendTyped(b []byte, r *wire.Reader, of names, number string, size, reserved int, hide func([]byte) []byte) []byte {
	b = open(b, '{')
	var kind uint16
	if size == 2 {
		kind = r.Uint16()
	} else {
		kind = uint16(r.Uint8())
	}
	r.Skip(reserved)
	if !r.Bad() {
		b = named(b, of, number, kind, hide(r.Rest()))
	}
	return closeBody(b, r)
}

// closeBody ends an object, and marks it when its bytes ended too early.
func closeBody(b []byte, r *wire.Reader) []byte {
	if r.Bad() {
		b = flagMember(b, "malformed")
	}
	return append(b, '}')
}

func appendData(b, data []byte) []byte {
	return append(hexMember(open(b, '{'), "data", data), '}')
}

// appendVendor appends a vendor id. One without a name is a hash in general.
func (p *Payload) appendVendor(b []byte) []byte {
	id := p.body
	name, version := vendorName(id)
	switch {
	case name == "" && isWords(id):
		return feature.AppendString(b, p.text(id))
	case name == "":
		return feature.Hex(p.random(id)).AppendJSON(b)
	case len(version) == 0:
		return appendString(b, name)
	}
	return appendString(b, name+" "+hex.EncodeToString(p.hex(version)))
}
