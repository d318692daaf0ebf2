package packet

import (
	"encoding/binary"

	"joy/wire"
)

// UDP ports (IANA) of tunnels.
const (
	portL2TP     = 1701
	portGTPU     = 2152
	portGTPv0    = 3386
	portTeredo   = 3544
	portVXLAN    = 4789
	portVXLANGPE = 4790
	portAYIYA    = 5072
	portGENEVE   = 6081
	portVXLANOld = 8472 // as Linux had it before the port was assigned
)

const teredoPrefix = 0x20010000 // 2001::/32 (RFC 4380, section 2.6)

// inside decodes what a packet carries when it is a tunnel; false when it is
// none, or has no IP packet in it.
func (w *walk) inside(h *header, s span) bool {
	switch h.proto {
	case ProtoUDP:
		return s.len() >= 8 && mayBeTunnel(w.bytes(s)) && w.overUDP(h, s)
	case protoIPv4, protoIPv6:
		return w.ipInIP(h, s)
	case protoGRE:
		return w.gre(h, s)
	case protoEtherIP:
		return w.etherIP(h, s)
	case protoMPLS:
		return w.enter(h, kindMPLS) && w.leave(w.mpls(s))
	case protoEthernet:
		return w.enter(h, kindEthernet) && w.leave(w.ethernet(s))
	}
	return false
}

// enter notes that what follows is in a tunnel between the addresses of h.
func (w *walk) enter(h *header, k kind) bool {
	if w.depth == maxHops {
		w.d.counts.Reasons[TooManyTunnels]++
		return false
	}
	w.hops[w.depth] = hop{kind: k, v6: h.v6, src: h.src, dst: h.dst}
	w.depth++
	return true
}

// enterID is enter for a tunnel with an identifier.
func (w *walk) enterID(h *header, k kind, id uint64) bool {
	if !w.enter(h, k) {
		return false
	}
	w.hops[w.depth-1].id, w.hops[w.depth-1].tag = id, true
	return true
}

// leave undoes enter, and passes on what came of it.
func (w *walk) leave(took bool) bool {
	w.depth--
	return took
}

// leaveFrame is leave for frames in GRE. One that holds no IP packet, but ARP
// or the like, is taken all the same: it is no packet of the tunnel's own.
// (In VXLAN and GENEVE it has a source port, and so a conversation, of its own.)
func (w *walk) leaveFrame(took bool) bool {
	w.depth--
	if took || w.d.carriers || w.failure != ARP && w.failure != NotIP {
		return took
	}
	w.d.counts.Reasons[w.failure]++
	return true
}

// ipInIP decodes IP packets directly in IP packets (RFC 2003, 2473, 4213).
func (w *walk) ipInIP(h *header, s span) bool {
	switch {
	case h.proto == protoIPv4 && h.v6:
		return w.enter(h, kind4in6) && w.leave(w.ipv4(s))
	case h.proto == protoIPv4:
		return w.enter(h, kindIPIP) && w.leave(w.ipv4(s))
	case h.v6:
		return w.enter(h, kind6in6) && w.leave(w.ipv6(s))
	}
	return w.enter(h, kind6in4) && w.leave(w.ipv6(s))
}

func (w *walk) etherIP(h *header, s span) bool {
	if s.len() < 2 || w.data[s.off] != 0x30 {
		return false
	}
	return w.enter(h, kindEtherIP) && w.leave(w.ethernet(s.drop(2)))
}

// GRE flags (RFC 2784, 2890; those of routing from RFC 1701, and of
// acknowledgment from RFC 2637).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080
)

// gre decodes GRE of version 0, and of version 1, which is PPTP.
func (w *walk) gre(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	flags, proto := r.Uint16(), r.Uint16()
	version := flags & 7
	if version > 1 {
		return false
	}
	if version == 0 && flags&(greChecksum|greRouting) != 0 {
		r.Skip(4)
	}
	key := uint32(0)
	if flags&greKey != 0 {
		key = r.Uint32()
	}
	if flags&greSequence != 0 {
		r.Skip(4)
	}
	if version == 1 && flags&greAck != 0 {
		r.Skip(4)
	}
	if version == 0 && flags&greRouting != 0 {
		skipRoutes(&r)
	}
	if r.Bad() {
		return false
	}
	s = s.drop(r.Offset())
	switch {
	case version == 1 && (proto != etherPPP || flags&greSequence == 0):
		return false
	case version == 1: // the upper half of the key is the length
		return w.enterID(h, kindPPTP, uint64(key&0xffff)) && w.leave(w.ppp(s.limit(int(key>>16))))
	case proto == etherERSPAN2 || proto == etherERSPAN3:
		return w.erspan(h, s, proto, flags&greSequence != 0)
	case proto == etherBridging && flags == greKey && key>>8 >= 0x1000:
		// NVGRE (RFC 7637), whose smaller network numbers are reserved.
		return w.enterID(h, kindNVGRE, uint64(key>>8)) && w.leaveFrame(w.ethernet(s))
	}
	kind := kindGRE
	if proto == etherBridging {
		kind = kindGRETAP
	}
	if flags&greKey != 0 {
		return w.enterID(h, kind, uint64(key)) && w.leaveGRE(proto, s)
	}
	return w.enter(h, kind) && w.leaveGRE(proto, s)
}

