package afpacket

import (
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"joy/capture"
	"joy/capture/filter"
)

// A device is an interface that is captured from, by its name. It has rings
// while it exists and was up once; the kernel itself goes on with them when it
// comes up again, but not when it was removed and made anew.
type device struct {
	name     string
	index    int
	link     uint16
	loopback bool
	rings    []*ring
	down     bool
	trouble  string // why it could not be opened again, told once

	mu      sync.Mutex // guards what follows
	count   capture.InterfaceStats
	counted []*ring // those whose sockets are asked for what they lost
}

// open makes the rings of the device and lets frames into all of them at once.
func (d *device) open(ctl int, o *Options) error {
	h, err := ask(ctl, d.name)
	if err != nil {
		return err
	}
	d.index, d.link, d.loopback = h.index, h.link(), h.loopback()
	if !h.up() {
		return unix.ENETDOWN
	}
	err = d.openRings(o)
	if err == nil {
		err = d.filter(o)
	}
	if err != nil {
		d.closeRings()
	}
	return err
}

// filter has the kernel let in what is wanted, or if that is not possible, all.
func (d *device) filter(o *Options) error {
	code, refusal := o.program(d.link)
	if refusal == nil {
		refusal = d.admit(code)
	}
	if refusal == nil {
		return nil
	}
	o.Warn(fmt.Sprintf("%s: the kernel gives all frames, unfiltered: %v", d.name, refusal))
	return d.admit([]filter.Instruction{{Op: opReturn, K: uint32(o.Snap)}})
}

// openRings makes the rings, with nothing let in: before a socket has joined
// the others it would get frames that they get too.
func (d *device) openRings(o *Options) error {
	group := 0
	for range o.Rings {
		r, err := openRing(d, o)
		if err != nil {
			return err
		}
		d.rings = append(d.rings, r)
		if err := setFilter(r.fd, refuse()); err != nil {
			return err
		}
		if err := d.bind(r.fd, o.Promisc); err != nil {
			return err
		}
		if o.Rings == 1 {
			continue
		}
		if group, err = d.join(r.fd, group); err != nil {
			return err
		}
	}
	d.mu.Lock()
	d.counted = append(d.counted, d.rings...)
	d.mu.Unlock()
	return nil
}

func (d *device) admit(code []filter.Instruction) error {
	for _, r := range d.rings {
		if err := setFilter(r.fd, code); err != nil {
			return err
		}
	}
	return nil
}

// closeRings gives up rings that nothing was read from.
func (d *device) closeRings() {
	for _, r := range d.rings {
		_ = d.closeRing(r)
	}
	d.rings = nil
}

// closeRing ends a ring; what is left in it is lost.
func (d *device) closeRing(r *ring) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.collect()
	left := int64(len(r.queue.frames))
	d.count.Frames -= left // they were counted when they were read from the ring
	for _, f := range r.queue.frames {
		d.count.Bytes -= int64(f.Wire)
	}
	d.count.Dropped += left + r.pending()
	r.dropQueue()
	d.counted = slices.DeleteFunc(d.counted, func(c *ring) bool { return c == r })
	return r.close()
}

// collect adds what the sockets have lost. Asking them clears their counts.
func (d *device) collect() {
	for _, r := range d.counted {
		if st, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			d.count.Dropped += int64(st.Drops)
			d.count.Freezes += int64(st.Freeze_q_cnt)
		}
	}
}

// stats are the counts until now.
func (d *device) stats() capture.InterfaceStats {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.collect()
	return d.count
}

// gave counts what was given of a block.
func (d *device) gave(frames int, y yield) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count.Frames += int64(frames)
	d.count.Bytes += y.bytes
	d.count.Dropped += y.bad
}

// vanished reports whether the interface of the rings does not exist any more,
// whatever has its name now.
func (d *device) vanished() bool {
	at, err := unix.Getsockname(d.rings[0].fd)
	ll, ok := at.(*unix.SockaddrLinklayer)
	return err != nil || !ok || ll.Ifindex != d.index
}

// failed reports whether the sockets have had errors since it was asked.
func (d *device) failed() (yes bool) {
	for _, r := range d.rings {
		if socketError(r.fd) != nil {
			yes = true
		}
	}
	return yes
}

// wentDown counts it, once for each time.
func (d *device) wentDown() bool {
	if d.down {
		return false
	}
	d.down = true
	d.mu.Lock()
	d.count.Down++
	d.mu.Unlock()
	return true
}
