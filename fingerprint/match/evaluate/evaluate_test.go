package evaluate

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/match"
)

// A made-up world: libraries that differ a little from system to system, programs
// that use one of them as it is or with suites of their own, and hosts that run
// them and visit what is the program's own, and what all visit.
type world struct {
	rng       *rand.Rand
	libraries [][]string // fingerprints, by system
}

const systems = 4

func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, seed))}
	for range 6 {
		var suites, extensions []string
		for range 16 + w.rng.IntN(16) {
			suites = append(suites, fmt.Sprintf("%04x", 0xc000+w.rng.IntN(200)))
		}
		for range 8 + w.rng.IntN(8) {
			extensions = append(extensions, fmt.Sprintf("(%04x)", w.rng.IntN(60)))
		}
		var library []string
		for range systems {
			i := w.rng.IntN(len(extensions))
			extensions[i] = fmt.Sprintf("(%04x)", w.rng.IntN(60))
			slices.Sort(extensions)
			library = append(library, "tls/1/(0303)("+strings.Join(suites, "")+")["+strings.Join(extensions, "")+"]")
		}
		w.libraries = append(w.libraries, library)
	}
	return w
}

func (w *world) flows(n int) (data []Labelled) {
	for len(data) < n {
		program := w.rng.IntN(24)
		host := w.rng.IntN(12)
		system := host % systems
		version := system/2 + w.rng.IntN(2)
		fp := w.libraries[program%len(w.libraries)][system]
		if program%2 == 0 { // suites of its own
			fp = strings.Replace(fp, "(0303)(", fmt.Sprintf("(0303)(%04x", program), 1)
		}
		if program%3 == 0 { // and extensions
			fp = strings.Replace(fp, "]", fmt.Sprintf("(ff%02d)]", version), 1)
		}
		name := fmt.Sprintf("host%d.program%d.example", w.rng.IntN(3), program)
		if w.rng.IntN(3) == 0 {
			name = fmt.Sprintf("all%d.example", w.rng.IntN(4))
		}
		data = append(data, Labelled{
			Observation: fingerprint.Observation{
				Fingerprints: []string{fp, fmt.Sprintf("tcp/(40)()(40)(faf0)((0%d))", system)},
				Context:      fingerprint.Context{Name: name, Port: 443, Addr: netip.AddrFrom4([4]byte{192, 0, 2, 1})},
			},
			Process: fingerprint.Process{Name: fmt.Sprintf("program%d", program), Version: fmt.Sprint(version), OS: fmt.Sprintf("system%d", system)},
			Host:    fmt.Sprintf("host%d", host),
		})
	}
	return data
}

func TestRun(t *testing.T) {
	data := newWorld(1).flows(120)
	r, err := Run(data, 7)
	if err != nil {
		t.Fatal(err)
	}
	if r.Flows != 120 || r.Programs != 24 || r.Hosts != 12 || len(r.Splits) != 3 {
		t.Errorf("%+v", r)
	}
	for _, s := range r.Splits {
		ours := s.Methods[0]
		for _, m := range s.Methods {
			if m.Flows != 120 || m.Flows != m.Protocols["tls"].Flows {
				t.Errorf("%s, %s: %d flows were held out", s.Name, m.Name, m.Flows)
			}
			total := 0
			for _, said := range m.Confusion {
				for _, n := range said {
					total += n
				}
			}
			if total != 120 {
				t.Errorf("%s, %s: %d in the confusion table", s.Name, m.Name, total)
			}
			if m.Precision > ours.Precision {
				t.Errorf("%s: %s has %v, we have %v", s.Name, m.Name, m.Precision, ours.Precision)
			}
		}
	}
	if len(r.Thresholds) != len(thresholds) {
		t.Errorf("%v", r.Thresholds)
	}
	if text := r.Markdown(); strings.Count(text, "| joy |") != 3 || strings.Count(text, "\n| 0.") != len(thresholds) {
		t.Error(text)
	}
	if text, err := json.Marshal(r); err != nil || !strings.Contains(string(text), `"splits"`) {
		t.Error(err)
	}
}

