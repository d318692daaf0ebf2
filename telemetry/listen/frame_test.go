package listen

import (
	"net/netip"
	"testing"

	"joy/capture"
	"joy/packet"
)

func FuzzFrame(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, uint16(1), uint16(2), []byte("message"))
	f.Add([]byte("0123456789abcdef"), uint16(0), uint16(0xffff), []byte{})
	f.Add([]byte{255, 255, 255, 255}, uint16(0xffff), uint16(0xffff), []byte{0xff})
	f.Fuzz(func(t *testing.T, ip []byte, from, to uint16, b []byte) {
		a, ok := netip.AddrFromSlice(ip)
		if !ok || len(b) > 1000 {
			return
		}
		src, dst := netip.AddrPortFrom(a, from), netip.AddrPortFrom(a, to)
		data := appendFrame([]byte("before"), src, dst, b)[len("before"):]
		checkSums(t, data)
		p := packet.NewDecoder(packet.Options{}).Decode(nil, &capture.Frame{Data: data, Wire: len(data), Link: capture.LinkRaw})
		if len(p) == 1 && p[0].Path == nil && string(p[0].Captured()) != string(b) {
			t.Errorf("%x, want %x", p[0].Captured(), b)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	from, to := netip.MustParseAddrPort("192.0.2.1:5000"), netip.MustParseAddrPort("192.0.2.2:4739")
	m := make([]byte, 1400)
	var dst []byte
	b.SetBytes(int64(len(m)))
	for b.Loop() {
		dst = appendFrame(dst[:0], from, to, m)
	}
}
