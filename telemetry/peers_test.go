package telemetry_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"joy/record"
	"joy/telemetry"
)

// TestSoftflowd has softflowd, an exporter that is not ours, read a capture and
// send what it saw, and wants the flows that are in it.
func TestSoftflowd(t *testing.T) {
	program, err := exec.LookPath("softflowd")
	if err != nil {
		t.Skip("softflowd is not installed")
	}
	file := writeCapture(t)
	for _, c := range []struct {
		name, network string
		args          []string
		v6, exact     bool // flows of IPv6 are exported; times are
	}{
		{"NetFlow 5", "udp", []string{"-v", "5"}, false, false},
		{"NetFlow 9", "udp", []string{"-v", "9"}, true, false},
		{"IPFIX", "udp", []string{"-v", "10"}, true, false},
		{"IPFIX with milliseconds", "udp", []string{"-v", "10", "-A", "milli"}, true, true},
		{"IPFIX with microseconds", "udp", []string{"-v", "10", "-A", "micro"}, true, true},
		{"IPFIX with seconds", "udp", []string{"-v", "10", "-A", "sec"}, true, false},
		{"IPFIX, both directions in one", "udp", []string{"-v", "10", "-A", "milli", "-b"}, true, true},
		{"IPFIX over TCP", "tcp", []string{"-v", "10", "-P", "tcp", "-A", "milli"}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := openSource(t, c.network, "127.0.0.1")
			port := portOf(t, src)
			args := append([]string{
				"-r", file, "-n", "127.0.0.1:" + strconv.Itoa(int(port)), "-d", "-a", "-6",
				"-p", filepath.Join(t.TempDir(), "pid"), "-c", "none",
			}, c.args...)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
				t.Fatalf("softflowd: %v: %s", err, out)
			}
			want := wantedFlows(c.v6)
			d := telemetry.New(telemetry.Options{Ports: []uint16{port}})
			var got []string
			collect(t, src, d, func(r *record.Record) bool {
				got = append(got, sides(t, r, c.exact)...)
				return len(got) < len(want)
			})
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s\n%+v", strings.Join(got, "\n"), strings.Join(want, "\n"), d.Stats())
			}
			for i, n := range d.Stats().Reasons {
				if r := telemetry.Reason(i); n > 0 && r != telemetry.OptionsData {
					t.Errorf("%s: %d", r, n)
				}
			}
		})
	}
}

// begin is when the capture begins, in seconds since 1970.
const begin = 1_600_000_000

// A conversation is some packets of one flow, each way.
type conversation struct {
	a, b     string
	proto    byte
	out, in  int // packets
	length   int // of a payload
	icmp     uint16
	reply    uint16
	from, to int // milliseconds
}

var conversations = []conversation{
	{a: "10.1.0.1:40000", b: "10.1.0.2:443", proto: 6, out: 5, in: 3, length: 100, from: 0, to: 7000},
	{a: "10.1.0.3:5353", b: "10.1.0.4:53", proto: 17, out: 1, in: 1, length: 33, from: 500, to: 1500},
	{a: "10.1.0.5:0", b: "10.1.0.6:0", proto: 1, out: 2, in: 2, length: 56, icmp: 0x0800, reply: 0, from: 1000, to: 4000},
	{a: "[2001:db8::1]:40001", b: "[2001:db8::2]:443", proto: 17, out: 4, in: 2, length: 1200, from: 2000, to: 7000},
}

// wantedFlows are the directions that must be told.
func wantedFlows(v6 bool) (list []string) {
	for _, c := range conversations {
		a, b := netip.MustParseAddrPort(c.a), netip.MustParseAddrPort(c.b)
		if a.Addr().Is6() && !v6 {
			continue
		}
		list = append(list, line(a, b, c.proto, c.out, c.out*c.size(), c.icmp), line(b, a, c.proto, c.in, c.in*c.size(), c.reply))
	}
	slices.Sort(list)
	return list
}

func line(a, b netip.AddrPort, proto byte, packets, bytes int, code uint16) string {
	return fmt.Sprintf("%s %s %d: %d packets %d bytes, ICMP %04x", a, b, proto, packets, bytes, code)
}

