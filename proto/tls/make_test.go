package tls

import "strings"

// The functions here make messages byte by byte.

func u16(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }
func u24(n int) string { return string([]byte{byte(n >> 16), byte(n >> 8), byte(n)}) }

func vec8(s string) string  { return string([]byte{byte(len(s))}) + s }
func vec16(s string) string { return u16(len(s)) + s }
func vec24(s string) string { return u24(len(s)) + s }

// rec makes records of TLS 1.2, more than one when the body is long.
func rec(typ byte, body string) string {
	out := ""
	for {
		n := min(len(body), 1<<14)
		out += string([]byte{typ, 3, 3}) + u16(n) + body[:n]
		if body = body[n:]; body == "" {
			return out
		}
	}
}

func handshake(typ byte, body string) string { return string([]byte{typ}) + vec24(body) }

func ext(typ int, data string) string { return u16(typ) + vec16(data) }

func sni(name string) string { return ext(0, vec16("\x00"+vec16(name))) }

var clientRandom = strings.Repeat("C", 32)

func clientHello(exts ...string) string {
	return helloWith("\x13\x01\xc0\x2b", exts...)
}

func helloWith(suites string, exts ...string) string {
	e := ""
	if len(exts) > 0 {
		e = vec16(strings.Join(exts, ""))
	}
	return handshake(1, "\x03\x03"+clientRandom+vec8("session")+vec16(suites)+vec8("\x00")+e)
}

func serverHello(exts ...string) string {
	return serverHelloWith(strings.Repeat("S", 32), exts...)
}

func serverHelloWith(random string, exts ...string) string {
	e := ""
	if len(exts) > 0 {
		e = vec16(strings.Join(exts, ""))
	}
	return handshake(2, "\x03\x03"+random+vec8("session")+"\xc0\x2b\x00"+e)
}

func echOuter(enc string) string {
	return "\x00\x00\x01\x00\x01\x07" + enc + vec16(strings.Repeat("p", 32))
}

func ssl2Client(version int) string {
	suites := "\x01\x00\x80\x00\x00\x2f"
	body := "\x01" + u16(version) + u16(len(suites)) + u16(0) + u16(16) + suites + strings.Repeat("c", 16)
	return u16(0x8000|len(body)) + body
}

func ssl2Server() string {
	body := "\x04\x00\x01" + u16(2) + u16(4) + u16(3) + u16(2) + "cert" + "\x01\x00\x80" + "id"
	return u16(0x8000|len(body)) + body
}
