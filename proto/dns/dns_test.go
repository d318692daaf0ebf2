package dns

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"joy/feature"
	"joy/feature/featuretest"
)

func info(p feature.Parser, v feature.View) any { return p.(*Parser).Info(v) }

// message builds a message with miekg/dns, which writes names and records by
// code of its own. A record is in the form of master files, behind the section
// (an, ns, ar); "+x" sets a flag or field of the header.
func message(t testing.TB, id uint16, question string, parts ...string) string {
	t.Helper()
	m := new(dns.Msg)
	m.Id, m.RecursionDesired, m.Compress = id, true, true
	if question != "" {
		name, qt, _ := strings.Cut(question, " ")
		m.Question = []dns.Question{{Name: name, Qtype: dns.StringToType[qt], Qclass: dns.ClassINET}}
	}
	for _, part := range parts {
		section, text, _ := strings.Cut(part, " ")
		if section == "+" {
			set(t, m, text)
			continue
		}
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		switch section {
		case "an":
			m.Answer = append(m.Answer, rr)
		case "ns":
			m.Ns = append(m.Ns, rr)
		case "ar":
			m.Extra = append(m.Extra, rr)
		}
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func set(t testing.TB, m *dns.Msg, what string) {
	t.Helper()
	switch what {
	case "response":
		m.Response, m.RecursionAvailable = true, true
	case "nxdomain":
		m.Rcode = dns.RcodeNameError
	case "edns":
		o := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}}
		o.SetDo()
		o.Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0102030405060708"}, &dns.EDNS0_PADDING{Padding: make([]byte, 4)}}
		m.Extra = append(m.Extra, o)
	case "badvers":
		o := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 512}}
		o.SetVersion(1)
		m.Extra = append(m.Extra, o)
		m.Rcode = dns.RcodeBadVers
	default:
		t.Fatalf("no such setting: %s", what)
	}
}

// framed puts the length before each message, as over TCP.
func framed(messages ...string) (s string) {
	for _, m := range messages {
		s += string([]byte{byte(len(m) >> 8), byte(len(m))}) + m
	}
	return s
}

