package filter

import "joy/capture"

// wlanPrologue finds the 802.11 header behind that of the radio and what is
// behind the 802.11 header.
func (g *generator) wlanPrologue(a *assembler, next target) target {
	if !g.used[slotHeader] && !g.used[slotPayload] {
		return next
	}
	if g.used[slotPayload] {
		next = g.wlanLength(a, next)
	}
	store := []Instruction{{Op: opStore, K: slotHeader}, {Op: opTAX}}
	load := func(op uint16, k uint32) Instruction { return Instruction{Op: op, K: k} }
	const loadW, loadB = classLD | modeABS | sizeW, classLD | modeABS | sizeB
	switch g.outer.link {
	case capture.LinkRadiotap, capture.LinkPPI: // 16 bits in little-endian order
		return a.seq(next, append([]Instruction{
			load(loadB, 3),
			{Op: classALU | aluLSH | srcK, K: 8},
			{Op: opTAX},
			load(loadB, 2),
			{Op: classALU | aluOR | srcX},
		}, store...)...)
	case capture.LinkAVS:
		return a.seq(next, append([]Instruction{load(loadW, 4)}, store...)...)
	case capture.LinkPrism: // 144 bytes; some drivers write AVS, which has a mark
		next = a.seq(next, store...)
		avs := a.seq(next, load(loadW, 4))
		prism := a.seq(next, load(opLoadImm, 144))
		return a.branch([]Instruction{load(loadW, 0), {Op: classALU | aluAND | srcK, K: 0xfffff000}},
			classJMP|jmpJEQ|srcK, 0x80211000, avs, prism)
	}
	return a.seq(next, load(opLoadXImm, 0))
}

// wlanLength stores where the payload is: 24 bytes behind the header, whose
// place is in X, two more in QoS data frames, padded to 4 by some adapters.
func (g *generator) wlanLength(a *assembler, done target) target {
	padding := done
	if g.outer.link == capture.LinkRadiotap {
		padding = radiotapPadding(a, done)
	}
	const jset = classJMP | jmpJSET | srcK
	qos := a.seq(padding, changeSlot(Instruction{Op: classALU | aluADD | srcK, K: 2})...)
	isQoS := a.branch(nil, jset, wlanQoS, qos, padding)
	isData := a.branch(nil, jset, wlanTypeControl, done, isQoS)
	first := a.branch([]Instruction{{Op: classLD | modeIND | sizeB}}, jset, wlanTypeData, isData, done)
	return a.seq(first, Instruction{Op: opTXA}, Instruction{Op: classALU | aluADD | srcK, K: 24},
		Instruction{Op: opStore, K: slotPayload})
}

// radiotapPadding rounds the place of the payload up when the flags field has
// the bit for it (radiotap.org). The flags are behind the time stamp, if there
// is one; frames with more than one word of presence bits are left alone.
func radiotapPadding(a *assembler, done target) target {
	const (
		jset                   = classJMP | jmpJSET | srcK
		hasTime, hasFlags, ext = 1 << 24, 2 << 24, 0x80 // little-endian order
		padded                 = 0x20
	)
	round := a.seq(done, changeSlot(Instruction{Op: classALU | aluADD | srcK, K: 3},
		Instruction{Op: classALU | aluAND | srcK, K: ^uint32(3)})...)
	behindTime := a.branch([]Instruction{{Op: classLD | modeABS | sizeB, K: 16}}, jset, padded, round, done)
	first := a.branch([]Instruction{{Op: classLD | modeABS | sizeB, K: 8}}, jset, padded, round, done)
	time := a.branch(nil, jset, hasTime, behindTime, first)
	more := a.branch(nil, jset, ext, done, time)
	return a.branch([]Instruction{{Op: classLD | modeABS | sizeW, K: 4}}, jset, hasFlags, more, done)
}

// changeSlot changes where the payload is.
func changeSlot(change ...Instruction) []Instruction {
	code := append([]Instruction{{Op: opLoadMem, K: slotPayload}}, change...)
	return append(code, Instruction{Op: opStore, K: slotPayload})
}
