package filter

import (
	"fmt"

	"joy/capture"
)

// In a socket of Linux a filter sees less of a frame than a file has of it: the
// outer VLAN tag was taken out, and in cooked mode there is no link header.
// What is missing can be loaded from places of their own, which begin at
// SKF_AD_OFF (<linux/filter.h>).
const (
	besideProtocol   = 0xfffff000
	besidePacketType = 0xfffff004
	besideIfindex    = 0xfffff008
	besideHatype     = 0xfffff01c
	besideTCI        = 0xfffff02c // of the VLAN tag
	besideHasTag     = 0xfffff030
	besideTPID       = 0xfffff03c
)

// farthest is a place that no packet reaches. The kernel adds X and K with 32
// bits and takes what is negative for other places, while this machine, which
// adds them with more, refuses the frame.
const farthest = 1<<30 - 1

const (
	tagAt      = 12 // place of a VLAN tag in an Ethernet frame
	tagSize    = 4
	sll2Header = 20
)

// A view rewrites the conditions that are meant for the frame of a file, so
// that they hold in a socket for the frame of which that will be made.
type view struct {
	g      *generator // told of what is not possible
	tagged bool       // the kernel has an outer VLAN tag for the frame
	cooked bool       // the kernel has no link header
}

// live gives the condition for a socket.
func (g *generator) live(c *cond) *cond {
	plain, tagged := &view{g: g}, &view{g: g, tagged: true}
	switch g.outer.link {
	case capture.LinkEthernet:
		without := plain.cond(c)
		with := tagged.cond(c)
		hasTag := compare([]Instruction{{Op: classLD | modeABS | sizeB, K: besideHasTag}}, jmpJEQ, 1)
		c = without
		if with.kind != condAlways || without.kind != condAlways {
			c = or(and(hasTag, with), and(not(hasTag), without))
		}
	case capture.LinkRaw:
		c = plain.cond(c)
	case capture.LinkLinuxSLL2:
		plain.cooked = true
		c = plain.cond(c)
	default:
		plain.refuse("no socket gives frames of link type %d", g.outer.link)
	}
	return c
}

func (v *view) refuse(format string, args ...any) {
	if v.g.err == nil {
		v.g.err = &Error{Reason: "the kernel cannot filter this: " + fmt.Sprintf(format, args...)}
	}
}

// cond rewrites a condition. What cannot be reached is not looked at, and so
// cannot be refused.
func (v *view) cond(c *cond) *cond {
	switch c.kind {
	case condAnd, condOr:
		decided := map[condKind]condKind{condAnd: condNever, condOr: condAlways}[c.kind]
		a := v.cond(c.a)
		if a.kind == decided {
			return a
		}
		b := v.cond(c.b)
		if a.kind == condNever || a.kind == condAlways {
			return b
		}
		return &cond{kind: c.kind, a: a, b: b}
	case condNot:
		switch x := v.cond(c.a); x.kind {
		case condNever:
			return always()
		case condAlways:
			return never()
		default:
			return not(x)
		}
	case condCompare:
		if outcome := v.typeOutcome(c); outcome != nil {
			return outcome
		}
		return &cond{kind: condCompare, code: v.code(c.code), op: c.op, k: c.k}
	case condStep:
		return step(func(a *assembler, next target) target {
			defer func(before *view) { a.view = before }(a.view)
			a.view = v
			return c.step(a, next)
		})
	}
	return c
}

// typeOutcome decides a comparison with the type of a frame that has a tag: of
// what the kernel takes out, it is one of two.
func (v *view) typeOutcome(c *cond) *cond {
	if !v.tagged || len(c.code) != 1 || c.code[0] != (Instruction{Op: classLD | modeABS | sizeH, K: tagAt}) {
		return nil
	}
	holds := func(typ uint32) bool {
		p := Program{code: []Instruction{{Op: opLoadImm, K: typ}, {Op: c.op, JF: 1, K: c.k}, {Op: opReturn, K: 1}, {Op: opReturn}}}
		return p.run(nil, 0) != 0
	}
	customer, service := holds(etherVLAN), holds(etherQinQ)
	switch {
	case customer != service:
		return nil
	case customer:
		return always()
	}
	return never()
}

