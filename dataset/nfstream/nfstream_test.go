package nfstream_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"joy"
	"joy/capture/pcapfile"
	"joy/dataset/nfstream"
	"joy/dataset/traits"
	"joy/query/flow"
)

// near says by how much a column may differ from nfstream's own, because records
// have no time of every packet in microseconds: milliseconds.
func near(column string) float64 {
	switch {
	case strings.Contains(column, "_mean_piat_ms") && !strings.HasPrefix(column, "dst2src"):
		return 0
	case strings.HasSuffix(column, "_piat_ms"), column == "dst2src_duration_ms":
		return 1
	}
	return 0
}

// TestReference compares with nfstream's own numbers (testdata/reference.py).
func TestReference(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	byCapture := make(map[string][]map[string]any)
	for line := range bytes.Lines(text) {
		row := make(map[string]any)
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		name := row["capture"].(string)
		byCapture[name] = append(byCapture[name], row)
	}
	columns, fill := nfstream.Columns(false), nfstream.Filler(false)
	compared, worst := 0, make(map[string]float64)
	for name, rows := range byCapture {
		eachFlow(t, name, func(f *traits.Flow) {
			row := find(rows, f)
			if row == nil {
				t.Errorf("%s: nfstream has no flow from port %d to %d", name, f.SP, f.DP)
				return
			}
			compared++
			x := make([]float64, len(columns))
			fill(f, x)
			for i, c := range columns {
				want, ok := row[c.Name].(float64)
				if !ok {
					t.Fatalf("nfstream has no %s", c.Name)
				}
				apart := math.Abs(x[i] - want)
				worst[c.Name] = max(worst[c.Name], apart)
				if apart > near(c.Name)+1e-8*math.Abs(want) {
					t.Errorf("%s, port %d: %s is %g, nfstream's %g", name, f.SP, c.Name, x[i], want)
				}
			}
		})
	}
	if compared != 52 {
		t.Errorf("%d flows were compared", compared)
	}
	for name, apart := range worst {
		if apart > 1e-5 {
			t.Logf("%s: up to %g apart", name, apart)
		}
	}
}

// find returns nfstream's row of a flow.
func find(rows []map[string]any, f *traits.Flow) map[string]any {
	for _, r := range rows {
		if r["src_port"] == float64(f.SP) && r["dst_port"] == float64(f.DP) && r["bidirectional_first_seen_ms"] == float64(f.Start/1e6) {
			return r
		}
	}
	return nil
}

// eachFlow runs the engine as the sets need it.
func eachFlow(t *testing.T, capture string, use func(*traits.Flow)) {
	t.Helper()
	args := []string{"threads=1"}
	for _, o := range nfstream.Needs() {
		args = append(args, o.Name+"="+o.Value)
	}
	cfg, _, _, err := joy.Parse(args, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{"../../testdata/captures/" + capture + ".pcap"}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out sink
	if _, err := joy.Run(context.Background(), cfg, src, &out, joy.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(out.Bytes()) {
		var l flow.Flow
		var f traits.Flow
		if err := l.Parse(bytes.TrimSpace(line)); err != nil {
			continue // the configuration
		}
		if err := traits.FromLine(&l, &f); err != nil {
			t.Fatal(err)
		}
		use(&f)
	}
}

type sink struct{ bytes.Buffer }

func (s *sink) Write(b []byte, _ []int, _ int64) error { _, err := s.Buffer.Write(b); return err }
func (*sink) Tick(int64) error                         { return nil }
func (*sink) Close() error                             { return nil }

// TestCorrected: what nfstream rounds away is there.
func TestCorrected(t *testing.T) {
	const line = `{"sa":"10.0.0.1","da":"10.0.0.2","pr":17,"sp":1,"dp":2,"bytes_out":30,"num_pkts_out":2,"bytes_in":10,"num_pkts_in":1,` +
		`"time_start":100.000900,"time_end":100.002700,"packets":[{"b":10,"dir":">","ipt":0},{"b":10,"dir":"<","ipt":0},{"b":20,"dir":">","ipt":1}],` +
		`"stats":{"out":{"len":{"min":38,"mean":43,"std":7.07106781,"max":48},"iat":{"min":1.8,"mean":1.8,"std":0,"max":1.8}},"in":{"len":{"min":38,"mean":38,"std":0,"max":38}}}}`
	var l flow.Flow
	var f traits.Flow
	if err := l.Parse([]byte(line)); err != nil {
		t.Fatal(err)
	}
	if err := traits.FromLine(&l, &f); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]float64{ // published, corrected
		"bidirectional_duration_ms":  {2, 1.8},
		"src2dst_duration_ms":        {2, 1.8},
		"dst2src_duration_ms":        {0, 0},
		"src2dst_max_piat_ms":        {1, 1.8},
		"bidirectional_mean_piat_ms": {1, 0.9},
		"bidirectional_max_piat_ms":  {1, 1},
		"bidirectional_bytes":        {124, 124},
		"bidirectional_mean_ps":      {124.0 / 3, 124.0 / 3},
		"bidirectional_stddev_ps":    {math.Sqrt(100.0 / 3), math.Sqrt(100.0 / 3)},
		"bidirectional_min_ps":       {38, 38},
		"dst2src_stddev_ps":          {0, 0},
		"protocol":                   {17, 17},
		"ip_version":                 {4, 4},
	} {
		for k, corrected := range []bool{false, true} {
			columns := nfstream.Columns(corrected)
			x := make([]float64, len(columns))
			nfstream.Filler(corrected)(&f, x)
			found := false
			for i, c := range columns {
				if c.Name == name {
					found = true
					if math.Abs(x[i]-want[k]) > 1e-6 {
						t.Errorf("%s, corrected %v: %g, want %g", name, corrected, x[i], want[k])
					}
				}
			}
			if !found {
				t.Errorf("no column %s", name)
			}
		}
	}
}
