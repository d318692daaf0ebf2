package web

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	namer "joy/enrich/software"
	"joy/fingerprint"
	"joy/fingerprint/explain"
	"joy/fingerprint/match"
	"joy/fingerprint/npf"
	"joy/fingerprint/observe"
	"joy/plot"
	"joy/query/flow"
)

// openSoftware opens the database that comes with joy.
func openSoftware() (*software, error) {
	x, err := namer.OpenIndex(namer.Builtin)
	if err != nil {
		return nil, err
	}
	base, err := match.Open(x)
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return &software{x, base}, nil
}

// An end is one side of a flow, and the software that it shows.
type end struct {
	Who          string
	Answer       string
	Probability  string
	How          string
	Evidence     []string
	Others       []string
	System       string
	Fingerprints []account
}

// An account is a fingerprint in words.
type account struct {
	Text    string
	Parts   []fact
	Library string
	Known   string
	Users   []string
	Near    []string
}

// ends says who speaks at both ends, as far as fingerprints tell.
func (s *Server) ends(f *flow.Flow) (list []end, err error) {
	var o observe.Flow
	if err := observe.FromFlow(f, &o); err != nil || !o.Shows() {
		return nil, nil //nolint:nilerr // a record that somebody has changed shows nothing
	}
	sw, err := s.software()
	if err != nil {
		return nil, err
	}
	matcher := sw.base.Matcher()
	for i := range o.Ends {
		seen := &o.Ends[i]
		if len(seen.Fingerprints) == 0 {
			continue
		}
		e := end{Who: string(f.SA)}
		if i == 1 {
			e.Who = string(f.DA)
		}
		e.Who = plot.Printable(e.Who, maxText) + side(seen.Server)
		r := matcher.Observe(*seen)
		e.answer(&r)
		for _, fp := range seen.Fingerprints {
			if len(e.Fingerprints) < maxAccounts {
				a, err := sw.account(fp)
				if err != nil {
					return nil, err
				}
				e.Fingerprints = append(e.Fingerprints, a)
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// maxAccounts bounds the fingerprints of an end that are explained.
const maxAccounts = 12

func side(server bool) string {
	if server {
		return ", the server"
	}
	return ", the client"
}

func (e *end) answer(r *match.Result) {
	if r.Status == match.Unknown {
		e.Answer = "not known"
		if len(r.Others) > 0 {
			e.Answer = "not known; perhaps " + r.Others[0].Name
		}
	} else {
		e.Answer = program(&r.Answer.Process)
		e.Probability = percent(r.Answer.Probability)
		e.How = "the same fingerprint is in the database"
		if r.By == match.Approximate {
			e.How = fmt.Sprintf("the fingerprint is near to one in the database (distance %.3f)", r.Distance)
		}
		for _, v := range r.Evidence {
			if v.Factor < 0.95 || v.Factor > 1.05 {
				e.Evidence = append(e.Evidence, evidence(v))
			}
		}
		for _, o := range r.Others[:min(len(r.Others), 3)] {
			e.Others = append(e.Others, program(&o.Process)+", "+percent(o.Probability))
		}
	}
	if r.System.Name != "" {
		e.System = fmt.Sprintf("%s, as %s of flows with such a SYN packet", plot.Printable(r.System.Name, maxText), percent(r.System.Share))
	}
}

// evidence says in words what speaks for the answer, or against it.
func evidence(v match.Evidence) string {
	text := features[v.Feature]
	if v.Value != "" {
		text += " " + v.Value
	}
	if v.Factor >= 1 {
		return plot.Printable(text+" makes it "+factor(v.Factor)+" times as probable as the next program", maxText)
	}
	return plot.Printable(text+" makes the next program "+factor(1/v.Factor)+" times as probable", maxText)
}

// features are what evidence is of, in words.
var features = map[match.Feature]string{
	match.Prior: "how often both were seen with it", match.Port: "the port", match.Name: "the name",
	match.Domain: "the domain", match.Block: "the network", match.Agent: "the user agent",
}

func factor(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

func percent(p float64) string {
	return strconv.FormatFloat(math.Round(1000*p)/10, 'f', -1, 64) + " %"
}

func program(p *fingerprint.Process) string {
	s := p.Name
	if p.Version != "" {
		s += " " + p.Version
	}
	if p.OS != "" {
		s += " on " + p.OS
	}
	return plot.Printable(s, maxText)
}

// account explains a fingerprint.
func (s *software) account(fp fingerprint.Fingerprint) (account, error) {
	a := account{Text: plot.Printable(fp, 2000)}
	if npf.Check(fp) != nil {
		a.Known = "not a fingerprint in any notation that is known"
		return a, nil //nolint:nilerr // it came from a file, and is shown as it is
	}
	fields, _ := explain.Fields(fp) // one that cannot be taken apart is shown as it is
	for _, f := range fields {
		a.Parts = append(a.Parts, fact{f.Name, plot.Printable(strings.Join(f.Values, ", "), 2000)})
	}
	if l, ok := explain.LibraryOf(fp); ok {
		a.Library = plot.Printable(l.Name+": "+l.Because, maxText)
	}
	id, ok := s.index.Find(fp)
	if !ok {
		a.Known = "not in the database"
		return a, nil
	}
	e, err := s.index.Entry(id)
	if err != nil {
		return a, err
	}
	a.Known = "in the database, from " + plural(int(e.Count), "flow")
	a.Users = users(&e)
	return a, nil
}

// users are the programs that send a fingerprint, all versions of one together.
func users(e *fingerprint.Entry) (lines []string) {
	counts := map[string]uint64{}
	for _, p := range e.Processes {
		counts[p.Name] += p.Count
	}
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, name := range names[:min(len(names), tops)] {
		lines = append(lines, plot.Printable(name, maxText)+", "+percent(float64(counts[name])/float64(max(e.Count, 1))))
	}
	return lines
}
