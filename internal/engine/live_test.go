package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"joy/capture"
	"joy/packet"
)

// live is a Source that gives the batches that it is made of.
type live []capture.Batch

func (s *live) Next(b *capture.Batch) error {
	if len(*s) == 0 {
		return io.EOF
	}
	*b, *s = (*s)[0], (*s)[1:]
	return nil
}

func (*live) Stats() capture.Stats { return capture.Stats{} }
func (*live) Close() error         { return nil }

// ticking is a Sink that notes how many records there were at each Tick.
type ticking struct {
	lines
	ticks   []int64
	records []int
}

func (s *ticking) Tick(now int64) error {
	s.ticks = append(s.ticks, now)
	s.records = append(s.records, strings.Count(s.text.String(), "\n"))
	return nil
}

func TestTimeGoesOnWithoutFrames(t *testing.T) {
	for _, workers := range []int{1, 2} {
		c := usual()
		c.Workers = workers
		src := live{
			{Now: start - second}, // before any frame, time does not matter
			{Frames: build([]pkt{{at: 0, src: "10.0.0.1", dst: "10.0.0.2", proto: packet.ProtoUDP}}), Now: start},
			{Now: start + 10*second},
			{Now: start + 10*second + 300*ms},
			{Now: start + 20*second},
		}
		var out ticking
		if _, err := Run(context.Background(), c, &src, &out, nil); err != nil {
			t.Fatal(err)
		}
		if want := []int{0, 0, 0, 1, 1}; !slices.Equal(out.records, want) {
			t.Errorf("%d workers: records at the ticks: %v, want %v", workers, out.records, want)
		}
		if got := out.ticks[3]; got != start+10*second+300*ms {
			t.Errorf("%d workers: the time at the fourth tick is %d", workers, got-start)
		}
	}
}

// With tcp_close a connection's record comes soon after its end, and not only
// when the timeout of its beginning is over.
func TestClosedConnectionIsWrittenSoon(t *testing.T) {
	c := usual()
	c.TCPClose = true
	conn := func(at int64, sp, dp uint16, src, dst string, flags uint8) pkt {
		return pkt{at: at, src: src, dst: dst, sp: sp, dp: dp, flags: flags}
	}
	src := live{
		{Frames: build([]pkt{
			conn(0, 1, 80, "10.0.0.1", "10.0.0.2", syn), conn(1*ms, 80, 1, "10.0.0.2", "10.0.0.1", synAck),
			conn(2*ms, 1, 80, "10.0.0.1", "10.0.0.2", fin), conn(3*ms, 80, 1, "10.0.0.2", "10.0.0.1", fin),
			conn(4*ms, 1, 80, "10.0.0.1", "10.0.0.2", ack),
			conn(4*ms, 2, 80, "10.0.0.1", "10.0.0.2", syn), conn(5*ms, 80, 2, "10.0.0.2", "10.0.0.1", rst),
		}), Now: start},
		{Now: start + 400*ms},
		{Now: start + 800*ms},
		{Now: start + 9*second},
	}
	var out ticking
	if _, err := Run(context.Background(), c, &src, &out, nil); err != nil {
		t.Fatal(err)
	}
	if want := []int{0, 0, 2, 2}; !slices.Equal(out.records, want) {
		t.Errorf("records at the ticks: %v, want %v", out.records, want)
	}
}

// The clock of a live capture may be set back. No flow waits for the time that
// was before.
func TestClockSetBack(t *testing.T) {
	udp := func(at int64) []capture.Frame {
		return build([]pkt{{at: at, src: "10.0.0.1", dst: "10.0.0.2", sp: 1, dp: 2, proto: packet.ProtoUDP}})
	}
	src := live{
		{Frames: udp(3600 * second), Now: start + 3600*second},
		{Frames: udp(3599 * second), Now: start + 3600*second}, // out of order, no more
		{Frames: udp(0), Now: start},
		{Now: start + 11*second},
		{Frames: udp(12 * second), Now: start + 12*second},
	}
	var out ticking
	counts, err := Run(context.Background(), usual(), &src, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{0, 0, 1, 2, 2}; !slices.Equal(out.records, want) || counts.Steps != 1 {
		t.Errorf("records at the ticks: %v, want %v; %d steps back, want 1", out.records, want, counts.Steps)
	}
}

// The records of a live capture are those of the same packets in a file,
// whatever the batches, the rings and the ticks of the clock.
func TestLiveEqualsFile(t *testing.T) {
	all := traffic(11, 5000)
	slices.SortStableFunc(all, func(a, b capture.Frame) int { return cmp.Compare(a.Time, b.Time) })
	c := usual()
	c.Features = everything()
	want, _ := runLines(t, c, &frames{inputs: [][]capture.Frame{all}})
	for _, rings := range []int{1, 2, 3} {
		for _, workers := range []int{1, 3} {
			c.Workers = workers
			src := overRings(all, rings)
			var out lines
			if _, err := Run(context.Background(), c, &src, &out, nil); err != nil {
				t.Fatal(err)
			}
			if got := out.text.String(); !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("%d rings, %d workers: %d records live, %d from a file, or different ones",
					rings, workers, strings.Count(got, "\n"), strings.Count(want, "\n"))
			}
		}
	}
}

