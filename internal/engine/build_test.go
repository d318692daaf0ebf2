package engine

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"joy/capture"
	"joy/packet"
)

const (
	second = int64(1e9)
	ms     = int64(1e6)
	start  = 1_700_000_000 * second // the time that tests count from
)

// A pkt is an IPv4 packet for the tests, in Ethernet.
type pkt struct {
	at       int64 // since start
	src, dst string
	proto    uint8 // 0: TCP
	sp, dp   uint16
	flags    uint8
	seq, ack uint32
	window   uint16
	opts     string
	payload  string
	ttl      uint8 // 0: 64
	id       uint16
	vlan     uint16
	cut      int // bytes that were not captured
}

// frame builds the bytes. Checksums are not looked at, so they are 0.
func (p pkt) frame() capture.Frame {
	transport := p.transport()
	b := make([]byte, 0, 64+len(transport))
	b = append(b, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1)
	if p.vlan != 0 {
		b = append(b, 0x81, 0, byte(p.vlan>>8), byte(p.vlan))
	}
	b = append(b, 8, 0)
	ttl := p.ttl
	if ttl == 0 {
		ttl = 64
	}
	proto := p.proto
	if proto == 0 {
		proto = packet.ProtoTCP
	}
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(transport)))
	b = binary.BigEndian.AppendUint16(b, p.id)
	b = append(b, 0, 0, ttl, proto, 0, 0)
	b = append(b, netip.MustParseAddr(p.src).AsSlice()...)
	b = append(b, netip.MustParseAddr(p.dst).AsSlice()...)
	b = append(b, transport...)
	return capture.Frame{Time: start + p.at, Data: b[:len(b)-p.cut], Wire: len(b), Link: capture.LinkEthernet}
}

func (p pkt) transport() []byte {
	var b []byte
	switch p.proto {
	case 0:
		b = binary.BigEndian.AppendUint16(b, p.sp)
		b = binary.BigEndian.AppendUint16(b, p.dp)
		b = binary.BigEndian.AppendUint32(b, p.seq)
		b = binary.BigEndian.AppendUint32(b, p.ack)
		b = append(b, byte(5+len(p.opts)/4)<<4, p.flags)
		b = binary.BigEndian.AppendUint16(b, p.window)
		b = append(b, 0, 0, 0, 0)
		b = append(b, p.opts...)
	case packet.ProtoUDP:
		b = binary.BigEndian.AppendUint16(b, p.sp)
		b = binary.BigEndian.AppendUint16(b, p.dp)
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(p.payload)))
		b = append(b, 0, 0)
	case packet.ProtoICMP:
		b = append(b, byte(p.sp), byte(p.dp), 0, 0, 0, 0, 0, 0)
	}
	return append(b, p.payload...)
}

// frames are the source of a test: several inputs, in batches.
type frames struct {
	inputs [][]capture.Frame
	size   int // frames in a batch, 0: 3
	input  int
	at     int
	err    error // at the end, instead of io.EOF
}

func source(ps ...pkt) *frames { return &frames{inputs: [][]capture.Frame{build(ps)}} }

func build(ps []pkt) []capture.Frame {
	var all []capture.Frame
	for _, p := range ps {
		all = append(all, p.frame())
	}
	return all
}

func (s *frames) Next(b *capture.Batch) error {
	for s.input < len(s.inputs) && s.at == len(s.inputs[s.input]) {
		s.input, s.at = s.input+1, 0
	}
	if s.input == len(s.inputs) {
		if s.err != nil {
			return s.err
		}
		return io.EOF
	}
	n := s.size
	if n == 0 {
		n = 3
	}
	all := s.inputs[s.input]
	end := min(s.at+n, len(all))
	b.Frames = append(b.Frames[:0], all[s.at:end]...)
	b.Input, s.at = s.input, end
	return nil
}

func (s *frames) Stats() capture.Stats { return capture.Stats{} }
func (s *frames) Close() error         { return nil }

// lines is a Sink that keeps what it is given.
type lines struct {
	text   strings.Builder
	clocks []int64
	err    error
}

