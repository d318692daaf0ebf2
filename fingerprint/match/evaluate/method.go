package evaluate

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/match"
	"joy/fingerprint/npf"
)

// An answer is what a method says of an observation; Name "" is unknown.
type answer struct {
	name, version, system string
	probability           float64
	approximate           bool
}

// A method learns and then answers.
type method struct {
	name      string
	threshold float64
	start     func(training) func(fingerprint.Observation) answer
}

var methods = []method{
	{"joy", match.Threshold, ours(func(a match.Answer) float64 { return a.Probability })},
	{"joy, not calibrated", match.Threshold, ours(func(a match.Answer) float64 { return a.Raw })},
	{"exact match only", match.Threshold, exactOnly},
	{"naive Bayes as mercury's", match.Threshold, mercury},
	{"Cisco Joy's method", match.Threshold, ciscoJoy},
}

// ours is package match.
func ours(probability func(match.Answer) float64) func(training) func(fingerprint.Observation) answer {
	return func(t training) func(fingerprint.Observation) answer {
		m := t.base.Matcher()
		return func(o fingerprint.Observation) answer {
			r := m.Observe(o)
			if r.Status == match.Unknown {
				return answer{}
			}
			a := r.Answer
			return answer{a.Name, a.Version, a.OS, probability(a), r.Status == match.Approximate}
		}
	}
}

// exactOnly says the most frequent program of the first fingerprint that is
// known; its share is the probability.
func exactOnly(t training) func(fingerprint.Observation) answer {
	known := entries(t)
	return func(o fingerprint.Observation) answer {
		for _, fp := range decisive(o) {
			if e := known(fp); e != nil {
				return frequent(e)
			}
		}
		return answer{}
	}
}

// decisive are the fingerprints that name a program; those of SYN packets do
// when there are no others, as in package match.
func decisive(o fingerprint.Observation) []fingerprint.Fingerprint {
	isSyn := func(fp string) bool { return strings.HasPrefix(npf.Kind(fp), "tcp") }
	if some := slices.DeleteFunc(slices.Clone(o.Fingerprints), isSyn); len(some) > 0 {
		return some
	}
	return o.Fingerprints
}

// entries looks entries up, and keeps them: they are copies.
func entries(t training) func(fingerprint.Fingerprint) *fingerprint.Entry {
	kept := map[fingerprint.Fingerprint]*fingerprint.Entry{}
	return func(fp fingerprint.Fingerprint) *fingerprint.Entry {
		e, ok := kept[fp]
		if !ok {
			if found, ok := t.database.Find(fp); ok {
				e = &found
			}
			kept[fp] = e
		}
		return e
	}
}

// programs are the processes of an entry by name, the most frequent first.
func programs(e *fingerprint.Entry) (list [][]fingerprint.Process) {
	byName := map[string][]fingerprint.Process{}
	for _, p := range e.Processes {
		if p.Name != database.Other {
			byName[p.Name] = append(byName[p.Name], p)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, byName[name])
	}
	slices.SortStableFunc(list, func(a, b []fingerprint.Process) int { return cmp.Compare(flows(b), flows(a)) })
	return list
}

func flows(list []fingerprint.Process) (n uint64) {
	for _, p := range list {
		n += p.Count
	}
	return n
}

// frequent is the program with most flows, in its most frequent version.
func frequent(e *fingerprint.Entry) answer {
	most := programs(e)[0]
	return answer{most[0].Name, most[0].Version, most[0].OS, float64(flows(most)) / float64(e.Count), false}
}

// mercury is naive Bayes after doc/wnb.md and src/libmerc/naive_bayes.hpp: exact
// matches only, one class for each program, no unknown one. It has our features
// where ours are other (blocks for addresses, no autonomous systems).
func mercury(t training) func(fingerprint.Observation) answer {
	known := entries(t)
	return func(o fingerprint.Observation) answer {
		for _, fp := range decisive(o) {
			if e := known(fp); e != nil {
				return bayes(e, o.Context)
			}
		}
		return answer{}
	}
}

func bayes(e *fingerprint.Entry, c fingerprint.Context) (a answer) {
	total := float64(e.Count)
	seen := math.Log(0.1 / total) // of what was never seen
	scores, all := []float64{}, 0.0
	list := programs(e)
	for _, p := range list {
		score := max(math.Log(float64(flows(p))/total), math.Log(0.1))
		for _, f := range []struct {
			value  string
			weight float64
			counts func(fingerprint.Process) map[string]uint64
			same   func(key, value string) bool
		}{
			{strconv.Itoa(int(c.Port)), 0.00528, func(p fingerprint.Process) map[string]uint64 { return p.Ports }, equal},
			{c.Name, 0.96941, func(p fingerprint.Process) map[string]uint64 { return p.Names }, equal},
			{c.Name, 0.15590, func(p fingerprint.Process) map[string]uint64 { return p.Names }, sameDomain},
			{database.Block(c.Addr), 0.56735, func(p fingerprint.Process) map[string]uint64 { return p.Blocks }, equal},
			{c.Agent, 1, func(p fingerprint.Process) map[string]uint64 { return p.Agents }, equal},
		} {
			if n := count(p, f.counts, f.value, f.same); n > 0 {
				score += f.weight * (math.Log(float64(n)/total) - seen)
			}
		}
		scores = append(scores, score)
	}
	most := slices.Max(scores)
	for _, s := range scores {
		all += math.Exp(s - most)
	}
	best := list[slices.Index(scores, most)][0]
	return answer{best.Name, best.Version, best.OS, 1 / all, false}
}

func equal(key, value string) bool { return key == value }

// sameDomain compares the last two labels, as mercury does.
func sameDomain(key, value string) bool { return lastTwo(key) == lastTwo(value) }

func lastTwo(name string) string {
	labels := strings.Split(name, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// count adds up what processes were seen to visit.
func count(list []fingerprint.Process, counts func(fingerprint.Process) map[string]uint64, value string, same func(key, value string) bool) (n uint64) {
	if value == "" {
		return 0
	}
	for _, p := range list {
		for key, k := range counts(p) {
			if same(key, value) {
				n += k
			}
		}
	}
	return n
}
