package anon

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

const hiddenInText = "10.0.0.0/8 192.0.2.0/24 2001:db8::/32 fe80::1"

// expand puts what stands for an address for each <address> in want.
func expand(a *Anonymizer, want string) string {
	for {
		before, rest, ok := strings.Cut(want, "<")
		if !ok {
			return want
		}
		addr, after, _ := strings.Cut(rest, ">")
		text, hidden := a.Addr(netip.MustParseAddr(addr))
		if !hidden {
			panic(addr + " is not hidden")
		}
		want = before + text + after
	}
}

func TestTextToken(t *testing.T) {
	a := anonymizer(t, Joy, hiddenInText)
	for _, tc := range []struct{ name, text, want string }{ // <a> stands for the token of a
		{"nothing", "", ""},
		{"no address", "GET / HTTP/1.1", "GET / HTTP/1.1"},
		{"alone", "10.1.2.3", "<10.1.2.3>"},
		{"not hidden", "11.1.2.3 2001:db9::1 fe80::2", "11.1.2.3 2001:db9::1 fe80::2"},
		{"port", "Host: 10.1.2.3:8080", "Host: <10.1.2.3>:8080"},
		{"URL", "http://10.1.2.3/a?b=192.0.2.7&c", "http://<10.1.2.3>/a?b=<192.0.2.7>&c"},
		{"end of a sentence", "at 10.1.2.3.", "at <10.1.2.3>."},
		{"list", "10.1.2.3,10.1.2.4;11.0.0.1", "<10.1.2.3>,<10.1.2.4>;11.0.0.1"},
		{"range", "10.1.2.3-10.1.2.9", "<10.1.2.3>-<10.1.2.9>"},
		{"letters around", "v10.1.2.3b", "v<10.1.2.3>b"},
		{"leading zeros", "010.001.002.003", "<10.1.2.3>"},
		{"number too large", "10.1.2.256 10.1.2.1000", "10.1.2.256 10.1.2.1000"},
		{"number too long", "2010.1.2.3 0010.1.2.3 10.1.2.0003", "2010.1.2.3 0010.1.2.3 10.1.2.0003"},
		{"three numbers", "10.1.2", "10.1.2"},
		{"empty number", "10..1.2.3 10.1.2..3", "10..1.2.3 10.1.2..3"},
		{"end of an object identifier", "1.3.6.1.2.1.4.20.1.1.10.1.2.3", "1.3.6.1.2.1.4.20.1.1.<10.1.2.3>"},
		{"in front of more numbers", "10.1.2.3.4.5", "<10.1.2.3>.4.5"},
		{"not the first", "1234.10.1.2.3", "1234.<10.1.2.3>"},
		{"quoted and binary", "\"10.1.2.3\"\x00\xff10.1.2.4\n", "\"<10.1.2.3>\"\x00\xff<10.1.2.4>\n"},

		{"in-addr.arpa", "3.2.1.10.in-addr.arpa", "<10.1.2.3>.in-addr.arpa"},
		{"in-addr.arpa in capitals", "3.2.1.10.IN-ADDR.ARPA.", "<10.1.2.3>.IN-ADDR.ARPA."},
		{"in-addr.arpa forwards", "10.1.2.3.in-addr.arpa 10.1.2.3.In-Addr.Arpa", "10.1.2.3.in-addr.arpa 10.1.2.3.In-Addr.Arpa"},
		{"service below in-addr.arpa", "_dns._udp.3.2.1.10.in-addr.arpa", "_dns._udp.<10.1.2.3>.in-addr.arpa"},
		{"block list", "3.2.1.10.zen.example.org", "<10.1.2.3>.zen.example.org"},
		{"address in a name", "10.1.2.3.nip.example", "<10.1.2.3>.nip.example"},
		{"backwards without a name", "3.2.1.10", "3.2.1.10"},
		{"hyphens", "ip-10-1-2-3.ec2.internal", "ip-<10.1.2.3>.ec2.internal"},
		{"hyphens, backwards", "dsl-3-2-1-10.isp.example", "dsl-<10.1.2.3>.isp.example"},
		{"underscores", "host_10_1_2_3", "host_<10.1.2.3>"},
		{"mixed", "10-1.2-3 10.1-2.3", "10-1.2-3 10.1-2.3"},
		{"date", "2024-10-01-12", "2024-10-01-12"},

		{"port of FTP", "227 Passive (10,1,2,3,19,137).", "227 Passive (<10.1.2.3>,19,137)."},
		{"numbers before a port of FTP", "0,10,1,2,3,19,137", "0,<10.1.2.3>,19,137"},
		{"numbers with commas", "10,1,2,3 10,1,2,3,4 10,1,2,3,4,500 3,2,1,10,1,1", "10,1,2,3 10,1,2,3,4 10,1,2,3,4,500 3,2,1,10,1,1"},
		{"dots in a label", `tv 10\.1\.2\.3._x.example`, `tv <10.1.2.3>._x.example`},
		{"dots in a label, not hidden", `tv 11\.1\.2\.3 %2e`, `tv 11\.1\.2\.3 %2e`},
		{"dots behind a backslash in a label", `10\\.1\\.2\\.3`, `10\\.1\\.2\\.3`},
		{"dots in percent encoding", "?a=10%2E1%2e2.3&b=%20%", "?a=<10.1.2.3>&b=%20%"},
		{"colons in percent encoding", "?a=2001%3Adb8%3a%3a1&b", "?a=<2001:db8::1>&b"},
		{"hyphens in percent encoding", "ip%2d10%2D1%2D2%2D3%", "ip-<10.1.2.3>%"},

		{"IPv6", "2001:db8::1", "<2001:db8::1>"},
		{"IPv6 in capitals", "2001:DB8::AbC", "<2001:db8::abc>"},
		{"IPv6 with all groups", "2001:0db8:0000:0000:0001:0000:0000:0001", "<2001:db8::1:0:0:1>"},
		{"IPv6 ends in ::", "2001:db8::", "<2001:db8::>"},
		{"IPv6 in a URL", "https://[2001:db8::1]:443/", "https://[<2001:db8::1>]:443/"},
		{"IPv6 with a length", "2001:db8:1::/48", "<2001:db8:1::>/48"},
		{"IPv6 with a zone", "fe80::1%eth0", "<fe80::1>%eth0"},
		{"IPv6 and a port without brackets", "fe80::1:443", "<fe80::1>:443"},
		{"IPv6 behind a key", "addr:2001:db8::1,", "addr:<2001:db8::1>,"},
		{"IPv6 behind a word of hexadecimal digits", "face2001:db8::1", "face<2001:db8::1>"},
		{"IPv6 behind a number", "7:2001:db8::1", "7:<2001:db8::1>"},
		{"IPv6 before a long number", "2001:db8::1:12345", "<2001:db8::1>:12345"},
		{"IPv6 too short", "2001:db8:1:2:3:4:5", "2001:db8:1:2:3:4:5"},
		{"IPv6 too long", "2001:db8:1:2:3:4:5:6:7", "<2001:db8:1:2:3:4:5:6>:7"},
		{"IPv6 with two ::", "2001:db8::1::2", "<2001:db8::1>::2"},
		{"IPv6 with :: for nothing", "2001:db8:1:2:3:4:5::6", "<2001:db8:1:2:3:4:5:0>6"},
		{"IPv6 with IPv4 at its end", "2001:db8::203.0.113.9", "<2001:db8::cb00:7109>"},
		{"IPv6 with all groups and IPv4", "2001:db8:1:2:3:4:203.0.113.9", "<2001:db8:1:2:3:4:cb00:7109>"},
		{"IPv4-mapped", "::ffff:10.1.2.3", "<10.1.2.3>"},
		{"IPv4-mapped in hexadecimal", "0:0:0:0:0:ffff:a01:203", "<10.1.2.3>"},
		{"IPv4 in an IPv6 address that is not hidden", "64:ff9b::10.1.2.3", "64:ff9b::<10.1.2.3>"},
		{"IPv4-mapped, not hidden", "::ffff:11.1.2.3", "::ffff:11.1.2.3"},
		{"time and hardware address", "12:34:56 20:01:0d:b8:00:01", "12:34:56 20:01:0d:b8:00:01"},
		{"C++", "std::dec::hex", "std::dec::hex"},
		{"IPv6 with hyphens", "2001-db8--1.ipv6-literal.net", "<2001:db8::1>.ipv6-literal.net"},
		{"all groups with hyphens", "a.2001-db8-0-0-0-0-0-1.example", "a.<2001:db8::1>.example"},
		{"UUID", "20010db8-2001-0db8-9000-2001db812345", "20010db8-2001-0db8-9000-2001db812345"},

		{"ip6.arpa", "1." + strings.Repeat("0.", 23) + "8.b.D.0.1.0.0.2.ip6.arpa", "<2001:db8::1>.ip6.arpa"},
		{"service below ip6.arpa", "b._dns.1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa", "b._dns.<2001:db8::1>.ip6.arpa"},
		{"a digit too many below ip6.arpa", "f.1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa", "f.<2001:db8::1>.ip6.arpa"},
		{"ip6.arpa, not hidden", "1." + strings.Repeat("0.", 23) + "9.b.d.0.1.0.0.2.ip6.arpa", "1." + strings.Repeat("0.", 23) + "9.b.d.0.1.0.0.2.ip6.arpa"},
		{"word before 31 digits", "x1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa", "x1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa"},
		{"word behind 31 digits", "1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2x.arpa", "1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2x.arpa"},
		{"hyphen between digits", "1." + strings.Repeat("0.", 23) + "8-b.d.0.1.0.0.2.ip6.arpa", "1." + strings.Repeat("0.", 23) + "8-b.d.0.1.0.0.2.ip6.arpa"},
		{"IPv4-mapped below ip6.arpa", "3.0.2.0.1.0.a.0.f.f.f.f." + strings.Repeat("0.", 20) + "ip6.arpa", "<10.1.2.3>.ip6.arpa"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := expand(a, tc.want)
			got, n := a.Text(tc.text)
			if got != want || n != strings.Count(tc.want, "<") {
				t.Errorf("%q became %q (%d), want %q", tc.text, got, n, want)
			}
			if n > 0 && !a.Bytes([]byte(tc.text)) {
				t.Error("Bytes does not find it")
			}
		})
	}
}

