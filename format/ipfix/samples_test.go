package ipfix

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"time"

	"joy/feature"
	"joy/proto/dhcp"
	"joy/proto/dns"
	"joy/proto/http"
	"joy/proto/icmp"
	"joy/proto/quic"
	"joy/proto/ssh"
	"joy/proto/tls"
	"joy/record"
)

// uni is a flow of one direction over IPv4.
func uni() *record.Record {
	return &record.Record{
		SA: record.Addr{IP: netip.MustParseAddr("192.0.2.17")}, DA: record.Addr{IP: netip.MustParseAddr("198.51.100.53")},
		Pr: 6, SP: 45422, DP: 443, BytesOut: 70_111, PktsOut: 61,
		TimeStart: 1502118721115234567, TimeEnd: 1502118729160674999,
		Packets: []record.Length{{B: 517, Dir: '>'}, {B: 1400, Dir: '<', IPT: 45}, {B: 0, Dir: '>', IPT: 65535}},
		IP:      record.IP{Out: record.IPSide{TTL: 63}},
		FlowID:  0xf123456789abcdef, Segment: 2, EndReason: record.ActiveTimeout, ExpireType: "a",
		Stats: &record.Stats{Out: record.StatsSide{Len: record.Moments{Min: 40, Mean: 73355. / 61, Max: 1500}, Flags: record.FlagCounts{1, 1, 0, 9, 60, 0, 0, 1}}},
	}
}

// bi is a flow of both directions.
func bi() *record.Record {
	r := uni()
	r.HasIn, r.BytesIn, r.PktsIn = true, 3_000_000_123, 2_500_001
	r.IP.HasIn, r.IP.In = true, record.IPSide{TTL: 57}
	r.Stats.HasIn = true
	r.Stats.In = record.StatsSide{Len: record.Moments{Min: 52, Mean: 3_100_000_777. / 2_500_001, Max: 1492}, Flags: record.FlagCounts{0, 1, 1, 0, 7}}
	return r
}

// v6 puts a record's flow on IPv6.
func v6(r *record.Record) *record.Record {
	r.SA.IP, r.DA.IP = netip.MustParseAddr("2001:db8::17"), netip.MustParseAddr("2001:db8:1::53")
	return r
}

