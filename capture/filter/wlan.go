package filter

import (
	"strings"

	"joy/capture"
)

// Bits of the first bytes of an 802.11 header (IEEE 802.11 section 9.2.4.1).
// Types are management 0, control 0x04, data 0x08.
const (
	wlanTypeData    = 0x08 // set for data, and for the type that is reserved
	wlanTypeControl = 0x04 // set for control, and for the type that is reserved
	wlanTypeMask    = 0x0c
	wlanSubtypeMask = 0xf0
	wlanQoS         = 0x80 // of the subtypes of data
	wlanToDS        = 0x01
	wlanFromDS      = 0x02
)

// Places of the addresses.
const (
	wlanAddr1 = 4
	wlanAddr2 = 10
	wlanAddr3 = 16
	wlanAddr4 = 24
)

// wlanData is the condition of a data frame.
func (g *generator) wlanData() *cond {
	return and(not(g.bitsSet(g.header, 0, sizeB, wlanTypeControl)), g.bitsSet(g.header, 0, sizeB, wlanTypeData))
}

// wlanAddress compares an Ethernet address with those that a direction means.
func (g *generator) wlanAddress(d direction, mac []byte) *cond {
	equal := func(at uint32) *cond { return g.bytesEqual(g.header, at, mac) }
	isControl := func() *cond { return g.masked(g.header, 0, sizeB, wlanTypeControl, wlanTypeMask) }
	// CTS and ACK have one address. Only control frames are looked at for them,
	// or frames of other types would be taken for one.
	hasAddr2 := func() *cond {
		return or(not(isControl()), and(not(g.masked(g.header, 0, sizeB, 0xc0, wlanSubtypeMask)),
			not(g.masked(g.header, 0, sizeB, 0xd0, wlanSubtypeMask))))
	}
	notManagement := func() *cond { return g.bitsSet(g.header, 0, sizeB, wlanTypeData) }
	switch d {
	case dirAddr1:
		return equal(wlanAddr1)
	case dirAddr2:
		return and(hasAddr2(), equal(wlanAddr2))
	case dirAddr3:
		return and(not(isControl()), equal(wlanAddr3))
	case dirAddr4:
		return and(g.masked(g.header, 1, sizeB, wlanToDS|wlanFromDS, wlanToDS|wlanFromDS), equal(wlanAddr4))
	case dirReceiver:
		return and(notManagement(), equal(wlanAddr1))
	case dirTransmitter:
		return and(notManagement(), hasAddr2(), equal(wlanAddr2))
	}
	return ends(d, g.wlanEnd(g.wlanSource(equal), equal(wlanAddr2)), g.wlanEnd(g.wlanDestination(equal), equal(wlanAddr1)))
}

// wlanEnd: control frames have no source and destination; in management frames
// they are at fixed places.
func (g *generator) wlanEnd(inData, inManagement *cond) *cond {
	return and(not(g.bitsSet(g.header, 0, sizeB, wlanTypeControl)),
		or(and(not(g.bitsSet(g.header, 0, sizeB, wlanTypeData)), inManagement),
			and(g.bitsSet(g.header, 0, sizeB, wlanTypeData), inData)))
}

// wlanSource is the third address of a frame that comes from the distribution
// system, the fourth if it goes there too.
func (g *generator) wlanSource(equal func(uint32) *cond) *cond {
	fromDS := g.bitsSet(g.header, 1, sizeB, wlanFromDS)
	return or(and(not(fromDS), equal(wlanAddr2)), and(fromDS, g.wlanByToDS(equal(wlanAddr4), equal(wlanAddr3))))
}

func (g *generator) wlanDestination(equal func(uint32) *cond) *cond {
	return g.wlanByToDS(equal(wlanAddr3), equal(wlanAddr1))
}

func (g *generator) wlanByToDS(to, other *cond) *cond {
	toDS := g.bitsSet(g.header, 1, sizeB, wlanToDS)
	return or(and(not(toDS), other), and(toDS, to))
}

// wlanMulticast is the condition that the destination is a group.
func (g *generator) wlanMulticast() *cond {
	group := func(at uint32) *cond { return g.bitsSet(g.header, at, sizeB, 1) }
	return g.wlanEnd(g.wlanDestination(group), group(wlanAddr1))
}

// wlanField compiles type, subtype and dir.
func (g *generator) wlanField(e *special) *cond {
	if g.family != familyWLAN || g.link == capture.LinkPPI {
		return g.failAt(e.word, "only 802.11 frames have this field")
	}
	switch e.word.text {
	case "dir":
		v, ok := g.option(e.arg, wlanDirTable, wlanToDS|wlanFromDS)
		if !ok {
			return g.fail("unknown direction of 802.11")
		}
		return g.masked(g.header, 1, sizeB, v, wlanToDS|wlanFromDS)
	case "subtype":
		for _, table := range []string{wlanMgtTable, wlanCtlTable, wlanDataTable} {
			if v, ok := lookUpNumber(table, strings.ToLower(e.arg.text)); ok && e.arg.kind == tokenName {
				return g.masked(g.header, 0, sizeB, v, wlanTypeMask|wlanSubtypeMask)
			}
		}
		return g.fail("unknown subtype of 802.11")
	}
	return g.wlanType(e)
}

func (g *generator) wlanType(e *special) *cond {
	t, ok := g.option(e.arg, wlanTypeTable, wlanTypeMask)
	if !ok {
		return g.fail("unknown type of 802.11")
	}
	if !e.hasArg {
		return g.masked(g.header, 0, sizeB, t, wlanTypeMask)
	}
	table := map[uint32]string{0: wlanMgtTable, 4: wlanCtlTable, 8: wlanDataTable}[t]
	g.at = e.arg2
	s, ok := g.option(e.arg2, table, wlanSubtypeMask)
	if !ok {
		return g.fail("unknown subtype of this type of 802.11")
	}
	return g.masked(g.header, 0, sizeB, t|s, wlanTypeMask|wlanSubtypeMask)
}

// option is a number within a mask or a name of a table.
func (g *generator) option(t token, table string, mask uint32) (v uint32, ok bool) {
	g.at = t
	if t.kind == tokenNumber {
		return t.number, t.number&^mask == 0
	}
	return lookUpNumber(table, strings.ToLower(t.text))
}
