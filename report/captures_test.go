package report

import (
	"bytes"
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"joy"
	"joy/audit"
	"joy/audit/facts"
	"joy/audit/policy"
	"joy/capture/pcapfile"
	"joy/query/flow"
)

// lines are the records of our captures, which real programs made.
var lines = sync.OnceValues(func() (list [][]byte, err error) {
	names, err := filepath.Glob("../testdata/captures/*.pcap")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		cfg, _, _, err := joy.Parse([]string{"profile=full", "exe=0", "threads=1"}, nil, nil)
		if err != nil {
			return nil, err
		}
		src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
		if err != nil {
			return nil, err
		}
		_, err = joy.Run(context.Background(), cfg, src, (*sink)(&list), joy.RunOptions{})
		src.Close()
		if err != nil {
			return nil, err
		}
	}
	return list, nil
})

type sink [][]byte

func (s *sink) Write(b []byte, ends []int, _ int64) error {
	begin := 0
	for _, end := range ends {
		*s = append(*s, bytes.Clone(bytes.TrimSpace(b[begin:end])))
		begin = end
	}
	return nil
}
func (*sink) Tick(int64) error { return nil }
func (*sink) Close() error     { return nil }

func captures(t testing.TB) [][]byte {
	t.Helper()
	list, err := lines()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 300 {
		t.Fatalf("%d records of captures", len(list))
	}
	return list
}

func open(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.Open(policy.Default)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t testing.TB, o Options, list [][]byte) *Aggregate {
	t.Helper()
	b := NewBuilder(o)
	for i, line := range list {
		b.Line("file", i+1, line)
	}
	return b.Close()
}

// The page is the same bytes for any number of workers.
func TestWorkers(t *testing.T) {
	list := captures(t)
	for range 3 { // several batches
		list = append(list, list...)
	}
	p := open(t)
	var want []byte
	for _, workers := range []int{1, 2, 7} {
		var b bytes.Buffer
		a := build(t, Options{Workers: workers, Policy: p}, list)
		if err := a.Page(View{Files: []string{"x"}, Policy: p.Name}).WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = b.Bytes()
			wellFormed(t, want)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%d workers make another page", workers)
		}
	}
}

// What is counted is what a plain loop counts.
func TestCounts(t *testing.T) {
	list := captures(t)
	a := build(t, Options{Workers: 2}, list)
	var want struct {
		records                  uint64
		bytes, packets           [2]uint64
		hosts                    map[string]uint64
		names, domains, requests map[string]uint64
	}
	want.hosts = make(map[string]uint64)
	want.names = make(map[string]uint64)
	want.domains = make(map[string]uint64)
	for _, line := range list {
		var f flow.Flow
		if f.Parse(line) != nil {
			continue
		}
		want.records++
		want.bytes[0] += f.BytesOut
		want.bytes[1] += f.BytesIn
		want.packets[0] += f.PktsOut
		want.packets[1] += f.PktsIn
		want.hosts[string(f.SA)] += f.BytesIn + f.BytesOut
		if string(f.SA) != string(f.DA) {
			want.hosts[string(f.DA)] += f.BytesIn + f.BytesOut
		}
		for v := range f.Rest.Get("tls").Get("sni").Items() {
			want.names[string(v.Text())]++
			break
		}
		for v := range f.Rest.Get("dns").Items() {
			for _, key := range []string{"qn", "rn"} {
				if n := v.Get(key); n != nil {
					want.domains[string(n.Text())]++
				}
			}
		}
	}
	if a.records != want.records || a.bytes != want.bytes || a.packets != want.packets {
		t.Errorf("%d records, %v bytes, %v packets, want %+v", a.records, a.bytes, a.packets, want)
	}
	for _, c := range []struct {
		name string
		t    *table
		want map[string]uint64
	}{{"hosts", a.hosts, want.hosts}, {"names", a.names, want.names}, {"domains", a.domains, want.domains}} {
		got := make(map[string]uint64)
		for k, e := range c.t.entries {
			got[k] = e.Weight
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	sum := uint64(0)
	for _, s := range a.traffic.steps {
		sum += s.amount
	}
	if sum != want.bytes[0]+want.bytes[1] {
		t.Errorf("%d bytes over time, want %d", sum, want.bytes)
	}
	sum = 0
	for _, p := range a.apps {
		sum += p.Weight
	}
	if sum != want.bytes[0]+want.bytes[1] {
		t.Errorf("%d bytes of protocols, want %d", sum, want.bytes)
	}
}

// A verdict that was kept is the one that the auditor gives.
func TestVerdicts(t *testing.T) {
	p := open(t)
	k := taker{verdicts: newVerdicts(audit.New(p, false))}
	plain := audit.New(p, false)
	n := 0
	for range 2 {
		for _, line := range captures(t) {
			var f Facts
			if k.take(line, &f) != nil {
				continue
			}
			var c facts.Flow
			if err := facts.FromFlow(&f.Flow, &c); err != nil {
				t.Fatal(err)
			}
			c.Start = float64(f.Start/hour) * 3600
			v, ok := plain.Flow(&c)
			if ok != (f.judged != nil) {
				t.Fatalf("%s: judged %v, want %v", f.tuple(), f.judged != nil, ok)
			}
			if ok {
				n++
				if !reflect.DeepEqual(v, f.judged.Verdict) {
					t.Errorf("%s: %+v, want %+v", f.tuple(), f.judged.Verdict, v)
				}
			}
		}
	}
	if n < 100 || len(k.verdicts.known) >= n {
		t.Errorf("%d verdicts, %d kept", n, len(k.verdicts.known))
	}
}
