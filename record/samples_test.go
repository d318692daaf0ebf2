package record

import (
	"net/netip"

	"joy/measure"
)

// tcpOptions are MSS, SACK permitted, timestamps, NOP, window scale.
var tcpOptions = []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 4, 0x49, 0x25, 0, 0, 0, 0, 1, 3, 3, 7}

// minimal is what a small UDP flow of both directions has without any option.
func minimal() *Record {
	return &Record{
		SA: Addr{IP: netip.MustParseAddr("192.168.56.101")}, DA: Addr{IP: netip.MustParseAddr("192.168.56.102")},
		Pr: 17, SP: 45422, DP: 53, BytesOut: 31, PktsOut: 1, BytesIn: 157, PktsIn: 1, HasIn: true,
		TimeStart: 1502118721115234000, TimeEnd: 1502118721160674999,
		Packets: []Length{{B: 31, Dir: '>'}, {B: 157, Dir: '<', IPT: 45}},
		IP:      IP{Out: IPSide{TTL: 64, ID: []uint16{40375}}, In: IPSide{TTL: 64, ID: []uint16{0}}, HasIn: true},
		FlowID:  0x0123456789abcdef, EndReason: IdleTimeout, ExpireType: "i",
	}
}

// full has every field set.
func full() *Record {
	r := minimal()
	r.Pr, r.DP = 6, 443
	r.SALabels, r.DALabels = []string{"inside"}, []string{"web", `"quoted"`}
	r.Segment, r.ExpireType, r.EndReason = 3, "a", ActiveTimeout
	r.ByteDist = make([]uint8, 256)
	for i := range r.ByteDist {
		r.ByteDist[i] = uint8(i * i >> 9)
	}
	r.HasDist, r.HasDistMoments, r.HasEntropy = true, true, true
	r.ByteDistMean, r.ByteDistStd = 92.31818181, 47.33172
	r.CompactByteDist = []uint8{0, 9, 10, 99, 100, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	r.Entropy, r.TotalEntropy = 5.21875, 981.125
	r.WHT = []float64{92.318, -4.7512345, 0, 0.0123456}
	r.Payload = &Payload{Out: Hex("\x16\x03\x01"), In: Hex("\x16\x03\x03")}
	r.OSeq, r.OAck = []int64{537711802, 1, 0, 305}, []int64{0, 1264210932, 0, -5}
	r.ISeq, r.IAck = []int64{1264210931, 1}, []int64{537711803, 305}
	r.HD = &HD{N: 3, CM: Hex("\xff\xf0"), CV: Hex("\x16\x00"), SM: Hex("\x00\xff"), I: Hex("\x16\x01")}
	r.ProbableOS = &ProbableOS{Out: "Linux 2.4 and 2.6", In: "Windows XP"}
	r.IDPOut, r.IDPLenOut = Hex("\x45\x00\x00\x54"), 4
	r.IDPIn, r.IDPLenIn = Hex("\x45\x01"), 2
	r.CommunityID = Text("1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
	r.L2 = &L2{SMAC: MAC{0, 0x1b, 0x21, 0x3c, 0x9d, 0xf8}, DMAC: MAC{5: 0xf9}, VLANOut: []uint16{100, 4094}, VLANIn: []uint16{100}}
	r.Encap = []Encap{
		{Type: "vxlan", Src: Addr{IP: netip.MustParseAddr("2001:db8::1")}, Dst: Addr{Token: "203.0.113.9"}, ID: 77, HasID: true},
		{Type: "ipip", Src: Addr{IP: netip.MustParseAddr("10.0.0.1")}, Dst: Addr{IP: netip.MustParseAddr("10.0.0.2")}},
	}
	r.Debug = &Debug{TCPRetrans: 2, Invalid: 1}
	r.Exe = &Exe{
		Name: Text("curl"), Path: Text("/usr/bin/curl"), Hash: Hex("\xba\x78"), Uptime: 0, HasUptime: true, PID: 4711,
		Parent: ExeParent{PID: 1, Name: Text("init")}, User: ExeUser{ID: 1000, Name: Text("ann")}, HasUser: true,
		Cmdline: []Text{Text("curl"), Text("-s"), Text("")}, Cgroup: Text("/user.slice"), Container: Text("0123"),
		End: "sa", Via: "ebpf", Sure: "certain",
	}
	r.ExePeer = &Exe{PID: 1, End: "da", Via: "proc", Sure: "guess"}
	fillTCP(r)
	fillStats(r)
	return r
}

func fillTCP(r *Record) {
	opts := measure.ParseOptions(nil, tcpOptions)
	syn := SYN{Flags: "S", Window: 29200, OptLen: len(tcpOptions), Opts: opts}
	synAck := syn
	synAck.Flags, synAck.Window = "SA", 28960
	r.TCP = &TCP{FirstSeq: 537711802, HasFirstSeq: true, Out: &syn, In: &synAck}
	r.PPI = []measure.PPIEntry{
		{Seq: 537711802, OLen: len(tcpOptions), Dir: ">", Flags: "S", Opts: opts},
		{Seq: 1264210931, Ack: 537711803, RAck: 1, Dir: "<", T: 45, Flags: "SA", Opts: opts},
		{Seq: 537711803, Ack: 1264210932, RSeq: 1, RAck: 1, B: 305, Dir: ">", T: 46, Flags: "PA"},
		{Seq: 537711700, Ack: 1264210932, RSeq: -103, RAck: 1, Dir: ">", T: 47, Flags: "A"},
	}
}

func fillStats(r *Record) {
	side := StatsSide{
		Len: Moments{Min: 52, Mean: 123.456789012, Std: 77.5, Max: 1500},
		IAT: Moments{Min: 0.021, Mean: 11.25, Std: 0.333333333333, Max: 1234567}, HasIAT: true,
		Flags: FlagCounts{1, 1, 0, 2, 9, 0, 0, 1},
		Seq:   &SeqStats{RetransPkts: 1, RetransBytes: 305, OutOfOrder: 2, Gaps: 3, Missing: 4},
	}
	r.Stats = &Stats{Out: side, In: side, HasIn: true, RTTServer: 45.4404, HasRTTServer: true, RTTClient: 0.1255, HasRTTClient: true}
}
