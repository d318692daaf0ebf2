package finding_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
)

func TestStrength(t *testing.T) {
	for _, c := range []struct{ x, t, want float64 }{
		{0, 5, 0}, {-1, 5, 0}, {math.NaN(), 5, 0}, {5, 5, 0.5}, {15, 5, 0.75}, {math.Inf(1), 5, 1},
	} {
		if got := finding.Strength(c.x, c.t); got != c.want {
			t.Errorf("Strength(%v, %v) = %v", c.x, c.t, got)
		}
	}
}

// The order in which flows come changes nothing.
func TestTrace(t *testing.T) {
	var flows []flowtest.Flow
	for i := range 20 {
		flows = append(flows, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, At: float64(i / 2), Lasts: float64(20 - i), SP: uint16(40000 + i)})
	}
	flows = append(flows, flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: 80, At: 30, Lasts: 50, Segment: 3})
	var want finding.Finding
	for round := range 10 {
		var whole, half, rest finding.Trace
		for i, x := range flows {
			whole.Add(x.Parse(t))
			if i < 7 {
				half.Add(x.Parse(t))
			} else {
				rest.Add(x.Parse(t))
			}
		}
		half.Merge(&rest)
		half.Merge(&finding.Trace{})
		var got, merged finding.Finding
		whole.Put(&got)
		half.Put(&merged)
		if round == 0 {
			want = got
			if got.Count != 20 || len(got.Flows) != finding.MaxFlows || got.Last-got.First != 80e9 {
				t.Errorf("%+v", got)
			}
		}
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(merged, want) {
			t.Fatalf("%+v\n%+v\n%+v", got, merged, want)
		}
		rand.Shuffle(len(flows), func(i, j int) { flows[i], flows[j] = flows[j], flows[i] })
	}
}

func TestTop(t *testing.T) {
	top := finding.NewTop(10)
	order := rand.Perm(1000)
	for _, i := range order {
		top.Put(finding.Finding{Kind: "x", Score: float64(i) / 1000})
	}
	list := top.List()
	if len(list) != 10 || list[0].Score != 0.999 || list[9].Score != 0.990 || top.Bound().Left != 990 {
		t.Errorf("%d, %+v", len(list), top.Bound())
	}
}
