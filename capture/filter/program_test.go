package filter

import (
	"strings"
	"testing"

	"joy/capture"
)

func TestLoadRefuses(t *testing.T) {
	ret := Instruction{Op: opReturn, K: 1}
	for what, code := range map[string][]Instruction{
		"no instructions":          {},
		"too many":                 make([]Instruction, maxProgram+1),
		"no return":                {{Op: opLoadLen}},
		"a jump behind the end":    {{Op: opJump, K: 1}, ret},
		"a jump far behind":        {{Op: opJump, K: 0xffffffff}, ret},
		"a true branch behind":     {{Op: classJMP | jmpJEQ, JT: 1}, ret},
		"a false branch behind":    {{Op: classJMP | jmpJEQ, JF: 1}, ret},
		"scratch memory":           {{Op: opStore, K: 16}, ret},
		"scratch memory read":      {{Op: opLoadXMem, K: 16}, ret},
		"division by zero":         {{Op: classALU | aluDIV}, ret},
		"remainder of zero":        {{Op: classALU | aluMOD}, ret},
		"a shift by 32":            {{Op: classALU | aluLSH, K: 32}, ret},
		"a size of 8 bytes":        {{Op: classLD | modeABS | 0x18}, ret},
		"a jump that is not there": {{Op: classJMP | 0x50}, ret},
		"arithmetic not there":     {{Op: classALU | 0xb0}, ret},
		"an operation not there":   {{Op: 0x100}, ret},
	} {
		if _, err := Load(code); err == nil {
			t.Errorf("%s is not refused", what)
		}
	}
}

func TestRun(t *testing.T) {
	ld := func(k uint32) Instruction { return Instruction{Op: opLoadImm, K: k} }
	ldx := func(k uint32) Instruction { return Instruction{Op: opLoadXImm, K: k} }
	retA := Instruction{Op: classRET | retA}
	data := []byte{0x45, 1, 2, 3, 4}
	tests := []struct {
		what string
		code []Instruction
		want uint32
	}{
		{"a word", []Instruction{{Op: classLD | modeABS | sizeW, K: 1}, retA}, 0x01020304},
		{"a word that ends behind the data", []Instruction{{Op: classLD | modeABS | sizeW, K: 2}, retA}, 0},
		{"half a word, indexed", []Instruction{ldx(2), {Op: classLD | modeIND | sizeH, K: 1}, retA}, 0x0304},
		{"an index that overflows", []Instruction{ldx(0xffffffff), {Op: classLD | modeIND | sizeB, K: 2}, {Op: opReturn, K: 9}}, 0},
		{"a place near the end of 32 bits", []Instruction{{Op: classLD | modeABS | sizeW, K: 0xfffffffe}, {Op: opReturn, K: 9}}, 0},
		{"length of an IPv4 header", []Instruction{{Op: opLoadXHead}, {Op: opTXA}, retA}, 20},
		{"length of a header that is not there", []Instruction{{Op: opLoadXHead, K: 5}, {Op: opReturn, K: 9}}, 0},
		{"length on the wire", []Instruction{{Op: opLoadLen}, retA}, 99},
		{"length on the wire in X", []Instruction{{Op: classLDX | modeLEN}, {Op: classRET | srcX}}, 99},
		{"memory", []Instruction{ld(7), {Op: opStore, K: 15}, ld(0), {Op: opLoadMem, K: 15}, retA}, 7},
		{"memory through X", []Instruction{ldx(7), {Op: opStoreX, K: 3}, {Op: opLoadXMem, K: 3}, {Op: opTXA}, retA}, 7},
		{"memory begins empty", []Instruction{{Op: opLoadMem, K: 3}, retA}, 0},
		{"division by a zero that comes late", []Instruction{ld(7), {Op: classALU | aluDIV | srcX}, {Op: opReturn, K: 9}}, 0},
		{"a shift that comes late", []Instruction{ld(7), ldx(40), {Op: classALU | aluLSH | srcX}, {Op: classALU | aluOR, K: 4}, retA}, 4},
		{"negation", []Instruction{ld(1), {Op: classALU | aluNEG}, retA}, 0xffffffff},
		{"remainder", []Instruction{ld(17), {Op: classALU | aluMOD, K: 5}, retA}, 2},
		{"exclusive or", []Instruction{ld(6), ldx(3), {Op: classALU | aluXOR | srcX}, retA}, 5},
		{"comparison with X", []Instruction{ld(6), ldx(6), {Op: classJMP | jmpJGT | srcX, JT: 1}, {Op: opReturn, K: 8}, {Op: opReturn, K: 9}}, 8},
		{"bits", []Instruction{ld(6), {Op: classJMP | jmpJSET, K: 2, JF: 1}, {Op: opReturn, K: 8}, {Op: opReturn, K: 9}}, 8},
	}
	for _, tt := range tests {
		p, err := Load(tt.code)
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
		} else if got := p.run(data, 99); got != tt.want {
			t.Errorf("%s: %#x", tt.what, got)
		}
	}
}

