package telemetry

import "joy/telemetry/element"

// A place is a slot of one direction.
type place struct {
	slot slot
	dir  uint8 // out or in
}

const (
	out = 0
	in  = 1
)

// places says what the elements mean that are understood.
var places = makePlaces()

func makePlaces() map[element.ID]place {
	m := map[element.ID]place{}
	for id, s := range ianaSlots {
		m[id] = place{s, out}
		m[id.Reverse()] = place{s, in}
	}
	for _, list := range []map[element.ID]slot{ciscoSlots, ownSlots} {
		for id, s := range list {
			m[id] = place{s, out}
		}
	}
	for id, s := range otherSide {
		m[id] = place{s, in}
	}
	return m
}

// listPlaces are the elements that mean something else when there is a list of
// them.
var listPlaces = map[element.ID]place{
	element.VLANID: {vlanList, out}, element.VLANID.Reverse(): {vlanList, in},
}

// ianaSlots are the elements of IANA. Up to 127 the numbers are those of
// NetFlow 9.
var ianaSlots = map[element.ID]slot{
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
	25: minLength, 26: maxLength, 148: joyFlowID, 184: tcpSequence, 186: tcpWindow,
	457: httpStatus, 459: httpMethod, 460: httpHost, 461: httpTarget, 468: httpAgent, 469: httpContent,
}

// otherSide are the elements that are of the other direction by themselves: of
// the responder, of the destination, of the server.
var otherSide = map[element.ID]slot{
	element.ResponderOctets: octets, element.ResponderPackets: packets,
	element.JoyDestinationText: addressText, element.JoyDestinationLabel: label, element.JoyReverseInitialData: firstPacket,
	element.JoyReversePayload: firstPayload, element.JoySSHServer: sshProtocol, element.JoySSHServerHash: sshHash,
}

// asaUser is the user in the NetFlow 9 of Cisco's firewalls: type 40000.
const asaUser = element.Cisco<<16 | element.ID(7232)

// ciscoSlots are elements of Cisco.
var ciscoSlots = map[element.ID]slot{
	asaUser: user, element.InitialDataPacket: firstPacket, element.SequenceOfLengths: lengthsTimes,
	element.ByteDistribution: byteCounts, element.TLSRecords: tlsRecords, element.TLSCipherSuites: tlsSuites,
	element.TLSExtensions: tlsExtensions, element.TLSVersion: tlsVersion, element.TLSKeyLength: tlsKeyLength,
	element.TLSSessionID: tlsSessionID, element.TLSRandom: tlsRandom, element.PacketLengths: packetLengths,
	element.PacketTimes: packetTimes, element.TLSRecordLengths: recordLengths, element.TLSRecordTimes: recordTimes,
	element.TLSContentTypes: recordTypes, element.TLSHandshakeTypes: recordMessages, element.TLSExtensionTypes: extensionTypes,
}

// ownSlots are our own elements.
var ownSlots = map[element.ID]slot{
	element.JoyPresent: joyPresent, element.JoySegment: joySegment, element.JoyCommunityID: communityID,
	element.JoyApplicationBy: appBy, element.JoySourceLabel: label, element.JoySourceText: addressText,
	element.JoyPacketLength: packetLengths, element.JoyPacketTime: packetTimes, element.JoyPacketDirections: packetDirections,
	element.JoyByteMean: byteMean, element.JoyByteDeviation: byteDeviation, element.JoyCompactBytes: compactBytes,
	element.JoyEntropy: entropy, element.JoyTotalEntropy: totalEntropy, element.JoyWalshHadamard: walshHadamard,
	element.JoyPayload: firstPayload, element.JoyServerRTT: serverRTT, element.JoyClientRTT: clientRTT,
	element.JoyTLSClientVersion: clientVersion, element.JoyTLSServerVersion: serverVersion,
	element.JoyTLSCipherSuite: cipherSuite, element.JoyTLSServerName: serverName,
	element.JoyTLSOfferedProtocol: offeredProtocol, element.JoyTLSProtocol: agreedProtocol, element.JoyTLSJA3: ja3,
	element.JoyTLSJA3S: ja3s, element.JoyTLSJA4: ja4, element.JoyTLSOfferedSuite: tlsSuites,
	element.JoyTLSRecordTime: recordTimes, element.JoyTLSRecordDirections: recordDirections,
	element.JoyDNSName: dnsName, element.JoyDNSResponseCode: dnsCode, element.JoyDNSAddress: dnsAddress,
	element.JoySSHClient: sshProtocol, element.JoySSHClientHash: sshHash, element.JoyDHCPHostName: dhcpHost,
	element.JoyDHCPFQDN: dhcpFQDN, element.JoyDHCPVendorClass: dhcpClass, element.JoyQUICVersion: quicVersion,
	element.JoyQUICUserAgent: quicAgent,
}

const enterpriseBit = 0x8000 // of the number of an element in a template (RFC 7011 section 3.2)

// netflow9ID is the element of a field type of NetFlow 9. It has no enterprise
// numbers; Cisco's own types begin at 0x8000.
func netflow9ID(typ uint16) element.ID {
	if typ&enterpriseBit != 0 {
		return element.Make(element.Cisco, typ&^enterpriseBit)
	}
	return element.ID(typ)
}
