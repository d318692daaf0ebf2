package vector_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"joy/model/sample"
	"joy/model/vector"
	"joy/query/flow"
)

func find(t testing.TB, name string) *vector.Set {
	t.Helper()
	s, err := vector.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// all is every part of Joy's vector, in its order.
const all = vector.JoyBD + "+" + vector.JoyTLS

// TestJoysProgram compares with what Joy's own program makes of the same lines,
// to the last bit (testdata/reference.py).
func TestJoysProgram(t *testing.T) {
	flows, want := lines(t, "testdata/flows.json"), lines(t, "testdata/reference.txt")
	with, without := find(t, all), find(t, vector.JoyBD)
	i := 0
	for _, text := range flows {
		f := parse(t, text)
		if !without.Applies(f) {
			continue // Joy's program skips it too
		}
		set := without
		if with.Applies(f) {
			set = with
		}
		x := make([]float64, set.Len())
		set.Fill(f, x)
		if got := sparse(x); got != want[i] {
			t.Errorf("flow %d:\n%s\nwant\n%s", i, got, want[i])
		}
		i++
	}
	if i != len(want) || i < 15 {
		t.Errorf("%d flows, %d in the reference", i, len(want))
	}
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func parse(t *testing.T, text string) *sample.Flow {
	t.Helper()
	var l flow.Flow
	f := new(sample.Flow)
	if err := l.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := sample.FromLine(&l, f); err != nil {
		t.Fatal(err)
	}
	return f
}

// sparse writes numbers as Python's repr does.
func sparse(x []float64) string {
	b := strconv.AppendInt(nil, int64(len(x)), 10)
	for i, v := range x {
		if v == 0 {
			continue
		}
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if v < 1e-4 {
			text = strconv.FormatFloat(v, 'e', -1, 64)
		} else if !strings.Contains(text, ".") {
			text += ".0"
		}
		b = append(append(strconv.AppendInt(append(b, ' '), int64(i), 10), ':'), text...)
	}
	return string(b)
}

// TestBins sees the edges of all bins.
func TestBins(t *testing.T) {
	set := find(t, vector.JoySPLT)
	at := func(name string) int {
		for i, c := range set.Columns {
			if c.Name == name {
				return i
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	for _, c := range []struct {
		packets []sample.Packet
		ones    []string
	}{
		{[]sample.Packet{{Bytes: 0, Time: 0}}, []string{"len_0_0", "time_0_0"}},
		{[]sample.Packet{{Bytes: 149, Time: 49}}, []string{"len_0_0", "time_0_0"}},
		{[]sample.Packet{{Bytes: 150, Time: 50}}, []string{"len_1_1", "time_1_1"}},
		{[]sample.Packet{{Bytes: 1349, Time: 449}, {Bytes: 1350, Time: 450}}, []string{"len_8_9", "time_8_9"}},
		{[]sample.Packet{{Bytes: 1 << 20, Time: 1<<32 - 1}, {Bytes: 0, Time: 0}}, []string{"len_9_0", "time_9_0"}},
	} {
		x := make([]float64, set.Len())
		set.Fill(&sample.Flow{Packets: c.packets}, x)
		for _, name := range c.ones {
			if x[at(name)] != 1 {
				t.Errorf("%v: %s is %v", c.packets, name, x[at(name)])
			}
		}
		sum := 0.0
		for _, v := range x[7:] {
			sum += v
		}
		if sum != float64(len(c.ones)) {
			t.Errorf("%v: sum %v", c.packets, sum)
		}
	}
	x := make([]float64, set.Len())
	set.Fill(&sample.Flow{Packets: []sample.Packet{{Time: 1<<32 - 1}, {Time: 1<<32 - 1}}}, x)
	if got := x[at("ipt_sum")]; got != 2*(1<<32-1) {
		t.Errorf("sum of times: %v", got)
	}
}

// TestShares sees the largest counters add up.
func TestShares(t *testing.T) {
	set := find(t, vector.JoyBytes)
	f := &sample.Flow{HasDist: true, Packets: []sample.Packet{{Bytes: 1}}}
	for i := range f.Dist {
		f.Dist[i] = 255
	}
	x := make([]float64, set.Len())
	for _, last := range []uint8{255, 7, 0} {
		f.Dist[255] = last
		set.Fill(f, x)
		if sum := 255*255 + float64(last); x[0] != 255/sum || x[254] != 255/sum || x[255] != float64(last)/sum {
			t.Errorf("with %d: %v, %v", last, x[0], x[255])
		}
	}
}

// TestColumns wants names that trainers take, each once, and a definition.
func TestColumns(t *testing.T) {
	seen := map[string]bool{}
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, part := range vector.Parts() {
		for _, c := range find(t, part).Columns {
			if !name.MatchString(c.Name) || seen[c.Name] || !strings.HasSuffix(c.Definition, ".") || len(c.Definition) < 15 {
				t.Errorf("%s: %+v", part, c)
			}
			seen[c.Name] = true
		}
	}
	widths := map[string]int{vector.JoyMetadata: 7, vector.JoyLengths: 100, vector.JoyTimes: 100, vector.JoyBytes: 256, vector.JoyTLS: 186, vector.JoySPLT: 207, vector.JoyBD: 463, all: 649}
	for set, n := range widths {
		if s := find(t, set); s.Len() != n || len(s.Names()) != n {
			t.Errorf("%s: %d columns, want %d", set, s.Len(), n)
		}
	}
}

func TestFind(t *testing.T) {
	for name, says := range map[string]string{
		"": "no feature set", "joy": "joy-tls", "joy-times+": "no feature set", "joy-times+joy-times": "twice",
	} {
		if _, err := vector.Find(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := fmt.Sprint(find(t, "joy-tls+joy-bytes").Needs); got != "[{tls 1} {dtls 1} {quic 1} {dist 1}]" {
		t.Errorf("needs %s", got)
	}
}

func TestApplies(t *testing.T) {
	packet := []sample.Packet{{Bytes: 1}}
	for _, c := range []struct {
		set  string
		flow sample.Flow
		want bool
	}{
		{vector.JoySPLT, sample.Flow{}, false},
		{vector.JoySPLT, sample.Flow{Packets: packet}, true},
		{vector.JoyTLS, sample.Flow{Packets: packet}, false},
		{vector.JoyTLS, sample.Flow{Packets: packet, Hello: true}, true},
		{all, sample.Flow{Hello: true}, false},
	} {
		if got := find(t, c.set).Applies(&c.flow); got != c.want {
			t.Errorf("%s %+v: %v", c.set, c.flow, got)
		}
	}
}

// TestFillsOver sees that nothing of the flow before is left, and nothing
// allocated.
func TestFillsOver(t *testing.T) {
	set := find(t, all)
	x := make([]float64, set.Len())
	for i := range x {
		x[i] = math.NaN()
	}
	f := long()
	if n := testing.AllocsPerRun(10, func() { set.Fill(f, x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	set.Fill(new(sample.Flow), x)
	for i, v := range x {
		if v != 0 {
			t.Errorf("%s is %v", set.Columns[i].Name, v)
		}
	}
}

// long has as many packets as a record lists.
func long() *sample.Flow {
	f := &sample.Flow{SP: 50000, DP: 443, BytesOut: 5000, BytesIn: 90000, PktsIn: 70, PktsOut: 50, HasDist: true, Hello: true}
	for i := range uint32(100) {
		f.Packets = append(f.Packets, sample.Packet{Bytes: i * 7919 % 1500, Time: i * 7907 % 700})
	}
	for i := range f.Dist {
		f.Dist[i] = uint8(128 + i*31%128)
	}
	for i := range 20 {
		f.Suites = append(f.Suites, 0xc000+7)
		f.Extensions = append(f.Extensions, uint16(i))
	}
	return f
}

func BenchmarkFill(b *testing.B) {
	for _, name := range []string{vector.JoySPLT, vector.JoyBD, all} {
		set, f := find(b, name), long()
		x := make([]float64, set.Len())
		b.Run(strconv.Itoa(set.Len()), func(b *testing.B) {
			for b.Loop() {
				set.Fill(f, x)
			}
		})
	}
}
