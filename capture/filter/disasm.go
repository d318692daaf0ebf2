package filter

import (
	"fmt"
	"strings"
)

// String lists the instructions, one a line, in the notation of tcpdump -d.
func (p *Program) String() string {
	var b strings.Builder
	for i, ins := range p.code {
		fmt.Fprintf(&b, "(%03d) %s\n", i, ins.text(i))
	}
	return b.String()
}

// text writes the instruction at place i of its program.
func (ins Instruction) text(i int) string {
	if ins.Op == opJump {
		return fmt.Sprintf("%-8s %d", "ja", i+1+int(ins.K))
	}
	line := fmt.Sprintf("%-8s %s", ins.mnemonic(), ins.operand())
	if ins.Op&7 == classJMP {
		return fmt.Sprintf("%-24s jt %d\tjf %d", line, i+1+int(ins.JT), i+1+int(ins.JF))
	}
	return strings.TrimRight(line, " ")
}

func (ins Instruction) mnemonic() string {
	size := map[uint16]string{sizeW: "", sizeH: "h", sizeB: "b"}[ins.Op&0x18]
	switch ins.Op & 7 {
	case classLD:
		return "ld" + size
	case classLDX:
		return "ldx" + size
	case classST:
		return "st"
	case classSTX:
		return "stx"
	case classALU:
		return [...]string{"add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"}[ins.Op>>4&15]
	case classJMP:
		return [...]string{"ja", "jeq", "jgt", "jge", "jset"}[ins.Op>>4&7]
	case classRET:
		return "ret"
	}
	if ins.Op == opTAX {
		return "tax"
	}
	return "txa"
}

func (ins Instruction) operand() string {
	switch ins.Op & 7 {
	case classLD, classLDX:
		return ins.source()
	case classST, classSTX:
		return fmt.Sprintf("M[%d]", ins.K)
	case classMISC:
		return ""
	case classRET:
		if ins.Op == opReturn {
			return fmt.Sprintf("#%d", ins.K)
		}
		return map[bool]string{true: "a", false: "x"}[ins.Op&retA != 0]
	}
	switch {
	case ins.Op&0xf7 == classALU|aluNEG:
		return ""
	case ins.Op&srcX != 0:
		return "x"
	}
	return fmt.Sprintf("#%#x", ins.K)
}

// source is what a load reads.
func (ins Instruction) source() string {
	switch ins.Op & 0xe0 {
	case modeABS:
		return fmt.Sprintf("[%d]", ins.K)
	case modeIND:
		return fmt.Sprintf("[x + %d]", ins.K)
	case modeMEM:
		return fmt.Sprintf("M[%d]", ins.K)
	case modeLEN:
		return "len"
	case modeMSH:
		return fmt.Sprintf("4*([%d]&0xf)", ins.K)
	}
	return fmt.Sprintf("#%#x", ins.K)
}
