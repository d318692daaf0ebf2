package ssh

import "joy/feature"

// Info is what the clear part of a connection tells.
type Info struct {
	// What the client sent; absent when nothing. Who is the client is told by
	// what only one side sends, else it is who opened the flow. Source: Joy.
	Cli *Side `json:"cli,omitempty"`
	// What the server sent; absent when nothing. Source: Joy, which calls a
	// server "cli" too with bidir=0.
	Srv *Side `json:"srv,omitempty"`
	// The algorithms that follow from both offers; absent when one is missing,
	// and in records of one direction. Source: RFC 4253 section 7.1.
	Negotiated *Negotiated `json:"negotiated,omitempty"`
	// The packets before encryption, at most 50 of each side, in the order of
	// their ends. Source: as srlt of Joy's tls.
	Messages []Message `json:"messages,omitempty"`
	// ClientIn says that the client is the side that did not open the flow.
	ClientIn bool `json:"-"`
	// Packets beyond 50 of a side; absent for none.
	MoreMessages uint32 `json:"more_messages,omitempty"`
}

// A Side is what the client or the server sent. Names beginning with c_ or s_
// are about the direction from the client or from the server in an offer, and
// are sent by the client or by the server where they are about the key
// exchange.
type Side struct {
	// The version line without its end, at most 1024 bytes; absent when it was
	// not seen. Source: Joy, RFC 4253 section 4.2.
	Protocol feature.Text `json:"protocol,omitempty"`
	// Protocol version in the version line, such as 2.0 or 1.99.
	Version feature.Text `json:"protocol_version,omitempty"`
	// Software and its version in the version line, up to the first space.
	Software feature.Text `json:"software,omitempty"`
	// What follows the first space in the version line; absent without one.
	Comments feature.Text `json:"comments,omitempty"`
	// The first 512 bytes of lines that came before the version line. Source:
	// RFC 4253 section 4.2.
	PreBanner feature.Text `json:"pre_banner,omitempty"`
	// All bytes before the version line; absent for none.
	PreBannerBytes uint32 `json:"pre_banner_bytes,omitempty"`
	// Random bytes of the offer (16); absent when no offer was seen. Source:
	// Joy, which leaves those out that begin with 0; RFC 4253 section 7.1.
	Cookie feature.Hex `json:"cookie,omitempty" anon:"keep"`
	// Offered key exchange methods in order of preference, with commas between,
	// as the following lists; absent when no offer was seen. Source: Joy.
	KexAlgos feature.Text `json:"kex_algos" when:"HasOffer"`
	// Offered types of host keys. Source: Joy.
	HostKeyAlgos feature.Text `json:"s_host_key_algos" when:"HasOffer"`
	// Offered ciphers, from the client. Source: Joy.
	CEncryption feature.Text `json:"c_encryption_algos" when:"HasOffer"`
	// Offered ciphers, from the server. Source: Joy.
	SEncryption feature.Text `json:"s_encryption_algos" when:"HasOffer"`
	// Offered message authentication, from the client. Source: Joy.
	CMAC feature.Text `json:"c_mac_algos" when:"HasOffer"`
	// Offered message authentication, from the server. Source: Joy.
	SMAC feature.Text `json:"s_mac_algos" when:"HasOffer"`
	// Offered compression, from the client. Source: Joy.
	CComp feature.Text `json:"c_comp_algos" when:"HasOffer"`
	// Offered compression, from the server. Source: Joy.
	SComp feature.Text `json:"s_comp_algos" when:"HasOffer"`
	// Offered languages, from the client; mostly empty. Source: Joy.
	CLanguages feature.Text `json:"c_languages" when:"HasOffer"`
	// Offered languages, from the server; mostly empty. Source: Joy.
	SLanguages feature.Text `json:"s_languages" when:"HasOffer"`
	// An offer was seen.
	HasOffer bool `json:"-"`
	// A guessed key exchange message follows the offer. Source: RFC 4253
	// section 7.
	FirstFollows bool `json:"first_kex_packet_follows,omitempty"`
	// That guess was wrong and its message was ignored; not known, and absent,
	// in records of one direction. Source: RFC 4253 section 7.
	GuessWrong bool `json:"guess_wrong,omitempty"`
	// The side offers strict key exchange (the answer to Terrapin): one of
	// kex-strict-c-v00@openssh.com and kex-strict-s-v00@openssh.com.
	StrictKex bool `json:"strict_kex,omitempty"`
	// The side takes EXT_INFO: ext-info-c or ext-info-s. Source: RFC 8308.
	ExtInfo bool `json:"ext_info,omitempty"`
	// HASSH of the client: MD5 of hassh_algos. Source: Salesforce.
	Hassh feature.Hex `json:"hassh,omitempty" anon:"keep"`
	// Key exchange methods, ciphers, authentication and compression from the
	// client, with semicolons between.
	HasshAlgos feature.Text `json:"hassh_algos,omitempty"`
	// HASSH of the server: MD5 of hassh_server_algos. Source: Salesforce.
	HasshServer feature.Hex `json:"hassh_server,omitempty" anon:"keep"`
	// As hassh_algos, of what is from the server.
	HasshServerAlgos feature.Text `json:"hassh_server_algos,omitempty"`
	// The negotiated key exchange method; absent when there is none, when an
	// offer is missing, and in records of one direction. Source: Joy.
	KexAlgo feature.Text `json:"kex_algo,omitempty"`
	// Public value of the client, of hybrid methods both in one, of RSA the
	// encrypted secret. Source: Joy.
	CKex feature.Hex `json:"c_kex,omitempty" anon:"keep"`
	// Least size in bits of the group that the client wants; absent in the old
	// form of the message. Source: RFC 4419 section 3.
	GexMin uint32 `json:"c_gex_min,omitempty"`
	// Size in bits of the group that the client prefers.
	GexN uint32 `json:"c_gex_n,omitempty"`
	// Largest size in bits of the group that the client wants.
	GexMax uint32 `json:"c_gex_max,omitempty"`
	// Type of the host key, as the key tells. Source: Joy.
	HostKeyType feature.Text `json:"s_hostkey_type,omitempty"`
	// The host key or its certificate, as sent. Source: Joy.
	HostKey feature.Hex `json:"s_hostkey,omitempty" anon:"text"`
	// Size of the host key in bits; absent for unknown types.
	HostKeyBits uint32 `json:"s_hostkey_bits,omitempty"`
	// SHA256: and base64 of the SHA-256 of the host key, as OpenSSH prints it;
	// of a certificate it is that of the key inside.
	Fingerprint feature.Text `json:"s_hostkey_fingerprint,omitempty" anon:"keep"`
	// Type of the signature. Source: Joy.
	SignatureType feature.Text `json:"s_signature_type,omitempty"`
	// The signature over the exchange. Source: Joy.
	Signature feature.Hex `json:"s_signature,omitempty" anon:"keep"`
	// Public value of the server, of RSA its transient key. Source: Joy.
	SKex feature.Hex `json:"s_kex,omitempty" anon:"keep"`
	// Prime of the group that the server chose. Source: Joy.
	GexP feature.Hex `json:"s_gex_p,omitempty" anon:"keep"`
	// Generator of that group. Source: Joy.
	GexG feature.Hex `json:"s_gex_g,omitempty" anon:"keep"`
	// Size of that prime in bits.
	GexBits uint32 `json:"s_gex_bits,omitempty"`
	// The side switched encryption on. Source: Joy (there a string).
	NewKeys bool `json:"newkeys"`
	// Packets up to the one that switched encryption on. Source: Joy, which
	// counts segments.
	Unencrypted uint32 `json:"unencrypted"`
	// Reason of a DISCONNECT in clear; absent without one. Source: RFC 4253
	// section 11.1.
	DisconnectCode uint32 `json:"disconnect_code" when:"HasDisconnect"`
	// Its description; at most some 500 bytes.
	Disconnect feature.Text `json:"disconnect,omitempty"`
	// A DISCONNECT was seen.
	HasDisconnect bool `json:"-"`
	// Bytes that are missing in the capture, before encryption and behind it as
	// far as joy looked; absent for none.
	Lost uint32 `json:"lost,omitempty"`
	// A bound of joy cut the version line, or left out a key exchange message.
	Truncated bool `json:"truncated,omitempty"`
	// An offer or key exchange message ends too early, or what follows the
	// version line is no packet.
	Malformed bool `json:"malformed,omitempty"`
}

