package filter

import (
	"encoding/binary"
	"fmt"
)

// An Instruction of the classic BPF machine (the layout of struct sock_filter
// of Linux, so that a program can be attached to a socket as it is).
type Instruction struct {
	Op     uint16
	JT, JF uint8 // instructions to skip when the comparison holds or fails
	K      uint32
}

// Instruction classes, sizes, modes and operations, as in <linux/filter.h>.
const (
	classLD   = 0x00
	classLDX  = 0x01
	classST   = 0x02
	classSTX  = 0x03
	classALU  = 0x04
	classJMP  = 0x05
	classRET  = 0x06
	classMISC = 0x07

	sizeW = 0x00
	sizeH = 0x08
	sizeB = 0x10

	modeIMM = 0x00
	modeABS = 0x20
	modeIND = 0x40
	modeMEM = 0x60
	modeLEN = 0x80
	modeMSH = 0xa0

	aluADD = 0x00
	aluSUB = 0x10
	aluMUL = 0x20
	aluDIV = 0x30
	aluOR  = 0x40
	aluAND = 0x50
	aluLSH = 0x60
	aluRSH = 0x70
	aluNEG = 0x80
	aluMOD = 0x90
	aluXOR = 0xa0

	jmpJA   = 0x00
	jmpJEQ  = 0x10
	jmpJGT  = 0x20
	jmpJGE  = 0x30
	jmpJSET = 0x40

	srcK = 0x00
	srcX = 0x08
	retA = 0x10

	miscTAX = 0x00
	miscTXA = 0x80
)

// Whole operation codes of the instructions that the compiler writes.
const (
	opLoadImm   = classLD | modeIMM
	opLoadLen   = classLD | modeLEN | sizeW
	opLoadMem   = classLD | modeMEM
	opLoadXImm  = classLDX | modeIMM
	opLoadXMem  = classLDX | modeMEM
	opLoadXHead = classLDX | modeMSH | sizeB // X = 4 * (byte & 15): length of an IPv4 header
	opStore     = classST
	opStoreX    = classSTX
	opTAX       = classMISC | miscTAX
	opTXA       = classMISC | miscTXA
	opJump      = classJMP | jmpJA
	opReturn    = classRET | srcK
)

const (
	scratchWords = 16   // words of scratch memory that the machine has
	maxProgram   = 4096 // instructions; the limit of Linux too (BPF_MAXINSNS)
)

// A Program is a filter for one link type. It does not change, so that any
// number of goroutines may use it.
type Program struct {
	code []Instruction
}

// Load makes a Program of instructions from elsewhere, such as another
// compiler. It is refused when it could run into or out of something: jumps
// go forward and stay inside, the last instruction returns.
func Load(code []Instruction) (*Program, error) {
	if len(code) == 0 || len(code) > maxProgram {
		return nil, fmt.Errorf("filter: program of %d instructions; 1 to %d are allowed", len(code), maxProgram)
	}
	for i, ins := range code {
		if !validOp(ins.Op) {
			return nil, fmt.Errorf("filter: instruction %d: unknown operation %#x", i, ins.Op)
		}
		if !validOperand(ins, uint64(len(code)-i-1)) {
			return nil, fmt.Errorf("filter: instruction %d: operand out of range", i)
		}
	}
	if code[len(code)-1].Op&7 != classRET {
		return nil, fmt.Errorf("filter: the last instruction does not return")
	}
	return &Program{code: append([]Instruction(nil), code...)}, nil
}

// Instructions are those of the program, a copy.
func (p *Program) Instructions() []Instruction {
	return append([]Instruction(nil), p.code...)
}

func validOp(op uint16) bool {
	switch op {
	case opLoadImm, opLoadLen, opLoadMem, opLoadXImm, opLoadXMem, opLoadXHead, classLDX | modeLEN,
		opStore, opStoreX, opTAX, opTXA, opJump, opReturn, classRET | retA, classRET | srcX,
		classALU | aluNEG:
		return true
	}
	switch op & 7 {
	case classLD:
		mode, size := op&0xe0, op&0x18
		return op < 0x100 && (mode == modeABS || mode == modeIND) && size <= sizeB
	case classALU:
		return op < 0x100 && op&0xf0 <= aluXOR && op&0xf0 != aluNEG
	case classJMP:
		return op < 0x100 && op&0xf0 >= jmpJEQ && op&0xf0 <= jmpJSET
	}
	return false
}

// validOperand checks what an instruction refers to; rest is the number of
// instructions behind it.
func validOperand(ins Instruction, rest uint64) bool {
	switch {
	case ins.Op == opJump:
		return uint64(ins.K) < rest
	case ins.Op&7 == classJMP:
		return uint64(ins.JT) < rest && uint64(ins.JF) < rest
	case ins.Op == opLoadMem, ins.Op == opLoadXMem, ins.Op == opStore, ins.Op == opStoreX:
		return ins.K < scratchWords
	case ins.Op == classALU|aluDIV|srcK, ins.Op == classALU|aluMOD|srcK:
		return ins.K != 0
	case ins.Op == classALU|aluLSH|srcK, ins.Op == classALU|aluRSH|srcK:
		return ins.K < 32
	}
	return true
}

