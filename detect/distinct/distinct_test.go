package distinct_test

import (
	"fmt"
	"math"
	"testing"

	"joy/detect/distinct"
)

func TestExact(t *testing.T) {
	var s distinct.Set
	for range 3 {
		for i := range distinct.K - 1 {
			s.Add(fmt.Append(nil, i))
		}
	}
	if s.Count() != distinct.K-1 || s.String() != "127" {
		t.Errorf("%v, %s", s.Count(), s.String())
	}
}

// The standard error is 9 %: 27 % are three of them.
func TestEstimate(t *testing.T) {
	for _, n := range []int{200, 5000, 100000} {
		var s, backwards distinct.Set
		for i := range n {
			s.Add(fmt.Append(nil, i))
			backwards.Add(fmt.Append(nil, n-1-i))
		}
		if got := s.Count(); math.Abs(got-float64(n)) > 0.27*float64(n) {
			t.Errorf("%d: %v", n, got)
		}
		if s.Count() != backwards.Count() {
			t.Error("the order matters")
		}
		if s.Exact() || s.String()[:6] != "about " {
			t.Error(s.String())
		}
	}
}

func TestMerge(t *testing.T) {
	var a, b distinct.Set
	a.Add([]byte("x"))
	b.Add([]byte("x"))
	b.Add([]byte("y"))
	a.Merge(&b)
	if a.Count() != 2 {
		t.Errorf("%v", a.Count())
	}
}
