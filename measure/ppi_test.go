package measure

import (
	"fmt"
	"strings"
	"testing"

	"joy/packet"
)

// ppiPacketOf is a segment with options between header and payload.
func ppiPacketOf(time int64, seq, ack uint32, flags uint8, length uint32, options string) *packet.Packet {
	data := append(make([]byte, 20), options...)
	return &packet.Packet{
		Time: time, Seq: seq, Ack: ack, Flags: flags, PayloadLen: length,
		Data: data, Payload: uint32(len(data)), End: uint32(len(data)),
	}
}

func ppiText(entries []PPIEntry) (lines []string) {
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s seq %d ack %d rseq %d rack %d b %d olen %d t %d %s [%s]",
			e.Dir, e.Seq, e.Ack, e.RSeq, e.RAck, e.B, e.OLen, e.T, e.Flags, optionsJSON(e.Opts)))
	}
	return lines
}

const ms = 1e6

func handshake(s *Blocks) *PPI {
	var y PPI
	y.Add(s, 1, ppiPacketOf(1000*ms, 4294967295, 0, packet.SYN, 0, "\x03\x03\x07\x01"))
	y.Add(s, 0, ppiPacketOf(1020*ms, 5000, 0, packet.SYN|packet.ACK, 0, "\x03\x03\x08\x01"))
	y.Add(s, 1, ppiPacketOf(1040*ms, 0, 5001, packet.ACK, 0, ""))
	y.Add(s, 1, ppiPacketOf(1041*ms+999999, 0, 5001, packet.PSH|packet.ACK, 300, ""))
	y.Add(s, 1, ppiPacketOf(1042*ms, 4294967295, 0, packet.ACK, 1, "")) // keep-alive
	y.Add(s, 1, ppiPacketOf(1043*ms, 300, 5001, packet.ACK, 0, ""))
	return &y
}

func compareLines(t *testing.T, name string, got []string, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s: line %d\n got %s\nwant %s", name, i, g, w)
		}
	}
}

func TestPPI(t *testing.T) {
	var s Blocks
	y := handshake(&s)
	compareLines(t, "both directions, side 1 opened", ppiText(y.Entries(nil, &s, 1, true)),
		`> seq 4294967295 ack 0 rseq 0 rack 0 b 0 olen 4 t 0 S [{"ws":7} {"noop":null}]`,
		`< seq 5000 ack 0 rseq 0 rack 1 b 0 olen 4 t 20 SA [{"ws":8} {"noop":null}]`,
		`> seq 0 ack 5001 rseq 1 rack 1 b 0 olen 0 t 40 A []`,
		`> seq 0 ack 5001 rseq 0 rack 1 b 300 olen 0 t 41 PA []`,
		`> seq 4294967295 ack 0 rseq -1 rack -5000 b 1 olen 0 t 42 A []`,
		`> seq 300 ack 5001 rseq 300 rack 1 b 0 olen 0 t 43 A []`)
	compareLines(t, "one direction", ppiText(y.Entries(nil, &s, 0, false)),
		`> seq 5000 ack 0 rseq 0 rack 1 b 0 olen 4 t 0 SA [{"ws":8} {"noop":null}]`)
	if got := y.Entries(nil, &s, 0, true)[1].Dir; got != ">" {
		t.Errorf("side 0 is out, and its packet %q", got)
	}
}

func TestPPIClockThatRunsBackwards(t *testing.T) {
	var s Blocks
	var y PPI
	y.Add(&s, 0, ppiPacketOf(50*ms, 1, 1, packet.ACK, 1, ""))
	y.Add(&s, 1, ppiPacketOf(45*ms, 1, 1, packet.ACK, 1, ""))
	e := y.Entries(nil, &s, 0, true)
	if e[0].T != 5 || e[1].T != 0 {
		t.Errorf("times %d and %d, want 5 and 0", e[0].T, e[1].T)
	}
}

func TestPPICaptureBeginsInTheMiddle(t *testing.T) {
	var s Blocks
	var y PPI
	y.Add(&s, 0, ppiPacketOf(0, 700, 900, packet.ACK, 10, ""))
	y.Add(&s, 1, ppiPacketOf(0, 900, 710, packet.ACK, 10, ""))
	e := y.Entries(nil, &s, 0, true)
	if e[0].RSeq != 0 || e[0].RAck != 0 || e[1].RSeq != 0 || e[1].RAck != 10 {
		t.Errorf("%v", ppiText(e))
	}
}

func TestPPIIsBoundedButGoesOnComparing(t *testing.T) {
	var s Blocks
	var y PPI
	for i := range uint32(80) {
		y.Add(&s, 0, ppiPacketOf(int64(i), i, 0, packet.ACK, 1, "\x01\x01\x01\x01"))
	}
	y.Add(&s, 1, ppiPacketOf(80, 0, 79, packet.ACK, 0, ""))
	e := y.Entries(nil, &s, 0, true)
	if len(e) != 51 || e[50].RAck != 0 {
		t.Errorf("%d entries, the last %v", len(e), ppiText(e[len(e)-1:]))
	}
}

func TestPPIUsesEntriesAgain(t *testing.T) {
	var s Blocks
	y := handshake(&s)
	entries := y.Entries(nil, &s, 1, true)
	want := ppiText(entries)
	entries = y.Entries(entries[:0], &s, 1, true)
	compareLines(t, "second time", ppiText(entries), want...)
	if n := testing.AllocsPerRun(100, func() { entries = y.Entries(entries[:0], &s, 1, true) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	y.Reset(&s)
	if got := y.Entries(nil, &s, 1, true); len(got) != 0 {
		t.Error("Reset leaves something")
	}
	p := ppiPacketOf(0, 1, 1, packet.ACK, 1, "\x01\x01\x01\x01")
	if n := testing.AllocsPerRun(4, func() { y.Add(&s, 0, p) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzPPI(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01\x02"), strings.Repeat("\x01", 300))
	f.Add([]byte("\x00\x00\x00\x01\x02\x80\x00\x00\x00\x10\xff\xff\xff\xff\x18"), "\x02\x04\x05\xb4")
	f.Fuzz(func(t *testing.T, b []byte, options string) {
		var s Blocks
		var y PPI
		n := [2]int{}
		for ; len(b) >= 5; b = b[5:] {
			seq := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
			dir := int(b[3] & 1)
			y.Add(&s, dir, ppiPacketOf(int64(seq)<<32, seq, seq<<1, b[4], seq, options))
			n[dir] = min(n[dir]+1, 50)
		}
		both := y.Entries(nil, &s, 0, true)
		if len(both) != n[0]+n[1] || len(y.Entries(nil, &s, 1, false)) != n[1] {
			t.Fatalf("%d entries for %v packets", len(both), n)
		}
		for _, e := range both {
			if e.OLen != min(len(options), 40) || e.B != e.Seq || e.Flags == "" && e.RAck != 0 {
				t.Fatalf("%v", ppiText([]PPIEntry{e}))
			}
		}
	})
}

func BenchmarkPPI(b *testing.B) {
	var s Blocks
	var y PPI
	p := ppiPacketOf(0, 1, 1, packet.ACK, 1, "\x01\x01\x08\x0a12345678")
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if i%50 == 0 {
				y.Reset(&s)
			}
			p.Seq++
			y.Add(&s, i&1, p)
		}
	})
	b.Run("entries", func(b *testing.B) {
		var s Blocks
		y := handshake(&s)
		entries := y.Entries(nil, &s, 1, true)
		b.ReportAllocs()
		for b.Loop() {
			entries = y.Entries(entries[:0], &s, 1, true)
		}
	})
}
