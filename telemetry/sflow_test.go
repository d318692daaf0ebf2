package telemetry

import (
	"net/netip"
	"strings"
	"testing"

	"joy/record"
)

// sflowMessage is a datagram of agent 198.51.100.1, sub-agent 2.
func sflowMessage(seq, uptime int64, samples ...[]byte) []byte {
	b := raw("00000005 00000001 c6336401 00000002")
	return append(be32(be32(be32(b, seq), uptime), int64(len(samples))), join(samples...)...)
}

// opaque is a structure with its kind and length.
func opaque(kind int64, b []byte) []byte { return append(be32(be32(nil, kind), int64(len(b))), b...) }

// flows is a flow sample, one in 512, interface 3 to 4.
func flows(records ...[]byte) []byte {
	b := raw("00000001 00000003 00000200 00010000 00000000 00000003 00000004")
	return opaque(flowSample, append(be32(b, int64(len(records))), join(records...)...))
}

// header is the header of a frame.
func header(link, length int64, b []byte) []byte {
	return opaque(rawHeader, append(be32(be32(be32(be32(nil, link), length), 4), int64(len(b))), b...))
}

// frame is the start of an Ethernet frame with a VLAN tag and a TCP segment of
// 1000 bytes of payload.
func frame() []byte {
	return raw(`02bb 0000 0002 02aa 0000 0001 8100 0064 0800 4508 0410 1234 4000 3f 06 0000 0a000001 0a000002
		0400 01bb 00000001 00000000 5018 ffff 0000 0000 6162`)
}

func sflowRecord(t *testing.T, m []byte) string {
	t.Helper()
	p := newPeer(Options{CommunityID: true})
	got := p.sendTo(t, sflowPort, m)
	if len(got) != 1 {
		t.Fatalf("%d records; %v", len(got), reasons(p.d))
	}
	return got[0]
}

func TestSampledHeader(t *testing.T) {
	got := sflowRecord(t, sflowMessage(1, 1000, flows(header(1, 1062, frame()))))
	has(t, got, `{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1024,"dp":443,"bytes_out":1000,"num_pkts_out":1,`+
		`"time_start":1700000001.000000,"time_end":1700000001.000000,"packets":[{"b":1000,"dir":">","ipt":0}],"ip":{"out":{"ttl":63,"id":[4660]}}`,
		`"community_id":"1:HL9ia22lniJUExGEpSG0K6QAhIs="`, `"l2":{"smac":"02:aa:00:00:00:01","dmac":"02:bb:00:00:00:02","vlan_out":[100]}`,
		`"telemetry":{"exporter":"192.0.2.1","protocol":"sflow5","agent":"198.51.100.1","domain":2,"sampling_rate":512,"octets_out":1040,`+
			`"tcp_flags_out":"PA","tos_out":8,"input":3,"output":4}`)
}