func TestString(t *testing.T) {
	const want = `(000) ldh      [12]
(001) jeq      #0x800          jt 2	jf 10
(002) ldb      [23]
(003) jeq      #0x6            jt 4	jf 10
(004) ldh      [20]
(005) jset     #0x1fff         jt 10	jf 6
(006) ldxb     4*([14]&0xf)
(007) ldh      [x + 14]
(008) jeq      #0x16           jt 9	jf 10
(009) ret      #262144
(010) ret      #0
`
	if got := compile(t, "ip and tcp src port 22", capture.LinkEthernet).String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func FuzzCompile(f *testing.F) {
	for _, expr := range expressions() {
		f.Add(expr, uint16(1), false)
	}
	f.Add("vlan 5 and tcp", uint16(1), true)
	f.Add("tcp[tcp[tcp[0]]] % (1 - 1) = \\x", uint16(127), true)
	f.Fuzz(func(t *testing.T, expr string, link uint16, live bool) {
		p, err := Compile(expr, link, Options{Live: live})
		if err != nil {
			if p != nil || err.Error() == "" {
				t.Fatal("an error and a program")
			}
			return
		}
		if _, err := Load(p.Instructions()); err != nil {
			t.Fatal(err)
		}
		for n := range 80 {
			p.Match([]byte(strings.Repeat(expr, 1+80/(1+len(expr)))[:n%(1+len(expr))]), n)
		}
		_ = p.String()
	})
}

func FuzzMatch(f *testing.F) {
	for _, expr := range expressions()[:40] {
		p, err := Compile(expr, capture.LinkEthernet, Options{})
		if err != nil {
			continue
		}
		var code []byte
		for _, ins := range p.Instructions() {
			code = append(code, cat(be16(int(ins.Op)), []byte{ins.JT, ins.JF}, be32(int(ins.K)))...)
		}
		f.Add(code, frames(capture.LinkEthernet)[0].data)
	}
	f.Fuzz(func(t *testing.T, program, data []byte) {
		var code []Instruction
		for b := program; len(b) >= 8; b = b[8:] {
			code = append(code, Instruction{
				Op: uint16(b[0])<<8 | uint16(b[1]), JT: b[2], JF: b[3],
				K: uint32(b[4])<<24 | uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7]),
			})
		}
		if p, err := Load(code); err == nil {
			p.Match(data, len(data))
			_ = p.String()
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	for _, expr := range []string{"tcp port 443", "tcp and (port 80 or port 443) and not host 10.0.0.2"} {
		b.Run(expr, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(expr, capture.LinkEthernet, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	packets := frames(capture.LinkEthernet)
	web := ethernet(macB, macA, ip4(6, a4, b4, 0, 0, tcp(40000, 443, 2, "")))
	for _, expr := range []string{"tcp port 443", "net 10.0.0.0/8", "tcp and (port 80 or port 443) and not host 10.0.0.2"} {
		p, err := Compile(expr, capture.LinkEthernet, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(expr+"/TCP", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match(web, len(web))
			}
		})
		b.Run(expr+"/mixed", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f := &packets[i%len(packets)]
				p.Match(f.data, f.wire)
			}
		})
	}
}
