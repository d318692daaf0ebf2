package explain

import (
	"slices"

	"joy/fingerprint"
	"joy/fingerprint/npf"
	"joy/wire"
)

// A Library is a guess at the TLS library that made a ClientHello.
type Library struct {
	Name string
	// Because is the marks that speak for it.
	Because string
}

// Extensions that libraries are told by.
const (
	extStatusV2      = 0x0011
	extTimestamps    = 0x0012
	extEncryptThen   = 0x0016
	extMasterSecret  = 0x0017
	extRecordLimit   = 0x001c
	extDelegated     = 0x0022
	extRenegotiation = 0xff01
	grease           = 0x0a0a
)

// Suites of TLS 1.3, and of TLS 1.2 with ECDHE.
const (
	aes128 = 0x1301
	aes256 = 0x1302
	chacha = 0x1303

	ecdsaAES128 = 0xc02b
	rsaAES128   = 0xc02f
	ecdsaChaCha = 0xcca9
)

// hello is what a guess goes by.
type hello struct {
	suites, extensions []uint16
}

func (h *hello) has(ext uint16) bool { return slices.Contains(h.extensions, ext) }

// begins reports whether these suites come first.
func (h *hello) begins(suites ...uint16) bool {
	return len(h.suites) >= len(suites) && slices.Equal(h.suites[:len(suites)], suites)
}

// inOrderOfNSS goes by the suites of TLS 1.3, or where there are none by those of
// TLS 1.2.
func (h *hello) inOrderOfNSS() bool {
	return h.begins(aes128, chacha, aes256) || h.begins(ecdsaAES128, rsaAES128, ecdsaChaCha)
}

// LibraryOf guesses by marks that libraries do not share: an order of suites, an
// extension that others do not send. Whoever imitates another one is taken for
// it, which is a limit of all fingerprints. False where there is no such mark, and
// for what is no ClientHello.
func LibraryOf(fp fingerprint.Fingerprint) (Library, bool) {
	h, ok := helloOf(fp)
	if !ok {
		return Library{}, false
	}
	switch {
	case slices.Contains(h.suites, grease) || h.has(grease):
		return Library{"BoringSSL", "GREASE among suites and extensions (RFC 8701); Apple's library sends it too"}, true
	case h.inOrderOfNSS() && (h.has(extDelegated) || h.has(extRecordLimit)):
		return Library{"NSS", "suites that begin with 1301, 1303, 1302 or c02b, c02f, cca9, and record_size_limit or delegated_credential"}, true
	case h.has(extStatusV2):
		return Library{"Java (JSSE)", "status_request_v2 (RFC 6961), which no other library in use sends"}, true
	case h.has(extRecordLimit) && h.has(extRenegotiation):
		return Library{"GnuTLS", "record_size_limit (RFC 8449) and renegotiation_info, and not the suites of NSS"}, true
	case h.has(extTimestamps) && h.has(extRenegotiation) && !h.has(extEncryptThen):
		return Library{"Go (crypto/tls)", "signed_certificate_timestamp without GREASE and without encrypt_then_mac"}, true
	case h.has(extEncryptThen) && h.has(extMasterSecret):
		return Library{"OpenSSL", "encrypt_then_mac (RFC 7366) and extended_master_secret, without record_size_limit"}, true
	}
	return Library{}, false
}

// helloOf takes a ClientHello apart.
func helloOf(fp fingerprint.Fingerprint) (h hello, ok bool) {
	t, err := npf.Parse(fp)
	if err != nil {
		return h, false
	}
	items := t.Items
	switch t.Kind {
	case "tls", "dtls":
	case "quic":
		items = items[min(1, len(items)):]
	case "openvpn":
		items = items[min(4, len(items)):]
	default:
		return h, false
	}
	if len(items) != 3 || items[1].Shape != npf.Bytes {
		return h, false
	}
	for r := wire.NewReader(items[1].Bytes); r.Len() >= 2; {
		h.suites = append(h.suites, r.Uint16())
	}
	for _, e := range items[2].Items {
		typ, _, ok := extension(e)
		if !ok {
			return h, false
		}
		h.extensions = append(h.extensions, typ)
	}
	return h, true
}
