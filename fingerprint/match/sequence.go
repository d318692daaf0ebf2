package match

import (
	"encoding/binary"
	"strings"
)

// A token is one of the things that a fingerprint lists: a cipher suite, an
// extension, a name of an algorithm, a header. It points into the fingerprint.
type token struct {
	group byte // which list of the fingerprint it stands in
	text  string
}

// What is longer has no sequence. The longest ClientHello that programs send has
// about 400 suites and extensions, the longest name of a kind 20 bytes.
const (
	maxTokens = 1024
	maxKind   = 64
)

// A shape says how the lists of a kind are taken apart.
type shape struct {
	skip  int  // groups at the beginning that do not count: versions, as with Joy
	codes int  // the group of two-byte codes, one token each; -1: none
	names bool // leaves are names with commas between them, in hexadecimal
}

// shapeOf is the shape of a kind by its protocol, the part before the slash.
func shapeOf(kind string) shape {
	protocol, _, _ := strings.Cut(kind, "/")
	protocol = strings.TrimSuffix(protocol, "_server")
	switch protocol {
	case "tls", "dtls":
		return shape{skip: 1, codes: 1}
	case "quic":
		return shape{skip: 2, codes: 2}
	case "openvpn":
		return shape{codes: 5}
	case "ssh", "ssh_kex":
		return shape{codes: -1, names: true}
	}
	return shape{codes: -1}
}

// A sequence is a fingerprint as the list of its tokens.
type sequence struct {
	kind   string
	tokens []token
}

// kindOf is what stands before the lists of a fingerprint; "" when it has none,
// as hashes have.
func kindOf(fp string) string {
	i := strings.IndexAny(fp, "([")
	if i <= 0 {
		return ""
	}
	return strings.TrimSuffix(fp[:i], "/")
}

// parse takes a fingerprint apart. It reports false when there is nothing that
// could be compared: a hash, a string that is not well formed, no tokens, or
// too many.
func (s *sequence) parse(fp string) bool {
	s.kind, s.tokens = kindOf(fp), s.tokens[:0]
	if s.kind == "" || len(s.kind) > maxKind {
		return false
	}
	shape := shapeOf(s.kind)
	rest := fp[strings.IndexAny(fp, "(["):]
	for group := 0; rest != ""; group++ {
		n := element(rest)
		if n == 0 || group > 255 {
			return false
		}
		if group >= shape.skip && !s.group(byte(group), rest[:n], shape) {
			return false
		}
		rest = rest[n:]
	}
	return len(s.tokens) > 0
}

// group adds the tokens of one group, with its brackets.
func (s *sequence) group(group byte, text string, shape shape) bool {
	inner := text[1 : len(text)-1]
	list := inner != "" && (inner[0] == '(' || inner[0] == '[')
	for inner != "" {
		n, next := len(inner), len(inner)
		switch {
		case list:
			n = element(inner)
			next = n
		case int(group) == shape.codes:
			n = min(n, 4)
			next = n
		case shape.names:
			n, next = name(inner)
		}
		if next == 0 || len(s.tokens) == maxTokens {
			return false
		}
		s.tokens = append(s.tokens, token{group, inner[:n]})
		inner = inner[next:]
	}
	return true
}

// element is the length of the bracketed element that text begins with, 0 if
// there is none.
func element(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
		if depth <= 0 {
			if i == 0 || depth < 0 {
				return 0
			}
			return i + 1
		}
	}
	return 0
}

// name is the length of the first name of a list in hexadecimal, and where the
// next one begins, behind the comma (2c).
func name(hex string) (n, next int) {
	for i := 0; i+2 <= len(hex); i += 2 {
		if hex[i] == '2' && hex[i+1] == 'c' {
			return i, i + 2
		}
	}
	return len(hex), len(hex)
}

// key writes what makes a token that of a kind and group: tokens are the same
// when their keys are.
func (s *sequence) key(dst []byte, t token) []byte {
	dst = append(dst[:0], byte(len(s.kind)))
	dst = append(dst, s.kind...)
	dst = append(dst, t.group)
	return append(dst, t.text...)
}

// Distance is Joy's: one less twice the length of the longest common
// subsequence by the sum of the lengths; 0 for the same tokens in the same
// order, 1 for nothing in common. It reports false when the two cannot be
// compared, because they are of different kinds or one has no tokens.
func Distance(a, b string) (distance float64, ok bool) {
	var x, y sequence
	if !x.parse(a) || !y.parse(b) || x.kind != y.kind {
		return 1, false
	}
	numbers := map[token]uint32{}
	p, q := ids(numbers, x.tokens), ids(numbers, y.tokens)
	var l lcs
	l.pattern(p, len(numbers))
	return apart(l.length(q), len(x.tokens)+len(y.tokens)), true
}

// ids writes the numbers of tokens as a sequence in an index stands, four bytes
// each; it gives new ones to those that have none.
func ids(numbers map[token]uint32, tokens []token) (seq []byte) {
	for _, t := range tokens {
		n, ok := numbers[t]
		if !ok {
			n = uint32(len(numbers))
			numbers[t] = n
		}
		seq = binary.LittleEndian.AppendUint32(seq, n)
	}
	return seq
}

// apart is the distance of two sequences with a common subsequence of length
// common and total tokens together. One division, so that equal fractions are
// equal numbers.
func apart(common, total int) float64 {
	return float64(total-2*common) / float64(total)
}