func sorted(text string) []string {
	s := slices.Collect(strings.Lines(text))
	slices.Sort(s)
	return s
}

// overRings spreads conversations over rings and gives frames as batches of odd
// sizes, now of this ring and now of that, with the time up to which all have
// come, and now and then a batch without frames.
func overRings(all []capture.Frame, rings int) (src live) {
	waiting := make([][]capture.Frame, rings)
	for _, f := range all {
		n := int(conversation(f.Data)) % rings
		waiting[n] = append(waiting[n], f)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for left := len(all); left > 0; {
		ring := &waiting[r.IntN(rings)]
		n := min(r.IntN(37), len(*ring))
		b := capture.Batch{Frames: (*ring)[:n], Now: all[len(all)-1].Time} // not past the last frame: a file ends there
		*ring = (*ring)[n:]
		left -= n
		for _, w := range waiting {
			if len(w) > 0 {
				b.Now = min(b.Now, w[0].Time)
			}
		}
		src = append(src, b)
	}
	return src
}

// conversation is the same for both directions.
func conversation(frame []byte) byte {
	ip := frame[14:]
	if frame[12] == 0x81 {
		ip = frame[18:]
	}
	return ip[15] + ip[19]
}

// Under load contents go first, then new flows; every packet is in a record or
// in a counter.
func TestShedding(t *testing.T) {
	tcp := func(port uint16, at int64) []capture.Frame {
		return build([]pkt{{at: at, src: "10.0.0.1", dst: "10.0.0.2", sp: port, dp: 80, flags: ack, payload: "abcd", seq: uint32(1 + 4*at)}})
	}
	batches := live{
		{Frames: tcp(1, 0), Now: start},
		{Frames: append(tcp(1, 1), tcp(2, 1)...), Now: start, Load: 60},
		{Frames: append(tcp(1, 2), tcp(3, 2)...), Now: start, Load: 90},
		{Frames: append(tcp(2, 3), tcp(3, 3)...), Now: start, Load: 60}, // 60 is not below 50
		{Frames: append(tcp(2, 4), tcp(4, 4)...), Now: start, Load: 40},
		{Frames: append(tcp(2, 5), tcp(5, 5)...), Now: start, Load: 10},
	}
	for _, workers := range []int{1, 2} {
		c := usual()
		c.Workers = workers
		c.Features, c.Shed = Features{Dist: true}, true
		var out lines
		progress := new(Progress)
		src := slices.Clone(batches)
		counts, err := Run(context.Background(), c, &src, &out, progress)
		if err != nil {
			t.Fatal(err)
		}
		type flow struct{ pkts, shed, bytes int }
		got := map[int]flow{}
		var packets uint64
		for _, line := range sorted(out.text.String()) {
			var r struct {
				SP       int                `json:"sp"`
				Pkts     int                `json:"num_pkts_out"`
				ByteDist []int              `json:"byte_dist"`
				Debug    struct{ Shed int } `json:"debug"`
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			got[r.SP] = flow{r.Pkts, r.Debug.Shed, 4 * r.ByteDist['a']}
			packets += uint64(r.Pkts)
		}
		want := map[int]flow{1: {3, 2, 4}, 2: {4, 3, 4}, 4: {1, 1, 0}, 5: {1, 0, 4}}
		for port, f := range want {
			if got[port] != f {
				t.Errorf("%d workers: port %d: %+v, want %+v", workers, port, got[port], f)
			}
		}
		if len(got) != len(want) || counts.Shed != 2 || counts.ShedSize != 8 || counts.Plain != 6 || packets+counts.Shed != counts.Packets {
			t.Errorf("%d workers: %d flows, counts %+v", workers, len(got), counts)
		}
		if s := progress.Snapshot(); s.Shed != counts.Shed || s.Packets != counts.Packets || s.Level != 0 || s.Load != 0 || s.Open != 0 {
			t.Errorf("%d workers: progress says %+v", workers, s)
		}
	}
}
