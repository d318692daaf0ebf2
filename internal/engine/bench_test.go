package engine

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"joy/capture"
	"joy/internal/flowtable"
)

type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }

// flows builds n conversations of two datagrams each, all under way at once.
func flows(n int) []capture.Frame {
	all := make([]capture.Frame, 0, 2*n)
	for _, reply := range []bool{false, true} {
		for i := range n {
			p := udp(int64(i)*1000, fmt.Sprintf("10.%d.%d.1", i>>8&255, i&255), b, uint16(1024+i>>16), 53, "a question or an answer")
			if reply {
				p.src, p.dst, p.sp, p.dp = p.dst, p.src, p.dp, p.sp
			}
			all = append(all, p.frame())
		}
	}
	return all
}

// BenchmarkEngine is what a packet costs from the frame to the record.
func BenchmarkEngine(b *testing.B) {
	for name, set := range map[string]func(*Config){
		"bidir": func(*Config) {},
		"full":  func(c *Config) { c.Features = everything() },
	} {
		for _, n := range []int{100, 100_000} {
			b.Run(fmt.Sprintf("%s/%d flows", name, n), func(b *testing.B) {
				all := flows(n)
				c := usual()
				set(&c)
				b.ReportAllocs()
				for b.Loop() {
					src := &frames{inputs: [][]capture.Frame{all}, size: 1000}
					if _, err := Run(context.Background(), c, src, nowhere{}, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/packet")
			})
		}
	}
}

// idleBytes is the memory of the heap for each of n TCP connections that have
// been opened and sent a request and an answer.
func idleBytes(tb testing.TB, f Features, n int) float64 {
	tb.Helper()
	c := usual()
	c.Features, c.MaxFlows, c.MaxMemory = f, 1<<22, 1<<40
	set := settle(c)
	d := newDealer(set, nil)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	opening := exchange()
	opening = append(opening[:5], opening[6:]...) // without the segment that comes twice
	before := heap()
	w := makeWorkers(set, new(flowtable.Seed))[0]
	for i := range n {
		for _, p := range opening {
			for _, addr := range []*string{&p.src, &p.dst} {
				if *addr == a {
					*addr = fmt.Sprintf("10.%d.%d.1", i>>8&255, i&255)
				}
			}
			for _, port := range []*uint16{&p.sp, &p.dp} {
				if *port == 1000 {
					*port = uint16(1024 + i>>16)
				}
			}
			frame := p.frame()
			ps, err := d.frame(nil, &frame)
			if err != nil {
				tb.Fatal(err)
			}
			w.run(ps, nil)
		}
	}
	after := heap()
	runtime.KeepAlive(w)
	return float64(after-before) / float64(n)
}

// An idle flow costs at most 300 bytes.
func TestIdleFlowIsSmall(t *testing.T) {
	const n = 1<<17 - 1 // as many as fill the pools' chunks
	if got := idleBytes(t, Features{}, n); got > 300 {
		t.Errorf("%.0f bytes", got)
	}
}

func BenchmarkIdleFlow(b *testing.B) {
	for name, f := range map[string]Features{"bidir": {}, "full": everything()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(idleBytes(b, f, 100_000), "B/flow")
			}
		})
	}
}
