package telemetry

// A slot is what a field of a record means, whatever element of whatever
// registry brings it.
type slot uint8

const (
	none slot = iota // not understood: it is passed over

	srcAddr
	dstAddr
	srcPort
	dstPort
	protocol
	octets
	packets
	allOctets // totals since the start of the flow
	allPackets
	postOctets // behind the exporter
	postPackets
	payloadOctets
	tos
	tcpFlags
	minTTL
	ipTTL
	ipID
	startNano
	startMicro
	startMilli
	startSecond
	startDelta
	startUptime
	endNano
	endMicro
	endMilli
	endSecond
	endDelta
	endUptime
	atNano
	atMicro
	atMilli
	atSecond
	lastedMilli
	lastedMicro
	bootMilli
	icmpTypeCode
	icmpType
	icmpCode
	srcMAC
	dstMAC
	vlan
	innerVLAN
	endReason
	direction
	samplingInterval
	samplingPackets
	samplingSpace
	samplingSize
	samplingPopulation
	samplingProbability
	selector
	input
	output
	nextHop
	bgpNextHop
	srcAS
	dstAS
	srcPrefix
	dstPrefix
	appID
	appName
	user
	natSrc
	natDst
	natSrcPort
	natDstPort
	natEvent
	firewallEvent
	basicList

	// Of Cisco, as Joy reads and writes them.
	firstPacket
	lengthsTimes // lengths, then times
	byteCounts
	tlsRecords // lengths, times, types, types of handshake messages
	tlsSuites
	tlsExtensions // lengths, then types
	tlsVersion
	tlsKeyLength
	tlsSessionID
	tlsRandom
	packetLengths
	packetTimes
	recordLengths
	recordTimes
	recordTypes
	recordMessages
	extensionLengths
	extensionTypes

	numSlots
)

// A place is a slot of one direction.
type place struct {
	slot slot
	dir  uint8 // out or in
}

const (
	out = 0
	in  = 1
)

// An element is an information element; those of IANA have the enterprise
// number 0.
type element struct {
	enterprise uint32
	id         uint16
}

// Private enterprise numbers (IANA).
const (
	iana    = 0
	cisco   = 9
	reverse = 29305 // elements of IANA for the other direction (RFC 5103 section 6.1)
)

// places says what the elements mean that are understood.
var places = makePlaces()

func makePlaces() map[element]place {
	m := map[element]place{}
	for id, s := range ianaSlots {
		m[element{iana, id}] = place{s, out}
		m[element{reverse, id}] = place{s, in}
	}
	for id, s := range responderSlots {
		m[element{iana, id}] = place{s, in}
	}
	for id, s := range ciscoSlots {
		m[element{cisco, id}] = place{s, out}
	}
	return m
}

// ianaSlots are the elements of IANA. Up to 127 the numbers are those of
// NetFlow 9.
var ianaSlots = map[uint16]slot{
	1: octets, 2: packets, 4: protocol, 5: tos, 6: tcpFlags, 7: srcPort, 8: srcAddr, 9: srcPrefix, 10: input,
	11: dstPort, 12: dstAddr, 13: dstPrefix, 14: output, 15: nextHop, 16: srcAS, 17: dstAS, 18: bgpNextHop,
	21: endUptime, 22: startUptime, 23: postOctets, 24: postPackets, 27: srcAddr, 28: dstAddr, 29: srcPrefix,
	30: dstPrefix, 32: icmpTypeCode, 34: samplingInterval, 48: selector, 50: samplingInterval, 52: minTTL, 54: ipID,
	56: srcMAC, 58: vlan, 61: direction, 62: nextHop, 63: bgpNextHop, 80: dstMAC, 85: allOctets, 86: allPackets,
	95: appID, 96: appName, 136: endReason, 139: icmpTypeCode,
	150: startSecond, 151: endSecond, 152: startMilli, 153: endMilli, 154: startMicro, 155: endMicro,
	156: startNano, 157: endNano, 158: startDelta, 159: endDelta, 160: bootMilli, 161: lastedMilli, 162: lastedMicro,
	176: icmpType, 177: icmpCode, 178: icmpType, 179: icmpCode, 180: srcPort, 181: dstPort, 182: srcPort, 183: dstPort,
	192: ipTTL, 225: natSrc, 226: natDst, 227: natSrcPort, 228: natDstPort, 230: natEvent, 231: octets,
	233: firewallEvent, 243: vlan, 245: innerVLAN, 281: natSrc, 282: natDst, 291: basicList, 298: packets,
	302: selector, 305: samplingPackets, 306: samplingSpace, 309: samplingSize, 310: samplingPopulation,
	311: samplingProbability, 322: atSecond, 323: atMilli, 324: atMicro, 325: atNano, 371: user, 401: payloadOctets,
}

// responderSlots are those elements of IANA that are of the other direction by
// themselves.
var responderSlots = map[uint16]slot{232: octets, 299: packets}

// ciscoSlots are elements of Cisco. The numbers from 12172 on are those of Joy
// less the enterprise bit that it writes with them.
var ciscoSlots = map[uint16]slot{
	7232:  user, // of ASA, in NetFlow 9
	12172: firstPacket, 12173: lengthsTimes, 12176: byteCounts, 12177: tlsRecords, 12178: tlsSuites, 12179: tlsExtensions,
	12180: tlsVersion, 12181: tlsKeyLength, 12182: tlsSessionID, 12183: tlsRandom, 12184: packetLengths,
	12185: packetTimes, 12188: recordLengths, 12189: recordTimes, 12190: recordTypes, 12191: recordMessages,
	12192: extensionLengths, 12193: extensionTypes,
}

// netflow9Place is what a field type of NetFlow 9 means. It has no enterprise
// numbers; Cisco's own types begin at 0x8000.
func netflow9Place(typ uint16) place {
	if typ&enterpriseBit != 0 {
		return places[element{cisco, typ &^ enterpriseBit}]
	}
	return places[element{iana, typ}]
}

const enterpriseBit = 0x8000 // of the number of an element in a template (RFC 7011 section 3.2)
