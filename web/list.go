package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"joy/plot"
	"joy/query/flow"
)

// A listPage is the flows of a file.
type listPage struct {
	File     fileLine
	Question question
	Error    string // of the question
	Notes    []string
	Columns  []heading
	Sorts    []choice

	Flows          []flowLine
	Found, Of      int
	Bytes, Packets uint64
	From, To       int
	Timeline       template.HTML
	Tops           []top
	Exports        []link
	Before, After  string // addresses of pages
	Pages          int
}

// A heading is a column by which the list can be sorted.
type heading struct {
	Title   string
	Link    string // sorts by it
	Order   string // as aria-sort has it
	Numeric bool
}

// A choice is one of a list to choose from.
type choice struct {
	Value, Title string
	Chosen       bool
}

type link struct{ Title, Link string }

// A top is what most flows have.
type top struct {
	Title string
	List  []topLine
}

type topLine struct {
	Name  string
	Link  string
	Flows int
	Bytes uint64
	Share float64 // of the flows, in percent
}

// A flowLine is one of the list.
type flowLine struct {
	Link           string
	Start, Length  int64
	Proto          string
	Src, Dst       string
	App, Name      string
	Bytes, Packets uint64
}

// link is the address of a list, or of what is below it.
func (f *file) link(below string, q question) string {
	l := "/f/" + f.id + below
	if p := q.Values().Encode(); p != "" {
		l += "?" + p
	}
	return l
}

// flows is the list.
func (s *Server) flows(w http.ResponseWriter, r *http.Request) error {
	f, err := s.request(w, r)
	if f == nil {
		return err
	}
	p := listPage{File: f.summary(), Notes: f.notes, Of: len(f.rows)}
	v, status := &view{}, http.StatusOK
	q, err := parseQuestion(r.URL.Query())
	if err == nil {
		v, err = s.ask(r.Context(), f, q)
	}
	var mistake *problem
	switch {
	case errors.As(err, &mistake) && mistake.status == http.StatusBadRequest:
		p.Error, status = plot.Printable(mistake.Error(), 500), mistake.status
		v = &view{}
		if q.Where == "" { // it was too long, or no text at all
			q.Where = plot.Printable(r.URL.Query().Get("where"), maxText)
		}
	case err != nil:
		return err
	}
	p.Question = q
	if err := p.fill(r.Context(), f, v); err != nil {
		return err
	}
	s.show(w, r, status, "flows", f.name, p)
	return nil
}

// ask answers a question in bounded time.
func (s *Server) ask(ctx context.Context, f *file, q question) (*view, error) {
	ctx, cancel := context.WithTimeout(ctx, patience/2)
	defer cancel()
	done, err := s.busy(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, release, err := f.use(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return f.view(ctx, q)
}

func (p *listPage) fill(ctx context.Context, f *file, v *view) error {
	q := p.Question
	p.Found, p.Bytes, p.Packets = len(v.rows), v.bytes, v.packets
	p.Pages = max(1, (len(v.rows)+perPage-1)/perPage)
	if q.Page > p.Pages {
		q.Page = p.Pages
		p.Question = q
	}
	from, to := (q.Page-1)*perPage, min(q.Page*perPage, len(v.rows))
	p.From, p.To = min(from+1, to), to
	if q.Page > 1 {
		p.Before = f.link("", q.at(q.Page-1))
	}
	if q.Page < p.Pages {
		p.After = f.link("", q.at(q.Page+1))
	}
	p.headings(f)
	p.tops(f, v)
	p.Timeline = v.timeline.draw()
	for _, e := range formats {
		if e.of(f) {
			p.Exports = append(p.Exports, link{e.title, f.link("/export/"+e.name, q.at(1))})
		}
	}
	return p.lines(ctx, f, v.rows[from:to])
}

func (q question) at(page int) question {
	q.Page = page
	return q
}

func (p *listPage) headings(f *file) {
	q := p.Question.at(1)
	p.Sorts = append(p.Sorts, choice{"", "the order of the file", q.Sort == ""})
	for _, c := range columns {
		h := heading{Title: c.Title, Numeric: c.Key == "bytes" || c.Key == "packets" || c.Key == "duration"}
		up, down := q, q
		up.Sort, down.Sort = c.Key, "-"+c.Key
		next := up
		switch q.Sort {
		case up.Sort:
			h.Order, next = "ascending", down
		case down.Sort:
			h.Order = "descending"
		default:
			if h.Numeric {
				next = down
			}
		}
		h.Link = f.link("", next)
		p.Columns = append(p.Columns, h)
		p.Sorts = append(p.Sorts,
			choice{up.Sort, strings.ToLower(c.Title) + ", smallest first", q.Sort == up.Sort},
			choice{down.Sort, strings.ToLower(c.Title) + ", largest first", q.Sort == down.Sort})
	}
}

func (p *listPage) tops(f *file, v *view) {
	for _, t := range []struct {
		title string
		list  []count
	}{{"Applications", v.apps}, {"Servers", v.servers}, {"Names", v.names}} {
		if len(t.list) == 0 {
			continue
		}
		o := top{Title: t.title}
		for _, c := range t.list {
			o.List = append(o.List, topLine{
				c.Name, f.link("", p.Question.with(c.Where)), c.Flows, c.Bytes, 100 * float64(c.Flows) / float64(len(v.rows)),
			})
		}
		p.Tops = append(p.Tops, o)
	}
}

// lines are the flows on the page, of which the texts are read from disk.
func (p *listPage) lines(ctx context.Context, f *file, rows []uint32) error {
	_, release, err := f.use(ctx)
	if err != nil {
		return err
	}
	defer release()
	var buf []byte
	var fl flow.Flow
	for _, n := range rows {
		if buf, err = f.line(int(n), buf); err != nil {
			return err
		}
		if err := fl.Parse(buf); err != nil {
			return &problem{http.StatusInternalServerError, "The file has changed.", err}
		}
		r := &f.rows[n]
		var apps []string
		for app := range fl.Apps {
			apps = append(apps, string(app))
		}
		p.Flows = append(p.Flows, flowLine{
			Link:  f.link("/flow/"+strconv.Itoa(int(n)), p.Question) + "#top",
			Start: r.start, Length: r.end - r.start, Proto: protocolName(fl.Pr),
			Src: address(string(fl.SA), fl.SP, fl.HasPorts), Dst: address(string(fl.DA), fl.DP, fl.HasPorts),
			App: strings.Join(apps, ", "), Name: f.names.text(r.name), Bytes: r.bytes, Packets: r.packets,
		})
	}
	return nil
}

// draw draws bytes over time.
func (t *timeline) draw() template.HTML {
	if len(t.names) == 0 {
		return ""
	}
	d := plot.Traffic{Title: "Payload over time", Unit: "bytes", Start: t.start, Step: t.step}
	for i, name := range t.names {
		d.Series = append(d.Series, plot.Values{Name: plot.Printable(name, 40), Values: t.bytes[i]})
	}
	return inline(d.Draw(plot.Size{Width: 960, Height: 240}))
}

// inline is a drawing in a page: its maker has escaped all texts.
func inline(d *plot.Drawing) template.HTML {
	return template.HTML(d.Inline()) //nolint:gosec // see above; TestHostile holds it to that
}

// values are the parameters of a request's address that make the question.
func values(r *http.Request) url.Values { return r.URL.Query() }
