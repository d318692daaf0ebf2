package evaluate

import (
	"cmp"
	"slices"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/match"
	"joy/fingerprint/npf"
)

// ciscoJoy is what the tools of Cisco Joy do (fingerprinting/tls_fingerprint.py):
// TLS only; the same string; else of the 25 fingerprints whose sets are the most
// alike the one whose sequence is nearest, if that is nearer than 0.1; of it the
// most frequent process.
func ciscoJoy(t training) func(fingerprint.Observation) answer {
	known := map[fingerprint.Fingerprint]*sets{}
	for e := range t.database.All() {
		if s := setsOf(e.Fingerprint); s != nil {
			s.entry = e
			known[e.Fingerprint] = s
		}
	}
	kept := map[fingerprint.Fingerprint]answer{}
	return func(o fingerprint.Observation) answer {
		i := slices.IndexFunc(o.Fingerprints, func(fp string) bool { return setsOf(fp) != nil })
		if i < 0 {
			return answer{}
		}
		fp := o.Fingerprints[i]
		a, ok := kept[fp]
		if !ok {
			a = nearest(known, fp)
			kept[fp] = a
		}
		return a
	}
}

// nearest answers for one fingerprint.
func nearest(known map[fingerprint.Fingerprint]*sets, fp fingerprint.Fingerprint) answer {
	if s := known[fp]; s != nil {
		return frequent(&s.entry)
	}
	own := setsOf(fp)
	var list []*sets
	for _, s := range known {
		if kindOf(s.entry.Fingerprint) == kindOf(fp) {
			s.score = jaccard(own.suites, s.suites) + jaccard(own.extensions, s.extensions)
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *sets) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.entry.Fingerprint, a.entry.Fingerprint))
	})
	var best *sets
	distance := 0.1
	for _, s := range list[:min(len(list), 25)] {
		d, _ := match.Distance(fp, s.entry.Fingerprint)
		if d < distance || best != nil && d == distance && s.entry.Fingerprint < best.entry.Fingerprint {
			best, distance = s, d
		}
	}
	if best == nil {
		return answer{}
	}
	a := frequent(&best.entry)
	a.approximate = true
	return a
}

// sets are what fingerprints are compared by at first.
type sets struct {
	entry      fingerprint.Entry
	suites     map[string]bool // four suites in a row each
	extensions map[string]bool
	score      float64
}

func kindOf(fp string) string { return fp[:strings.IndexByte(fp+"(", '(')] }

// setsOf takes a fingerprint of a TLS client apart; nil for others.
func setsOf(fp fingerprint.Fingerprint) *sets {
	t, err := npf.Parse(fp)
	if err != nil || t.Kind != "tls" || len(t.Items) < 2 {
		return nil
	}
	s := &sets{suites: map[string]bool{}, extensions: map[string]bool{}}
	var suites []string
	for pair := range slices.Chunk(t.Items[1].Bytes, 2) {
		suites = append(suites, string(pair))
	}
	if len(suites) <= 4 {
		for _, suite := range suites {
			s.suites[suite] = true
		}
	}
	for i := range max(len(suites)-4, 0) { // the last window is not taken
		s.suites[strings.Join(suites[i:i+4], "")] = true
	}
	if len(t.Items) > 2 {
		for _, e := range t.Items[2].Items {
			s.extensions[e.String()] = true
		}
	}
	return s
}

func jaccard(a, b map[string]bool) float64 {
	common := 0
	for x := range a {
		if b[x] {
			common++
		}
	}
	return float64(common) / float64(max(len(a)+len(b)-common, 1))
}
