package telemetry

import (
	"net/netip"
	"strings"
	"testing"

	"joy/packet"
	"joy/record"
)

func TestNetFlow5(t *testing.T) {
	p := newPeer(Options{CommunityID: true})
	head := raw("0005 0002 000186a0") // version, two records, 100 s of uptime
	head = be32(be32(be32(head, t0), 250_000_000), 77)
	head = append(head, 0x01, 0x02, 0x40, 0x64) // engine 1:2, one in 100
	tcp := raw(`0a000001 0a000002 c0000201 0003 0004 00000007 00001092 00017318 00018510 0400 01bb 00 1b 06 10 fde8 fdea 18 10 0000`)
	icmp := raw(`0a000002 0a000001 00000000 0000 0000 00000001 00000054 00018510 00018510 0000 0303 00 00 01 00 0000 0000 00 00 0000`)
	got := p.sendTo(t, 2055, join(head, tcp, icmp))
	if len(got) != 2 {
		t.Fatalf("%d records", len(got))
	}
	want := `{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1024,"dp":443,"bytes_out":4242,"num_pkts_out":7,` +
		`"time_start":1699999995.250000,"time_end":1699999999.850000,"packets":[],"ip":{"out":{"ttl":0}},` +
		`"community_id":"1:HL9ia22lniJUExGEpSG0K6QAhIs=","flow_id":"`
	if !strings.HasPrefix(got[0], want) {
		t.Errorf("got  %s\nwant %s", got[0], want)
	}
	has(t, got[0], `"telemetry":{"exporter":"192.0.2.1","protocol":"netflow5","domain":258,"sampling_rate":100,"octets_out":4242,`+
		`"tcp_flags_out":"FSPA","tos_out":16,"input":3,"output":4,"next_hop":"192.0.2.1","src_as":65000,"dst_as":65002,`+
		`"src_prefix":24,"dst_prefix":16}`, `"end_reason":""`)
	has(t, got[1], `"pr":1,"sp":null,"dp":null`, `"icmp":{"messages":[{"type":3,"code":3,"name":"destination_unreachable","dir":">","count":1}]}`)
	if strings.Contains(got[1], "next_hop") {
		t.Error("0.0.0.0 is no router")
	}
	wantReasons(t, p.d)
}

func TestNetFlow5ClaimsMoreRecords(t *testing.T) {
	p := newPeer(Options{})
	head := join(raw("0005 ffff 00000000"), be32(nil, t0), make([]byte, 12))
	if got := p.send(t, join(head, key(), make([]byte, 48-13))); len(got) != 1 {
		t.Errorf("%d records", len(got))
	}
	p.send(t, raw("0005 ffff 0000"))
	wantReasons(t, p.d, "short_message 2")
}

func TestNetFlow9(t *testing.T) {
	p := newPeer(Options{})
	fields := with(spec{22, 4, 0}, spec{21, 4, 0}, spec{2, 4, 0}, spec{1, 4, 0}, spec{61, 1, 0}, spec{56, 6, 0}, spec{58, 2, 0})
	rec := join(key(), be32(be32(nil, 90_000), 99_500), raw("00000007 00001092 01 021122334455 0064"))
	got := p.send(t, v9Message(1, set(0, tmpl(300, fields...))), v9Message(2, set(300, rec, rec, []byte{0, 0})))
	if len(got) != 2 || got[0] != got[1] {
		t.Fatalf("%d records: %v", len(got), got)
	}
	has(t, got[0], `"bytes_out":4242,"num_pkts_out":7`, `"time_start":1699999990.000000,"time_end":1699999999.500000`,
		`"l2":{"smac":"02:11:22:33:44:55","vlan_out":[100]}`,
		`"telemetry":{"exporter":"192.0.2.1","protocol":"netflow9","domain":9,"template":300,"octets_out":4242,"direction":"egress"}`)
	wantReasons(t, p.d)
}

func TestNetFlow9UptimeHasWrapped(t *testing.T) {
	p := newPeer(Options{})
	m := v9Message(1, set(0, tmpl(300, with(spec{22, 4, 0}, spec{21, 4, 0})...)), set(300, key(), be32(be32(nil, -1000), 500)))
	copy(m[4:], be32(nil, 1000)) // a second after the counter began anew
	has(t, p.send(t, m)[0], `"time_start":1699999998.000000,"time_end":1699999999.500000`)
}

