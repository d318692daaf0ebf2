package dataset_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"joy/dataset"
	"joy/dataset/columns"
	"joy/dataset/manifest"
	"joy/dataset/matrix"
	"joy/dataset/split"
	"joy/dataset/truth"
	"joy/dataset/twins"
	"joy/query/flow"
)

// A sample is a flow record of our making.
type sample struct {
	sa      string
	lengths []int
	file    string
	segment int
}

func (s sample) line(number int) string {
	var packets []string
	for _, b := range s.lengths {
		packets = append(packets, fmt.Sprintf(`{"b":%d,"dir":">","ipt":0}`, b))
	}
	return fmt.Sprintf(`{"sa":%q,"da":"10.9.9.9","pr":6,"sp":%d,"dp":443,"bytes_out":1,"num_pkts_out":%d,"time_start":%d,"time_end":%d,"packets":[%s],"flow_id":"f%d","segment":%d}`,
		s.sa, 1000+number, len(s.lengths), 1000+number, 1000+number, strings.Join(packets, ","), number, s.segment)
}

// config has what all tests do.
func config(t *testing.T, by string, specs ...string) dataset.Config {
	t.Helper()
	set, err := columns.Find("splt")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := truth.Open(specs)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := split.Parse(by, []float64{0.5, 0.25, 0.25}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return dataset.Config{
		Dir: t.TempDir(), Formats: []string{matrix.CSV}, Set: set, Labels: labels, Plan: plan, Doubles: twins.All, Remember: 1000, Threshold: 0.99, ListLimit: 50,
	}
}

func build(t *testing.T, c dataset.Config, samples []sample) (*manifest.Manifest, error) {
	t.Helper()
	b, err := dataset.New(c)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abandon()
	for i, s := range samples {
		var f flow.Flow
		if err := f.Parse([]byte(s.line(i))); err != nil {
			t.Fatal(err)
		}
		if err := b.Flow(s.file, &f); err != nil {
			return nil, err
		}
	}
	m := new(manifest.Manifest)
	return m, b.Close(m)
}

func lines(t *testing.T, c *dataset.Config, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// many are flows of three hosts for each class, whose lengths tell the class.
func many(n int) (list []sample) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		class := i % 2
		list = append(list, sample{
			sa: fmt.Sprintf("10.0.%d.%d", class, r.IntN(20)), file: []string{"web/a.pcap", "dns/b.pcap"}[class], lengths: []int{100 + 1000*class + r.IntN(50), r.IntN(100)},
		})
	}
	return list
}

func TestBuild(t *testing.T) {
	c := config(t, "host", "directory")
	m, err := build(t, c, many(400))
	if err != nil {
		t.Fatal(err)
	}
	n := m.Counts
	if n.Flows != 400 || n.Rows != n.Train+n.Validation+n.Test || n.Rows+n.Doubles+n.DoublesAcross != 400 || n.Train == 0 || n.Test == 0 || n.Doubles+n.DoublesAcross == 0 {
		t.Errorf("%+v", n)
	}
	total := uint64(0)
	for _, k := range m.Classes {
		total += k.Train + k.Validation + k.Test
	}
	if total != n.Rows || len(m.Classes) != 2 || m.Classes[0].Name != "web" {
		t.Errorf("%+v", m.Classes)
	}
	for p, want := range map[string]uint64{"train": n.Train, "validation": n.Validation, "test": n.Test} {
		if got := len(lines(t, &c, p+".csv")) - 1; got != int(want) {
			t.Errorf("%s has %d rows, manifest %d", p, got, want)
		}
	}
	index := lines(t, &c, dataset.IndexName)
	if len(index) != int(n.Rows)+1 || !strings.HasSuffix(index[1], ",0,web,web/a.pcap,f0,0,1000,"+many(1)[0].sa) {
		t.Errorf("%d lines, %s", len(index), index[1])
	}
	l := m.Leakage
	if len(l.GiveAway) != 1 || l.GiveAway[0].Name != "splt_len_1" || l.GiveAway[0].AUC != 1 || l.SourcesShared != 0 || l.DestShared != 1 || len(l.Constant) != 98 {
		t.Errorf("%+v", l)
	}
	all := strings.Join(l.Warnings, "\n")
	for _, says := range []string{"1 features give the class away", "1 of 1 addresses that answer"} {
		if !strings.Contains(all, says) {
			t.Errorf("no warning %q in\n%s", says, all)
		}
	}
	if m.Features[0].Training.Counts == nil || len(m.Files) != 4 || m.Files[0].SHA256 == "" {
		t.Errorf("%+v", m.Files)
	}
}