// skipRoutes passes over source routes up to the empty one (RFC 1701).
func skipRoutes(r *wire.Reader) {
	for !r.Bad() {
		family := r.Uint16()
		r.Skip(1)
		n := r.Uint8()
		r.Skip(int(n))
		if family == 0 && n == 0 {
			return
		}
	}
}

func (w *walk) leaveGRE(proto uint16, s span) bool {
	if proto == etherBridging {
		return w.leaveFrame(w.ethernet(s))
	}
	return w.leave(w.inGRE(proto, s))
}

// inGRE decodes what GRE carries besides frames.
func (w *walk) inGRE(proto uint16, s span) bool {
	switch {
	case proto == etherWCCP && s.len() >= 4 && w.data[s.off]>>4 != 4: // version 2: a redirect header
		return w.ip(s.drop(4))
	case proto == etherWCCP:
		return w.ip(s)
	case proto&0xff0f == 0x8200 || proto&0xff8f == 0x8300: // Aruba: by priority of the frame
		return w.wlan(s)
	}
	return w.etherType(proto, s)
}

// erspan decodes mirrored frames. Type I has no header, and no sequence number
// in that of GRE; type II has the version 1, and type III, of another protocol
// type, has 2.
func (w *walk) erspan(h *header, s span, proto uint16, sequence bool) bool {
	if proto == etherERSPAN2 && !sequence {
		return w.enter(h, kindERSPAN) && w.leaveFrame(w.ethernet(s))
	}
	r := wire.NewReader(w.bytes(s))
	version := r.Uint16() >> 12
	session := uint64(r.Uint16() & 0x3ff)
	r.Skip(4)
	frame, subheader := uint16(0), false
	if proto == etherERSPAN3 {
		r.Skip(2)
		f := r.Uint16()
		frame, subheader = f>>10&31, f&1 != 0
	}
	if subheader {
		r.Skip(8)
	}
	if r.Bad() || (proto == etherERSPAN3) != (version == 2) || version == 0 || !w.enterID(h, kindERSPAN, session) {
		return false
	}
	s = s.drop(r.Offset())
	if frame == 2 {
		return w.leave(w.ip(s))
	}
	return w.leaveFrame(w.ethernet(s))
}

// mayBeTunnel reports whether a UDP datagram, of which b are the captured
// bytes, at least 8, is worth to be looked into. Relays of Teredo use other
// ports than its servers; what they send is not looked for.
func mayBeTunnel(b []byte) bool {
	return tunnelPort(binary.BigEndian.Uint16(b)) || tunnelPort(binary.BigEndian.Uint16(b[2:]))
}

func tunnelPort(port uint16) bool {
	switch port {
	case portL2TP, portGTPU, portGTPv0, portTeredo, portVXLAN, portVXLANGPE, portAYIYA, portGENEVE, portVXLANOld:
		return true
	}
	return false
}

func teredoAddresses(b []byte) bool {
	src, dst := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[24:])
	return src == teredoPrefix || dst == teredoPrefix || src>>22 == 0xfe80>>6
}

// overUDP decodes tunnels in UDP. A port only says what to try.
func (w *walk) overUDP(h *header, s span) bool {
	b := w.bytes(s)
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if n := int(binary.BigEndian.Uint16(b[4:])); n >= 8 {
		s = s.limit(n)
	}
	s = s.drop(8)
	either := func(port uint16) bool { return src == port || dst == port }
	switch {
	case dst == portVXLAN || dst == portVXLANOld || dst == portVXLANGPE:
		return w.vxlan(h, s, dst == portVXLANGPE)
	case dst == portGENEVE:
		return w.geneve(h, s)
	case either(portGTPU):
		return w.gtpU(h, s)
	case either(portGTPv0):
		return w.gtpV0(h, s)
	case either(portL2TP):
		return w.l2tp(h, s)
	case either(portAYIYA):
		return w.ayiya(h, s)
	}
	return w.teredo(h, s)
}

