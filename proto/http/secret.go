package http

import (
	"bytes"

	"joy/feature"
)

// A Secret says what of a header's value is a credential.
type Secret uint8

const (
	Open       Secret = iota // nothing
	Credential               // all behind the scheme (RFC 9110, section 11.6.2)
	Cookies                  // the values of its pairs (RFC 6265, section 5.4)
	SetCookie                // the value of its first pair (RFC 6265, section 5.2)
	Token                    // all
	URL                      // the user in it (RFC 3986, section 3.2.1)
)

// SecretOf tells for the name of a header in any spelling, and for the pseudo
// headers of HTTP/2.
func SecretOf(name []byte) Secret {
	known, secret := "", Open
	switch len(name) {
	case 4:
		known, secret = "Host", URL
	case 6:
		known, secret = "Cookie", Cookies
	case 7:
		known, secret = "Referer", URL
	case 8:
		known, secret = "Location", URL
	case 9:
		known, secret = "X-Api-Key", Token
	case 10:
		known, secret = "Set-Cookie", SetCookie
		if name[0] == ':' {
			known, secret = ":authority", URL
		}
	case 11:
		known, secret = "Set-Cookie2", SetCookie
	case 12:
		known, secret = "X-Auth-Token", Token
	case 13:
		known, secret = "Authorization", Credential
	case 14:
		known, secret = "X-Access-Token", Token
	case 16:
		known, secret = "Content-Location", URL
	case 19:
		known, secret = "Proxy-Authorization", Credential
	}
	if secret == Open || !is(name, known) {
		return Open
	}
	return secret
}

// is reports whether a name is a known one, in any spelling.
func is(name []byte, known string) bool {
	if len(name) != len(known) {
		return false
	}
	for i, c := range name {
		if c != known[i] && lower(c) != lower(known[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}

// Append appends a value as it may be reported: credentials give way to their
// digests. An empty credential stays empty.
func (s Secret) Append(dst, value []byte, set *feature.Settings) []byte {
	if set.Secrets {
		return append(dst, value...)
	}
	switch s {
	case Credential:
		if i := bytes.IndexByte(value, ' '); i >= 0 {
			dst, value = append(dst, value[:i+1]...), bytes.TrimLeft(value[i:], " ")
		}
		return digest(dst, value, set)
	case Cookies:
		return cookies(dst, value, set)
	case SetCookie:
		pair, rest := splitAt(value, ';')
		return append(cookie(dst, pair, set), rest...)
	case Token:
		return digest(dst, value, set)
	case URL:
		return hideUser(dst, value, set)
	}
	return append(dst, value...)
}

func digest(dst, secret []byte, set *feature.Settings) []byte {
	if len(secret) == 0 {
		return dst
	}
	return append(dst, set.Digest(secret)...)
}

func cookies(dst, value []byte, set *feature.Settings) []byte {
	for n := 0; len(value) > 0; n++ {
		if n == maxCookies {
			return digest(dst, value, set)
		}
		var pair []byte
		pair, value = splitAt(value, ';')
		dst = cookie(dst, pair, set)
		for len(value) > 0 && (value[0] == ';' || value[0] == ' ') {
			dst, value = append(dst, value[0]), value[1:]
		}
	}
	return dst
}

// cookie keeps the name of a pair. What has no name is all secret.
func cookie(dst, pair []byte, set *feature.Settings) []byte {
	name, secret := splitAt(pair, '=')
	if len(secret) == 0 {
		return digest(dst, pair, set)
	}
	return digest(append(append(dst, name...), '='), secret[1:], set)
}

// splitAt splits before the first c.
func splitAt(b []byte, c byte) (before, rest []byte) {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

// hideUser replaces the user of an absolute URI, of an authority and of a
// reference that begins with one.
func hideUser(dst, uri []byte, set *feature.Settings) []byte {
	from := 0
	if i := bytes.Index(uri, []byte("//")); i == 0 || i > 0 && uri[i-1] == ':' && bytes.IndexByte(uri[:i], '/') < 0 {
		from = i + 2
	} else if len(uri) > 0 && (uri[0] == '/' || uri[0] == '?') {
		return append(dst, uri...)
	}
	authority := uri[from:]
	if i := bytes.IndexAny(authority, "/?#"); i >= 0 {
		authority = authority[:i]
	}
	at := bytes.LastIndexByte(authority, '@')
	if at <= 0 {
		return append(dst, uri...)
	}
	dst = digest(append(dst, uri[:from]...), authority[:at], set)
	return append(dst, uri[from+at:]...)
}
