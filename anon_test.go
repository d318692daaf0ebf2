package joy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestAnonymizationOfProtocols has each protocol tell a hidden address in all
// the ways that it has. The record of it is there without the address, and what
// parsers keep is as before: the next run may tell it.
func TestAnonymizationOfProtocols(t *testing.T) {
	subnets := write(t, "10.0.0.0/8\n2001:db8::/32\n")
	modes := [][]string{
		{"anon_key=" + write(t, strings.Repeat("k", 16))},
		{"anon_mode=cryptopan", "anon_key=" + write(t, strings.Repeat("k", 32))},
	}
	for _, text := range []string{"10.1.2.3", "2001:db8::1:2"} {
		a := netip.MustParseAddr(text)
		for key, packets := range tellers(t, a) {
			t.Run(key+" "+text, func(t *testing.T) {
				for _, bidir := range []string{"bidir=1", "bidir=0"} {
					args := []string{"profile=full", bidir, "http_body=64"}
					open, _ := run(t, packets, args...)
					if part := partOf(t, open, key); !tells(part, a) {
						t.Fatalf("nothing to hide in %s", open)
					}
					for _, mode := range modes {
						hiding := slices.Concat(args, mode, []string{"anon=" + subnets})
						hidden, _ := run(t, packets, hiding...)
						if later := anonymized(t, open, hiding...); later != hidden {
							t.Errorf("%s: hidden later it is\n%s\nand not\n%s", mode, later, hidden)
						}
						if tells(hidden, a) || partOf(t, hidden, key) == "" {
							t.Errorf("%s: %q in %s", mode, forms(a), hidden)
						}
					}
					if again, _ := run(t, packets, args...); again != open {
						t.Errorf("without anonymization it was\n%s\nand is\n%s", open, again)
					}
				}
			})
		}
	}
}

// tells reports whether an address is in a text in any form.
func tells(text string, a netip.Addr) bool {
	return slices.ContainsFunc(forms(a), func(form string) bool { return strings.Contains(text, form) })
}

// partOf is what the records say of a protocol.
func partOf(t *testing.T, text, key string) (all string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all += string(r[key])
	}
	return all
}

// forms are the writings of an address that a search finds.
func forms(a netip.Addr) []string {
	text := a.String()
	list := []string{
		text, a.StringExpanded(), hex.EncodeToString(a.AsSlice()), hex.EncodeToString([]byte(text)),
		dashed(a), backwards(a), hex.EncodeToString([]byte(dashed(a))), strings.ReplaceAll(text, ".", `\\.`),
		strings.ReplaceAll(text, ":", "%3A"), strings.ReplaceAll(text, ".", "%2e"),
	}
	return list
}

func dashed(a netip.Addr) string { return strings.NewReplacer(".", "-", ":", "-").Replace(a.String()) }

// backwards is the name of an address without .in-addr.arpa or .ip6.arpa.
func backwards(a netip.Addr) string {
	parts := strings.Split(a.String(), ".")
	if a.Is6() {
		parts = strings.Split(hex.EncodeToString(a.AsSlice()), "")
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// tellers are packets of protocols, by the keys of records.
func tellers(t *testing.T, a netip.Addr) map[string][][]byte {
	all := map[string][][]byte{
		"dns":   datagrams(40053, 53, dnsQuery(a), dnsAnswer(a)),
		"http":  conversation(40080, 80, httpRequest(a), httpResponse(a)),
		"http2": conversation(40081, 80, http2Client(a), http2Server(a)),
		"tls":   conversation(40443, 443, tlsHandshake(t, a)...),
		"ike":   datagrams(500, 500, ikeMessage(a), ikeMessage(a)),
		"ssh":   conversation(40022, 22, "SSH-2.0-x_"+dashed(a)+" at "+a.String()+"\r\n", "welcome from "+a.String()+"\r\nSSH-2.0-y "+dashed(a)+"\r\n"),
	}
	if a.Is4() {
		all["dhcp"] = datagrams(68, 67, dhcpMessage(a))
	} else {
		all["dhcpv6"] = datagrams(546, 547, dhcpv6Message(a))
	}
	return all
}

const (
	teller   = "192.0.2.1"
	listener = "192.0.2.2"
)

// datagrams go out and in by turns.
func datagrams(sport, dport uint16, payloads ...string) (list [][]byte) {
	for i, p := range payloads {
		from, to := teller, listener
		b := binary.BigEndian.AppendUint16(nil, sport)
		b = binary.BigEndian.AppendUint16(b, dport)
		if i%2 == 1 {
			from, to = to, from
			b[0], b[1], b[2], b[3] = b[2], b[3], b[0], b[1]
		}
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(p)))
		list = append(list, ip(from, to, 17, append(append(b, 0, 0), p...)))
	}
	return list
}

