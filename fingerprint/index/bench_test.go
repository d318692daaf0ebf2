package index

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"unsafe"
)

// million is the index of a made-up million fingerprints.
func million(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "million.idx")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := Build(f, madeUp(b, 1_000_000)); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkMillion: opening, and looks at random among a million; a look is to
// take less than 500 ns.
func BenchmarkMillion(b *testing.B) {
	path := million(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			x, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, ok := x.Find(madeUpName(7)); !ok {
				b.Fatal("not found")
			}
			x.Close()
		}
	})
	x, err := Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	if err := x.Verify(); err != nil { // and its pages are there
		b.Fatal(err)
	}
	// A string that has just been made, as that of a flow is; in no order.
	name := []byte(madeUpName(0))
	look := func(b *testing.B, name []byte, want bool) {
		b.ReportAllocs()
		n, digits := uint32(1), [4]byte{}
		for b.Loop() {
			n = n*1664525 + 1013904223
			binary.BigEndian.PutUint32(digits[:], n>>12%1_000_000*2654435761)
			hex.Encode(name[33:], digits[:])
			if _, ok := x.Find(unsafe.String(&name[0], len(name))); ok != want {
				b.Fatalf("%s: found is %v", name, ok)
			}
		}
	}
	b.Run("find", func(b *testing.B) { look(b, name, true) })
	b.Run("miss", func(b *testing.B) { look(b, append(name, 'x'), false) })
	b.Run("entry", func(b *testing.B) {
		i := uint32(0)
		for b.Loop() {
			if _, err := x.Entry(i % uint32(x.Len())); err != nil {
				b.Fatal(err)
			}
			i += 7919
		}
	})
}