// Match reports whether the filter accepts a frame: data is what was captured
// of it, wire its length on the wire. A read behind the captured bytes and a
// division by zero refuse the frame. It does not allocate.
func (p *Program) Match(data []byte, wire int) bool {
	return p.run(data, uint32(wire)) != 0
}

// run is one switch in one function, longer than others here: a call for each
// instruction would cost twice the time (BenchmarkMatch).
func (p *Program) run(data []byte, wire uint32) uint32 {
	var a, x uint32
	var mem [scratchWords]uint32
	code := p.code
	for pc := 0; pc < len(code); pc++ {
		ins := &code[pc]
		switch ins.Op {
		case classLD | modeABS | sizeW, classLD | modeIND | sizeW:
			at := uint64(ins.K)
			if ins.Op&modeIND != 0 {
				at += uint64(x)
			}
			if at+4 > uint64(len(data)) {
				return 0
			}
			a = binary.BigEndian.Uint32(data[at:])
		case classLD | modeABS | sizeH:
			at := uint64(ins.K)
			if at+2 > uint64(len(data)) {
				return 0
			}
			a = uint32(binary.BigEndian.Uint16(data[at:]))
		case classLD | modeIND | sizeH:
			at := uint64(ins.K) + uint64(x)
			if at+2 > uint64(len(data)) {
				return 0
			}
			a = uint32(binary.BigEndian.Uint16(data[at:]))
		case classLD | modeABS | sizeB:
			if uint64(ins.K) >= uint64(len(data)) {
				return 0
			}
			a = uint32(data[ins.K])
		case classLD | modeIND | sizeB:
			at := uint64(ins.K) + uint64(x)
			if at >= uint64(len(data)) {
				return 0
			}
			a = uint32(data[at])
		case opLoadXHead:
			if uint64(ins.K) >= uint64(len(data)) {
				return 0
			}
			x = uint32(data[ins.K]&15) * 4
		case classJMP | jmpJEQ | srcK:
			pc += skip(a == ins.K, ins)
		case classJMP | jmpJGT | srcK:
			pc += skip(a > ins.K, ins)
		case classJMP | jmpJGE | srcK:
			pc += skip(a >= ins.K, ins)
		case classJMP | jmpJSET | srcK:
			pc += skip(a&ins.K != 0, ins)
		case classJMP | jmpJEQ | srcX:
			pc += skip(a == x, ins)
		case classJMP | jmpJGT | srcX:
			pc += skip(a > x, ins)
		case classJMP | jmpJGE | srcX:
			pc += skip(a >= x, ins)
		case classJMP | jmpJSET | srcX:
			pc += skip(a&x != 0, ins)
		case opJump:
			pc += int(ins.K)
		case opReturn:
			return ins.K
		case classRET | retA:
			return a
		case classRET | srcX:
			return x
		case opLoadImm:
			a = ins.K
		case opLoadLen:
			a = wire
		case opLoadMem:
			a = mem[ins.K&(scratchWords-1)]
		case opLoadXImm:
			x = ins.K
		case classLDX | modeLEN:
			x = wire
		case opLoadXMem:
			x = mem[ins.K&(scratchWords-1)]
		case opStore:
			mem[ins.K&(scratchWords-1)] = a
		case opStoreX:
			mem[ins.K&(scratchWords-1)] = x
		case opTAX:
			x = a
		case opTXA:
			a = x
		default:
			operand := ins.K
			if ins.Op&srcX != 0 {
				operand = x
			}
			var ok bool
			if a, ok = calculate(ins.Op&0xf0, a, operand); !ok {
				return 0
			}
		}
	}
	return 0
}

func skip(yes bool, ins *Instruction) int {
	if yes {
		return int(ins.JT)
	}
	return int(ins.JF)
}

// calculate is the arithmetic of the machine and of constants in expressions.
// It is not ok to divide by zero. A shift by more than 31 gives 0.
func calculate(op uint16, a, b uint32) (v uint32, ok bool) {
	switch op {
	case aluADD:
		return a + b, true
	case aluSUB:
		return a - b, true
	case aluMUL:
		return a * b, true
	case aluDIV:
		if b == 0 {
			return 0, false
		}
		return a / b, true
	case aluMOD:
		if b == 0 {
			return 0, false
		}
		return a % b, true
	case aluOR:
		return a | b, true
	case aluAND:
		return a & b, true
	case aluXOR:
		return a ^ b, true
	case aluLSH:
		return a << b, true
	case aluRSH:
		return a >> b, true
	case aluNEG:
		return -a, true
	}
	return 0, false
}