// conversation is a connection of TCP in which payloads go out and in by turns.
func conversation(sport, dport uint16, payloads ...string) [][]byte {
	list := [][]byte{
		ip(teller, listener, 6, tcp(sport, dport, 0, 2, "", "")),
		ip(listener, teller, 6, tcp(dport, sport, 0, 0x12, "", "")),
	}
	seq := [2]uint32{1, 1}
	for i, p := range payloads {
		for len(p) > 0 {
			n := min(len(p), 1400)
			if i%2 == 0 {
				list = append(list, ip(teller, listener, 6, tcp(sport, dport, seq[0], 0x18, "", p[:n])))
			} else {
				list = append(list, ip(listener, teller, 6, tcp(dport, sport, seq[1], 0x18, "", p[:n])))
			}
			seq[i%2] += uint32(n)
			p = p[n:]
		}
	}
	return list
}

func be16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }

// prefixed is a text behind its length.
func prefixed(s string) string { return string(rune(len(s))) + s }

func prefixed16(s string) string { return be16(len(s)) + s }

// labels is a name of DNS.
func labels(parts ...string) (s string) {
	for _, p := range parts {
		s += prefixed(p)
	}
	return s + "\x00"
}

func arpa(a netip.Addr) string {
	zone := "in-addr"
	if a.Is6() {
		zone = "ip6"
	}
	return labels(append(strings.Split(backwards(a), "."), zone, "arpa")...)
}

func dnsQuery(a netip.Addr) string {
	return "\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + arpa(a) + "\x00\x0c\x00\x01"
}

func dnsAnswer(a netip.Addr) string {
	rr := func(kind int, data string) string {
		return labels("ip-"+dashed(a), "example") + be16(kind) + "\x00\x01\x00\x00\x00\x09" + prefixed16(data)
	}
	ip, text := string(a.AsSlice()), a.String()
	answers := []string{
		rr(1, "\x0a\x01\x02\x03"), rr(28, "\x20\x01\x0d\xb8"+strings.Repeat("\x00", 9)+"\x01\x00\x02"),
		rr(12, arpa(a)), rr(12, labels("printer "+text, "_ipp", "example")), rr(5, labels(dashed(a), "example")),
		rr(16, prefixed("v=spf1 ip4:"+text)+prefixed(dashed(a))),
		rr(99, prefixed(text)), rr(257, "\x00\x05issue"+text), rr(65400, "x"+ip), rr(52, "\x03\x00\x00"+strings.Repeat("c", 80)+ip),
		rr(64, "\x00\x01"+labels()+"\x00\x04\x00\x04\x0a\x01\x02\x03"),
	}
	return "\x00\x07\x81\x80\x00\x01" + be16(len(answers)) + "\x00\x00\x00\x00" + arpa(a) + "\x00\x0c\x00\x01" + strings.Join(answers, "")
}

