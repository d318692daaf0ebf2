package beacon_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"joy/detect/beacon"
	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/threshold"
)

// A series is of connections from one client to one service.
func series(times []float64) (list []flowtest.Flow) {
	for _, at := range times {
		list = append(list, flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 443, At: at, Lasts: 0.2})
	}
	return list
}

// every makes times with an interval of which a part is drawn by lot.
func every(n int, interval, jitter float64, r *rand.Rand) (times []float64) {
	at := 0.0
	for range n {
		times = append(times, at)
		at += interval * (1 - jitter*r.Float64())
	}
	return times
}

// byChance makes times as of people: each independent of the others.
func byChance(n int, mean float64, r *rand.Rand) (times []float64) {
	at := 0.0
	for range n {
		times = append(times, at)
		at += mean * r.ExpFloat64()
	}
	return times
}

func findings(t *testing.T, list []flowtest.Flow) []finding.Finding {
	d := beacon.New(threshold.Default(), network.New(nil))
	for _, f := range list {
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

func TestFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	gaps := append(every(20, 60, 0.1, r), 0)
	for i := range 20 { // the machine was off for a day
		gaps[i] += float64(i/10) * 86400
	}
	for name, times := range map[string][]float64{
		"a clock":     every(12, 60, 0, r),
		"a tenth":     every(20, 60, 0.1, r),
		"a third":     every(30, 300, 0.33, r),
		"half":        every(60, 60, 0.5, r),
		"with a gap":  gaps[:20],
		"many":        every(5000, 60, 0.2, r),
		"two at once": append(every(30, 60, 0, r), every(30, 60, 0, r)...),
	} {
		list := findings(t, series(times))
		if len(list) != 1 {
			t.Errorf("%s: %+v", name, list)
			continue
		}
		f := list[0]
		if f.Kind != beacon.Kind || f.Src != "10.0.0.1" || f.Dst != "198.51.100.2" || f.Port != 443 || f.Pr != 6 || f.Score < 0.5 || f.Count != uint64(len(times)) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestNames(t *testing.T) {
	flows := series(every(20, 60, 0, rand.New(rand.NewPCG(1, 2))))
	for i := range flows { // a service behind many addresses
		flows[i].DA = []string{"198.51.100.2", "198.51.100.3", "198.51.100.4"}[i%3]
		flows[i].More = `"tls":{"sni":["C2.example.net"]}`
	}
	if list := findings(t, flows); len(list) != 1 || list[0].Dst != "c2.example.net" {
		t.Errorf("%+v", list)
	}
}

func TestNotFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	clock := every(30, 60, 0, r)
	change := func(f func(*flowtest.Flow)) []flowtest.Flow {
		list := series(clock)
		for i := range list {
			f(&list[i])
		}
		return list
	}
	for name, list := range map[string][]flowtest.Flow{
		"too few":            series(clock[:9]),
		"too fast":           series(every(50, 2, 0, r)),
		"at once":            series(make([]float64, 50)),
		"time":               change(func(x *flowtest.Flow) { x.Pr, x.DP = 17, 123 }),
		"a session by UDP":   change(func(x *flowtest.Flow) { x.Pr, x.SP = 17, 51820 }),
		"keepalives":         change(func(x *flowtest.Flow) { x.NoSYN = true }),
		"to a group":         change(func(x *flowtest.Flow) { x.DA, x.Pr = "239.1.2.3", 17 }),
		"records of a flow":  change(func(x *flowtest.Flow) { x.Segment = 1 }),
		"an hour of reading": series(byChance(60, 60, r)),
	} {
		if found := findings(t, list); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// Of a thousand services that are used by chance, how many look regular? The
// manual has the numbers.
func TestByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ n, most int }{{10, 12}, {20, 3}, {100, 0}} {
		wrong := 0
		for range 1000 {
			wrong += len(findings(t, series(byChance(c.n, 60, r))))
		}
		t.Logf("%d connections: %d of 1000", c.n, wrong)
		if wrong > c.most {
			t.Errorf("%d connections: %d of 1000 look regular", c.n, wrong)
		}
	}
}

// The order in which flows come changes nothing.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	list := series(every(300, 60, 0.3, r))
	want := findings(t, list)[0]
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if got := findings(t, list)[0]; got.Title != want.Title || math.Abs(got.Score-want.Score) > 1e-12 {
		t.Errorf("%+v, %+v", got, want)
	}
}
