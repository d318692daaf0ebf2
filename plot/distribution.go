package plot

import (
	"fmt"
	"math"
)

// A Distribution is how often values of each size occur: a histogram, and above it
// the share of all that are as small or smaller.
type Distribution struct {
	Title string
	Unit  string // of what is counted, on the vertical axis
	Axis  string // what the values are, with their unit
	// Log has the horizontal axis in powers of ten; the first bin may begin at 0.
	Log  bool
	Bins []Bin // by size, without overlap
	// Name writes a value of the horizontal axis; nil for Amount.
	Name func(float64) string
}

// A Bin counts values from Low to below High.
type Bin struct{ Low, High, Count float64 }

// Draw draws histogram and cumulated share.
func (d *Distribution) Draw(size Size) *Drawing {
	size = size.or(720, 280)
	sum, most := 0.0, 0.0
	for _, b := range d.Bins {
		sum, most = sum+finite(b.Count), max(most, finite(b.Count))
	}
	f := newFrame(size, d.Title, d.desc(sum), 60)
	f.over(d.Unit + "; the line is the share of all up to there, on the right")
	if sum == 0 {
		return f.empty()
	}
	y := linear(most, f.bottom, f.top, "")
	f.left, f.right = max(f.left, room(y)), f.right-36
	f.rows(y)
	share := linear(100, f.bottom, f.top, " %")
	for _, v := range share.ticks {
		f.write(muted, text{at: point{f.right + 6, share.at(v) + 4}, size: smallSize, s: share.name(v)})
	}
	x := d.across(f)
	var bars [][]point
	line := []point{{x.at(d.Bins[0].Low), share.at(0)}}
	upTo := 0.0
	for _, b := range d.Bins {
		n := finite(b.Count)
		left, right := x.at(b.Low), x.at(b.High)
		if n > 0 {
			bars = append(bars, rect(left, y.at(n), max(right, left+1), f.bottom))
		}
		upTo += n
		line = append(line, point{right, share.at(upTo / sum * 100)})
	}
	f.fill(of(0), bars...)
	f.stroke(of(1), 2, line)
	f.columns(x, d.Axis)
	return f.Drawing
}

// across is the horizontal scale.
func (d *Distribution) across(f *frame) *scale {
	write := d.Name
	if write == nil {
		write = Amount
	}
	last := d.Bins[len(d.Bins)-1].High
	if !d.Log {
		s := upTo(last, f.left, f.right)
		s.name = write
		return s
	}
	least := math.Inf(1)
	for _, b := range d.Bins {
		if b.Low > 0 {
			least = min(least, b.Low)
		} else if b.High > 0 {
			least = min(least, b.High/2)
		}
	}
	return decades(least, last, f.left, f.right, write)
}

// desc says where a quarter, half and nine tenths of the values are.
func (d *Distribution) desc(sum float64) string {
	if sum == 0 {
		return "No values."
	}
	write := d.Name
	if write == nil {
		write = Amount
	}
	s := fmt.Sprintf("Distribution of %s values of %s.", Amount(sum), d.Axis)
	for _, q := range []float64{0.25, 0.5, 0.9} {
		upTo := 0.0
		for _, b := range d.Bins {
			if upTo += finite(b.Count); upTo >= q*sum {
				s += fmt.Sprintf(" %.0f %% are below %s.", q*100, write(b.High))
				break
			}
		}
	}
	return s
}