// sides are the directions of a record.
func sides(t *testing.T, r *record.Record, exact bool) (list []string) {
	t.Helper()
	a, b := netip.AddrPortFrom(r.Src, uint16(max(r.SP, 0))), netip.AddrPortFrom(r.Dst, uint16(max(r.DP, 0)))
	var out, in uint16
	if r.ICMP != nil {
		m := r.ICMP.Messages[0]
		out = uint16(m.Type)<<8 | uint16(m.Code)
	}
	if r.PktsOut > 0 || !r.HasIn { // a reply without its request comes as a flow with one direction empty
		list = append(list, line(a, b, r.Pr, int(r.PktsOut), int(r.Telemetry.OctetsOut), out))
	}
	if r.HasIn {
		list = append(list, line(b, a, r.Pr, int(r.PktsIn), int(r.Telemetry.OctetsIn), in))
	}
	checkTimes(t, r, exact)
	return list
}

// checkTimes wants the times of the flow, which softflowd tells for both
// directions together, or with the clocks of uptimes and seconds what is near.
func checkTimes(t *testing.T, r *record.Record, exact bool) {
	t.Helper()
	near := int64(2e9)
	if exact {
		near = 1e6
	}
	for _, c := range conversations {
		a, b := netip.MustParseAddrPort(c.a).Addr(), netip.MustParseAddrPort(c.b).Addr()
		if r.Src != a && r.Src != b || c.proto == 1 { // request and reply are flows of their own there
			continue
		}
		start, end := int64(begin*1e9)+int64(c.from)*1e6, int64(begin*1e9)+int64(c.to)*1e6
		if d := int64(r.TimeStart) - start; d < -near || d > near {
			t.Errorf("%s begins %d ms off", c.a, d/1e6)
		}
		if d := int64(r.TimeEnd) - end; d < -near || d > near {
			t.Errorf("%s ends %d ms off", c.a, d/1e6)
		}
	}
}

// size is the length of an IP packet of the conversation.
func (c conversation) size() int {
	n := c.length + map[byte]int{6: 20, 17: 8, 1: 8}[c.proto]
	if netip.MustParseAddrPort(c.a).Addr().Is6() {
		return n + 40
	}
	return n + 20
}

// packet is one of the packets of a conversation, with an Ethernet header.
func (c conversation) packet(a, b netip.AddrPort, code uint16) []byte {
	n := c.size()
	f := make([]byte, 12, 14+n)
	f[0], f[6] = 2, 2
	if a.Addr().Is4() {
		f = append(f, 8, 0, 0x45, 0, byte(n>>8), byte(n), 0, 0, 0x40, 0, 64, c.proto, 0, 0)
	} else {
		f = append(f, 0x86, 0xdd, 0x60, 0, 0, 0, byte((n-40)>>8), byte(n-40), c.proto, 64)
	}
	f = append(append(f, a.Addr().AsSlice()...), b.Addr().AsSlice()...)
	if c.proto == 1 {
		return append(f, append([]byte{byte(code >> 8), byte(code)}, make([]byte, 6+c.length)...)...)
	}
	f = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(f, a.Port()), b.Port())
	if c.proto == 6 {
		f = append(f, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0)
	} else {
		f = append(f, byte((8+c.length)>>8), byte(8+c.length), 0, 0)
	}
	return append(f, make([]byte, c.length)...)
}

// writeCapture writes the conversations to a file in the order of time.
func writeCapture(t *testing.T) string {
	t.Helper()
	type at struct {
		ms    int
		frame []byte
	}
	var all []at
	for _, c := range conversations {
		a, b := netip.MustParseAddrPort(c.a), netip.MustParseAddrPort(c.b)
		n := c.out + c.in
		for i := range n {
			f := c.packet(a, b, c.icmp)
			if i >= n-c.in {
				f = c.packet(b, a, c.reply)
			}
			all = append(all, at{c.from + (c.to-c.from)*i/(n-1), f})
		}
	}
	slices.SortStableFunc(all, func(x, y at) int { return x.ms - y.ms })
	le := binary.LittleEndian
	file := le.AppendUint32(nil, 0xa1b2c3d4)
	file = append(file, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	for _, x := range all {
		file = le.AppendUint32(file, uint32(begin+x.ms/1000))
		file = le.AppendUint32(file, uint32(x.ms%1000*1000))
		file = le.AppendUint32(le.AppendUint32(file, uint32(len(x.frame))), uint32(len(x.frame)))
		file = append(file, x.frame...)
	}
	name := filepath.Join(t.TempDir(), "flows.pcap")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