// Negotiated are the algorithms that follow from both offers. A value is absent
// when the two have nothing in common.
type Negotiated struct {
	// Key exchange method.
	Kex feature.Text `json:"kex_algo,omitempty"`
	// Host key algorithm.
	HostKey feature.Text `json:"s_host_key_algo,omitempty"`
	// Cipher from the client.
	CEncryption feature.Text `json:"c_encryption_algo,omitempty"`
	// Cipher from the server.
	SEncryption feature.Text `json:"s_encryption_algo,omitempty"`
	// Message authentication from the client; absent when the cipher has its
	// own.
	CMAC feature.Text `json:"c_mac_algo,omitempty"`
	// Message authentication from the server; absent when the cipher has its
	// own.
	SMAC feature.Text `json:"s_mac_algo,omitempty"`
	// Compression from the client.
	CComp feature.Text `json:"c_comp_algo,omitempty"`
	// Compression from the server.
	SComp feature.Text `json:"s_comp_algo,omitempty"`
	// Both sides offered strict key exchange.
	StrictKex bool `json:"strict_kex,omitempty"`
}

// A Message is one packet before encryption.
type Message struct {
	// Length in bytes, with the length field and the padding.
	Bytes uint32 `json:"b"`
	// ">" from the side that opened the flow, "<" from the other side.
	Dir string `json:"dir"`
	// Milliseconds since the packet before it in this list, by the times when
	// their first bytes came; 0 for the first.
	Ipt uint32 `json:"ipt"`
	// Number of the message. Source: RFC 4253 section 12.
	Type uint8 `json:"tp"`
}
