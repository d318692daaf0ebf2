package measure

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func TestHD(t *testing.T) {
	for _, c := range []struct {
		name              string
		n                 int
		payloads          string // hexadecimal, a word each
		count             int    // 0 for no description
		mask, val, count8 string
	}{
		{"one payload", 2, "0102", 0, "", "", ""},
		{"constant", 2, "abcd abcd abcd", 3, "ffff", "abcd", "0000"},
		{"some bits change", 2, "f00f f10f f30f", 3, "fcff", "f00f", "0000"},
		{"counter in the last byte", 2, "aa01 aa02 aa03 aa04", 4, "fff8", "aa00", "00ff"},
		{"counter with a carry", 3, "aa00fe aa00ff aa0100 aa0101", 4, "fffe00", "aa0000", "00ffff"},
		{"counter that carries through two bytes", 3, "00ffff 010000 010001", 3, "fe0000", "000000", "ffffff"},
		{"byte that waits for its carry", 3, "00fffe 00ffff 010000", 3, "fe0000", "000000", "ffffff"},
		{"carry of a byte that does not count", 2, "00ff 0100 0155", 3, "fe00", "0000", "0000"},
		{"byte before the counter changes by itself", 2, "1001 1102 1103", 3, "fefc", "1000", "00ff"},
		{"counter that wraps", 1, "fe ff 00 01", 4, "00", "00", "ff"},
		{"counts in steps of two", 1, "02 04 06", 3, "f9", "00", "00"},
		{"counts down", 1, "03 02 01", 3, "fc", "00", "00"},
		{"counter before other bytes", 2, "0155 0212 0390", 3, "fc38", "0010", "ff00"},
		{"short payloads are passed over", 2, "aa01 bb aa02", 2, "fffc", "aa00", "00ff"},
		{"bytes behind n do not matter", 1, "aa01 aabb", 2, "ff", "aa", "00"},
		{"only the first ten", 1, strings.Repeat("aa ", 10) + "55", 10, "ff", "aa", "00"},
	} {
		var d HD
		words := strings.Fields(c.payloads)
		for _, w := range words {
			p, err := hex.DecodeString(w)
			if err != nil {
				t.Fatal(err)
			}
			d.Add(1, p, c.n)
		}
		var h Header
		if got := d.Describe(1, &h); got != (c.count > 0) || h.Payloads != c.count {
			t.Errorf("%s: %d payloads, want %d", c.name, h.Payloads, c.count)
		}
		if c.count == 0 {
			continue
		}
		got := hex.EncodeToString(h.Mask[:c.n]) + " " + hex.EncodeToString(h.Value[:c.n]) + " " + hex.EncodeToString(h.Counter[:c.n])
		if want := c.mask + " " + c.val + " " + c.count8; got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
		if got := hex.EncodeToString(h.Initial[:c.n]); got != words[0][:2*c.n] {
			t.Errorf("%s: initial %s", c.name, got)
		}
		if h.Mask[c.n] != 0 || h.Counter[c.n] != 0 {
			t.Errorf("%s: bytes behind the first %d are described", c.name, c.n)
		}
		if d.Describe(0, &h) {
			t.Errorf("%s: the other side is described", c.name)
		}
		d.Reset()
		if d.Describe(1, &h) {
			t.Errorf("%s: Reset leaves something", c.name)
		}
	}
}

func FuzzHD(f *testing.F) {
	f.Add([]byte("\x01\x02\x03\x01\x02\x04\x01\x02\x05"), uint8(3))
	f.Add(bytes.Repeat([]byte{0xff, 0, 0}, 40), uint8(32))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		n := int(size)%maxHeader + 1
		var d HD
		var payloads [][]byte
		for ; len(b) >= n; b = b[n:] {
			d.Add(0, b[:n], n)
			payloads = append(payloads, b[:n])
		}
		payloads = payloads[:min(len(payloads), maxHeaders)]
		var h Header
		if d.Describe(0, &h) != (len(payloads) >= 2) {
			t.Fatal("described or not")
		}
		if len(payloads) < 2 {
			return
		}
		for i := range n {
			and, or := byte(0xff), byte(0)
			upByOne := true
			for k, p := range payloads {
				and, or = and&p[i], or|p[i]
				upByOne = upByOne && (k == 0 || p[i] == payloads[k-1][i]+1)
			}
			if mask := and | ^or; h.Mask[i] != mask || h.Value[i] != payloads[0][i]&mask {
				t.Fatalf("byte %d of %x: mask %x value %x", i, payloads, h.Mask[i], h.Value[i])
			}
			if upByOne && h.Counter[i] != 0xff || h.Counter[i] != 0 && h.Mask[i] == 0xff {
				t.Fatalf("byte %d of %x: counter %x", i, payloads, h.Counter[i])
			}
		}
	})
}

func BenchmarkHD(b *testing.B) {
	var d HD
	p := make([]byte, 1460)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%10 == 0 {
			d.Reset()
		}
		p[3]++
		d.Add(0, p, 16)
	}
}
