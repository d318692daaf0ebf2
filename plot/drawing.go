// Package plot draws what flows look like: packets in time, traffic, byte values,
// distributions, bars and heat maps. A data struct draws itself into a Drawing,
// which is the same marks for a page, for a file of SVG and for one of PNG.
package plot

import (
	"math"
	"unicode/utf8"
)

// A Size is how large a picture is, in pixels of CSS; 0 is what suits its kind.
type Size struct{ Width, Height int }

// Bounds of a picture, in pixels.
const (
	minSide = 120
	maxSide = 8000
)

// or puts the defaults of a kind where nothing was asked for.
func (s Size) or(width, height int) Size {
	if s.Width == 0 {
		s.Width = width
	}
	if s.Height == 0 {
		s.Height = height
	}
	return Size{min(max(s.Width, minSide), maxSide), min(max(s.Height, minSide), maxSide)}
}

// A Drawing is a picture that does not know what it is drawn on.
type Drawing struct {
	size        Size
	title, desc string // for who does not see it
	marks       []mark
}

// Size returns how large the drawing is.
func (d *Drawing) Size() Size { return d.size }

// Title and Desc return what the drawing says in words.
func (d *Drawing) Title() string { return d.title }

// Desc is the description of the drawing.
func (d *Drawing) Desc() string { return d.desc }

// A mark is what is drawn with one ink: shapes, or a text.
type mark struct {
	ink   ink
	line  float64   // width of lines; 0 for shapes that are filled
	paths [][]point // polygons to fill, or lines
	text  *text
}

type point struct{ x, y float64 }

type text struct {
	at     point // on the base line
	anchor anchor
	size   float64
	bold   bool
	s      string
}

type anchor uint8

const (
	begin anchor = iota
	middle
	end
)

// fill draws polygons.
func (d *Drawing) fill(c ink, polygons ...[]point) {
	if len(polygons) > 0 {
		d.marks = append(d.marks, mark{ink: c, paths: polygons})
	}
}

// stroke draws lines.
func (d *Drawing) stroke(c ink, width float64, lines ...[]point) {
	if len(lines) > 0 {
		d.marks = append(d.marks, mark{ink: c, line: width, paths: lines})
	}
}

// write draws a text.
func (d *Drawing) write(c ink, t text) {
	if t.s != "" {
		d.marks = append(d.marks, mark{ink: c, text: &t})
	}
}

// rect is a rectangle between two corners. All of them turn the same way, so that
// those that overlap add up when they are filled.
func rect(x0, y0, x1, y1 float64) []point {
	x0, x1 = min(x0, x1), max(x0, x1)
	y0, y1 = min(y0, y1), max(y0, y1)
	return []point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// Sizes of type, in pixels.
const (
	titleSize = 14
	textSize  = 12
	smallSize = 11
)

// width estimates how wide a text is drawn in a sans-serif type, which nobody
// knows before: generously, and wide for scripts that are.
func width(s string, size float64) (w float64) {
	for _, r := range s {
		switch {
		case r == '.' || r == ',' || r == ':' || r == ' ' || r == 'i' || r == 'l':
			w += 0.32
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%':
			w += 0.85
		case r < 0x300:
			w += 0.62
		default:
			w++
		}
	}
	return w * size
}

// cut makes a text fit a width, and says where something is missing.
func cut(s string, size, most float64) string {
	if width(s, size) <= most {
		return s
	}
	for s != "" && width(s, size)+size > most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s + "…"
}

// maxTime is the end of the year 9999, in seconds since 1970.
const maxTime = 253402300799

// finite is x where it is a number that can be drawn, and 0 where not.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
		return 0
	}
	return x
}