func TestSameBytes(t *testing.T) {
	read := func() (text []string, m *manifest.Manifest) {
		c := config(t, "host", "directory")
		c.Formats = matrix.Formats()
		m, err := build(t, c, many(200))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Files {
			text = append(text, lines(t, &c, f.Name)...)
		}
		return text, m
	}
	a, first := read()
	b, second := read()
	if !slices.Equal(a, b) || !reflect.DeepEqual(first, second) {
		t.Error("two runs differ")
	}
}

func TestLeftOut(t *testing.T) {
	table := filepath.Join(t.TempDir(), "labels.csv")
	if err := os.WriteFile(table, []byte("src,label\n10.0.0.1,a\n10.0.0.2,b\n10.0.0.3,a\n10.0.0.3,b\n10.0.0.4,c\n10.0.0.5,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	samples := []sample{
		{sa: "10.0.0.1", lengths: []int{1}},
		{sa: "10.0.0.1", lengths: []int{1}}, // a double
		{sa: "10.0.0.2", lengths: []int{1}}, // the same, of another class
		{sa: "10.0.0.3", lengths: []int{3}}, // two labels
		{sa: "10.0.0.4", lengths: []int{4}}, // a class that is not wanted
		{sa: "10.0.0.5"},                    // no packets
		{sa: "10.0.0.6", lengths: []int{6}}, // no label
	}
	c := config(t, "none", "table:"+table)
	c.Classes, c.DropConflicts = []string{"b", "a"}, true
	m, err := build(t, c, samples)
	if err != nil {
		t.Fatal(err)
	}
	want := manifest.Counts{Flows: 7, Rows: 2, Train: 2, Unlabelled: 1, Conflicts: 1, OtherClass: 1, NotApplicable: 1, Doubles: 1}
	if m.Counts != want {
		t.Errorf("%+v", m.Counts)
	}
	if m.Classes[0] != (manifest.Class{Name: "b", Train: 1}) || m.Leakage.Conflicting != 1 {
		t.Errorf("%+v %+v", m.Classes, m.Leakage.Counts)
	}

	c = config(t, "none", "table:"+table)
	c.KeepUnlabelled, c.DropConflicts, c.Doubles = true, true, twins.Keep
	if m, err = build(t, c, samples); err != nil || m.Counts.Rows != 5 || m.Counts.KeptUnlabelled != 1 || m.Counts.Doubles != 0 {
		t.Errorf("%+v %v", m.Counts, err)
	}
	if got := lines(t, &c, "all.csv"); !strings.HasSuffix(got[5], ",0,") {
		t.Errorf("a row without a class ends with %q", got[5][len(got[5])-10:])
	}

	c = config(t, "none", "table:"+table)
	if _, err := build(t, c, samples); !errors.Is(err, dataset.ErrConflict) {
		t.Errorf("two labels: %v", err)
	}
}

func TestTooManyClasses(t *testing.T) {
	c := config(t, "none", "file")
	var samples []sample
	for i := range manifest.MaxClasses + 1 {
		samples = append(samples, sample{sa: "a", lengths: []int{i}, file: fmt.Sprint("c", i, ".pcap")})
	}
	if _, err := build(t, c, samples); err == nil || !strings.Contains(err.Error(), "more than 256 classes") {
		t.Errorf("%v", err)
	}
}

func TestTwinsAcross(t *testing.T) {
	var samples []sample
	for i := range 40 { // all alike, on different hosts
		samples = append(samples, sample{sa: fmt.Sprint("10.0.0.", i), lengths: []int{7}, file: "x.pcap"})
	}
	for doubles, want := range map[string][3]bool{ // doubles, across, rows in test
		twins.All: {true, true, false}, twins.Part: {true, false, true}, twins.Keep: {false, false, true},
	} {
		c := config(t, "host", "file")
		c.Doubles = doubles
		m, err := build(t, c, samples)
		if err != nil {
			t.Fatal(err)
		}
		n := m.Counts
		if got := [3]bool{n.Doubles > 0, n.DoublesAcross > 0, n.Test+n.Validation > 0 && n.Train > 0}; got != want {
			t.Errorf("%s: %v, %+v", doubles, got, n)
		}
		if m.Leakage.TwinsTest+m.Leakage.TwinsValidation == 0 || m.Leakage.TwinsTestSame != m.Leakage.TwinsTest {
			t.Errorf("%s: %+v", doubles, m.Leakage)
		}
		sum := uint64(0)
		for _, k := range m.Features[0].Training.Counts {
			sum += k
		}
		if doubles == twins.Keep && sum != n.Train || doubles == twins.All && sum < 10 {
			t.Errorf("%s: the sketch has %d flows", doubles, sum)
		}
	}
}

func TestBounds(t *testing.T) {
	c := config(t, "host", "directory")
	c.Remember, c.ListLimit = 3, 1
	samples := many(50)
	samples[0].lengths = []int{1, 2}
	m, err := build(t, c, samples)
	if err != nil || m.Bounds.RowsNotRemembered == 0 || m.Bounds.NamesNotRemembered == 0 {
		t.Errorf("%+v %v", m.Bounds, err)
	}
	if !strings.Contains(strings.Join(m.Leakage.Warnings, "\n"), "bounds were hit") {
		t.Errorf("%v", m.Leakage.Warnings)
	}
}

// TestCutFlows: segments of a flow on both sides of a cut in time.
func TestCutFlows(t *testing.T) {
	c := config(t, "time:1002", "file")
	b, err := dataset.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		s := sample{sa: "a", lengths: []int{i + 1}, file: "x.pcap", segment: i}
		line := strings.Replace(s.line(i), fmt.Sprintf(`"f%d"`, i), `"same"`, 1)
		line = strings.Replace(line, `"segment"`, `"end_reason":"active","segment"`, 1)
		var f flow.Flow
		if err := f.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if err := b.Flow("x.pcap", &f); err != nil {
			t.Fatal(err)
		}
	}
	m := new(manifest.Manifest)
	if err := b.Close(m); err != nil || m.Leakage.FlowsShared != 1 || m.Counts.Train != 2 || m.Counts.Test != 2 {
		t.Errorf("%+v %+v %v", m.Counts, m.Leakage, err)
	}
}

