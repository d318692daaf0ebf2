package engine

import (
	"os"
	"testing"
	"time"

	"joy/capture"
	"joy/capture/pcapfile"
	"joy/internal/flowtable"
	"joy/packet"
)

func TestZZStages(t *testing.T) {
	f := os.Getenv("PROF_FILE")
	if f == "" {
		t.Skip()
	}
	for range 2 {
		src, _ := pcapfile.Open([]string{f}, pcapfile.Options{})
		set := settle(usual())
		d := newDealer(set, src)
		seed := flowtable.NewSeed()
		w := makeWorkers(set, &seed, new(Progress))[0]
		w.give = func(c *chunk) *chunk { c.clear(); return c }
		var b capture.Batch
		var tRead, tDecode, tHash, tTouch, tPacket, tEvent time.Duration
		var ps []packet.Packet
		n := 0
		var sink uint64
		for {
			t0 := time.Now()
			if d.src.Next(&b) != nil {
				break
			}
			t1 := time.Now()
			tRead += t1.Sub(t0)
			d.begin(&b)
			for i := 0; i < len(b.Frames); {
				t1 = time.Now()
				for ; i < len(b.Frames) && len(ps) < 512 && len(d.events) == 0; i++ {
					ps, _ = d.frame(ps, &b.Frames[i])
				}
				t2 := time.Now()
				tDecode += t2.Sub(t1)
				evs := d.events
				n += len(ps)
				for q := ps; len(q) > 0; {
					g := q[:min(32, len(q))]
					q = q[len(g):]
					tb := w.pools.table
					a0 := time.Now()
					for i := range g {
						h := tb.Hash(&g[i].Key)
						w.hashes[i] = h
						sink += uint64(tb.Touch(h))
					}
					a1 := time.Now()
					w.touchFlows(g)
					a2 := time.Now()
					for i := range g {
						w.packet(&g[i], w.hashes[i])
					}
					a3 := time.Now()
					tHash += a1.Sub(a0)
					tTouch += a2.Sub(a1)
					tPacket += a3.Sub(a2)
				}
				t3 := time.Now()
				for _, e := range evs {
					w.event(e)
				}
				d.events = d.events[:0]
				ps = ps[:0]
				tEvent += time.Since(t3)
			}
		}
		ns := func(d time.Duration) int64 { return d.Nanoseconds() / int64(n) }
		t.Logf("%d packets: read %d decode %d hash %d touch %d packet %d event %d ns/packet; live %d records %d", n, ns(tRead), ns(tDecode), ns(tHash), ns(tTouch), ns(tPacket), ns(tEvent), w.pools.table.Len(), w.stats.Records)
	}
}
