package listen

import (
	"testing"
	"time"

	"joy/capture"
)

// TestDropsAreCounted sends more than the queue and the kernel hold: what is
// given and what is dropped is what was sent.
func TestDropsAreCounted(t *testing.T) {
	s := open(t, Options{Addr: loop4, UDP: []uint16{0}, ReceiveBuffer: 1 << 16, Tick: 50 * time.Millisecond})
	c := dial(t, "udp", addr(s, 0))
	const sent = 400
	for range sent {
		write(t, c, make([]byte, 30_000))
	}
	given := 0
	for quiet := 0; quiet < 3; quiet++ {
		var b capture.Batch
		if err := s.Next(&b); err != nil {
			t.Fatal(err)
		}
		if given += len(b.Frames); len(b.Frames) > 0 {
			quiet = 0
		}
	}
	write(t, c, []byte("how many?")) // brings the count of those before it
	receive(t, s, 1)
	if st := s.Stats(); st.Dropped == 0 || st.Dropped+int64(given) != sent || st.Interfaces[0].Dropped != st.Dropped {
		t.Errorf("%d given and %d dropped of %d", given, st.Dropped, sent)
	}
}
