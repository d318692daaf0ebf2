package process

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"

	"joy/record"
)

// What the files of /proc say. Processes choose some of the texts in them, so
// nothing but the form is taken for granted.

// A stat is what is needed of /proc/PID/stat.
type stat struct {
	name   []byte
	parent uint32
	ticks  uint64 // start since boot, in hundredths of a second
}

// parseStat reads /proc/PID/stat. The name is in parentheses, and may hold
// some itself.
func parseStat(b []byte) (s stat, ok bool) {
	open, shut := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || shut < open {
		return s, false
	}
	f := bytes.Fields(b[shut+1:]) // from the third field on, the state
	if len(f) < 20 {
		return s, false
	}
	parent, err := strconv.ParseUint(string(f[1]), 10, 32)
	if err != nil {
		return s, false
	}
	s.ticks, err = strconv.ParseUint(string(f[19]), 10, 64)
	s.name, s.parent = clip(string(b[open+1:shut])), uint32(parent)
	return s, err == nil
}

// parseUID finds the real user in /proc/PID/status. The name of the process
// comes before it, but with its line breaks escaped.
func parseUID(b []byte) (uint32, bool) {
	for line := range bytes.Lines(b) {
		rest, ok := bytes.CutPrefix(line, []byte("Uid:"))
		if !ok {
			continue
		}
		f := bytes.Fields(rest)
		if len(f) == 0 {
			return 0, false
		}
		uid, err := strconv.ParseUint(string(f[0]), 10, 32)
		if err != nil {
			return 0, false
		}
		return uint32(uid), true
	}
	return 0, false
}

// parseCgroup picks the control group of cgroup2 from /proc/PID/cgroup, or that
// of systemd where it is the root, and the container from all of them.
func parseCgroup(b []byte) (group, id []byte) {
	for line := range bytes.Lines(b) {
		f := bytes.SplitN(bytes.TrimSuffix(line, []byte("\n")), []byte(":"), 3)
		if len(f) < 3 {
			continue
		}
		path := clip(string(f[2]))
		if id == nil {
			id = container(path)
		}
		two := string(f[0]) == "0" && len(path) > 1
		if two || group == nil && string(f[1]) == "name=systemd" {
			group = path
		}
	}
	return group, id
}

// Bounds of a command line that is kept.
const (
	maxArgs    = 64
	maxCmdline = 1024 // bytes of all arguments
)

// parseCmdline splits /proc/PID/cmdline.
func parseCmdline(b []byte) (args []record.Text) {
	if len(b) > maxCmdline {
		b = b[:maxCmdline]
	}
	b = bytes.TrimRight(b, "\x00")
	for len(b) > 0 && len(args) < maxArgs {
		arg, rest, _ := bytes.Cut(b, []byte{0})
		args = append(args, clip(string(arg)))
		b = rest
	}
	return args
}

// A listed is a socket in a list of the kernel.
type listed struct {
	ends
	inode uint64 // 0 when no process has it
	id    uint64 // tells it from others with the same ends
}

// Columns of /proc/net/tcp and its siblings.
const (
	colLocal  = 1
	colRemote = 2
	colInode  = 9
)

// parseNet reads a line of /proc/net/tcp, tcp6, udp or udp6. Lines of sockets
// that no process has are not ok: their inode is 0.
func parseNet(line []byte, proto uint8) (s listed, ok bool) {
	f := bytes.Fields(line)
	if len(f) <= colInode {
		return s, false
	}
	local, ok1 := parseHexEnd(f[colLocal])
	remote, ok2 := parseHexEnd(f[colRemote])
	inode, err := strconv.ParseUint(string(f[colInode]), 10, 64)
	return listed{newEnds(proto, local, remote), inode, inode}, ok1 && ok2 && err == nil && inode != 0
}

// newEnds brings addresses into the form that the table wants.
func newEnds(proto uint8, local, remote netip.AddrPort) ends {
	e := ends{proto: proto, local: netip.AddrPortFrom(local.Addr().Unmap(), local.Port())}
	if remote.Port() != 0 && remote.Addr().IsValid() && !remote.Addr().IsUnspecified() {
		e.remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	}
	return e
}

// parseHexEnd reads an address and port: words of 32 bits in the order of the
// machine, a colon, and the port.
func parseHexEnd(b []byte) (netip.AddrPort, bool) {
	addr, port, ok := bytes.Cut(b, []byte(":"))
	n, err := strconv.ParseUint(string(port), 16, 16)
	if !ok || err != nil || len(addr) != 8 && len(addr) != 32 {
		return netip.AddrPort{}, false
	}
	raw := make([]byte, len(addr)/2)
	if _, err := hex.Decode(raw, addr); err != nil {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(raw); i += 4 { // the digits are those of a number
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	a, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(a, uint16(n)), ok
}