// vxlan decodes VXLAN (RFC 7348), and with gpe its Generic Protocol Extension,
// whose header names what follows.
func (w *walk) vxlan(h *header, s span, gpe bool) bool {
	r := wire.NewReader(w.bytes(s))
	flags := r.Uint8()
	r.Skip(2)
	next := r.Uint8()
	vni := r.Uint24()
	r.Skip(1)
	if r.Bad() || flags&0x08 == 0 || !w.enterID(h, kindVXLAN, uint64(vni)) {
		return false
	}
	s = s.drop(8)
	if !gpe || flags&0x04 == 0 {
		return w.leave(w.ethernet(s))
	}
	switch next {
	case 1, 2:
		return w.leave(w.ip(s))
	case 3:
		return w.leave(w.ethernet(s))
	case 5:
		return w.leave(w.mpls(s))
	}
	return w.leave(false)
}

// geneve decodes GENEVE (RFC 8926).
func (w *walk) geneve(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	first := r.Uint8() // version, length of options in words
	r.Skip(1)
	proto := r.Uint16()
	vni := r.Uint24()
	r.Skip(1 + int(first&0x3f)*4)
	if r.Bad() || first>>6 != 0 {
		return false
	}
	return w.enterID(h, kindGENEVE, uint64(vni)) && w.leave(w.etherType(proto, s.drop(r.Offset())))
}

// gtpU decodes user data of GTP version 1 (3GPP TS 29.281, section 5).
func (w *walk) gtpU(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	flags, message, n := r.Uint8(), r.Uint8(), int(r.Uint16())
	teid := r.Uint32()
	if r.Bad() || flags>>4 != 3 || message != 0xff || n > s.sent()-8 {
		return false
	}
	if flags&7 != 0 { // sequence number, N-PDU number, type of the next extension
		r.Skip(3)
		next := r.Uint8()
		for flags&4 != 0 && next != 0 && !r.Bad() {
			words := int(r.Uint8())
			if words == 0 {
				return false
			}
			r.Skip(words*4 - 2)
			next = r.Uint8()
		}
	}
	if r.Bad() {
		return false
	}
	return w.enterID(h, kindGTPU, uint64(teid)) && w.leave(w.ip(s.limit(8+n).drop(r.Offset())))
}

// gtpV0 decodes user data of GTP version 0 (3GPP TS 09.60, section 6).
func (w *walk) gtpV0(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	flags, message, n := r.Uint8(), r.Uint8(), int(r.Uint16())
	r.Skip(8)
	tid := r.Uint64()
	if r.Bad() || flags>>4 != 1 || message != 0xff || n > s.sent()-20 {
		return false
	}
	return w.enterID(h, kindGTPU, tid) && w.leave(w.ip(s.limit(20+n).drop(20)))
}

// l2tp decodes data messages of L2TP version 2 (RFC 2661, section 3.1).
func (w *walk) l2tp(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	flags := r.Uint16()
	if flags&0x8000 != 0 || flags&15 != 2 {
		return false
	}
	if flags&0x4000 != 0 {
		n := int(r.Uint16())
		if n > s.sent() {
			return false
		}
		s = s.limit(n)
	}
	id := uint64(r.Uint32()) // tunnel and session
	if flags&0x0800 != 0 {
		r.Skip(4)
	}
	if flags&0x0200 != 0 {
		r.Skip(int(r.Uint16()))
	}
	if r.Bad() {
		return false
	}
	return w.enterID(h, kindL2TP, id) && w.leave(w.ppp(s.drop(r.Offset())))
}

// ayiya decodes IPv6 in AYIYA (draft-massar-v6ops-ayiya-02, section 4).
func (w *walk) ayiya(h *header, s span) bool {
	r := wire.NewReader(w.bytes(s))
	identity, signature, operation, next := r.Uint8(), r.Uint8(), r.Uint8(), r.Uint8()
	r.Skip(4 + 1<<(identity>>4) + int(signature>>4)*4)
	if r.Bad() || operation&15 != 1 || next != protoIPv6 && next != protoIPv4 {
		return false
	}
	return w.enter(h, kindAYIYA) && w.leave(w.ip(s.drop(r.Offset())))
}

// teredo decodes IPv6 packets, behind the authentication and origin indication
// that there may be (RFC 4380, section 5.1.1).
func (w *walk) teredo(h *header, s span) bool {
	if b := w.bytes(s); len(b) >= 4 && b[0] == 0 && b[1] == 1 {
		s = s.drop(13 + int(b[2]) + int(b[3]))
	}
	if b := w.bytes(s); len(b) >= 8 && b[0] == 0 && b[1] == 0 {
		s = s.drop(8)
	}
	b := w.bytes(s)
	if len(b) < 40 || b[0]>>4 != 6 || int(binary.BigEndian.Uint16(b[4:])) > s.sent()-40 || !teredoAddresses(b) {
		return false
	}
	return w.enter(h, kindTeredo) && w.leave(w.ipv6(s))
}
