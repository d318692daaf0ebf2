package process

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// The kinds of events in bpf/sockets.c.
const (
	evOpen   = 1
	evClosed = 2
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
		at: int64(le.Uint64(b)), cookie: le.Uint64(b[8:]), who: parseOwner(b[16:]), lost: le.Uint64(b[128:]),
		ns: le.Uint32(b[136:]), kind: le.Uint16(b[140:]), final: le.Uint16(b[142:]) != 0,
	}
	n := 4
	switch le.Uint16(b[124:]) {
	case familyIPv4:
	case familyIPv6:
		n = 16
	default:
		return e, false
	}
	local, _ := netip.AddrFromSlice(b[88 : 88+n])
	remote, _ := netip.AddrFromSlice(b[104 : 104+n])
	e.ends = newEnds(b[126], netip.AddrPortFrom(local, le.Uint16(b[120:])), netip.AddrPortFrom(remote, le.Uint16(b[122:])))
	return e, true
}

// parseOwner reads struct owner, ownerSize bytes.
func parseOwner(b []byte) owner {
	le := binary.LittleEndian
	return owner{
		start: int64(le.Uint64(b)), cgroup: le.Uint64(b[8:]), exe: inode{le.Uint32(b[24:]), le.Uint64(b[16:])},
		pid: le.Uint32(b[28:]), parent: le.Uint32(b[32:]), uid: le.Uint32(b[36:]),
		name: cString(b[40:56]), parentName: cString(b[56:ownerSize]),
	}
}

// Lengths in struct program, which an owner begins.
const (
	ownerSize   = 72
	maxPath     = 1024
	programSize = ownerSize + 8 + maxPath + 256
)

// isProgram reports whether b is a struct program, and no event.
func isProgram(b []byte) bool { return len(b) >= programSize }

// parseProgram reads struct program: a process, and the path of what it runs or
// nothing.
func parseProgram(b []byte) (owner, string) {
	path := b[ownerSize+8:][:maxPath]
	start := binary.LittleEndian.Uint32(b[ownerSize:])
	return parseOwner(b), string(path[min(start, maxPath):])
}

// cString reads text that ends at a zero.
func cString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