func httpRequest(a netip.Addr) string {
	text, host := a.String(), a.String()
	if a.Is6() {
		host = "[" + text + "]"
	}
	escaped := strings.NewReplacer(".", "%2e", ":", "%3A").Replace(text)
	return "GET http://" + host + ":8080/" + dashed(a) + "?ip=" + text + "&ip=" + escaped + " HTTP/1.1\r\nHost: " + host + ":8080\r\n" +
		"X-Forwarded-For: 198.51.100.7, " + text + "\r\nForwarded: for=\"" + host + "\"\r\nx-" + dashed(a) + ": 1\r\n\r\n"
}

func httpResponse(a netip.Addr) string {
	first, second := "you are "+a.String(), "\x01"+string(a.AsSlice())
	return "HTTP/1.1 100 to " + a.String() + "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: " + big.NewInt(int64(len(first))).String() + "\r\n\r\n" + first +
		"HTTP/1.1 404 " + dashed(a) + "\r\nContent-Length: " + big.NewInt(int64(len(second))).String() + "\r\n\r\n" + second
}

func http2Frame(kind, flags byte, stream, body string) string {
	return "\x00" + be16(len(body)) + string([]byte{kind, flags}) + stream + body
}

func http2Client(a netip.Addr) string {
	field := func(name, value string) string { return "\x00" + prefixed(name) + prefixed(value) }
	head := "\x82\x84\x86" + field(":authority", a.String()) + field("x-forwarded-for", dashed(a))
	return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2Frame(4, 0, "\x00\x00\x00\x00", "") +
		http2Frame(1, 4, "\x00\x00\x00\x01", head) + http2Frame(0, 1, "\x00\x00\x00\x01", "x"+string(a.AsSlice())) +
		http2Frame(7, 0, "\x00\x00\x00\x00", "\x00\x00\x00\x01\x00\x00\x00\x00gone is "+a.String())
}

func http2Server(a netip.Addr) string {
	return http2Frame(4, 0, "\x00\x00\x00\x00", "") + http2Frame(1, 4, "\x00\x00\x00\x01", "\x88\x00"+prefixed("server")+prefixed(a.String()))
}

// ikeMessage is a message of IKEv2 with all payloads that may have addresses.
func ikeMessage(a netip.Addr) string {
	ip, text, size := string(a.AsSlice()), a.String(), prefixed(string(a.AsSlice()))
	id, selector, gateway := "\x01", "\x07", "\x01"
	if a.Is6() {
		id, selector, gateway = "\x05", "\x08", "\x02"
	}
	selectors := "\x01\x00\x00\x00" + selector + "\x00" + be16(8+2*len(ip)) + "\x00\x00\xff\xff" + ip + ip
	payloads := []string{
		"\x23" + id + "\x00\x00\x00" + ip, "\x24\x02\x00\x00\x00" + text, "\x25\x04certificate" + ip,
		"\x29\x00\x00\x40\x17" + gateway + size, "\x29\x00\x00\x40\x17\x03" + prefixed(text), "\x29\x00\x00\x40\x0d" + ip, "\x29\x00\x00\x40\x04" + ip,
		"\x2b" + text, "\x2c" + selectors, "\x2d" + selectors, "\x2f\x02\x00\x00\x00\x00\x01" + prefixed16(ip) + "\x00\x07" + prefixed16(text), "\xc8" + ip,
	}
	body := ""
	for i, p := range payloads {
		next := "\x00"
		if i+1 < len(payloads) {
			next = payloads[i+1][:1]
		}
		body += next + "\x00" + be16(4+len(p)-1) + p[1:]
	}
	return "InitSPI1\x00\x00\x00\x00\x00\x00\x00\x00\x23\x20\x22\x08\x00\x00\x00\x00\x00\x00" + be16(28+len(body)) + body
}

