package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"joy/capture"
	"joy/capture/filter"
)

// opReturn is the instruction that ends a filter: how many bytes are kept.
const opReturn = unix.BPF_RET | unix.BPF_K

// refuse is the filter that nothing passes.
func refuse() []filter.Instruction { return []filter.Instruction{{Op: opReturn}} }

// program is the filter for frames of a link type. It is there even if nothing
// is to be filtered, to cut frames off. If there is an error, it accepts all.
func (o *Options) program(link uint16) ([]filter.Instruction, error) {
	all := []filter.Instruction{{Op: opReturn, K: uint32(o.Snap)}}
	if o.Filter == nil {
		return all, nil
	}
	code, err := o.Filter(link)
	if err != nil {
		return all, err
	}
	if len(code) == 0 {
		return all, nil
	}
	code = append([]filter.Instruction(nil), code...)
	for i := range code {
		if code[i].Op == opReturn {
			code[i].K = min(code[i].K, uint32(o.Snap))
		}
	}
	return code, nil
}

// setFilter puts a filter in place of the one before.
func setFilter(fd int, code []filter.Instruction) error {
	if len(code) == 0 || len(code) > unix.BPF_MAXINSNS {
		return fmt.Errorf("filter of %d instructions; the kernel takes 1 to %d", len(code), unix.BPF_MAXINSNS)
	}
	kernel := make([]unix.SockFilter, len(code))
	for i, ins := range code {
		kernel[i] = unix.SockFilter{Code: ins.Op, Jt: ins.JT, Jf: ins.JF, K: ins.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(kernel)), Filter: &kernel[0]}
	return os.NewSyscallError("setsockopt SO_ATTACH_FILTER",
		unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog))
}

// bind has a socket receive from the interface.
func (d *device) bind(fd int, promisc bool) error {
	if d.loopback { // what goes out comes in again
		if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
			return os.NewSyscallError("setsockopt PACKET_IGNORE_OUTGOING", err)
		}
	}
	if promisc && !d.loopback {
		mreq := unix.PacketMreq{Ifindex: int32(d.index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return os.NewSyscallError("setsockopt PACKET_MR_PROMISC", err)
		}
	}
	to := unix.SockaddrLinklayer{Protocol: swap(unix.ETH_P_ALL), Ifindex: d.index}
	if err := unix.Bind(fd, &to); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("bind", socketError(fd))
}

// socketError is what went wrong since it was asked for, and forgets it.
func socketError(fd int) error {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if n != 0 {
		return unix.Errno(n)
	}
	return nil
}

// join makes a bound socket one of a group that shares the flows of its
// interface: both directions of a flow, and all fragments of a packet, come to
// the same one. Fragments are not put together (PACKET_FANOUT_FLAG_DEFRAG),
// because they are to be given as they are; what they are hashed by is in each.
// The first one has no group, 0, and gets one that nobody else uses.
func (d *device) join(fd, group int) (int, error) {
	flags := unix.PACKET_FANOUT_HASH
	if group == 0 {
		flags |= unix.PACKET_FANOUT_FLAG_UNIQUEID
	}
	if d.loopback {
		flags |= unix.PACKET_FANOUT_FLAG_IGNORE_OUTGOING
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT, flags<<16|group); err != nil {
		return 0, os.NewSyscallError("setsockopt PACKET_FANOUT", err)
	}
	made, err := unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return made & 0xffff, os.NewSyscallError("getsockopt PACKET_FANOUT", err)
}

// hardware asks the kernel about an interface.
type hardware struct {
	index    int
	flags    uint16 // unix.IFF_UP, ...
	linkType uint16 // unix.ARPHRD_ETHER, ...
}

// ask looks an interface up by its name. It uses a socket, so that the network
// namespace is that of the socket.
func ask(fd int, name string) (hardware, error) {
	var h hardware
	for _, q := range []struct {
		req  uint
		keep func(*unix.Ifreq)
	}{
		{unix.SIOCGIFINDEX, func(r *unix.Ifreq) { h.index = int(r.Uint32()) }},
		{unix.SIOCGIFFLAGS, func(r *unix.Ifreq) { h.flags = r.Uint16() }},
		{unix.SIOCGIFHWADDR, func(r *unix.Ifreq) { h.linkType = r.Uint16() }},
	} {
		r, err := unix.NewIfreq(name)
		if err != nil {
			return h, errNoDevice
		}
		if err := unix.IoctlIfreq(fd, q.req, r); errors.Is(err, unix.ENODEV) {
			return h, errNoDevice
		} else if err != nil {
			return h, os.NewSyscallError("ioctl", err)
		}
		q.keep(r)
	}
	return h, nil
}

var errNoDevice = errors.New("there is no such interface")

func (h hardware) up() bool       { return h.flags&unix.IFF_UP != 0 }
func (h hardware) loopback() bool { return h.flags&unix.IFF_LOOPBACK != 0 }

// link is the link type that frames of the interface are given with.
func (h hardware) link() uint16 {
	switch h.linkType {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkEthernet
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP:
		return capture.LinkRaw
	}
	return capture.LinkLinuxSLL2
}

// swap gives a number of 16 bits as it is in network byte order.
func swap(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
