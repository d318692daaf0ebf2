package ike

import (
	"slices"
	"strings"
	"testing"

	"joy/feature/featuretest"
)

// TestHideInAllPayloads puts an address into payloads of all kinds, at all
// places: as text it is told by none, as bytes by those that are random.
func TestHideInAllPayloads(t *testing.T) {
	const address = "\x0a\x01\x02\x03"
	const asText, asBytes, readable = "31302e312e322e33", "0a010203", "10.1.2.3"
	// Those whose data, or whose SPIs, are random or hashes by protocol.
	random := map[bool][]uint8{true: {1, 4, 8, 9, 10, 11, 12, 13}, false: {33, 34, 38, 39, 40, 41, 42, 43}}
	told := map[bool]int{}
	for _, version1 := range []bool{false, true} {
		for kind := range 256 {
			for n := range 24 {
				for _, fill := range []string{"\x00", "\x01", "\x02", "\x07"} {
					for _, said := range []string{address, readable, address + readable} {
						data := strings.Repeat(fill, n) + said
						open := Payload{version1: version1, kind: uint8(kind), size: 4 + len(data), body: []byte(data), settings: featuretest.Settings()}
						hidden := open
						hidden.Hide(featuretest.Hider{})
						out := string(hidden.AppendJSON(nil))
						if strings.Contains(out, asText) || strings.Contains(out, readable) ||
							strings.Contains(out, asBytes) && !slices.Contains(random[version1], uint8(kind)) {
							t.Fatalf("version 1: %v, kind %d, of %q: %s", version1, kind, data, out)
						}
						if out != string(open.AppendJSON(nil)) {
							told[version1]++
						}
					}
				}
			}
		}
	}
	if told[true] < 10_000 || told[false] < 10_000 {
		t.Errorf("without Hide the address was told %v times", told)
	}
}

// TestHide has what is random by protocol, and parts of payloads.
func TestHide(t *testing.T) {
	const address = "\x0a\x01\x02\x03"
	for _, tt := range []struct {
		name    string
		payload Payload
		want    string
	}{
		{"nonce", Payload{kind: 40, body: []byte(address)}, `{"nonce":"0a010203"}`},
		{"key", Payload{kind: 34, body: []byte("\x00\x1f\x00\x00" + address)}, `{"key_exchange":{"dh_curve25519":"0a010203"}}`},
		{"unknown vendor", Payload{kind: 43, body: []byte(address)}, `{"vendor_id":"0a010203"}`},
		{"other address", Payload{kind: 35, body: []byte("\x01\x00\x00\x00\x0b\x01\x02\x03")}, `{"identification_initiator":{"id_ipv4_addr":"0b010203"}}`},
		{
			"one end of a range",
			Payload{kind: 44, body: []byte("\x01\x00\x00\x00\x07\x00\x00\x10\x00\x00\xff\xff" + address + "\x0a\xff\xff\xff")},
			`{"traffic_selector_initiator":{"selectors":[{"type":"ts_ipv4_addr_range","ip_protocol":0,"start_port":0,"end_port":65535,"start_addr":"-","end_addr":"10.255.255.255"}]}}`,
		},
		{
			"attribute",
			Payload{kind: 33, body: []byte(list(2, proposal(1, 3, address, "\x01\x00\x00\x0c"+long(18, address)+long(99, "10.1.2.3"))))},
			`{"security_association":{"proposals":[{"num":1,"protocol_id":"esp","spi":"0a010203","transforms":[{"encryption_algorithm":"encr_aes_cbc","attributes":[{"signature_algorithm_identifier":""},{"kind":99,"data":""}]}]}]}}`,
		},
		{
			"attribute, version 1",
			Payload{version1: true, kind: 1, body: []byte(sa1(proposal(1, 1, "", transform1(1, 1, long(12, address)))).data)},
			`{"security_association":{"doi":"ipsec","situation":1,"proposals":[{"num":1,"protocol_id":"proto_isakmp","transforms":[{"id":"key_ike","num":1,"attributes":[{"life_duration":""}]}]}]}}`,
		},
		{"hash of any address", Payload{kind: 41, body: []byte("\x00\x00\x40\x04hash")}, `{"notify":{"protocol_id":"reserved","nat_detection_source_ip":""}}`},
		{"hash of any address, version 1", Payload{version1: true, kind: 20, body: []byte("hash")}, `{"nat_discovery":{"data":""}}`},
	} {
		tt.payload.Hide(featuretest.Hider{})
		if got := string(tt.payload.AppendJSON(nil)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}
