//go:build linux

package afpacket

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"joy/capture"
)

// A slot is a frame for a block, as the kernel would write it.
type slot struct {
	data   string
	wire   int // 0: as data
	status uint32
	tci    uint32
	tpid   uint16
	at     int // where data is; 0: frameHeader+28
}

// block writes slots as the kernel does.
func block(slots ...slot) []byte {
	ne := binary.NativeEndian
	b := make([]byte, blockHeader)
	ne.PutUint32(b[blockStatus:], unix.TP_STATUS_USER)
	ne.PutUint32(b[blockCount:], uint32(len(slots)))
	ne.PutUint32(b[blockFirst:], blockHeader)
	for i, s := range slots {
		if s.wire == 0 {
			s.wire = len(s.data)
		}
		if s.at == 0 {
			s.at = frameHeader + 28
		}
		size := (max(s.at, frameHeader) + len(s.data) + 15) / 16 * 16
		h := make([]byte, size)
		if i < len(slots)-1 {
			ne.PutUint32(h[frameNext:], uint32(size))
		}
		ne.PutUint32(h[frameTime:], uint32(1000+i))
		ne.PutUint32(h[frameTime+4:], 5)
		ne.PutUint32(h[frameSnap:], uint32(len(s.data)))
		ne.PutUint32(h[frameLen:], uint32(s.wire))
		ne.PutUint32(h[frameStatus:], s.status)
		ne.PutUint16(h[frameData:], uint16(s.at))
		ne.PutUint32(h[frameTCI:], s.tci)
		ne.PutUint16(h[frameTPID:], s.tpid)
		binary.BigEndian.PutUint16(h[frameProto:], 0x86dd)
		ne.PutUint32(h[frameIndex:], 7)
		ne.PutUint16(h[frameHType:], 778)
		h[framePType], h[frameHALen] = 4, 4
		copy(h[frameAddr:], "\x0a\x01\x02\x03")
		copy(h[s.at:], s.data)
		b = append(b, h...)
	}
	return b
}

func TestWalk(t *testing.T) {
	const (
		frame = "destinSOURCE\x08\x00payload"
		tag   = unix.TP_STATUS_VLAN_VALID
		tpid  = unix.TP_STATUS_VLAN_TPID_VALID
	)
	tests := []struct {
		what string
		s    slot
		link uint16
		snap int
		want string
		wire int
	}{
		{"as it is", slot{data: frame}, capture.LinkEthernet, 999, frame, 21},
		{"cut off by the kernel", slot{data: frame, wire: 1500}, capture.LinkEthernet, 999, frame, 1500},
		{"cut off here", slot{data: frame}, capture.LinkEthernet, 12, "destinSOURCE", 21},
		{"a length that is too short", slot{data: frame, wire: 3}, capture.LinkEthernet, 999, frame, 21},
		{
			"the tag is put back",
			slot{data: frame, status: tag | tpid, tci: 0xe123, tpid: 0x88a8},
			capture.LinkEthernet, 999, "destinSOURCE\x88\xa8\xe1\x23\x08\x00payload", 25,
		},
		{
			"a kernel that does not tell the type of the tag",
			slot{data: frame, status: tag, tci: 1},
			capture.LinkEthernet, 999, "destinSOURCE\x81\x00\x00\x01\x08\x00payload", 25,
		},
		{
			"cut off with its tag",
			slot{data: frame, status: tag, tci: 1},
			capture.LinkEthernet, 20, "destinSOURCE\x81\x00\x00\x01\x08\x00pa", 25,
		},
		{"too short for a tag", slot{data: "dest", status: tag, tci: 1}, capture.LinkEthernet, 999, "dest", 4},
		{"a tag on what is not Ethernet", slot{data: frame, status: tag}, capture.LinkRaw, 999, frame, 21},
		{
			"cooked",
			slot{data: "payload"},
			capture.LinkLinuxSLL2, 999,
			"\x86\xdd\x00\x00\x00\x00\x00\x07\x03\x0a\x04\x04\x0a\x01\x02\x03\x00\x00\x00\x00payload", 27,
		},
	}
	for _, tt := range tests {
		b := block(slot{data: "before"}, tt.s, slot{data: "behind"})
		frames, y := shape{tt.link, tt.snap}.walk(nil, b)
		if len(frames) != 3 || y.bad != 0 {
			t.Errorf("%s: %d frames, %+v", tt.what, len(frames), y)
			continue
		}
		f := frames[1]
		if string(f.Data) != tt.want || f.Wire != tt.wire || f.Link != tt.link || f.Time != 1001e9+5 {
			t.Errorf("%s: %q, %+v", tt.what, f.Data, f)
		}
		if !bytes.HasSuffix(frames[2].Data, []byte("behind")) {
			t.Errorf("%s: the frame behind is %q", tt.what, frames[2].Data)
		}
	}
}

