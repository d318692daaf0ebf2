package evaluate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"joy/fingerprint/match"
	"joy/fingerprint/npf"
)

// A Report is what Run found. It has no wall clock and no place in it: the same
// data give the same bytes.
type Report struct {
	Seed         uint64  `json:"seed"`
	Flows        int     `json:"flows"`
	Programs     int     `json:"programs"`
	Versions     int     `json:"versions"` // of all programs together
	Hosts        int     `json:"hosts"`
	Fingerprints int     `json:"fingerprints"`
	Splits       []Split `json:"splits"`
	// Thresholds are how the first method does with others than match.Threshold,
	// where versions are held out.
	Thresholds []Limit `json:"thresholds"`
}

// A Split is one way of holding out.
type Split struct {
	Name    string   `json:"name"`
	About   string   `json:"about"`
	Methods []Method `json:"methods"`
}

// A Limit is a threshold for approximate matches.
type Limit struct {
	Threshold float64 `json:"threshold"`
	Score
}

// A Method is how one way of matching did.
type Method struct {
	Name string `json:"name"`
	Score
	// Protocols are the scores by protocol of the first fingerprint.
	Protocols map[string]Score `json:"protocols"`
	// Confusion has for each program what was answered, and how often; unknown is "".
	Confusion map[string]map[string]int `json:"confusion"`
}

// A Score is counts, and the rates that come from them.
type Score struct {
	Flows    int `json:"flows"`    // held out
	Known    int `json:"known"`    // of programs that the database has
	Answered int `json:"answered"` // with the name of a program
	Right    int `json:"right"`    // with the right one
	Near     int `json:"near"`     // answered by a fingerprint that is not the same
	// NearRight are those among them that are right.
	NearRight int `json:"near_right"`
	// Version and System: right names with the right version or system.
	Version int `json:"version"`
	System  int `json:"system"`
	// Refused are flows of programs that the database has not, left unknown.
	Refused int `json:"refused"`

	Coverage  float64 `json:"coverage"`  // answered of all
	Accuracy  float64 `json:"accuracy"`  // right or rightly refused, of all
	Recall    float64 `json:"recall"`    // right of those whose program is known
	Precision float64 `json:"precision"` // right of the answered
	// Calibration of the answers: expected error, and Brier's score.
	ECE   float64 `json:"ece"`
	Brier float64 `json:"brier"`
}

func newReport(data []Labelled, seed uint64) Report {
	programs, versions, hosts, fingerprints := map[string]bool{}, map[[2]string]bool{}, map[string]bool{}, map[string]bool{}
	for _, x := range data {
		programs[x.Process.Name] = true
		versions[[2]string{x.Process.Name, x.Process.Version}] = true
		hosts[x.Host] = true
		for _, fp := range x.Fingerprints {
			fingerprints[fp] = true
		}
	}
	return Report{
		Seed: seed, Flows: len(data), Programs: len(programs), Versions: len(versions),
		Hosts: len(hosts), Fingerprints: len(fingerprints),
	}
}

// A tally counts the answers of a method.
type tally struct {
	all       group
	protocols map[string]*group
	confusion map[string]map[string]int
}

type group struct {
	score       Score
	predictions []match.Prediction
}

// add counts one answer; known says whether the database has the program at all.
func (t *tally) add(x Labelled, a answer, known bool) {
	if t.protocols == nil {
		t.protocols, t.confusion = map[string]*group{}, map[string]map[string]int{}
	}
	protocol := ""
	if len(x.Fingerprints) > 0 {
		protocol = npf.Kind(x.Fingerprints[0])
	}
	if t.protocols[protocol] == nil {
		t.protocols[protocol] = &group{}
	}
	t.all.add(x, a, known)
	t.protocols[protocol].add(x, a, known)
	if t.confusion[x.Process.Name] == nil {
		t.confusion[x.Process.Name] = map[string]int{}
	}
	t.confusion[x.Process.Name][a.name]++
}

func (g *group) add(x Labelled, a answer, known bool) {
	s := &g.score
	right := a.name != "" && a.name == x.Process.Name
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	s.Flows++
	count(&s.Known, known)
	count(&s.Answered, a.name != "")
	count(&s.Right, right)
	count(&s.Near, a.approximate)
	count(&s.NearRight, right && a.approximate)
	count(&s.Version, right && a.version == x.Process.Version)
	count(&s.System, right && a.system == x.Process.OS)
	count(&s.Refused, !known && a.name == "")
	if a.name != "" {
		g.predictions = append(g.predictions, match.Prediction{Probability: a.probability, Correct: right})
	}
}

