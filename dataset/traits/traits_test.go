package traits_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"joy/dataset/traits"
	"joy/query/flow"
)

const line = `{"sa":"2001:db8::1","da":"2001:db8::2","pr":6,"sp":1,"dp":2,"bytes_out":30,"num_pkts_out":2,"bytes_in":10,"num_pkts_in":1,` +
	`"time_start":100.0005,"time_end":100.002,"packets":[{"b":10,"dir":">","ipt":7},{"b":10,"dir":"<","ipt":1},{"b":20,"dir":">","ipt":4}],` +
	`"tcp":{"out":{"first_window_size":64240},"in":{"first_window_size":65160}},` +
	`"stats":{"out":{"len":{"min":1,"mean":2,"std":3,"max":4},"iat":{"min":5,"mean":6,"std":7,"max":8},"flags":{"S":1,"A":2,"C":3},` +
	`"seq":{"retrans_pkts":1,"retrans_bytes":2,"out_of_order":3,"gaps":4,"missing_bytes":5}},"in":{"len":{"min":9,"mean":9,"std":0,"max":9}},"syn_synack_ms":1.5,"synack_ack_ms":2.5}}`

func read(text string, f *traits.Flow) error {
	var l flow.Flow
	if err := l.Parse([]byte(text)); err != nil {
		return err
	}
	return traits.FromLine(&l, f)
}

func TestFromLine(t *testing.T) {
	var f traits.Flow
	for range 2 { // used again
		if err := read(line, &f); err != nil {
			t.Fatal(err)
		}
	}
	want := traits.Side{
		Len: traits.Moments{Min: 1, Mean: 2, Std: 3, Max: 4}, IAT: traits.Moments{Min: 5, Mean: 6, Std: 7, Max: 8}, HasIAT: true,
		Flags: [8]float64{1: 1, 4: 2, 7: 3}, RetransPkts: 1, RetransBytes: 2, OutOfOrder: 3, Gaps: 4, MissingBytes: 5,
	}
	if f.Out != want || f.In.Len.Max != 9 || f.In.HasIAT {
		t.Errorf("%+v\n%+v", f.Out, f.In)
	}
	if !f.V6 || !f.HasIn || !f.HasStats || f.Pr != 6 || f.Duration() != 1.5 || f.SynSynack != 1.5 || f.SynackAck != 2.5 || f.WindowOut != 64240 || f.WindowIn != 65160 {
		t.Errorf("%+v", f)
	}
	if g := f.Gaps(); g.Min != 1 || g.Max != 4 || g.Mean != 2.5 || math.Abs(g.Std-math.Sqrt(4.5)) > 1e-12 {
		t.Errorf("gaps %+v", g)
	}
	if err := read(`{"sa":"10.0.0.1","da":"b","pr":1}`, &f); err != nil || f.HasStats || f.V6 || f.Out != (traits.Side{}) || f.Gaps() != (traits.Moments{}) {
		t.Errorf("%+v %v", f, err)
	}
}

func TestJoin(t *testing.T) {
	a, b := traits.Moments{Min: 1, Mean: 2, Std: 1, Max: 3}, traits.Moments{Min: 10, Mean: 15, Std: math.Sqrt(50), Max: 20} // 1 2 3, 10 20
	m := traits.Join(&a, 3, &b, 2)
	if m.Min != 1 || m.Max != 20 || math.Abs(m.Mean-7.2) > 1e-12 || math.Abs(m.Std-math.Sqrt(254.8/4)) > 1e-12 {
		t.Errorf("%+v", m)
	}
	if traits.Join(&a, 3, &b, 0) != a || traits.Join(&a, 0, &b, 2) != b {
		t.Error("with nothing")
	}
}

func TestBadLines(t *testing.T) {
	for text, says := range map[string]string{
		`"stats":{"out":{"len":{"min":"x"}}}`:        "stats: out: len",
		`"stats":{"in":{"iat":{"max":-1}}}`:          "stats: in: iat",
		`"stats":{"in":{"flags":{"S":null}}}`:        "flags",
		`"stats":{"in":{"seq":{"gaps":1e301}}}`:      "seq",
		`"stats":{"syn_synack_ms":[]}`:               "syn_synack_ms",
		`"tcp":{"in":{"first_window_size":"large"}}`: "first_window_size",
		`"packets":[{"dir":">"}]`:                    "packets",
	} {
		if err := read(`{"sa":"x","da":"y",`+text+`}`, new(traits.Flow)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzFromLine(f *testing.F) {
	f.Add(line)
	f.Add(`{"sa":"a","stats":{"out":[],"in":{"len":{"mean":1e300},"flags":{"SS":1}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var a, b traits.Flow
		if read(text, &a) != nil {
			return
		}
		if err := read(text, &b); err != nil || !reflect.DeepEqual(a, b) {
			t.Error("a second reading differs")
		}
		if g := a.Gaps(); math.IsNaN(g.Std) || g.Min > g.Max {
			t.Errorf("%+v", g)
		}
	})
}