// everything is a flow with a value in all that has an element.
func everything() *record.Record {
	r := bi()
	r.SALabels, r.DALabels = []string{"inside", "münchen"}, []string{"web"}
	r.HasDist, r.HasDistMoments, r.HasEntropy = true, true, true
	r.ByteDist = make([]uint8, 256)
	for i := range r.ByteDist {
		r.ByteDist[i] = uint8(i * i >> 9)
	}
	r.CompactByteDist = []uint8{0, 9, 10, 99, 100, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	r.ByteDistMean, r.ByteDistStd, r.Entropy, r.TotalEntropy = 92.31818181, 47.33172, 5.21875, 981.125
	r.WHT = []float64{92.318, -4.7512345, 0, 0.0123456}
	r.Payload = &record.Payload{Out: record.Hex("\x16\x03\x01"), In: record.Hex("\x16\x03\x03\x00")}
	r.IDPOut, r.IDPIn = record.Hex("\x45\x00\x00\x54abc"), record.Hex("\x45\x01")
	r.IDPLenOut, r.IDPLenIn = len(r.IDPOut), len(r.IDPIn)
	r.CommunityID = record.Text("1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
	r.L2 = &record.L2{SMAC: record.MAC{0, 0x1b, 0x21, 0x3c, 0x9d, 0xf8}, DMAC: record.MAC{5: 0xf9}, VLANOut: []uint16{100, 4094}, VLANIn: []uint16{101}}
	r.TCP = &record.TCP{FirstSeq: 537711802, HasFirstSeq: true, Out: &record.SYN{Flags: "S", Window: 29200}, In: &record.SYN{Flags: "SA", Window: 28960}}
	r.Stats.RTTServer, r.Stats.HasRTTServer, r.Stats.RTTClient, r.Stats.HasRTTClient = 45.4404, true, 0.1255, true
	r.App, r.AppBy = []string{"smtp", "tls"}, "content"
	r.ICMP = &icmp.Info{Messages: []icmp.Kind{{Type: 3, Code: 1, Dir: "<"}, {Type: 8, Dir: ">"}}}
	protocols(r)
	return r
}

func protocols(r *record.Record) {
	r.TLS = &tls.Info{
		CVersion: 5, SVersion: 6, SCS: 0x1301, HasSCS: true, CS: []tls.Code{0x0a0a, 0x1301, 0xc02f},
		SNI: []feature.Text{feature.Text("www.example.com")}, ALPN: []feature.Text{feature.Text("h2"), feature.Text("http/1.1")},
		SALPN: feature.Text("h2"), JA3: feature.Text("e7d705a3286e19ea42f587b344ee6865"), JA3S: feature.Text("f4febc55ea12b31ae17cfb7e614afda8"),
		JA4:  feature.Text("t13d1516h2_8daaf6152771_e5627efa2ab1"),
		SRLT: []tls.Record{{B: 512, Dir: ">", TP: 22}, {B: 122, Dir: "<", IPT: 31, TP: 22}, {B: 1, Dir: "<", TP: 20}},
	}
	a, aaaa := netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9")
	r.DNS = dns.Info{
		{QN: feature.Text("example.com"), HasQN: true, HasHeader: true},
		{RN: feature.Text("example.com"), HasRN: true, HasHeader: true, RC: 3, RR: []dns.RR{{A: feature.Addr{IP: a}}, {AAAA: feature.Addr{IP: aaaa}}, {A: feature.Addr{Token: "a7x"}}}},
		{QN: feature.Text("b\\.d.example"), HasQN: true, HasHeader: true},
	}
	r.HTTP = exchanges()
	r.SSH = &ssh.Info{
		Cli: &ssh.Side{Protocol: feature.Text("SSH-2.0-OpenSSH_9.6"), Hassh: feature.Hex("0123456789abcdef")},
		Srv: &ssh.Side{Protocol: feature.Text("SSH-2.0-dropbear"), HasshServer: feature.Hex("fedcba9876543210")},
	}
	r.DHCP = dhcp.Info{{}, {Hostname: feature.Text("printer"), FQDN: feature.Text("printer.example.net")}, {Hostname: feature.Text("other"), VendorClass: feature.Text("MSFT 5.0")}}
	r.QUIC = &quic.Info{Version: 1, UserAgent: feature.Text("Chrome/126 Linux")}
}

// exchanges are a response alone, and a request with its response.
func exchanges() *http.Info {
	var x http.Elements
	add := func(parts ...string) http.Message {
		from := x.Len()
		for i := 0; i < len(parts); i += 2 {
			http.AddHeader(&x, parts[i], parts[i+1], &feature.Settings{})
		}
		return x.Message(from, x.Len(), 0, 0)
	}
	early := add("version", "HTTP/1.1", "code", "100", "reason", "Continue")
	request := add("method", "GET", "uri", "/a?b=c", "version", "HTTP/1.1", "HOST", "www.example.com", "User-agent", "curl/8", "Host", "not.this")
	response := add("version", "HTTP/1.1", "code", "404", "Content-Type", "text/html; charset=utf-8")
	return &http.Info{{In: early}, {Out: request, In: response}}
}

// nasty are texts that are no UTF-8, that look like what stands for such, and
// that end in the middle of a character.
var nasty = []string{"", "plain", "\x00", "\xff", "\xc3", "a\xc3(", "\xed\xa0\x80", "\xf0\x9f\x98", "😀", "\uf77f\uf780\uf7ff\uf800", "ü"}

// fill sets v and all below it at random, with a liking for extremes; levels
// bound values that hold others of their type.
func fill(rnd *rand.Rand, v reflect.Value, levels int) {
	if levels == 0 {
		return
	}
	if _, ok := v.Interface().(netip.Addr); ok {
		v.Set(reflect.ValueOf(randomAddr(rnd)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(rnd, v.Field(i), levels-1)
			}
		}
	case reflect.Pointer:
		if rnd.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rnd, v.Elem(), levels-1)
		}
	case reflect.Slice:
		n := rnd.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(rnd, v.Index(i), levels-1)
		}
	case reflect.String:
		v.SetString(nasty[rnd.IntN(len(nasty))] + nasty[rnd.IntN(len(nasty))])
	case reflect.Bool:
		v.SetBool(rnd.IntN(2) > 0)
	case reflect.Float64:
		v.SetFloat([...]float64{0, -1, 0.5, math.NaN(), math.Inf(1), math.MaxFloat64, rnd.Float64()}[rnd.IntN(7)])
	default:
		fillNumber(rnd, v)
	}
}

func fillNumber(rnd *rand.Rand, v reflect.Value) {
	switch n := rnd.Uint64() >> rnd.IntN(64); {
	case v.CanInt():
		v.SetInt(int64(n))
	case v.CanUint():
		v.SetUint(n)
	}
}

func randomAddr(rnd *rand.Rand) netip.Addr {
	var b [16]byte
	for i := range b {
		b[i] = byte(rnd.Uint32()) * byte(rnd.IntN(2))
	}
	switch rnd.IntN(8) {
	case 0, 1, 2:
		return netip.AddrFrom4([4]byte(b[:4]))
	case 3, 4, 5:
		return netip.AddrFrom16(b)
	case 6:
		return netip.AddrFrom16(b).WithZone("eth0")
	}
	return netip.Addr{}
}

// random is a record of anything; half of those have tokens for addresses.
func random(rnd *rand.Rand) *record.Record {
	r := new(record.Record)
	fill(rnd, reflect.ValueOf(r).Elem(), 12)
	if rnd.IntN(2) > 0 {
		r.SA.Token, r.DA.Token = "", ""
	}
	return r
}

var tlsRecord = tls.Record{B: 1369, Dir: "<", IPT: 2, TP: 23}

// manyNames are n responses with a name and an address.
func manyNames(n int) (list dns.Info) {
	for i := range n {
		list = append(list, dns.Message{
			RN: feature.Text(fmt.Sprintf("name%d", i)), HasRN: true, HasHeader: true,
			RR: []dns.RR{{A: feature.Addr{IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}}},
		})
	}
	return list
}

// now is the time of export in tests.
const now = 1764007382

func clock() time.Time { return time.Unix(now, 999_999_999) }
