package pcapfile

import (
	"bytes"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"joy/unpack"
)

// Files that ask for much memory are refused, and little is allocated.
func TestBombs(t *testing.T) {
	packed := packer(func(w io.Writer) (io.WriteCloser, error) {
		return xz.WriterConfig{BlockSize: 20, DictCap: 4096}.NewWriter(w)
	})(t, join(header(little, magicMicro, 0, 1), make([]byte, 160)))
	wideZstd := []byte("\x28\xb5\x2f\xfd\x00\x90" + // a window of 2^(10+18) bytes
		"\x21\x00\x00abcd")
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a dictionary of xz":      {widened(packed, 40), "its dictionary is too large"},
		"many dictionaries of xz": {widened(packed, 28), "its blocks are too short"},
		"a window of zstd":        {wideZstd, "window size exceeded"},
		"a frame of a pcap":       {join(header(little, magicMicro, 1<<32-1, 1), words(little, 0, 0, uint32(1<<32-1), 0)), "a packet record of"},
		"a block of pcapng":       {words(little, sectionBlock, 28, byteOrder, 1, 0, 0, 28, enhancedBlock, uint32(1<<32-4), 0), "a block of 4294967292 bytes"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := readBytes(t, c.data)
		runtime.ReadMemStats(&after)
		if len(got.warnings) != 1 || !strings.Contains(got.warnings[0], c.says) {
			t.Errorf("%s: %q, want %q", name, got.warnings, c.says)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 3*unpack.MaxWindow {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
}

// widened makes the dictionaries of all blocks larger: 28 are 64 MiB, 40 are
// 4 GiB.
func widened(b []byte, size byte) []byte {
	const header = "\x02\x00\x21\x01"
	b = bytes.Clone(b)
	for at := 0; at+12 <= len(b); at += 4 {
		if string(b[at:at+4]) == header {
			b[at+4] = size
			copy(b[at+8:], words(little, crc32.ChecksumIEEE(b[at:at+8])))
		}
	}
	return b
}
