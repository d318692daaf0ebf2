// Package tls reads what TLS leaves in the clear: hellos, certificates, key
// exchanges and alerts, and the lengths and times of all records. It knows SSL 2
// hellos, SSL 3.0 (RFC 6101), TLS 1.0 (RFC 2246), 1.1 (RFC 4346), 1.2 (RFC 5246)
// and 1.3 (RFC 8446), the extensions of RFC 6066, 7301, 8701, 8879 and 9849, and
// certificates (RFC 5280).
//
// Handshake is the part that has no records: DTLS (package dtls) and QUIC feed
// it the same messages. Nothing is decrypted.
//
// What is kept of a connection are its messages as they came; Handshake.Info
// takes them apart when a record is written. So a flow that waits costs the
// bytes that it reports, and little more.
package tls

import "joy/feature"

//go:generate go run gen_names.go

// Module is TLS over TCP.
var Module = feature.Module{
	Key:   "tls",
	Doc:   "TLS and SSL: hellos, certificates, record lengths and times",
	Over:  feature.TCP,
	Ports: []uint16{443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 8443, 8883},
	Match: Match,
	New:   func(*feature.Settings) feature.Parser { return new(Parser) },
}

// Content types (RFC 8446 5.1, RFC 6520).
const (
	typeCCS         = 20
	typeAlert       = 21
	typeHandshake   = 22
	typeApplication = 23
	typeHeartbeat   = 24
)

const (
	headerLen = 5
	// maxRecord is the longest body of a record: RFC 5246 6.2.3 allows this much
	// for a compressed and encrypted one.
	maxRecord = 1<<14 + 2048
)

// Match recognises a hello of either side, any other clear handshake message
// that fills its record, an alert, and records in mid-stream when the one that
// comes first is followed by another or ends with the bytes.
func Match(c *feature.Chunk) feature.Guess {
	b := c.Bytes
	if len(b) == 0 {
		return feature.Maybe
	}
	if b[0] < typeCCS || b[0] > typeHeartbeat {
		if b[0]&0x80 != 0 {
			return matchSSL2(b)
		}
		return feature.No
	}
	if len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return feature.No
	}
	if len(b) < headerLen {
		return maybe(c)
	}
	n := int(b[3])<<8 | int(b[4])
	switch {
	case n == 0 && b[0] != typeApplication, n > maxRecord:
		return feature.No
	case b[0] == typeHandshake && len(b) < headerLen+4:
		return maybe(c)
	case b[0] == typeHandshake:
		if startsHandshake(b[headerLen:], n) {
			return feature.Yes
		}
		return feature.No
	case b[0] == typeCCS && n != 1, b[0] == typeAlert && n < 2:
		return feature.No
	}
	return matchNext(b[headerLen:], n, b[2])
}

func maybe(c *feature.Chunk) feature.Guess {
	if c.EOF {
		return feature.No
	}
	return feature.Maybe
}

// startsHandshake reports whether the body of a record of n bytes, of which
// there are at least four, starts with a clear handshake message: a hello may
// go on in other records, another message has to fit.
func startsHandshake(b []byte, n int) bool {
	m := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	switch b[0] {
	case typeClientHello, typeServerHello:
		return m >= 34 && m <= maxMessage
	case typeCertificate, typeServerKeyExchange, typeCertificateRequest, typeServerHelloDone, typeClientKeyExchange:
		return m+4 == n
	}
	return false
}

// matchNext reports whether a record of n bytes ends where the bytes do, or
// where another record begins.
func matchNext(b []byte, n int, minor byte) feature.Guess {
	switch {
	case len(b) == n:
		return feature.Yes
	case len(b) >= n+3 && b[n] >= typeCCS && b[n] <= typeHeartbeat && b[n+1] == 3 && b[n+2] == minor:
		return feature.Yes
	}
	return feature.No
}

// matchSSL2 recognises the hellos of SSL 2.0, in its records with two bytes of
// header. The client's may offer later versions (RFC 5246 E.2).
func matchSSL2(b []byte) feature.Guess {
	if len(b) > 2 && b[2] != ssl2ClientHello && b[2] != ssl2ServerHello {
		return feature.No
	}
	if len(b) < 11 {
		return feature.Maybe
	}
	n := int(b[0]&0x7f)<<8 | int(b[1])
	u16 := func(i int) int { return int(b[i])<<8 | int(b[i+1]) }
	if b[2] == ssl2ClientHello {
		suites, sid, challenge := u16(5), u16(7), u16(9)
		if v := u16(3); v != 2 && (v < 0x300 || v > 0x304) || suites == 0 || suites%3 != 0 || sid != 0 && sid != 16 ||
			challenge < 16 || challenge > 32 || suites+sid+challenge+9 != n {
			return feature.No
		}
		return feature.Yes
	}
	if len(b) < 13 {
		return feature.Maybe
	}
	if u16(5) == 2 && u16(9)%3 == 0 && u16(11) <= 32 && 11+u16(7)+u16(9)+u16(11) == n {
		return feature.Yes
	}
	return feature.No
}
