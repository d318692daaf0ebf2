package pcapfile

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"joy/capture"
)

// Wherever a capture is cut, the frames before are given, and there is one
// warning, unless the cut is between two records.
func TestCutAnywhere(t *testing.T) {
	for name, data := range samples() {
		whole := readBytes(t, data)
		if len(whole.frames) < 5 || whole.warnings != nil {
			t.Fatalf("%s: %d frames, %q", name, len(whole.frames), whole.warnings)
		}
		between := 0
		for n := range data {
			cut := readBytes(t, data[:n])
			if !slices.Equal(cut.frames, whole.frames[:len(cut.frames)]) {
				t.Fatalf("%s of %d bytes: frames %q", name, n, cut.frames)
			}
			if len(cut.warnings) == 0 {
				between++
			} else if len(cut.warnings) != 1 || cut.stats.Damaged != 1 {
				t.Fatalf("%s of %d bytes: %q, %d counted", name, n, cut.warnings, cut.stats.Damaged)
			}
		}
		if strings.HasPrefix(name, "pcapng") {
			const blocks = 14
			if between != blocks {
				t.Errorf("%s: no warning at %d places, want %d", name, between, blocks)
			}
		} else if between != len(whole.frames) {
			t.Errorf("%s: no warning at %d places, want %d", name, between, len(whole.frames))
		}
	}
}

// Wherever a compressed capture is cut, that is noticed.
func TestCutCompressed(t *testing.T) {
	data := samples()["pcap, little"]
	whole := readBytes(t, data)
	for name, pack := range compressions() {
		packed := pack(t, data)
		if got := readBytes(t, packed); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
			t.Errorf("%s: frames %q, warnings %q", name, got.frames, got.warnings)
		}
		for n := range packed {
			cut := readBytes(t, packed[:n])
			if len(cut.frames) > len(whole.frames) || !slices.Equal(cut.frames, whole.frames[:len(cut.frames)]) || len(cut.warnings) != 1 {
				t.Errorf("%s, %d of %d bytes: frames %q, warnings %q", name, n, len(packed), cut.frames, cut.warnings)
			}
		}
	}
}

// Every byte that is wrong is noticed, where there are checksums; and nothing
// panics or hangs where there are none.
func TestCompressedDamaged(t *testing.T) {
	data := samples()["pcap, little"]
	whole := readBytes(t, data)
	for name, pack := range compressions() {
		packed := pack(t, data)
		for i := range packed {
			bad := bytes.Clone(packed)
			bad[i] ^= 0x41
			got := readBytes(t, bad)
			if strings.HasPrefix(name, "xz") && name != "xz without sums" && got.warnings == nil && !slices.Equal(got.frames, whole.frames) {
				t.Errorf("%s: byte %d wrong: frames %q", name, i, got.frames)
			}
		}
	}
}

func TestConcatenated(t *testing.T) {
	data := samples()["pcapng, big"]
	whole := readBytes(t, data)
	for name, pack := range compressions() {
		if name == "lz4 legacy" {
			continue // its blocks have no end but that of the file
		}
		packed := join(pack(t, data[:77]), pack(t, nil), pack(t, data[77:]))
		if got := readBytes(t, packed); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
			t.Errorf("%s: frames %q, warnings %q", name, got.frames, got.warnings)
		}
	}
	padded := join(compressions()["xz"](t, data), make([]byte, 8))
	if got := readBytes(t, padded); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
		t.Errorf("xz, padded: frames %q, warnings %q", got.frames, got.warnings)
	}
	skipped := join([]byte("\x5e\x2a\x4d\x18\x02\x00\x00\x00hi"), compressions()["zstd"](t, data))
	if got := readBytes(t, skipped); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
		t.Errorf("zstd, as pzstd begins: frames %q, warnings %q", got.frames, got.warnings)
	}
}

// Three packets in two streams, by bzip2, for which there is no compressor here.
const bzip2Sample = "QlpoOTFBWSZTWdild3UAABXBnv4AJAAEACAAEAAIAAQAAACgADEAAAh6RA0aClQyAsdmkeBtUn0BVLHfXP" +
	"b+LuSKcKEhsUru6kJaaDkxQVkmU1l+Z3uTAAADwYBMACQABAAgADDABJpAtiYyLiccU08XckU4UJB+Z3uT"

func TestBzip2(t *testing.T) {
	packed, err := base64.StdEncoding.DecodeString(bzip2Sample)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`1.000000000 link 1: "data"`, `2.000000000 link 1: "data"`, `3.000000000 link 1: "data"`}
	if got := readBytes(t, packed); !slices.Equal(got.frames, want) || got.warnings != nil {
		t.Errorf("frames %q, warnings %q", got.frames, got.warnings)
	}
	for n := range packed {
		if got := readBytes(t, packed[:n]); len(got.warnings) == 0 && !slices.Equal(got.frames, want[:1]) {
			t.Errorf("of %d bytes: frames %q, no warning", n, got.frames)
		}
	}
}

