package engine

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"joy/measure"
	"joy/packet"
)

// everything switches all features on.
func everything() Features {
	var m measure.CompactMap
	for v := range m {
		m[v] = uint8(v / 16)
	}
	return Features{
		Dist: true, Entropy: true, WHT: true, Payload: true, Salt: true, PPI: true, Stats: true, CommunityID: true, L2: true,
		CDist: &m, HD: 4, IDP: 64,
	}
}

// exchange is a connection with all that the features look at: a sends
// "\x01\x02\x03\x04aaaa" and "\x01\x02\x03\x05bbbb", b answers "zzzz".
func exchange() []pkt {
	o := func(at int64, flags uint8, seq, ackno uint32, payload string) pkt {
		p := out(at, flags, seq, payload)
		p.ack, p.id, p.vlan, p.window, p.ttl = ackno, uint16(seq), 5, 29200, 63
		return p
	}
	i := func(at int64, flags uint8, seq, ackno uint32, payload string) pkt {
		p := in(at, flags, seq, payload)
		p.ack, p.ttl = ackno, 120
		return p
	}
	first := o(0, syn, 1000, 0, "")
	first.opts = "\x02\x04\x05\xb4\x01\x03\x03\x07"
	return []pkt{
		first, i(30*ms, synAck, 5000, 1001, ""), o(40*ms, ack, 1001, 5001, ""),
		o(50*ms, ack|packet.PSH, 1001, 5001, "\x01\x02\x03\x04aaaa"), o(60*ms, ack|packet.PSH, 1009, 5001, "\x01\x02\x03\x05bbbb"),
		o(65*ms, ack|packet.PSH, 1009, 5001, "\x01\x02\x03\x05bbbb"), // again
		i(90*ms, ack|packet.PSH, 5001, 1017, "zzzz"),
	}
}

func one(t *testing.T, c Config, ps []pkt) rec {
	t.Helper()
	all, _ := runRecs(t, c, source(ps...))
	if len(all) != 1 {
		t.Fatalf("%d records: %q", len(all), sums(all))
	}
	return all[0]
}

func with(f Features) Config {
	c := usual()
	c.Features = f
	return c
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := plain(t, got), plain(t, want); !reflect.DeepEqual(g, w) {
		t.Errorf("%s: got %v, want %v", what, g, w)
	}
}

