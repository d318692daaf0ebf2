package detect_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"

	"joy/detect"
	"joy/detect/finding"
	"joy/detect/flowtest"
	"joy/detect/threshold"
	"joy/query/flow"
)

// mixed are flows in which several kinds are found.
func mixed() (list []flowtest.Flow) {
	for i := range 40 {
		at := float64(i) * 10
		list = append(list,
			flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.2", DP: uint16(i + 1), Alone: true, At: at},
			flowtest.Flow{SA: "10.0.0.3", DA: "198.51.100.7", DP: 443, At: at, App: "tls", More: `"tls":{"sni":["c2.example.net"]}`},
			flowtest.Flow{SA: "10.0.0.4", DA: "198.51.100.8", DP: 443, At: at, App: "ssh"},
			flowtest.Flow{SA: "10.0.0.5", DA: "10.0.0.53", Pr: 17, DP: 53, At: at, More: fmt.Sprintf(
				`"dns":[{"qn":"%d.%s.example.org","qt":"TXT"},{"rn":"zxq%dkvbjw.com","qt":"A","rc":3}]`, i, strings.Repeat("x7q", 25), i)},
			flowtest.Flow{SA: "10.0.0.6", DA: "10.0.0.2", DP: 21, At: at, More: `"ftp":{"cli":{"auth":{"user":"a","password":"hidden"}},"srv":{"login":"refused"}}`},
		)
	}
	return list
}

