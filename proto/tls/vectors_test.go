package tls

import "testing"

// The examples of the descriptions of JA3 and JA4, as far as they give all that
// goes in: salesforce/ja3, README.md, and FoxIO-LLC/ja4, technical_details/JA4.md.

func TestVectorsOfJA3(t *testing.T) {
	hello := func(suites, exts string) string {
		if exts != "" {
			exts = vec16(exts)
		}
		return handshake(1, "\x03\x01"+clientRandom+"\x00"+vec16(suites)+vec8("\x00")+exts)
	}
	for _, c := range []struct{ hello, str, md5 string }{
		{
			hello("\x00\x2f\x00\x35\x00\x05\x00\x0a\xc0\x09\xc0\x0a\xc0\x13\xc0\x14\x00\x32\x00\x38\x00\x13\x00\x04",
				sni("a")+ext(10, vec16("\x00\x17\x00\x18\x00\x19"))+ext(11, vec8("\x00"))),
			"769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0", "ada70206e40642a3e4461f35503241d5",
		},
		{
			hello("\x00\x04\x00\x05\x00\x0a\x00\x09\x00\x64\x00\x62\x00\x03\x00\x06\x00\x13\x00\x12\x00\x63", ""),
			"769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6",
		},
	} {
		if i := both(t, run(t, rec(22, c.hello))); string(i.JA3Str) != c.str || string(i.JA3) != c.md5 {
			t.Errorf("%s %s, want %s %s", i.JA3Str, i.JA3, c.str, c.md5)
		}
	}
}

// The hello of JA4's example; GREASE, which does not count, is ours.
const ja4Suites = "\x8a\x8a\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8\xc0\x13\xc0\x14\x00\x9c\x00\x9d\x00\x2f\x00\x35"

var ja4Signatures = ext(13, vec16("\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01"))

// ja4Extensions are in the order of the example, with an offer of protocols and
// perhaps signature algorithms.
func ja4Extensions(alpn, signatures string) []string {
	return []string{
		ext(0xfafa, ""), ext(27, ""), sni("a"), ext(51, ""), ext(16, vec16(vec8(alpn)+vec8("http/1.1"))), ext(0x4469, ""), ext(23, ""), ext(45, ""), signatures, ext(5, ""),
		ext(35, ""), ext(18, ""), ext(43, vec8("\xca\xca\x03\x04\x03\x03")), ext(0xff01, "\x00"), ext(11, vec8("\x00")), ext(10, vec16("")), ext(0x5a5a, "\x00"), ext(21, ""),
	}
}

func TestVectorsOfJA4(t *testing.T) {
	const (
		suites = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
		exts   = "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01"
	)
	for _, c := range []struct{ signatures, ja4, raw string }{
		{ja4Signatures, "t13d1516h2_8daaf6152771_e5627efa2ab1", "t13d1516h2_" + suites + "_" + exts + "_0403,0804,0401,0503,0805,0501,0806,0601"},
		{ext(13, ""), "t13d1516h2_8daaf6152771_6d807ffa2a79", "t13d1516h2_" + suites + "_" + exts},
	} {
		i := both(t, run(t, rec(22, helloWith(ja4Suites, ja4Extensions("h2", c.signatures)...))))
		if string(i.JA4) != c.ja4 || string(i.JA4R) != c.raw {
			t.Errorf("%s %s, want %s %s", i.JA4, i.JA4R, c.ja4, c.raw)
		}
	}
	i := both(t, run(t, rec(22, helloWith("\x8a\x8a"))))
	if string(i.JA4) != "t12i000000_000000000000_000000000000" {
		t.Errorf("of nothing %s", i.JA4)
	}
}

// What stands for the first protocol of ALPN.
func TestVectorsOfJA4Protocols(t *testing.T) {
	for alpn, want := range map[string]string{
		"h2": "h2", "http/1.1": "h1", "": "00", "x": "xx",
		"\xab": "ab", "\x20": "20", "\xab\xcd": "ad", "\x20\x61": "21", "\x30\xab": "3b", "\x61\x20": "60",
		"\x30\x31\xab\xcd": "3d", "\x30\xab\xcd\x31": "01",
	} {
		i := both(t, run(t, rec(22, helloWith(ja4Suites, ja4Extensions(alpn, ja4Signatures)...))))
		if got := string(i.JA4[8:10]); got != want {
			t.Errorf("%q: %s, want %s", alpn, got, want)
		}
	}
}
