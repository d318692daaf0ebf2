package engine

import (
	"errors"
	"strings"
	"testing"

	"joy/capture"
	"joy/packet"
)

const (
	a, b = "10.0.0.1", "10.0.0.2"

	syn    = packet.SYN
	synAck = packet.SYN | packet.ACK
	ack    = packet.ACK
	fin    = packet.FIN | packet.ACK
	rst    = packet.RST
)

// out and in are packets of a conversation from port 1000 of a to port 80 of b.
func out(at int64, flags uint8, seq uint32, payload string) pkt {
	return pkt{at: at, src: a, dst: b, sp: 1000, dp: 80, flags: flags, seq: seq, payload: payload}
}

func in(at int64, flags uint8, seq uint32, payload string) pkt {
	return pkt{at: at, src: b, dst: a, sp: 80, dp: 1000, flags: flags, seq: seq, payload: payload}
}

func udp(at int64, src, dst string, sp, dp uint16, payload string) pkt {
	return pkt{at: at, src: src, dst: dst, proto: packet.ProtoUDP, sp: sp, dp: dp, payload: payload}
}

func TestFlows(t *testing.T) {
	day := 86400 * second
	for _, c := range []struct {
		name    string
		set     func(*Config)
		packets []pkt
		want    []string
	}{
		{"a connection", nil, []pkt{
			out(0, syn, 9, ""), in(ms, synAck, 99, ""), out(2*ms, ack, 10, ""), out(3*ms, ack, 10, "GET"), in(4*ms, ack, 100, "HTTP!"),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 3/3 2/5 0.000-0.004 forced"}},
		{"bidir=0: each direction with its own times (D11)", func(c *Config) { c.Bidir = false }, []pkt{
			out(0, syn, 9, ""), in(ms, synAck, 99, ""), out(2*ms, ack, 10, "GET"), in(4*ms, ack, 100, "HTTP!"),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 2/3 0.000-0.002 forced",
			"10.0.0.2:80>10.0.0.1:1000 2/5 0.001-0.004 forced",
		}},
		{"a SYN settles who opened", nil, []pkt{
			in(0, synAck, 99, ""), out(ms, syn, 9, ""),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 1/0 1/0 0.000-0.001 forced"}},
		{"an ECN SYN does too (D8)", nil, []pkt{
			in(0, synAck, 99, ""), out(ms, syn|packet.ECE|packet.CWR, 9, ""),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 1/0 1/0 0.000-0.001 forced"}},
		{"without a SYN the first packet does", nil, []pkt{
			in(0, ack, 99, "x"), out(ms, ack, 9, "y"),
		}, []string{"10.0.0.2:80>10.0.0.1:1000 1/1 1/1 0.000-0.001 forced"}},
		{"idle timeout on arrival (D13)", nil, []pkt{
			udp(0, a, b, 1, 2, "x"), udp(10*second, a, b, 1, 2, "x"), udp(20*second+1, a, b, 1, 2, "x"),
		}, []string{
			"10.0.0.1:1>10.0.0.2:2 2/2 0.000-10.000 idle",
			"10.0.0.1:1>10.0.0.2:2 1/1 20.000-20.000 forced",
		}},
		{"idle flows are written while others go on", nil, []pkt{
			udp(0, a, b, 1, 2, "x"), udp(0, a, b, 3, 4, "x"), udp(9*second, a, b, 3, 4, "x"), udp(12*second, a, b, 3, 4, "x"),
		}, []string{
			"10.0.0.1:1>10.0.0.2:2 1/1 0.000-0.000 idle",
			"10.0.0.1:3>10.0.0.2:4 3/3 0.000-12.000 forced",
		}},
		{"active timeout: the continuation keeps direction and id (D20)", nil, []pkt{
			out(0, syn, 9, ""), in(ms, synAck, 99, ""), out(9*second, ack, 10, "a"), in(18*second, ack, 100, "b"),
			in(27*second, ack, 101, "c"), in(31*second, ack, 102, "d"), out(32*second, ack, 11, "e"),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 2/1 3/2 0.000-27.000 active",
			"10.0.0.1:1000>10.0.0.2:80 1/1 1/1 31.000-32.000 forced #1",
		}},
		{"a continuation with the other side alone", nil, []pkt{
			out(0, syn, 9, ""), in(9*second, ack, 100, "b"), in(18*second, ack, 101, "c"), in(27*second, ack, 102, "c"), in(31*second, ack, 103, "d"),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 1/0 3/3 0.000-27.000 active",
			"10.0.0.2:80>10.0.0.1:1000 1/1 31.000-31.000 forced #1",
		}},
		{"timeouts of 0 are never", func(c *Config) { c.Idle, c.Active = 0, 0 }, []pkt{
			udp(0, a, b, 1, 2, "x"), udp(day, a, b, 1, 2, "x"), udp(200*day, a, b, 1, 2, "x"),
		}, []string{"10.0.0.1:1>10.0.0.2:2 3/3 0.000-17280000.000 forced"}},
		{"a clock that goes back", nil, []pkt{
			udp(5*second, a, b, 1, 2, "xx"), udp(2*second, a, b, 1, 2, "x"), udp(4*second, b, a, 2, 1, "xxx"),
		}, []string{"10.0.0.1:1>10.0.0.2:2 2/3 1/3 2.000-5.000 forced"}},
		{"a clock that goes back by more than the timeout", nil, []pkt{
			udp(50*second, a, b, 1, 2, "x"), udp(2*second, a, b, 1, 2, "x"),
		}, []string{
			"10.0.0.1:1>10.0.0.2:2 1/1 50.000-50.000 idle",
			"10.0.0.1:1>10.0.0.2:2 1/1 2.000-2.000 idle",
		}},
		{"a port used again after FIN (D9)", nil, []pkt{
			out(0, syn, 9, ""), in(1, synAck, 99, ""), out(2, fin, 10, ""), in(3, fin, 100, ""), out(4, ack, 11, ""),
			out(second, syn, 5000, ""),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 3/0 2/0 0.000-0.000 end of flow",
			"10.0.0.1:1000>10.0.0.2:80 1/0 1.000-1.000 forced",
		}},
		{"a port used again after RST, by the other side", nil, []pkt{
			out(0, syn, 9, ""), in(1, rst, 0, ""), in(second, syn, 5000, ""),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 1/0 1/0 0.000-0.000 end of flow",
			"10.0.0.2:80>10.0.0.1:1000 1/0 1.000-1.000 forced",
		}},
		{"half closed is not over", nil, []pkt{
			out(0, syn, 9, ""), in(1, synAck, 99, ""), out(2, fin, 10, ""), out(second, syn, 9, ""), in(2*second, ack, 100, "data"),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 3/0 2/4 0.000-2.000 forced"}},
		{"tcp_close ends soon after the last FIN", func(c *Config) { c.TCPClose = true }, []pkt{
			out(0, syn, 9, ""), in(1, synAck, 99, ""), out(2, fin, 10, ""), in(3, fin, 100, ""), out(ms, ack, 11, ""), udp(3*second, a, b, 5, 6, ""),
			out(4*second, ack, 11, ""),
		}, []string{
			"10.0.0.1:1000>10.0.0.2:80 3/0 2/0 0.000-0.001 end of flow",
			"10.0.0.1:5>10.0.0.2:6 1/0 3.000-3.000 forced",
			"10.0.0.1:1000>10.0.0.2:80 1/0 4.000-4.000 forced",
		}},
		{"sequence number 0 (D6)", nil, []pkt{out(0, ack, 0, "data")}, []string{"10.0.0.1:1000>10.0.0.2:80 1/4 0.000-0.000 forced"}},
		{"retransmissions are packets like others", nil, []pkt{
			out(0, ack, 1, "data"), out(ms, ack, 1, "data"), out(2*ms, ack, 5, "more"),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 3/12 0.000-0.002 forced"}},
		{"a segment that was lost and comes late is none", nil, []pkt{
			out(0, ack, 1, "data"), out(ms, ack, 9, "last"), out(2*ms, ack, 5, "more"),
		}, []string{"10.0.0.1:1000>10.0.0.2:80 3/12 0.000-0.002 forced"}},
		{"lengths are those on the wire (D3)", nil, []pkt{
			{src: a, dst: b, sp: 1000, dp: 80, flags: ack, seq: 1, payload: strings.Repeat("x", 1000), cut: 990},
		}, []string{"10.0.0.1:1000>10.0.0.2:80 1/1000 0.000-0.000 forced"}},
		{"ICMP has no ports, and 8 bytes of header", nil, []pkt{
			{src: a, dst: b, proto: packet.ProtoICMP, sp: 8, payload: "ping"}, {src: b, dst: a, proto: packet.ProtoICMP, payload: "ping"},
		}, []string{"10.0.0.1:->10.0.0.2:- 1/4 1/4 0.000-0.000 forced"}},
		{"any other protocol", nil, []pkt{{src: a, dst: b, proto: 89, payload: "ospf"}}, []string{"10.0.0.1:->10.0.0.2:- 1/4 0.000-0.000 forced"}},
		{
			"an address that talks to itself", nil,
			[]pkt{udp(0, a, a, 5, 5, "x"), udp(ms, a, a, 5, 5, "yy")},
			[]string{"10.0.0.1:5>10.0.0.1:5 2/3 0.000-0.001 forced"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := usual()
			if c.set != nil {
				c.set(&config)
			}
			all, counts := runRecs(t, config, source(c.packets...))
			check(t, all, c.want...)
			if counts.Records != uint64(len(c.want)) || counts.Packets != uint64(len(c.packets)) {
				t.Errorf("%d records, %d packets counted", counts.Records, counts.Packets)
			}
		})
	}
}

// Segments of one flow share an id; another flow between the same ports has
// another.
func TestFlowID(t *testing.T) {
	all, _ := runRecs(t, usual(), source(
		udp(0, a, b, 1, 2, "x"), udp(9*second, a, b, 1, 2, "x"), udp(18*second, a, b, 1, 2, "x"), udp(27*second, a, b, 1, 2, "x"),
		udp(31*second, a, b, 1, 2, "x"), udp(99*second, a, b, 1, 2, "x")))
	check(t, all,
		"10.0.0.1:1>10.0.0.2:2 4/4 0.000-27.000 active",
		"10.0.0.1:1>10.0.0.2:2 1/1 31.000-31.000 idle #1",
		"10.0.0.1:1>10.0.0.2:2 1/1 99.000-99.000 forced")
	if all[0].FlowID != all[1].FlowID || all[0].FlowID == all[2].FlowID || len(all[0].FlowID) != 16 {
		t.Errorf("ids %s, %s, %s", all[0].FlowID, all[1].FlowID, all[2].FlowID)
	}
	if all[0].ExpireType != "a" || all[1].ExpireType != "i" || all[2].ExpireType != "" {
		t.Errorf("expire types %q, %q, %q", all[0].ExpireType, all[1].ExpireType, all[2].ExpireType)
	}
}

func TestBoundOfFlows(t *testing.T) {
	c := usual()
	c.MaxFlows = 2
	all, counts := runRecs(t, c, source(
		udp(0, a, b, 1, 9, "x"), udp(1*ms, a, b, 2, 9, "x"), udp(2*ms, a, b, 1, 9, "x"), udp(3*ms, a, b, 3, 9, "x"), udp(4*ms, a, b, 2, 9, "x")))
	check(t, all,
		"10.0.0.1:2>10.0.0.2:9 1/1 0.001-0.001 lack of resources",
		"10.0.0.1:1>10.0.0.2:9 2/2 0.000-0.002 lack of resources",
		"10.0.0.1:3>10.0.0.2:9 1/1 0.003-0.003 forced",
		"10.0.0.1:2>10.0.0.2:9 1/1 0.004-0.004 forced")
	if counts.Evicted != 2 || counts.Flows != 4 {
		t.Errorf("%d evicted of %d flows", counts.Evicted, counts.Flows)
	}
}

// Whatever flows hold is given back, and the bound of memory is kept.
func TestBoundOfMemory(t *testing.T) {
	c := usual()
	c.MaxMemory, c.Features, c.Idle = 1<<20, everything(), 0
	var ps []pkt
	for i := range 3000 {
		p := out(int64(i)*ms, ack, 1, strings.Repeat("x", 300))
		p.sp = uint16(i)
		ps = append(ps, p)
	}
	_, counts := runRecs(t, c, source(ps...))
	if counts.Evicted == 0 || counts.Records != 3000 {
		t.Errorf("%d evicted, %d records", counts.Evicted, counts.Records)
	}
}

func TestPerFile(t *testing.T) {
	c := usual()
	two := func() *frames {
		return &frames{inputs: [][]capture.Frame{build([]pkt{udp(0, a, b, 1, 2, "x")}), build([]pkt{udp(second, a, b, 1, 2, "y")})}}
	}
	all, _ := runRecs(t, c, two())
	check(t, all, "10.0.0.1:1>10.0.0.2:2 2/2 0.000-1.000 forced")
	c.PerFile = true
	all, _ = runRecs(t, c, two())
	check(t, all, "10.0.0.1:1>10.0.0.2:2 1/1 0.000-0.000 forced", "10.0.0.1:1>10.0.0.2:2 1/1 1.000-1.000 forced")
}

// A capture that is older than the one before it has a clock of its own (D14).
func TestOlderInput(t *testing.T) {
	all, _ := runRecs(t, usual(), &frames{inputs: [][]capture.Frame{
		build([]pkt{udp(1000*second, a, b, 1, 2, "x")}),
		build([]pkt{udp(0, a, b, 3, 4, "x"), udp(8*second, a, b, 3, 4, "y"), udp(19*second, a, b, 3, 4, "z")}),
	}})
	check(t, all,
		"10.0.0.1:3>10.0.0.2:4 2/2 0.000-8.000 idle",
		"10.0.0.1:1>10.0.0.2:2 1/1 1000.000-1000.000 forced",
		"10.0.0.1:3>10.0.0.2:4 1/1 19.000-19.000 forced")
}

func TestErrors(t *testing.T) {
	for _, workers := range []int{1, 2} {
		c := usual()
		c.Workers = workers
		broken := errors.New("broken")
		src := source(udp(0, a, b, 1, 2, "x"))
		src.err = broken
		var sink lines
		if _, err := Run(t.Context(), c, src, &sink, nil); !errors.Is(err, broken) || strings.Count(sink.text.String(), "\n") != 1 {
			t.Errorf("%d workers: source: %v after %q", workers, err, sink.text.String())
		}
		sink = lines{err: broken}
		if _, err := Run(t.Context(), c, source(udp(0, a, b, 1, 2, "x")), &sink, nil); !errors.Is(err, broken) {
			t.Errorf("%d workers: sink: %v", workers, err)
		}
		c.Filter = func(uint16) (Filter, error) { return nil, broken }
		if _, err := Run(t.Context(), c, source(udp(0, a, b, 1, 2, "x")), &sink, nil); !errors.Is(err, broken) {
			t.Errorf("%d workers: filter: %v", workers, err)
		}
	}
}

type longerThan int

func (n longerThan) Match(_ []byte, wire int) bool { return wire > int(n) }

func TestFilter(t *testing.T) {
	c := usual()
	c.Filter = func(uint16) (Filter, error) { return longerThan(50), nil }
	all, counts := runRecs(t, c, source(udp(0, a, b, 1, 2, "x"), udp(ms, a, b, 1, 2, "a longer one")))
	check(t, all, "10.0.0.1:1>10.0.0.2:2 1/12 0.001-0.001 forced")
	if counts.Filtered != 1 || counts.Packets != 1 {
		t.Errorf("%d filtered out, %d packets", counts.Filtered, counts.Packets)
	}
}
