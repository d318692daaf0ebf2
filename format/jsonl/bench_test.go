package jsonl

import (
	"io"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// BenchmarkSink writes 17 MB over and over in portions like the engine's, a
// file for every 256 MB. Standard output, which drops them, shows what the Sink
// itself costs.
func BenchmarkSink(b *testing.B) {
	buf, all := flows(1, 40000)
	for _, name := range []string{"-", "out.json", "out.json.gz", "out.json.zst"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(buf)))
			c := Config{Path: name, Out: io.Discard, Header: header}
			if name != "-" {
				c.Path, c.Size = filepath.Join(b.TempDir(), name), 256<<20
			}
			s, err := Open(c)
			if err != nil {
				b.Fatal(err)
			}
			var ends []int
			for b.Loop() {
				start := 0
				for _, end := range all {
					if ends = append(ends, end-start); end-start < 128<<10 {
						continue
					}
					if err := s.Write(buf[start:end], ends, 0); err != nil {
						b.Fatal(err)
					}
					start, ends = end, ends[:0]
				}
				ends = ends[:0]
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkLevels compares what the compressors offer.
func BenchmarkLevels(b *testing.B) {
	buf, _ := flows(1, 40000)
	run := func(name string, enc stream) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			var out counter
			for b.Loop() {
				out = 0
				enc.Reset(&out)
				if _, err := enc.Write(buf); err != nil {
					b.Fatal(err)
				}
				if err := enc.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*float64(out)/float64(len(buf)), "%size")
		})
	}
	for level := 1; level <= 6; level++ {
		enc, err := gzip.NewWriterLevel(io.Discard, level)
		if err != nil {
			b.Fatal(err)
		}
		run("gzip-"+strconv.Itoa(level), enc)
	}
	for level := zstd.SpeedFastest; level <= zstd.SpeedBetterCompression; level++ {
		enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1))
		if err != nil {
			b.Fatal(err)
		}
		run("zstd-"+level.String(), enc)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