// rates are the score with them.
func (g *group) rates() Score {
	s := g.score
	s.Coverage = ratio(s.Answered, s.Flows)
	s.Accuracy = ratio(s.Right+s.Refused, s.Flows)
	s.Recall = ratio(s.Right, s.Known)
	s.Precision = ratio(s.Right, s.Answered)
	s.ECE, s.Brier = round4(match.ECE(g.predictions)), round4(match.Brier(g.predictions))
	return s
}

func ratio(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return round4(float64(n) / float64(of))
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func (t *tally) method(name string) Method {
	m := Method{Name: name, Score: t.all.rates(), Protocols: map[string]Score{}, Confusion: t.confusion}
	for protocol, p := range t.protocols {
		m.Protocols[protocol] = p.rates()
	}
	return m
}

// Markdown writes the report as tables.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d flows of %d programs in %d versions on %d hosts, with %d fingerprints; %d folds, seed %d.\n",
		r.Flows, r.Programs, r.Versions, r.Hosts, r.Fingerprints, Folds, r.Seed)
	for _, s := range r.Splits {
		s.markdown(&b)
	}
	fmt.Fprintf(&b, "\n## Thresholds\n\nVersions are held out, and what is near is taken for the same up to another distance.\n\n| distance below %s|---|%s\n", columns, strings.Repeat("---:|", 9))
	for _, l := range r.Thresholds {
		l.row(&b, fmt.Sprint(l.Threshold))
	}
	return b.String()
}

const columns = "| coverage | accuracy | recall | precision | near: right/all | version | system | ECE | Brier |\n"

func (s Split) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Held out: %s\n\n%s\n", s.Name, s.About)
	if len(s.Methods) == 0 {
		return
	}
	fmt.Fprintf(b, "%d flows are of programs that the database then has, %d are not.\n", s.Methods[0].Known, s.Methods[0].Flows-s.Methods[0].Known)
	fmt.Fprintf(b, "\n| method %s|---|%s\n", columns, strings.Repeat("---:|", 9))
	for _, m := range s.Methods {
		m.Score.row(b, m.Name)
	}
	ours := s.Methods[0]
	fmt.Fprintf(b, "\nBy protocol, %s:\n\n| protocol | flows %s|---|---:|%s\n", ours.Name, columns, strings.Repeat("---:|", 9))
	for _, protocol := range slices.Sorted(maps.Keys(ours.Protocols)) {
		p := ours.Protocols[protocol]
		p.row(b, fmt.Sprintf("%s | %d", protocol, p.Flows))
	}
	ours.confused(b)
}

func (s Score) row(b *strings.Builder, name string) {
	fmt.Fprintf(b, "| %s | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %d/%d | %.1f %% | %.1f %% | %.3f | %.3f |\n",
		name, 100*s.Coverage, 100*s.Accuracy, 100*s.Recall, 100*s.Precision, s.NearRight, s.Near,
		100*ratio(s.Version, s.Right), 100*ratio(s.System, s.Right), s.ECE, s.Brier)
}

// mostConfused is how many mistakes a table has; the JSON has all.
const mostConfused = 20

// confused lists the mistakes that are the most frequent.
func (m Method) confused(b *strings.Builder) {
	type mistake struct {
		is, said string
		n        int
	}
	var list []mistake
	for is, said := range m.Confusion {
		for name, n := range said {
			if name != is {
				list = append(list, mistake{is, name, n})
			}
		}
	}
	slices.SortFunc(list, func(x, y mistake) int {
		return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.is, y.is), cmp.Compare(x.said, y.said))
	})
	fmt.Fprintf(b, "\nWhat %s got wrong, the most frequent of %d pairs:\n\n| is | said | flows |\n|---|---|---:|\n", m.Name, len(list))
	for _, x := range list[:min(len(list), mostConfused)] {
		fmt.Fprintf(b, "| %s | %s | %d |\n", x.is, cmp.Or(x.said, "(unknown)"), x.n)
	}
}
