package tls

import (
	"encoding/hex"
	"testing"
)

func TestValidityOddities(t *testing.T) {
	for _, c := range []struct {
		tag        byte
		text, want string
	}{
		{derUTCTime, "170807150417Z", "Aug  7 15:04:17 2017 GMT"},
		{derUTCTime, "500101000000Z", "Jan  1 00:00:00 1950 GMT"},
		{derUTCTime, "491231235959Z", "Dec 31 23:59:59 2049 GMT"},
		{derUTCTime, "1708071504Z", "Aug  7 15:04:00 2017 GMT"},
		{derUTCTime, "170807150417+0130", "Aug  7 13:34:17 2017 GMT"},
		{derUTCTime, "161231233000-0100", "Jan  1 00:30:00 2017 GMT"},
		{derTime, "20170807150417Z", "Aug  7 15:04:17 2017 GMT"},
		{derTime, "20170807150417.25Z", "Aug  7 15:04:17.25 2017 GMT"},
		{derTime, "99991231235959Z", "Dec 31 23:59:59 9999 GMT"},
		{derTime, "20170807150417", "Aug  7 15:04:17 2017 GMT"},
		{derTime, "20171307150417Z", ""},
		{derTime, "2017080715041", ""},
		{derTime, "2017080715x417Z", ""},
		{derUTCTime, "", ""},
		{derUTF8, "170807150417Z", ""},
	} {
		if got := string(new(arena).time(c.tag, []byte(c.text))); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTextsOfNames(t *testing.T) {
	for _, c := range []struct {
		tag       byte
		raw, want string
	}{
		{derUTF8, "Zürich", "Zürich"},
		{derT61, "Z\xfcrich", "Zürich"},
		{derBMP, "\x00Z\x00\xfc", "Zü"},
		{derBMP, "\xd8\x3d\xde\x00", "😀"},
		{derBMP, "\x00Z\x00", "Z"},
		{derUniversal, "\x00\x00\x00Z\x00\x01\xf6\x00", "Z😀"},
		{derPrintable, "a\"\\/b", "a\"\\/b"},
		{derInteger, "\x01\x02", "#0102"},
	} {
		if got := string(new(arena).value(c.tag, []byte(c.raw))); got != c.want {
			t.Errorf("%x: %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestObjectIdentifiers(t *testing.T) {
	for _, c := range []struct{ der, want string }{
		{"\x55\x04\x03", "commonName"},
		{"\x2b\x06\x01\x04\x01\x86\x8d\x1f\x01", "1.3.6.1.4.1.99999.1"},
		{"\x88\x37\x03", "2.999.3"},
		{"\x2a\x86", "1.2?"},
		{"\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "1.2?"},
		{"", ""},
	} {
		if got := string(new(arena).oid([]byte(c.der))); got != c.want {
			t.Errorf("%x: %s, want %s", c.der, got, c.want)
		}
	}
}

func TestSerialNumbers(t *testing.T) {
	for _, c := range []struct {
		der, want string
		negative  bool
	}{
		{"\x00\xc0", "c0", false},
		{"\x00", "00", false},
		{"\x80", "80", true},
		{"\xff\x00", "0100", true}, // that is -256
		{"\x7f", "7f", false},
	} {
		got, neg := new(arena).magnitude([]byte(c.der))
		if hex.EncodeToString(got) != c.want || neg != c.negative {
			t.Errorf("%x: %x %v, want %s %v", c.der, []byte(got), neg, c.want, c.negative)
		}
	}
}