// What is given does not depend on how much comes at a time.
func TestPieces(t *testing.T) {
	for name, data := range samples() {
		whole := readBytes(t, data)
		for how, r := range map[string]io.Reader{
			"a byte at a time": iotest.OneByteReader(bytes.NewReader(data)),
			"half":             iotest.HalfReader(bytes.NewReader(data)),
			"data with EOF":    iotest.DataErrReader(bytes.NewReader(data)),
		} {
			if got := read(t, r, "-"); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
				t.Errorf("%s, %s: frames %q, warnings %q", name, how, got.frames, got.warnings)
			}
		}
		for compression, pack := range compressions() {
			r := iotest.OneByteReader(bytes.NewReader(pack(t, data)))
			if got := read(t, r, "-"); !slices.Equal(got.frames, whole.frames) || got.warnings != nil {
				t.Errorf("%s, %s: frames %q, warnings %q", name, compression, got.frames, got.warnings)
			}
		}
	}
}

// Captures of many slabs: the same frames from memory, in odd pieces, from a
// file and from a compressed one, which is read ahead.
func TestManySlabs(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pcap := header(little, magicMicro, 65535, 1)
	ng := join(section(big), netInterface(big, 1, 0))
	for len(pcap) < 5*slab {
		data := strings.Repeat("x", rnd.IntN(3000))
		if rnd.IntN(4) == 0 {
			data = "" // more than maxFrames in a slab
			for range 20000 {
				pcap = append(pcap, record(little, 1, 0, "")...)
			}
		}
		pcap = append(pcap, record(little, 1, 2, data)...)
		ng = append(ng, enhanced(big, 0, 5, data)...)
	}
	for name, data := range map[string][]byte{"pcap": pcap, "pcapng": ng} {
		want := readBytes(t, data)
		if want.warnings != nil {
			t.Fatal(name, want.warnings)
		}
		dir := t.TempDir()
		same := func(how string, got reading, bytes int) {
			if !slices.Equal(got.frames, want.frames) || got.warnings != nil || got.stats.Bytes != int64(bytes) {
				t.Errorf("%s, %s: %d frames of %d bytes, want %d; %q", name, how,
					len(got.frames), got.stats.Bytes, len(want.frames), got.warnings)
			}
		}
		same("in pieces", read(t, &pieces17{r: bytes.NewReader(data), rnd: rnd}, "-"), len(data))
		same("from a file", read(t, nil, store(t, filepath.Join(dir, "plain"), data)), len(data))
		for compression, pack := range compressions() {
			if compression == "xz of short blocks" {
				continue // slow
			}
			packed := pack(t, data)
			same(compression, read(t, nil, store(t, filepath.Join(dir, compression), packed)), len(packed))
		}
	}
}

// pieces17 reads pieces of odd sizes.
type pieces17 struct {
	r   io.Reader
	rnd *rand.Rand
}

func (p *pieces17) Read(b []byte) (int, error) {
	return p.r.Read(b[:min(len(b), 1+p.rnd.IntN(170000))])
}

// A pipe gives what there is, without waiting for a slab.
func TestPipeDoesNotWait(t *testing.T) {
	r, w := io.Pipe()
	defer closed(t, w)
	go func() {
		_, _ = w.Write(join(header(little, magicMicro, 65535, 1), record(little, 1, 0, "now")))
	}()
	s, err := Open([]string{"-"}, Options{Stdin: r})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	b := new(capture.Batch)
	if err := s.Next(b); err != nil || len(b.Frames) != 1 || string(b.Frames[0].Data) != "now" {
		t.Errorf("error %v, frames %v", err, b.Frames)
	}
}

func TestReadError(t *testing.T) {
	data := samples()["pcap, little"]
	want := readBytes(t, data).frames
	broken := errors.New("broken")
	for how, r := range map[string]io.Reader{
		"before a byte": iotest.ErrReader(broken),
		"between":       io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)),
		"within":        io.MultiReader(bytes.NewReader(data[:len(data)-1]), iotest.ErrReader(broken)),
	} {
		got := read(t, r, "-")
		if len(got.warnings) != 1 || !strings.HasSuffix(got.warnings[0], ": broken") || got.stats.Damaged != 1 {
			t.Errorf("%s: %q, %d counted", how, got.warnings, got.stats.Damaged)
		}
		if !slices.Equal(got.frames, want[:len(got.frames)]) || how != "before a byte" && len(got.frames) < len(want)-1 {
			t.Errorf("%s: frames %q", how, got.frames)
		}
	}
}
