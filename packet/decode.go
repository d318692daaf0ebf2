package packet

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"joy/capture"
)

// Options are the settings of a Decoder.
type Options struct {
	// Carriers also gives the outer packets of tunnels, before the inner one.
	Carriers bool
	// FragmentBytes is the memory for fragments of unfinished datagrams;
	// 0 means 64 MiB.
	FragmentBytes int
	// Datagrams is the number of unfinished datagrams; 0 means 4096.
	Datagrams int
}

// A Decoder turns frames into packets. One goroutine owns it. It reassembles
// IP fragments and numbers tunnel paths, so all frames of a run must pass
// through the same one.
//
// A packet in a tunnel stands for its frame: the packets around it are its
// Path. Where a tunnel holds no IP packet that can be read, the packet that
// carries it is given instead.
//
// The Group of a Path is the same for both directions of its tunnels. It is
// made of the kinds, the unordered pairs of outer addresses, and the
// identifiers where both sides use the same (VNI, key of GRE, session of
// ERSPAN). The tunnel ids of GTP, PPTP and L2TP are each side's own choice:
// they are in the Hops only.
type Decoder struct {
	carriers  bool
	counts    Counts
	paths     paths
	fragments fragments
	walk      walk
	origins   origins
}

// NewDecoder returns a Decoder that has seen nothing.
func NewDecoder(o Options) *Decoder {
	d := &Decoder{carriers: o.Carriers, paths: newPaths(maxPaths)}
	d.fragments = newFragments(o)
	d.walk.d = d
	return d
}

// Counts returns the totals up to now.
func (d *Decoder) Counts() Counts { return d.counts }

// Decode appends the packets of f to dst: none, one, or several (carriers,
// aggregated 802.11 frames, datagrams that a fragment drove out). Index and
// Clock are left 0. The packets borrow the bytes of f.
func (d *Decoder) Decode(dst []Packet, f *capture.Frame) []Packet {
	d.counts.Frames++
	n := len(dst)
	if n == cap(dst) {
		dst = slices.Grow(dst, 1)
	}
	dst = dst[:n+1]
	if plain(&dst[n], f) {
		d.counts.Packets++
		return dst
	}
	return d.walkFrame(dst[:n], f)
}

// Expire appends what there is of datagrams whose first fragment to arrive is
// 30 s old (RFC 8200, section 4.5); math.MaxInt64 for now ends all.
func (d *Decoder) Expire(dst []Packet, now int64) []Packet {
	w := &d.walk
	w.dst, w.headers = dst, 0
	for g := d.fragments.oldest(); g != nil && g.stale(now); g = d.fragments.oldest() {
		w.abandon(g, false)
	}
	return w.end()
}

// plain decodes the frames that most captures are made of: Ethernet with at
// most two VLAN tags, IP without options or extension headers, TCP or UDP
// without a tunnel, all headers captured. Of other frames it reports false,
// having written to p what it likes; the walk decodes those, and would decode
// these to the same Packet (FuzzDecode holds them together).
//
// It indexes bytes directly, after one check of the length in each function,
// because of BenchmarkDecode: by way of the walk a packet costs three times as
// much.
func plain(p *Packet, f *capture.Frame) bool {
	b := f.Data
	if f.Link != capture.LinkEthernet || f.FCS != 0 || len(b) < 14+20 {
		return false
	}
	off, t := 14, binary.BigEndian.Uint16(b[12:])
	if isVLAN(t) {
		off, t = 18, binary.BigEndian.Uint16(b[16:])
		if isVLAN(t) {
			off, t = 22, binary.BigEndian.Uint16(b[20:])
		}
	}
	switch {
	case t == typeIPv4 && p.plain4(b, off, f.Wire):
	case t == typeIPv6 && p.plain6(b, off, f.Wire):
	default:
		return false
	}
	p.Time, p.Begun, p.Data, p.Link = f.Time, f.Time, b, f.Link
	p.Index, p.Clock, p.Path, p.Frags, p.Invalid, p.Overstated = 0, 0, nil, 0, false, false
	return true
}

func (p *Packet) plain4(b []byte, off, wire int) bool {
	if len(b) < off+28 {
		return false
	}
	h := b[off : off+28]
	length := int(binary.BigEndian.Uint16(h[2:]))
	fragment := binary.BigEndian.Uint16(h[6:]) & 0x3fff
	if h[0] != 0x45 || fragment != 0 || length < 28 || length > wire-off {
		return false
	}
	p.bounds(off, off+20, off+length, len(b))
	proto := h[9]
	ports, ok := p.plainTransport(b[off+20:p.End], length-20, proto)
	if !ok {
		return false
	}
	p.TTL, p.ID = h[8], binary.BigEndian.Uint16(h[4:])
	src, dst := binary.BigEndian.Uint32(h[12:]), binary.BigEndian.Uint32(h[16:])
	s, d := uint64(src)<<16|uint64(ports>>16), uint64(dst)<<16|uint64(ports&0xffff)
	p.Swapped = s > d
	if p.Swapped {
		s, d = d, s
		ports = bits.RotateLeft32(ports, 16)
	}
	p.Key = Key{ALo: v4Prefix | s>>16, BLo: v4Prefix | d>>16, Ports: ports, Meta: uint32(proto)}
	return true
}

func (p *Packet) plain6(b []byte, off, wire int) bool {
	if len(b) < off+48 {
		return false
	}
	h := b[off : off+48]
	n := int(binary.BigEndian.Uint16(h[4:]))
	if h[0]>>4 != 6 || n < 8 || n > wire-off-40 {
		return false
	}
	p.bounds(off, off+40, off+40+n, len(b))
	ports, ok := p.plainTransport(b[off+40:p.End], n, h[6])
	if !ok {
		return false
	}
	p.TTL, p.ID = h[7], 0
	p.setKey(address6(h[8:]), address6(h[24:]), ports, MakeMeta(h[6], true, 0))
	return true
}

// bounds sets where a packet lies whose headers and payload would end at wire,
// in a frame of which captured bytes are there.
func (p *Packet) bounds(ip, l4, wire, captured int) {
	p.IP, p.L4, p.End = uint32(ip), uint32(l4), uint32(min(wire, captured))
	p.Length, p.Truncated = uint32(wire-ip), wire > captured
}

// plainTransport reads a TCP or UDP header. b is the captured part of what the
// IP packet carries, n its length on the wire, at least 8.
func (p *Packet) plainTransport(b []byte, n int, proto uint8) (ports uint32, ok bool) {
	switch proto {
	case ProtoTCP:
		if len(b) < 20 || !p.tcp(b, n) {
			return 0, false
		}
	case ProtoUDP:
		if len(b) < 8 || mayBeTunnel(b) {
			return 0, false
		}
		p.Seq, p.Ack, p.Window, p.Flags = 0, 0, 0, 0
		p.udp(b, n)
	default:
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}
