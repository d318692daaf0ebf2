package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"joy/capture"
	"joy/internal/flowtable"
	"joy/packet"
)

// traffic is a random mixture: connections that open, close, break, lose and
// repeat segments, datagrams, pings, silences, and times that jump.
func traffic(seed uint64, n int) []capture.Frame {
	r := rand.New(rand.NewPCG(seed, 1))
	now := int64(0)
	ps := make([]pkt, n)
	for i := range ps {
		now += r.Int64N(200 * ms)
		switch r.IntN(400) {
		case 0:
			now += 15 * second
		case 1:
			now -= 3 * second
		}
		p := &ps[i]
		*p = pkt{
			at: now, src: fmt.Sprintf("10.0.0.%d", 1+r.IntN(12)), dst: fmt.Sprintf("10.0.1.%d", 1+r.IntN(3)),
			sp: uint16(1000 + r.IntN(6)), dp: []uint16{53, 80, 443}[r.IntN(3)], id: uint16(r.Uint32()), ttl: uint8(30 + r.IntN(60)),
			payload: strings.Repeat(string(rune('a'+r.IntN(26))), r.IntN(40)),
		}
		switch r.IntN(5) {
		case 0:
			p.proto = packet.ProtoUDP
		case 1:
			p.proto, p.sp, p.dp = packet.ProtoICMP, 8, 0
		default:
			p.flags = []uint8{syn, synAck, ack, ack, ack, ack | packet.PSH, fin, rst}[r.IntN(8)]
			p.seq, p.ack, p.window = uint32(r.IntN(300)), uint32(r.IntN(300)), uint16(r.Uint32())
			p.opts = []string{"", "\x02\x04\x05\xb4", "\x01\x01\x08\x0a12345678"}[r.IntN(3)]
		}
		if r.IntN(2) == 0 {
			p.src, p.dst, p.sp, p.dp = p.dst, p.src, p.dp, p.sp
		}
		if r.IntN(9) == 0 {
			p.vlan = uint16(1 + r.IntN(3))
		}
	}
	return build(ps)
}

// between puts a frame that holds no packet of a flow into each second of every
// silence, as ARP does: it moves the clock alone.
func between(all []capture.Frame) []capture.Frame {
	arp := append(make([]byte, 12), 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1)
	arp = append(arp, make([]byte, 20)...)
	var filled []capture.Frame
	for i, f := range all {
		for t := f.Time - 15*second + 1; i > 0 && t < f.Time; t += second {
			if t > all[i-1].Time {
				filled = append(filled, capture.Frame{Time: t, Wire: len(arp), Link: f.Link, Data: arp})
			}
		}
		filled = append(filled, f)
	}
	return filled
}

// The output must be the same bytes for any number of workers, and however the
// frames come in batches and in files.
func TestSameBytesWhateverTheDivision(t *testing.T) {
	for _, v := range []struct {
		name string
		set  func(*Config)
	}{
		{"usual", func(*Config) {}},
		{"all features", func(c *Config) { c.Features = everything() }},
		{"one record a direction", func(c *Config) { c.Bidir, c.Features = false, everything() }},
		{"few flows", func(c *Config) { c.MaxFlows = 3000 }},
		{"very few flows", func(c *Config) { c.MaxFlows = 20 }},
		{"little memory", func(c *Config) { c.MaxMemory, c.Features = 64<<10, everything() }},
		{"tcp_close", func(c *Config) { c.TCPClose = true }},
		{"no timeouts", func(c *Config) { c.Idle, c.Active = 0, 0 }},
	} {
		t.Run(v.name, func(t *testing.T) {
			all := between(traffic(7, 6000))
			want, counts := "", Counts{}
			for _, workers := range []int{1, 2, 3, 8} {
				for _, size := range []int{1000, 1, 77} {
					c := usual()
					v.set(&c)
					c.Workers = workers
					src := &frames{inputs: [][]capture.Frame{all}, size: size}
					if size == 77 { // several files, one stream
						src.inputs = [][]capture.Frame{all[:1500], all[1500:1501], nil, all[1501:]}
					}
					got, n := runLines(t, c, src)
					if want == "" {
						want, counts = got, n
					}
					if got != want || n != counts {
						t.Fatalf("%d workers, batches of %d: other output (%d and %d lines)", workers, size, strings.Count(got, "\n"), strings.Count(want, "\n"))
					}
				}
			}
			if strings.Count(want, "\n") < 100 {
				t.Errorf("only %d records", strings.Count(want, "\n"))
			}
		})
	}
}

// Nothing is lost: with retransmissions counted, the records add up to the
// packets.
func TestRecordsAddUp(t *testing.T) {
	for _, bidir := range []bool{true, false} {
		for _, most := range []int{10, 1 << 20} {
			c := usual()
			c.Retrans, c.Bidir, c.MaxFlows = true, bidir, most
			all, counts := runRecs(t, c, &frames{inputs: [][]capture.Frame{traffic(3, 5000)}})
			n := uint64(0)
			for _, r := range all {
				n += r.PktsOut
				if r.PktsIn != nil {
					n += *r.PktsIn
				}
				if r.TimeEnd < r.TimeStart {
					t.Errorf("%s ends before it starts", r.sum())
				}
			}
			if n != counts.Packets || n != 5000 {
				t.Errorf("bidir=%v, %d flows: the records have %d packets of %d", bidir, most, n, counts.Packets)
			}
		}
	}
}

// Counting a packet into a flow that is there allocates nothing, with all
// features on.
func TestNoAllocationPerPacket(t *testing.T) {
	c := usual()
	c.Features = everything()
	set := settle(c)
	d := newDealer(set, nil)
	all := traffic(5, 400)
	var ps []packet.Packet
	w := makeWorkers(set, new(flowtable.Seed))[0]
	w.give = func(c *chunk) *chunk { c.clear(); return c }
	for range 250 { // so that all lists are as long as they get
		for i := range all {
			ps, _ = d.frame(ps[:0], &all[i])
			w.run(ps, nil)
		}
	}
	i := 0
	if n := testing.AllocsPerRun(2000, func() {
		ps, _ = d.frame(ps[:0], &all[i%len(all)])
		w.run(ps, nil)
		i++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
