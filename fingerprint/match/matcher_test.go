package match

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/index"
)

const (
	shared = "tls/1/(0303)(130213031301c02cc030009fcca9cca8)[(0000)(000a00040002001d)(000b00020100)(0016)(0017)(0023)(002b00050403040303)(0033)]"
	close1 = "tls/1/(0303)(130213031301c02cc030009fcca9cca8)[(0000)(000a00040002001d)(000b00020100)(0016)(0017)(002b00050403040303)(0033)]"
	far    = "tls/1/(0303)(c02fc030)[(0000)(ff01)]"
	synFP  = "tcp/(40)()(40)(faf0)((020405b4)(04)(08)(01)(030307))"
	nobody = "tls/1/(0303)(00ff)[(0000)]"
)

// entries of the example in docs/fingerprint-matching.md, and some more.
func entries() []fingerprint.Entry {
	return []fingerprint.Entry{
		{Fingerprint: shared, Processes: []fingerprint.Process{
			{
				Name: "apt", Version: "2.6.1", OS: "Debian 12", Category: "system", Count: 24,
				Ports: map[string]uint64{"443": 24},
				Names: map[string]uint64{"deb.debian.org": 22, "security.debian.org": 2},
			},
			{
				Name: "apt", Version: "3.0.3", OS: "Debian 13", Category: "system", Count: 8,
				Ports: map[string]uint64{"443": 8},
				Names: map[string]uint64{"deb.debian.org": 8},
			},
			{
				Name: "curl", Version: "8.14.1", OS: "Debian 13", Count: 8,
				Ports: map[string]uint64{"443": 8},
				Names: map[string]uint64{"example.com": 7, "deb.debian.org": 1},
			},
		}},
		{Fingerprint: synFP, Processes: []fingerprint.Process{
			{Name: "apt", OS: "Debian 13", Count: 30},
			{Name: "curl", OS: "Debian 12", Count: 10},
		}},
		{Fingerprint: nobody},
		{Fingerprint: "http/(474554)((486f7374))", Processes: []fingerprint.Process{
			{Name: "bot", Malware: true, Count: 6, Agents: map[string]uint64{"Mozilla/4.0": 6}},
			{Name: "wget", Count: 14, Agents: map[string]uint64{"Wget/1.25": 14}, Blocks: map[string]uint64{"192.0.2.0/24": 14}},
		}},
	}
}

