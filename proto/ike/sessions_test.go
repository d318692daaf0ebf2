package ike

import (
	"slices"
	"strings"

	"joy/feature"
	"joy/feature/featuretest"
)

const marker = "\x00\x00\x00\x00"

func session(name string, messages ...string) featuretest.Session {
	return featuretest.Bytes(name, feature.UDP, messages...)
}

func sessions() []featuretest.Session { return slices.Concat(sessions2(), sessions1()) }

func sessions2() []featuretest.Session {
	auth := head{init: spiI, resp: spiR, version: 0x20, exchange: 35, flags: 0x08, id: 1}
	answer := auth
	answer.flags = 0x20
	follow := func(exchange, id int) head {
		return head{init: spiI, resp: spiR, version: 0x20, exchange: exchange, flags: 0x08, id: id}
	}
	sealed := func(h head, first, size int) string {
		return h.bytes(46, string([]byte{byte(first), 0})+u16(4+size)+strings.Repeat("E", size))
	}
	part := func(h head, first, number, total int) string {
		return h.bytes(53, string([]byte{byte(first), 0})+u16(8+100)+u16(number)+u16(total)+strings.Repeat("F", 100))
	}
	natS, natD := notify2(0, "", 16388, strings.Repeat("S", 20)), notify2(0, "", 16389, strings.Repeat("D", 20))
	many := make([]string, 20)
	for i := range many {
		many[i] = proposal(i+1, 1, "", transform2(1, []int{12, 20, 28, 3, 23}[i%5], 128), transform2(2, 1+i%9, 0), transform2(3, i%15, 0), transform2(4, 14+i, 0), transform2(5, i%3, 0))
	}
	hybrid := proposal(1, 1, "", transform2(1, 20, 256), transform2(2, 7, 0), transform2(4, 31, 0), transform2(6, 36, 0),
		transform2(7, 37, 0), transform2(7, 0, 0), transform2(12, 40, 0), transform2(13, 1, 0), transform2(14, 2, 0), transform2(99, 7, 0))
	return []featuretest.Session{
		session("v2-init-auth", build(v2(false), oneSA2, ke2(19, 64), nonce2, natS, natD, notify2(0, "", 16430, ""), notify2(0, "", 16431, "\x00\x02\x00\x03\x00\x04\x00\x63"), body{43, unhex("882fe56d6fd20dbc2251613b2ebe5beb")}),
			build(v2(true), oneSA2, ke2(19, 64), nonce2, natS, natD, body{38, "\x04" + strings.Repeat("H", 20)}, notify2(0, "", 16418, "")),
			marker+sealed(auth, 35, 240), marker+sealed(answer, 36, 180), "\xff", marker+sealed(follow(36, 2), 33, 100), marker+sealed(follow(37, 3), 0, 40)),
		session("v2-many-proposals", build(v2(false), body{33, list(2, many...)}, ke2(31, 32), nonce2)),
		session("v2-no-proposal-chosen", build(v2(false), oneSA2, ke2(2, 128), nonce2), build(v2(true), notify2(0, "", 14, ""))),
		session("v2-cookie", build(v2(false), oneSA2, ke2(14, 256), nonce2), build(v2(true), notify2(0, "", 16390, "a cookie")), build(v2(false), notify2(0, "", 16390, "a cookie"), oneSA2, ke2(14, 256), nonce2)),
		session("v2-invalid-ke", build(v2(false), oneSA2, ke2(2, 128), nonce2), build(v2(true), notify2(0, "", 17, "\x00\x13"))),
		session("v2-redirect", build(v2(false), oneSA2, ke2(19, 64), nonce2, notify2(0, "", 16406, "")), build(v2(true), notify2(0, "", 16407, "\x01\x04\xc0\x00\x02\x01"+"NNNN")),
			build(v2(false), notify2(0, "", 16408, "\x03\x0bgw.test.org")), build(v2(true), notify2(0, "", 16407, "\x01\x10\xc0"))),
		session("v2-ml-kem", build(v2(false), body{33, list(2, hybrid)}, ke2(31, 32), nonce2, notify2(0, "", 16438, ""), notify2(0, "", 16441, "link")),
			build(v2(true), body{33, list(2, hybrid)}, ke2(31, 32), nonce2),
			part(follow(43, 1), 34, 1, 2), "", part(follow(43, 1), 0, 2, 2), sealed(head{init: spiI, resp: spiR, version: 0x20, exchange: 43, flags: 0x20, id: 1}, 34, 1200), sealed(follow(44, 5), 34, 1200)),
		session("v2-all-payloads", build(v2(false),
			body{35, "\x02\x00\x00\x00host.test"}, body{36, "\x0b\x00\x00\x00key"}, body{37, "\x04DER"}, body{39, "\x02\x00\x00\x00mac"}, body{39, "\x7f\x00\x00\x00mac"},
			body{42, "\x03\x04\x00\x02SPI1SPI2"}, body{42, "\x01\x00\x00\x00"},
			body{44, "\x01\x00\x00\x00" + "\x07\x00\x00\x10\x00\x00\xff\xff\x0a\x00\x00\x00\x0a\xff\xff\xff"},
			body{45, "\x02\x00\x00\x00" + "\x08\x11\x00\x28\x00\x01\x00\x02" + strings.Repeat("\x20", 32) + "\x0a\x00\x00\x08labl"},
			body{47, "\x01\x00\x00\x00" + "\x00\x01\x00\x00" + "\x00\x03\x00\x04\x08\x08\x08\x08" + "\x0f\xff\x00\x01x"},
			body{48, "\x01\x07\x00\x05\x01"}, body{48, "\x03\x07\x00\x04"}, body{49, "gspm"}, body{50, "\x02\x00\x00\x00group"}, body{51, "gsa"}, body{52, "kd"}, body{54, "puzzle"},
			body{200, "private"}, ke2(999, 4), notify2(3, "SPI4", 16393, ""), notify2(1, "", 40000, "x"), body{43, unhex("4048b7d56ebce88525e7de7f00d6c2d3c0000000")})),
		session("v2-bit-0-is-not-v1-encryption", build(head{init: spiI, resp: none, version: 0x20, exchange: 34, flags: 0x09}, oneSA2, nonce2)),
		session("v2-critical", v2(false).bytes(40, "\x00\x80\x00\x14"+strings.Repeat("N", 16))),
		session("nat-t-and-esp", marker+build(v2(false), oneSA2, nonce2), marker+build(v2(true), oneSA2, nonce2), "\x12\x34\x56\x78"+strings.Repeat("\xab", 1400), "\x12\x34\x56\x79"+strings.Repeat("\xab", 100), "\xff"),
	}
}

