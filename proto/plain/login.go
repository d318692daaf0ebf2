package plain

import (
	"bytes"
	"encoding/base64"

	"joy/feature"
)

// A Login is what a client says to prove who it is.
type Login struct {
	// Mechanism of SASL in capitals, such as PLAIN; absent for the commands that
	// the protocol has of its own. Source: RFC 4422, IANA.
	Mechanism feature.Text `json:"mechanism,omitempty"`
	// Name of the user; absent when it was not seen, or is part of what cannot be
	// read.
	User feature.Text `json:"user,omitempty"`
	// Password, hash or token, as digest unless secrets=1; absent when it was not
	// seen. For mechanisms that joy does not know it is the first response.
	Password feature.Text `json:"password,omitempty"`
}

// An Exchange follows a login by SASL whose messages are lines of base64. The
// zero value is none.
type Exchange struct {
	left uint8 // responses of the client that are expected
	kind mechanism
}

type mechanism uint8

const (
	other     mechanism = iota
	plain               // RFC 4616: two names and the password, after zero bytes
	login               // the name, then the password
	cramMD5             // RFC 2195: the name, a space and a hash
	oauth               // user=name, 01, auth=Bearer token
	anonymous           // RFC 4505: a name or nothing
)

// Open reports whether the next line of the client is a response.
func (e *Exchange) Open() bool { return e.left > 0 }

// End is called when the server has decided.
func (e *Exchange) End() { *e = Exchange{} }

// Begin begins an exchange with the arguments of the command: the mechanism, and
// a response if the client did not wait.
func (e *Exchange) Begin(l *Login, s *Store, args []byte) {
	name, first := Word(args)
	var room Verb
	m := room.Upper(name)
	*l = Login{Mechanism: s.Text(m)}
	*e = Exchange{left: 8}
	switch string(m) {
	case "PLAIN":
		*e = Exchange{left: 1, kind: plain}
	case "LOGIN":
		*e = Exchange{left: 2, kind: login}
	case "CRAM-MD5":
		*e = Exchange{left: 1, kind: cramMD5}
	case "XOAUTH2", "OAUTHBEARER":
		*e = Exchange{left: 1, kind: oauth}
	case "ANONYMOUS":
		*e = Exchange{left: 1, kind: anonymous}
	}
	if len(first) > 0 {
		e.Response(l, s, first)
	}
}

// Response reads the next response of the client.
func (e *Exchange) Response(l *Login, s *Store, line []byte) {
	e.left--
	if len(line) == 1 && (line[0] == '*' || line[0] == '=') { // given up, or empty
		if line[0] == '*' {
			e.End()
		}
		return
	}
	var room [MaxLine]byte
	n, err := base64.StdEncoding.Decode(room[:], line[:min(len(line), MaxLine)])
	b := room[:n]
	if err != nil {
		b = line // what it may be, it may be secret
	}
	e.read(l, s, b, err != nil)
}

func (e *Exchange) read(l *Login, s *Store, b []byte, odd bool) {
	switch {
	case odd:
		l.Password = s.Secret(b)
	case e.kind == login && e.left == 1, e.kind == anonymous:
		l.User = s.Text(b)
	case e.kind == plain:
		l.Plain(s, b)
	case e.kind == cramMD5:
		if i := bytes.LastIndexByte(b, ' '); i >= 0 {
			l.User, b = s.Text(b[:i]), b[i+1:]
		}
		l.Password = s.Secret(b)
	case e.kind == oauth:
		if rest, ok := bytes.CutPrefix(b, []byte("user=")); ok {
			user, _, _ := bytes.Cut(rest, []byte{1})
			l.User = s.Text(user)
		}
		l.Password = s.Secret(b)
	case l.Password == nil:
		l.Password = s.Secret(b)
	}
}

// Plain reads the message of the mechanism PLAIN: the name to act for, the name
// and the password (RFC 4616).
func (l *Login) Plain(s *Store, b []byte) {
	_, b, _ = bytes.Cut(b, []byte{0})
	user, password, ok := bytes.Cut(b, []byte{0})
	if !ok {
		l.Password = s.Secret(b)
		return
	}
	l.User, l.Password = s.Text(user), s.Secret(password)
}
