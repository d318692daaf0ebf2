package quic

import (
	"fmt"

	"joy/feature"
)

// A Version of QUIC is written as eight hexadecimal digits.
type Version uint32

// AppendJSON appends the version as a JSON string.
func (v Version) AppendJSON(b []byte) []byte {
	return feature.Hex{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}.AppendJSON(b)
}

// A dialect is how a version speaks.
type dialect struct {
	name      string
	salt      string // of the keys of Initial packets, empty when they are not encrypted
	second    bool   // types of packets and labels of keys are those of RFC 9369
	nibbles   bool   // one byte holds the lengths of both connection ids, 0 or less 3 (up to draft 21)
	oldRetry  bool   // a Retry repeats a connection id, and has no tag (up to draft 24)
	oldParams bool   // transport parameters are numbers of two bytes (up to draft 26)
	frames    bool   // frames are Google's
	crypto    bool   // the handshake is Google's QUIC Crypto and not TLS
}

// Salts of RFC 9001 5.2, RFC 9369 3.3.1, the drafts of both by the first that
// has it, and Google's versions as Chromium has them.
const (
	salt17  = "\xef\x4f\xb0\xab\xb4\x74\x70\xc4\x1b\xef\xcf\x80\x31\x33\x4f\xae\x48\x5e\x09\xa0"
	salt21  = "\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a"
	salt23  = "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
	salt29  = "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
	saltV1  = "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
	saltV2d = "\xa7\x07\xc2\x03\xa5\x9b\x47\x18\x4a\x1d\x62\xca\x57\x04\x06\xea\x7a\xe3\xe5\xd3"
	saltV2  = "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
	saltQ50 = "\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45"
	saltT50 = "\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10"
	saltT51 = "\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d"
)

const (
	version1 = 0x00000001
	version2 = 0x6b3343cf
	firstQ   = 20 // of Google's versions, the first that is known
	longQ    = 44 // the first one with a long header
	lastQ    = 50 // the last one, and the only one that encrypts its hello
)

var (
	v1       = dialect{name: "v1", salt: saltV1}
	v2       = dialect{name: "v2", salt: saltV2, second: true}
	v2Draft  = dialect{name: "v2 draft", salt: saltV2d, second: true}
	reserved = dialect{name: "GREASE", salt: saltV1}
	mvfst22  = dialect{name: "mvfst draft-22", salt: salt21, oldRetry: true, oldParams: true}
	mvfst27  = dialect{name: "mvfst draft-27", salt: salt23}
	mvfstV1  = dialect{name: "mvfst v1", salt: saltV1}
	t050     = dialect{name: "T050", salt: saltT50, frames: true, oldParams: true}
	t051     = dialect{name: "T051", salt: saltT51, frames: true}
	drafts   = makeDrafts()
	google   = makeGoogle()
)

// makeDrafts are the drafts 17 to 34, by their number.
func makeDrafts() (all [35]dialect) {
	for n := 17; n < len(all); n++ {
		d := dialect{name: fmt.Sprintf("draft-%d", n), nibbles: n < 22, oldRetry: n < 25, oldParams: n < 27}
		switch {
		case n < 21:
			d.salt = salt17
		case n < 23:
			d.salt = salt21
		case n < 29:
			d.salt = salt23
		case n < 33:
			d.salt = salt29
		default:
			d.salt = saltV1
		}
		all[n] = d
	}
	return all
}

// makeGoogle are the versions of Google's QUIC Crypto, by their number.
func makeGoogle() (all [lastQ + 1]dialect) {
	for n := firstQ; n < len(all); n++ {
		all[n] = dialect{name: fmt.Sprintf("Q%03d", n), nibbles: n < 49, frames: true, crypto: true}
	}
	all[lastQ].salt = saltQ50
	all[lastQ].oldParams = true
	return all
}

// dialectOf knows the versions that this package can read, nil for others. Those
// for exercising version negotiation (RFC 9000 15) are taken for version 1.
func dialectOf(v uint32) *dialect {
	switch {
	case v == version1:
		return &v1
	case v == version2:
		return &v2
	case v>>8 == 0xff0000 && v&0xff >= 17 && v&0xff < uint32(len(drafts)):
		return &drafts[v&0xff]
	case v>>16 == 'Q'<<8|'0':
		if n := googleNumber(v); n >= longQ {
			return &google[n]
		}
	case v == 0x54303530:
		return &t050
	case v == 0x54303531:
		return &t051
	case isReserved(v):
		return &reserved
	}
	return rare(v)
}

// rare versions are not in the way of the others.
func rare(v uint32) *dialect {
	switch {
	case v == 0xff020000, v == 0x709a50c4:
		return &v2Draft
	case v == 0xfaceb001:
		return &mvfst22
	case v == 0xfaceb003, v == 0xfaceb004: // other names of version 1
		return &mvfstV1
	case v >= 0xfaceb002 && v < 0xfaceb020: // the rest are other names of 2
		return &mvfst27
	}
	return nil
}

// googleNumber is 43 for the version Q043, 0 for what is not known.
func googleNumber(v uint32) int {
	a, b := int(byte(v>>8))-'0', int(byte(v))-'0'
	if n := a*10 + b; v>>16 == 'Q'<<8|'0' && a >= 0 && b >= 0 && b <= 9 && n >= firstQ && n <= lastQ {
		return n
	}
	return 0
}

// isReserved: versions for exercising version negotiation (RFC 9000 15).
func isReserved(v uint32) bool { return v&0x0f0f0f0f == 0x0a0a0a0a }

// nameOf is the name of a version, empty when it has none here.
func nameOf(v uint32) string {
	if n := googleNumber(v); n > 0 {
		return google[n].name
	}
	if d := dialectOf(v); d != nil {
		return d.name
	}
	return ""
}