// TestWalkBroken gives blocks that no kernel writes.
func TestWalkBroken(t *testing.T) {
	change := func(at int, v uint32) []byte {
		b := block(slot{data: "one"}, slot{data: "two"}, slot{data: "three"})
		binary.NativeEndian.PutUint32(b[at:], v)
		return b
	}
	const first = blockHeader
	tests := []struct {
		what   string
		b      []byte
		frames int
		bad    int64
	}{
		{"nothing", nil, 0, 0},
		{"no room for a header", make([]byte, blockHeader-1), 0, 0},
		{"more frames are said than are there", change(blockCount, 5), 3, 2},
		{"four thousand million frames are said", change(blockCount, 1<<32-1), 3, 1<<32 - 4},
		{"the first frame is in the header", change(blockFirst, 8), 0, 3},
		{"the first frame is outside", change(blockFirst, 1<<31), 0, 3},
		{"a frame follows within itself", change(first+frameNext, 4), 1, 2},
		{"a frame is followed by itself", change(first+frameNext, 0), 1, 2},
		{"a frame follows outside", change(first+frameNext, 1<<32-16), 1, 2},
		{"a frame is longer than the block", change(first+frameSnap, 1<<32-1), 2, 1},
		{"a frame lies in its own header", change(first+frameData, 8), 2, 1},
		{"no room for a tag", block(slot{data: "destinSOURCE", status: unix.TP_STATUS_VLAN_VALID, at: frameHeader}), 0, 1},
	}
	for _, tt := range tests {
		frames, y := shape{capture.LinkEthernet, 999}.walk(nil, tt.b)
		if len(frames) != tt.frames || y.bad != tt.bad {
			t.Errorf("%s: %d frames, %d bad", tt.what, len(frames), y.bad)
		}
	}
	cooked := block(slot{data: "a", at: frameHeader + sllHeader - 1})
	if frames, y := (shape{capture.LinkLinuxSLL2, 999}).walk(nil, cooked); len(frames) != 0 || y.bad != 1 {
		t.Errorf("no room for a header of cooked mode: %d frames, %d bad", len(frames), y.bad)
	}
}

// FuzzWalk gives any bytes as a block. What comes out lies inside of it, and
// every frame that the block says it has is given or counted.
func FuzzWalk(f *testing.F) {
	f.Add(block(slot{data: "destinSOURCE\x08\x00payload"}, slot{data: "destinSOURCE\x08\x00", status: 0x50, tci: 5, tpid: 0x8100}), uint16(1))
	f.Add(block(slot{data: "payload"}), uint16(capture.LinkLinuxSLL2))
	f.Add(block(slot{data: "E", at: frameHeader}, slot{}), uint16(capture.LinkRaw))
	f.Fuzz(func(t *testing.T, data []byte, link uint16) {
		const guard = 64
		mem := make([]byte, len(data)+2*guard)
		block := mem[guard : guard+len(data)] // with room behind, which is not to be touched
		copy(block, data)
		count := int64(0)
		if len(block) >= blockHeader {
			count = int64(number(block, blockCount))
		}
		frames, y := shape{link, 200}.walk(nil, block)
		if int64(len(frames))+y.bad != count {
			t.Errorf("%d frames and %d bad ones of %d", len(frames), y.bad, count)
		}
		for _, fr := range frames {
			if len(fr.Data) > 200 || fr.Wire < len(fr.Data) || len(fr.Data) > len(block) {
				t.Errorf("frame of %d bytes, %d on the wire", len(fr.Data), fr.Wire)
			}
			for i := range fr.Data {
				fr.Data[i] = 0xff // may be written to by whom it is given to
			}
		}
		if slices.ContainsFunc(mem[:guard], nonzero) || slices.ContainsFunc(mem[guard+len(data):], nonzero) {
			t.Error("frames reach outside the block")
		}
	})
}

func nonzero(b byte) bool { return b != 0 }

// full is a block with as many frames of a size as have room in it.
func full(size int) (b []byte, n int) {
	one := slot{data: string(packet(1, 1, size))}
	n = (maxBlock - blockHeader) / (len(block(one)) - blockHeader)
	return block(slices.Repeat([]slot{one}, n)...), n
}

func TestWalkDoesNotAllocate(t *testing.T) {
	b, n := full(100)
	frames := make([]capture.Frame, 0, n)
	if a := testing.AllocsPerRun(10, func() {
		if got, _ := (shape{capture.LinkEthernet, 999}).walk(frames, b); len(got) != n {
			t.Fatalf("%d frames of %d", len(got), n)
		}
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func BenchmarkWalk(b *testing.B) {
	for _, size := range []int{64, 600, 1500} {
		b.Run(map[int]string{64: "64", 600: "600", 1500: "1500"}[size], func(b *testing.B) {
			data, n := full(size)
			var frames []capture.Frame
			for b.Loop() {
				frames, _ = shape{capture.LinkEthernet, defaultSnap}.walk(frames[:0], data)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/frame")
		})
	}
}