func (l *lines) Write(b []byte, ends []int, clock int64) error {
	l.text.Write(b[:ends[len(ends)-1]])
	l.clocks = append(l.clocks, clock)
	return l.err
}

func (l *lines) Tick(int64) error { return nil }
func (l *lines) Close() error     { return nil }

// usual is the Config of Joy's defaults with bidir=1.
func usual() Config {
	return Config{
		Bidir: true, NumPkts: 50, Idle: 10 * second, Active: 30 * second,
		MaxFlows: 1 << 20, MaxMemory: 1 << 30, Workers: 1,
	}
}

// runLines runs the engine and returns the records as text.
func runLines(t testing.TB, c Config, src capture.Source) (string, Counts) {
	t.Helper()
	var out lines
	counts, err := Run(context.Background(), c, src, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(out.clocks) && len(src.(*frames).inputs) == 1 {
		t.Errorf("the clock of the sink goes back: %v", out.clocks)
	}
	return out.text.String(), counts
}

// A rec is a record read back.
type rec struct {
	SA, DA    string
	Pr        int
	SP, DP    *int
	BytesOut  uint64  `json:"bytes_out"`
	PktsOut   uint64  `json:"num_pkts_out"`
	BytesIn   *uint64 `json:"bytes_in"`
	PktsIn    *uint64 `json:"num_pkts_in"`
	TimeStart float64 `json:"time_start"`
	TimeEnd   float64 `json:"time_end"`
	Packets   []struct {
		B, IPT int64
		Dir    string
	}
	IP map[string]struct {
		TTL int
		ID  []int
	}
	TCP                    map[string]json.RawMessage
	ByteDist               []int             `json:"byte_dist"`
	Mean                   *float64          `json:"byte_dist_mean"`
	Std                    *float64          `json:"byte_dist_std"`
	Entropy                *float64          `json:"entropy"`
	TotalEntropy           *float64          `json:"total_entropy"`
	Compact                []int             `json:"compact_byte_dist"`
	WHT                    []float64         `json:"wht"`
	Payload                map[string]string `json:"payload"`
	OSeq, OAck, ISeq, IAck []int64
	PPI                    []map[string]any
	HD                     map[string]any
	IDPOut                 string `json:"idp_out"`
	IDPLenOut              int    `json:"idp_len_out"`
	IDPIn                  string `json:"idp_in"`
	Stats                  map[string]json.RawMessage
	CommunityID            string `json:"community_id"`
	L2                     map[string]any
	Encap                  []map[string]any
	FlowID                 string `json:"flow_id"`
	Segment                int
	Debug                  map[string]int
	ExpireType             string `json:"expire_type"`
	EndReason              string `json:"end_reason"`
}

func runRecs(t testing.TB, c Config, src capture.Source) ([]rec, Counts) {
	t.Helper()
	text, counts := runLines(t, c, src)
	var all []rec
	for line := range strings.Lines(text) {
		var r rec
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, r)
	}
	return all, counts
}

// sum is a record in short: who, how much, when, why.
func (r *rec) sum() string {
	s := fmt.Sprintf("%s:%s>%s:%s %d/%d", r.SA, port(r.SP), r.DA, port(r.DP), r.PktsOut, r.BytesOut)
	if r.PktsIn != nil {
		s += fmt.Sprintf(" %d/%d", *r.PktsIn, *r.BytesIn)
	}
	s += fmt.Sprintf(" %.3f-%.3f %s", r.TimeStart-float64(start/second), r.TimeEnd-float64(start/second), r.EndReason)
	if r.Segment > 0 {
		s += fmt.Sprintf(" #%d", r.Segment)
	}
	return s
}

func port(p *int) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func sums(all []rec) (list []string) {
	for i := range all {
		list = append(list, all[i].sum())
	}
	return list
}

// check compares records in short, in any case of difference printing both.
func check(t *testing.T, all []rec, want ...string) {
	t.Helper()
	if got := sums(all); !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
