package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"joy/capture"
)

// written are frames of two link types, as long and as short as they get.
func written() []capture.Frame {
	return []capture.Frame{
		{Time: 1_700_000_000_123_456_789, Data: []byte("abcdefghijklmn"), Wire: 14, Link: capture.LinkEthernet},
		{Time: 0, Data: []byte{}, Wire: 9, Link: capture.LinkRaw},
		{Time: 1_700_000_000_000_000_001, Data: bytes.Repeat([]byte{7}, maxFrame+1), Wire: 1 << 19, Link: capture.LinkRaw},
		{Time: 1_600_000_000_000_000_000, Data: []byte("frame and check"), Wire: 15, Link: capture.LinkEthernet, FCS: 4},
		{Time: 2, Data: []byte("an odd one"), Wire: 10, Link: capture.LinkEthernet, FCS: 8},
	}
}

func write(t *testing.T, f Format, frames []capture.Frame) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, f)
	for i := range frames {
		if err := w.Write(&frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is written is read the same.
func TestWriter(t *testing.T) {
	all := written()
	for _, v := range []struct {
		name   string
		format Format
		frames []capture.Frame
	}{
		{"pcapng", Pcapng, all},
		{"pcap", Pcap, all[:1]},
		{"raw", Pcap, all[1:3]},
		{"check sequence", Pcap, all[3:4]},
		{"empty pcap", Pcap, nil},
		{"empty pcapng", Pcapng, nil},
	} {
		t.Run(v.name, func(t *testing.T) {
			src, err := Open([]string{"-"}, Options{
				Stdin: bytes.NewReader(write(t, v.format, v.frames)),
				Warn:  func(e *DamageError) { t.Error(e) },
			})
			if err != nil {
				t.Fatal(err)
			}
			var b capture.Batch
			i := 0
			for src.Next(&b) == nil {
				for _, f := range b.Frames {
					w := &v.frames[i]
					if f.Time != w.Time || f.Wire != w.Wire || f.Link != w.Link || f.FCS != w.FCS || !bytes.Equal(f.Data, w.Data) {
						t.Errorf("frame %d: %d bytes of %d at %d, link %d, FCS %d", i, len(f.Data), f.Wire, f.Time, f.Link, f.FCS)
					}
					i++
				}
			}
			if i != len(v.frames) {
				t.Errorf("%d frames of %d", i, len(v.frames))
			}
		})
	}
}

// Others read it too.
func TestWriterForOthers(t *testing.T) {
	all := slices.DeleteFunc(written(), func(f capture.Frame) bool { return len(f.Data) > maxFrame })
	r, err := pcapgo.NewNgReader(bytes.NewReader(write(t, Pcapng, all)), pcapgo.NgReaderOptions{WantMixedLinkType: true, ErrorOnMismatchingLinkType: false})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		data, info, err := r.ReadPacketData()
		if err != nil || !bytes.Equal(data, all[i].Data) || info.Timestamp.UnixNano() != all[i].Time || info.Length != all[i].Wire {
			t.Errorf("pcapng frame %d: %v, %d bytes, %d", i, err, len(data), info.Timestamp.UnixNano())
		}
	}
	if _, _, err := r.ReadPacketData(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	p, err := pcapgo.NewReader(bytes.NewReader(write(t, Pcap, all[:1])))
	if err != nil {
		t.Fatal(err)
	}
	data, info, err := p.ReadPacketData()
	if err != nil || !bytes.Equal(data, all[0].Data) || info.Timestamp.UnixNano() != all[0].Time {
		t.Errorf("pcap: %v, %d bytes, %d", err, len(data), info.Timestamp.UnixNano())
	}
}

func TestWriterRefuses(t *testing.T) {
	all := written()
	w := NewWriter(io.Discard, Pcap)
	if err := w.Write(&all[0]); err != nil {
		t.Error(err)
	}
	if err := w.Write(&all[1]); !errors.Is(err, ErrMixedLinks) {
		t.Error(err)
	}
	late := all[0]
	late.Time = 1 << 62
	if err := w.Write(&late); err == nil {
		t.Error("a time that is too late for pcap was written")
	}
}
