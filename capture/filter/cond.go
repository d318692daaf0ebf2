package filter

import "slices"

// A cond is a condition in the shape of the expression, with the instructions
// of each comparison, before it becomes a program.
type cond struct {
	kind condKind
	a, b *cond
	// A comparison: code leaves a value in A (and X), op compares it.
	code []Instruction
	op   uint16
	k    uint32
	// A step does something and is true.
	step func(*assembler, target) target
}

type condKind uint8

const (
	condNever condKind = iota
	condAlways
	condAnd
	condOr
	condNot
	condCompare
	condStep
)

func never() *cond  { return &cond{kind: condNever} }
func always() *cond { return &cond{kind: condAlways} }

// and joins conditions that are looked at from left to right. The order
// matters: a read behind the end of a frame refuses it at once.
func and(first *cond, rest ...*cond) *cond {
	for _, c := range rest {
		first = &cond{kind: condAnd, a: first, b: c}
	}
	return first
}

func or(first *cond, rest ...*cond) *cond {
	for _, c := range rest {
		first = &cond{kind: condOr, a: first, b: c}
	}
	return first
}

func not(c *cond) *cond { return &cond{kind: condNot, a: c} }

func compare(code []Instruction, jump uint16, k uint32) *cond {
	return &cond{kind: condCompare, code: code, op: classJMP | jump | srcK, k: k}
}

func step(f func(*assembler, target) target) *cond {
	return &cond{kind: condStep, step: f}
}

// A fact is known where a part of a program is reached: that what pure code
// loads equals k, or does not.
type fact struct {
	code  []Instruction
	k     uint32
	equal bool
}

const maxFacts = 32

// facts appends what follows from c being outcome.
func (c *cond) facts(outcome bool, known []fact) []fact {
	if len(known) >= maxFacts {
		return known
	}
	switch c.kind {
	case condNot:
		return c.a.facts(!outcome, known)
	case condAnd, condOr:
		if outcome == (c.kind == condAnd) {
			return c.b.facts(outcome, c.a.facts(outcome, known))
		}
	case condCompare:
		if c.op == classJMP|jmpJEQ|srcK && pure(c.code) && !slices.ContainsFunc(c.code, usesScratch) {
			return append(known, fact{c.code, c.k, outcome})
		}
	}
	return known
}

// pure reports whether code reads the packet and nothing else, so that it
// gives the same each time.
func pure(code []Instruction) bool {
	for i, ins := range code {
		switch {
		case ins.Op&7 == classLD && (ins.Op&0xe0 == modeABS || ins.Op&0xe0 == modeIND):
		case ins.Op&7 == classLDX && i == 0:
		case ins.Op == classALU|aluAND|srcK:
		default:
			return false
		}
	}
	return len(code) > 0
}

func usesScratch(ins Instruction) bool { return ins.Op == opLoadXMem || ins.Op == opLoadMem }
