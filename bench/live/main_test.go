//go:build linux

package main

import "testing"

// What the programs print is read right.
func TestCounts(t *testing.T) {
	said := map[string]string{
		"joy bidir=1": `{"inputs":1,"damaged":0,"bytes":99,"frames":1234,"dropped":5,"filtered_out":0,"shed_contents":6,"shed_packets":7,"shed_bytes":8}`,
		"tcpdump":     "1 packet captured\n1234 packets received by filter\n18 packets dropped by kernel\n",
		"softflowd":   "Packets processed: 1\nPackets received by libpcap: 1234\nPackets dropped by libpcap: 17\nPackets dropped by interface: 1\n",
	}
	want := map[string][2]int{"joy bidir=1": {1234, 18}, "tcpdump": {1, 18}, "softflowd": {1234, 18}}
	b := bench{}
	for _, c := range b.contenders() {
		text, ok := said[c.name]
		if !ok {
			continue
		}
		if got := [2]int{number(c.seen, text), number(c.lost, text)}; got != want[c.name] {
			t.Errorf("%s: seen and lost %v, want %v", c.name, got, want[c.name])
		}
	}
	sent := "Actual: 1000 packets (88000 bytes) sent in 0.10 seconds\nRated: 880000.0 Bps, 7.04 Mbps, 10000.50 pps\n" +
		"Statistics for network device: joyb0\n\tSuccessful packets:        1000\n\tFailed packets:            0\n"
	if number(sentPackets, sent) != 1000 || number(sentRate, sent) != 10000 {
		t.Errorf("sent %d at %d", number(sentPackets, sent), number(sentRate, sent))
	}
}
