package element

// Our own elements. docs/ipfix.md says what each carries. A number that has been
// given away is not given to another meaning.
const (
	JoyPresent            = Own<<16 | ID(1)
	JoySegment            = Own<<16 | ID(2)
	JoyCommunityID        = Own<<16 | ID(3)
	JoyApplicationBy      = Own<<16 | ID(4)
	JoySourceLabel        = Own<<16 | ID(5)
	JoyDestinationLabel   = Own<<16 | ID(6)
	JoySourceText         = Own<<16 | ID(7)
	JoyDestinationText    = Own<<16 | ID(8)
	JoyReverseInitialData = Own<<16 | ID(9)

	JoyPacketLength     = Own<<16 | ID(20)
	JoyPacketTime       = Own<<16 | ID(21)
	JoyPacketDirections = Own<<16 | ID(22)
	JoyByteMean         = Own<<16 | ID(23)
	JoyByteDeviation    = Own<<16 | ID(24)
	JoyCompactBytes     = Own<<16 | ID(25)
	JoyEntropy          = Own<<16 | ID(26)
	JoyTotalEntropy     = Own<<16 | ID(27)
	JoyWalshHadamard    = Own<<16 | ID(28)
	JoyPayload          = Own<<16 | ID(29)
	JoyReversePayload   = Own<<16 | ID(30)
	JoyServerRTT        = Own<<16 | ID(31)
	JoyClientRTT        = Own<<16 | ID(32)

	JoyTLSClientVersion    = Own<<16 | ID(40)
	JoyTLSServerVersion    = Own<<16 | ID(41)
	JoyTLSCipherSuite      = Own<<16 | ID(42)
	JoyTLSServerName       = Own<<16 | ID(43)
	JoyTLSOfferedProtocol  = Own<<16 | ID(44)
	JoyTLSProtocol         = Own<<16 | ID(45)
	JoyTLSJA3              = Own<<16 | ID(46)
	JoyTLSJA3S             = Own<<16 | ID(47)
	JoyTLSJA4              = Own<<16 | ID(48)
	JoyTLSOfferedSuite     = Own<<16 | ID(49)
	JoyTLSRecordTime       = Own<<16 | ID(50)
	JoyTLSRecordDirections = Own<<16 | ID(51)

	JoyDNSName         = Own<<16 | ID(60)
	JoyDNSResponseCode = Own<<16 | ID(61)
	JoyDNSAddress      = Own<<16 | ID(62)

	JoySSHClient     = Own<<16 | ID(70)
	JoySSHServer     = Own<<16 | ID(71)
	JoySSHClientHash = Own<<16 | ID(72)
	JoySSHServerHash = Own<<16 | ID(73)

	JoyDHCPHostName    = Own<<16 | ID(80)
	JoyDHCPFQDN        = Own<<16 | ID(81)
	JoyDHCPVendorClass = Own<<16 | ID(82)

	JoyQUICVersion   = Own<<16 | ID(90)
	JoyQUICUserAgent = Own<<16 | ID(91)
)

var own = []Element{
	{JoyPresent, "joyPresent", Unsigned32, None},
	{JoySegment, "joySegment", Unsigned32, None},
	{JoyCommunityID, "joyCommunityId", String, None},
	{JoyApplicationBy, "joyApplicationBy", String, None},
	{JoySourceLabel, "joySourceLabel", String, None},
	{JoyDestinationLabel, "joyDestinationLabel", String, None},
	{JoySourceText, "joySourceText", String, None},
	{JoyDestinationText, "joyDestinationText", String, None},
	{JoyReverseInitialData, "joyReverseInitialDataPacket", OctetArray, None},

	{JoyPacketLength, "joyPacketLength", Unsigned32, Octets},
	{JoyPacketTime, "joyPacketTime", Unsigned32, Milliseconds},
	{JoyPacketDirections, "joyPacketDirections", OctetArray, None},
	{JoyByteMean, "joyByteMean", Float64, None},
	{JoyByteDeviation, "joyByteDeviation", Float64, None},
	{JoyCompactBytes, "joyCompactByteDistribution", OctetArray, None},
	{JoyEntropy, "joyEntropy", Float64, Bits},
	{JoyTotalEntropy, "joyTotalEntropy", Float64, Bits},
	{JoyWalshHadamard, "joyWalshHadamard", Float64, None},
	{JoyPayload, "joyPayload", OctetArray, None},
	{JoyReversePayload, "joyReversePayload", OctetArray, None},
	{JoyServerRTT, "joyServerRoundTrip", Float64, Milliseconds},
	{JoyClientRTT, "joyClientRoundTrip", Float64, Milliseconds},

	{JoyTLSClientVersion, "joyTlsClientVersion", Unsigned8, None},
	{JoyTLSServerVersion, "joyTlsServerVersion", Unsigned8, None},
	{JoyTLSCipherSuite, "joyTlsCipherSuite", Unsigned16, None},
	{JoyTLSServerName, "joyTlsServerName", String, None},
	{JoyTLSOfferedProtocol, "joyTlsOfferedProtocol", String, None},
	{JoyTLSProtocol, "joyTlsProtocol", String, None},
	{JoyTLSJA3, "joyTlsJa3", String, None},
	{JoyTLSJA3S, "joyTlsJa3s", String, None},
	{JoyTLSJA4, "joyTlsJa4", String, None},
	{JoyTLSOfferedSuite, "joyTlsOfferedSuite", Unsigned32, None},
	{JoyTLSRecordTime, "joyTlsRecordTime", Unsigned32, Milliseconds},
	{JoyTLSRecordDirections, "joyTlsRecordDirections", OctetArray, None},

	{JoyDNSName, "joyDnsName", String, None},
	{JoyDNSResponseCode, "joyDnsResponseCode", Unsigned8, None},
	{JoyDNSAddress, "joyDnsAddress", String, None},

	{JoySSHClient, "joySshClient", String, None},
	{JoySSHServer, "joySshServer", String, None},
	{JoySSHClientHash, "joySshClientHash", OctetArray, None},
	{JoySSHServerHash, "joySshServerHash", OctetArray, None},

	{JoyDHCPHostName, "joyDhcpHostName", String, None},
	{JoyDHCPFQDN, "joyDhcpFqdn", String, None},
	{JoyDHCPVendorClass, "joyDhcpVendorClass", String, None},

	{JoyQUICVersion, "joyQuicVersion", Unsigned32, None},
	{JoyQUICUserAgent, "joyQuicUserAgent", String, None},
}