// plain is a value as JSON has it.
func plain(t *testing.T, v any) (p any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPacketsIPAndTCP(t *testing.T) {
	r := one(t, usual(), exchange())
	check(t, []rec{r}, "10.0.0.1:1000>10.0.0.2:80 5/24 2/4 0.000-0.090 forced")
	equal(t, "packets", r.Packets, []map[string]any{
		{"B": 8, "IPT": 50, "Dir": ">"}, {"B": 8, "IPT": 10, "Dir": ">"}, {"B": 4, "IPT": 30, "Dir": "<"},
	})
	equal(t, "ip", r.IP, map[string]any{
		"out": map[string]any{"TTL": 63, "ID": []int{1000, 1001, 1001, 1009, 1009}}, "in": map[string]any{"TTL": 120, "ID": []int{0, 0}},
	})
	equal(t, "tcp.first_seq", r.TCP["first_seq"], 1000)
	equal(t, "tcp.out", r.TCP["out"], json.RawMessage(`{"flags":"S","first_window_size":29200,"opt_len":8,"opts":[{"mss":1460},{"noop":null},{"ws":7}]}`))
	equal(t, "tcp.in", r.TCP["in"], json.RawMessage(`{"flags":"SA","first_window_size":0}`))
	equal(t, "debug", r.Debug, map[string]int{"tcp_retrans": 1})
}

func TestZerosListsPacketsWithoutPayload(t *testing.T) { // and destroys nothing (D5)
	c := usual()
	c.Zeros = true
	r := one(t, c, exchange())
	check(t, []rec{r}, "10.0.0.1:1000>10.0.0.2:80 5/24 2/4 0.000-0.090 forced")
	var lengths []int64
	for _, p := range r.Packets {
		lengths = append(lengths, p.B)
	}
	equal(t, "lengths", lengths, []int{0, 0, 0, 8, 8, 4})
}

// Retransmissions are left out of the features, unless retrans=1.
func TestRetrans(t *testing.T) {
	c := with(everything())
	r := one(t, c, exchange())
	if len(r.Packets) != 3 || len(r.OSeq) != 4 || r.ByteDist['b'] != 4 {
		t.Errorf("retrans=0: %d packets, %d numbers, %d bytes", len(r.Packets), len(r.OSeq), r.ByteDist['b'])
	}
	c.Retrans = true
	r = one(t, c, exchange())
	if len(r.Packets) != 4 || len(r.OSeq) != 5 || r.ByteDist['b'] != 8 || r.Debug != nil {
		t.Errorf("retrans=1: %d packets, %d numbers, %d bytes, %v", len(r.Packets), len(r.OSeq), r.ByteDist['b'], r.Debug)
	}
}

func TestNumPkts(t *testing.T) { // D10
	c := usual()
	for _, n := range []uint8{0, 1, 2, 200} {
		c.NumPkts = n
		var ps []pkt
		for i := range 300 {
			ps = append(ps, udp(int64(i)*ms, a, b, 1, 2, "x"), udp(int64(i)*ms, b, a, 2, 1, "y"))
		}
		if r := one(t, c, ps); len(r.Packets) != 2*int(n) {
			t.Errorf("num_pkts=%d lists %d", n, len(r.Packets))
		}
	}
}

func TestBytesFeatures(t *testing.T) {
	f := Features{Dist: true, Entropy: true, WHT: true, CDist: everything().CDist}
	r := one(t, with(f), exchange())
	want := make([]int, 256)
	for _, c := range "\x01\x02\x03\x04aaaa\x01\x02\x03\x05bbbbzzzz" {
		want[c]++
	}
	equal(t, "byte_dist", r.ByteDist, want)
	compact := make([]int, 16)
	compact[0], compact[6], compact[7] = 8, 8, 4
	equal(t, "compact_byte_dist", r.Compact, compact)
	// Worked out by another program.
	equal(t, "mean", r.Mean, 64.45)
	equal(t, "std", r.Std, 52.606258)
	equal(t, "entropy", r.Entropy, 2.821928)
	equal(t, "total_entropy", r.TotalEntropy, 56.438562)
	equal(t, "wht", r.WHT, []float64{64.45, -0.25, -0.45, 0.05})

	c := with(f)
	c.Bidir = false
	all, _ := runRecs(t, c, source(exchange()...))
	if len(all) != 2 || all[0].ByteDist['a'] != 4 || all[0].ByteDist['z'] != 0 || all[1].ByteDist['z'] != 4 || all[1].ByteDist['a'] != 0 {
		t.Errorf("bidir=0 mixes the directions: %v", all)
	}

	empty := one(t, with(f), exchange()[:3])
	if len(empty.ByteDist) != 256 || empty.Mean != nil || empty.Std != nil || empty.Entropy != nil || empty.WHT != nil {
		t.Errorf("without payload: %+v", empty)
	}
}

func TestFirstBytes(t *testing.T) {
	r := one(t, with(Features{Payload: true, IDP: 24, HD: 4}), exchange())
	equal(t, "payload", r.Payload, map[string]string{"out": "0102030461616161", "in": "7a7a7a7a"})
	if want := "4500003003e900003f0600000a0000010a00000203e80050"; r.IDPOut != want || r.IDPLenOut != 24 {
		t.Errorf("idp_out %s (%d), want %s", r.IDPOut, r.IDPLenOut, want)
	}
	if len(r.IDPIn) != 48 {
		t.Errorf("idp_in %s", r.IDPIn)
	}
	equal(t, "hd", r.HD, map[string]any{"n": 2, "cm": "fffffffe", "cv": "01020304", "sm": "000000ff", "i": "01020304"})
	c := with(Features{Payload: true, IDP: 24, HD: 4})
	c.Bidir = false
	all, _ := runRecs(t, c, source(exchange()...))
	if len(all) != 2 || all[0].Payload["in"] != "" || all[1].Payload["out"] != "7a7a7a7a" || all[1].IDPIn != "" || all[1].HD != nil {
		t.Errorf("bidir=0 mixes the directions: %+v", all)
	}
}

func TestSequenceNumbers(t *testing.T) {
	r := one(t, with(Features{Salt: true, PPI: true}), exchange())
	equal(t, "oseq", r.OSeq, []int{1000, 1, 0, 8})
	equal(t, "oack", r.OAck, []int{0, 5001, 0, 0})
	equal(t, "iseq", r.ISeq, []int{5000, 1})
	equal(t, "iack", r.IAck, []int{1001, 16})
	if len(r.PPI) != 6 {
		t.Fatalf("ppi has %d packets", len(r.PPI))
	}
	equal(t, "ppi[0]", r.PPI[0], map[string]any{
		"seq": 1000, "ack": 0, "rseq": 0, "rack": 0, "b": 0, "olen": 8, "dir": ">", "t": 0, "flags": "S",
		"opts": []any{map[string]any{"mss": 1460}, map[string]any{"noop": nil}, map[string]any{"ws": 7}},
	})
	equal(t, "ppi[5]", r.PPI[5], map[string]any{
		"seq": 5001, "ack": 1017, "rseq": 1, "rack": 8, "b": 4, "olen": 0, "dir": "<", "t": 90, "flags": "PA", "opts": []any{},
	})
	c := with(Features{Salt: true, PPI: true})
	c.Bidir = false
	all, _ := runRecs(t, c, source(exchange()...))
	if len(all) != 2 || len(all[0].PPI) != 4 || len(all[1].PPI) != 2 || all[0].ISeq != nil || len(all[1].OSeq) != 2 {
		t.Errorf("bidir=0 mixes the directions: %+v", all)
	}
}

func TestStatistics(t *testing.T) {
	r := one(t, with(Features{Stats: true}), exchange())
	equal(t, "out", r.Stats["out"], json.RawMessage(`{"len":{"min":40,"mean":46.4,"std":3.57770876,"max":48},`+
		`"iat":{"min":5,"mean":16.25,"std":16.0078106,"max":40},"flags":{"S":1,"P":3,"A":4},`+
		`"seq":{"retrans_pkts":1,"retrans_bytes":8,"out_of_order":0,"gaps":0,"missing_bytes":0}}`))
	equal(t, "in", r.Stats["in"], json.RawMessage(`{"len":{"min":40,"mean":42,"std":2.82842712,"max":44},`+
		`"iat":{"min":60,"mean":60,"std":0,"max":60},"flags":{"S":1,"P":1,"A":2},`+
		`"seq":{"retrans_pkts":0,"retrans_bytes":0,"out_of_order":0,"gaps":0,"missing_bytes":0}}`))
	equal(t, "syn_synack_ms", r.Stats["syn_synack_ms"], json.RawMessage("30.000"))
	equal(t, "synack_ack_ms", r.Stats["synack_ack_ms"], json.RawMessage("10.000"))
	ps := exchange()
	r = one(t, with(Features{Stats: true}), append([]pkt{ps[0]}, ps...)) // a SYN that came twice
	if r.Stats["syn_synack_ms"] != nil || r.Stats["synack_ack_ms"] == nil {
		t.Errorf("with a SYN sent again: %v", r.Stats)
	}
	gap := exchange()
	gap = append(gap[:3], gap[4:]...) // the first data segment is lost
	r = one(t, with(Features{Stats: true}), gap)
	if s := string(r.Stats["out"]); !strings.Contains(s, `"gaps":1,"missing_bytes":8`) {
		t.Errorf("with a segment lost: %s", s)
	}
}

func TestCommunityIDAndL2(t *testing.T) {
	f := Features{CommunityID: true, L2: true}
	r := one(t, with(f), exchange())
	equal(t, "l2", r.L2, map[string]any{"smac": "02:00:00:00:00:01", "dmac": "02:00:00:00:00:02", "vlan_out": []int{5}})
	want := string(measure.CommunityID(nil, 0, netip.MustParseAddr(a), netip.MustParseAddr(b), 6, 1000, 80))
	equal(t, "community_id", r.CommunityID, want)
	c := with(f)
	c.Bidir = false
	all, _ := runRecs(t, c, source(exchange()...))
	if len(all) != 2 || all[0].CommunityID != want || all[1].CommunityID != want {
		t.Errorf("the directions have %v", all)
	}
	f.Seed = 1
	if r := one(t, with(f), exchange()); r.CommunityID == want {
		t.Error("the seed changes nothing")
	}
	ping := one(t, with(f), []pkt{{src: a, dst: b, proto: packet.ProtoICMP, sp: 8, payload: "x"}})
	equal(t, "of a ping", ping.CommunityID, string(measure.CommunityID(nil, 1, netip.MustParseAddr(a), netip.MustParseAddr(b), 1, 8, 0)))
}

// What a record has collected is not told again in the next one of the flow.
func TestFeaturesBeginAnewWithTheSegment(t *testing.T) {
	c := with(everything())
	c.Active = second
	ps := append(exchange(), out(1100*ms, ack, 1017, "late"))
	all, _ := runRecs(t, c, source(ps...))
	if len(all) != 2 {
		t.Fatalf("%q", sums(all))
	}
	r := all[1]
	if r.TCP != nil || len(r.Packets) != 1 || r.Debug != nil || len(r.OSeq) != 1 || len(r.PPI) != 1 || r.Payload["out"] != "6c617465" || len(r.IP["out"].ID) != 1 {
		t.Errorf("%+v", r)
	}
	equal(t, "out", r.Stats["out"], json.RawMessage(`{"len":{"min":44,"mean":44,"std":0,"max":44},"flags":{"A":1},`+
		`"seq":{"retrans_pkts":0,"retrans_bytes":0,"out_of_order":0,"gaps":0,"missing_bytes":0}}`))
}

func TestMalformedTransport(t *testing.T) {
	p := out(0, ack, 1, "data")
	p.cut = 18 // 6 bytes of the header are left
	r := one(t, with(everything()), []pkt{p})
	equal(t, "debug", r.Debug, map[string]int{"invalid": 1})
}