func sessions1() []featuretest.Session {
	main := func(resp string) head { return v1(2, resp) }
	encrypted := func(exchange, id, size int) string {
		h := v1(exchange, spiR)
		h.flags, h.id = 1, id
		return h.bytes(5, strings.Repeat("E", size))
	}
	offer := append([]body{sa1(proposal(1, 1, "",
		transform1(1, 1, short(1, 5), short(2, 2), short(3, 65001), short(4, 2), short(11, 1), long(12, u32(86400))),
		transform1(2, 1, short(1, 1), short(2, 1), short(3, 3), short(4, 1), short(11, 2), short(12, 1000), short(5, 1), short(13, 1), long(6, "prime"), short(9999, 1), short(1, 77))))}, vendors1...)
	whole := build(main(none), offer...)
	fragments := v1(2, none)
	labels := body{1, u32(1) + u32(7) + u32(5) + "\x00\x03\x00\x00sec\x00" + "\x00\x09\x00\x00\xff\x80\x00\x00" + "\x00\x04\x00\x00intg" + "\x00\x00\x00\x00" + list(2, proposal(1, 1, "", transform1(1, 1, short(1, 7))))}
	ipsec := sa1(proposal(1, 3, "SPI1", transform1(1, 12, short(1, 1), short(4, 3), short(6, 256), short(5, 5))), proposal(1, 2, "SPI2", transform1(1, 2, short(5, 1))))
	return []featuretest.Session{
		session("v1-main-mode", whole, build(main(spiR), oneSA1, body{13, unhex("12f5f28c457168a9702d9fe274cc0204")}),
			build(main(spiR), body{4, strings.Repeat("K", 128)}, body{10, strings.Repeat("N", 20)}, body{20, strings.Repeat("D", 20)}, body{130, strings.Repeat("D", 16)}),
			build(main(spiR), body{4, strings.Repeat("K", 128)}, body{10, strings.Repeat("N", 20)}, body{7, "\x04DN"}),
			encrypted(2, 0, 40), encrypted(2, 0, 40), encrypted(32, 77, 128), encrypted(32, 77, 128), encrypted(6, 78, 64), encrypted(5, 79, 64)),
		session("v1-aggressive", build(v1(4, none), oneSA1, body{4, strings.Repeat("K", 128)}, body{10, "NNNNNNNN"}, body{5, "\x0b\x11\x01\xf4vpngroup"}),
			build(v1(4, spiR), oneSA1, body{4, strings.Repeat("K", 128)}, body{10, "NNNNNNNN"}, body{5, "\x01\x00\x00\x00\xc0\x00\x02\x01"}, body{8, strings.Repeat("H", 20)}, body{21, "\x01\x00\x00\x00\x0a\x00\x00\x01"})),
		session("v1-base-and-others", build(v1(1, none), labels, body{10, "nonce"}, body{9, "signature"}, body{6, "\x07crl"}, ipsec, body{99, "?"}, body{1, u32(0xabc) + u32(0)}, body{1, u32(2) + u32(0) + "gdoi"}),
			build(v1(5, spiR), body{11, u32(1) + "\x01\x10" + u16(24578) + spiI + spiR}, body{11, u32(0) + "\x03\x04" + u16(14) + "SPI4" + "data"}, body{11, u32(2) + "\x09\x00" + u16(999)},
				body{12, u32(1) + "\x03\x04\x00\x02SPI1SPI2"}, body{16, "tek"})),
		session("v1-xauth-in-clear", build(v1(6, spiR), body{14, "\x02\x00\x00\x07" + long(16521, "alice") + long(16522, "secret") + short(16527, 1)})),
		session("v1-fragments", fragment1Of(fragments, 7, 2, false, whole[100:200]), "", fragment1Of(fragments, 7, 1, false, whole[:100]), fragment1Of(v1(2, spiR), 7, 1, false, "x"),
			fragment1Of(fragments, 7, 3, true, whole[200:])),
		session("k_under", head{init: spiI, resp: none, version: 0x10, exchange: 2, flags: 1, size: 35000}.bytes(1, strings.Repeat("\x00", 20))),
		session("k_28", build(v1(2, none))),
		session("garbage-between", build(v1(2, none), oneSA1), strings.Repeat("\xff", 40), build(v1(2, none))+"\x00\x00\x00\x00"),
		session("payload-of-length-0", v1(2, none).bytes(1, "\x00\x00\x00\x00")),
		session("payload-too-long", v2(false).bytes(40, "\x21\x00\x00\x08NNNN"+"\x00\x00\x01\x00short")),
		session("proposal-too-long", build(v2(false), body{33, "\x00\x00\x00\xff\x01\x01\x00\x01"}, nonce2)),
		session("spi-too-long", build(v2(false), body{33, list(2, "\x01\x03\xff\x01SPI")}, notify2(0, "", 1, "")), build(v1(2, none), body{11, u32(1) + "\x01\xff\x00\x01"})),
		session("transform-too-short", build(v2(false), body{33, list(2, "\x01\x01\x00\x02"+"\x03\x00\x00\x08\x01\x00\x00\x0c"+"\x00\x00\x00\x05\x01")})),
		session("attribute-too-long", build(v2(false), body{33, list(2, proposal(1, 1, "", transform2(1, 12, 0)+long(14, "")+"\x00\x0e\xff\xff"))})),
		session("selector-too-short", build(v2(false), body{44, "\x01\x00\x00\x00\x07\x00\x00\x08\x00\x00\x00\x00"}, body{45, "\x01"}, body{47, "\x01"}, body{48, "\x01"}, body{42, "\x01\x04\x00\x02SPI1"})),
		session("cut-by-snap-length", build(v2(false), oneSA2, ke2(19, 64), nonce2)[:100]),
	}
}