// TestVersions: where versions are held out, calibrated probabilities are nearer
// to the truth, and answers are right more often than with the other ways. (The
// plain classifier names more of them rightly, and more of them wrongly.)
func TestVersions(t *testing.T) {
	data := newWorld(2).flows(900)
	m, err := run(data, byVersion(data, 1), 1, methods)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := run(data, byVersion(data, 1), 1, methods); err != nil || !reflect.DeepEqual(m, again) {
		t.Errorf("not the same again: %v", err)
	}
	if m[0].Brier > m[1].Brier || m[0].ECE > 0.1 {
		t.Errorf("calibrated Brier %v, ECE %v; else %v, %v", m[0].Brier, m[0].ECE, m[1].Brier, m[1].ECE)
	}
	for _, other := range m[2:] {
		if m[0].Precision <= other.Precision+0.1 || m[0].Brier >= other.Brier {
			t.Errorf("%s: %+v\nours %+v", other.Name, other.Score, m[0].Score)
		}
	}
	exact, cisco := m[2], m[4]
	if m[0].Accuracy <= exact.Accuracy || m[0].Accuracy <= cisco.Accuracy {
		t.Errorf("accuracy %v, exact matches %v, Cisco Joy %v", m[0].Accuracy, exact.Accuracy, cisco.Accuracy)
	}
	if m[0].NearRight <= m[4].NearRight || 10*m[0].NearRight < 7*m[0].Near {
		t.Errorf("%+v", m[0].Score)
	}
}

func TestSplits(t *testing.T) {
	data := newWorld(3).flows(300)
	for _, c := range []struct {
		split split
		group func(Labelled) string
	}{
		{byVersion(data, 1), func(x Labelled) string { return x.Process.Name + " " + x.Process.Version }},
		{byHost(data, 1), func(x Labelled) string { return x.Host }},
		{atRandom(data, 1), nil},
	} {
		folds, used := map[string]int{}, map[int]bool{}
		for i, x := range data {
			f := c.split.folds[i]
			used[f] = true
			if c.group == nil {
				continue
			}
			if first, ok := folds[c.group(x)]; ok && first != f {
				t.Errorf("%s: %s is in two folds", c.split.name, c.group(x))
			}
			folds[c.group(x)] = f
		}
		if len(used) != Folds {
			t.Errorf("%s: %d folds", c.split.name, len(used))
		}
	}
}

func labelled(name, version string) Labelled {
	return Labelled{
		Observation: fingerprint.Observation{Fingerprints: []string{"tls/1/(0303)(1301)[(0000)]"}},
		Process:     fingerprint.Process{Name: name, Version: version},
	}
}

func TestScore(t *testing.T) {
	var table tally
	table.add(labelled("curl", "1"), answer{name: "curl", version: "1", probability: 0.9}, true)
	table.add(labelled("curl", "2"), answer{name: "curl", version: "1", probability: 0.9, approximate: true}, true)
	table.add(labelled("wget", "1"), answer{name: "curl", version: "1", probability: 0.5}, true)
	table.add(labelled("wget", "1"), answer{}, true)
	table.add(labelled("new", "1"), answer{}, false)
	got := table.method("x").Score
	want := Score{
		Flows: 5, Known: 4, Answered: 3, Right: 2, Near: 1, NearRight: 1, Version: 1, System: 2, Refused: 1,
		Coverage: 0.6, Accuracy: 0.6, Recall: 0.5, Precision: 0.6667,
		ECE:   0.2333, // (|1.8 - 2| + |0.5 - 0|) / 3
		Brier: 0.09,   // (0.01 + 0.01 + 0.25) / 3
	}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if n := table.confusion["wget"]["curl"]; n != 1 {
		t.Errorf("%v", table.confusion)
	}
}

