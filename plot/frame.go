package plot

// A frame is where the data of a picture stand, between its axes.
type frame struct {
	*Drawing
	left, top, right, bottom float64
}

// newFrame begins a drawing with paper and a title, and leaves room for names of
// ticks on the left, below, and for a legend.
func newFrame(size Size, title, desc string, left float64) *frame {
	d := &Drawing{size: size, title: title, desc: desc}
	w, h := float64(size.Width), float64(size.Height)
	d.fill(paper, rect(0, 0, w, h))
	f := &frame{Drawing: d, left: left, top: 12, right: w - 16, bottom: h - 40}
	if title != "" {
		f.write(plain, text{at: point{12, 21}, size: titleSize, bold: true, s: fit(title, titleSize, w-24)})
		f.top += 22
	}
	return f
}

// fit is a text of any origin, cut to a width.
func fit(s string, size, most float64) string { return cut(Printable(s, maxTitle), size, most) }

// An entry of a legend.
type entry struct {
	ink  ink
	name string
}

// legend puts a line above the data that says which colour is what; what does not
// fit goes to more lines.
func (f *frame) legend(entries ...entry) {
	x, y := f.left, f.top+10
	for _, e := range entries {
		name := fit(e.name, smallSize, 220)
		w := 16 + width(name, smallSize) + 14
		if x+w > f.right+14 && x > f.left {
			x, y = f.left, y+17
		}
		f.fill(e.ink, rect(x, y-9, x+10, y+1))
		f.write(muted, text{at: point{x + 15, y}, size: smallSize, s: name})
		x += w
	}
	f.top = y + 12
}

// over writes what the vertical axis shows above it, where it can be read without
// turning the head.
func (f *frame) over(s string) {
	if s != "" {
		f.write(muted, text{at: point{12, f.top + 8}, size: smallSize, s: fit(s, smallSize, f.right-12)})
		f.top += 18
	}
}

// rows draws lines across for the ticks of a vertical scale, and their names.
func (f *frame) rows(s *scale) {
	var lines [][]point
	for _, v := range s.ticks {
		y := crisp(s.at(v))
		lines = append(lines, []point{{f.left, y}, {f.right, y}})
		f.write(muted, text{at: point{f.left - 6, y + 4}, anchor: end, size: smallSize, s: s.name(v)})
	}
	f.stroke(grid, 1, lines...)
}

// columns draws marks and names for the ticks of a horizontal scale, and what it
// shows below them.
func (f *frame) columns(s *scale, caption string) {
	var lines [][]point
	last := -1e9
	for _, v := range s.ticks {
		x := crisp(s.at(v))
		lines = append(lines, []point{{x, f.bottom}, {x, f.bottom + 4}})
		name := s.name(v)
		half := width(name, smallSize) / 2
		if x-half < last+6 || x+half > f.right+16 {
			continue
		}
		f.write(muted, text{at: point{x, f.bottom + 16}, anchor: middle, size: smallSize, s: name})
		last = x + half
	}
	f.stroke(muted, 1, lines...)
	f.stroke(muted, 1, []point{{f.left, crisp(f.bottom)}, {f.right, crisp(f.bottom)}})
	f.write(muted, text{at: point{(f.left + f.right) / 2, f.bottom + 32}, anchor: middle, size: smallSize, s: fit(caption, smallSize, f.right-f.left)})
}

// crisp puts a line of one pixel upon one, and not half upon two.
func crisp(x float64) float64 { return float64(int(x)) + 0.5 }

// empty says that there is nothing to see.
func (f *frame) empty() *Drawing {
	f.write(muted, text{at: point{(f.left + f.right) / 2, (f.top + f.bottom) / 2}, anchor: middle, size: textSize, s: "no data"})
	return f.Drawing
}

// room is how much names of ticks need on the left.
func room(s *scale) (w float64) {
	for _, v := range s.ticks {
		w = max(w, width(s.name(v), smallSize))
	}
	return w + 18
}
