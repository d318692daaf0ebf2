package packet

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"testing"

	"joy/capture"
)

// check holds what is true of every Packet.
func check(t *testing.T, p *Packet) {
	t.Helper()
	if p.IP > p.L4 || p.L4 > p.Payload || p.Payload > p.End || int(p.End) > len(p.Data) {
		t.Fatalf("offsets out of order: %+v", p)
	}
	if p.Length < p.L4-p.IP || p.PayloadLen > p.Length-(p.L4-p.IP) || uint32(len(p.Captured())) > p.PayloadLen {
		t.Fatalf("lengths do not fit: %+v", p)
	}
	if a, b := p.Key.A(), p.Key.B(); a.Compare(b) > 0 || a == b && p.Key.PortA() > p.Key.PortB() {
		t.Fatalf("key in the wrong order: %+v", p.Key)
	}
	if !HasPorts(p.Key.Proto()) && p.Key.Ports != 0 {
		t.Fatalf("ports of protocol %d", p.Key.Proto())
	}
	group := uint32(0)
	if p.Path != nil {
		group = p.Path.Group
	}
	if p.Key.Meta>>9 != group || (group != 0) != (p.Path != nil && len(p.Path.Hops) > 0) {
		t.Fatalf("group %d with path %+v", p.Key.Meta>>9, p.Path)
	}
	if len(p.TCPOptions()) > 40 || len(p.VLANs(nil)) > maxHeaders || len(p.Labels(nil)) > maxHeaders {
		t.Fatal("too much")
	}
	p.MACs()
}

func FuzzDecode(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s.link, s.data, uint16(0), uint8(0))
		f.Add(s.link, s.data, uint16(7), uint8(4))
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, cut uint16, fcs uint8) {
		frame := capture.Frame{Time: 5, Data: data, Wire: len(data) + int(cut), Link: link, FCS: fcs % 5}
		d := NewDecoder(Options{})
		dirty := make([]Packet, 2)
		for i := range dirty {
			dirty[i] = Packet{Index: 9, Clock: 9, Path: &Path{}, Seq: 9, Flags: 9, Frags: 9, ID: 9, Invalid: true, Truncated: true}
		}
		ps := d.Decode(dirty[:0], &frame)
		for i := range ps {
			check(t, &ps[i])
			if ps[i].Time != 5 || ps[i].Index != 0 || ps[i].Clock != 0 || ps[i].Link != link {
				t.Fatalf("left from before: %+v", ps[i])
			}
		}
		c := d.Counts()
		reasons := uint64(0)
		for r := range FragmentWithoutFirst {
			reasons += c.Reasons[r]
		}
		if len(ps) == 0 && c.Fragments == 0 && reasons != 1 || len(ps) > 0 && reasons != 0 || c.Packets != uint64(len(ps)) {
			t.Fatalf("%d packets, %+v", len(ps), c)
		}
		if slow := NewDecoder(Options{}).walkFrame(nil, &frame); !reflect.DeepEqual(ps, append(ps[:0:0], slow...)) {
			t.Fatalf("straight line and walk differ:\n%+v\n%+v", ps, slow)
		}
		all := NewDecoder(Options{Carriers: true}).Decode(nil, &frame)
		if len(all) < len(ps) {
			t.Fatalf("%d packets with carriers, %d without", len(all), len(ps))
		}
		for _, p := range d.Expire(nil, math.MaxInt64) {
			check(t, &p)
		}
		if g := d.fragments; len(g.byKey) != 0 || g.eldest != nil || g.cost != 0 {
			t.Fatal("fragments left")
		}
	})
}

// FuzzFrames runs several frames through one Decoder with little room, so that
// fragments meet, expire and drive each other out.
func FuzzFrames(f *testing.F) {
	var last []byte // each seed with the one before it
	for _, s := range seeds() {
		if s.link == capture.LinkRaw && len(s.data) < 256 {
			one := append([]byte{byte(len(s.data))}, s.data...)
			f.Add(join(last, one))
			last = one
		}
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		d := NewDecoder(Options{FragmentBytes: 4096, Datagrams: 3, Carriers: true})
		d.paths.limit = 2
		var ps []Packet
		frames := uint64(0)
		for now := int64(0); len(script) > 0; now += 7e9 {
			n := min(int(script[0]), len(script)-1)
			ps = d.Decode(ps[:0], &capture.Frame{Time: now, Data: script[1 : 1+n], Wire: n, Link: capture.LinkRaw})
			ps = d.Expire(ps, now)
			for i := range ps {
				check(t, &ps[i])
			}
			script = script[1+n:]
			frames++
			if len(d.fragments.byKey) > 3 || d.fragments.cost > 4096+2*datagramCost {
				t.Fatalf("bounds passed: %d datagrams, %d bytes", len(d.fragments.byKey), d.fragments.cost)
			}
		}
		for _, p := range d.Expire(nil, math.MaxInt64) {
			check(t, &p)
		}
		if c := d.Counts(); c.Frames != frames || d.fragments.cost != 0 || d.fragments.eldest != nil {
			t.Fatalf("%+v, %d left", c, d.fragments.cost)
		}
	})
}

// FuzzReassembly compares with a plain model: an array of bytes, of which each
// is set by the first fragment that has it.
func FuzzReassembly(f *testing.F) {
	f.Add([]byte{0, 2, 1, 2, 2, 0})
	f.Add([]byte{2, 1, 0, 0, 3, 1, 1, 9, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		d := NewDecoder(Options{})
		var model, have [8 * 300]byte
		total, first := -1, false
		for n := 1; len(script) >= 3 && n < maxPieces/2; n, script = n+1, script[3:] {
			off, size := int(script[0])*8, int(script[1]%40)*8
			more := script[2]&1 != 0 || off == 0
			if off == 0 && first {
				return // another first fragment begins another datagram
			}
			for i := off; i < off+size; i++ {
				if have[i] == 0 {
					have[i], model[i] = 1, byte(n)
				}
			}
			if !more && total < 0 {
				total = off + size
			}
			first = first || off == 0
			ps := d.Decode(nil, fragmentFrame(off, more, bytes.Repeat([]byte{byte(n)}, size)))
			if !first || total < 0 || bytes.IndexByte(have[:total], 0) >= 0 {
				if len(ps) != 0 {
					t.Fatalf("fragment %d: too early", n)
				}
				continue
			}
			if len(ps) != 1 || int(ps[0].PayloadLen) != total || !bytes.Equal(ps[0].Captured(), model[:total]) || int(ps[0].Frags) != n {
				t.Fatalf("fragment %d: got %+v, want %d bytes %v", n, ps, total, model[:total])
			}
			return
		}
	})
}

func fragmentFrame(off int, more bool, payload []byte) *capture.Frame {
	b := append(make([]byte, 20), payload...)
	b[0], b[8], b[9] = 0x45, 64, 253 // a protocol without ports
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	field := uint16(off / 8)
	if more {
		field |= 0x2000
	}
	binary.BigEndian.PutUint16(b[6:], field)
	return &capture.Frame{Time: 1, Data: b, Wire: len(b), Link: capture.LinkRaw}
}
