package telemetry_test

import (
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"joy/capture"
	"joy/feature"
	"joy/format/ipfix"
	"joy/packet"
	"joy/proto/dhcp"
	"joy/proto/dns"
	"joy/proto/http"
	"joy/proto/icmp"
	"joy/proto/quic"
	"joy/proto/ssh"
	"joy/proto/tls"
	"joy/record"
	"joy/telemetry"
	"joy/telemetry/listen"
	"joy/telemetry/origin"
)

// TestOurOwnExporter sends records over sockets, with the exporter of package
// ipfix, and wants them back: what has an element is the same.
func TestOurOwnExporter(t *testing.T) {
	for _, c := range []struct{ network, host string }{
		{"udp", "127.0.0.1"}, {"tcp", "127.0.0.1"}, {"udp", "::1"}, {"tcp", "::1"},
	} {
		t.Run(c.network+" "+c.host, func(t *testing.T) {
			sent := []*record.Record{everything(), plain(), v6(plain()), hidden(), v6(everything())}
			var want []string
			for _, r := range sent {
				want = append(want, string(received(r, c.host).AppendJSON(nil)))
			}
			got := sendAll(t, c.network, c.host, sent)
			if len(got) != len(want) {
				t.Fatalf("%d records of %d", len(got), len(want))
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("record %d\ngot  %s\nwant %s", i, got[i], want[i])
				}
			}
		})
	}
}

// nothing is the end of a chain of stages.
type nothing struct{}

func (nothing) Write(*record.Record) error { return nil }

