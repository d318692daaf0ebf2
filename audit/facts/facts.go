// Package facts tells what a flow record shows of the cryptography of its flow:
// what was negotiated, and apart from it what the client offered. It fills the
// same Flow from records in memory and from their JSON, Joy's included.
package facts

import "joy/proto/tls"

// A Flow is what matters here of a flow record. Its strings and lists are its
// own only as long as the call lasts that filled it.
type Flow struct {
	// Start is the time of the first packet in seconds since 1970; the validity of
	// certificates is looked at then.
	Start float64
	// SA and DA are addresses, or what stands for them.
	SA, DA string
	// SP and DP are ports, 0 for none; Pr is the IP protocol.
	SP, DP uint16
	Pr     uint8
	// What of the protocols was seen, nil for nothing.
	TLS *TLS
	SSH *SSH
	IKE *IKE
}

// TLS is what TLS, DTLS or QUIC showed.
type TLS struct {
	// Transport is tls, dtls or quic.
	Transport string
	// Hello and ServerHello say which hellos were seen.
	Hello, ServerHello bool
	// Version is the selected version by Joy's numbers: 1 SSL 2.0 to 6 TLS 1.3; 0
	// when it is none of them.
	Version uint8
	// Suite is the selected cipher suite, if there is one.
	Suite    tls.Code
	HasSuite bool
	// Group is the name of the selected group, empty when none was seen; DHBits the
	// size of a prime in the ServerKeyExchange.
	Group  string
	DHBits uint32
	// ClientKey is the length of the ClientKeyExchange in bits (Joy's
	// c_key_length).
	ClientKey uint32
	// Signature is the name of the signature algorithm of the ServerKeyExchange.
	Signature string
	// Compression is the selected compression method, 0 for none.
	Compression uint8
	// What the ServerHello agrees to.
	MasterSecret, EncryptThenMAC, Renegotiation, Timestamps bool
	// Resumed says that a session was resumed: no certificate is sent then.
	Resumed bool
	// EarlyData says that the client sent data with its first message.
	EarlyData bool
	// SNI is the name that the client asked for.
	SNI string
	// Server and Client are the certificates of both sides, their own first.
	Server, Client []Certificate
	// Offer is what the client offered.
	Offer TLSOffer
	// Damaged says that bytes were missing, or made no sense.
	Damaged bool
}

// TLSOffer is what a ClientHello offers.
type TLSOffer struct {
	// Version is the highest version, by Joy's numbers.
	Version uint8
	// Versions are the names of those in supported_versions.
	Versions []string
	// Suites are in order, GREASE and signals among them.
	Suites []tls.Code
	// Groups and Signatures are names.
	Groups, Signatures []string
}

// SSH is what the clear part of SSH showed.
type SSH struct {
	// Version is the protocol version of the server, such as 2.0.
	Version string
	// Negotiated says that both offers were seen; the names below are empty where
	// the sides had nothing in common.
	Negotiated bool
	Kex        string
	// GexBits is the size of the group that the server chose, for a group exchange.
	GexBits uint32
	HostKey string
	// KeyType and KeyBits are those of the key that was sent.
	KeyType string
	KeyBits uint32
	// The ciphers, MACs (empty when the cipher needs none) and compressions from the
	// client and from the server.
	Ciphers, MACs, Compressions [2]string
	// StrictKex says that both sides offered strict key exchange.
	StrictKex bool
	// Offer is what the client offered: the lists as on the wire, names with commas
	// between. Server is the same of the server.
	Offer, Server SSHOffer
	Damaged       bool
}

// SSHOffer is an offer of one side, lists with commas between.
type SSHOffer struct {
	Kex, HostKey, Ciphers, MACs string
}

// IKE is what the clear part of an IKE SA showed.
type IKE struct {
	// Version is the major version.
	Version uint8
	// Exchange is that of the first message, as in records.
	Exchange string
	// Chosen is what the responder chose, nil when it was not seen.
	Chosen *Proposal
	// Offered are the proposals of the initiator.
	Offered []Proposal
}

// A Proposal is one set of transforms. The names are those of records.
type Proposal struct {
	Encryption string
	KeyBits    uint32
	PRF        string // the hash, of IKEv1
	Integrity  string
	Groups     []string // the first one, and additional key exchanges
	Auth       string   // of IKEv1
}
