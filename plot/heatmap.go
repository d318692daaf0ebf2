package plot

import (
	"fmt"
	"math"
)

// A HeatMap has an amount for each row and column, such as hosts and hours, by how
// dark a cell is.
type HeatMap struct {
	Title string
	Unit  string
	// Rows and Columns are labels, Cells the amounts: one list for each row.
	Rows, Columns []string
	Cells         [][]float64
	Axis          string // what the columns are
}

// Draw draws the cells. Steps of darkness are steps of a logarithm, as amounts of
// traffic differ by orders of magnitude.
func (h *HeatMap) Draw(size Size) *Drawing {
	n, columns := min(len(h.Rows), len(h.Cells)), len(h.Columns)
	size = size.or(720, 104+n*barHeight)
	least, most := h.bounds()
	f := newFrame(size, h.Title, h.desc(most), 12)
	f.over(h.Unit)
	if n == 0 || columns == 0 || most == 0 {
		return f.empty()
	}
	f.ramp(least, most)
	left := 60.0
	for _, label := range h.Rows[:n] {
		left = max(left, width(fit(label, textSize, float64(size.Width)*0.45), textSize)+20)
	}
	f.left = left
	wide, high := (f.right-f.left)/float64(columns), (f.bottom-f.top)/float64(n)
	var cells [heats][][]point
	for i, row := range h.Cells[:n] {
		for k := range min(columns, len(row)) {
			if v := finite(row[k]); v > 0 {
				x, y := f.left+float64(k)*wide, f.top+float64(i)*high
				step := heatOf(v, least, most)
				cells[step] = append(cells[step], rect(x+0.5, y+0.5, x+wide-0.5, y+high-0.5))
			}
		}
	}
	for i := range cells {
		f.fill(heat+ink(i), cells[i]...)
	}
	for i, label := range h.Rows[:n] {
		f.write(plain, text{at: point{f.left - 8, f.top + (float64(i)+0.5)*high + 4}, anchor: end, size: textSize, s: fit(label, textSize, f.left-16)})
	}
	x := &scale{from: f.left, to: f.right, most: float64(columns), name: func(v float64) string {
		return h.Columns[min(max(int(v), 0), columns-1)]
	}}
	for k := range columns {
		x.ticks = append(x.ticks, float64(k)+0.5)
	}
	f.columns(x, h.Axis)
	return f.Drawing
}

// bounds are the least and the largest amount above 0.
func (h *HeatMap) bounds() (least, most float64) {
	least = math.Inf(1)
	for _, row := range h.Cells {
		for _, v := range row {
			if v = finite(v); v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	return least, most
}

// heatOf is the step that an amount is in.
func heatOf(v, least, most float64) int {
	if most <= least {
		return heats - 1
	}
	return min(int(math.Log(v/least)/math.Log(most/least)*heats), heats-1)
}

// ramp shows from where to where a step goes, of a few.
func (f *frame) ramp(least, most float64) {
	x := f.left
	name := Amount(least)
	f.write(muted, text{at: point{x, f.top + 10}, size: smallSize, s: name})
	x += width(name, smallSize) + 8
	for i := range ink(heats) {
		f.fill(heat+i, rect(x, f.top, x+16, f.top+12))
		x += 16
	}
	f.write(muted, text{at: point{x + 8, f.top + 10}, size: smallSize, s: Amount(most) + "   (steps of a logarithm)"})
	f.top += 22
}

func (h *HeatMap) desc(most float64) string {
	for i, row := range h.Cells {
		for k, v := range row {
			if most > 0 && v == most && i < len(h.Rows) && k < len(h.Columns) {
				return fmt.Sprintf("%s of %d rows by %d columns. The most is %s, of %s at %s.",
					h.Unit, len(h.Rows), len(h.Columns), Amount(most), Printable(h.Rows[i], 60), Printable(h.Columns[k], 60))
			}
		}
	}
	return "No data."
}
