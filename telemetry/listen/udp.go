package listen

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

const maxDatagram = 1 << 16 // bytes

func (s *Source) listenUDP(local netip.AddrPort) error {
	conn, err := net.ListenUDP(network("udp", local.Addr()), net.UDPAddrFromAddrPort(local))
	if err != nil {
		return err
	}
	if s.o.ReceiveBuffer > 0 {
		if err := setReceiveBuffer(conn, s.o.ReceiveBuffer); err != nil {
			return errors.Join(fmt.Errorf("receive buffer of %d bytes: %w", s.o.ReceiveBuffer, err), conn.Close())
		}
	}
	p := s.add("udp", conn.LocalAddr(), conn.Close)
	read, err := newReader(conn, p)
	if err != nil {
		return err
	}
	s.work.Go(func() { s.readUDP(p, read) })
	return nil
}

// readUDP reads datagrams until the socket is closed.
func (s *Source) readUDP(p *port, r *reader) {
	for {
		n, err := r.read()
		switch {
		case err == nil:
		case passing(err):
			continue
		case errors.Is(err, net.ErrClosed):
			return
		default:
			s.queue.fail(fmt.Errorf("reading from %s: %w", p.name, err))
			return
		}
		for i := range n {
			from, to, b := r.datagram(i)
			from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
			if from.Addr().Is4() != to.Addr().Is4() || len(b) > maxPayload(from.Addr()) {
				p.dropped.Add(1) // does not happen: a socket is of one family
				continue
			}
			if !s.put(p, from, to, b) {
				return
			}
		}
	}
}