func TestTextKeepsTheForm(t *testing.T) {
	a := anonymizer(t, CryptoPAn, "128.11.68.0/24 2001:db8::/32")
	nibbles := "e.1.c.d.1.f.6.e.e.8.f.f.f.7.2.0.d.1.9.d.f.3.0.6.c.b.2.0.1.0.4.4.ip6.arpa"
	for _, tc := range []struct{ text, want string }{
		{"a 128.11.68.132:1", "a 135.242.180.132:1"},
		{"::ffff:128.11.68.132", "135.242.180.132"},
		{"132.68.11.128.in-addr.arpa", "132.180.242.135.in-addr.arpa"},
		{"ip-128-11-68-132", "ip-135-242-180-132"},
		{"ip-132-68-11-128", "ip-132-180-242-135"},
		{"128_11_68_132", "135_242_180_132"},
		{"128,11,68,132,1,2", "135,242,180,132,1,2"},
		{"[2001:db8::1]", "[4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e]"},
		{"2001-db8--1", "4401-2bc-603f-d91d-27f-ff8e-e6f1-dc1e"},
		{"1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa", nibbles},
	} {
		if got, n := a.Text(tc.text); got != tc.want || n != 1 {
			t.Errorf("%q became %q (%d), want %q", tc.text, got, n, tc.want)
		}
	}
}

