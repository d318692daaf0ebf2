package quic

import (
	"testing"

	"joy/feature"
	"joy/feature/featuretest"
)

func FuzzQUIC(f *testing.F) { featuretest.Fuzz(f, &Module, info, sessions(f)...) }

// FuzzFrames encrypts what it is given, so that it comes behind the protection.
func FuzzFrames(f *testing.F) {
	h := clientHello(params, 20)
	f.Add([]byte(whole(h)), []byte(ack), uint8(0))
	f.Add([]byte(crypto(h, 50, len(h))), []byte(crypto(h, 0, 60)), uint8(1))
	f.Add([]byte("\x08\x00\x08CHLO\x00\x00\x00\x00"), []byte("\x60\x01\x00\x00\x01\x02\x01\x01\x00"), uint8(2))
	f.Add([]byte("\x1c\x01\x00\x02no"), []byte("\x03\x00\x00\x00\x00\x01\x02\x03"), uint8(4))
	versions := []uint32{version1, version2, 0x51303530, 0x54303531, 0xff00001d, 0xff000014}
	p := New()
	f.Fuzz(func(t *testing.T, one, two []byte, version uint8) {
		c, s := ends(versions[int(version)%len(versions)])
		if len(one) > 8000 || len(two) > 8000 {
			return
		}
		p.Reset()
		for _, b := range []string{">" + c.initial(1, string(one)), "<" + s.initial(1, string(two)), ">" + c.initial(1, string(two)), "<" + s.initial(1, string(one))} {
			chunk := udp("", b).Chunks[0]
			p.Data(&chunk)
		}
		if q := p.Info(feature.Both); q == nil || q.Undecrypted > 0 {
			t.Fatal("not decrypted")
		}
		for _, v := range []feature.View{feature.Both, feature.OnlyOut, feature.OnlyIn} {
			featuretest.JSON(t, info(p, v))
		}
	})
}
