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
	block   int   // bytes of a block
	users   []int // for each block, how many read it; the kernel must not have it then
	next    int   // the block that is to be read next
	ready   int   // blocks from there on that the kernel has handed over
	held    int   // blocks that have users
	leaving bool  // its interface has vanished; what is in it is still given
	closed  bool
	queue   queue
}

// Sizes of blocks. Small ones waste room when a packet of 64 KiB does not fit
// into what is left; large ones waste it when they are handed over by the
// timeout, almost empty. With 128 blocks and a timeout of 10 ms, nothing is lost
// while nobody reads for a second, however few frames there are.
const (
	minBlock  = 128 << 10
	maxBlock  = 512 << 10
	minBlocks = 128 // if they are not less than minBlock
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
	r.mem, r.users = mem, make([]int, blocks)
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
	for r.ready < len(r.users) {
		i := (r.next + r.ready) % len(r.users)
		if r.users[i] > 0 || atomic.LoadUint32(r.status(i))&unix.TP_STATUS_USER == 0 {
			break
		}
		r.ready++
	}
	return r.ready
}

// take takes the next block, which must be ready.
func (r *ring) take() int {
	i := r.next
	r.users[i] = 1
	r.next = (i + 1) % len(r.users)
	r.ready--
	r.held++
	return i
}

// giveBack lets the kernel fill a block again when its last user has given it
// back. This may be in any order; the kernel waits for the one whose turn it is.
// The number of frames is cleared for oldest, which looks at blocks that the
// kernel has.
func (r *ring) giveBack(i int) {
	if r.users[i]--; r.users[i] > 0 {
		return
	}
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&r.mem[i*r.block+blockCount])), 0)
	atomic.StoreUint32(r.status(i), unix.TP_STATUS_KERNEL)
	if r.held--; r.held == 0 && r.closed {
		_ = r.unmap() // there is nobody to tell
	}
}

// load is how much of the room that the kernel has is full, in percent.
func (r *ring) load() uint8 {
	room := len(r.users) - r.held
	if room == 0 {
		return 100
	}
	return uint8(100 * r.ready / room)
}

// Frames get their time before they come into the ring. settle is how much
// later that may be, in nanoseconds, on a machine that has much else to do; calm
// is how much later it mostly is. Frames may be out of order by jitter.
const (
	settle = 100e6
	calm   = 2e6
	jitter = 2e6
)

// oldest is a time that no frame is before that the ring has still to give,
// also of those that are on their way into it at the wall clock time now.
func (r *ring) oldest(now int64) int64 {
	if t, ok := r.queue.head(); ok {
		return min(now-settle, t-jitter)
	}
	if r.ready > 0 {
		return min(now-settle, r.firstTime(r.next)-jitter)
	}
	if t, ok := r.filling(); ok {
		return min(now-settle, t-jitter)
	}
	return now - settle
}

// filling is a time that no frame is before in the block that the kernel is
// filling; not ok if there is none in it.
func (r *ring) filling() (t int64, ok bool) {
	b := r.bytes(r.next)
	if r.users[r.next] > 0 || atomic.LoadUint32((*uint32)(unsafe.Pointer(&b[blockCount]))) == 0 {
		return 0, false
	}
	// The kernel counts a frame before it writes its time. Until then there is
	// an older one; but the block has the time of its opening too.
	return max(r.firstTime(r.next), moment(b, blockOpened)-settle), true
}

// firstTime is the time of the first frame of a block.
func (r *ring) firstTime(i int) int64 {
	b := r.bytes(i)
	first := number(b, blockFirst)
	if uint64(first)+frameHeader > uint64(len(b)) {
		return 0
	}
	return moment(b[first:], frameTime)
}

// pending is how many frames are in the ring and have not been read.
func (r *ring) pending() (n int64) {
	waiting := min(r.count()+1, len(r.users)) // and the one that is being filled
	for k := range waiting {
		if i := (r.next + k) % len(r.users); r.users[i] == 0 {
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
	err := setFilter(r.fd, refuse())
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
