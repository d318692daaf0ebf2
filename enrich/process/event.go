package process

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// The kinds of events in bpf/sockets.c.
const (
	evProcess = 1
	evOpen    = 2
	evClosed  = 3
)

// An event is what the kernel's programs report: struct event of bpf/sockets.c.
type event struct {
	at     int64 // nanoseconds since boot
	cookie uint64
	who    owner
	ends   ends
	lost   uint64 // events that found no room in the ring, up to then
	ns     uint32
	kind   uint16
	final  bool // who uses the socket, and not only made it or listens
}

// An owner is what the kernel says of a process.
type owner struct {
	start      int64 // nanoseconds since boot
	cgroup     uint64
	exe        inode // zero when the process has no memory any more
	pid        uint32
	parent     uint32
	uid        uint32
	name       string
	parentName string
}

// An inode names a file, as long as it is not deleted.
type inode struct {
	dev uint32 // as the kernel has it: 12 bits major, 20 bits minor
	ino uint64
}

// eventSize is the length of struct event.
const eventSize = 144

const (
	familyIPv4 = 2  // AF_INET
	familyIPv6 = 10 // AF_INET6
)

// parseEvent reads an event; ok is false when it has not the form of one.
func parseEvent(b []byte) (e event, ok bool) {
	if len(b) < eventSize {
		return e, false
	}
	le := binary.LittleEndian
	e = event{
		at: int64(le.Uint64(b)), cookie: le.Uint64(b[8:]),
		who: owner{
			start: int64(le.Uint64(b[16:])), cgroup: le.Uint64(b[24:]), exe: inode{le.Uint32(b[40:]), le.Uint64(b[32:])},
			pid: le.Uint32(b[44:]), parent: le.Uint32(b[48:]), uid: le.Uint32(b[52:]),
			name: cString(b[56:72]), parentName: cString(b[72:88]),
		},
		lost: le.Uint64(b[128:]), ns: le.Uint32(b[136:]), kind: le.Uint16(b[140:]), final: le.Uint16(b[142:]) != 0,
	}
	n := 4
	switch le.Uint16(b[124:]) {
	case familyIPv4:
	case familyIPv6:
		n = 16
	default:
		return e, e.kind == evProcess
	}
	local, _ := netip.AddrFromSlice(b[88 : 88+n])
	remote, _ := netip.AddrFromSlice(b[104 : 104+n])
	e.ends = newEnds(b[126], netip.AddrPortFrom(local, le.Uint16(b[120:])), netip.AddrPortFrom(remote, le.Uint16(b[122:])))
	return e, true
}

// cString reads text that ends at a zero.
func cString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
