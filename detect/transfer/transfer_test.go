package transfer_test

import (
	"testing"

	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/network"
	"joy/detect/threshold"
	"joy/detect/transfer"
)

func findings(t *testing.T, list ...flowtest.Flow) []finding.Finding {
	d := transfer.New(threshold.Default(), network.New(nil))
	for _, f := range list {
		d.Add(f.Parse(t))
	}
	return d.Findings()
}

// cut is a flow in records of 30 seconds, n of them.
func cut(n int, f flowtest.Flow) (list []flowtest.Flow) {
	f.SP = 40000
	for i := range n {
		f.At, f.Lasts, f.Segment, f.NoSYN = float64(i*30), 29, i, i > 0
		list = append(list, f)
	}
	return list
}

func TestUpload(t *testing.T) {
	up := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 443, Out: 3e6, In: 1e4}
	list := findings(t, cut(10, up)...)
	if len(list) != 1 || list[0].Kind != transfer.Upload || list[0].Score != 0.6 || list[0].Count != 1 || list[0].Port != 443 {
		t.Errorf("%+v", list)
	}
	for name, change := range map[string]func(*flowtest.Flow){
		"less":       func(f *flowtest.Flow) { f.Out = 1.9e6 },
		"as much in": func(f *flowtest.Flow) { f.In = 1e6 },
		"inside":     func(f *flowtest.Flow) { f.DA = "10.0.0.2" },
		"to us":      func(f *flowtest.Flow) { f.SA, f.DA = f.DA, f.SA },
		"to a group": func(f *flowtest.Flow) { f.DA = "239.1.1.1" },
	} {
		f := up
		change(&f)
		if list := findings(t, cut(10, f)...); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestLong(t *testing.T) {
	long := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 22, Out: 10, In: 10}
	list := findings(t, cut(1000, long)...)
	if len(list) != 1 || list[0].Kind != transfer.Long || list[0].Score < 0.6 || list[0].Count != 1 || list[0].Dst != "198.51.100.2" {
		t.Errorf("%+v", list)
	}
	// An idle timeout makes several flows of a connection.
	first, last := long, long
	first.SP, last.SP, last.At, last.NoSYN = 40000, 40000, 20000, true
	if list := findings(t, first, last); len(list) != 1 || list[0].Count != 2 {
		t.Errorf("two flows: %+v", list)
	}
	last.NoSYN = false
	if list := findings(t, first, last); len(list) > 0 {
		t.Errorf("two connections: %+v", list)
	}
	if list := findings(t, cut(470, long)...); len(list) > 0 {
		t.Errorf("shorter: %+v", list)
	}
}
