package spoof_test

import (
	"fmt"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/spoof"
	"joy/detect/threshold"
)

func findings(t *testing.T, list []flowtest.Flow) []finding.Finding {
	d := spoof.New(threshold.Default(), network.New(nil))
	for _, f := range list {
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

func many(n int, f func(i int) flowtest.Flow) (list []flowtest.Flow) {
	for i := range n {
		list = append(list, f(i))
	}
	return list
}

// from is a flow of an address by a MAC address.
func from(sa, mac string, at float64) flowtest.Flow {
	return flowtest.Flow{SA: sa, DA: "203.0.114.9", DP: 80, At: at, More: fmt.Sprintf(`"l2":{"smac":"02:00:00:00:00:%s"}`, mac)}
}

const (
	own     = "01"
	other   = "02"
	gateway = "03"
)

func TestFound(t *testing.T) {
	for name, c := range map[string]struct {
		flows []flowtest.Flow
		kind  string
		score float64
	}{
		"loopback on the wire": {many(1, func(int) flowtest.Flow { return flowtest.Flow{SA: "127.0.0.5", DA: "10.0.0.1", DP: 80, Alone: true} }), spoof.Bogon, 0.5},
		"reserved": {many(3, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: fmt.Sprintf("240.0.0.%d", i), DA: "10.0.0.1", DP: 80, Alone: true}
		}), spoof.Bogon, 0.75},
		"two MAC addresses in turn": {[]flowtest.Flow{from("10.0.0.1", own, 0), from("10.0.0.1", other, 10), from("10.0.0.1", own, 20)}, spoof.Conflict, 0.6},
		"through the gateway": {[]flowtest.Flow{
			from("10.0.0.1", own, 0), from("8.8.8.8", gateway, 1), from("9.9.9.9", gateway, 2), from("10.0.0.1", gateway, 10), from("10.0.0.1", own, 20),
		}, spoof.Conflict, 0.8},
		"hop limits": {many(10, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, More: fmt.Sprintf(`"ip":{"out":{"ttl":%d}}`, 50+i)}
		}), spoof.Hops, 2.0 / 3},
		"flood": {many(120, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: fmt.Sprintf("9.1.%d.7", i), DA: "10.0.0.2", DP: 80, Alone: i%2 == 0, Silent: i%2 == 1}
		}), spoof.Flood, 0.55},
	} {
		list := findings(t, c.flows)
		if len(list) != 1 || list[0].Kind != c.kind || list[0].Score < c.score-0.01 || list[0].Score > c.score+0.01 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestNotFound(t *testing.T) {
	for name, flows := range map[string][]flowtest.Flow{
		"no address yet":         {{SA: "0.0.0.0", DA: "255.255.255.255", Pr: 17, SP: 68, DP: 67, Alone: true}},
		"loopback":               {{SA: "127.0.0.1", DA: "127.0.0.1", DP: 80}},
		"ours":                   {{SA: "192.168.1.1", DA: "10.0.0.1", DP: 80}},
		"a new card":             {from("10.0.0.1", own, 0), from("10.0.0.1", own, 10), from("10.0.0.1", other, 20), from("10.0.0.1", other, 30)},
		"outside by two routers": {from("8.8.8.8", own, 0), from("8.8.8.8", other, 10), from("8.8.8.8", own, 20)},
		"two systems": many(40, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, More: fmt.Sprintf(`"ip":{"out":{"ttl":%d}}`, 64+i%2*64)}
		}),
		"traceroute": many(30, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, Alone: true, More: fmt.Sprintf(`"ip":{"out":{"ttl":%d}}`, i+1)}
		}),
		"clients": many(200, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: fmt.Sprintf("9.1.%d.7", i), DA: "10.0.0.2", DP: 80, Alone: i%5 == 0}
		}),
		"a server that is down": many(2000, func(i int) flowtest.Flow {
			return flowtest.Flow{SA: fmt.Sprintf("9.1.%d.7", i%90), DA: "10.0.0.2", DP: 80, Alone: true, At: float64(i)}
		}),
	} {
		if list := findings(t, flows); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
