//go:build pcap && linux

package libpcap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"joy/capture"
	"joy/internal/pair"
)

// What is sent comes, in order and with time going on; Close ends it.
func TestCapture(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make a network namespace")
	}
	cable, err := pair.New()
	if err != nil {
		t.Skip("cannot make a network namespace here:", err)
	}
	defer cable.Close()
	var s *Source
	if err := cable.Do(func() (err error) { s, err = Open([]string{pair.Far}, true); return err }); err != nil {
		t.Fatal(err)
	}
	sender, err := cable.Sender()
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	frame := func(i int) []byte {
		return fmt.Appendf(nil, "frame number %6d%s", i, bytes.Repeat([]byte("x"), i%1400))
	}
	const n = 3000
	got, now := 0, int64(0)
	var b capture.Batch
	for i := 0; got < n; {
		for range 100 {
			if i < n {
				if err := sender.Send(frame(i)); err != nil {
					t.Fatal(err)
				}
				i++
			}
		}
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		for _, f := range b.Frames {
			if !bytes.Equal(f.Data, frame(got)) || f.Wire != len(f.Data) || f.Link != capture.LinkEthernet || f.Time < now {
				t.Fatalf("frame %d is %+v, after %d", got, f, now)
			}
			got++
		}
		if b.Now < now {
			t.Fatal("time goes back")
		}
		now = b.Now
	}
	before := now
	for now <= before { // time goes on without frames
		if err := s.Next(&b); err != nil || len(b.Frames) > 0 {
			t.Fatal(b.Frames, err)
		}
		now = b.Now
	}
	if st := s.Stats(); st.Frames != n || st.Interfaces[0].Name != pair.Far {
		t.Errorf("statistics are %+v", st)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Next(&b); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v", err)
	}
	if st := s.Stats(); st.Frames != n {
		t.Errorf("after Close the statistics are %+v", st)
	}
}
