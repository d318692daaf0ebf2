package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"joy/plot"
)

// A Page is what a report says, in the order in which it is read.
type Page struct {
	Title    string
	Program  string // that made it
	Top      int    // rows of a table
	Sections []Section
}

// A Section is a part with a heading.
type Section struct {
	ID, Title string
	Intro     []string
	Pictures  []template.HTML
	Tables    []Table
	Parts     []Section // with smaller headings
}

// A Table is one with a caption. The first cell of a row is its heading.
type Table struct {
	Caption, Note string
	Head          []string
	Rows          []Row
}

// Numbers reports whether a column has numbers.
func (t Table) Numbers(column int) bool {
	return len(t.Rows) > 0 && column < len(t.Rows[0].Cells) && t.Rows[0].Cells[column].Number
}

// A Row has cells, and a mark for what is good or bad: "bad", "odd" or nothing.
type Row struct {
	Mark  string
	Cells []Cell
}

// A Cell is a text, a number or a time.
type Cell struct {
	Text         string
	Number, Time bool
}

// Class is how a cell is laid out: n for numbers, t for times, long for texts with
// words that may be broken.
func (c Cell) Class() string {
	switch {
	case c.Number:
		return "n"
	case c.Time:
		return "t"
	}
	for word := range strings.FieldsSeq(c.Text) {
		if len(word) > maxWord {
			return "long"
		}
	}
	return ""
}

// maxWord is how long words are that stay whole, in bytes.
const maxWord = 24

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page is the template of all pages.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(plot.CSS() + pageCSS) },
}).Parse(pageHTML))

// WriteHTML writes the page as one file that needs nothing else.
func (p *Page) WriteHTML(w io.Writer) error {
	if err := page.Execute(w, p); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// picture puts a drawing into the page.
func picture(d *plot.Drawing) template.HTML {
	return template.HTML(d.Inline()) // which escapes all that is not its own
}

// text and number are cells.
func text(s string) Cell { return Cell{Text: plain(s)} }

func at(ns int64) Cell { return Cell{Text: moment(ns), Time: true} }

func number(n uint64) Cell { return Cell{Text: grouped(n), Number: true} }

func share(n, of uint64) Cell {
	if of == 0 {
		return Cell{Text: "", Number: true}
	}
	return Cell{Text: fmt.Sprintf("%.1f %%", float64(n)/float64(of)*100), Number: true}
}

// grouped writes a number with commas between thousands.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// atLeast is a number that a table may have missed a part of.
func (e *Entry) atLeast(n uint64) Cell {
	if e.Missed > 0 {
		return Cell{Text: "≥ " + grouped(n), Number: true}
	}
	return number(n)
}

// moment writes a time.
func moment(ns int64) string { return timeOf(ns).Format("2006-01-02 15:04:05") }

// lasting writes how long something took.
func lasting(ns int64) string { return plot.Duration(float64(ns) / 1e9) }

func row(cells ...Cell) Row { return Row{Cells: cells} }

// estimate says how a table counted, nothing where it is exact.
func (t *table) estimate(what string) string {
	n, exactly := t.distinct()
	if exactly {
		return fmt.Sprintf("%s different ones, all counted exactly.", grouped(n))
	}
	return fmt.Sprintf("About %s different ones (estimated with HyperLogLog, standard error 0.8 %%). The table held the heaviest %s at a time: "+
		"one that is not shown had at most %s %s; a number with ≥ may be too small by as much.", grouped(n), grouped(uint64(t.limit)), grouped(t.missed), what)
}
