package plot

import (
	"bytes"
	"html"
	"math"
	"strconv"
	"strings"
)

// SVG returns the drawing as a file: it has its own style, light or dark as the
// reader wants it.
func (d *Drawing) SVG() []byte { return d.svg(true) }

// Inline returns the drawing for a page that has the style sheet CSS.
func (d *Drawing) Inline() []byte { return d.svg(false) }

// CSS returns the style sheet for drawings in a page. Its colours are variables
// (--joy-paper, --joy-text, --joy-axis, --joy-grid, --joy-other, --joy-s1 to -s6
// for series, --joy-h1 to -h8 from little to much), which a page may set.
func CSS() string {
	var b strings.Builder
	variables := func(p *palette) {
		b.WriteString(":root{")
		for i, colour := range p {
			b.WriteString("--joy-" + names[i] + ":" + colour + ";")
		}
		b.WriteString("}")
	}
	variables(&light)
	b.WriteString("\n@media (prefers-color-scheme:dark){")
	variables(&dark)
	b.WriteString("}\n")
	for _, name := range names {
		b.WriteString(".joy-" + name + "{fill:var(--joy-" + name + ")}.joy-line.joy-" + name + "{fill:none;stroke:var(--joy-" + name + ")}\n")
	}
	return b.String()
}

const family = `system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif`

func (d *Drawing) svg(file bool) []byte {
	var b bytes.Buffer
	w, h := strconv.Itoa(d.size.Width), strconv.Itoa(d.size.Height)
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="` + w + `" height="` + h + `" viewBox="0 0 ` + w + ` ` + h +
		`" font-family="` + family + `"`)
	if title := html.EscapeString(Printable(d.title, maxTitle)); title != "" {
		b.WriteString(` aria-label="` + title + `"><title>` + title + `</title>`)
	} else {
		b.WriteByte('>')
	}
	if d.desc != "" {
		b.WriteString(`<desc>` + html.EscapeString(Printable(d.desc, maxDesc)) + `</desc>`)
	}
	if file {
		b.WriteString("<style>" + CSS() + "</style>")
	}
	b.WriteByte('\n')
	for i := range d.marks {
		d.marks[i].svg(&b)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// svg writes a mark. The colour stands there too, for what knows no style sheets.
func (m *mark) svg(b *bytes.Buffer) {
	name, colour := names[m.ink], light[m.ink]
	if m.text != nil {
		m.text.svg(b, name, colour)
		return
	}
	if m.line > 0 {
		b.WriteString(`<path class="joy-line joy-` + name + `" fill="none" stroke="` + colour + `" stroke-width="` + number(m.line) + `" d="`)
	} else {
		b.WriteString(`<path class="joy-` + name + `" fill="` + colour + `" d="`)
	}
	for _, p := range m.paths {
		path(b, p)
		if m.line == 0 {
			b.WriteByte('z')
		}
	}
	b.WriteString("\"/>\n")
}

func (t *text) svg(b *bytes.Buffer, name, colour string) {
	b.WriteString(`<text class="joy-` + name + `" fill="` + colour + `" x="` + number(t.at.x) + `" y="` + number(t.at.y) + `" font-size="` + number(t.size) + `"`)
	switch t.anchor {
	case middle:
		b.WriteString(` text-anchor="middle"`)
	case end:
		b.WriteString(` text-anchor="end"`)
	}
	if t.bold {
		b.WriteString(` font-weight="600"`)
	}
	b.WriteString(">" + html.EscapeString(Printable(t.s, maxTitle)) + "</text>\n")
}

// path writes a line through points in the shortest of the ways that SVG has for
// lines along an axis.
func path(b *bytes.Buffer, line []point) {
	for i, p := range line {
		switch {
		case i == 0:
			b.WriteString("M" + number(p.x) + " " + number(p.y))
		case number(p.y) == number(line[i-1].y):
			b.WriteString("H" + number(p.x))
		case number(p.x) == number(line[i-1].x):
			b.WriteString("V" + number(p.y))
		default:
			b.WriteString("L" + number(p.x) + " " + number(p.y))
		}
	}
}

// number writes a coordinate to a tenth of a pixel, rounded the same way
// everywhere.
func number(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}
