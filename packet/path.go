package packet

import (
	"encoding/binary"
	"hash/fnv"
)

const (
	maxHops  = 8       // tunnels in one another
	maxPaths = 1 << 16 // different lists of tunnels in a run
)

// A kind is a way to carry packets in packets.
type kind uint8

const (
	kindIPIP kind = iota
	kind6in4
	kind4in6
	kind6in6
	kindGRE
	kindGRETAP
	kindNVGRE
	kindPPTP
	kindERSPAN
	kindEtherIP
	kindMPLS
	kindEthernet
	kindVXLAN
	kindGENEVE
	kindGTPU
	kindTeredo
	kindL2TP
	kindAYIYA
)

func (k kind) String() string {
	return [...]string{
		kindIPIP: "ipip", kind6in4: "6in4", kind4in6: "4in6", kind6in6: "6in6",
		kindGRE: "gre", kindGRETAP: "gretap", kindNVGRE: "nvgre", kindPPTP: "pptp", kindERSPAN: "erspan",
		kindEtherIP: "etherip", kindMPLS: "mpls", kindEthernet: "ethernet",
		kindVXLAN: "vxlan", kindGENEVE: "geneve", kindGTPU: "gtpu",
		kindTeredo: "teredo", kindL2TP: "l2tp", kindAYIYA: "ayiya",
	}[k]
}

// directed reports whether the identifiers of a tunnel differ between its two
// directions: GTP TEIDs, PPTP call ids, L2TP session ids.
func (k kind) directed() bool { return k == kindGTPU || k == kindPPTP || k == kindL2TP }

// A hop is a Hop as the Decoder finds it: comparable, and cheap to fill in.
type hop struct {
	kind     kind
	v6, tag  bool // tag: id is valid
	src, dst address
	id       uint64
}

// hop returns the public form.
func (h *hop) hop() Hop {
	return Hop{
		Kind: h.kind.String(), ID: h.id, HasID: h.tag,
		Src: addr(h.src.hi, h.src.lo, h.v6), Dst: addr(h.dst.hi, h.dst.lo, h.v6),
	}
}

// undirected is the hop without what differs between the directions of a
// tunnel.
func (h hop) undirected() hop {
	if h.dst.less(h.src) {
		h.src, h.dst = h.dst, h.src
	}
	if h.kind.directed() {
		h.id, h.tag = 0, false
	}
	return h
}

// paths makes each Path once. A Path is found from that of the tunnel around
// it; so is a group.
type paths struct {
	all    map[step]*Path
	groups map[turn]uint32
	limit  int
}

type step struct {
	outer *Path
	hop   hop
}

type turn struct {
	outer uint32
	hop   hop
}

func newPaths(limit int) paths {
	return paths{all: map[step]*Path{}, groups: map[turn]uint32{}, limit: limit}
}

// find returns the Path of hops, which are at least one. It reports false when
// the bound is reached: the Path is then a new one, and its Group is taken
// from a hash, so that two tunnels may have the same.
func (ps *paths) find(hops []hop) (*Path, bool) {
	var p *Path
	for i := range hops {
		next := ps.all[step{p, hops[i]}]
		if next == nil {
			if len(ps.all) >= ps.limit {
				return ps.overflow(hops), false
			}
			next = ps.add(p, hops[:i+1])
		}
		p = next
	}
	return p, true
}

func (ps *paths) add(outer *Path, hops []hop) *Path {
	last := hops[len(hops)-1]
	t := turn{hop: last.undirected()}
	if outer != nil {
		t.outer = outer.Group
	}
	g := ps.groups[t]
	if g == 0 {
		g = uint32(len(ps.groups) + 1)
		ps.groups[t] = g
	}
	p := &Path{Hops: public(hops), Group: g}
	ps.all[step{outer, last}] = p
	return p
}

// overflow makes a Path without keeping it. The numbers of such groups lie
// above those that are given in order, and below 1<<23.
func (ps *paths) overflow(hops []hop) *Path {
	sum := fnv.New32a()
	var b [42]byte
	for i := range hops {
		h := hops[i].undirected()
		b[0], b[1] = byte(h.kind), 0
		if h.tag {
			b[1] = 1
		}
		for j, v := range [...]uint64{h.src.hi, h.src.lo, h.dst.hi, h.dst.lo, h.id} {
			binary.BigEndian.PutUint64(b[2+8*j:], v)
		}
		sum.Write(b[:]) // never fails
	}
	first := uint32(ps.limit + 1)
	return &Path{Hops: public(hops), Group: first + sum.Sum32()%(1<<23-first)}
}

func public(hops []hop) []Hop {
	list := make([]Hop, len(hops))
	for i := range hops {
		list[i] = hops[i].hop()
	}
	return list
}

// An address is an IP address as in a Key.
type address struct{ hi, lo uint64 }

const v4Prefix = 0xffff << 32 // ::ffff:0:0/96

func address4(b []byte) address {
	return address{lo: v4Prefix | uint64(binary.BigEndian.Uint32(b))}
}

func address6(b []byte) address {
	return address{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (a address) less(b address) bool {
	return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo
}
