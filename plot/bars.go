package plot

import (
	"fmt"
	"strings"
)

// Bars are amounts side by side, each with a label: the busiest hosts, ports.
type Bars struct {
	Title string
	Unit  string
	// Labels are what the values of each series are about.
	Labels []string
	Series
}

// Heights of a bar with the room between, in pixels.
const (
	barHeight = 20
	barRoom   = 6
)

// Draw draws bars from top to bottom. Without a height they get what they need.
func (b *Bars) Draw(size Size) *Drawing {
	sums, most := b.sums()
	n := min(len(sums), len(b.Labels))
	size = size.or(720, 96+n*barHeight)
	f := newFrame(size, b.Title, b.desc(sums, n), 0)
	left := 60.0
	for _, label := range b.Labels[:n] {
		left = max(left, width(fit(label, textSize, float64(size.Width)*0.45), textSize)+20)
	}
	f.left, f.right = 12, f.right-56
	b.legend(f)
	f.left = min(left, float64(size.Width)/2)
	if n == 0 {
		return f.empty()
	}
	x := linear(most, f.left, f.right, "")
	high := (f.bottom - f.top) / float64(n)
	gap := min(barRoom, high/3)
	base := make([]float64, n)
	for i, v := range b.Series {
		var bars [][]point
		for k := range min(n, len(v.Values)) {
			top := f.top + float64(k)*high
			if value := finite(v.Values[k]); value > 0 {
				bars = append(bars, rect(x.at(base[k]), top+gap/2, x.at(base[k]+value), top+high-gap/2))
				base[k] += value
			}
		}
		f.fill(of(i), bars...)
	}
	for k, label := range b.Labels[:n] {
		y := f.top + (float64(k)+0.5)*high + 4
		f.write(plain, text{at: point{f.left - 8, y}, anchor: end, size: textSize, s: fit(label, textSize, f.left-16)})
		f.write(muted, text{at: point{x.at(sums[k]) + 6, y}, size: smallSize, s: Amount(sums[k])})
	}
	f.stroke(muted, 1, []point{{crisp(f.left), f.top}, {crisp(f.left), f.bottom}})
	f.columns(x, b.Unit)
	return f.Drawing
}

func (b *Bars) desc(sums []float64, n int) string {
	var s strings.Builder
	for k := range n {
		if k > 0 {
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "%s: %s", Printable(b.Labels[k], 60), Amount(sums[k]))
	}
	return strings.TrimSpace(b.Unit + ": " + s.String())
}