// sendAll exports records to a socket, and returns what comes of them.
func sendAll(t *testing.T, network, host string, records []*record.Record) (got []string) {
	t.Helper()
	src := openSource(t, network, host)
	port := portOf(t, src)
	x, err := ipfix.Open(ipfix.Config{
		Network: network, RemoteHost: host, RemotePort: port, Template: ipfix.Full, Domain: 77, Enterprise: 54321,
		Wait: true, Clock: func() time.Time { return time.Unix(1_700_000_000, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := x.Stage(nothing{})
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if s := x.Stats(); s.Lost() > 0 || s.Cut > 0 {
		t.Fatalf("%+v", s)
	}
	d := telemetry.New(telemetry.Options{Ports: []uint16{port}, Enterprise: 54321})
	collect(t, src, d, func(r *record.Record) bool {
		got = append(got, string(r.AppendJSON(nil)))
		return len(got) < len(records)
	})
	for i, n := range d.Stats().Reasons {
		if n > 0 {
			t.Errorf("%s: %d", telemetry.Reason(i), n)
		}
	}
	if s := d.Stats(); s.Lost+s.Reordered+s.Restarts > 0 {
		t.Errorf("%+v", s)
	}
	return got
}

func openSource(t *testing.T, network, host string) *listen.Source {
	t.Helper()
	o := listen.Options{Addr: netip.MustParseAddr(host), Tick: time.Second}
	if network == "udp" {
		o.UDP = []uint16{0}
	} else {
		o.TCP = []uint16{0}
	}
	src, err := listen.Open(o)
	if err != nil && strings.Contains(host, ":") {
		t.Skipf("no IPv6 here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func portOf(t *testing.T, src *listen.Source) uint16 {
	t.Helper()
	name := src.Addrs()[0]
	n, err := strconv.ParseUint(name[strings.LastIndexByte(name, ':')+1:], 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(n)
}

// collect decodes what comes to src until more says that it is enough, or
// nothing has come for long.
func collect(t *testing.T, src capture.Source, d *telemetry.Decoder, more func(*record.Record) bool) {
	t.Helper()
	dec := packet.NewDecoder(packet.Options{})
	var b capture.Batch
	var ps []packet.Packet
	for quiet := 0; quiet < 5; quiet++ {
		err := src.Next(&b)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Frames {
			quiet = 0
			ps = dec.Decode(ps[:0], &b.Frames[i])
			done := false
			for k := range ps {
				d.Packet(&ps[k], func(r *record.Record) { done = !more(r) || done })
			}
			if done {
				return
			}
		}
	}
}

// received is what must arrive of a record.
func received(r *record.Record, host string) *record.Record {
	c := *r
	c.Telemetry = &origin.Info{Exporter: record.Addr{IP: netip.MustParseAddr(host)}, Protocol: "ipfix", Domain: 77}
	c.Telemetry.Template = templateOf(r)
	if s := r.Stats; s != nil {
		o := c.Telemetry
		o.OctetsOut, o.MinLengthOut, o.MaxLengthOut = uint64(s.Out.Len.Mean*float64(r.PktsOut)+.5), uint32(s.Out.Len.Min), uint32(s.Out.Len.Max)
		o.OctetsIn, o.MinLengthIn, o.MaxLengthIn = uint64(s.In.Len.Mean*float64(r.PktsIn)+.5), uint32(s.In.Len.Min), uint32(s.In.Len.Max)
		o.FlagsOut, o.FlagsIn = "FSPAC", "SRA"
		o.RTTServer, o.HasRTTServer, o.RTTClient, o.HasRTTClient = s.RTTServer, s.HasRTTServer, s.RTTClient, s.HasRTTClient
		c.Stats = nil // but for these
	}
	if r.TCP != nil {
		c.TCP = &record.TCP{FirstSeq: r.TCP.FirstSeq, HasFirstSeq: true, Out: &record.SYN{Window: r.TCP.Out.Window}, In: &record.SYN{Window: r.TCP.In.Window}}
	}
	if r.DNS != nil {
		rr := r.DNS[1].RR
		c.DNS = dns.Info{ // a row of equal names is one, and the last one has what the responses say
			{QN: feature.Text("example.com"), HasQN: true},
			{RN: feature.Text("b\\.d.example"), HasRN: true, HasHeader: true, RC: 3, RR: rr},
		}
	}
	if r.HTTP != nil {
		c.HTTP = exchange("method", "GET", "uri", "/a?b=c", "Host", "www.example.com", "User-Agent", "curl/8", "|", "", "code", "404", "Content-Type", "text/html")
	}
	if r.DHCP != nil {
		c.DHCP = dhcp.Info{{Hostname: feature.Text("printer"), FQDN: feature.Text("printer.example.net"), VendorClass: feature.Text("MSFT 5.0")}}
	}
	return &c
}

// templateOf is the number that the exporter gives to the template: bits for
// what the record has.
func templateOf(r *record.Record) uint16 {
	n := uint16(1 << 5)
	for bit, has := range []bool{
		r.SA.IP.Is6(), r.SA.Token != "", r.HasIn, r.Stats != nil, r.Payload != nil, false, r.L2 != nil, r.HasDist, len(r.SALabels) > 0,
		r.TLS != nil, len(r.DNS) > 0, r.HTTP != nil, r.SSH != nil, len(r.DHCP) > 0, r.QUIC != nil,
	} {
		if has {
			n |= 1 << bit
		}
	}
	return 256 + n
}

// plain is a flow of one direction.
func plain() *record.Record {
	src, dst := netip.MustParseAddr("192.0.2.17"), netip.MustParseAddr("198.51.100.53")
	return &record.Record{
		SA: record.Addr{IP: src}, DA: record.Addr{IP: dst}, Src: src, Dst: dst, Pr: 17, SP: 0, DP: 443, BytesOut: 70_111, PktsOut: 61,
		TimeStart: 1502118721115234567, TimeEnd: 1502118729160674999, Packets: []record.Length{},
		FlowID: 0xf123456789abcdef, EndReason: record.IdleTimeout, ExpireType: "i", IP: record.IP{Out: record.IPSide{TTL: 63}},
	}
}

func v6(r *record.Record) *record.Record {
	r.SA.IP, r.DA.IP = netip.MustParseAddr("2001:db8::17"), netip.MustParseAddr("2001:db8:1::53")
	return r
}

// hidden is a flow with tokens for addresses, and with no ports.
func hidden() *record.Record {
	r := plain()
	r.SA, r.DA, r.SP, r.DP, r.Pr = record.Addr{Token: "a7x"}, record.Addr{Token: "198.51.100.x"}, -1, -1, 6
	return r
}

// everything is a flow with a value in all that has an element.
func everything() *record.Record {
	r := plain()
	r.Pr, r.SP, r.Segment, r.EndReason, r.ExpireType = 1, -1, 2, record.ActiveTimeout, "a"
	r.DP = -1
	r.HasIn, r.BytesIn, r.PktsIn = true, 3_000_000_123, 2_500_001
	r.IP.HasIn, r.IP.In = true, record.IPSide{TTL: 57}
	r.Packets = []record.Length{{B: 517, Dir: '>'}, {B: 70_000, Dir: '<', IPT: 45}, {B: 0, Dir: '>', IPT: 65535}, {B: 1, Dir: '<', IPT: 1 << 20}}
	r.SALabels, r.DALabels = []string{"inside", "münchen"}, []string{"web"}
	r.HasDist, r.HasDistMoments, r.HasEntropy = true, true, true
	r.ByteDist = make([]uint8, 256)
	for i := range r.ByteDist {
		r.ByteDist[i] = uint8(i * i >> 8)
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
	r.App, r.AppBy = []string{"smtp", "tls"}, "content"
	r.ICMP = &icmp.Info{Messages: []icmp.Kind{{Type: 8, Name: "echo_request", Dir: ">", Count: 61}, {Type: 3, Code: 1, Name: "destination_unreachable", Dir: "<", Count: 2_500_001}}}
	side := func(n uint64, sum, least, most float64, f record.FlagCounts) record.StatsSide {
		return record.StatsSide{Len: record.Moments{Min: least, Mean: sum / float64(n), Max: most}, Flags: f}
	}
	r.Stats = &record.Stats{
		Out: side(r.PktsOut, 73355, 40, 1500, record.FlagCounts{1, 1, 0, 9, 60, 0, 0, 1}), HasIn: true,
		In:        side(r.PktsIn, 3_100_000_777, 52, 1492, record.FlagCounts{0, 1, 1, 0, 7}),
		RTTServer: 45.4404, HasRTTServer: true, RTTClient: 0.1255, HasRTTClient: true,
	}
	protocols(r)
	return r
}

func protocols(r *record.Record) {
	r.TLS = &tls.Info{
		CVersion: 5, SVersion: 6, SCS: 0x1301, HasSCS: true, CS: []tls.Code{0x0a0a, 0x010080, 0xc02f},
		SNI: []feature.Text{feature.Text("www.example.com"), feature.Text("\xff\ufffd\uf7ab")}, ALPN: []feature.Text{feature.Text("h2"), feature.Text("http/1.1")},
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
	r.HTTP = exchange("method", "GET", "uri", "/a?b=c", "version", "HTTP/1.1", "HOST", "www.example.com", "User-agent", "curl/8", "|", "", "version", "HTTP/1.1", "code", "404", "Content-Type", "text/html")
	r.SSH = &ssh.Info{
		Cli: &ssh.Side{Protocol: feature.Text("SSH-2.0-OpenSSH_9.6"), Hassh: feature.Hex("0123456789abcdef")},
		Srv: &ssh.Side{Protocol: feature.Text("SSH-2.0-dropbear"), HasshServer: feature.Hex("fedcba9876543210")},
	}
	r.DHCP = dhcp.Info{{}, {Hostname: feature.Text("printer"), FQDN: feature.Text("printer.example.net")}, {Hostname: feature.Text("other"), VendorClass: feature.Text("MSFT 5.0")}}
	r.QUIC = &quic.Info{Version: 1, UserAgent: feature.Text("Chrome/126 Linux")}
}

// exchange is a request and its response, with | between.
func exchange(parts ...string) *http.Info {
	var x http.Elements
	border := 0
	for i := 0; i < len(parts); i += 2 {
		if parts[i] == "|" {
			border = x.Len()
			continue
		}
		http.AddHeader(&x, parts[i], parts[i+1], &feature.Settings{})
	}
	return &http.Info{{Out: x.Message(0, border, 0, 0), In: x.Message(border, x.Len(), 0, 0)}}
}
