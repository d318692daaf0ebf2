package database

import (
	"bytes"
	"fmt"
	"testing"

	"joy/fingerprint"
)

// BenchmarkRead: a thousand fingerprints of two processes each.
func BenchmarkRead(b *testing.B) {
	text := benchText(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Read(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func benchText(b *testing.B) []byte {
	b.Helper()
	d := New("")
	for i := range 1000 {
		obs := fingerprint.Observation{Fingerprints: []string{fmt.Sprintf("tls/1/(0303)(130113021303%08x)[(0000)(000500050100000000)(000a000c000a11ec001d001700180019)(000b00020100)(000d0018001604030804040105030203080508050501080606010201)]", i)}}
		for j := range 10 {
			obs.Context.Name = fmt.Sprintf("host%d.example", j)
			obs.Context.Port = 443
			if err := d.Add(obs, fingerprint.Process{Name: fmt.Sprint("p", j%2), Version: "1.0"}, "2026-12-01", "test"); err != nil {
				b.Fatal(err)
			}
		}
	}
	var text bytes.Buffer
	if err := d.Write(&text); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}
