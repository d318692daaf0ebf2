package http

import (
	"bytes"
	"iter"
	"slices"

	"joy/feature"
)

// Info is what is told of the messages of a connection: a list in the order in
// which requests, and responses without a request, began.
type Info []Exchange

// An Exchange is a request and its response. Messages that have no
// counterpart stand alone: interim responses (1xx), those whose counterpart
// is in another record or was not seen.
//
// In a record of one direction, "out" is what its source sent, as in Joy.
type Exchange struct {
	// Message of the side that opened the flow: a list of objects with one key
	// each. A request begins with method, uri and version; a response with
	// version, code and reason, which is left out when it is empty. Then come the headers in
	// order and in their own spelling, those of a chunked body's trailer too, and
	// at last body: the first bytes of the message's body, without chunk
	// headers, in hexadecimal, if there are any. Credentials are digests unless
	// secrets=1: of Authorization (behind its scheme), of each cookie's value,
	// of the user in a URI. With useranon, usernames is behind the version of a
	// request: a list of the pseudonyms that the URI has. RFC 9112; format of Joy.
	Out Message `json:"out,omitempty"`
	// Message of the other side.
	In Message `json:"in,omitempty"`
	// What is wrong with the message in out: cut, gap, junk; empty for nothing.
	// cut: a line or the header block is not complete. gap: bytes are missing in
	// the capture, in the message or beside it. junk: bytes behind it are not HTTP.
	OutMarks Marks `json:"out_marks,omitempty"`
	// What is wrong with the message in in.
	InMarks Marks `json:"in_marks,omitempty"`
	// Header lines that are left out of out: those after the first 100 or the
	// first 16384 bytes, and those that are no header.
	OutLeft int `json:"out_left,omitempty"`
	// Header lines that are left out of in.
	InLeft int `json:"in_left,omitempty"`
	// What the connection carries after this exchange (RFC 9110, sections 7.8
	// and 9.3.6): websocket, h2c, tunnel (after CONNECT) or other; empty when it
	// goes on with HTTP/1.
	Switched string `json:"switched,omitempty"`
	// In the last exchange: messages of the side that opened the flow that
	// are counted only, after the first 64 of the record or the first 131072 bytes.
	MoreOut int `json:"more_out,omitempty"`
	// In the last exchange: messages of the other side that are counted only.
	MoreIn int `json:"more_in,omitempty"`
}

// A Message is the elements of a request or response, and the first bytes of
// its body. It belongs to the parser.
type Message struct {
	text     []byte
	elements []element
	body     []byte
	users    []string // pseudonyms of those that NameUsers has found
	usersAt  int      // elements before them; 0 if they were not looked for
}

// An Element is a part of a message, written as an object with one key:
// {"name":"value"}. Both are escaped as AppendString of package feature does
// it, but the value of a body, which is hexadecimal.
type Element struct {
	Name  feature.Text
	Value feature.Text
	IsHex bool // Value is shown as feature.Hex
}

// AppendJSON appends the element as a JSON object.
func (e Element) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	b = append(e.Name.AppendJSON(b), ':')
	if e.IsHex {
		b = feature.Hex(e.Value).AppendJSON(b)
	} else {
		b = e.Value.AppendJSON(b)
	}
	return append(b, '}')
}

// IsZero reports whether there is no message.
func (m Message) IsZero() bool { return len(m.elements) == 0 && len(m.body) == 0 }

// All are the elements in order.
func (m Message) All() iter.Seq[Element] {
	return func(yield func(Element) bool) {
		for _, e := range m.elements {
			if !yield(e.in(m.text)) {
				return
			}
		}
		if len(m.body) > 0 {
			yield(Element{Name: feature.Text("body"), Value: m.body, IsHex: true})
		}
	}
}

// AppendJSON appends the message as a JSON array of its elements.
func (m Message) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i, e := range m.elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.in(m.text).AppendJSON(b)
		if i+1 == m.usersAt {
			b = m.appendUsers(b)
		}
	}
	if len(m.body) > 0 {
		if len(m.elements) > 0 {
			b = append(b, ',')
		}
		b = append(feature.Hex(m.body).AppendJSON(append(b, `{"body":`...)), '}')
	}
	return append(b, ']')
}

// Hide replaces hidden addresses in names and values, in a copy, and leaves out
// a body that holds one.
func (m *Message) Hide(h feature.Hider) {
	m.body = h.Hex(m.body)
	tells := func(e element) bool {
		old := e.in(m.text)
		return !bytes.Equal(h.Text(old.Name), old.Name) || !bytes.Equal(h.Text(old.Value), old.Value)
	}
	if !slices.ContainsFunc(m.elements, tells) {
		return
	}
	var hidden Elements
	for _, e := range m.elements {
		old, at := e.in(m.text), len(hidden.text)
		hidden.text = append(hidden.text, h.Text(old.Name)...)
		name := len(hidden.text) - at
		hidden.text = append(hidden.text, h.Text(old.Value)...)
		hidden.close(at, name)
	}
	m.text, m.elements = hidden.text, hidden.list
}

// Marks say what is wrong with a message.
type Marks uint8

const (
	Cut  Marks = 1 << iota // a line or the header block is not complete
	Gap                    // bytes are missing in the capture, in the message or beside it
	Junk                   // bytes behind it are not HTTP
)

// IsZero reports whether nothing is wrong.
func (m Marks) IsZero() bool { return m == 0 }

// AppendJSON appends the names of the marks as a JSON array of strings.
func (m Marks) AppendJSON(b []byte) []byte {
	names := [...]string{`"cut"`, `"gap"`, `"junk"`}
	b = append(b, '[')
	sep := ""
	for i, name := range names {
		if m>>i&1 != 0 {
			b = append(append(b, sep...), name...)
			sep = ","
		}
	}
	return append(b, ']')
}
