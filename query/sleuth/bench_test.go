package sleuth

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// Benchmark asks the lines of a flow file, named by JOY_FLOWS.
func Benchmark(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("JOY_FLOWS"))
	if err != nil {
		b.Skip("JOY_FLOWS names no file")
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	for name, words := range map[string][]string{
		"select": {"--where", "dp=443", "--select", "da,tls{scs,sni}"},
		"dist":   {"--select", "da", "--dist"},
		"all":    {},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				o := question(b, words...)
				o.Memory = 512 << 20
				s := New(o, io.Discard)
				for _, line := range lines {
					if _, err := s.Line(line); err != nil {
						b.Fatal(err)
					}
				}
				if err := s.Finish(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
