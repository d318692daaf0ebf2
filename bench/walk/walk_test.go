package walk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

var le = binary.LittleEndian

func fileStart() []byte {
	b := le.AppendUint32(nil, magic)
	b = append(b, make([]byte, 16)...)
	return le.AppendUint32(b, ethernet)
}

func appendRecord(b, frame []byte) []byte {
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, uint32(len(frame)))
	b = le.AppendUint32(b, uint32(len(frame)))
	return append(b, frame...)
}

// frame is an Ethernet frame of zeros but for what decides what is a header.
func frame(vlans int, kind uint16, proto byte, size int) []byte {
	b := make([]byte, 12)
	for range vlans {
		b = binary.BigEndian.AppendUint16(b, etherVLAN)
		b = append(b, 0, 0)
	}
	b = binary.BigEndian.AppendUint16(b, kind)
	at := len(b)
	b = append(b, make([]byte, max(size-at, 60))...)
	if kind == etherIPv6 {
		b[at], b[at+6] = 0x60, proto
	} else {
		b[at], b[at+9] = 0x45, proto
	}
	return b
}

func TestRecordsAcrossSlabsAreNotLost(t *testing.T) {
	capture, packets, size := fileStart(), int64(0), int64(0)
	for n := 0; len(capture) < 3*slab; n = (n + 997) % 9000 {
		f := frame(n%3, etherIPv4, protoTCP, n)
		capture = appendRecord(capture, f)
		packets++
		size += int64(len(f))
	}
	want, err := Walk(bytes.NewReader(capture))
	if err != nil || want.Packets != packets || want.Bytes != size || want.Cut {
		t.Fatalf("%+v, %v; want %d packets of %d bytes", want, err, packets, size)
	}
	for name, r := range map[string]io.Reader{
		"half":                iotest.HalfReader(bytes.NewReader(capture)),
		"data with the error": iotest.DataErrReader(bytes.NewReader(capture)),
	} {
		if got, err := Walk(r); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
	}
}

func TestEveryCutEndsCleanly(t *testing.T) {
	capture := fileStart()
	ends := []int{len(capture)}
	for _, f := range [][]byte{frame(0, etherIPv4, protoTCP, 60), frame(2, etherIPv6, protoUDP, 90), nil} {
		capture = appendRecord(capture, f)
		ends = append(ends, len(capture))
	}
	for n := range len(capture) + 1 {
		got, err := Walk(bytes.NewReader(capture[:n]))
		if n < fileHeader {
			if err == nil {
				t.Errorf("%d bytes: half a file header was taken", n)
			}
			continue
		}
		whole, _ := slices.BinarySearch(ends, n+1)
		cut := !slices.Contains(ends, n)
		if err != nil || got.Packets != int64(whole-1) || got.Cut != cut {
			t.Errorf("%d bytes: %+v, %v; want %d packets, cut %t", n, got, err, whole-1, cut)
		}
	}
}

// TestHeadersAreTouched flips each byte of a frame: the sum changes for those of
// the headers, and for no others.
func TestHeadersAreTouched(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  int // bytes of headers
	}{
		{"tcp4", frame(0, etherIPv4, protoTCP, 100), 14 + 20 + 20},
		{"udp4", frame(0, etherIPv4, protoUDP, 100), 14 + 20 + 8},
		{"icmp4", frame(0, etherIPv4, 1, 100), 14 + 20},
		{"tcp6", frame(0, etherIPv6, protoTCP, 100), 14 + 40 + 20},
		{"vlans", frame(2, etherIPv4, protoUDP, 100), 14 + 2*4 + 20 + 8},
		{"arp", frame(0, 0x0806, 0, 100), 12},
		{"short", make([]byte, 13), 0},
	} {
		plain := headers(c.frame)
		var touched []int
		for i := range c.frame {
			c.frame[i] ^= 1
			if headers(c.frame) != plain {
				touched = append(touched, i)
			}
			c.frame[i] ^= 1
		}
		if len(touched) != c.want || c.want > 0 && touched[c.want-1] != c.want-1 {
			t.Errorf("%s: touched %v; want the first %d", c.name, touched, c.want)
		}
	}
}

func TestDamage(t *testing.T) {
	bigEndian := fileStart()
	slices.Reverse(bigEndian[:4])
	long := le.AppendUint32(append(fileStart(), make([]byte, 8)...), 1<<31)
	long = append(long, make([]byte, 2*slab)...)
	for name, c := range map[string]struct {
		capture []byte
		want    string
	}{
		"big endian":  {bigEndian, "not a classic"},
		"record long": {long, "longer than"},
	} {
		if _, err := Walk(bytes.NewReader(c.capture)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, err := Walk(io.MultiReader(bytes.NewReader(fileStart()), iotest.ErrReader(io.ErrClosedPipe))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error of the reader: %v", err)
	}
}

func BenchmarkWalk(b *testing.B) {
	capture := fileStart()
	for len(capture) < 4*slab {
		capture = appendRecord(capture, frame(0, etherIPv4, protoTCP, 100))
	}
	b.SetBytes(int64(len(capture)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Walk(bytes.NewReader(capture)); err != nil {
			b.Fatal(err)
		}
	}
}