// code rewrites instructions that are run one after the other.
func (v *view) code(code []Instruction) []Instruction {
	out := make([]Instruction, 0, len(code))
	for i, ins := range code {
		switch {
		case ins.Op == opLoadLen:
			out = append(out, ins)
			if added := v.added(); added > 0 {
				out = append(out, Instruction{Op: classALU | aluADD | srcK, K: added})
			}
		case ins.Op == opLoadXHead:
			out = append(out, v.head(ins))
		case ins.Op&7 == classLD && ins.Op&0xe0 == modeABS:
			out = append(out, v.load(ins)...)
		case ins.Op&7 == classLD && ins.Op&0xe0 == modeIND:
			if i > 0 && code[i-1].Op == opTAX {
				out = append(out, boundX()...)
			}
			out = append(out, v.indirect(ins))
		case ins.Op == classALU|aluLSH|srcX, ins.Op == classALU|aluRSH|srcX:
			v.refuse("a shift by what is calculated")
			return code
		default:
			out = append(out, ins)
		}
	}
	return out
}

// added is how many bytes the frame will have more than it has now.
func (v *view) added() uint32 {
	switch {
	case v.tagged:
		return tagSize
	case v.cooked:
		return sll2Header
	}
	return 0
}

// missing is the place in the later frame up to which it is not as now.
func (v *view) missing() uint32 {
	switch {
	case v.tagged:
		return tagAt + tagSize
	case v.cooked:
		return sll2Header
	}
	return 0
}

// boundX changes an X that is too large for a place to one that is still too
// large when K is added. A is lost, which is loaded next.
func boundX() []Instruction {
	return []Instruction{
		{Op: opTXA},
		{Op: classALU | aluRSH | srcK, K: 30}, // the bits that are too many
		{Op: classALU | aluMUL | srcK, K: 1 << 28},
		{Op: classALU | aluOR | srcX},
		{Op: classALU | aluAND | srcK, K: farthest},
		{Op: opTAX},
	}
}

func (v *view) indirect(ins Instruction) Instruction {
	if ins.K < v.missing() {
		v.refuse("what is read may be in a header that it does not see")
		return ins
	}
	ins.K = min(ins.K-v.added(), farthest)
	return ins
}

// head rewrites the load of the length of an IPv4 header.
func (v *view) head(ins Instruction) Instruction {
	switch {
	case ins.K >= v.missing():
		ins.K -= v.added()
	case v.cooked || ins.K >= tagAt:
		v.refuse("what is read is in a header that it does not see")
	}
	return ins
}

// load rewrites a load from a fixed place.
func (v *view) load(ins Instruction) []Instruction {
	size := map[uint16]uint32{sizeB: 1, sizeH: 2, sizeW: 4}[ins.Op&0x18]
	switch {
	case ins.K >= besideProtocol:
		return []Instruction{ins}
	case ins.K >= v.missing():
		ins.K -= v.added()
		return []Instruction{ins}
	case v.cooked:
		return v.loadCooked(ins, size)
	case ins.K+size <= tagAt:
		return []Instruction{ins}
	}
	return v.loadTag(ins, size)
}

func beside(k uint32) Instruction { return Instruction{Op: classLD | modeABS | sizeW, K: k} }

// loadTag reads from the tag: two bytes of type and two of priority and number.
func (v *view) loadTag(ins Instruction, size uint32) []Instruction {
	const and, rsh, lsh = classALU | aluAND | srcK, classALU | aluRSH | srcK, classALU | aluLSH | srcK
	from := beside(besideTPID)
	if ins.K >= tagAt+2 {
		from = beside(besideTCI)
	}
	switch {
	case size == 4 && ins.K == tagAt:
		return []Instruction{
			beside(besideTCI), {Op: opTAX}, beside(besideTPID), {Op: lsh, K: 16}, {Op: classALU | aluOR | srcX},
		}
	case size == 2 && ins.K%2 == 0:
		return []Instruction{from}
	case size == 1 && ins.K%2 == 0:
		return []Instruction{from, {Op: rsh, K: 8}}
	case size == 1:
		return []Instruction{from, {Op: and, K: 0xff}}
	}
	v.refuse("a part of a VLAN tag together with other bytes")
	return []Instruction{ins}
}

// loadCooked reads from the header that capture in cooked mode adds.
func (v *view) loadCooked(ins Instruction, size uint32) []Instruction {
	switch [2]uint32{ins.K, size} {
	case [2]uint32{0, 2}:
		return []Instruction{beside(besideProtocol)}
	case [2]uint32{4, 4}:
		return []Instruction{beside(besideIfindex)}
	case [2]uint32{8, 2}:
		return []Instruction{beside(besideHatype)}
	case [2]uint32{10, 1}:
		return []Instruction{beside(besidePacketType)}
	}
	v.refuse("what is read is in a header that it does not see")
	return []Instruction{ins}
}
