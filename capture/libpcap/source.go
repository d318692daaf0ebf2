//go:build pcap

package libpcap

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gopacket/gopacket/pcap"

	"joy/capture"
)

// Auto is the name that stands for the first interface that is up, has an
// address and is not loopback.
const Auto = "auto"

const (
	snap      = 256 << 10
	timeout   = 50 * time.Millisecond  // a handle waits this long for packets
	idle      = 100 * time.Millisecond // Next waits this long
	settle    = 200 * time.Millisecond // a packet is with its handle by then
	batchSize = 256 << 10              // bytes of a batch
	maxFrames = 1024                   // of a batch
	queued    = 64                     // batches that wait
)

// A Source is a capture.Source of interfaces. One goroutine calls Next.
type Source struct {
	handles []*handle
	full    chan *portion
	free    chan *portion
	stop    chan struct{}
	readers sync.WaitGroup
	once    sync.Once

	mu   sync.Mutex // guards what follows
	last capture.Stats
}

// A handle is an interface that is captured from. Its goroutine owns it.
type handle struct {
	*pcap.Handle
	name string
	link uint16

	mu     sync.Mutex // guards what follows
	count  capture.InterfaceStats
	bound  int64 // no frame older than this will come
	failed error
}

// A portion is frames of one handle, with the bytes that they lie in.
type portion struct {
	from   *handle
	frames []capture.Frame
	buf    []byte
	bound  int64 // of the handle, behind them
}

// Open begins to capture from the interfaces of these names.
func Open(names []string, promisc bool) (*Source, error) {
	s := &Source{full: make(chan *portion, queued), free: make(chan *portion, queued), stop: make(chan struct{})}
	for range queued {
		s.free <- new(portion)
	}
	for _, name := range names {
		if err := s.open(name, promisc); err != nil {
			_ = s.Close()
			return nil, fmt.Errorf("capture from %s: %w", name, err)
		}
	}
	for _, h := range s.handles {
		s.readers.Go(func() { s.read(h) })
	}
	return s, nil
}

func (s *Source) open(name string, promisc bool) error {
	if name == Auto {
		var err error
		if name, err = usable(); err != nil {
			return err
		}
	}
	p, err := pcap.OpenLive(name, snap, promisc, timeout)
	if err != nil {
		return err
	}
	s.handles = append(s.handles, &handle{
		Handle: p, name: name, link: uint16(p.LinkType()), bound: 1, count: capture.InterfaceStats{Name: name},
	})
	return nil
}

// An Interface is what can be captured from.
type Interface struct {
	Name, Description string
	Addresses         []netip.Addr
}

// Interfaces lists what the library finds.
func Interfaces() (list []Interface, err error) {
	all, err := pcap.FindAllDevs()
	for _, d := range all {
		i := Interface{Name: d.Name, Description: d.Description}
		for _, a := range d.Addresses {
			if ip, ok := netip.AddrFromSlice(a.IP); ok {
				i.Addresses = append(i.Addresses, ip.Unmap())
			}
		}
		list = append(list, i)
	}
	return list, err
}

// usable is the interface that Auto stands for.
func usable() (string, error) {
	all, err := Interfaces()
	if err != nil {
		return "", err
	}
	for _, i := range all {
		if slices.ContainsFunc(i.Addresses, func(a netip.Addr) bool { return !a.IsLoopback() }) {
			return i.Name, nil
		}
	}
	return "", errors.New("no interface has an address; name one")
}

// read hands frames over until the Source is closed.
func (s *Source) read(h *handle) {
	for {
		var p *portion
		select {
		case <-s.stop:
			return
		case p = <-s.free:
		}
		p.from, p.frames, p.buf = h, p.frames[:0], p.buf[:0]
		err := h.fill(p)
		select {
		case <-s.stop:
			return
		case s.full <- p:
		}
		if err != nil {
			return
		}
	}
}

// fill reads until there is nothing more to read at once, or p is full.
func (h *handle) fill(p *portion) error {
	if cap(p.buf) == 0 {
		p.buf = make([]byte, 0, batchSize+snap)
	}
	for len(p.frames) < maxFrames && len(p.buf) < batchSize {
		data, ci, err := h.ZeroCopyReadPacketData()
		switch {
		case errors.Is(err, pcap.NextErrorTimeoutExpired):
			p.bound = max(p.bound, time.Now().Add(-settle).UnixNano())
			return nil
		case err != nil:
			h.mu.Lock()
			h.failed = fmt.Errorf("capture from %s: %w", h.name, err)
			h.mu.Unlock()
			return err
		}
		at := len(p.buf)
		p.buf = append(p.buf, data...)
		f := capture.Frame{Time: ci.Timestamp.UnixNano(), Data: p.buf[at:len(p.buf):len(p.buf)], Wire: max(ci.Length, len(data)), Link: h.link}
		p.frames = append(p.frames, f)
		p.bound = f.Time
	}
	return nil
}

// Next implements capture.Source.
func (s *Source) Next(b *capture.Batch) error {
	t := time.NewTimer(idle)
	defer t.Stop()
	b.Frames, b.Input, b.Load = b.Frames[:0], 0, uint8(100*len(s.full)/queued)
	select {
	case <-s.stop:
		return io.EOF
	case <-t.C:
	case p := <-s.full:
		p.from.gave(p)
		b.Frames, p.frames = p.frames, b.Frames
		b.Buf, p.buf = p.buf, b.Buf
		s.free <- p
	}
	b.Now = s.bound()
	if len(b.Frames) > 0 {
		return nil
	}
	return s.failure()
}

// gave counts what is given.
func (h *handle) gave(p *portion) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bound = max(h.bound, p.bound)
	h.count.Frames += int64(len(p.frames))
	for _, f := range p.frames {
		h.count.Bytes += int64(f.Wire)
	}
}

func (s *Source) bound() int64 {
	bound := time.Now().Add(-settle).UnixNano()
	for _, h := range s.handles {
		h.mu.Lock()
		bound = min(bound, h.bound)
		h.mu.Unlock()
	}
	return bound
}

// failure is why no interface gives anything any more.
func (s *Source) failure() error {
	var errs []error
	for _, h := range s.handles {
		h.mu.Lock()
		errs = append(errs, h.failed)
		h.mu.Unlock()
	}
	for _, err := range errs {
		if err == nil {
			return nil
		}
	}
	return errors.Join(errs...)
}

// Stats implements capture.Source.
func (s *Source) Stats() capture.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last.Inputs > 0 {
		return s.last // the handles are closed
	}
	st := capture.Stats{Inputs: 1}
	for _, h := range s.handles {
		h.mu.Lock()
		c := h.count
		h.mu.Unlock()
		if kernel, err := h.Handle.Stats(); err == nil {
			c.Dropped = int64(kernel.PacketsDropped + kernel.PacketsIfDropped)
		}
		st.Frames += c.Frames
		st.Bytes += c.Bytes
		st.Dropped += c.Dropped
		st.Interfaces = append(st.Interfaces, c)
	}
	return st
}

// Close ends the capture, and Next.
func (s *Source) Close() error {
	s.once.Do(func() {
		close(s.stop)
		s.readers.Wait()
		st := s.Stats()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.last = st
		for _, h := range s.handles {
			h.Close()
		}
	})
	return nil
}
