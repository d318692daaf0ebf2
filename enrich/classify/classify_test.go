package classify_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
	"joy/enrich/classify"
	"joy/model"
	"joy/model/file"
	"joy/model/logistic"
	"joy/model/vector"
	"joy/record"
	"joy/telemetry/origin"
)

// TestJoysOutput compares p_malware with what Cisco's Joy wrote of the same
// captures, in all six digits (testdata/joy.py).
func TestJoysOutput(t *testing.T) {
	text, err := os.ReadFile("testdata/joy.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{} // by capture and options, then by flow
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		run, key := words[0]+" "+words[1], strings.Join(words[2:7], " ")
		if want[run] == nil {
			want[run] = map[string]string{}
		}
		want[run][key] = words[7]
	}
	n := 0
	for run, flows := range want {
		name, options, _ := strings.Cut(run, " ")
		found := map[string]string{}
		eachRecord(t, name, append(strings.Split(strings.Trim(options, "-"), ","), "classify=1"), func(r *record.Record) {
			sp, dp := "None", "None"
			if r.SP >= 0 {
				sp, dp = fmt.Sprint(r.SP), fmt.Sprint(r.DP)
			}
			key := fmt.Sprintf("%s %s %s %s %s", r.SA.IP, r.DA.IP, sp, dp, r.TimeStart.AppendJSON(nil))
			found[key] = fmt.Sprintf("%f", r.PMalware)
		})
		for key, p := range flows {
			n++
			if found[key] != p {
				t.Errorf("%s: %s: %s, Joy has %s", run, key, found[key], p)
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d flows were compared", n)
	}
}

// eachRecord runs the engine over one of our captures.
func eachRecord(t *testing.T, name string, options []string, use func(*record.Record)) {
	t.Helper()
	if options[0] == "" {
		options = options[1:]
	}
	cfg, _, _, err := joy.Parse(append([]string{"threads=1"}, options...), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{"../../testdata/captures/" + name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	_, err = joy.Run(context.Background(), cfg, src, nowhere{}, joy.RunOptions{
		After: func(record.Writer) record.Writer { return writer(use) },
	})
	if err != nil {
		t.Fatal(err)
	}
}

type writer func(*record.Record)

func (w writer) Write(r *record.Record) error { w(r); return nil }

type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }

// four is a model of four classes that goes by the packets out.
func four(t testing.TB) *model.Model {
	t.Helper()
	set, err := vector.Find(vector.JoyMetadata)
	if err != nil {
		t.Fatal(err)
	}
	l, err := logistic.New(4, 2, logistic.Model{
		Coefficients: [][]float64{{0, 0}, {1, 0}, {0.5, 0}, {0.25, 1}}, Intercepts: []float64{0, 0, 0, 0},
		Mean: []float64{1, 0}, Scale: []float64{2, 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return model.New("four", &file.Model{Classes: []string{"a", "b", "c", "d"}, Set: set, Features: []string{"num_pkts_out", "bytes_in"}, Logistic: l})
}

func TestClassification(t *testing.T) {
	r := &record.Record{PktsOut: 9, BytesIn: 7, SP: -1, DP: 80, Packets: []record.Length{{B: 5, Dir: '>'}}}
	for _, explain := range []bool{true, false} {
		var got *record.Classification
		w := classify.New(four(t), explain).Stage(writer(func(r *record.Record) { got = r.Classification }))
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
		// Without HasIn the 7 bytes do not count: the scores are 0, 4, 2, 1.
		text := string(got.Class)
		for _, o := range got.Others {
			text += " " + string(o.Class)
		}
		if text != "b c d a" || fmt.Sprintf("%.6f", got.P) != "0.830953" || r.HasPMalware {
			t.Errorf("%s, %v", text, got.P)
		}
		top := fmt.Sprint(got.Top)
		if explain && (len(got.Top) != 1 || string(got.Top[0].Feature) != "num_pkts_out" || got.Top[0].Value != 9 || got.Top[0].Contribution != 4) || !explain && got.Top != nil && len(got.Top) > 0 {
			t.Errorf("explain=%v: %s", explain, top)
		}
	}
}

// TestNothingToGoBy sees that no result of the flow before is left.
func TestNothingToGoBy(t *testing.T) {
	for _, m := range []*model.Model{four(t), builtin(t)} {
		var last record.Record
		w := classify.New(m, false).Stage(writer(func(r *record.Record) { last = *r }))
		r := &record.Record{PktsOut: 1, Packets: []record.Length{{B: 5, Dir: '>'}}}
		if _ = w.Write(r); last.HasPMalware != m.Joy() || (last.Classification == nil) != m.Joy() {
			t.Errorf("%s: %+v", m.Name, last.Classification)
		}
		r.Packets = nil
		if _ = w.Write(r); last.HasPMalware != m.Joy() || last.Classification != nil { // Joy judges these too
			t.Errorf("%s without payload: %+v", m.Name, last.Classification)
		}
		r.Packets, r.Telemetry = []record.Length{{B: 5}}, new(origin.Info)
		if _ = w.Write(r); last.HasPMalware || last.Classification != nil {
			t.Errorf("%s: telemetry was judged", m.Name)
		}
	}
}

func builtin(t testing.TB) *model.Model {
	t.Helper()
	m, err := model.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNoAllocation(t *testing.T) {
	r := &record.Record{PktsOut: 9, HasDist: true, ByteDist: make([]uint8, 256), Packets: make([]record.Length, 100)}
	for _, m := range []*model.Model{four(t), builtin(t)} {
		w := classify.New(m, true).Stage(writer(func(*record.Record) {}))
		if n := testing.AllocsPerRun(20, func() { _ = w.Write(r) }); n != 0 {
			t.Errorf("%s: %v allocations", m.Name, n)
		}
	}
}
