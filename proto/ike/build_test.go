package ike

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// What follows builds messages: a body of a payload, payloads, and the message
// around them.

const (
	spiI = "InitSPI1"
	spiR = "RespSPI2"
	none = "\x00\x00\x00\x00\x00\x00\x00\x00"
)

func u16(v int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(v))) }

func u32(v int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(v))) }

func unhex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

type body struct {
	kind int
	data string
}

type head struct {
	init, resp string
	version    int
	exchange   int
	flags      int
	id         int
	size       int // in the header, when it is not the true one
	next       int // likewise
}

// build makes a message of payloads.
func build(h head, payloads ...body) string {
	rest, next := "", 0
	for i := len(payloads) - 1; i >= 0; i-- {
		p := payloads[i]
		rest = string([]byte{byte(next), 0}) + u16(4+len(p.data)) + p.data + rest
		next = p.kind
	}
	if h.next != 0 {
		next = h.next
	}
	return h.bytes(next, rest)
}

func (h head) bytes(next int, rest string) string {
	size := h.size
	if size == 0 {
		size = headerLen + len(rest)
	}
	return h.init + h.resp + string([]byte{byte(next), byte(h.version), byte(h.exchange), byte(h.flags)}) + u32(h.id) + u32(size) + rest
}

// v2 is the header of an IKE_SA_INIT, of the initiator or of the responder.
func v2(response bool) head {
	if response {
		return head{init: spiI, resp: spiR, version: 0x20, exchange: 34, flags: 0x20}
	}
	return head{init: spiI, resp: none, version: 0x20, exchange: 34, flags: 0x08}
}

func v1(exchange int, resp string) head {
	return head{init: spiI, resp: resp, version: 0x10, exchange: exchange}
}

// list makes proposals or transforms: more says what stands in the first byte
// of all but the last.
func list(more int, elements ...string) (s string) {
	for i, e := range elements {
		m := more
		if i == len(elements)-1 {
			m = 0
		}
		s += string([]byte{byte(m), 0}) + u16(4+len(e)) + e
	}
	return s
}

func proposal(num, protocol int, spi string, transforms ...string) string {
	return string([]byte{byte(num), byte(protocol), byte(len(spi)), byte(len(transforms))}) + spi + list(3, transforms...)
}

func transform2(kind, id, keyBits int) string {
	t := string([]byte{byte(kind), 0}) + u16(id)
	if keyBits > 0 {
		t += u16(0x800e) + u16(keyBits)
	}
	return t
}

func transform1(num, id int, attributes ...string) string {
	return string([]byte{byte(num), byte(id), 0, 0}) + strings.Join(attributes, "")
}

func short(kind, value int) string { return u16(0x8000|kind) + u16(value) }

func long(kind int, value string) string { return u16(kind) + u16(len(value)) + value }

func ke2(group, size int) body {
	return body{34, u16(group) + "\x00\x00" + strings.Repeat("K", size)}
}

func notify2(protocol int, spi string, kind int, data string) body {
	return body{41, string([]byte{byte(protocol), byte(len(spi))}) + u16(kind) + spi + data}
}

func sa1(proposals ...string) body { return body{1, u32(1) + u32(1) + list(2, proposals...)} }

var (
	nonce2   = body{40, strings.Repeat("N", 32)}
	oneSA2   = body{33, list(2, proposal(1, 1, "", transform2(1, 12, 256), transform2(2, 5, 0), transform2(3, 12, 0), transform2(4, 19, 0)))}
	oneSA1   = sa1(proposal(1, 1, "", transform1(1, 1, short(1, 7), short(14, 256), short(2, 4), short(3, 1), short(4, 14), short(11, 1), long(12, u32(28800)))))
	vendors1 = []body{
		{13, unhex("4a131c81070358455c5728f20e95452f")},
		{13, unhex("afcad71368a1f1c96b8696fc77570100")},
		{13, unhex("1e2b516905991c7d7c96fcbfb587e46100000009")},
		{13, "CISCO-DELETE-REASON"},
		{13, unhex("00112233")},
		{13, unhex("90cb80913ebb696e086381b5ec427b1f")},
	}
)

// fragment1Of makes a part of a message of IKEv1.
func fragment1Of(h head, id, number int, last bool, part string) string {
	flags := byte(0)
	if last {
		flags = 1
	}
	return build(h, body{fragment1, u16(id) + string([]byte{byte(number), flags}) + part})
}