func TestSampleRecords(t *testing.T) {
	v6 := raw(`6000 0000 0008 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 0000 0001 0001`)
	for _, c := range []struct {
		name    string
		records [][]byte
		want    string
	}{
		{"IP alone", [][]byte{header(11, 1044, frame()[18:])}, `"pr":6,"sp":1024,"dp":443,"bytes_out":1000,`},
		{"IPv6 and ICMP", [][]byte{header(12, 52, v6)}, `"icmp":{"messages":[{"type":128,"code":0,"name":"echo_request","dir":">","count":1}]}`},
		{"IPv4 data", [][]byte{opaque(ipv4Data, raw("00000410 00000011 0a000001 0a000002 00000035 00000400 00000000 00000008"))}, `"pr":17,"sp":53,"dp":1024,"bytes_out":1040,"num_pkts_out":1`},
		{"IPv6 data", [][]byte{opaque(ipv6Data, append(raw("00000410 00000011"), append(v6[8:40:40], raw("00000035 00000400 00000000 00000008")...)...))}, `"sa":"2001:db8::1","da":"2001:db8::2"`},
		{"router", [][]byte{opaque(extendedRouter, raw("00000001 c0000207 00000018 00000010")), header(1, 1062, frame())}, `"next_hop":"192.0.2.7","src_prefix":24,"dst_prefix":16`},
		{"gateway", [][]byte{header(1, 1062, frame()), opaque(extendedGateway, raw("00000001 c0000207 0000fde8 0000fde9 0000fdea 00000002 00000002 00000002 0000fdeb 0000fdec 00000001 00000001 0000fded 00000000 00000064"))}, `"bgp_next_hop":"192.0.2.7","src_as":65001,"dst_as":65005`},
		{"gateway without a path", [][]byte{header(1, 1062, frame()), opaque(extendedGateway, raw("00000001 c0000207 0000fde8 0000fde9 0000fdea ffffffff 00000002 00000000"))}, `"src_as":65001}`},
		{"user", [][]byte{header(1, 1062, frame()), opaque(extendedUser, append(raw("0000006a 00000005"), "alice\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...))}, `"user":"alice"`},
		{"switch", [][]byte{header(11, 1044, frame()[18:]), opaque(extendedSwitch, raw("00000065 00000000 00000066 00000000"))}, `"l2":{"vlan_out":[101]}`},
		{"Ethernet", [][]byte{opaque(ethernetFrame, raw("00000410 02aa00000001 0000 02bb00000002 0000 00000800")), header(11, 1044, frame()[18:])}, `"smac":"02:aa:00:00:00:01","dmac":"02:bb:00:00:00:02"`},
		{"a first fragment", [][]byte{header(11, 1044, append(raw("4508 0410 1234 2000"), frame()[26:]...))}, `"pr":6,"sp":1024,"dp":443`},
		{"in a tunnel", [][]byte{header(11, 1064, append(raw("4500 0424 0000 0000 40 04 0000 c0000201 c0000202"), frame()[18:]...))}, `"encap":[{"type":"ipip","src":"192.0.2.1","dst":"192.0.2.2"}]`},
	} {
		t.Run(c.name, func(t *testing.T) { has(t, sflowRecord(t, sflowMessage(1, 1000, flows(c.records...))), c.want) })
	}
}

func TestExpandedSample(t *testing.T) {
	b := raw("00000001 00000000 00000003 00000200 00010000 00000000 00000000 00010003 00000000 00010004 00000001")
	has(t, sflowRecord(t, sflowMessage(1, 1000, opaque(expandedFlowSample, append(b, header(1, 1062, frame())...)))), `"sampling_rate":512`, `"input":65539,"output":65540}`)
}

func TestInterfacesThatAreNone(t *testing.T) {
	for _, s := range []string{"3fffffff 80000004", "ffffffff 40000001"} {
		b := append(raw("00000001 00000003 00000200 00010000 00000000"), raw(s)...)
		got := sflowRecord(t, sflowMessage(1, 1000, opaque(flowSample, append(be32(b, 1), header(1, 1062, frame())...))))
		if strings.Contains(got, "put") {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestHostileSamples(t *testing.T) {
	for _, c := range []struct {
		name string
		m    []byte
		want string
	}{
		{"header cut off", raw("00000005 00000001 c6336401 00000002"), "short_message"},
		{"agent of an unknown type", raw("00000005 00000009 00000002 00000001 00000001 00000000"), ""},
		{"more samples than there are", sflowMessage(1, 1, make([]byte, 0), make([]byte, 0)), "short_message"},
		{"longer than the datagram", sflowMessage(1, 1, raw("00000001 ffffffff 00000000")), "short_message"},
		{"a thousand million records", sflowMessage(1, 1, opaque(expandedFlowSample, append(make([]byte, 40), 0x3f, 0xff, 0xff, 0xff))), "bad_sample opaque_sample"},
		{"record longer than the sample", sflowMessage(1, 1, flows(raw("00000001 7fffffff"))), "bad_sample opaque_sample"},
		{"header longer than its record", sflowMessage(1, 1, flows(opaque(rawHeader, raw("00000001 00000040 00000000 ffffffff 00")))), "opaque_sample"},
		{"no header of IP", sflowMessage(1, 1, flows(header(1, 64, raw("ffffffffffff 020000000001 0806 0001")))), "opaque_sample"},
		{"header of an unknown protocol", sflowMessage(1, 1, flows(header(99, 64, frame()))), "opaque_sample"},
		{"counters", sflowMessage(1, 1, opaque(counterSample, make([]byte, 12)), opaque(expandedCounterSample, make([]byte, 16))), "counter_sample:2"},
		{"another kind", sflowMessage(1, 1, opaque(5, make([]byte, 16)), opaque(4242<<12|1, nil)), "unknown_sample:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(Options{})
			if got := p.sendTo(t, sflowPort, c.m); len(got) != 0 {
				t.Errorf("records: %v", got)
			}
			var want []string
			for _, w := range strings.Fields(c.want) {
				want = append(want, strings.Replace(w, ":", " ", 1))
			}
			wantReasons(t, p.d, want...)
		})
	}
}

func TestSFlowSequence(t *testing.T) {
	p := newPeer(Options{})
	s := flows(header(1, 1062, frame()))
	p.sendTo(t, sflowPort, sflowMessage(1, 1000, s))
	has(t, p.sendTo(t, sflowPort, sflowMessage(4, 2000, s))[0], `"lost":2`)
	p.sendTo(t, sflowPort, sflowMessage(1, 3000, s)) // smaller, and later
	if t1 := p.d.Stats(); t1.Lost != 2 || t1.Restarts != 1 || t1.Exporters[0].Protocol != "sflow5" {
		t.Errorf("%+v", t1)
	}
}

// TestAddressesOfSFlowOverIPv6: an exporter has any address.
func TestAddressesOfSFlowOverIPv6(t *testing.T) {
	d := New(Options{SFlowPort: sflowPort})
	from, got := netip.MustParseAddr("2001:db8::9"), ""
	m := append(raw("00000005 00000002 20010db8000000000000000000000008 00000002 00000001 00000001 00000001"), flows(header(1, 1062, frame()))...)
	d.sflow(m, from, 0, func(r *record.Record) { got = string(r.AppendJSON(nil)) })
	has(t, got, `"exporter":"2001:db8::9","protocol":"sflow5","agent":"2001:db8::8"`)
}
