package afpacket

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"joy/capture"
	"joy/capture/filter"
)

// idle is how long Next waits for frames before it gives the time alone, and
// how often it is looked whether interfaces came or went.
const idle = 100 * time.Millisecond

// A Source is a capture.Source of interfaces. One goroutine calls Next; Stats
// and Close may be called from others.
type Source struct {
	opt     Options
	devices []*device

	closing atomic.Bool
	wake    int // an eventfd that ends the waiting

	mu     sync.Mutex // held while Next works or waits; guards what follows
	ctl    int        // a socket to ask about interfaces
	epoll  int
	rings  []*ring // of all devices, those that are leaving too
	leases []lease // by the Tag of a Batch, less 1
	spare  []int   // leases that no Batch has
	merges uint64
	tended time.Time
	ending bool // nothing more is let in
}

// A lease is the blocks that a Batch has frames of; none: no Batch has it.
type lease []piece

type piece struct {
	ring  *ring
	block int
}

// Open begins to capture. An interface that does not exist is an error; one
// that is down is waited for.
func Open(o Options) (*Source, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	names, err := resolve(o.Interfaces)
	if err != nil {
		return nil, err
	}
	s := &Source{opt: o, ctl: -1, epoll: -1, wake: -1}
	if err := s.prepare(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("capture: %w", err)
	}
	for _, name := range names {
		d := &device{name: name, count: capture.InterfaceStats{Name: name}}
		s.devices = append(s.devices, d)
		switch err := s.attach(d); {
		case errors.Is(err, unix.ENETDOWN):
			d.down = true
			o.Warn(name + " is down; it is waited for")
		case err != nil:
			_ = s.Close()
			return nil, fmt.Errorf("capture from %s: %w", name, err)
		}
	}
	return s, nil
}

// prepare makes what all interfaces share.
func (s *Source) prepare() (err error) {
	// A packet socket, so that it is known now whether more of them can be made.
	if s.ctl, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w; root may, and who has the capability CAP_NET_RAW", os.NewSyscallError("socket", err))
	} else if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	return s.watch(s.wake, unix.EPOLLIN)
}

func (s *Source) watch(fd int, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &ev))
}

// attach opens a device and waits for its rings from now on. The event comes
// once for each block (EPOLLET): a socket is readable for as long as the block
// before has not been given back, which may be long.
func (s *Source) attach(d *device) error {
	if err := d.open(s.ctl, &s.opt); err != nil {
		return err
	}
	for _, r := range d.rings {
		if err := s.watch(r.fd, unix.EPOLLIN|unix.EPOLLERR|unix.EPOLLET); err != nil {
			d.closeRings()
			return err
		}
	}
	s.rings = append(s.rings, d.rings...)
	return nil
}

// Next fills b as the interface says. It does not wait longer than 100 ms.
// Frames may be read until Close, and after it for as long as their Batch is
// not passed to Next.
func (s *Source) Next(b *capture.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(b)
	var deadline time.Time
	for {
		if s.closing.Load() {
			return io.EOF
		}
		now := time.Now()
		if now.Sub(s.tended) >= idle && !s.ending {
			s.tend(now)
		}
		if s.fill(b, now) {
			b.Now, b.Load = s.oldest(now), s.load()
			return nil
		}
		if s.ending && s.empty() {
			return io.EOF
		}
		if deadline.IsZero() {
			deadline = now.Add(idle)
		}
		left := deadline.Sub(now)
		if left <= 0 {
			b.Now, b.Load = s.oldest(now), s.load()
			return nil
		}
		if s.queued() {
			left = min(left, calm)
		}
		if err := s.wait(left); err != nil {
			return fmt.Errorf("capture: %w", err)
		}
	}
}

// End lets nothing more in. Next gives what is there already, and then io.EOF.
func (s *Source) End() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	var errs []error
	for _, d := range s.devices {
		if !s.closing.Load() { // else the numbers of its sockets may be those of others now
			errs = append(errs, d.admit(refuse()))
		}
	}
	return errors.Join(errs...)
}

// empty reports whether all that came in has been given.
func (s *Source) empty() bool {
	for _, r := range s.rings {
		if !r.queue.empty() || r.pending() > 0 {
			return false
		}
	}
	return true
}

// SetFilter puts another filter in the place of Options.Filter, nil for none.
// What the one before has let in is still given.
func (s *Source) SetFilter(f func(link uint16) ([]filter.Instruction, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return nil
	}
	s.opt.Filter = f
	var errs []error
	for _, d := range s.devices {
		if s.closing.Load() {
			break // the numbers of its sockets may be those of others now
		}
		if err := d.filter(&s.opt); err != nil {
			errs = append(errs, fmt.Errorf("capture from %s: %w", d.name, err))
		}
	}
	return errors.Join(errs...)
}

// release takes back what b had.
func (s *Source) release(b *capture.Batch) {
	b.Frames, b.Input, b.Now, b.Load = b.Frames[:0], 0, 0, 0
	n := b.Tag - 1
	b.Tag = 0
	if n < 0 || n >= len(s.leases) || len(s.leases[n]) == 0 {
		return
	}
	for _, p := range s.leases[n] {
		p.ring.giveBack(p.block)
	}
	s.leases[n] = s.leases[n][:0]
	s.spare = append(s.spare, n)
}

