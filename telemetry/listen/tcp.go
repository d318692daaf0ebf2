package listen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	ipfixVersion = 10
	ipfixHeader  = 16
	// messageTime is how long the rest of a message may take once it has begun.
	messageTime = 30 * time.Second
)

// connections are those of TCP that are open.
type connections struct {
	mu      sync.Mutex
	open    map[net.Conn]struct{}
	closed  bool
	total   int64
	refused int64
	garbled int64
}

// A ConnectionStats counts connections.
type ConnectionStats struct {
	Open    int   `json:"open"`    // at present
	Total   int64 `json:"total"`   // accepted
	Refused int64 `json:"refused"` // beyond the bound, closed at once
	Garbled int64 `json:"garbled"` // ended because what came was no IPFIX, or stopped inside of a message
}

// Connections counts those of TCP.
func (s *Source) Connections() ConnectionStats {
	c := &s.connections
	c.mu.Lock()
	defer c.mu.Unlock()
	return ConnectionStats{Open: len(c.open), Total: c.total, Refused: c.refused, Garbled: c.garbled}
}

// add keeps a connection, unless there are too many.
func (c *connections) add(conn net.Conn, bound int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.open) >= bound {
		c.refused++
		return false
	}
	if c.open == nil {
		c.open = map[net.Conn]struct{}{}
	}
	c.open[conn] = struct{}{}
	c.total++
	return true
}

func (c *connections) remove(conn net.Conn, garbled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
	if garbled {
		c.garbled++
	}
}

func (c *connections) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		_ = conn.Close() // its reader sees that, and there is nothing to be saved
	}
}

func (s *Source) listenTCP(local netip.AddrPort) error {
	l, err := net.ListenTCP(network("tcp", local.Addr()), net.TCPAddrFromAddrPort(local))
	if err != nil {
		return err
	}
	p := s.add("tcp", l.Addr(), l.Close)
	s.work.Go(func() { s.accept(p, l) })
	return nil
}

// accept takes connections until the listener is closed. When the system has no
// room for one it waits a tick.
func (s *Source) accept(p *port, l net.Listener) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			select {
			case <-s.done:
				return
			case <-time.After(s.o.Tick):
			}
			continue
		case !s.connections.add(conn, s.o.Connections):
			_ = conn.Close()
			continue
		}
		s.work.Go(func() {
			err := s.readTCP(p, conn)
			_ = conn.Close()
			s.connections.remove(conn, errors.Is(err, errGarbled) || errors.Is(err, io.ErrUnexpectedEOF))
		})
	}
}

var errGarbled = errors.New("no message of IPFIX")

// readTCP reads messages, which have their length in their header (RFC 7011
// section 10.4), until the connection ends or the stream cannot be understood.
func (s *Source) readTCP(p *port, conn net.Conn) error {
	from, to, err := ends(conn)
	if err != nil {
		return err
	}
	head := make([]byte, 4)
	var message []byte
	for {
		if err := conn.SetReadDeadline(time.Now().Add(s.o.Idle)); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, head); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(head[2:]))
		if binary.BigEndian.Uint16(head) != ipfixVersion || n < ipfixHeader {
			return errGarbled
		}
		if err := conn.SetReadDeadline(time.Now().Add(messageTime)); err != nil {
			return err
		}
		if cap(message) < n {
			message = make([]byte, n)
		}
		message = message[:n]
		copy(message, head)
		if _, err := io.ReadFull(conn, message[len(head):]); err != nil {
			return io.ErrUnexpectedEOF
		}
		if n > maxPayload(from.Addr()) {
			p.dropped.Add(1)
			continue
		}
		if !s.put(p, from, to, message) {
			return net.ErrClosed
		}
	}
}

// ends are the addresses of a connection.
func ends(conn net.Conn) (from, to netip.AddrPort, err error) {
	r, ok := conn.RemoteAddr().(*net.TCPAddr)
	l, fine := conn.LocalAddr().(*net.TCPAddr)
	if !ok || !fine {
		return from, to, fmt.Errorf("addresses of %v are not of TCP", conn.RemoteAddr())
	}
	plain := func(a netip.AddrPort) netip.AddrPort {
		return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	}
	return plain(r.AddrPort()), plain(l.AddrPort()), nil
}
