// Package software names the programs at both ends of flows, from a database of
// fingerprints.
package software

import (
	"errors"
	"fmt"
	"os"

	"joy/fingerprint/database"
	"joy/fingerprint/exchange"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
	"joy/fingerprint/npf"
	"joy/fingerprint/observe"
	"joy/fingerprint/shipped"
	"joy/record"
)

// Builtin is the name of the database that comes with joy.
const Builtin = "builtin"

// OpenIndex opens a database for questions: an index is mapped into memory, of
// any other form of a database one is made there.
func OpenIndex(name string) (*index.Index, error) {
	if name != Builtin {
		x, err := index.Open(name)
		if !errors.Is(err, index.ErrNotIndex) {
			return x, err
		}
	}
	d, _, err := Read(name)
	if err != nil {
		return nil, err
	}
	return indexOf(d)
}

// databaseOf reads all entries of an index.
func databaseOf(x *index.Index) (*database.Database, error) {
	d := database.New("")
	d.Header = x.Header()
	for id := range uint32(x.Len()) {
		e, err := x.Entry(id)
		if err == nil {
			err = d.Put(e)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

func indexOf(d *database.Database) (*index.Index, error) {
	section, err := match.Section(d, match.Threshold)
	if err != nil {
		return nil, err
	}
	return index.Of(d, section)
}

// Read reads a database in whatever form it is, and tells what became of one of
// another program.
func Read(name string) (d *database.Database, r exchange.Report, err error) {
	if name == Builtin {
		d, err = shipped.Database()
		return d, r, err
	}
	x, err := index.Open(name)
	if err == nil {
		d, err = databaseOf(x)
		return d, r, errors.Join(err, x.Close())
	}
	if !errors.Is(err, index.ErrNotIndex) {
		return nil, r, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, r, err
	}
	defer f.Close()
	d, report, err := exchange.Read(f)
	if err != nil {
		return nil, report, fmt.Errorf("%s: %w", name, err)
	}
	return d, report, nil
}

// A Namer knows a database.
type Namer struct{ base *match.Base }

// Open reads a database, or Builtin.
func Open(name string) (*Namer, error) {
	x, err := OpenIndex(name)
	if err != nil {
		return nil, err
	}
	base, err := match.Open(x)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), x.Close())
	}
	return &Namer{base}, nil
}

// Stage makes the stage of a worker. It has to come before addresses are taken
// away.
func (n *Namer) Stage(next record.Writer) record.Writer {
	return &stage{next: next, matcher: n.base.Matcher()}
}

type stage struct {
	next    record.Writer
	matcher *match.Matcher
	flow    observe.Flow
	found   [2]record.Analysis
}

// Write names the software of both ends.
func (s *stage) Write(r *record.Record) error {
	r.Analysis, r.AnalysisIn = nil, nil
	if r.Fingerprints != nil || r.FingerprintsIn != nil {
		observe.FromRecord(r, &s.flow)
		r.Analysis, r.AnalysisIn = s.analyse(0), s.analyse(1)
	}
	return s.next.Write(r)
}

// analyse returns what is said of an end, nil if that shows nothing.
func (s *stage) analyse(end int) *record.Analysis {
	o := &s.flow.Ends[end]
	if len(o.Fingerprints) == 0 {
		return nil
	}
	result := s.matcher.Observe(*o)
	fill(&s.found[end], &result)
	return &s.found[end]
}

// mostOthers bounds the list of less probable programs.
const mostOthers = 3

// fill makes an analysis of a result.
func fill(a *record.Analysis, r *match.Result) {
	*a = record.Analysis{
		Status: string(r.Status), Kind: record.Text(npf.Kind(r.Fingerprint)), Others: a.Others[:0],
		Score: r.Unseen, Malware: r.Malware >= 0.5,
	}
	if r.Status != match.Unknown {
		p := &r.Answer
		a.Score = p.Probability
		a.Process, a.Version, a.OS, a.Category = record.Text(p.Name), record.Text(p.Version), record.Text(p.OS), record.Text(p.Category)
	}
	if len(a.OS) == 0 {
		a.OS = record.Text(r.System.Name)
	}
	if r.Status == match.Approximate {
		a.Distance, a.HasDistance, a.Nearest = r.Distance, true, record.Text(r.Matched)
	}
	for _, o := range r.Others[:min(len(r.Others), mostOthers)] {
		a.Others = append(a.Others, record.AnalysisOther{Process: record.Text(o.Name), Score: o.Probability})
	}
}
