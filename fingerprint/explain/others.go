package explain

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"joy/fingerprint/npf"
)

// sshParts are the lists of an offer (RFC 4253 section 7.1) in its order.
var sshParts = []string{
	"key exchange", "host keys", "ciphers to the server", "ciphers to the client", "MACs to the server", "MACs to the client",
	"compression to the server", "compression to the client", "languages to the server", "languages to the client",
}

// ssh is (identification) and the lists.
func ssh(items []npf.Element) ([]Field, bool) {
	if len(items) == 0 {
		return nil, false
	}
	id, ok := sshInit(items[:1])
	kex, fits := sshKex(items[1:])
	return append(id, kex...), ok && fits
}

func sshInit(items []npf.Element) ([]Field, bool) {
	list, ok := flat(items)
	if !ok || len(list) != 1 {
		return nil, false
	}
	return []Field{{Name: "identification", Values: []string{words(list[0])}}}, true
}

func sshKex(items []npf.Element) ([]Field, bool) {
	list, ok := flat(items)
	if !ok || len(list) != len(sshParts) {
		return nil, false
	}
	var fields []Field
	for i, b := range list {
		if len(b) > 0 {
			fields = append(fields, Field{Name: sshParts[i], Values: strings.Split(words(b), ","), Ordered: true})
		}
	}
	return fields, true
}

// http is (method)(version)((headers)) of a request, (version)(code)(reason)((headers))
// of a response.
func http(items []npf.Element) ([]Field, bool) {
	if len(items) < 3 {
		return nil, false
	}
	n := len(items) - 1
	start, ok := flat(items[:n])
	headers, isList := elements(items[n])
	if !ok || !isList {
		return nil, false
	}
	f := Field{Name: "start line", Ordered: true}
	for _, b := range start {
		f.Values = append(f.Values, words(b))
	}
	h := Field{Name: "headers", Ordered: true}
	for _, e := range headers {
		h.Values = append(h.Values, words(e.Bytes))
	}
	return []Field{f, h}, true
}

// optionName is the name of a TCP option (IANA "TCP Option Kind Numbers").
func optionName(kind byte) string {
	switch kind {
	case 0:
		return "end"
	case 1:
		return "no operation"
	case 2:
		return "maximum segment size"
	case 3:
		return "window scale"
	case 4:
		return "SACK permitted"
	case 5:
		return "SACK"
	case 8:
		return "timestamps"
	case 19:
		return "MD5 signature"
	case 29:
		return "authentication"
	case 30:
		return "multipath TCP"
	case 34:
		return "fast open"
	}
	return fmt.Sprintf("option %d", kind)
}

// tcp is (IP version)(IP identification)(TTL)(window)((options)).
func tcp(items []npf.Element) ([]Field, bool) {
	if len(items) != 5 {
		return nil, false
	}
	head, ok := flat(items[:4])
	options, isList := elements(items[4])
	if !ok || !isList || len(head[0]) != 1 || len(head[2]) != 1 || len(head[3]) != 2 {
		return nil, false
	}
	id := "not zero"
	if len(head[1]) > 0 {
		id = "zero"
	}
	f := Field{Name: "options", Ordered: true}
	for _, e := range options {
		f.Values = append(f.Values, tcpOption(e.Bytes))
	}
	return []Field{
		{Name: "IP version", Values: []string{fmt.Sprint(head[0][0] >> 4)}},
		{Name: "IP identification", Values: []string{id}},
		{Name: "TTL", Values: []string{fmt.Sprintf("%d to %d", head[2][0], head[2][0]|0x1f)}},
		{Name: "window", Values: []string{fmt.Sprint(binary.BigEndian.Uint16(head[3]))}},
		f,
	}, true
}

func tcpOption(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	name := optionName(b[0])
	switch {
	case len(b) == 3:
		return fmt.Sprintf("%s %d", name, b[2])
	case len(b) == 4:
		return fmt.Sprintf("%s %d", name, binary.BigEndian.Uint16(b[2:]))
	case len(b) > 1:
		return name + " " + hex.EncodeToString(b[1:])
	}
	return name
}

// dhcp is ((options)), each (number) or (number, length and data).
func dhcp(items []npf.Element) ([]Field, bool) {
	if len(items) != 1 {
		return nil, false
	}
	options, ok := elements(items[0])
	if !ok {
		return nil, false
	}
	f := Field{Name: "options", Ordered: true}
	var more []Field
	for _, e := range options {
		if e.Shape != npf.Bytes || len(e.Bytes) == 0 {
			return nil, false
		}
		code := fmt.Sprint(e.Bytes[0])
		f.Values = append(f.Values, code)
		if len(e.Bytes) > 2 {
			more = append(more, dhcpData(code, e.Bytes[0], e.Bytes[2:]))
		}
	}
	return append([]Field{f}, more...), true
}

// parameterList is the DHCP option whose data are numbers of options (RFC 2132
// section 9.8).
const parameterList = 55

func dhcpData(code string, number byte, data []byte) Field {
	f := Field{Name: "option " + code, Ordered: true}
	if number != parameterList {
		f.Values = []string{word(data)}
		return f
	}
	f.Name = "parameters asked for"
	for _, b := range data {
		f.Values = append(f.Values, fmt.Sprint(b))
	}
	return f
}

// ja4 is t13d1516h2_8daaf6152771_e5627efa2ab1.
func ja4(s string) ([]Field, bool) {
	parts := strings.Split(s, "_")
	if len(parts) != 3 || len(parts[0]) != 10 {
		return nil, false
	}
	a := parts[0]
	carrier := map[byte]string{'t': "TCP", 'q': "QUIC", 'd': "DTLS"}[a[0]]
	name := map[byte]string{'d': "given", 'i': "absent"}[a[3]]
	if carrier == "" || name == "" {
		return nil, false
	}
	var fields []Field
	for _, f := range [][2]string{
		{"carrier", carrier},
		{"version", a[1:3]},
		{"server name", name},
		{"number of suites", a[4:6]},
		{"number of extensions", a[6:8]},
		{"ends of the first ALPN", a[8:]},
		{"hash of sorted suites", parts[1]},
		{"hash of sorted extensions and signatures", parts[2]},
	} {
		fields = append(fields, Field{Name: f[0], Values: []string{f[1]}})
	}
	return fields, true
}