func TestIPFIXBiflow(t *testing.T) {
	p := newPeer(Options{})
	got := flowOf(t, p, []spec{{1, 8, 0}, {2, 4, 0}, {1, 8, 29305}, {2, 2, 29305}, {6, 2, 0}, {6, 1, 29305}, {401, 8, 0}, {5, 1, 29305}, {52, 1, 29305}, {136, 1, 0}},
		raw("0000000000001092 00000007 0000000000000064 0002 0002 12 0000000000000fa0 b8 3f 02"))
	has(t, got, `"bytes_out":4000,"num_pkts_out":7,"bytes_in":100,"num_pkts_in":2`, `"octets_out":4242,"octets_in":100`,
		`"tcp_flags_out":"S","tcp_flags_in":"SA"`, `"tos_in":184`, `"ip":{"out":{"ttl":0},"in":{"ttl":63}}`,
		`"expire_type":"a","end_reason":"active"`)
}

func TestInitiatorAndResponder(t *testing.T) {
	got := flowOf(t, newPeer(Options{}), []spec{{231, 4, 0}, {232, 4, 0}, {298, 4, 0}, {299, 4, 0}}, raw("00000064 000000c8 00000001 00000002"))
	has(t, got, `"bytes_out":100,"num_pkts_out":1,"bytes_in":200,"num_pkts_in":2`)
}

