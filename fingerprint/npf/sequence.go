package npf

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"joy/fingerprint"
)

// A Token is a word of a fingerprint: two fingerprints are alike as far as they
// have words in common, in one order. It says what it is before a colon:
//
//	of tls, dtls, quic, openvpn and what their servers send
//	  0:0303     versions and what else stands before the suites, by place
//	  c:1301     a suite
//	  e:0017     an extension, and with its body e:001b:0003020001
//	  g:001d     a group, behind e:000a
//	  s:0804     a signature scheme, behind e:000d and e:0032
//	  a:6832     a protocol of ALPN, behind e:0010
//	  v:0304     a version, behind e:002b
//	  q:04       a QUIC transport parameter, behind e:0039
//	of all other kinds, by the place of the item at the top
//	  1:curve25519-sha256   of ssh, one name of a list
//	  0:474554              of others, a byte string of the tree
//	of fingerprints without a tree
//	  1:8daaf6152771        a part between underscores and commas
type Token = string

// Sequence is a fingerprint word by word, in its order; nil when it is none.
func Sequence(fp fingerprint.Fingerprint) []Token {
	t, err := Parse(fp)
	switch {
	case errors.Is(err, ErrOpaque):
		return opaqueTokens(fp[len(Kind(fp))+1:])
	case err != nil:
		return nil
	}
	var s sequence
	if isHello(t.Kind) && len(t.Items) >= 3 {
		s.hello(t.Items)
		return s
	}
	for i, e := range t.Items {
		s.leaves(strconv.Itoa(i), e, strings.HasPrefix(t.Kind, "ssh"))
	}
	return s
}

func opaqueTokens(text string) (s sequence) {
	for i, part := range strings.Split(text, "_") {
		for word := range strings.SplitSeq(part, ",") {
			s = append(s, strconv.Itoa(i)+":"+word)
		}
	}
	return s
}

type sequence []Token

func (s *sequence) add(mark string, b []byte) { *s = append(*s, mark+":"+hex.EncodeToString(b)) }

func (s *sequence) leaves(mark string, e Element, names bool) {
	for _, item := range e.Items {
		s.leaves(mark, item, names)
	}
	switch {
	case e.Shape != Bytes:
	case names:
		for name := range strings.SplitSeq(string(e.Bytes), ",") {
			*s = append(*s, mark+":"+name)
		}
	default:
		s.add(mark, e.Bytes)
	}
}

func (s *sequence) hello(items []Element) {
	exts, suites := items[len(items)-1], items[len(items)-2]
	for i, e := range items[:len(items)-2] {
		s.leaves(strconv.Itoa(i), e, false)
	}
	s.values("c", suites.Bytes)
	for _, e := range exts.Items {
		s.extension(e)
	}
}

// values are of two bytes; what is over is a word of its own.
func (s *sequence) values(mark string, b []byte) {
	for ; len(b) >= 2; b = b[2:] {
		s.add(mark, b[:2])
	}
	if len(b) > 0 {
		s.add(mark, b)
	}
}

func (s *sequence) extension(e Element) {
	if e.Shape != Bytes { // QUIC's parameters: the type, and a list of them
		s.add("e", head(e))
		for _, item := range e.Items[min(1, len(e.Items)):] {
			s.leaves("q", item, false)
		}
		return
	}
	if len(e.Bytes) <= 4 { // a type, perhaps with a length of 0
		s.add("e", e.Bytes[:min(2, len(e.Bytes))])
		return
	}
	code, body := e.Bytes[:2], e.Bytes[4:]
	switch binary.BigEndian.Uint16(code) {
	case extGroups:
		s.list("g", code, body, 2)
	case extSignatures, extSignaturesCert:
		s.list("s", code, body, 2)
	case extVersions:
		s.list("v", code, body, len(body)%2) // a server sends one version, without a length
	case extALPN:
		s.alpn(code, body)
	default:
		*s = append(*s, "e:"+hex.EncodeToString(code)+":"+hex.EncodeToString(body))
	}
}

// list is of values behind a length of so many bytes, which adds nothing.
func (s *sequence) list(mark string, code, body []byte, length int) {
	s.add("e", code)
	s.values(mark, body[min(length, len(body)):])
}

// alpn are names, a byte of length before each, behind the length of the list.
func (s *sequence) alpn(code, body []byte) {
	s.add("e", code)
	for b := body[min(2, len(body)):]; len(b) > 0; {
		n := min(int(b[0])+1, len(b))
		s.add("a", b[1:n])
		b = b[n:]
	}
}
