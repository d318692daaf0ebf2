package tls

import "joy/wire"

// A Carrier is what brings the handshake messages. It decides about the form of
// a ClientHello, and the letter of JA4.
type Carrier uint8

const (
	OverTCP  Carrier = iota //
	OverDTLS                // the ClientHello has a cookie
	OverQUIC                //
)

// A Hello is a ClientHello or a ServerHello. Its slices are borrowed from the
// message.
type Hello struct {
	Version     uint16 // of the field for it: TLS 1.3 has its own in an extension
	Random      []byte // 32 bytes; the challenge of SSL 2
	SessionID   []byte
	Cookie      []byte // of DTLS
	Suites      []byte // 2 bytes each, the one that was selected in a ServerHello; 3 bytes each in SSL 2
	Compression []byte // the methods, the one that was selected in a ServerHello
	Extensions  []byte // without the length before them
	Bad         bool   // the message ends before it should
}

// ParseClientHello reads the body of a ClientHello (RFC 8446 4.1.2, RFC 9147
// 5.3). Of one that is cut or malformed it gives what is there.
func ParseClientHello(body []byte, c Carrier) Hello {
	r := wire.NewReader(body)
	h := Hello{Version: r.Uint16(), Random: r.Bytes(32)}
	h.SessionID = vector(&r, int(r.Uint8()))
	if c == OverDTLS {
		h.Cookie = vector(&r, int(r.Uint8()))
	}
	h.Suites = vector(&r, int(r.Uint16()))
	h.Compression = vector(&r, int(r.Uint8()))
	h.extensions(&r)
	return h
}

// ParseServerHello reads the body of a ServerHello (RFC 8446 4.1.3). The drafts
// of TLS 1.3 up to 21 have neither session id nor compression.
func ParseServerHello(body []byte) Hello {
	r := wire.NewReader(body)
	h := Hello{Version: r.Uint16(), Random: r.Bytes(32)}
	old := h.Version>>8 == 0x7f
	if !old {
		h.SessionID = vector(&r, int(r.Uint8()))
	}
	h.Suites = r.Bytes(2)
	if !old {
		h.Compression = r.Bytes(1)
	}
	h.extensions(&r)
	return h
}

// vector reads n bytes, or all that is left when that is less: then the Reader
// is bad.
func vector(r *wire.Reader, n int) []byte {
	if n > r.Len() {
		b := r.Rest()
		r.Skip(1)
		return b
	}
	return r.Bytes(n)
}

// extensions reads to the end. A hello without extensions may end before their
// length.
func (h *Hello) extensions(r *wire.Reader) {
	if r.Bad() || r.Len() > 0 {
		h.Extensions = vector(r, int(r.Uint16()))
	}
	h.Bad = r.Bad()
}

// parseSSL2Client reads a CLIENT-HELLO of SSL 2 behind its message type.
func parseSSL2Client(body []byte) Hello {
	r := wire.NewReader(body)
	h := Hello{Version: r.Uint16()}
	suites, sid, challenge := int(r.Uint16()), int(r.Uint16()), int(r.Uint16())
	h.Suites = vector(&r, suites)
	h.SessionID = vector(&r, sid)
	h.Random = vector(&r, challenge)
	h.Bad = r.Bad()
	return h
}

// parseSSL2Server reads a SERVER-HELLO of SSL 2 behind its message type. Its
// suites are those that both sides know; the client will select.
func parseSSL2Server(body []byte) (h Hello, cert []byte) {
	r := wire.NewReader(body)
	r.Skip(2) // is the session known, type of certificate
	h = Hello{Version: r.Uint16()}
	n, suites, id := int(r.Uint16()), int(r.Uint16()), int(r.Uint16())
	cert = vector(&r, n)
	h.Suites = vector(&r, suites)
	h.SessionID = vector(&r, id)
	h.Bad = r.Bad()
	return h, cert
}

// Extension is the data of the first extension of type t.
func (h *Hello) Extension(t uint16) (data []byte, ok bool) {
	for r := wire.NewReader(h.Extensions); r.Len() >= 4; {
		typ, data := nextExtension(&r)
		if typ == t {
			return data, true
		}
	}
	return nil, false
}

// TransportParameters is the extension of QUIC in a ClientHello: type 57 (RFC
// 9001 8.2), or 0xffa5 in its drafts.
func (h *Hello) TransportParameters() (data []byte, ok bool) {
	if data, ok = h.Extension(extQUICParameters); ok {
		return data, true
	}
	return h.Extension(extQUICParametersDraft)
}

// nextExtension reads one extension; the last one may be cut, which makes the
// Reader bad.
func nextExtension(r *wire.Reader) (typ uint16, data []byte) {
	typ = r.Uint16()
	return typ, vector(r, int(r.Uint16()))
}

// isGREASE: values that clients make up to keep servers tolerant (RFC 8701).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// Numbers of the extensions that are taken apart.
const (
	extServerName           = 0
	extSupportedGroups      = 10
	extPointFormats         = 11
	extSignatureAlgorithms  = 13
	extALPN                 = 16
	extCompressCertificate  = 27
	extSessionTicket        = 35
	extPreSharedKey         = 41
	extEarlyData            = 42
	extSupportedVersions    = 43
	extCookie               = 44
	extPSKModes             = 45
	extSignatureCert        = 50
	extKeyShare             = 51
	extQUICParameters       = 57
	extKeyShareDraft        = 40
	extQUICParametersDraft  = 0xffa5
	extESNI                 = 0xffce
	extEncryptedClientHello = 0xfe0d
)

// Joy's numbers of the versions.
func versionCode(v uint16) uint8 {
	switch {
	case v == 0x0304 || v == 0xfefc || v>>8 == 0x7f || v>>8 == 0xfb:
		return 6
	case v == 0x0303 || v == 0xfefd:
		return 5
	case v == 0x0302 || v == 0xfeff || v == 0x0100:
		return 4
	case v == 0x0301:
		return 3
	case v == 0x0300:
		return 2
	case v == 0x0002 || v == 0x0200:
		return 1
	}
	return 0
}
