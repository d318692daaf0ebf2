package part

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"joy/proto/tls"
	"joy/query/value"
)

// Suite is the name of a cipher suite, which is there as four digits; nil for none.
func Suite(code []byte) []byte {
	n, err := strconv.ParseUint(string(code), 16, 16)
	if err != nil {
		return nil
	}
	name := tls.Code(n).Name()
	if strings.HasPrefix(name, "0x") { // it has none
		return []byte("unknown-" + strconv.FormatUint(n, 10))
	}
	return []byte(name)
}

// Established reports whether the records of TLS show the end of a handshake: both
// sides have changed to what was negotiated, or sent data.
func Established(list value.Value) bool {
	const changeCipherSpec, applicationData = 20, 23
	var out, in bool
	for v := range list.Items() {
		if typ, _ := Integer(v.Get("tp")); typ == changeCipherSpec || typ == applicationData {
			if string(v.Get("dir").Text()) == ">" {
				out = true
			} else {
				in = true
			}
		}
	}
	return out && in
}

// Distinguished is a name as RFC 2253 writes it, the last attribute first.
func Distinguished(list value.Value) []byte {
	if list == nil {
		return nil
	}
	out := []byte{}
	var parts [][]byte
	for v := range list.Items() {
		for name, content := range v.Members() {
			part := append([]byte(shortName(string(name))), '=')
			parts = append(parts, appendRFC2253(part, Str(content)))
		}
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = append(out, parts[i]...)
	}
	return out
}

// appendRFC2253 escapes what RFC 2253 section 2.4 says.
func appendRFC2253(b, s []byte) []byte {
	for i, c := range s {
		edge := c == ' ' && (i == 0 || i == len(s)-1) || c == '#' && i == 0
		if edge || bytes.IndexByte([]byte(`,+"\<>;`), c) >= 0 {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return b
}

func shortName(long string) string {
	switch long {
	case "commonName":
		return "CN"
	case "countryName":
		return "C"
	case "stateOrProvinceName":
		return "ST"
	case "localityName":
		return "L"
	case "organizationName":
		return "O"
	case "organizationalUnitName":
		return "OU"
	case "surname":
		return "SN"
	case "givenName":
		return "GN"
	case "domainComponent":
		return "DC"
	case "userId":
		return "UID"
	case "streetAddress":
		return "street"
	}
	return long
}

// Alternatives are the names of a certificate beside its subject: of DNS, URIs,
// addresses of mail and of IP.
func Alternatives(extensions value.Value) (names [4][][]byte) {
	for v := range extensions.Items() {
		if text := Str(v.Get("X509v3 Subject Alternative Name")); text != nil {
			alternatives(&names, text)
		}
	}
	return names
}

// Validity is a time of a certificate; false for none, or one that nanoseconds of 64
// bits do not hold.
func Validity(v value.Value) (time.Time, bool) {
	t, err := time.Parse("Jan _2 15:04:05 2006 MST", string(Str(v)))
	return t, err == nil && t.Year() < 2200 && t.Year() > 1700
}

// alternatives reads names as OpenSSL writes them on one line.
func alternatives(names *[4][][]byte, text []byte) {
	for part := range bytes.SplitSeq(text, []byte(", ")) {
		for i, kind := range [...]string{"DNS:", "URI:", "email:", "IP Address:"} {
			if name, ok := bytes.CutPrefix(part, []byte(kind)); ok {
				names[i] = append(names[i], name)
			}
		}
	}
}
