package element

// cisco are the elements of Encrypted Traffic Analytics, by the numbers that
// Joy knows them by. Cisco has not published names or types; a type is that of
// one value, in IPFIX mostly inside a basicList.
var cisco = []Element{
	{InitialDataPacket, "initialDataPacket", OctetArray, None},
	{SequenceOfLengths, "sequenceOfPacketLengthsAndTimes", OctetArray, None},
	{ByteDistributionFormat, "byteDistributionFormat", Unsigned8, None},
	{ByteDistribution, "byteDistribution", OctetArray, None},
	{TLSRecords, "sequenceOfTlsRecordLengthsAndTimes", OctetArray, None},
	{TLSCipherSuites, "tlsCipherSuites", Unsigned16, None},
	{TLSExtensions, "tlsExtensions", OctetArray, None},
	{TLSVersion, "tlsVersion", Unsigned8, None},
	{TLSKeyLength, "tlsKeyLength", Unsigned16, Bits},
	{TLSSessionID, "tlsSessionId", OctetArray, None},
	{TLSRandom, "tlsRandom", OctetArray, None},
	{PacketLengths, "sequenceOfPacketLengths", Unsigned16, Octets},
	{PacketTimes, "sequenceOfPacketTimes", Unsigned16, Milliseconds},
	{TLSRecordLengths, "tlsRecordLengths", Unsigned16, Octets},
	{TLSRecordTimes, "tlsRecordTimes", Unsigned16, Milliseconds},
	{TLSContentTypes, "tlsContentTypes", Unsigned8, None},
	{TLSHandshakeTypes, "tlsHandshakeTypes", Unsigned8, None},
	{TLSExtensionLengths, "tlsExtensionLengths", Unsigned16, Octets},
	{TLSExtensionTypes, "tlsExtensionTypes", Unsigned16, None},
}