func trained(t *testing.T, entries ...fingerprint.Entry) training {
	t.Helper()
	d := database.New("test")
	for _, e := range entries {
		if err := d.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	return training{database: d}
}

func process(name string, n uint64, names map[string]uint64) fingerprint.Process {
	return fingerprint.Process{Name: name, Count: n, Names: names}
}

// TestMercury has the numbers of the formulas in naive_bayes.hpp, by hand.
func TestMercury(t *testing.T) {
	const fp = "tls/1/(0303)(1301)[(0000)]"
	say := mercury(trained(t, fingerprint.Entry{Fingerprint: fp, Processes: []fingerprint.Process{
		process("often", 99, map[string]uint64{"a.example": 99}),
		process("seldom", 1, map[string]uint64{"b.other": 1}),
	}}))
	a := say(fingerprint.Observation{Fingerprints: []string{fp}})
	if a.name != "often" || math.Abs(a.probability-0.99/1.09) > 1e-9 { // the least prior is 0.1
		t.Errorf("%+v", a)
	}
	a = say(fingerprint.Observation{Fingerprints: []string{fp}, Context: fingerprint.Context{Name: "b.other"}})
	// 0.1 * 10^0.96941 * 10^0.1559 = 1.33447 against 0.99
	if a.name != "seldom" || math.Abs(a.probability-1.33447/(1.33447+0.99)) > 1e-5 {
		t.Errorf("%+v", a)
	}
	if a := say(fingerprint.Observation{Fingerprints: []string{"tls/1/(0303)(1302)[(0000)]"}}); a.name != "" {
		t.Errorf("%+v", a)
	}
}

func TestCiscoJoy(t *testing.T) {
	const fp = "tls/1/(0303)(130113021303c02bc02fc02cc030cca9cca8c013)[(0000)(000a)(000b)(0017)(0023)]"
	say := ciscoJoy(trained(t,
		fingerprint.Entry{Fingerprint: fp, Processes: []fingerprint.Process{process("curl", 3, nil), process("wget", 1, nil)}},
		fingerprint.Entry{Fingerprint: "http/(474554)((486f7374))", Processes: []fingerprint.Process{process("bot", 1, nil)}},
	))
	for _, c := range []struct {
		fp   string
		want answer
	}{
		{fp, answer{name: "curl", probability: 0.75}},
		// One of 15 tokens is missing: 1 - 28/29 = 0.034.
		{strings.Replace(fp, "(0023)", "", 1), answer{name: "curl", probability: 0.75, approximate: true}},
		// Two of 15 are others: 1 - 26/30 = 0.13.
		{strings.Replace(fp, "c02bc02f", "009c009d", 1), answer{}},
		{"http/(474554)((486f7374))", answer{}}, // only TLS
		{"tls/2/" + fp[len("tls/1/"):], answer{}},
	} {
		if got := say(fingerprint.Observation{Fingerprints: []string{c.fp}}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.fp, got, c.want)
		}
	}
}

func TestSetsOf(t *testing.T) {
	s := setsOf("tls/1/(0303)(000100020003000400050006)[(0000)(000a0002001d)]")
	// Six suites have three windows of four, of which the last is not taken.
	if len(s.suites) != 2 || !s.suites["\x00\x01\x00\x02\x00\x03\x00\x04"] || len(s.extensions) != 2 || !s.extensions["(000a0002001d)"] {
		t.Errorf("%+v", s)
	}
	if s := setsOf("tls/1/(0303)(0001)"); len(s.suites) != 1 || len(s.extensions) != 0 {
		t.Errorf("%+v", s)
	}
	for _, fp := range []string{"", "ja3/00", "quic/1/(00000001)(0303)(1301)[]", "tls/1/(0303)"} {
		if setsOf(fp) != nil {
			t.Errorf("%q has sets", fp)
		}
	}
}

func TestCalibrateNothing(t *testing.T) {
	c, err := Calibrate(nil, 1)
	if err != nil || !reflect.DeepEqual(c, match.Calibration{Unseen: 0.05}) {
		t.Errorf("%+v %v", c, err)
	}
}