// BenchmarkFlow is a flow of 463 features, more than half of them different in each.
func BenchmarkFlow(b *testing.B) {
	set, err := columns.Find("joy-metadata+joy-lengths+joy-times+joy-bytes")
	if err != nil {
		b.Fatal(err)
	}
	labels, err := truth.Open([]string{"directory"})
	if err != nil {
		b.Fatal(err)
	}
	plan, err := split.Parse("host", []float64{0.5, 0.5}, 0)
	if err != nil {
		b.Fatal(err)
	}
	builder, err := dataset.New(dataset.Config{
		Dir: b.TempDir(), Formats: []string{matrix.NPY}, Set: set, Labels: labels, Plan: plan, Doubles: twins.Keep, Remember: 1000, Threshold: 0.99,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer builder.Abandon()
	r := rand.New(rand.NewPCG(1, 2))
	var flows []flow.Flow
	for i, s := range many(500) {
		var dist []string
		for range 256 {
			dist = append(dist, fmt.Sprint(r.IntN(200)))
		}
		line := strings.Replace(s.line(i), `"flow_id"`, `"byte_dist":[`+strings.Join(dist, ",")+`],"flow_id"`, 1)
		var f flow.Flow
		if err := f.Parse([]byte(line)); err != nil {
			b.Fatal(err)
		}
		flows = append(flows, f)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := builder.Flow("web/x", &flows[i%len(flows)]); err != nil {
			b.Fatal(err)
		}
	}
}
