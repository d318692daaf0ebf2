package feature

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestAppendHex(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for n := range 40 {
		for _, room := range []int{1, 10, 200} {
			h := all[5*n : 5*n+n]
			want := hex.AppendEncode([]byte("x"), h)
			if got := AppendHex(append(make([]byte, 0, room), 'x'), h); !bytes.Equal(got, want) {
				t.Errorf("%d bytes, room for %d: %s, want %s", n, room, got, want)
			}
		}
	}
	if got, want := AppendHex(nil, all), hex.AppendEncode(nil, all); !bytes.Equal(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkHex(b *testing.B) {
	var buf []byte
	digest := make([]byte, 32)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			buf = AppendHex(buf[:0], digest)
		}
	})
	b.Run("encoding", func(b *testing.B) {
		for b.Loop() {
			buf = hex.AppendEncode(buf[:0], digest)
		}
	})
}
