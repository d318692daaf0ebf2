// Package npf reads fingerprints of the Network Protocol Fingerprinting format,
// the strings that mercury writes (its doc/npf.md): a kind, perhaps a version,
// and a tree of byte strings.
//
//	tls/1/(0303)(13011302)[(0000)(002b0003020304)]
package npf

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"joy/fingerprint"
)

// MaxLength and MaxDepth bound a fingerprint: its characters, and how deep its
// lists lie in each other. The deepest that npf.md defines is 3.
const (
	MaxLength = 8192
	MaxDepth  = 8
)

// maxName bounds a kind and a version.
const maxName = 32

// A Shape says what an element is and so which brackets it has.
type Shape uint8

const (
	// Bytes are a byte string: (0303). The empty string and the empty list are
	// written alike and read as this.
	Bytes Shape = iota
	// List has elements in the order of the message: ((0000)(000a)).
	List
	// Sorted has them in an order of their own: [(0000)(000a)].
	Sorted
)

// An Element is a byte string or a list of elements.
type Element struct {
	Shape Shape
	Bytes []byte
	Items []Element
}

// A Tree is a fingerprint taken apart.
type Tree struct {
	Kind    string // "tls"
	Version string // "1"; "" when there is none
	Items   []Element
}

// ErrOpaque is what Parse says of a fingerprint that is no tree: a hash, or
// another method's string ("ja3/...").
var ErrOpaque = errors.New("a fingerprint without brackets")

// Kind of a fingerprint: what stands before the first slash; "" when there is none.
func Kind(fp fingerprint.Fingerprint) string {
	kind, _, ok := strings.Cut(fp, "/")
	if !ok || !isName(kind) {
		return ""
	}
	return kind
}

// Check wants what can stand in a database: a kind and behind it either a tree
// or visible ASCII characters without brackets.
func Check(fp fingerprint.Fingerprint) error {
	if _, err := Parse(fp); !errors.Is(err, ErrOpaque) {
		return err
	}
	return nil
}

// Parse takes a fingerprint apart. What it accepts, String gives back as it was.
func Parse(fp fingerprint.Fingerprint) (Tree, error) {
	if len(fp) > MaxLength {
		return Tree{}, fmt.Errorf("a fingerprint of %d characters, more than %d", len(fp), MaxLength)
	}
	kind := Kind(fp)
	if kind == "" {
		return Tree{}, fmt.Errorf("%.40q does not begin with a kind and a slash", fp)
	}
	t := Tree{Kind: kind}
	rest := fp[len(kind)+1:]
	if version, after, ok := strings.Cut(rest, "/"); ok && isName(version) {
		t.Version, rest = version, after
	}
	if !strings.ContainsAny(rest, "()[]") {
		return Tree{}, opaque(rest)
	}
	p := parser{text: rest}
	items, err := p.items(0)
	if err == nil && p.at < len(rest) {
		err = errors.New("a bracket too many")
	}
	if err != nil {
		return Tree{}, fmt.Errorf("character %d: %w", len(fp)-len(rest)+p.at+1, err)
	}
	t.Items = items
	return t, nil
}

// isName: what kinds and versions are made of.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// opaque is the error for a fingerprint without a tree.
func opaque(text string) error {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return fmt.Errorf("character %q is not visible ASCII", text[i])
		}
	}
	if text == "" {
		return errors.New("there is nothing behind the kind")
	}
	return ErrOpaque
}

type parser struct {
	text string
	at   int
}

// items are the elements up to a closing bracket or the end.
func (p *parser) items(depth int) (list []Element, err error) {
	for p.at < len(p.text) && (p.text[p.at] == '(' || p.text[p.at] == '[') {
		e, err := p.element(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (p *parser) element(depth int) (e Element, err error) {
	if depth > MaxDepth {
		return e, fmt.Errorf("lists lie more than %d deep", MaxDepth)
	}
	closing := byte(')')
	if p.text[p.at] == '[' {
		closing, e.Shape = ']', Sorted
	}
	p.at++
	if e.Items, err = p.items(depth); err != nil {
		return e, err
	}
	if closing == ')' && len(e.Items) > 0 {
		e.Shape = List
	}
	if e.Shape == Bytes {
		if e.Bytes, err = p.hex(); err != nil {
			return e, err
		}
	}
	if p.at == len(p.text) || p.text[p.at] != closing {
		return e, fmt.Errorf("%q is missing", closing)
	}
	p.at++
	return e, nil
}

// hex reads digits in lower case, two for a byte.
func (p *parser) hex() ([]byte, error) {
	start := p.at
	for p.at < len(p.text) && isHex(p.text[p.at]) {
		p.at++
	}
	b, err := hex.DecodeString(p.text[start:p.at])
	if err != nil {
		return nil, errors.New("half a byte")
	}
	return b, nil
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

// String is the fingerprint.
func (t Tree) String() fingerprint.Fingerprint { return t.prefix() + t.body() }

func (t Tree) prefix() string {
	if t.Version == "" {
		return t.Kind + "/"
	}
	return t.Kind + "/" + t.Version + "/"
}

func (t Tree) body() string {
	var b []byte
	for _, e := range t.Items {
		b = e.append(b)
	}
	return string(b)
}

// Hash is the short form, good for exact comparison only: behind the kind and
// the version 32 digits, which are the first half of the SHA-256 of the rest.
func (t Tree) Hash() fingerprint.Fingerprint {
	sum := sha256.Sum256([]byte(t.body()))
	return t.prefix() + hex.EncodeToString(sum[:sha256.Size/2])
}

func (e Element) String() string { return string(e.append(nil)) }

func (e Element) append(b []byte) []byte {
	opening, closing := byte('('), byte(')')
	if e.Shape == Sorted {
		opening, closing = '[', ']'
	}
	b = hex.AppendEncode(append(b, opening), e.Bytes)
	for _, item := range e.Items {
		b = item.append(b)
	}
	return append(b, closing)
}
