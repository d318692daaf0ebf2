package afpacket

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// A ring is a packet socket with the memory that it shares with the kernel.
type ring struct {
	dev     *device
	shape   shape
	fd      int
	mem     []byte
	block   int    // bytes of a block
	out     []bool // for each block, whether it was taken and not given back
	next    int    // the block that is to be read next
	ready   int    // blocks from there on that the kernel has handed over
	held    int    // blocks that are out
	leaving bool   // its interface has vanished; what is in it is still given
	closed  bool
}

// Sizes of blocks. Small ones waste room when a packet of 64 KiB does not fit
// into what is left; large ones waste it when they are handed over by the
// timeout, almost empty.
const (
	minBlock  = 128 << 10
	maxBlock  = 512 << 10
	minBlocks = 16
)

// blockSize is that of a ring of a size: a power of two.
func blockSize(ring int) int {
	size := maxBlock
	for size > minBlock && ring/size < minBlocks {
		size /= 2
	}
	return size
}

// openRing makes a socket with a ring that is not bound yet.
func openRing(d *device, o *Options) (*ring, error) {
	kind := unix.SOCK_RAW
	if d.link == capture.LinkLinuxSLL2 {
		kind = unix.SOCK_DGRAM
	}
	// Without a protocol the socket gets nothing until it is bound.
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &ring{dev: d, shape: shape{d.link, o.Snap}, fd: fd, block: blockSize(o.RingSize)}
	if err := r.share(o); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return r, nil
}

// share sets the ring up.
func (r *ring) share(o *Options) error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return os.NewSyscallError("setsockopt PACKET_VERSION", err)
	}
	// There is room for a header of cooked mode anyway, but not always for a tag.
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, tagSize); err != nil {
		return os.NewSyscallError("setsockopt PACKET_RESERVE", err)
	}
	blocks := o.RingSize / r.block
	const slot = 4096 // not used with this version, but checked
	req := unix.TpacketReq3{
		Block_size: uint32(r.block), Block_nr: uint32(blocks),
		Frame_size: slot, Frame_nr: uint32(blocks * (r.block / slot)),
		Retire_blk_tov: uint32(o.BlockTimeout.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("ring of %d bytes: %w", o.RingSize, os.NewSyscallError("setsockopt PACKET_RX_RING", err))
	}
	mem, err := unix.Mmap(r.fd, 0, blocks*r.block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("ring of %d bytes: %w", o.RingSize, os.NewSyscallError("mmap", err))
	}
	r.mem, r.out = mem, make([]bool, blocks)
	return nil
}

// bytes are those of a block.
func (r *ring) bytes(i int) []byte { return r.mem[i*r.block : (i+1)*r.block] }

// status is the word that says whose a block is; both sides change it, the
// kernel when it hands the block over and this program when it gives it back.
func (r *ring) status(i int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[i*r.block+blockStatus]))
}

// count counts anew how many blocks are ready.
func (r *ring) count() int {
	for r.ready < len(r.out) {
		i := (r.next + r.ready) % len(r.out)
		if r.out[i] || atomic.LoadUint32(r.status(i))&unix.TP_STATUS_USER == 0 {
			break
		}
		r.ready++
	}
	return r.ready
}

// take takes the next block, which must be ready.
func (r *ring) take() int {
	i := r.next
	r.out[i] = true
	r.next = (i + 1) % len(r.out)
	r.ready--
	r.held++
	return i
}

// giveBack lets the kernel fill a block again. Blocks may come back in any
// order; the kernel waits for the one whose turn it is. The number of frames is
// cleared for oldest, which looks at blocks that the kernel has.
func (r *ring) giveBack(i int) {
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&r.mem[i*r.block+blockCount])), 0)
	atomic.StoreUint32(r.status(i), unix.TP_STATUS_KERNEL)
	r.out[i] = false
	r.held--
}

// load is how much of the room that the kernel has is full, in percent.
func (r *ring) load() uint8 {
	room := len(r.out) - r.held
	if room == 0 {
		return 100
	}
	return uint8(100 * r.ready / room)
}

// Frames get their time before they come into the ring. settle is how much
// later that may be, in nanoseconds, on a machine that does other things too;
// jitter is how much frames may be out of order because of it.
const (
	settle = 100e6
	jitter = 2e6
)

// oldest is a time that no frame is before that the ring has still to give,
// including those that are on their way into it at the wall clock time now.
func (r *ring) oldest(now int64) int64 {
	bound := now - settle
	if r.held == len(r.out) {
		return bound // nothing can come before a block is given back
	}
	b := r.bytes(r.next)
	if r.ready > 0 {
		return min(bound, r.firstTime(b)-jitter)
	}
	// The kernel counts a frame before it writes its time, so that this may be
	// that of an earlier use. The block itself has the time of its opening.
	if atomic.LoadUint32((*uint32)(unsafe.Pointer(&b[blockCount]))) == 0 {
		return bound
	}
	return min(bound, max(r.firstTime(b), moment(b, blockOpened)-settle)-jitter)
}

// firstTime is the time of the first frame of a block.
func (r *ring) firstTime(b []byte) int64 {
	first := number(b, blockFirst)
	if uint64(first)+frameHeader > uint64(len(b)) {
		return 0
	}
	return moment(b[first:], frameTime)
}

// pending is how many frames are in the ring and have not been given.
func (r *ring) pending() (n int64) {
	waiting := min(r.count()+1, len(r.out)) // and the one that is being filled
	for k := range waiting {
		if i := (r.next + k) % len(r.out); !r.out[i] {
			n += int64(atomic.LoadUint32((*uint32)(unsafe.Pointer(&r.bytes(i)[blockCount]))))
		}
	}
	return n
}

// close ends the capture. Memory that is read by others stays until they have
// given it back, and keeps the socket in existence; therefore it is told to
// want nothing first.
func (r *ring) close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	err := attach(r.fd, refuse())
	_ = unix.Close(r.fd)
	if r.held > 0 {
		return err
	}
	return r.unmap()
}

func (r *ring) unmap() error {
	mem := r.mem
	r.mem = nil
	return os.NewSyscallError("munmap", unix.Munmap(mem))
}
