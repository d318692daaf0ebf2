package tls

import "joy/feature"

// Info is what TLS shows of a connection. "The client" is the side that sent
// the ClientHello; its fields begin with c_ where Joy has them. What has several
// messages of a kind is of the first one, unless it says otherwise. A field is
// absent when the message that holds it was not seen.
type Info struct {
	// CVersion is the highest version that the client offers, by Joy's numbers: 1 SSL 2.0, 2 SSL 3.0, 3 TLS 1.0, 4 TLS 1.1 or DTLS 1.0, 5 TLS or DTLS 1.2, 6 TLS or DTLS 1.3 and its drafts. It looks at the supported_versions extension first (RFC 8446 4.2.1), and then at the version of the hello; 0, and absent, for any other.
	CVersion uint8 `json:"c_version,omitempty"`
	// SVersion is the version that the server selected, with the same numbers.
	SVersion uint8 `json:"s_version,omitempty"`
	// Error is "twin clients" or "twin servers" when both sides sent the same hello (Joy). The fields are then those of the side that opened the flow.
	Error string `json:"error,omitempty"`
	// CKeyLength is the length of the body of the ClientKeyExchange in bits (RFC 5246 7.4.7; Joy).
	CKeyLength uint32 `json:"c_key_length,omitempty"`
	// CKeyExchange is the body of the ClientKeyExchange, with the length inside, at most 8,192 bytes.
	CKeyExchange feature.Hex `json:"c_key_exchange,omitempty" anon:"keep"`
	// CRandom is the random of the ClientHello, or the challenge of an SSL 2 hello.
	CRandom feature.Hex `json:"c_random,omitempty" anon:"keep"`
	// SRandom is the random of the ServerHello.
	SRandom feature.Hex `json:"s_random,omitempty" anon:"keep"`
	// CSID is the session id of the ClientHello; TLS 1.3 clients make one up.
	CSID feature.Hex `json:"c_sid,omitempty" anon:"text"`
	// SSID is the session id of the ServerHello.
	SSID feature.Hex `json:"s_sid,omitempty" anon:"text"`
	// SNI is the names of hosts in the server_name extension of the client (RFC 6066 3).
	SNI []feature.Text `json:"sni,omitempty"`
	// SCS is the cipher suite that the server selected, four hexadecimal digits.
	SCS Code `json:"scs" when:"HasSCS"`
	// HasSCS says that there is an SCS.
	HasSCS bool `json:"-"`
	// CS is the cipher suites that the client offers, in order, GREASE included: four hexadecimal digits each, six for one of SSL 2.
	CS []Code `json:"cs,omitempty"`
	// CExtensions is the extensions of the client, in order: {"name":data} with the data in hexadecimal, or {"kind":number,"data":data} for one that has no name here.
	CExtensions []Extension `json:"c_extensions,omitempty"`
	// SExtensions is the extensions of the ServerHello. Those that TLS 1.3 encrypts are not seen.
	SExtensions []Extension `json:"s_extensions,omitempty"`

	// ALPN is the application protocols that the client offers (RFC 7301).
	ALPN []feature.Text `json:"alpn,omitempty"`
	// SALPN is the application protocol that the server selected; up to TLS 1.2.
	SALPN feature.Text `json:"s_alpn,omitempty"`
	// Versions is the versions in the supported_versions extension of the client, in order (RFC 8446 4.2.1).
	Versions []Version `json:"supported_versions,omitempty"`
	// Groups is the groups for the key exchange that the client supports, in order (RFC 8446 4.2.7).
	Groups []Group `json:"groups,omitempty"`
	// KeyShares is the groups for which the client sends a key share (RFC 8446 4.2.8).
	KeyShares []Group `json:"key_shares,omitempty"`
	// SGroup is the group that the server selected: of its key share, or of the ServerKeyExchange with a named curve (RFC 8422 5.4).
	SGroup Group `json:"s_group,omitempty"`
	// SDHBits is the length in bits of the prime in the ServerKeyExchange, for a key exchange over a finite field (RFC 5246 7.4.3).
	SDHBits uint32 `json:"s_dh_bits,omitempty"`
	// SigAlgs is the signature algorithms that the client accepts, in order (RFC 8446 4.2.3).
	SigAlgs []SigAlg `json:"signature_algorithms,omitempty"`
	// SigAlgsCert is those that it accepts in certificates, when it says so.
	SigAlgsCert []SigAlg `json:"signature_algorithms_cert,omitempty"`
	// SSigAlg is the algorithm of the signature in the ServerKeyExchange, since TLS 1.2.
	SSigAlg SigAlg `json:"s_signature_algorithm,omitempty"`
	// CertCompression is the algorithms for compressed certificates that the client accepts (RFC 8879).
	CertCompression []CertCompression `json:"cert_compression,omitempty"`
	// PSKModes is the modes in which the client would use a pre-shared key (RFC 8446 4.2.9).
	PSKModes []PSKMode `json:"psk_modes,omitempty"`
	// SCompression is the compression method that the server selected, absent for none.
	SCompression uint8 `json:"s_compression,omitempty"`

	// Resumption is the way in which the client wants to resume a session: "psk" (RFC 8446 4.2.11), "ticket" (RFC 5077) or "session_id". TLS 1.3 clients make up a session id, so one alone counts only up to TLS 1.2.
	Resumption string `json:"resumption,omitempty"`
	// Resumed says that the server took it: it selected a pre-shared key, or up to TLS 1.2 repeated the session id of the client.
	Resumed bool `json:"resumed,omitempty"`
	// EarlyData says that the client sends data with its first message (RFC 8446 4.2.10).
	EarlyData bool `json:"early_data,omitempty"`
	// NewTicket says that the server gave out a session ticket in the clear (RFC 5077 3.3).
	NewTicket bool `json:"new_ticket,omitempty"`
	// TicketLifetime is the lifetime of that ticket in seconds, as the server hints.
	TicketLifetime uint32 `json:"ticket_lifetime" when:"NewTicket"`
	// CertRequested says that the server asked for a certificate of the client, up to TLS 1.2.
	CertRequested bool `json:"cert_requested,omitempty"`
	// HelloRetry is the server's request for another ClientHello.
	HelloRetry *HelloRetry `json:"hello_retry,omitempty"`
	// ECH is the encrypted client hello that the client sends.
	ECH *ECH `json:"ech,omitempty"`
	// Alerts is the alerts that were not encrypted, at most 8.
	Alerts []Alert `json:"alerts,omitempty"`
	// MoreAlerts says that there were more.
	MoreAlerts bool `json:"more_alerts,omitempty"`

	// JA3 is the MD5 hash of ja3_str, 32 hexadecimal digits.
	JA3 feature.Text `json:"ja3,omitempty" anon:"keep"`
	// JA3Str is version, suites, extensions, groups and point formats of the ClientHello, in decimal and without GREASE.
	JA3Str feature.Text `json:"ja3_str,omitempty" anon:"keep"`
	// JA3S is the MD5 hash of version, suite and extensions of the ServerHello.
	JA3S feature.Text `json:"ja3s,omitempty" anon:"keep"`
	// JA4 is the JA4 fingerprint of the ClientHello.
	JA4 feature.Text `json:"ja4,omitempty" anon:"keep"`
	// JA4R is the same with the lists in place of their hashes (ja4_r).
	JA4R feature.Text `json:"ja4_r,omitempty" anon:"keep"`

	// CCert is the certificates of the client, up to TLS 1.2, its own first; at most 10.
	CCert []Certificate `json:"c_cert,omitempty"`
	// SCert is the certificates of the server, up to TLS 1.2, its own first; at most 10.
	SCert []Certificate `json:"s_cert,omitempty"`
	// CCertMore is the number of certificates of the client beyond those.
	CCertMore uint32 `json:"c_cert_more,omitempty"`
	// SCertMore is the number of certificates of the server beyond those.
	SCertMore uint32 `json:"s_cert_more,omitempty"`
	// DTLS is what only DTLS has.
	DTLS *DTLS `json:"dtls,omitempty"`

	// Truncated says that bytes of a message that is reported are missing: they were lost, the capture or the flow ended, or the message was longer than what is kept (128 KiB a direction).
	Truncated bool `json:"truncated,omitempty"`
	// Malformed says that a message that is reported contradicts itself, such as a length that is larger than what is there.
	Malformed bool `json:"malformed,omitempty"`
	// Lost says that bytes of a stream were missing.
	Lost bool `json:"lost,omitempty"`
	// SRLT is the records in the order in which they began, at most 50 of a direction (Joy).
	SRLT []Record `json:"srlt,omitempty"`
	// Carrier is what carried the hellos, ClientIn that the client is the side that
	// did not open the flow.
	Carrier  Carrier `json:"-"`
	ClientIn bool    `json:"-"`
	// CLegacy and SLegacy are the versions in the hellos themselves.
	CLegacy uint16 `json:"-"`
	SLegacy uint16 `json:"-"`
	// SRLTMore says that there were more records, or more handshake messages in them than the 64 of a direction that are listed.
	SRLTMore bool `json:"srlt_more,omitempty"`
}

