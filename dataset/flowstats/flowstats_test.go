package flowstats_test

import (
	"math"
	"testing"

	"joy/dataset/flowstats"
	"joy/dataset/traits"
	"joy/model/sample"
)

// TestFill wants every column to be what its definition says.
func TestFill(t *testing.T) {
	f := traits.Flow{
		Flow: sample.Flow{BytesOut: 100, BytesIn: 300, PktsOut: 2, PktsIn: 6}, Pr: 6, Start: 1e9, End: 3e9, SynSynack: 11, SynackAck: 12, HasStats: true,
		Out: traits.Side{
			Len: traits.Moments{Min: 21, Mean: 22, Std: 23, Max: 24}, IAT: traits.Moments{Min: 25, Mean: 26, Std: 27, Max: 28},
			Flags: [8]float64{31, 32, 33, 34, 35, 36, 37, 38}, RetransPkts: 41, OutOfOrder: 42, Gaps: 43,
		},
		In: traits.Side{
			Len: traits.Moments{Min: 51, Mean: 52, Std: 53, Max: 54}, IAT: traits.Moments{Min: 55, Mean: 56, Std: 57, Max: 58},
			Flags: [8]float64{61, 62, 63, 64, 65, 66, 67, 68}, RetransPkts: 71, OutOfOrder: 72, Gaps: 73,
		},
	}
	want := map[string]float64{
		"fs_tcp": 1, "fs_udp": 0, "fs_duration_ms": 2000, "fs_pkts_per_s": 4, "fs_bytes_per_s": 200, "fs_bytes_share_out": 0.25, "fs_pkts_share_out": 0.25,
		"fs_syn_synack_ms": 11, "fs_synack_ack_ms": 12, "fs_out_pkts": 2, "fs_in_pkts": 6, "fs_out_bytes": 100, "fs_in_bytes": 300,
	}
	for prefix, base := range map[string]float64{"fs_out_": 20, "fs_in_": 50} {
		for i, name := range []string{"len_min", "len_mean", "len_std", "len_max", "iat_min", "iat_mean", "iat_std", "iat_max"} {
			want[prefix+name] = base + float64(i+1)
		}
		for i, letter := range "FSRPAUEC" {
			want[prefix+"flag_"+string(letter)] = base + 11 + float64(i)
		}
		for i, name := range []string{"retrans_pkts", "out_of_order", "gaps"} {
			want[prefix+name] = base + 21 + float64(i)
		}
	}
	columns := flowstats.Columns()
	x := make([]float64, len(columns))
	flowstats.Filler()(&f, x)
	for i, c := range columns {
		v, ok := want[c.Name]
		if !ok || x[i] != v || c.Definition == "" {
			t.Errorf("%s is %g, want %g", c.Name, x[i], v)
		}
		delete(want, c.Name)
	}
	if len(want) > 0 || !flowstats.Applies(&f) {
		t.Errorf("not there: %v", want)
	}
}

func TestNothing(t *testing.T) {
	x := make([]float64, len(flowstats.Columns()))
	flowstats.Filler()(new(traits.Flow), x)
	for i, v := range x {
		if v != 0 || math.IsNaN(v) {
			t.Errorf("column %d is %g", i, v)
		}
	}
	if flowstats.Applies(new(traits.Flow)) {
		t.Error("applies without statistics")
	}
}
