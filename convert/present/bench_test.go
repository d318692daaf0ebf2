package present_test

import (
	"bytes"
	"os"
	"testing"

	"joy/convert/present"
)

// BenchmarkForm reads the flow file that JOY_FLOWS names.
func BenchmarkForm(b *testing.B) {
	name := os.Getenv("JOY_FLOWS")
	if name == "" {
		b.Skip("JOY_FLOWS names no flow file")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	text = text[:min(len(text), 20<<20)]
	lines := bytes.Split(text, []byte("\n"))
	p := present.New()
	var out []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, line := range lines[:len(lines)-1] {
			if out, err = p.Append(out[:0], line); err != nil {
				b.Fatal(err)
			}
		}
	}
}
