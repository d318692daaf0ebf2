package plot

import (
	"fmt"
	"math"
)

// Packets are the packets of a flow as McGrew and Anderson draw them: time goes to
// the right; a packet is a line, as long as its payload, up for one that sa has
// sent and down for one of da.
type Packets struct {
	Title    string
	List     []Packet
	Up, Down string // who sends: addresses, or what stands for them
	// Left says that the flow has more packets than the list.
	Left bool
	// Order has packets side by side in their order, and not in time.
	Order bool
}

// A Packet is one of a flow.
type Packet struct {
	At    float64 // seconds since the first
	Bytes float64 // of payload
	Down  bool    // da sent it
}

// Draw draws the packets.
func (p *Packets) Draw(size Size) *Drawing {
	size = size.or(720, 260)
	f := newFrame(size, p.Title, p.desc(), 0)
	f.over("bytes of payload a packet")
	f.left = 60
	f.legend(entry{of(0), "up: from " + name(p.Up, "sa")}, entry{of(1), "down: from " + name(p.Down, "da")})
	if len(p.List) == 0 {
		return f.empty()
	}
	var most [2]float64
	for _, k := range p.List {
		most[side(k)] = max(most[side(k)], finite(k.Bytes))
	}
	y := bothWays(most[0], most[1], f.top, f.bottom)
	f.rows(y)
	x, caption := p.across(f)
	f.columns(x, caption)
	var lines [2][][]point
	zero := crisp(y.at(0))
	for i, k := range p.List {
		v, at := finite(k.Bytes), finite(k.At)
		if p.Order {
			at = float64(i) + 1
		}
		place, ends := x.at(at), y.at(v)
		if k.Down {
			ends = y.at(-v)
		}
		if math.Abs(ends-zero) < 2 { // packets without payload are to be seen too
			ends = zero + math.Copysign(2, ends-zero)
		}
		lines[side(k)] = append(lines[side(k)], []point{{place, zero}, {place, ends}})
	}
	line := min(max((f.right-f.left)/float64(len(p.List))*0.4, 1), 3)
	f.stroke(of(0), line, lines[0]...)
	f.stroke(of(1), line, lines[1]...)
	f.stroke(muted, 1, []point{{f.left, zero}, {f.right, zero}})
	return f.Drawing
}

func side(k Packet) int {
	if k.Down {
		return 1
	}
	return 0
}

func name(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// across is the horizontal scale, with a little room at both ends.
func (p *Packets) across(f *frame) (*scale, string) {
	last := 0.0
	for _, k := range p.List {
		last = max(last, finite(k.At))
	}
	left, right := f.left+8, f.right-8
	more := ""
	if p.Left {
		more = "; the flow has more packets than these"
	}
	if p.Order || last == 0 {
		s := upTo(float64(len(p.List)+1), left, right)
		return s, "packets in their order" + more
	}
	_, unit := span(last, last)
	one, _ := span(1, last)
	s := upTo(last*one, left, right)
	s.most = last
	for i := range s.ticks {
		s.ticks[i] /= one
	}
	s.name = func(v float64) string { return Amount(v * one) }
	return s, unit + " since the first packet" + more
}

// bothWays is a scale with 0 somewhere in the middle: up most, down most.
func bothWays(up, down, top, bottom float64) *scale {
	all := max(up, down, 1)
	up, down = max(up, all/8), max(down, all/8)
	step := nice(up+down, bottom-top, 36)
	s := &scale{from: bottom, to: top, least: -down * 1.05, most: up * 1.05}
	s.name = func(v float64) string { return Amount(math.Abs(v)) }
	for v := -math.Floor(-s.least/step) * step; v <= s.most; v += step {
		s.ticks = append(s.ticks, v)
	}
	return s
}

func (p *Packets) desc() string {
	var n [2]int
	var bytes [2]float64
	last := 0.0
	for _, k := range p.List {
		n[side(k)]++
		bytes[side(k)] += finite(k.Bytes)
		last = max(last, finite(k.At))
	}
	return fmt.Sprintf("Packets of a flow within %s: %d with %s bytes from %s, drawn up, and %d with %s bytes from %s, drawn down.",
		Duration(last), n[0], Amount(bytes[0]), name(p.Up, "sa"), n[1], Amount(bytes[1]), name(p.Down, "da"))
}
