package plot

import "fmt"

// Bytes is how often each byte value occurs: 256 counts, or fewer for ranges of
// values that are as long as each other.
type Bytes struct {
	Title  string
	Counts []float64
}

// Draw draws a bar for each value. Those of letters, digits and signs have an ink
// of their own, since text and what is encrypted differ in them.
func (b *Bytes) Draw(size Size) *Drawing {
	size = size.or(720, 240)
	n := len(b.Counts)
	sum, most := 0.0, 0.0
	for _, v := range b.Counts {
		sum, most = sum+finite(v), max(most, finite(v))
	}
	f := newFrame(size, b.Title, b.desc(sum), 60)
	f.over("share of bytes, %")
	f.legend(entry{of(1), "0x20 to 0x7e: text in ASCII"}, entry{of(0), "other values"})
	if n == 0 || sum == 0 || n > 256 {
		return f.empty()
	}
	y := linear(most/sum*100, f.bottom, f.top, "")
	f.rows(y)
	high := (f.right - f.left) / float64(n)
	gap := 0.0
	if high > 3 {
		gap = 0.5
	}
	var bars [2][][]point
	for i, v := range b.Counts {
		first, last := i*256/n, (i+1)*256/n-1
		kind := 0
		if first >= 0x20 && last <= 0x7f {
			kind = 1
		}
		if v = finite(v); v > 0 {
			left := f.left + float64(i)*high
			bars[kind] = append(bars[kind], rect(left+gap, y.at(v/sum*100), left+high-gap, f.bottom))
		}
	}
	f.fill(of(0), bars[0]...)
	f.fill(of(1), bars[1]...)
	x := &scale{from: f.left, to: f.right, most: 256, name: func(v float64) string { return fmt.Sprintf("0x%02x", int(v)) }}
	for v := 0; v < 256; v += 32 {
		x.ticks = append(x.ticks, float64(v))
	}
	f.columns(x, "byte value")
	return f.Drawing
}

func (b *Bytes) desc(sum float64) string {
	best, text := 0, 0.0
	n := max(len(b.Counts), 1)
	for i, v := range b.Counts {
		if v > b.Counts[best] {
			best = i
		}
		if i*256/n >= 0x20 && (i+1)*256/n-1 <= 0x7f {
			text += finite(v)
		}
	}
	if sum == 0 {
		return "No bytes."
	}
	return fmt.Sprintf("Share of each byte value. The most frequent is 0x%02x with %.1f %%; %.1f %% are text in ASCII.",
		best*256/n, finite(b.Counts[best])/sum*100, text/sum*100)
}
