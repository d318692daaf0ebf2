package filter

// compile makes a comparison. Beside it, the protocol of the first field on
// each side must be there.
func (e *relation) compile(g *generator) *cond {
	left, leftGuard := e.l.load(g)
	jump, negate := comparison(e.op.text)
	k, known := fixed(e.r)
	c := compare(left, jump, k)
	var rightGuard *cond
	if !known {
		c.code, rightGuard = g.beside(left, e.r)
		c.op |= srcX
	}
	if negate {
		c = not(c)
	}
	return guarded(leftGuard, guarded(rightGuard, c))
}

// beside makes the instructions that put left into A and the value of r into
// X.
func (g *generator) beside(left []Instruction, r value) ([]Instruction, *cond) {
	slot := g.hold()
	right, guard := r.load(g)
	g.release()
	code := append(left, Instruction{Op: opStore, K: uint32(slot)})
	code = append(code, right...)
	return append(code, Instruction{Op: opTAX}, Instruction{Op: opLoadMem, K: uint32(slot)}), guard
}

// comparison is the jump that decides an operator, and whether its answer is
// turned round.
func comparison(op string) (jump uint16, negate bool) {
	switch op {
	case ">":
		return jmpJGT, false
	case ">=":
		return jmpJGE, false
	case "<=":
		return jmpJGT, true
	case "<":
		return jmpJGE, true
	case "!=":
		return jmpJEQ, true
	}
	return jmpJEQ, false
}

func guarded(guard, c *cond) *cond {
	if guard == nil {
		return c
	}
	return and(guard, c)
}

// hold gives a word of scratch memory to a calculation, which releases it.
func (g *generator) hold() uint8 {
	if g.temporary >= g.slots {
		g.fail("this calculation needs more than %d words of memory", scratchWords)
		return 0
	}
	g.temporary++
	return g.temporary - 1
}

func (g *generator) release() {
	if g.temporary > 0 {
		g.temporary--
	}
}

// fixed gives the value of a calculation with constants only.
func fixed(v value) (uint32, bool) {
	switch v := v.(type) {
	case *number:
		return v.tok.number, true
	case *negative:
		x, ok := fixed(v.x)
		return -x, ok
	case *arithmetic:
		l, okL := fixed(v.l)
		r, okR := fixed(v.r)
		if !okL || !okR || v.refuse(r) != "" {
			return 0, false
		}
		return calculate(v.code(), l, r)
	}
	return 0, false
}

func (v *number) load(g *generator) ([]Instruction, *cond) {
	g.at = v.tok
	return []Instruction{{Op: opLoadImm, K: v.tok.number}}, nil
}

func (v *length) load(*generator) ([]Instruction, *cond) {
	return []Instruction{{Op: opLoadLen}}, nil
}

func (v *negative) load(g *generator) ([]Instruction, *cond) {
	code, guard := v.x.load(g)
	return append(code, Instruction{Op: classALU | aluNEG}), guard
}

func (v *arithmetic) code() uint16 {
	switch v.op.text {
	case "+":
		return aluADD
	case "-":
		return aluSUB
	case "*":
		return aluMUL
	case "/":
		return aluDIV
	case "%":
		return aluMOD
	case "&":
		return aluAND
	case "|":
		return aluOR
	case "^":
		return aluXOR
	case "<<":
		return aluLSH
	}
	return aluRSH
}

// refuse says what is wrong with a constant on the right side.
func (v *arithmetic) refuse(r uint32) string {
	switch op := v.code(); {
	case (op == aluDIV || op == aluMOD) && r == 0:
		return "division by zero"
	case (op == aluLSH || op == aluRSH) && r > 31:
		return "shift by more than 31 bits"
	}
	return ""
}

// load: as in libpcap, only the left side says which protocol must be there.
func (v *arithmetic) load(g *generator) ([]Instruction, *cond) {
	if k, ok := fixed(v); ok {
		return []Instruction{{Op: opLoadImm, K: k}}, nil
	}
	left, guard := v.l.load(g)
	op := classALU | v.code()
	if k, ok := fixed(v.r); ok {
		if reason := v.refuse(k); reason != "" {
			g.failAt(v.op, "%s", reason)
		}
		return append(left, Instruction{Op: op | srcK, K: k}), guard
	}
	code, _ := g.beside(left, v.r)
	return append(code, Instruction{Op: op | srcX}), guard
}
