package scan_test

import (
	"fmt"
	"strings"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/scan"
	"joy/detect/threshold"
)

const ping = `"icmp":{"messages":[{"type":8,"code":0,"dir":">","count":1}]}`

// findings are those of n flows.
func findings(t *testing.T, n int, make func(i int) flowtest.Flow) []finding.Finding {
	d := scan.New(threshold.Default(), network.New(nil))
	for i := range n {
		d.Add(make(i).Parse(t))
	}
	return d.Findings()
}

func TestFound(t *testing.T) {
	host := func(i int) string { return fmt.Sprintf("10.1.0.%d", i+1) }
	for name, c := range map[string]struct {
		n     int
		make  func(i int) flowtest.Flow
		kind  string
		title string
	}{
		"closed ports": {30, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(1 + i), Alone: i%2 == 0, NoSYN: i%2 == 1, Silent: true, At: float64(i), More: `"tcp":{"out":{"flags":"S"}}`}
		}, scan.Ports, "10.0.0.1 tried 30 ports of 10.0.0.2"},
		"ports by UDP": {30, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", Pr: 17, DP: uint16(1 + i), Alone: i > 3, At: float64(i)}
		}, scan.Ports, "10.0.0.1 tried 26 ports of 10.0.0.2"},
		"ports of two hosts": {60, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: host(i % 2), DP: uint16(1 + i/2), Alone: true, At: float64(i)}
		}, scan.Ports, "10.0.0.1 tried 30 ports of 10.1.0.1, and of 1 more hosts"},
		"hosts": {30, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: host(i), DP: 445, Alone: i > 4, At: float64(i)}
		}, scan.Hosts, "10.0.0.1 tried 25 hosts on tcp/445"},
		"pings": {30, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: host(i), Pr: 1, Alone: i > 4, At: float64(i), More: ping}
		}, scan.Pings, "10.0.0.1 pinged 25 hosts in vain"},
	} {
		list := findings(t, c.n, c.make)
		if len(list) != 1 || list[0].Kind != c.kind || list[0].Title != c.title {
			t.Errorf("%s: %+v", name, list)
			continue
		}
		if f := list[0]; f.Score <= 0.5 || f.Score >= 1 || f.Src != "10.0.0.1" || len(f.Flows) != finding.MaxFlows || f.Count < 20 {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestNotFound(t *testing.T) {
	host := func(i int) string { return fmt.Sprintf("10.1.0.%d", i+1) }
	for name, c := range map[string]struct {
		n    int
		make func(i int) flowtest.Flow
	}{
		"a few closed ports": {14, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(1 + i), Alone: true, At: float64(i)}
		}},
		"a dead server, again and again": {300, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, Alone: true, At: float64(i)}
		}},
		"many servers, some dead": {200, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: host(i), DP: 443, Alone: i%3 == 0, At: float64(i)}
		}},
		"answers that came late": {100, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.2", DA: "10.0.0.1", SP: 443, DP: uint16(40000 + i), NoSYN: true, Alone: true, At: float64(i)}
		}},
		"data connections of FTP": {100, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(40000 + i), At: float64(i)}
		}},
		"groups": {100, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: fmt.Sprintf("239.0.0.%d", i), Pr: 17, DP: 5000, Alone: true, At: float64(i)}
		}},
		"pings that are answered": {100, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: host(i), Pr: 1, At: float64(i), More: ping}
		}},
		"records of one flow": {100, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(i), Alone: true, Segment: 1, At: float64(i)}
		}},
	} {
		if list := findings(t, c.n, c.make); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// What was found stays found when the tables are full, and that is told.
func TestBounds(t *testing.T) {
	d := scan.New(threshold.Default(), network.New(nil))
	for i := range 20 {
		d.Add(flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(1 + i), Alone: true}.Parse(t))
	}
	f := flowtest.Flow{SA: "10.0.0.9", DA: "10.0.0.2", DP: 80, At: 1}.Parse(t)
	for i := range 1<<16 + 10 {
		f.SA, f.End = fmt.Appendf(nil, "10.9.%d.%d", i>>8, i&255), f.End+1e9
		d.Add(f)
	}
	list := d.Findings()
	if len(list) != 1 || !strings.HasPrefix(list[0].Title, "10.0.0.1 tried 20 ports") {
		t.Errorf("%+v", list)
	}
	for _, b := range d.Bounds() {
		if b.Name == "pairs of hosts" && b.Left != 11 {
			t.Errorf("%+v", b)
		}
	}
}
