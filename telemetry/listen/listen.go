// Package listen is a capture.Source of what exporters send to sockets: NetFlow,
// IPFIX and sFlow over UDP, IPFIX over TCP, with IPv4 and IPv6.
//
// A datagram becomes a frame of link type LinkRaw with an IP and a UDP header in
// front, whose source is the exporter, and whose time is that of its receipt. A
// message of IPFIX that came over TCP looks the same. So what works on captures
// works on sockets, and the frames can be saved.
package listen

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"joy/capture"
)

// Options say where to listen.
type Options struct {
	// Addr is the local address; the zero Addr stands for all of IPv4 and IPv6.
	Addr netip.Addr
	// UDP are the ports for datagrams.
	UDP []uint16
	// TCP are the ports for connections with messages of IPFIX. All are bound
	// before Open returns.
	TCP []uint16
	// ReceiveBuffer is the size in bytes of what the kernel keeps of each UDP
	// socket; 0 leaves it. The kernel may give less: see InterfaceStats.
	ReceiveBuffer int
	// Connections bounds those of TCP; 0 means 256. Each may take 64 KiB.
	Connections int
	// Idle is how long a connection may be silent; 0 means 30 minutes.
	Idle time.Duration
	// Tick is how long Next waits for a frame before it tells the time; 0 means
	// 100 ms.
	Tick time.Duration
}

func (o *Options) defaults() {
	if o.Connections <= 0 {
		o.Connections = 256
	}
	if o.Idle <= 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Tick <= 0 {
		o.Tick = 100 * time.Millisecond
	}
}

// A Source gives the messages that come to sockets as frames.
type Source struct {
	o     Options
	queue queue
	ports []*port
	done  chan struct{}
	once  sync.Once
	work  sync.WaitGroup

	connections connections
}

// A port is a socket that is listened on.
type port struct {
	name    string
	local   netip.AddrPort
	close   func() error
	frames  atomic.Int64
	bytes   atomic.Int64
	dropped atomic.Int64
}

// Open binds all ports. Its errors name the one that cannot be had.
func Open(o Options) (*Source, error) {
	o.defaults()
	s := &Source{o: o, done: make(chan struct{})}
	s.queue.init()
	if err := s.bind(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Source) bind() error {
	for _, n := range s.o.UDP {
		if err := s.families(n, s.listenUDP); err != nil {
			return fmt.Errorf("listening on UDP port %d: %w", n, err)
		}
	}
	for _, n := range s.o.TCP {
		if err := s.families(n, s.listenTCP); err != nil {
			return fmt.Errorf("listening on TCP port %d: %w", n, err)
		}
	}
	return nil
}

// families listens on a port, with both families where no address is given. A
// host may lack one of them.
func (s *Source) families(n uint16, listen func(netip.AddrPort) error) error {
	if s.o.Addr.IsValid() {
		return listen(netip.AddrPortFrom(s.o.Addr, n))
	}
	v4 := listen(netip.AddrPortFrom(netip.IPv4Unspecified(), n))
	v6 := listen(netip.AddrPortFrom(netip.IPv6Unspecified(), n))
	if v4 != nil && v6 != nil {
		return errors.Join(v4, v6)
	}
	if busy := errors.Join(v4, v6); busy != nil && !noFamily(busy) {
		return busy
	}
	return nil
}

// add keeps a socket that was opened.
func (s *Source) add(network string, local net.Addr, close func() error) *port {
	p := &port{name: network + " " + local.String(), close: close}
	switch a := local.(type) {
	case *net.UDPAddr:
		p.local = a.AddrPort()
	case *net.TCPAddr:
		p.local = a.AddrPort()
	}
	s.ports = append(s.ports, p)
	return p
}

// Addrs are the addresses of the sockets, such as "udp 127.0.0.1:4739": those of
// UDP first, each in the order of the options.
func (s *Source) Addrs() []string {
	var list []string
	for _, p := range s.ports {
		list = append(list, p.name)
	}
	return list
}

// Next gives the frames that have come since it was called before. It waits for
// one, but not for longer than a tick: then it gives the time alone.
func (s *Source) Next(b *capture.Batch) error {
	b.Input, b.Load, b.Tag = 0, 0, 0
	timer := time.NewTimer(s.o.Tick)
	defer timer.Stop()
	select {
	case <-s.queue.ready:
	case <-timer.C:
	case <-s.done:
		// What has come before Close is given yet.
	}
	err := s.queue.take(b)
	if err != nil {
		return err
	}
	select {
	case <-s.done:
		if len(b.Frames) == 0 {
			return io.EOF
		}
	default:
	}
	return nil
}

// put adds a message to the queue. It waits for room, as long as the Source is
// open.
func (s *Source) put(p *port, from, to netip.AddrPort, b []byte) bool {
	return s.queue.put(s.done, p, from, to, b)
}

// Stats says what came to each socket. Of messages over TCP those are dropped
// that are too long for a datagram.
func (s *Source) Stats() capture.Stats {
	t := capture.Stats{Inputs: 1}
	for _, p := range s.ports {
		i := capture.InterfaceStats{Name: p.name, Frames: p.frames.Load(), Bytes: p.bytes.Load(), Dropped: p.dropped.Load()}
		t.Frames += i.Frames
		t.Bytes += i.Bytes
		t.Dropped += i.Dropped
		t.Interfaces = append(t.Interfaces, i)
	}
	return t
}

// Close ends all sockets and connections, and wakes Next, which gives what came
// before and then io.EOF.
func (s *Source) Close() error {
	var errs []error
	s.once.Do(func() {
		close(s.done)
		for _, p := range s.ports {
			if err := p.close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, fmt.Errorf("closing %s: %w", p.name, err))
			}
		}
		s.connections.closeAll()
		s.work.Wait()
	})
	return errors.Join(errs...)
}

// noFamily reports whether the system lacks the family of an address.
func noFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL)
}

// network is the name of a network for the family of an address.
func network(name string, a netip.Addr) string {
	if a.Is4() {
		return name + "4"
	}
	return name + "6"
}
