package listen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

const (
	batchSize   = 64  // datagrams read with one call of the system
	controlSize = 128 // bytes of what the kernel says beside a datagram
)

// A reader reads datagrams from a socket, many at a time.
type reader struct {
	port *port
	conn interface {
		ReadBatch([]ipv4.Message, int) (int, error)
	}
	batch []ipv4.Message
	drops uint32 // datagrams that the socket has dropped up to now, modulo 2^32
}

func newReader(c *net.UDPConn, p *port) (*reader, error) {
	r := &reader{port: p, batch: make([]ipv4.Message, batchSize)}
	for i := range r.batch {
		r.batch[i].Buffers = [][]byte{make([]byte, maxDatagram)}
		r.batch[i].OOB = make([]byte, controlSize)
	}
	err := onSocket(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1) })
	if p.local.Addr().Is4() {
		conn := ipv4.NewPacketConn(c)
		r.conn, err = conn, errors.Join(err, conn.SetControlMessage(ipv4.FlagDst, true))
	} else {
		conn := ipv6.NewPacketConn(c)
		r.conn, err = conn, errors.Join(err, conn.SetControlMessage(ipv6.FlagDst, true))
	}
	if err != nil {
		return nil, fmt.Errorf("asking the kernel for drops and addresses: %w", err)
	}
	return r, nil
}

// read waits for datagrams, and returns their number.
func (r *reader) read() (int, error) { return r.conn.ReadBatch(r.batch, 0) }

// datagram is one of those that were read, until the next read.
func (r *reader) datagram(i int) (from, to netip.AddrPort, b []byte) {
	m := &r.batch[i]
	if a, ok := m.Addr.(*net.UDPAddr); ok {
		from = a.AddrPort()
	}
	return from, netip.AddrPortFrom(r.control(m.OOB[:m.NN]), r.port.local.Port()), m.Buffers[0][:m.N]
}

// control reads what the kernel says beside a datagram: the address that it was
// sent to, and how many others were dropped. (The parsers of x/net do not know
// the second, and allocate.)
func (r *reader) control(b []byte) netip.Addr {
	to := r.port.local.Addr()
	for len(b) >= unix.SizeofCmsghdr {
		h, data, rest, err := unix.ParseOneSocketControlMessage(b)
		if err != nil {
			break
		}
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
			drops := binary.NativeEndian.Uint32(data)
			r.port.dropped.Add(int64(drops - r.drops))
			r.drops = drops
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			to = netip.AddrFrom4([4]byte(data[8:12]))
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			to = netip.AddrFrom16([16]byte(data[:16]))
		}
		b = rest
	}
	return to
}

// setReceiveBuffer sets the size, beyond the limit for all users where that is
// allowed.
func setReceiveBuffer(c *net.UDPConn, size int) error {
	if onSocket(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) }) == nil {
		return nil
	}
	return c.SetReadBuffer(size)
}

func onSocket(c *net.UDPConn, set func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = set(int(fd)) })
	return errors.Join(err, failed)
}

// passing reports whether reading can go on after an error.
func passing(err error) bool {
	return errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOBUFS)
}