func dhcpMessage(a netip.Addr) string {
	ip, text := string(a.AsSlice()), a.String()
	option := func(code byte, data string) string { return string([]byte{code}) + prefixed(data) }
	field := func(s string, n int) string { return s + strings.Repeat("\x00", n-len(s)) }
	return "\x02\x01\x06\x00\x00\x00\x00\x01\x00\x00\x00\x00" + ip + ip + ip + ip + field("\x02\x01"+ip, 16) + field("boot-"+dashed(a), 64) + field("tftp://"+text, 128) +
		"\x63\x82\x53\x63\x35\x01\x05" + option(1, ip) + option(3, ip+ip) + option(6, ip) + option(12, "ip-"+dashed(a)) + option(15, text) + option(50, ip) + option(54, ip) +
		option(56, "use "+text) + option(60, text) + option(61, "\x00"+ip) + option(81, "\x00\x00\x00"+text) + option(82, "\x01"+prefixed(text)+"\x05"+prefixed(ip)) +
		option(119, arpa(a)) + option(250, ip) + "\xff"
}

func dhcpv6Message(a netip.Addr) string {
	ip, text := string(a.AsSlice()), a.String()
	option := func(code int, data string) string { return be16(code) + prefixed16(data) }
	lifetimes := "\x00\x00\x00\x09\x00\x00\x00\x09"
	inner := "\x07\x00\x00\x01" + option(1, "\x00\x03\x00\x1f"+ip) + option(3, "\x00\x00\x00\x01"+lifetimes+option(5, ip+lifetimes)) +
		option(25, "\x00\x00\x00\x01"+lifetimes+option(26, lifetimes+"\x80"+ip)) + option(12, ip) + option(13, "\x00\x00use "+text) + option(23, ip+ip) + option(24, arpa(a)) +
		option(39, "\x00"+labels("ip-"+dashed(a))) + option(59, "http://["+text+"]/") + option(79, "\x00\x1f"+ip) + option(15, prefixed16(text)) + option(150, ip)
	return "\x0c\x00" + ip + ip + option(9, inner) + option(18, text)
}

// tlsHandshake is one of TLS 1.2, whose certificate is in clear.
func tlsHandshake(t *testing.T, a netip.Addr) []string {
	client, server := net.Pipe()
	log := &tape{}
	name := "ip-" + dashed(a) + ".example"
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(log.side(server, 1), &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate(t, a)}}).Handshake()
	}()
	if err := tls.Client(log.side(client, 0), &tls.Config{InsecureSkipVerify: true, ServerName: name, NextProtos: []string{a.String()}}).Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return log.turns
}

// certificate names an address wherever it can.
func certificate(t *testing.T, a netip.Addr) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ip, text := net.IP(a.AsSlice()), a.String()
	url := "http://[" + text + "]/"
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), NotAfter: time.Unix(2e9, 0), Subject: pkix.Name{CommonName: text, Organization: []string{dashed(a)}},
		IPAddresses: []net.IP{ip}, DNSNames: []string{"ip-" + dashed(a) + ".example"}, EmailAddresses: []string{"root@" + dashed(a)},
		CRLDistributionPoints: []string{url}, OCSPServer: []string{url},
		PermittedIPRanges: []*net.IPNet{{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))}},
		ExtraExtensions:   []pkix.Extension{{Id: []int{1, 2, 3, 4}, Value: []byte(text)}, {Id: []int{1, 2, 3, 5}, Value: ip}},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A tape keeps what two sides say, by turns.
type tape struct {
	mu    sync.Mutex
	turns []string
}

type side struct {
	net.Conn
	tape *tape
	n    int
}

func (l *tape) side(c net.Conn, n int) net.Conn { return &side{c, l, n} }

// Write implements io.Writer.
func (s *side) Write(b []byte) (int, error) {
	s.tape.mu.Lock()
	for len(s.tape.turns) == 0 || (len(s.tape.turns)-1)%2 != s.n {
		s.tape.turns = append(s.tape.turns, "")
	}
	s.tape.turns[len(s.tape.turns)-1] += string(b)
	s.tape.mu.Unlock()
	return s.Conn.Write(b)
}