// lend finds a lease for a Batch.
func (s *Source) lend() int {
	if len(s.spare) == 0 {
		s.spare = append(s.spare, len(s.leases))
		s.leases = append(s.leases, nil)
	}
	n := s.spare[len(s.spare)-1]
	s.spare = s.spare[:len(s.spare)-1]
	return n
}

// fill gives frames to b, if there are some.
func (s *Source) fill(b *capture.Batch, now time.Time) bool {
	n := s.lend()
	if len(s.rings) == 1 && s.rings[0].queue.empty() {
		s.whole(b, n)
	} else {
		s.merge(b, n, now.UnixNano())
	}
	if len(b.Frames) == 0 {
		s.spare = append(s.spare, n)
		return false
	}
	b.Tag = n + 1
	return true
}

// whole gives the next block of the only ring.
func (s *Source) whole(b *capture.Batch, n int) {
	r := s.rings[0]
	for len(b.Frames) == 0 && r.count() > 0 {
		i := r.take()
		if b.Frames = r.walk(b.Frames, i); len(b.Frames) == 0 {
			r.giveBack(i)
			continue
		}
		s.leases[n] = append(s.leases[n], piece{r, i})
	}
}

// oldest is a time that no frame is before that is still to be given.
func (s *Source) oldest(now time.Time) int64 {
	wall := now.UnixNano()
	bound := wall - settle
	for _, r := range s.rings {
		bound = min(bound, r.oldest(wall))
	}
	return bound
}

func (s *Source) load() (worst uint8) {
	for _, r := range s.rings {
		r.count()
		worst = max(worst, r.load())
	}
	return worst
}

// wait waits for a block, an interface that went down or Close.
func (s *Source) wait(d time.Duration) error {
	var events [16]unix.EpollEvent
	n, err := unix.EpollWait(s.epoll, events[:], int((d+time.Millisecond-1)/time.Millisecond))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return os.NewSyscallError("epoll_wait", err)
	}
	for _, ev := range events[:max(n, 0)] {
		if ev.Events&unix.EPOLLERR != 0 {
			s.tended = time.Time{} // see at once what it is
		}
	}
	return nil
}

// tend looks after the interfaces.
func (s *Source) tend(now time.Time) {
	s.tended = now
	for _, d := range s.devices {
		s.tendDevice(d)
	}
	s.rings = slices.DeleteFunc(s.rings, func(r *ring) bool {
		done := r.leaving && r.pending() == 0 && r.queue.empty()
		if done {
			_ = s.closeRing(r)
		}
		return done
	})
}

func (s *Source) tendDevice(d *device) {
	h, err := ask(s.ctl, d.name)
	exists := err == nil
	if len(d.rings) == 0 {
		if exists && h.up() {
			s.revive(d)
		}
		return
	}
	if d.vanished() {
		d.wentDown()
		s.opt.Warn(d.name + " has vanished; it is waited for")
		for _, r := range d.rings {
			r.leaving = true
		}
		d.rings = nil
		return
	}
	if (d.failed() || exists && !h.up()) && d.wentDown() {
		s.opt.Warn(d.name + " went down; it is waited for")
	}
	if d.down && exists && h.up() {
		d.down = false
		s.opt.Warn(d.name + " is up again")
	}
}

// revive opens a device that was down from the beginning or had vanished.
func (s *Source) revive(d *device) {
	if err := s.attach(d); err != nil {
		if d.trouble != err.Error() {
			s.opt.Warn(fmt.Sprintf("%s is there, but capture is not possible: %v", d.name, err))
		}
		d.trouble = err.Error()
		return
	}
	d.down, d.trouble = false, ""
	s.opt.Warn(d.name + " is captured from again")
}

func (s *Source) closeRing(r *ring) error {
	// Its memory keeps a socket in existence; so do not wait for it any more.
	_ = unix.EpollCtl(s.epoll, unix.EPOLL_CTL_DEL, r.fd, nil)
	return r.dev.closeRing(r)
}

// Stats counts what was given and lost. All interfaces are one input.
func (s *Source) Stats() capture.Stats {
	st := capture.Stats{Inputs: 1}
	for _, d := range s.devices {
		c := d.stats()
		st.Frames += c.Frames
		st.Bytes += c.Bytes
		st.Dropped += c.Dropped
		st.Interfaces = append(st.Interfaces, c)
	}
	return st
}

// Close ends the capture; Next returns io.EOF, also where it waits now. What
// was not given yet is counted as dropped. Memory that batches have stays until
// they are passed to Next. Only the first call does something.
func (s *Source) Close() error {
	if s.closing.Swap(true) {
		return nil
	}
	if s.wake >= 0 {
		_, _ = unix.Write(s.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // any number but 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, r := range s.rings {
		errs = append(errs, s.closeRing(r))
	}
	s.rings = nil
	for _, fd := range []int{s.ctl, s.epoll, s.wake} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
	return errors.Join(errs...)
}
