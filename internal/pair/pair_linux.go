// Package pair makes two virtual interfaces that are joined by a cable, in a
// network namespace of their own where nothing else speaks. What is sent into
// one end can be captured at the other.
package pair

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// MTU of both ends: the longest that the kernel takes.
const MTU = 65535

// Names of the ends.
const (
	Near = "joy0" // frames are sent here
	Far  = "joy1" // and come out here
)

// A Pair is a namespace with two interfaces. Its thread is the only one that is
// in the namespace, so nothing of it is left when the Pair is closed.
type Pair struct {
	work chan func()
	done chan struct{}
}

// New makes a pair. It takes the rights of root (CAP_SYS_ADMIN, CAP_NET_ADMIN).
func New() (*Pair, error) {
	p := &Pair{work: make(chan func()), done: make(chan struct{})}
	failed := make(chan error)
	go p.thread(failed)
	if err := <-failed; err != nil {
		return nil, err
	}
	if err := p.Do(connect); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// thread lives in the namespace and ends with it: the runtime does not use it
// for anything else.
func (p *Pair) thread(failed chan<- error) {
	defer close(p.done)
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		failed <- fmt.Errorf("making a network namespace: %w", err)
		return
	}
	failed <- nil
	for f := range p.work {
		f()
	}
}

// Do calls f in the namespace: sockets that it opens belong there and stay
// there.
func (p *Pair) Do(f func() error) error {
	result := make(chan error)
	p.work <- func() { result <- f() }
	return <-result
}

// Close ends the thread; the namespace goes with the last of its sockets.
func (p *Pair) Close() {
	close(p.work)
	<-p.done
}

// connect makes the interfaces and silences them: no address, no IPv6 of its
// own accord, no ARP.
func connect() error {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	defer h.Close()
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = Near, MTU
	err = h.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: Far, PeerMTU: MTU})
	if err != nil {
		return fmt.Errorf("making a pair of virtual interfaces: %w", err)
	}
	for _, name := range []string{Near, Far} {
		if err := silence(name); err != nil {
			return err
		}
		link, err := h.LinkByName(name)
		if err == nil {
			err = errors.Join(h.LinkSetARPOff(link), h.LinkSetUp(link))
		}
		if err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
	}
	return nil
}

// silence keeps the kernel from looking for neighbours. /proc/thread-self shows
// the namespace of this thread; /proc/sys that of the process.
func silence(name string) error {
	err := os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // a kernel without IPv6
	}
	return err
}
