package afpacket

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// Places in a block (struct tpacket_block_desc of <linux/if_packet.h>). All
// numbers that the kernel writes are in the byte order of the machine.
const (
	blockStatus = 8
	blockCount  = 12 // of frames
	blockFirst  = 16 // where the first frame is
	blockOpened = 32 // seconds and nanoseconds: when the kernel began to fill it
	blockHeader = 48
)

// Places behind the beginning of a frame (struct tpacket3_hdr), and in the
// struct sockaddr_ll that follows it.
const (
	frameNext   = 0 // how far it is to the next frame
	frameTime   = 4 // seconds and nanoseconds
	frameSnap   = 12
	frameLen    = 16
	frameStatus = 20
	frameData   = 24 // where the bytes are
	frameTCI    = 32
	frameTPID   = 36
	frameProto  = 50 // this one in network byte order
	frameIndex  = 52
	frameHType  = 56
	framePType  = 58
	frameHALen  = 59
	frameAddr   = 60
	frameHeader = 68
)

const (
	tagSize   = 4
	tagPlace  = 12 // of a VLAN tag in an Ethernet frame
	vlanTPID  = 0x8100
	sllHeader = 20
)

// A shape says how the frames of a ring are given.
type shape struct {
	link uint16
	snap int // bytes of a frame, at most
}

// A yield is what was found in a block.
type yield struct {
	bytes int64 // of its frames on the wire
	bad   int64 // frames that could not be found or did not fit
}

// walk appends the frames of a block to dst. They borrow the block; tags and
// headers are written into the room before them, so that it must be walked
// once only. The kernel wrote what is read here, but nothing outside the block
// is touched whatever that is.
func (s shape) walk(dst []capture.Frame, block []byte) ([]capture.Frame, yield) {
	var y yield
	if len(block) < blockHeader {
		return dst, y
	}
	count := int64(number(block, blockCount))
	rest := block
	step := uint64(number(block, blockFirst))
	for n := range count {
		if step < blockHeader || step+frameHeader > uint64(len(rest)) {
			y.bad += count - n
			return dst, y
		}
		rest = rest[step:]
		dst = append(dst, capture.Frame{Link: s.link})
		if f := &dst[len(dst)-1]; s.frame(f, rest) {
			y.bytes += int64(f.Wire)
		} else {
			dst = dst[:len(dst)-1]
			y.bad++
		}
		step = uint64(number(rest, frameNext))
	}
	return dst, y
}

// frame reads a frame from the bytes of a block that begin with its header, of
// which there are at least frameHeader; false if it does not fit.
func (s shape) frame(f *capture.Frame, b []byte) bool {
	h := (*[frameHeader]byte)(b) // one check for all
	at := uint(binary.NativeEndian.Uint16(h[frameData:]))
	end := at + uint(number(h[:], frameSnap))
	if at < frameHeader || end > uint(len(b)) || end < at {
		return false
	}
	f.Time = moment(h[:], frameTime)
	f.Wire = int(number(h[:], frameLen))
	added := uint(0)
	switch {
	case s.link == capture.LinkLinuxSLL2:
		added = sllHeader
	case number(h[:], frameStatus)&unix.TP_STATUS_VLAN_VALID != 0 && s.link == capture.LinkEthernet && end-at >= tagPlace:
		added = tagSize
	}
	if added > 0 {
		if at -= added; at < frameHeader {
			return false
		}
		if added == tagSize {
			insertTag(b[at:], h)
		} else {
			cook(b[at:], h)
		}
		f.Wire += int(added)
	}
	f.Data = b[at:end:end]
	if len(f.Data) > s.snap {
		f.Data = f.Data[:s.snap]
	}
	f.Wire = max(f.Wire, len(f.Data))
	return true
}

// insertTag moves the addresses of a frame, which begin tagSize behind the
// beginning of to, and writes the tag that header has between them and the rest.
func insertTag(to []byte, header *[frameHeader]byte) {
	copy(to[:tagPlace], to[tagSize:])
	tpid := uint16(vlanTPID)
	if number(header[:], frameStatus)&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = binary.NativeEndian.Uint16(header[frameTPID:])
	}
	binary.BigEndian.PutUint16(to[tagPlace:], tpid)
	binary.BigEndian.PutUint16(to[tagPlace+2:], uint16(number(header[:], frameTCI)))
}

// cook writes a header of LINKTYPE_LINUX_SLL2.
func cook(to []byte, header *[frameHeader]byte) {
	copy(to[0:2], header[frameProto:])
	to[2], to[3] = 0, 0
	binary.BigEndian.PutUint32(to[4:], number(header[:], frameIndex))
	binary.BigEndian.PutUint16(to[8:], binary.NativeEndian.Uint16(header[frameHType:]))
	to[10], to[11] = header[framePType], header[frameHALen]
	copy(to[12:20], header[frameAddr:frameHeader])
}

func number(b []byte, at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }

// moment reads seconds and nanoseconds.
func moment(b []byte, at int) int64 {
	return int64(number(b, at))*1e9 + int64(number(b, at+4))
}