func TestTextWhenAllIsHidden(t *testing.T) {
	a := anonymizer(t, Joy, "0.0.0.0/0 ::/0")
	for text, want := range map[string]string{
		"1.2.3.4.5.6.7.8.9": "<1.2.3.4>.<5.6.7.8>.9",
		"::":                "<::>",
		"----":              "----", // no address with hyphens
		"x--1":              "x--1",
		"::1.2.3.4":         "<::1.2.3.4>",
	} {
		if got, _ := a.Text(text); got != expand(a, want) {
			t.Errorf("%q became %q, want %q", text, got, expand(a, want))
		}
	}
}

// labels writes a name as in a DNS message.
func labels(name string) string {
	var b strings.Builder
	for l := range strings.SplitSeq(name, ".") {
		b.WriteByte(byte(len(l)))
		b.WriteString(l)
	}
	return b.String() + "\x00"
}

func TestBytes(t *testing.T) {
	a := anonymizer(t, Joy, "10.1.0.0/16 2001:db8::/32")
	for _, tc := range []struct {
		name, b string
		want    bool
	}{
		{"nothing", "", false},
		{"three bytes", "\x0a\x01\x02", false},
		{"four bytes", "\x0a\x01\x02\x03", true},
		{"at any offset, at the end", "abc\x0a\x01\x02\x03", true},
		{"not hidden", "\x0a\x02\x02\x03\x00\x00", false},
		{"IPv6", "x\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", true},
		{"IPv6 cut off", "x\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", false},
		{"IPv6 not hidden", "x\x20\x01\x0d\xb9\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", false},
		{"text", "Host: 10.1.2.3\r\n", true},
		{"text of IPv6", "Host: [2001:db8::1]\r\n", true},
		{"text backwards", "3.2.1.10", true},
		{"other text", "Host: 10.2.2.3\r\n", false},
		{"in-addr.arpa in a DNS message", labels("3.2.1.10.in-addr.arpa"), true},
		{"other in-addr.arpa in a DNS message", labels("3.2.2.10.in-addr.arpa"), false},
		{"ip6.arpa in a DNS message", labels("1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa"), true},
		{"hyphens in a DNS message", labels("ip-10-1-2-3.ec2.internal"), true},
	} {
		in := []byte(tc.b)
		if got := a.Bytes(in); got != tc.want || string(in) != tc.b {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestBytesAgainstNaive(t *testing.T) {
	a := anonymizer(t, Joy, "10.0.0.0/9 203.0.113.0/25 2001:db8::/31 0.1.0.0/17 c000::/3")
	rnd := rand.New(rand.NewPCG(7, 8))
	values := []byte{0, 1, 10, 0x20, 0x0d, 0xb8, 0xb9, 113, 127, 128, 203, 0xc0}
	found := 0
	for range 20_000 {
		b := make([]byte, rnd.IntN(24))
		for i := range b {
			b[i] = values[rnd.IntN(len(values))]
		}
		want := false
		for i := range b {
			for _, size := range []int{4, 16} {
				if i+size <= len(b) {
					addr, _ := netip.AddrFromSlice(b[i : i+size])
					want = want || a.Hidden(addr)
				}
			}
		}
		if got := a.subnets.findRaw(b); got != want {
			t.Fatalf("%x: %v, want %v", b, got, want)
		}
		if want {
			found++
		}
	}
	if found < 1000 || found > 19_000 {
		t.Errorf("%d of the inputs held an address", found)
	}
}

// delimited reports whether c can stand around an address without being taken
// for a part of it or of a name that it is in.
func delimited(c byte) bool { return strings.IndexByte(" \t\n,;/[]()\"'=<>", c) >= 0 }

// standalone returns the hidden addresses that stand alone between delimiters.
func standalone(a *Anonymizer, text string) []string {
	var found []string
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && delimited(byte(r)) }) {
		if addr, err := netip.ParseAddr(f); err == nil && addr.Zone() == "" && a.Hidden(addr) {
			found = append(found, f)
		}
	}
	return found
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"Host: 10.1.2.3:80", "10.1.2.3-10.1.2.9", "3.2.1.10.in-addr.arpa", "ip-10-1-2-3", "[2001:db8::1]:443", "fe80::1:443",
		"::ffff:10.1.2.3", "2001:db8::10.1.2.3", "1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa", "::::", "----",
		"1.2.3.4.5.6.7.8", "2001-db8--1", "a\x0110.1.2.3\x01b", "\x0a\x01\x02\x03", "0:0:0:0:0:ffff:a01:203", "2001:db8::1::10.1.2.3.4",
	} {
		f.Add(s)
	}
	some, all := "10.0.0.0/8 192.0.2.1 2001:db8::/32 fe80::1 ::/64", "0.0.0.0/0 ::/0"
	var tokens, addrs []*Anonymizer
	for _, hide := range []string{some, all} {
		tokens = append(tokens, anonymizer(f, Joy, hide))
		addrs = append(addrs, anonymizer(f, CryptoPAn, hide))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, a := range tokens {
			got, n := a.Text(s)
			if n == 0 && got != s {
				t.Fatalf("%q became %q", s, got)
			}
			if left := standalone(a, got); left != nil {
				t.Fatalf("%q became %q, in which %q are left", s, got, left)
			}
			if hidden := standalone(a, s); len(hidden) > n {
				t.Fatalf("%q has %q, but %d were replaced", s, hidden, n)
			}
			if n > 0 && !a.Bytes([]byte(s)) {
				t.Fatalf("%q: Bytes does not find what Text does", s)
			}
			if _, m := addrs[i].Text(s); m != n {
				t.Fatalf("%q: %d replaced by tokens, %d by addresses", s, n, m)
			}
			checkMatches(t, a, s)
		}
	})
}

