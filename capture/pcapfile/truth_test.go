package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"joy/capture"
)

// gopacket reads the same frames, of what it can read.
func TestLikeGopacket(t *testing.T) {
	for name, data := range samples() {
		if strings.HasPrefix(name, "modified") {
			continue // unknown to gopacket
		}
		next, link := gopacketReader(t, data)
		var want []string
		var now int64
		for {
			bytes, info, err := next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(name, want, err)
			}
			l := link()
			if n := len(info.AncillaryData); n > 0 {
				l = uint16(info.AncillaryData[n-1].(layers.LinkType))
			}
			if !info.Timestamp.IsZero() { // else a block without one
				now = info.Timestamp.UnixNano()
			}
			want = append(want, describe(0, &capture.Frame{Time: now, Data: bytes, Wire: info.Length, Link: l}))
		}
		if got := readBytes(t, data); !slices.Equal(got.frames, want) {
			t.Errorf("%s: frames\n%s\nwant\n%s", name, strings.Join(got.frames, "\n"), strings.Join(want, "\n"))
		}
	}
}

func gopacketReader(t *testing.T, data []byte) (func() ([]byte, gopacket.CaptureInfo, error), func() uint16) {
	t.Helper()
	if isPcapng(data) {
		r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			t.Fatal(err)
		}
		return r.ReadPacketData, func() uint16 { return uint16(r.LinkType()) }
	}
	r, err := pcapgo.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r.ReadPacketData, func() uint16 { return uint16(r.LinkType()) }
}
