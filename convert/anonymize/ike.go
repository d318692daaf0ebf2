package anonymize

import (
	"slices"

	"joy/feature"
	"joy/query/value"
)

// payload writes a payload of IKE, of which proto/ike hides parts while it reads
// their bytes: here they have names.
func (a *Anonymizer) payload(v value.Value, version string) {
	a.object(v, func(name []byte, v value.Value) {
		a.quoted(a.h.Text(name))
		a.ike(ikePart{version: version, payload: string(name)}, v)
	})
}

// An ikePart is where a value is in a payload.
type ikePart struct{ version, payload, member string }

func (a *Anonymizer) ike(p ikePart, v value.Value) {
	switch v.Kind() {
	case value.Array:
		a.list(v, func(v value.Value) { a.ike(p, v) })
	case value.Object:
		told := a.gateway(p, v)
		a.object(v, func(name []byte, v value.Value) {
			if string(name) == "parsed" && !told {
				return
			}
			a.quoted(a.h.Text(name))
			p.member = string(name)
			a.ike(p, v)
		})
	case value.String:
		a.ikeString(p, v)
	default:
		a.out = append(a.out, v...)
	}
}

// gateway reports whether what was read of a notification may be told: it may not
// when its data holds a hidden address.
func (a *Anonymizer) gateway(p ikePart, v value.Value) bool {
	return p.payload != "notify" || !a.holds(v.Get("redirect")) && !a.holds(v.Get("redirected_from"))
}

func (a *Anonymizer) ikeString(p ikePart, v value.Value) {
	b, isHex := a.digits(v)
	switch {
	case p.member == "start_addr" || p.member == "end_addr":
		a.addr(v)
	case p.hashesAddress() && a.hiding:
		a.out = append(a.out, `""`...)
	case !isHex:
		a.text(v)
	case p.random():
		if len(b) > 0 && feature.HideInRandom(a.h, b) == nil {
			a.out = append(a.out, `""`...)
			return
		}
		a.text(v)
	default:
		a.hex(v, a.h.Hex)
	}
}

// hashesAddress tells hashes of addresses, which are found by trying all of them.
func (p ikePart) hashesAddress() bool {
	switch p.payload {
	case "nat_discovery":
		return p.member == "data"
	case "notify":
		return p.member == "nat_detection_source_ip" || p.member == "nat_detection_destination_ip"
	}
	return false
}

// random tells bytes that are random or a hash by protocol.
func (p ikePart) random() bool {
	if p.member == "spi" || p.member == "spis" {
		return true
	}
	switch p.payload {
	case "key_exchange", "nonce", "hash", "authentication", "signature", "vendor_id":
		return true
	case "certificate_request":
		return p.version == "2"
	case "notify":
		return slices.Contains([]string{"cookie", "cookie2", "ticket_opaque", "signature_hash_algorithms"}, p.member)
	}
	return false
}
