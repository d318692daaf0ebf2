package anonymize_test

import (
	"bytes"
	"os"
	"testing"
)

// BenchmarkLine hides addresses in the flow file that JOY_FLOWS names.
func BenchmarkLine(b *testing.B) {
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
	lines = lines[1 : len(lines)-1] // the configuration, and what was cut
	a := hiding(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, line := range lines {
			if _, err := a.Line(line); err != nil {
				b.Fatal(err)
			}
		}
	}
}
