// Package afpacket captures from network interfaces of Linux: a
// capture.Source over the rings of packet sockets (TPACKET_V3), which the
// kernel and this program share, so that a frame is copied once.
//
// A ring is divided into blocks. The kernel fills one after the other and
// hands each over when it is full or when the block timeout is over. A Batch is
// a block: its frames lie where the kernel wrote them, and the block goes back
// to the kernel when the same Batch is passed to Next again. The kernel does not
// go past a block that is still out: batches may come back in another order, but
// none may stay away while the ring is filled once.
//
// With several rings a Batch has frames of the blocks of all, in the order of
// time.
//
// # What is given
//
// The frames are those that tcpdump would save. A VLAN tag that the kernel or
// the adapter took out is put back. Frames that this host sends are given too,
// but on the loopback interface, where every packet comes in again. What is not
// Ethernet or bare IP is given in Linux cooked mode, version 2. Packets that
// the adapter put together (GRO) or will take apart (GSO) are given as they
// pass: longer than the MTU, and with checksums that are not filled in.
//
// # What is lost
//
// What the kernel had no room for is counted for each interface, also what was
// left in the rings at Close. An interface that goes away is counted and waited
// for; the others go on.
package afpacket

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"joy/capture/filter"
)

// Auto is the name that stands for the interface that Interfaces marks so.
const Auto = "auto"

// Options are what Open is told. What is zero has the default that is named.
type Options struct {
	Interfaces []string // names; Auto among them stands for one
	Promisc    bool     // see frames that are not for this host, if the network brings them

	Rings        int           // rings for each interface, which share its flows; 1
	RingSize     int           // bytes of each ring; 64 MiB
	BlockTimeout time.Duration // the longest that a frame waits in a block that is not full; 10 ms
	Snap         int           // bytes of a frame that are kept, counted with a tag that is put back; 262144

	// Filter compiles a filter for a link type in its live form. The kernel
	// applies it, so that what is not wanted takes no room in the rings. If
	// it returns an error or the kernel does not take the program, Warn is told
	// and all frames are given: who sets Filter looks at what is given too.
	Filter func(link uint16) ([]filter.Instruction, error)

	// Warn is told, from within Open and Next, what happens to interfaces. It
	// must not call either, or Close; it may be nil.
	Warn func(message string)
}

// Bounds and defaults of Options.
const (
	defaultRing    = 64 << 20
	defaultTimeout = 10 * time.Millisecond
	defaultSnap    = 256 << 10
	maxRings       = 64
	minRing        = 2 << 20 // some blocks that hold a packet of 64 KiB each
	maxRing        = 1 << 30
	minTimeout     = time.Millisecond
	maxTimeout     = time.Second
	minSnap        = 64
)

// complete puts defaults in and checks the bounds.
func (o *Options) complete() error {
	if len(o.Interfaces) == 0 {
		return errors.New("capture: no interface is named")
	}
	seen := map[string]bool{}
	for _, name := range o.Interfaces {
		if seen[name] {
			return fmt.Errorf("capture: interface %s is named twice", name)
		}
		seen[name] = true
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	o.Rings = withDefault(o.Rings, 1)
	o.RingSize = withDefault(o.RingSize, defaultRing)
	o.BlockTimeout = withDefault(o.BlockTimeout, defaultTimeout)
	o.Snap = withDefault(o.Snap, defaultSnap)
	switch {
	case o.Rings < 1 || o.Rings > maxRings:
		return fmt.Errorf("capture: %d rings for an interface; 1 to %d are possible", o.Rings, maxRings)
	case o.RingSize < minRing || o.RingSize > maxRing:
		return fmt.Errorf("capture: a ring of %d bytes; %d to %d are possible", o.RingSize, minRing, maxRing)
	case o.BlockTimeout < minTimeout || o.BlockTimeout > maxTimeout:
		return fmt.Errorf("capture: a block timeout of %v; %v to %v are possible", o.BlockTimeout, minTimeout, maxTimeout)
	case o.Snap < minSnap || o.Snap > defaultSnap:
		return fmt.Errorf("capture: %d bytes of a frame; %d to %d are possible", o.Snap, minSnap, defaultSnap)
	}
	return nil
}

func withDefault[T int | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// An Interface is what can be captured from.
type Interface struct {
	Name      string
	Index     int
	Up        bool
	Loopback  bool
	Addresses []netip.Prefix
	MAC       string // empty if it has none
	MTU       int
	Link      uint16 // link type of its frames
	Usable    bool   // Auto may stand for it: it is up, not loopback and has an address
	Auto      bool   // Auto stands for it now
}