// checkMatches reads each match once more, as a text of its own.
func checkMatches(t *testing.T, a *Anonymizer, s string) {
	for from := 0; ; {
		m, ok := a.subnets.find([]byte(s), from, false)
		if !ok {
			return
		}
		if m.start < from || m.end <= m.start || m.end > len(s) || !a.Hidden(m.addr) {
			t.Fatalf("%q: from %d: %+v", s, from, m)
		}
		text := s[m.start:m.end]
		switch {
		case m.reversed:
			if m.addr.Is6() && len(text) != 63 {
				t.Fatalf("%q is taken for %v backwards", text, m.addr)
			}
		case m.sep == '-' && m.addr.Is6():
			text = strings.ReplaceAll(text, "-", ":")
			fallthrough
		case m.sep == ':':
			// netip refuses leading zeros in the IPv4 address at the end.
			if addr, err := netip.ParseAddr(text); err == nil && addr.Unmap() != m.addr.Unmap() || err != nil && !strings.Contains(text, ".") {
				t.Fatalf("%q is taken for %v", text, m.addr)
			}
		default:
			var b [4]byte
			if n, err := fmt.Sscanf(strings.ReplaceAll(text, string(m.sep), " "), "%d %d %d %d", &b[0], &b[1], &b[2], &b[3]); n != 4 || netip.AddrFrom4(b) != m.addr {
				t.Fatalf("%q is taken for %v: %v", text, m.addr, err)
			}
		}
		from = m.end
	}
}

