//go:build !linux

package listen

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// A reader reads datagrams from a socket, one at a time. It does not learn to
// which of the host's addresses they were sent, nor of dropped ones.
type reader struct {
	conn  *net.UDPConn
	local netip.AddrPort
	from  netip.AddrPort
	buf   []byte
	n     int
}

func newReader(c *net.UDPConn, p *port) (*reader, error) {
	return &reader{conn: c, local: p.local, buf: make([]byte, maxDatagram)}, nil
}

// read waits for a datagram.
func (r *reader) read() (n int, err error) {
	r.n, r.from, err = r.conn.ReadFromUDPAddrPort(r.buf)
	return 1, err
}

// datagram is the one that was read, until the next read.
func (r *reader) datagram(int) (from, to netip.AddrPort, b []byte) {
	return r.from, r.local, r.buf[:r.n]
}

func setReceiveBuffer(c *net.UDPConn, size int) error { return c.SetReadBuffer(size) }

// passing reports whether reading can go on after an error.
func passing(err error) bool {
	return errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET)
}
