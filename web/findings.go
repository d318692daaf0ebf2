package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"joy/detect"
	"joy/plot"
	"joy/query/flow"
)

// findings are what detectors say of a file: looked for when they are asked for
// the first time, and kept.
type findings struct {
	mu     sync.Mutex
	ready  chan struct{} // nil: nobody has asked
	list   []detect.Finding
	bounds []detect.Bound
	oneWay uint64
	err    error
}

// A foundPage lists findings.
type foundPage struct {
	File     fileLine
	Ready    bool
	Findings []findingLine
	Left     int
	Notes    []string
}

type findingLine struct {
	Kind, Means string
	Score       string
	Title       string
	First, Last int64
	Count       uint64
	Evidence    []fact
	Link        string // to its flows
	Linked      int    // of them
}

// Bounds of the page.
const (
	maxFindings = 500
	maxLinked   = 50
)

// foundPage shows them.
func (s *Server) foundPage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.request(w, r)
	if f == nil {
		return err
	}
	ready := s.detect(f)
	wait := time.NewTimer(patience / 6)
	defer wait.Stop()
	p := foundPage{File: f.summary()}
	select {
	case <-ready:
		if f.findings.err != nil {
			return f.findings.err
		}
		p.Ready = true
		p.fill(f)
	case <-wait.C:
	case <-r.Context().Done():
		return r.Context().Err()
	}
	s.show(w, r, http.StatusOK, "findings", "Findings in "+f.name, p)
	return nil
}

// detect begins to look, if nobody has asked before, and returns what is closed
// when it is over.
func (s *Server) detect(f *file) <-chan struct{} {
	o := &f.findings
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ready != nil {
		return o.ready
	}
	o.ready = make(chan struct{})
	s.running.Go(func() {
		defer close(o.ready)
		ctx, cancel := context.WithTimeout(s.ctx, exportTime)
		defer cancel()
		o.err = o.look(ctx, f)
	})
	return o.ready
}

func (o *findings) look(ctx context.Context, f *file) error {
	ctx, release, err := f.use(ctx)
	if err != nil {
		return err
	}
	defer release()
	d := detect.New(detect.Config{})
	var fl flow.Flow
	if err := f.each(ctx, func(_ int, line []byte) error {
		if fl.Parse(line) == nil {
			_ = d.Add(&fl) // a record that no detector takes is one that somebody has changed
		}
		return nil
	}); err != nil {
		return err
	}
	o.list, o.bounds, o.oneWay = d.Findings(), d.Bounds(), d.OneWay()
	return nil
}

func (p *foundPage) fill(f *file) {
	means := map[string]string{}
	for _, k := range detect.Kinds() {
		means[k.Name] = k.Means
	}
	o := &f.findings
	for i := range o.list[:min(len(o.list), maxFindings)] {
		d := &o.list[i]
		l := findingLine{
			Kind: d.Kind, Means: means[d.Kind], Score: strconv.FormatFloat(d.Score, 'f', 2, 64), Title: plot.Printable(d.Title, 2*maxText),
			First: d.First, Last: d.Last, Count: d.Count,
		}
		for _, e := range d.Evidence {
			l.Evidence = append(l.Evidence, fact{plot.Printable(e.Name, maxText), plot.Printable(e.Value, 2*maxText)})
		}
		var ids []string
		for _, id := range d.Flows[:min(len(d.Flows), maxLinked)] {
			ids = append(ids, "flow_id="+literal(id))
		}
		if l.Linked = len(ids); l.Linked > 0 {
			l.Link = f.link("", question{Where: strings.Join(ids, "|")})
		}
		p.Findings = append(p.Findings, l)
	}
	p.Left = len(o.list) - len(p.Findings)
	for _, b := range o.bounds {
		p.Notes = append(p.Notes, "More than "+grouped(b.Limit)+" "+b.Name+": "+grouped(b.Left)+" were given up, and what they would have shown is missing.")
	}
	if o.oneWay > 0 {
		p.Notes = append(p.Notes, plural(int(o.oneWay), "record")+" of one direction, that of the answers, could not be used: bidir=1 has both in one.")
	}
}