// Record is the header of a record.
type Record struct {
	// B is the length of its body in bytes.
	B uint16 `json:"b"`
	// Dir is ">" for a record from the source of the flow, "<" for one from its destination.
	Dir string `json:"dir"`
	// IPT is the time since the previous record of the list, in whole milliseconds; 0 for the first.
	IPT uint32 `json:"ipt"`
	// TP is the content type: 20 change cipher spec, 21 alert, 22 handshake, 23 application data, 24 heartbeat.
	TP uint8 `json:"tp"`
	// HSTypes is the types of the handshake messages that begin in the record, when they are not encrypted.
	HSTypes []uint16 `json:"hs_types,omitempty"`
	// HSLens is the lengths of the bodies of those messages in bytes.
	HSLens []uint32 `json:"hs_lens,omitempty"`
}

// HelloRetry is a HelloRetryRequest, and what came of it (RFC 8446 4.1.4).
type HelloRetry struct {
	// Group is the group for which the server wants a key share, absent for none.
	Group Group `json:"group,omitempty"`
	// Cookie says that the client has to return a cookie.
	Cookie bool `json:"cookie,omitempty"`
	// SExtensions is the extensions of the request.
	SExtensions []Extension `json:"s_extensions,omitempty"`
	// KeyShares is the key shares of the second ClientHello.
	KeyShares []Group `json:"key_shares,omitempty"`
}