func FuzzBytes(f *testing.F) {
	f.Add([]byte("ab\x0a\x01\x02\x03"), uint32(0x0a010203), uint(2))
	f.Add([]byte("20010db8"), uint32(0xc0000201), uint(9))
	f.Add([]byte{}, uint32(0), uint(0))
	a := anonymizer(f, Joy, "10.0.0.0/8 192.0.2.1 2001:db8::/32")
	f.Fuzz(func(t *testing.T, b []byte, addr uint32, at uint) {
		raw := binary.BigEndian.AppendUint32(nil, addr)
		text := netip.AddrFrom4([4]byte(raw)).String()
		i := int(at % uint(len(b)+1))
		for _, in := range []string{string(raw), " " + text + " ", "[::ffff:" + text + "]", labels(text)} {
			whole := string(b[:i]) + in + string(b[i:])
			if a.Hidden(netip.AddrFrom4([4]byte(raw))) && !a.Bytes([]byte(whole)) {
				t.Fatalf("%s is not found in %q", text, whole)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	a := anonymizer(b, Joy, hiddenInText)
	for name, s := range map[string]string{
		"Name":      "www.some-longer-name.example.com",
		"UserAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
		"Arpa":      "3.2.1.10.in-addr.arpa",
		"Hostile":   strings.Repeat("0:0:", 16_384),
		"Nibbles":   strings.Repeat("0.", 32_768),
		"Numbers":   strings.Repeat("1-", 32_768),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for range b.N {
				a.Text(s)
			}
		})
	}
}

func BenchmarkBytes(b *testing.B) {
	rnd := rand.New(rand.NewPCG(9, 10))
	payload := make([]byte, 1460)
	for i := range payload {
		payload[i] = byte(rnd.Uint32())
	}
	hostile := []byte(strings.Repeat("\x0a\x01\xff", 500)) // in the first 16 bits of a prefix each time
	for _, tc := range []struct {
		name, hide string
		b          []byte
	}{
		{"Random", "192.168.77.0/24 172.16.33.0/24 2001:db8::/32", payload},
		{"Hostile", "10.1.2.3 1.255.2.3 255.10.2.3 a01::1 1ff::1 ff0a::1", hostile},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			a := anonymizer(b, Joy, tc.hide)
			if a.Bytes(tc.b) {
				b.Fatal("found, so that not all of it is read")
			}
			b.SetBytes(int64(len(tc.b)))
			b.ResetTimer()
			for range b.N {
				a.Bytes(tc.b)
			}
		})
	}
}
