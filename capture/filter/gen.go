package filter

import (
	"fmt"

	"joy/capture"
)

// A generator makes conditions of expressions. The layer moves on as it goes
// through the expression from left to right.
type generator struct {
	layer
	opt       Options
	outer     layer // of the whole frame
	at        token // what is being compiled, for errors
	err       *Error
	used      [scratchWords]bool // words of scratch memory that hold offsets and are read
	zero      []uint8            // words that must be 0 at the beginning
	slots     uint8              // words given to offsets are those from here on
	temporary uint8              // words given to calculations are those before
}

func newGenerator(link uint16, opt Options) *generator {
	l := newLayer(link)
	return &generator{layer: l, outer: l, opt: opt, slots: slotType}
}

// fail keeps the first error; what is generated behind it is of no interest.
func (g *generator) fail(format string, args ...any) *cond {
	return g.failAt(g.at, format, args...)
}

func (g *generator) failAt(t token, format string, args ...any) *cond {
	if g.err == nil {
		g.err = t.fail(fmt.Sprintf(format, args...))
	}
	return never()
}

func (e *logic) compile(g *generator) *cond {
	l := e.l.compile(g)
	r := e.r.compile(g)
	if e.and {
		return and(l, r)
	}
	return or(l, r)
}

func (e *negation) compile(g *generator) *cond { return not(e.x.compile(g)) }

// slot gives a word of scratch memory to an offset.
func (g *generator) slot() uint8 {
	if g.slots--; g.slots <= g.temporary {
		g.fail("needs more than %d words of memory", scratchWords)
		g.slots++
	}
	return g.slots
}

// loadAt makes the instructions that load size bytes at a place: delta bytes
// behind an offset.
func (g *generator) loadAt(o offset, delta uint32, size uint16) []Instruction {
	if !o.varying {
		return []Instruction{{Op: classLD | modeABS | size, K: o.base + delta}}
	}
	return []Instruction{g.slotToX(o), {Op: classLD | modeIND | size, K: o.base + delta}}
}

func (g *generator) slotToX(o offset) Instruction {
	g.used[o.slot] = true
	return Instruction{Op: opLoadXMem, K: uint32(o.slot)}
}

// network is the offset of the network header.
func (g *generator) network() offset {
	o := g.payload
	o.base += g.net
	if g.noNet {
		g.fail("not possible for link type %d: its header has no fixed length", g.link)
	}
	return o
}

// networkLLC is where a network header is that lies behind LLC without SNAP.
func (g *generator) networkLLC() offset {
	o := g.payload
	o.base += g.netLLC
	return o
}

func (g *generator) equal(o offset, delta uint32, size uint16, v uint32) *cond {
	return compare(g.loadAt(o, delta, size), jmpJEQ, v)
}

func (g *generator) masked(o offset, delta uint32, size uint16, v, mask uint32) *cond {
	if v&^mask != 0 {
		return never()
	}
	if mask == 0 {
		return always()
	}
	code := g.loadAt(o, delta, size)
	if mask != 0xffffffff {
		code = append(code, Instruction{Op: classALU | aluAND | srcK, K: mask})
	}
	return compare(code, jmpJEQ, v)
}

func (g *generator) bitsSet(o offset, delta uint32, size uint16, bits uint32) *cond {
	return compare(g.loadAt(o, delta, size), jmpJSET, bits)
}

// bytesEqual compares bytes, the last ones first: they differ most.
func (g *generator) bytesEqual(o offset, delta uint32, b []byte) *cond {
	var c *cond
	join := func(d *cond) {
		if c != nil {
			d = and(c, d)
		}
		c = d
	}
	n := len(b)
	for ; n >= 4; n -= 4 {
		join(g.equal(o, delta+uint32(n-4), sizeW, uint32(b[n-4])<<24|uint32(b[n-3])<<16|uint32(b[n-2])<<8|uint32(b[n-1])))
	}
	for ; n >= 2; n -= 2 {
		join(g.equal(o, delta+uint32(n-2), sizeH, uint32(b[n-2])<<8|uint32(b[n-1])))
	}
	if n == 1 {
		join(g.equal(o, delta, sizeB, uint32(b[0])))
	}
	return c
}

// transport makes the instructions that put into X what the length of the
// IPv4 header adds to the place of what is behind it.
func (g *generator) transport() []Instruction {
	o := g.network()
	if !o.varying {
		return []Instruction{{Op: opLoadXHead, K: o.base}}
	}
	return []Instruction{
		g.slotToX(o),
		{Op: classLD | modeIND | sizeB, K: o.base},
		{Op: classALU | aluAND | srcK, K: 15},
		{Op: classALU | aluLSH | srcK, K: 2},
		{Op: classALU | aluADD | srcX},
		{Op: opTAX},
	}
}

// load4 and load6 load from the header behind that of IPv4 and IPv6.
func (g *generator) load4(delta uint32, size uint16) []Instruction {
	return append(g.transport(), Instruction{Op: classLD | modeIND | size, K: g.network().base + delta})
}

func (g *generator) load6(delta uint32, size uint16) []Instruction {
	return g.loadAt(g.network(), 40+delta, size)
}

// guard adds what must hold for all frames of a link type.
func (g *generator) guard(c *cond) *cond {
	if g.outer.link == capture.LinkPPI {
		// The header has a link type of its own, in little-endian order.
		return and(compare([]Instruction{{Op: classLD | modeABS | sizeW, K: 4}}, jmpJEQ, swap(capture.LinkIEEE80211)), c)
	}
	return c
}

func swap(v uint32) uint32 { return v<<24 | v>>24 | v<<8&0xff0000 | v>>8&0xff00 }

// prologue writes what fills the words of scratch memory that are read.
func (g *generator) prologue(a *assembler, next target) target {
	switch {
	case g.outer.family == familyWLAN:
		next = g.wlanPrologue(a, next)
	case g.outer.family == familyPFLOG && g.used[slotPayload]:
		// The first byte is the length of the header, to be rounded up to 4.
		next = a.seq(next, Instruction{Op: classLD | modeABS | sizeB},
			Instruction{Op: classALU | aluADD | srcK, K: 3}, Instruction{Op: classALU | aluAND | srcK, K: ^uint32(3)},
			Instruction{Op: opStore, K: slotPayload})
	}
	if len(g.zero) == 0 {
		return next
	}
	code := []Instruction{{Op: opLoadImm}}
	for _, slot := range g.zero {
		code = append(code, Instruction{Op: opStore, K: uint32(slot)})
	}
	return a.seq(next, code...)
}