func TestIPFIXFields(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []spec
		values string
		want   string
	}{
		{"totals", []spec{{85, 8, 0}, {86, 8, 0}}, "0000000000000064 0000000000000002", `"bytes_out":100,"num_pkts_out":2`},
		{"deltas before totals", []spec{{1, 1, 0}, {85, 1, 0}}, "07 64", `"bytes_out":7`},
		{"three bytes", []spec{{1, 3, 0}}, "010000", `"bytes_out":65536`},
		{"nine bytes are no number", []spec{{1, 9, 0}}, "010000000000000001", `"bytes_out":0`},
		{"type and code", []spec{{4, 1, 0}, {32, 2, 0}}, "01 0800", `"icmp":{"messages":[{"type":8,"code":0,"name":"echo_request","dir":">"`},
		{"type and code apart", []spec{{4, 1, 0}, {178, 1, 0}, {179, 1, 0}}, "3a 8000", `"messages":[{"type":128,"code":0,"name":"echo_request",`},
		{"ports by protocol", []spec{{182, 2, 0}, {183, 2, 0}}, "1234 0050", `"sp":4660,"dp":80`},
		{"both versions of IP", []spec{{27, 16, 0}, {28, 16, 0}}, strings.Repeat("00", 32), `"sa":"10.0.0.1","da":"10.0.0.2"`},
		{"next hop of IPv6", []spec{{62, 16, 0}}, "20010db8000000000000000000000001", `"next_hop":"2001:db8::1"`},
		{"interfaces and systems", []spec{{10, 4, 0}, {14, 4, 0}, {16, 4, 0}, {17, 2, 0}}, "00000101 00000102 000fffff fde8", `"input":257,"output":258,"src_as":1048575,"dst_as":65000`},
		{"ingress", []spec{{61, 1, 0}}, "00", `"direction":"ingress"`},
		{"tags", []spec{{243, 2, 0}, {245, 2, 0}}, "0064 00c8", `"vlan_out":[100,200]`},
		{"TTL and identification", []spec{{52, 1, 0}, {54, 4, 0}}, "40 00001234", `"ip":{"out":{"ttl":64,"id":[4660]}}`},
		{"one of so many", []spec{{34, 4, 0}}, "000003e8", `"sampling_rate":1000`},
		{"so many and a gap", []spec{{305, 4, 0}, {306, 4, 0}}, "00000002 00000005", `"sampling_rate":3.5`},
		{"n of N", []spec{{309, 4, 0}, {310, 4, 0}}, "00000005 00000064", `"sampling_rate":20`},
		{"probability", []spec{{311, 8, 0}}, "3f847ae147ae147b", `"sampling_rate":100`},
		{"probability of nothing", []spec{{311, 8, 0}}, "7ff8000000000001", `"template":256}`},
		{"application", []spec{{95, 4, 0}, {96, 8, 0}}, "0d0001bb 6874747073000000", `"app_id":"13:443","app_name":"https"`},
		{"user", []spec{{371, 65535, 0}}, "05 616c696365", `"user":"alice"`},
		{"long variable length", []spec{{371, 65535, 0}}, "ff0005 616c696365", `"user":"alice"`},
		{"user of ASA", []spec{{7232, 5, 9}}, "616c696365", `"user":"alice"`},
		{"translation", []spec{{225, 4, 0}, {226, 4, 0}, {227, 2, 0}, {228, 2, 0}, {230, 1, 0}}, "cb007101 cb007102 0401 0402 01", `"nat":{"sa":"203.0.113.1","da":"203.0.113.2","sp":1025,"dp":1026,"event":1}`},
		{"firewall", []spec{{233, 1, 0}}, "03", `"firewall_event":3`},
		{"unknown elements are passed over", []spec{{999, 4, 0}, {5, 3, 4242}, {5, 65535, 4242}, {2, 1, 0}}, "ffffffff ffffff 02ffff 09", `"num_pkts_out":9`},
		{"no length", []spec{{999, 0, 0}, {2, 1, 0}}, "09", `"num_pkts_out":9`},
		{"request", []spec{{459, 65535, 0}, {460, 65535, 0}, {461, 65535, 0}, {457, 2, 0}}, "03474554 0161 012f 00c8", `"telemetry"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			has(t, flowOf(t, newPeer(Options{}), c.fields, raw(c.values)), c.want)
		})
	}
}

func TestTimes(t *testing.T) {
	const export, frame = "1700000000.000000", "1700000001.000000"
	ntp := func(seconds, fraction int64) []byte { return be32(be32(nil, seconds+2208988800), fraction) }
	for _, c := range []struct {
		name       string
		fields     []spec
		values     []byte
		start, end string
	}{
		{"none", []spec{{2, 1, 0}}, []byte{1}, export, export},
		{"seconds", []spec{{150, 4, 0}, {151, 4, 0}}, be32(be32(nil, 1_600_000_000), 1_600_000_005), "1600000000.000000", "1600000005.000000"},
		{"milliseconds", []spec{{152, 8, 0}, {153, 8, 0}}, be64(be64(nil, 1_600_000_000_123), 1_600_000_005_456), "1600000000.123000", "1600000005.456000"},
		{"microseconds", []spec{{154, 8, 0}, {155, 8, 0}}, join(ntp(1_600_000_000, 0x1f9ac800), ntp(1_600_000_005, 0x8000_0000)), "1600000000.123456", "1600000005.500000"},
		{"nanoseconds", []spec{{156, 8, 0}, {157, 8, 0}}, join(ntp(1_600_000_000, 0x1f9add37), ntp(1_600_000_005, 0)), "1600000000.123456", "1600000005.000000"},
		{"the finer ones", []spec{{150, 4, 0}, {152, 8, 0}, {151, 4, 0}}, join(be32(nil, 5), be64(nil, 1_600_000_000_123), be32(nil, 1_600_000_009)), "1600000000.123000", "1600000009.000000"},
		{"before the export", []spec{{158, 4, 0}, {159, 4, 0}}, be32(be32(nil, 2_500_000), 500_000), "1699999997.500000", "1699999999.500000"},
		{"uptime without a beginning", []spec{{22, 4, 0}, {21, 4, 0}}, be32(be32(nil, 1000), 2000), export, export},
		{"uptime since", []spec{{22, 4, 0}, {21, 4, 0}, {160, 8, 0}}, be64(be32(be32(nil, 1000), 2000), 1_600_000_000_000), "1600000001.000000", "1600000002.000000"},
		{"start and duration", []spec{{152, 8, 0}, {161, 4, 0}}, be32(be64(nil, 1_600_000_000_000), 1500), "1600000000.000000", "1600000001.500000"},
		{"end and duration", []spec{{153, 8, 0}, {162, 4, 0}}, be32(be64(nil, 1_600_000_002_000), 1_500_000), "1600000000.500000", "1600000002.000000"},
		{"an event", []spec{{323, 8, 0}}, be64(nil, 1_600_000_000_123), "1600000000.123000", "1600000000.123000"},
		{"zero", []spec{{152, 8, 0}, {153, 8, 0}}, make([]byte, 16), export, export},
		{"year 10000", []spec{{152, 8, 0}}, be64(nil, 253402300800_000), export, export},
		{"all ones", []spec{{152, 8, 0}, {161, 8, 0}}, []byte(strings.Repeat("\xff", 16)), export, export},
		{"end before start", []spec{{150, 4, 0}, {151, 4, 0}}, be32(be32(nil, 1_600_000_005), 1_600_000_000), "1600000005.000000", "1600000005.000000"},
		{"a reverse direction that goes on", []spec{{150, 4, 0}, {151, 4, 0}, {151, 4, 29305}}, be32(be32(be32(nil, 1_600_000_000), 1_600_000_005), 1_600_000_009), "1600000000.000000", "1600000009.000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			has(t, flowOf(t, newPeer(Options{}), c.fields, c.values), `"time_start":`+c.start+`,"time_end":`+c.end)
		})
	}
	t.Run("no time of export", func(t *testing.T) {
		m := ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(256, key()))
		copy(m[4:], make([]byte, 4))
		has(t, newPeer(Options{}).send(t, m)[0], `"time_start":`+frame)
	})
}

func TestForeignPackets(t *testing.T) {
	p := newPeer(Options{})
	for _, c := range []struct {
		name string
		port uint16
		b    string
		want bool
	}{
		{"another port", 53, "000a", false},
		{"another version", port, "0001 0000", false},
		{"version 8", 2055, "0008 0000", false},
		{"empty", port, "", false},
		{"one byte", port, "00", false},
		{"any version on any port", 2055, "000a 0010 00000000 00000000 00000000", true},
		{"sFlow on its port", sflowPort, "00000005", true},
		{"sFlow 4", sflowPort, "00000004", false},
		{"sFlow on another port", port, "00000005", false},
		{"IPFIX on sFlow's port", sflowPort, "000a 0010 00000000 00000000 00000000", false},
	} {
		pk := datagram(p.dec, p.addr, c.port, 0, raw(c.b))
		if got := p.d.Packet(&pk, func(*record.Record) {}); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
	from := datagram(p.dec, netip.AddrPortFrom(p.addr.Addr(), port), 53, 0, raw("000a"))
	if p.d.Packet(&from, nil) {
		t.Error("a packet from the port")
	}
	tcp := packet.Packet{Key: packet.Key{Ports: port, Meta: packet.MakeMeta(packet.ProtoTCP, false, 0)}}
	if p.d.Packet(&tcp, nil) {
		t.Error("a packet of TCP")
	}
}

func TestCutMessageKeepsWhatIsThere(t *testing.T) {
	p := newPeer(Options{})
	m := ipfixMessage(0, set(2, tmpl(256, keySpecs...)), set(256, key(), key(), key()))
	if got := p.send(t, m[:len(m)-5]); len(got) != 2 {
		t.Errorf("%d records of 2", len(got))
	}
	wantReasons(t, p.d, "short_message 2")
}

// TestGoodSetsBesideBadOnes: what is wrong costs its own set.
func TestGoodSetsBesideBadOnes(t *testing.T) {
	p := newPeer(Options{})
	got := p.send(t, ipfixMessage(
		0, set(2, tmpl(256, with(spec{96, 65535, 0})...)), set(2, tmpl(255, keySpecs...)), set(77, []byte{1}),
		set(256, key(), []byte{3, 'w', 'e', 'b'}, key(), []byte{9, 'x'}), set(999, key()), set(256, key(), []byte{0}),
	))
	if len(got) != 2 {
		t.Errorf("%d records of 2", len(got))
	}
	wantReasons(t, p.d, "bad_template", "unknown_set", "bad_record")
	if n := p.d.Stats().Waiting; n != 1 {
		t.Errorf("%d sets wait for their template", n)
	}
}