func unhex(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// netBIOS encodes a name of 15 bytes and its last byte (RFC 1001, 14.1).
func netBIOS(name string, last byte) string {
	s := "\x20"
	for _, c := range []byte(fmt.Sprintf("%-15s%c", name, last)) {
		s += string([]byte{'A' + c>>4, 'A' + c&15})
	}
	return s + "\x00"
}

func usual(t testing.TB) (query, response string) {
	return message(t, 7, "www.example.com. A", "+ edns"),
		message(t, 7, "www.example.com. A", "+ response", "an www.example.com. 300 IN CNAME web.example.com.", "an web.example.com. 60 IN A 192.0.2.1",
			"an web.example.com. 60 IN A 192.0.2.2", "ns example.com. 3600 IN NS ns1.example.com.", "ar ns1.example.com. 3600 IN AAAA 2001:db8::53", "+ edns")
}

func kinds(t testing.TB) string {
	return message(t, 9, "example.com. ANY", "+ response",
		"an example.com. 1 IN MX 10 mail.example.com.", "an example.com. 2 IN SOA ns1.example.com. root.example.com. 2026010101 7200 3600 1209600 300",
		`an example.com. 3 IN TXT "v=spf1 -all" "second"`, "an _sip._tcp.example.com. 4 IN SRV 1 2 5060 sip.example.com.",
		`an example.com. 5 IN HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.1" ech="AEX+DQ==" ipv6hint="2001:db8::1" mandatory="alpn"`,
		"an example.com. 6 IN SVCB 0 svc.example.com.", `an example.com. 7 IN CAA 0 issue "ca.example.net"`,
		"an example.com. 8 IN DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
		"an example.com. 9 IN DNSKEY 257 3 8 AwEAAagAIKlVZrpC6Ia7gEzahOR+9W29euxhJhVVLOyQbSEW0O8gcCjF",
		"an example.com. 10 IN RRSIG A 5 3 86400 20260101000000 20251201000000 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr",
		"an example.com. 11 IN NSEC host.example.com. A MX RRSIG NSEC TYPE1234", "an example.com. 12 IN NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA",
		"an example.com. 13 IN NSEC3PARAM 1 0 0 -", "an example.com. 14 IN TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
		"an example.com. 15 IN SSHFP 1 2 123456789abcdef0", `an example.com. 16 IN NAPTR 100 10 "S" "SIP+D2U" "" _sip._udp.example.com.`,
		`an example.com. 17 IN HINFO "PC" "a\"b"`, "an example.com. 18 IN DNAME example.net.", `an example.com. 19 IN URI 10 1 "https://example.com/"`,
		"an example.com. 20 IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m", "an example.com. 21 IN TYPE4660 \\# 4 00010203",
		`an example.com. 22 CLASS258 TXT "x"`, "an example.com. 23 CH TXT \"9.18\"", "an example.com. 24 IN PTR host.example.com.")
}

func examined(t testing.TB) []featuretest.Session {
	q, r := usual(t)
	any := message(t, 9, "example.com. ANY")
	other := message(t, 8, "gone.example.com. AAAA")
	nx := message(t, 8, "gone.example.com. AAAA", "+ response", "+ nxdomain", "ns example.com. 60 IN SOA ns1.example.com. root.example.com. 1 2 3 4 5")
	mdns := unhex(t, "0000 0000 0002 0000 0001 0000") + "\x05_http\x04_tcp\x05local\x00" + unhex(t, "000c 8001") + "\x07Jos\xc3\xa9's\x00" + unhex(t, "00ff 0001") +
		"\x08My v1.22\xc0\x0c" + unhex(t, "0021 8001 00000078 0008 0000 0000 0050") + "\xc0\x17"
	announced := unhex(t, "0000 8400 0000 0001 0000 0000") + "\x07Jos\xc3\xa9's\x00" + unhex(t, "0001 8001 00000078 0004 0a000001")
	nbq := unhex(t, "8001 0110 0001 0000 0000 0000") + netBIOS("WPAD", 0) + unhex(t, "0020 0001")
	nbr := unhex(t, "8001 8500 0000 0001 0000 0000") + netBIOS("WPAD", 0) + unhex(t, "0020 0001 000493e0 0006 6000 0a000002")
	nbreg := unhex(t, "8002 2910 0001 0000 0000 0001") + netBIOS("GROUP", 0x1e) + unhex(t, "0020 0001 c00c 0020 0001 000493e0 0006 e000 0a000002")
	status := unhex(t, "8003 0000 0001 0000 0000 0000 20") + "CK" + strings.Repeat("A", 30) + unhex(t, "00 0021 0001")
	statusr := unhex(t, "8003 8400 0000 0001 0000 0000 20") + "CK" + strings.Repeat("A", 30) + unhex(t, "00 0021 0001 00000000 002b 02") +
		"HOST           \x00\x04\x00" + "WORKGROUP      \x00\x84\x00" + unhex(t, "001122334455")
	return []featuretest.Session{
		featuretest.Bytes("query-and-response", feature.UDP, q, r),
		featuretest.Bytes("response-alone", feature.UDP, r),
		featuretest.Bytes("name-error", feature.UDP, other, nx),
		featuretest.Bytes("all-kinds-of-records", feature.UDP, any, kinds(t)),
		featuretest.Bytes("tcp-pipelined", feature.TCP, framed(q, other, any), framed(nx, kinds(t), r)),
		featuretest.Bytes("bad-version", feature.UDP, q, message(t, 7, "www.example.com. A", "+ response", "+ badvers")),
		featuretest.Bytes("mdns", feature.UDP, mdns, "", announced),
		featuretest.Bytes("netbios", feature.UDP, nbq, nbr, nbreg, "", status, statusr),
	}
}

func TestExamination(t *testing.T) {
	featuretest.Run(t, &Module, info, examined(t)...)
}

func FuzzDNS(f *testing.F) {
	featuretest.Fuzz(f, &Module, info, examined(f)...)
}
