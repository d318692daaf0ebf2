package pcapfile

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"joy/capture"
)

// capturesFor are captures of 32 MiB, of frames of 700 bytes, and of 60.
func capturesFor() map[string][]byte {
	const size = 32 << 20
	m := map[string][]byte{}
	for _, length := range []int{60, 700} {
		data := string(make([]byte, length))
		pcap := header(little, magicMicro, 65535, 1)
		for r := record(little, 1, 2, data); len(pcap) < size; {
			pcap = append(pcap, r...)
		}
		ng := join(section(little), netInterface(little, 1, 0))
		for r := enhanced(little, 0, 1e15, data); len(ng) < size; {
			ng = append(ng, r...)
		}
		m[fmt.Sprintf("pcap/%d", length)] = pcap
		m[fmt.Sprintf("pcapng/%d", length)] = ng
	}
	return m
}

// BenchmarkSource reads files of the page cache; an operation is a frame.
func BenchmarkSource(b *testing.B) {
	for name, data := range capturesFor() {
		path := store(b, filepath.Join(b.TempDir(), "file"), data)
		b.Run(name, func(b *testing.B) { benchmark(b, path) })
	}
}

// BenchmarkCompressed reads compressed files.
func BenchmarkCompressed(b *testing.B) {
	data := capturesFor()["pcap/700"]
	for _, name := range []string{"gzip", "zstd", "lz4", "xz"} {
		path := store(b, filepath.Join(b.TempDir(), "file"), compressions()[name](b, data))
		b.Run(name, func(b *testing.B) { benchmark(b, path) })
	}
}

// BenchmarkParse is without reading: from one buffer that is in the cache.
func BenchmarkParse(b *testing.B) {
	for name, data := range capturesFor() {
		data = data[:slab]
		b.Run(name, func(b *testing.B) {
			var batch capture.Batch
			b.ReportAllocs()
			for n := 0; n < b.N; n += len(batch.Frames) {
				batch.Frames = batch.Frames[:0]
				if _, _, err := formatOf(data).parse(&batch, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSlab reads a file in slabs of several sizes, of which some are on
// their way at a time.
func BenchmarkSlab(b *testing.B) {
	for _, name := range []string{"pcap/60", "pcap/700"} {
		path := store(b, filepath.Join(b.TempDir(), "file"), capturesFor()[name])
		for size := 64 << 10; size <= 1<<20; size *= 2 {
			b.Run(fmt.Sprintf("%s/%dK", name, size>>10), func(b *testing.B) {
				const batches = 8
				in := make([]capture.Batch, batches)
				for n := 0; n < b.N; {
					n += readSlabs(b, path, size, in)
				}
			})
		}
	}
}

// readSlabs reads a pcap, and counts its frames.
func readSlabs(b *testing.B, path string, size int, batches []capture.Batch) (frames int) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var p *pcap
	var tail []byte
	for i := 0; ; i++ {
		batch := &batches[i%len(batches)]
		batch.Frames, batch.Buf = batch.Frames[:0], resize(batch.Buf, size)
		n := copy(batch.Buf, tail)
		m, err := f.Read(batch.Buf[n:])
		if err != nil {
			return frames
		}
		data := batch.Buf[:n+m]
		if p == nil {
			p = newPcap(data)
		}
		used, _, err := p.parse(batch, data)
		if err != nil {
			b.Fatal(err)
		}
		for i := range batch.Frames {
			if batch.Frames[i].Data[12] != 0 {
				b.Fatal("zeros read wrong")
			}
		}
		frames += len(batch.Frames)
		tail = append(tail[:0], data[used:]...)
	}
}

// benchmark reads frames as a consumer does that looks into each, with two
// batches in turn.
func benchmark(b *testing.B, path string) {
	b.ReportAllocs()
	var batches [2]capture.Batch
	sum := 0
	for n, turn := 0, 0; n < b.N; {
		s, err := Open([]string{path}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for n < b.N {
			batch := &batches[turn%2]
			if s.Next(batch) != nil {
				break
			}
			for i := range batch.Frames {
				sum += int(batch.Frames[i].Data[12])
			}
			n += len(batch.Frames)
			turn++
		}
		closed(b, s)
	}
	if sum != 0 {
		b.Fatal("zeros read wrong")
	}
}