// ECH is an encrypted client hello (RFC 9849), or its forerunner ESNI.
type ECH struct {
	// Type is "outer" for an encrypted hello (or one that only looks like it, GREASE), "inner" for the mark of a hello that was in the other one, "esni" for the forerunner.
	Type string `json:"type"`
	// Kind is "grease" or "real" where it shows: after a HelloRetryRequest a real one goes on without an encapsulated key, and a GREASE one is repeated as it was (RFC 9849 6.1.5, 6.2.1). It is absent else, since the two are made to look alike.
	Kind string `json:"kind,omitempty"`
	// OuterName is the server name of the outer hello: of the front that decrypts it, or with GREASE the true one.
	OuterName feature.Text `json:"outer_name,omitempty"`
	// ConfigID is the number of the key configuration.
	ConfigID uint8 `json:"config_id" when:"HasSuite"`
	// KDF is the key derivation function, a name or four hexadecimal digits.
	KDF KDF `json:"kdf" when:"HasSuite"`
	// AEAD is the cipher, a name or four hexadecimal digits.
	AEAD AEAD `json:"aead" when:"HasSuite"`
	// EncLen is the length of the encapsulated key in bytes.
	EncLen uint16 `json:"enc_length" when:"HasSuite"`
	// PayloadLen is the length of the encrypted hello in bytes.
	PayloadLen uint16 `json:"payload_length" when:"HasSuite"`
	// HasSuite says that the fields for it are there.
	HasSuite bool `json:"-"`
}

// Alert is an alert that was not encrypted.
type Alert struct {
	// Dir is ">" for one from the source of the flow, "<" for one from its destination.
	Dir string `json:"dir"`
	// Level is "warning" or "fatal".
	Level string `json:"level"`
	// Code is the number of the alert.
	Code uint8 `json:"code"`
	// Name is IANA's name of the alert.
	Name string `json:"name,omitempty"`
}

// DTLS is what DTLS adds to TLS (RFC 4347, 6347, 9147).
type DTLS struct {
	// Cookie is the cookie that the server asks the client to return in HelloVerifyRequest.
	Cookie feature.Hex `json:"cookie,omitempty" anon:"text"`
	// HelloVerify says that the server has sent a HelloVerifyRequest.
	HelloVerify bool `json:"hello_verify,omitempty"`
	// Retransmitted is the number of handshake fragments that held nothing new.
	Retransmitted uint32 `json:"retransmitted,omitempty"`
	// Epoch is the highest epoch of a record; of DTLS 1.3 its two lowest bits, as far as they are sent.
	Epoch uint16 `json:"epoch,omitempty"`
	// Unified says that records with the header of DTLS 1.3 were seen.
	Unified bool `json:"unified,omitempty"`
	// CID says that records with a connection id were seen (RFC 9146).
	CID bool `json:"cid,omitempty"`
}
