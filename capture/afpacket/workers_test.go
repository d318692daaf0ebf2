//go:build linux

package afpacket

import (
	"encoding/binary"
	"sync"
	"testing"

	"joy/capture"
)

// TestWorkersHoldBatches passes batches on to other goroutines, as the engine
// does, while frames keep coming. Each frame is whole when it is read there,
// and what did not come was counted.
func TestWorkersHoldBatches(t *testing.T) {
	for _, rings := range []int{1, 4} {
		newNetwork(t)
		cable(t, "a0", "a1")
		s := open(t, Options{Interfaces: []string{"a1"}, Rings: rings, RingSize: 8 << 20, Promisc: true})
		from := newSender(t, "a0", "a1")
		const sent, depth, flows = 40000, 8, 32
		free, work := make(chan *capture.Batch, depth), make(chan *capture.Batch, depth)
		for range depth {
			free <- new(capture.Batch)
		}
		var running sync.WaitGroup
		running.Go(func() {
			stayOnProcessor(t)
			var frames [][]byte
			for i := range uint32(sent) {
				frames = append(frames, packet(i%flows, i, 200+int(i%7)*100))
			}
			from.send(frames...)
		})
		running.Go(func() {
			next := [flows]int64{} // the least that may come
			for b := range work {
				for _, f := range b.Frames {
					serial := binary.BigEndian.Uint32(f.Data[42:])
					flow := f.Data[33]
					if uint32(flow) != serial%flows || f.Wire != 200+int(serial%7)*100 || int64(serial) < next[flow] {
						t.Errorf("frame %d of flow %d, %d bytes, came where %d could be the next", serial, flow, f.Wire, next[flow])
					}
					next[flow] = int64(serial) + 1
				}
				free <- b
			}
		})
		for st := s.Stats(); st.Frames+st.Dropped < sent || s.queued(); st = s.Stats() {
			b := <-free
			if err := s.Next(b); err != nil {
				t.Fatal(err)
			}
			work <- b
		}
		close(work)
		running.Wait()
		if st := s.Stats(); st.Frames+st.Dropped != sent || st.Frames < sent/10 {
			t.Errorf("%d rings: %+v", rings, st)
		}
	}
}