func run(t *testing.T, cfg detect.Config, list []flowtest.Flow) *detect.Detector {
	t.Helper()
	d := detect.New(cfg)
	for _, f := range list {
		if err := d.Add(f.Parse(t)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func kinds(list []detect.Finding) (names []string) {
	for _, f := range list {
		names = append(names, f.Kind)
	}
	return names
}

// The order in which flows come changes nothing, as long as no bound is reached.
func TestOrder(t *testing.T) {
	list := mixed()
	want := run(t, detect.Config{}, list).Findings()
	if len(want) < 6 {
		t.Fatalf("%v", kinds(want))
	}
	for range 5 {
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if got := run(t, detect.Config{}, list).Findings(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	}
}

func TestConfig(t *testing.T) {
	all := run(t, detect.Config{}, mixed())
	for i, f := range all.Findings() {
		if f.Score < 0.5 || f.Score > 1 || f.Title == "" || f.First > f.Last || f.Count == 0 || len(f.Flows) == 0 {
			t.Errorf("%+v", f)
		}
		if i > 0 && f.Score > all.Findings()[i-1].Score {
			t.Error("the strongest are not first")
		}
	}
	some := run(t, detect.Config{Kinds: []string{"port-scan", "beacon"}, MinScore: 0.7}, mixed()).Findings()
	for _, f := range some {
		if f.Kind != "port-scan" && f.Kind != "beacon" || f.Score < 0.7 {
			t.Errorf("%+v", f)
		}
	}
	if len(some) < 2 || len(some) >= len(all.Findings()) {
		t.Errorf("%v", kinds(some))
	}
	limits := threshold.Default()
	if err := limits.Change("scan.ports=41"); err != nil {
		t.Fatal(err)
	}
	if list := run(t, detect.Config{Kinds: []string{"port-scan"}, Thresholds: limits}, mixed()).Findings(); len(list) > 0 {
		t.Errorf("%+v", list)
	}
	upload := []flowtest.Flow{{SA: "192.0.2.1", DA: "198.51.100.2", DP: 443, Out: 1e9, In: 1}}
	if list := run(t, detect.Config{}, upload).Findings(); len(list) > 0 {
		t.Errorf("%+v", list)
	}
	own := detect.Config{Internal: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	if list := run(t, own, upload).Findings(); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestErrors(t *testing.T) {
	d := detect.New(detect.Config{})
	long := flowtest.Flow{SA: strings.Repeat("x", 300), DA: "y", DP: 80}
	if err := d.Add(long.Parse(t)); !errors.Is(err, detect.ErrAddress) {
		t.Error(err)
	}
	answer := flowtest.Flow{SA: "10.0.0.2", DA: "10.0.0.1", SP: 80, DP: 40000, NoSYN: true, Alone: true, More: `"tcp":{"out":{"flags":"SA"}}`}
	if err := d.Add(answer.Parse(t)); err != nil || d.OneWay() != 1 {
		t.Error(err, d.OneWay())
	}
	if n := len(d.Findings()); n != 0 {
		t.Errorf("%d findings", n)
	}
	if d.Add(answer.Parse(t)) == nil {
		t.Error("a flow is taken behind the end")
	}
}

// Every kind that is found is one that is listed, and the other way round.
func TestKinds(t *testing.T) {
	seen := make(map[string]bool)
	manual, err := os.ReadFile("../docs/detect.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range detect.Kinds() {
		if seen[k.Name] || k.Means == "" || k.Score == "" {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
		if !bytes.Contains(manual, []byte("`"+k.Name+"`")) {
			t.Errorf("docs/detect.md does not have %s", k.Name)
		}
	}
	for _, r := range threshold.Rows() {
		row := fmt.Sprintf("| `%s` | %s | %s |", r.Key, threshold.Text(r.Value), r.Why)
		if !bytes.Contains(manual, []byte(row+"\n")) {
			t.Errorf("docs/detect.md has not the row\n%s", row)
		}
	}
}

// What is held is bounded, and that is told.
func TestBounds(t *testing.T) {
	d := detect.New(detect.Config{})
	f := flowtest.Flow{SA: "10.0.0.1", DA: "198.51.100.2", DP: 443}.Parse(t)
	for i := range 1<<16 + 100 {
		f.Src = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		f.SA, f.Start, f.End = []byte(f.Src.String()), f.Start+1e9, f.End+1e9
		if err := d.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	d.Findings()
	var names []string
	for _, b := range d.Bounds() {
		names = append(names, b.Name)
		if b.Left == 0 || b.Limit == 0 {
			t.Errorf("%+v", b)
		}
	}
	if len(names) < 4 {
		t.Errorf("%v", names)
	}
}

func FuzzAdd(f *testing.F) {
	for _, x := range mixed()[:5] {
		f.Add([]byte(x.Line()))
	}
	f.Add([]byte(flowtest.Flow{
		SA: "127.0.0.1", DA: "10.0.0.1", DP: 443, App: "tls",
		More: `"tls":{"s_cert":[{"subject":[{"commonName":"x"}],"issuer":[{"commonName":"x"}],"validity_not_before":"Jan  1 00:00:00 2020 GMT","validity_not_after":"Jan  1 00:00:00 2021 GMT"}]},"l2":{"smac":"02:00:00:00:00:01"},"fingerprints":{"npf":["tls/1/x"]}`,
	}.Line()))
	f.Add([]byte(flowtest.Flow{
		SA: "10.0.0.1", DA: "10.0.0.2", DP: 22, App: "ssh",
		More: `"ssh":{"negotiated":{}},"packets":[{"b":44,"dir":">"},{"b":44,"dir":"<"},{"b":76,"dir":"<"}],"http":[{"out":[{"Authorization":"Basic x"}],"in":[{"code":"401"}]}]`,
	}.Line()))
	f.Fuzz(func(t *testing.T, line []byte) {
		var x flow.Flow
		if x.Parse(line) != nil {
			return
		}
		d := detect.New(detect.Config{})
		for range 25 {
			_ = d.Add(&x) // errors are of the line
		}
		for _, k := range d.Findings() {
			if !(k.Score >= 0 && k.Score <= 1) || k.Kind == "" || len(k.Flows) > finding.MaxFlows {
				t.Errorf("%+v", k)
			}
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	var flows []*flow.Flow
	for _, x := range mixed() {
		flows = append(flows, x.Parse(b))
	}
	d := detect.New(detect.Config{})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := d.Add(flows[i%len(flows)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
