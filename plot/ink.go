package plot

import "image/color"

// An ink is a colour by what it is for. What it looks like depends on whether the
// page is light or dark.
type ink uint8

const (
	paper ink = iota
	plain     // text
	muted     // axes and their text
	grid
	other // what is in no series of its own
	series
	heat  = series + maxSeries
	inks  = heat + heats
	heats = 8 // from little to much
)

// maxSeries is how many colours can be told apart.
const maxSeries = 6

// of returns the ink of the i-th series.
func of(i int) ink {
	if i < 0 || i >= maxSeries {
		return other
	}
	return series + ink(i)
}

// A palette has a colour for each ink, as #rrggbb.
type palette [inks]string

// The colours of the series are apart for eyes that do not see red, green or
// blue, and have a contrast of 3:1 to the paper, text one of 4.5:1 (WCAG 2.2);
// TestPalettes reckons it. Most are those of Okabe and Ito.
var (
	light = palette{
		"#ffffff", "#1f2328", "#59636e", "#d8dee4", "#6e7781",
		"#0072b2", "#d55e00", "#009e73", "#4b1f5c", "#a67fc9", "#714b37",
		"#deebf7", "#c0d8ee", "#9bc3e3", "#6fa9d4", "#458cc1", "#236fa8", "#0f5089", "#08306b",
	}
	dark = palette{
		"#14171c", "#e6edf3", "#9ba5b0", "#30363d", "#8b949e",
		"#56b4e9", "#e69f00", "#009e73", "#f4ec6a", "#8a63c9", "#d66e31",
		"#12283d", "#153a58", "#174d75", "#1d6394", "#2f7db1", "#4f9acb", "#82bbe0", "#c4e1f5",
	}
)

// names of the inks in style sheets.
var names = [inks]string{
	"paper", "text", "axis", "grid", "other",
	"s1", "s2", "s3", "s4", "s5", "s6",
	"h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8",
}

// rgb is a colour of a palette.
func rgb(s string) color.RGBA {
	digit := func(i int) uint8 {
		if c := s[i]; c >= 'a' {
			return c - 'a' + 10
		}
		return s[i] - '0'
	}
	pair := func(i int) uint8 { return digit(i)<<4 | digit(i+1) }
	return color.RGBA{R: pair(1), G: pair(3), B: pair(5), A: 255}
}
