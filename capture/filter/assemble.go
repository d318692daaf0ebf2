package filter

// An assembler writes a program from its end to its beginning. All jumps of
// the machine go forward, so that whatever is jumped to exists already.
type assembler struct {
	code []Instruction // the last instruction first
	full bool          // the program became longer than maxProgram
	view *view         // what rewrites the instructions of a step; nil: nothing
	// Where comparisons go that do not rely on what they have left in the
	// registers, by their place.
	free map[target][2]target
}

// A target is the place of an instruction in assembler.code.
type target int

// accepted is what a program returns for a frame that it accepts: how much of
// it a socket shall give, the same as with tcpdump.
const accepted = 262144

// assemble makes the program of a condition; prologue is run before it.
func assemble(c *cond, prologue func(*assembler, target) target) ([]Instruction, bool) {
	a := &assembler{free: map[target][2]target{}}
	no := a.push(Instruction{Op: opReturn})
	yes := a.push(Instruction{Op: opReturn, K: accepted})
	a.fallTo(prologue(a, a.cond(c, yes, no, nil)))
	if a.full {
		return nil, false
	}
	return compact(a.forward()), true
}

func (a *assembler) forward() []Instruction {
	out := make([]Instruction, 0, len(a.code))
	for i := len(a.code) - 1; i >= 0; i-- {
		out = append(out, a.code[i])
	}
	return out
}

// push puts an instruction before all others.
func (a *assembler) push(ins Instruction) target {
	if len(a.code) >= 2*maxProgram { // compact may halve it
		a.full = true
		return target(len(a.code) - 1)
	}
	a.code = append(a.code, ins)
	return target(len(a.code) - 1)
}

// distance is how many instructions a jump to t skips, if it is written next.
func (a *assembler) distance(t target) int { return len(a.code) - 1 - int(t) }

func (a *assembler) jump(t target) target {
	return a.push(Instruction{Op: opJump, K: uint32(a.distance(t))})
}

// fallTo makes sure that what is written next runs into t.
func (a *assembler) fallTo(t target) {
	if a.distance(t) != 0 {
		a.jump(t)
	}
}

// seq writes instructions that go on at next.
func (a *assembler) seq(next target, code ...Instruction) target {
	a.fallTo(next)
	if a.view != nil {
		code = a.view.code(code)
	}
	for i := len(code) - 1; i >= 0; i-- {
		next = a.push(code[i])
	}
	return next
}

// branch writes code and the comparison behind it. A conditional jump reaches
// 255 instructions; what is farther gets a jump of its own on the way.
func (a *assembler) branch(code []Instruction, op uint16, k uint32, yes, no target) target {
	if a.view != nil {
		code = a.view.code(code)
	}
	if a.distance(yes) > 254 { // one less, for the jump to no may come between
		yes = a.jump(yes)
	}
	if a.distance(no) > 255 {
		no = a.jump(no)
	}
	t := a.push(Instruction{Op: op, JT: uint8(a.distance(yes)), JF: uint8(a.distance(no)), K: k})
	for i := len(code) - 1; i >= 0; i-- {
		t = a.push(code[i])
	}
	return t
}

// cond writes a condition that goes on at yes or no and returns its entry.
func (a *assembler) cond(c *cond, yes, no target, known []fact) target {
	if a.full {
		return no
	}
	switch c.kind {
	case condAlways:
		return yes
	case condAnd:
		b := a.cond(c.b, yes, no, c.a.facts(true, known))
		return a.cond(c.a, b, no, known)
	case condOr:
		b := a.cond(c.b, yes, no, c.a.facts(false, known))
		return a.cond(c.a, yes, b, known)
	case condNot:
		return a.cond(c.a, no, yes, known)
	case condCompare:
		yes = a.thread(yes, c.facts(true, known))
		no = a.thread(no, c.facts(false, known))
		t := a.branch(c.code, c.op, c.k, a.held(c, yes), a.held(c, no))
		a.free[t-target(len(c.code))] = [2]target{yes, no}
		return t
	case condStep:
		return c.step(a, yes)
	}
	return no
}

// thread follows a target over comparisons whose outcome is known.
func (a *assembler) thread(t target, known []fact) target {
	for {
		next := t
		for _, f := range known {
			next = a.decide(t, f)
			if next != t {
				break
			}
		}
		if next == t && a.code[t].Op == opJump {
			next = t - 1 - target(a.code[t].K)
		}
		if next == t {
			return t
		}
		t = next
	}
}

// decide gives where a comparison at t goes when it loads what f is about,
// or t when f does not decide it. The load can be left out: it has been done
// on every way here.
func (a *assembler) decide(t target, f fact) target {
	if !a.starts(t, f.code) || int(t) < len(f.code) {
		return t
	}
	at := t - target(len(f.code))
	ins := a.code[at]
	free, ok := a.free[at]
	if !ok {
		return t
	}
	var yes bool
	switch {
	case f.equal && ins.Op == classJMP|jmpJEQ|srcK:
		yes = f.k == ins.K
	case f.equal && ins.Op == classJMP|jmpJGT|srcK:
		yes = f.k > ins.K
	case f.equal && ins.Op == classJMP|jmpJGE|srcK:
		yes = f.k >= ins.K
	case f.equal && ins.Op == classJMP|jmpJSET|srcK:
		yes = f.k&ins.K != 0
	case ins.Op == classJMP|jmpJEQ|srcK && f.k == ins.K: // it is not equal
	default:
		return t
	}
	if yes {
		return free[0]
	}
	return free[1]
}

// held moves a target behind a load whose result the registers hold already,
// when it is jumped to from the comparison c.
func (a *assembler) held(c *cond, t target) target {
	switch {
	case !pure(c.code):
	case a.starts(t, c.code):
		return t - target(len(c.code))
	case a.code[t] == c.code[0] && c.code[0].Op&7 == classLDX:
		return t - 1
	}
	return t
}

// starts reports whether code is at t.
func (a *assembler) starts(t target, code []Instruction) bool {
	if int(t) < len(code) {
		return false
	}
	for i, ins := range code {
		if a.code[int(t)-i] != ins {
			return false
		}
	}
	return true
}

// compact removes what is never reached.
func compact(code []Instruction) []Instruction {
	reached := make([]bool, len(code)+1)
	reached[0] = true
	for i, ins := range code {
		switch {
		case !reached[i] || ins.Op&7 == classRET:
		case ins.Op == opJump:
			reached[i+1+int(ins.K)] = true
		case ins.Op&7 == classJMP:
			reached[i+1+int(ins.JT)] = true
			reached[i+1+int(ins.JF)] = true
		default:
			reached[i+1] = true
		}
	}
	place := make([]int, len(code)+1) // where each instruction will be
	for i := range code {
		place[i+1] = place[i]
		if reached[i] {
			place[i+1]++
		}
	}
	out := make([]Instruction, 0, place[len(code)])
	for i, ins := range code {
		if !reached[i] {
			continue
		}
		move := func(skip int) int { return place[i+1+skip] - place[i+1] }
		switch {
		case ins.Op == opJump:
			ins.K = uint32(move(int(ins.K)))
		case ins.Op&7 == classJMP:
			ins.JT, ins.JF = uint8(move(int(ins.JT))), uint8(move(int(ins.JF)))
		}
		out = append(out, ins)
	}
	return out
}
