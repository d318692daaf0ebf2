package tls

import (
	"testing"

	"joy/feature/featuretest"
)

func TestHideExtension(t *testing.T) {
	const address, text = "x\x0a\x01\x02\x03", "x10.1.2.3"
	for _, tt := range []struct {
		name       string
		typ        uint16
		data, want string
	}{
		{"name", extServerName, text, ""},
		{"unknown", 1234, address, ""},
		{"unknown, without one", 1234, "x\x0b\x01\x02\x03", "x\x0b\x01\x02\x03"},
		{"list of codes", extSignatureAlgorithms, address, address},
		{"random", extKeyShare, address, address},
		{"ticket that is text", extSessionTicket, text, ""},
	} {
		e := Extension{tt.typ, []byte(tt.data)}
		if e.Hide(featuretest.Hider{}); string(e.Data) != tt.want {
			t.Errorf("%s: %q became %q", tt.name, tt.data, e.Data)
		}
	}
}

func TestHideAttribute(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"commonName", "10.1.2.3", "-"},
		{"X509v3 Subject Alternative Name", "DNS:x, IP Address:10.1.2.3", "DNS:x, IP Address:-"},
		{"1.2.3.4", "000a010203", ""},
		{"1.2.3.4", "000a0102030", "000a0102030"}, // no bytes
		{"1.2.3.4", "000b010203", "000b010203"},
		{"1.2.3.4", "31302e312e322e33", ""},
		{"commonName", "#0a010203", "#"},
		{"X509v3 Issuer Alternative Name", "DirName:x=#000a010203, y=#aabb, z=#0a01020300", "DirName:x=#, y=#aabb, z=#"},
		{"commonName", "0a010203 and more", "0a010203 and more"}, // a text
		{"CT Precertificate SCTs", "000a010203", "000a010203"},
	} {
		a := Attribute{[]byte(tt.name), []byte(tt.value)}
		if a.Hide(featuretest.Hider{}); string(a.Value) != tt.want || string(a.Name) != tt.name {
			t.Errorf("%s: %q became %q", tt.name, tt.value, a.Value)
		}
	}
}
