package snmp

import (
	"strings"
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

// tlv is an element of BER.
func tlv(tag byte, parts ...string) string {
	all := strings.Join(parts, "")
	if len(all) > 127 {
		return string([]byte{tag, 0x82, byte(len(all) >> 8), byte(len(all))}) + all
	}
	return string([]byte{tag, byte(len(all))}) + all
}

func number(n byte) string { return tlv(tagInteger, string([]byte{n})) }

// sysDescr is 1.3.6.1.2.1.1.1.0.
const sysDescr = "\x2b\x06\x01\x02\x01\x01\x01\x00"

func pdu(kind, status byte, value string) string {
	return tlv(tagPDU+kind, number(7), number(status), number(0), tlv(tagSequence, tlv(tagSequence, tlv(tagOID, sysDescr), value)))
}

func message(version byte, community, pdu string) string {
	return tlv(tagSequence, number(version), tlv(tagString, community), pdu)
}

func version3(flags, user, rest string) string {
	header := tlv(tagSequence, number(1), tlv(tagInteger, "\x00\xff\xe3"), tlv(tagString, flags), number(3))
	usm := tlv(tagSequence, tlv(tagString, "\x80\x00\x1f\x88engine"), number(0), number(0), tlv(tagString, user), tlv(tagString), tlv(tagString))
	return tlv(tagSequence, number(3), header, tlv(tagString, usm), rest)
}

func sessions() []featuretest.Session {
	return []featuretest.Session{
		featuretest.Bytes("get", feature.UDP, message(1, "s3cret", pdu(0, 0, "\x05\x00")), message(1, "s3cret", pdu(2, 0, tlv(tagString, strings.Repeat("Linux ", 40))))),
		featuretest.Bytes("error", feature.UDP, message(0, "", pdu(3, 0, number(1))), message(0, "", pdu(2, 4, number(1)))),
		featuretest.Bytes("bulk", feature.UDP, message(1, "public", pdu(5, 0, "\x05\x00"))),
		featuretest.Bytes("trap", feature.UDP, message(0, "public", tlv(0xa4, tlv(tagOID, "\x2b\x06\x01\x04\x01\x81\x00"), tlv(tagAddress, "\xc0\x00\x02\x01"), number(6), number(1), tlv(0x43, "\x10"), tlv(tagSequence)))),
		featuretest.Bytes("version-3", feature.UDP, version3("\x04", "", tlv(tagSequence, tlv(tagString), tlv(tagString, "vlan-7"), pdu(0, 0, "\x05\x00"))), version3("\x03", "operator", tlv(tagString, "encrypted"))),
		featuretest.Bytes("broken-pdu", feature.UDP, message(1, "public", tlv(0xa0, "\x02\x01\x07\x02"))),
	}
}

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

func Test(t *testing.T) { featuretest.Run(t, &Module, info, sessions()...) }

func Fuzz(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions()...) }

func TestMatch(t *testing.T) {
	tests := []struct {
		name, b string
		want    feature.Guess
	}{
		{"longer than the datagram", message(1, "public", pdu(0, 0, ""))[:30], feature.No},
		{"more behind it", message(1, "public", pdu(0, 0, "")) + "x", feature.No},
		{"version 2", message(2, "public", pdu(0, 0, "")), feature.No},
		{"other PDU", message(1, "public", tlv(0xa9, "\x02\x01\x07")), feature.No},
		{"LDAP bind", tlv(tagSequence, number(1), tlv(0x60, number(3), tlv(tagString), tlv(0x80))), feature.No},
		{"Kerberos", tlv(0x6a, "0123456789"), feature.No},
	}
	for _, tt := range tests {
		if got := Match(&feature.Chunk{Bytes: []byte(tt.b)}); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestCut: nothing is reported twice.
func TestCut(t *testing.T) {
	s := sessions()[0]
	p := Module.New(featuretest.Settings()).(*Parser)
	featuretest.Feed(&Module, p, s.Over, s.Chunks)
	before := featuretest.JSON(t, info(p, feature.Both))
	if p.Cut(); before == "null" || p.Info(feature.Both) != nil {
		t.Errorf("reported %s, then %s", before, featuretest.JSON(t, info(p, feature.Both)))
	}
}

func TestSecrets(t *testing.T) { featuretest.Secrets(t, &Module, info, sessions()[0], "s3cret") }

func BenchmarkFlow(b *testing.B) { featuretest.Bench(b, &Module, info, sessions()[0]) }

func BenchmarkMatch(b *testing.B) {
	featuretest.BenchMatch(b, &Module, message(1, "public", tlv(0xa9, "\x02\x01\x07")))
}
