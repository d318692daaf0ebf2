package packet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"joy/capture"
)

// shared finds a folder beside the module, which only the developers have.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s beside the module: %v", filepath.Join("shared", name), err)
	}
	return path
}

// frames reads a capture of either format.
func frames(t *testing.T, path string) []capture.Frame {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := bufio.NewReader(file)
	magic, _ := in.Peek(4)
	var list []capture.Frame
	if string(magic) == "\x0a\x0d\x0d\x0a" {
		r, err := pcapgo.NewNgReader(in, pcapgo.NgReaderOptions{WantMixedLinkType: true})
		for err == nil {
			data, ci, e := r.ReadPacketData()
			if err = e; err == nil {
				i, _ := r.Interface(ci.InterfaceIndex)
				list = append(list, capture.Frame{
					Time: ci.Timestamp.UnixNano(), Data: data,
					Wire: max(ci.Length, len(data)), Link: uint16(i.LinkType),
				})
			}
		}
		return list
	}
	r, err := pcapgo.NewReader(in)
	for err == nil {
		data, ci, e := r.ReadPacketData()
		if err = e; err == nil {
			list = append(list, capture.Frame{
				Time: ci.Timestamp.UnixNano(), Data: data,
				Wire: max(ci.Length, len(data)), Link: uint16(r.LinkType()),
			})
		}
	}
	if !errors.Is(err, io.EOF) && len(list) == 0 {
		t.Logf("%s: %v", path, err)
	}
	return list
}

// decode runs frames through a new Decoder up to the end.
func decode(o Options, frames []capture.Frame) ([]Packet, Counts) {
	d := NewDecoder(o)
	var ps []Packet
	for i := range frames {
		ps = d.Decode(ps, &frames[i])
	}
	ps = d.Expire(ps, math.MaxInt64)
	return ps, d.Counts()
}

type conversation struct {
	A     string   `json:"a"`
	B     string   `json:"b"`
	Proto uint8    `json:"p"`
	PortA uint16   `json:"ap"`
	PortB uint16   `json:"bp"`
	Pkts  [2]int   `json:"np"`
	Bytes [2]int   `json:"by"`
	ByIP  *[2]int  `json:"by_ip"`
	Dgs   *[2]int  `json:"dg"`
	Flags []string `json:"f"`
}

func (c *conversation) flag(names ...string) bool {
	for _, f := range c.Flags {
		for _, n := range names {
			if f == n {
				return true
			}
		}
	}
	return false
}

// name is the same for both directions; swapped says that c is the other way
// round.
func (c *conversation) name() (name string, swapped bool) {
	a := netip.AddrPortFrom(netip.MustParseAddr(c.A), c.PortA)
	b := netip.AddrPortFrom(netip.MustParseAddr(c.B), c.PortB)
	if swapped = b.Compare(a) < 0; swapped {
		a, b = b, a
	}
	return fmt.Sprintf("%v %v %d", a, b, c.Proto), swapped
}

type tally struct {
	pkts, frames, bytes [2]int
}

func tallies(ps []Packet, want func(*Packet) bool) map[string]*tally {
	m := map[string]*tally{}
	for i := range ps {
		p := &ps[i]
		if !want(p) {
			continue
		}
		c := conversation{A: p.Key.A().String(), B: p.Key.B().String(), Proto: p.Key.Proto()}
		if c.Proto == ProtoTCP || c.Proto == ProtoUDP {
			c.PortA, c.PortB = p.Key.PortA(), p.Key.PortB()
		}
		name, swapped := c.name()
		t := m[name]
		if t == nil {
			t = &tally{}
			m[name] = t
		}
		side := 0
		if p.Swapped != swapped {
			side = 1
		}
		t.pkts[side]++
		t.frames[side] += max(1, int(p.Frags))
		t.bytes[side] += int(p.PayloadLen)
	}
	return m
}

type truth struct {
	File  string         `json:"file"`
	Flows []conversation `json:"flows"`
	Inner []conversation `json:"inner"`
}

// TestTruth compares packets and bytes of conversations with what tshark says
// of captures from elsewhere.
func TestTruth(t *testing.T) {
	corpus := shared(t, "corpus")
	paths, err := filepath.Glob(filepath.Join(corpus, "truth", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Skip("no truth in the corpus")
	}
	checked, wrong := 0, 0
	for _, path := range paths {
		var want truth
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		c, w := compare(t, &want, frames(t, filepath.Join(corpus, "pcaps", want.File)))
		checked, wrong = checked+c, wrong+w
	}
	t.Logf("%d conversations, %d wrong", checked, wrong)
	if wrong*200 > checked {
		t.Errorf("%d of %d conversations are wrong", wrong, checked)
	}
}

func compare(t *testing.T, want *truth, frames []capture.Frame) (checked, wrong int) {
	t.Helper()
	carriers, _ := decode(Options{Carriers: true}, frames)
	ps, _ := decode(Options{}, frames)
	bare := func(p *Packet) bool { return p.Path == nil }
	tunnelled := func(p *Packet) bool { return p.Path != nil }
	for _, part := range []struct {
		list       []conversation
		got, other map[string]*tally
	}{
		{want.Flows, tallies(carriers, bare), nil},
		// IPv6 under the EtherType of IPv4 is a tunnel to tshark, not to us.
		{want.Inner, tallies(ps, tunnelled), tallies(ps, bare)},
	} {
		for i := range part.list {
			c := &part.list[i]
			if c.flag("orphan", "ah", "dirty") {
				continue
			}
			checked++
			name, swapped := c.name()
			got := part.got[name]
			if got == nil {
				got = part.other[name]
			}
			if got == nil || !agrees(c, got, swapped) {
				wrong++
				t.Logf("%s: %s (swapped %v): got %+v, want %+v by_ip %v dg %v", want.File, name, swapped, got, c, c.ByIP, c.Dgs)
			}
		}
	}
	return checked, wrong
}

func agrees(c *conversation, got *tally, swapped bool) bool {
	bytes := [][2]int{c.Bytes}
	if c.ByIP != nil {
		bytes = append(bytes, *c.ByIP)
	}
	for side := range 2 {
		of := side
		if swapped {
			of = 1 - side
		}
		pkts := got.pkts[of] == c.Pkts[side] || got.frames[of] == c.Pkts[side] || c.Dgs != nil && got.pkts[of] == c.Dgs[side]
		ok := false
		for _, b := range bytes {
			ok = ok || got.bytes[of] == b[side]
		}
		if !pkts || !ok {
			return false
		}
	}
	return true
}

// TestDefects decodes captures that show what Joy loses of link and network
// layers: here every frame is part of a packet.
func TestDefects(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(shared(t, "spec"), "joy-collector-pcaps", "g_*.pcap"))
	if err != nil || len(paths) == 0 {
		t.Skip("no captures")
	}
	lost := map[string]Reason{"g_arp.pcap": ARP, "g_ihlbig.pcap": BadIPHeader, "g_tiny.pcap": TruncatedLink}
	for _, path := range paths {
		list := frames(t, path)
		ps, c := decode(Options{}, list)
		n := 0
		for i := range ps {
			n += max(1, int(ps[i].Frags))
		}
		name := filepath.Base(path)
		if r, ok := lost[name]; ok {
			n += int(c.Reasons[r])
		}
		if n != len(list) {
			t.Errorf("%s: %d of %d frames, %+v", name, n, len(list), c)
		}
	}
}