func matcher(t testing.TB, list []fingerprint.Entry, c *Calibration) *Matcher {
	t.Helper()
	d := database.New("test")
	for _, e := range list {
		if err := d.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	if c != nil {
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		d.Header.Calibration = text
	}
	section, err := Section(d, Threshold)
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Of(d, section)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(x)
	if err != nil {
		t.Fatal(err)
	}
	return b.Matcher()
}

func toDebian(fps ...string) fingerprint.Observation {
	return fingerprint.Observation{
		Fingerprints: fps,
		Context:      fingerprint.Context{Name: "deb.debian.org", Port: 443, Addr: netip.MustParseAddr("198.51.100.7")},
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-4*max(1, math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestExact has the numbers of the example in docs/fingerprint-matching.md, done
// with a calculator.
func TestExact(t *testing.T) {
	m := matcher(t, entries(), nil)
	r := m.Observe(toDebian(shared))
	if r.Status != Exact || r.Answer.Name != "apt" || r.Answer.Version != "2.6.1" || r.Matched != shared || r.Count != 40 || r.Distance != 0 {
		t.Fatalf("%+v", r)
	}
	// apt 0.792 * 638.45, curl 0.198 * 13.657, unknown 0.01.
	near(t, "apt", r.Answer.Raw, 0.994661)
	near(t, "curl", r.Others[0].Raw, 0.005319)
	near(t, "unknown", r.Unseen, 0.0000197)
	want := []Evidence{
		{Prior, "", 32, 8, 4},
		{Port, "443", 32, 8, 1.007347},
		{Name, "deb.debian.org", 30, 1, 27.03561},
		{Domain, "debian.org", 32, 1, 1.716536},
		{Block, "198.51.100.0/24", 0, 0, 1},
	}
	product := 1.0
	for i, e := range r.Evidence {
		near(t, string(e.Feature), e.Factor, want[i].Factor)
		product *= e.Factor
		e.Factor = want[i].Factor
		if e != want[i] {
			t.Errorf("%+v, want %+v", e, want[i])
		}
	}
	if len(r.Evidence) != len(want) {
		t.Errorf("%+v", r.Evidence)
	}
	near(t, "odds", product, r.Answer.Raw/r.Others[0].Raw)
	// 0.75 * 240^0.00528 * 220^0.96941 * 240^0.1559 against 0.25 * 80^0.00528 * ...
	near(t, "version", r.Answer.Within, 0.905196)
}

// TestDocument: the tables of the example say what the program computes.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/fingerprint-matching.md")
	if err != nil {
		t.Fatal(err)
	}
	m := matcher(t, entries(), nil)
	r := m.Observe(toDebian(shared))
	j := &m.judge
	var rows []string
	for i, p := range append(slices.Clone(j.model.programs), program{name: "unknown"}) {
		row, product := fmt.Sprintf("| %s | %.4f |", p.name, j.before(i)), j.before(i)
		for k, f := range features[:3] {
			n := j.with(j.lists[k], i)
			factor := math.Exp(update(f.weight, n))
			product *= factor
			if n == 0 {
				row += " 1 |"
			} else {
				row += fmt.Sprintf(" %d^%.5f = %.4f |", 10*n, f.weight, factor)
			}
		}
		rows = append(rows, row+fmt.Sprintf(" %.4f | %.6f |", product, j.programs[i]))
	}
	for _, e := range r.Evidence {
		rows = append(rows, fmt.Sprintf("| %s | %d | %d | %.4f |", strings.TrimSpace(string(e.Feature)+" "+e.Value), e.Seen, e.Rival, e.Factor))
	}
	for _, row := range rows {
		if !strings.Contains(string(text), "\n"+row+"\n") {
			t.Errorf("the document lacks\n%s", row)
		}
	}
}

func TestSystemChoosesTheVersion(t *testing.T) {
	m := matcher(t, entries(), nil)
	obs := toDebian(shared, synFP)
	obs.Context.Name = "security.debian.org.example" // seen of none
	r := m.Observe(obs)
	// Debian 13 ran 30 of 40 flows with this SYN, Debian 12 only 10; the shares of
	// the versions are 3 to 1, the ports say little.
	if r.System != (System{"Debian 13", 0.75}) || r.Answer.Version != "2.6.1" {
		t.Errorf("%+v", r)
	}
	near(t, "version", r.Answer.Within, 0.501451)
}

func TestUnknown(t *testing.T) {
	m := matcher(t, entries(), nil)
	for _, fp := range []string{far, "ja3/0123456789abcdef0123456789abcdef", ""} {
		if r := m.Observe(toDebian(fp)); r.Status != Unknown || r.Unseen != 1 || r.Matched != "" || r.Answer.Name != "" {
			t.Errorf("%s: %+v", fp, r)
		}
	}
	if r := m.Observe(toDebian(nobody)); r.Status != Unknown || r.Unseen != 1 || r.Matched != nobody {
		t.Errorf("nobody's: %+v", r)
	}
	if r := m.Observe(fingerprint.Observation{}); r.Status != Unknown || r.Unseen != 1 {
		t.Errorf("nothing: %+v", r)
	}
	if m.Counts.Unknown != 5 {
		t.Errorf("%+v", m.Counts)
	}
}

// TestManySingletons: where each flow was another program's, the next will be of
// yet another.
func TestManySingletons(t *testing.T) {
	var list []fingerprint.Process
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		list = append(list, fingerprint.Process{Name: name, Count: 1, Names: map[string]uint64{name + ".example": 1}})
	}
	m := matcher(t, []fingerprint.Entry{{Fingerprint: shared, Processes: list}}, nil)
	r := m.Observe(fingerprint.Observation{Fingerprints: []string{shared}})
	// (8 + 10*0.05) / (8 + 10)
	if r.Status != Unknown || r.Matched != shared || len(r.Others) != mostOthers {
		t.Errorf("%+v", r)
	}
	near(t, "unseen", r.Unseen, 8.5/18)
	r = m.Observe(fingerprint.Observation{Fingerprints: []string{shared}, Context: fingerprint.Context{Name: "c.example"}})
	if r.Status != Exact || r.Answer.Name != "c" {
		t.Errorf("%+v", r)
	}
}

func TestApproximate(t *testing.T) {
	m := matcher(t, entries(), nil)
	for range 2 { // the second time from the cache
		r := m.Observe(toDebian(close1))
		// 15 of 16 and 15 tokens.
		if r.Status != Approximate || r.Answer.Name != "apt" || r.Fingerprint != close1 || r.Matched != shared {
			t.Fatalf("%+v", r)
		}
		near(t, "distance", r.Distance, 1./31)
		if len(r.Near) != 1 || r.Near[0].Fingerprint != shared || r.Near[0].Count != 40 {
			t.Errorf("%+v", r.Near)
		}
	}
	// What is known exactly in another form comes before what is near in the first.
	r := m.Observe(toDebian(close1, "http/(474554)((486f7374))"))
	if r.Status != Exact || r.Matched != "http/(474554)((486f7374))" || len(r.Near) != 0 {
		t.Errorf("%+v", r)
	}
	if m.Counts.Approximate != 2 || m.Counts.Exact != 1 {
		t.Errorf("%+v", m.Counts)
	}
}

func TestSynAlone(t *testing.T) {
	m := matcher(t, entries(), nil)
	if r := m.Observe(toDebian(synFP)); r.Status != Exact || r.Matched != synFP || r.Answer.Name != "apt" {
		t.Errorf("alone: %+v", r)
	}
	if r := m.Observe(toDebian(far, synFP)); r.Status != Unknown || r.System.Name != "Debian 13" {
		t.Errorf("with what is not known: %+v", r)
	}
}

func TestAgentAndMalware(t *testing.T) {
	m := matcher(t, entries(), nil)
	r := m.Observe(fingerprint.Observation{
		Fingerprints: []string{"http/(474554)((486f7374))"},
		Context:      fingerprint.Context{Agent: "Mozilla/4.0"},
	})
	// unseen 0.5/30; bot 0.3 * 60, wget 0.7, of the rest.
	known := 1 - 0.5/30
	all := known*(0.3*60+0.7) + 0.5/30
	if r.Answer.Name != "bot" || !r.Answer.Malware {
		t.Errorf("%+v", r)
	}
	near(t, "bot", r.Answer.Probability, known*0.3*60/all)
	near(t, "malware", r.Malware, known*0.3*60/all)
	r = m.Observe(fingerprint.Observation{
		Fingerprints: []string{"http/(474554)((486f7374))"},
		Context:      fingerprint.Context{Addr: netip.MustParseAddr("::ffff:192.0.2.9")},
	})
	near(t, "wget", r.Answer.Raw/r.Others[0].Raw, 0.7/0.3*math.Pow(140, 0.56735))
}

func TestNameless(t *testing.T) {
	list := []fingerprint.Entry{{Fingerprint: shared, Processes: []fingerprint.Process{
		{Name: nameless, Count: 50}, {Name: database.Other, Count: 30}, {Name: "wget", Count: 20},
	}}}
	r := matcher(t, list, nil).Observe(fingerprint.Observation{Fingerprints: []string{shared}})
	if r.Status != Unknown || r.Count != 100 || r.Others[0].Name != "wget" {
		t.Errorf("%+v", r)
	}
	near(t, "unseen", r.Unseen, (80+0.5)/110)
}

func TestProbabilitiesAreOneTogether(t *testing.T) {
	up := Calibration{Unseen: 0.1, Exact: Curve{{0, 0.97}, {1, 0.999}}}
	down := Calibration{Unseen: 0.1, Exact: Curve{{0.5, 0.1}, {1, 0.6}}}
	statuses := map[Status]int{}
	for _, c := range []*Calibration{nil, &up, &down} {
		m := matcher(t, entries(), c)
		for _, name := range []string{"", "deb.debian.org", "example.com"} {
			obs := toDebian(shared)
			obs.Context.Name = name
			r := m.Observe(obs)
			all, last := r.Answer.Probability+r.Unseen, 1.0
			if r.Status != Unknown {
				last = r.Answer.Probability
			}
			statuses[r.Status]++
			if r.Status != Unknown && r.Unseen > last {
				t.Errorf("%q: %s, unseen %v, answer %v", name, r.Status, r.Unseen, r.Answer)
			}
			for _, o := range r.Others {
				all += o.Probability
				if o.Probability > last {
					t.Errorf("%q: %v is more probable than what is before it", name, o)
				}
				last = o.Probability
			}
			near(t, "sum for "+name, all, 1)
		}
	}
	if statuses[Exact] != 8 || statuses[Unknown] != 1 {
		t.Errorf("%v", statuses)
	}
}

// TestSectionInMemory: an index without the section answers as one with it.
func TestSectionInMemory(t *testing.T) {
	d := database.New("test")
	for _, e := range entries() {
		if err := d.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	x, err := index.Of(d)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(x)
	if err != nil {
		t.Fatal(err)
	}
	got := b.Matcher().Observe(toDebian(close1))
	want := matcher(t, entries(), nil).Observe(toDebian(close1))
	if !reflect.DeepEqual(got, want) || got.Status != Approximate {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestDomain(t *testing.T) {
	for name, want := range map[string]string{
		"deb.debian.org": "debian.org", "www.bbc.co.uk": "bbc.co.uk", "debian.org": "debian.org",
		"localhost": "", "co.uk": "", "192.0.2.1": "", "2001:db8::1": "", "": "", "a..b": "", ".": "",
	} {
		if got := domainOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCache(t *testing.T) {
	c := newCache[int, string](10)
	for i := range 5 {
		c.put(i, "x", 3)
	}
	// 0 to 2 filled the first half, 3 and 4 are in the second.
	for i, want := range []bool{true, true, true, true, true, false} {
		if _, ok := c.get(i); ok != want && i != 2 {
			t.Errorf("%d: %v", i, ok)
		}
	}
	for i := range 1000 {
		c.put(10+i, "x", 3)
	}
	if n := len(c.young) + len(c.old); n > 8 {
		t.Errorf("%d are kept", n)
	}
	if _, ok := c.get(0); ok {
		t.Error("0 is not forgotten")
	}
}

// FuzzObserve wants probabilities to be 1 together and JSON to take them, whatever
// an entry counts.
func FuzzObserve(f *testing.F) {
	for _, e := range entries() {
		f.Add(database.AppendEntry(nil, e), e.Fingerprint, "deb.debian.org", "curl/8", uint16(443), []byte{192, 0, 2, 1}, 0.05, 0.3)
	}
	f.Add([]byte(`{"fingerprint":"tls/1/(0303)(1301)","count":1,"processes":[{"name":"a","count":18446744073709551615,"ports":{"443":18446744073709551615}},{"name":"b","count":18446744073709551615}],"sources":[]}`),
		"tls/1/(0303)(1301)", "", "", uint16(443), []byte{}, 0.5, 1.0)
	f.Fuzz(func(t *testing.T, line []byte, fp, name, agent string, port uint16, addr []byte, unseen, curve float64) {
		e, err := database.ParseEntry(line)
		if err != nil {
			t.Skip()
		}
		c := Calibration{Unseen: unseen, Exact: Curve{{0.5, curve}}}
		text, err := json.Marshal(c)
		if err != nil {
			t.Skip()
		}
		if _, err := readCalibration(text); err != nil {
			t.Skip()
		}
		ip, _ := netip.AddrFromSlice(addr)
		r := matcher(t, []fingerprint.Entry{e}, &c).Observe(fingerprint.Observation{
			Fingerprints: []string{fp, e.Fingerprint}, Context: fingerprint.Context{Name: name, Addr: ip, Port: port, Agent: agent},
		})
		all := r.Answer.Probability + r.Unseen
		for _, o := range r.Others {
			all += o.Probability
		}
		if all > 1.0001 || all < 0.9999 && len(r.Others) < mostOthers || math.IsNaN(all) {
			t.Errorf("%v together: %+v", all, r)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%v: %+v", err, r)
		}
	})
}

// BenchmarkObserve measures answers: from an entry that is kept, from one that is
// near and kept, and from what was never asked for among 100,000.
func BenchmarkObserve(b *testing.B) {
	rng := rand.New(rand.NewPCG(6, 6))
	list := entries()
	for _, fp := range population(rng, 100_000) {
		list = append(list, fingerprint.Entry{Fingerprint: fp, Processes: []fingerprint.Process{{Name: "program", Count: 5, Names: map[string]uint64{"a.example": 3}}}})
	}
	m := matcher(b, list, nil)
	observe := func(name string, obs func(i int) fingerprint.Observation) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Observe(obs(i))
			}
		})
	}
	exact, close := toDebian(shared, synFP), toDebian(close1, synFP)
	observe("exact", func(int) fingerprint.Observation { return exact })
	observe("near", func(int) fingerprint.Observation { return close })
	observe("new", func(int) fingerprint.Observation {
		return toDebian(mutate(rng, list[10+rng.IntN(len(list)-10)].Fingerprint, 2), synFP)
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(m.base.index); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Logf("section of %d bytes for %d entries, index of %d entries: %+v", len(m.base.index.Section(SectionName)), m.base.near.Len(), m.base.index.Len(), m.Counts)
}
