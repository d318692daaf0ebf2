package splt_test

import (
	"testing"

	"joy/dataset/splt"
	"joy/dataset/traits"
	"joy/model/sample"
)

func TestFill(t *testing.T) {
	columns := splt.Columns()
	if len(columns) != 2*splt.Packets || columns[0].Name != "splt_len_1" || columns[splt.Packets+1].Name != "splt_ms_2" {
		t.Fatalf("%d columns", len(columns))
	}
	var f traits.Flow
	if splt.Applies(&f) {
		t.Error("applies to no packets")
	}
	f.Packets = []sample.Packet{{Bytes: 100, Time: 3}, {Bytes: 1400, Time: 20, In: true}}
	x := make([]float64, len(columns))
	splt.Fill(&f, x)
	want := map[int]float64{0: 100, 1: -1400, splt.Packets: 3, splt.Packets + 1: 20}
	for i, v := range x {
		if v != want[i] {
			t.Errorf("%s is %g", columns[i].Name, v)
		}
	}
	for range 200 {
		f.Packets = append(f.Packets, sample.Packet{Bytes: 1})
	}
	splt.Fill(&f, x)
	if x[splt.Packets-1] != 1 || !splt.Applies(&f) {
		t.Error("a long flow")
	}
}
