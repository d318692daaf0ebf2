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
	extensionTypes

	// Of our own exporter, and those that it shares with others.
	joyPresent
	joySegment
	joyFlowID
	communityID
	appBy
	label // of sa and da
	addressText
	vlanList
	tcpSequence
	tcpWindow
	minLength
	maxLength
	packetDirections
	byteMean
	byteDeviation
	compactBytes
	entropy
	totalEntropy
	walshHadamard
	firstPayload
	serverRTT
	clientRTT
	clientVersion
	serverVersion
	cipherSuite
	serverName
	offeredProtocol
	agreedProtocol
	ja3
	ja3s
	ja4
	recordDirections
	dnsName
	dnsCode
	dnsAddress
	sshProtocol // of client and server
	sshHash
	dhcpHost
	dhcpFQDN
	dhcpClass
	quicVersion
	quicAgent
	httpStatus
	httpMethod
	httpHost
	httpTarget
	httpAgent
	httpContent

	numSlots
)
