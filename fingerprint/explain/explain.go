// Package explain says in words what a fingerprint is made of, and how two
// differ.
package explain

import (
	"encoding/hex"
	"errors"
	"strings"

	"joy/fingerprint"
	"joy/fingerprint/npf"
)

// A Field is a part of a fingerprint: "suites", and what stands there.
type Field struct {
	Name   string
	Values []string
	// Ordered is true where the order is the sender's, and false where the
	// fingerprint has sorted the values.
	Ordered bool
}

// Fields takes a fingerprint apart. One that is a hash has one field, and so has
// one of a kind that is not known here.
func Fields(fp fingerprint.Fingerprint) ([]Field, error) {
	t, err := npf.Parse(fp)
	if errors.Is(err, npf.ErrOpaque) {
		return opaque(fp), nil
	}
	if err != nil {
		return nil, err
	}
	if read := readerOf(t.Kind); read != nil {
		if fields, ok := read(t.Items); ok {
			return fields, nil
		}
	}
	return []Field{{Name: "elements", Values: texts(t.Items), Ordered: true}}, nil
}

// readerOf knows the kinds whose parts have names, nil for another. A reader
// reports whether the elements are what the kind has.
func readerOf(kind string) func([]npf.Element) ([]Field, bool) {
	switch kind {
	case "tls", "dtls":
		return clientHello
	case "quic":
		return quicHello
	case "openvpn":
		return openVPN
	case "tls_server", "dtls_server":
		return serverHello
	case "ssh", "ssh_server":
		return ssh
	case "ssh_kex", "ssh_kex_server":
		return sshKex
	case "ssh_init", "ssh_init_server":
		return sshInit
	case "http", "http_server":
		return http
	case "tcp", "tcp_server":
		return tcp
	case "dhcp":
		return dhcp
	}
	return nil
}

// opaque is a fingerprint that is no tree.
func opaque(fp string) []Field {
	kind, rest, _ := strings.Cut(fp, "/")
	if kind == "ja4" {
		if fields, ok := ja4(rest); ok {
			return fields
		}
	}
	return []Field{{Name: "hash", Values: []string{rest}}}
}

// texts are elements as they are, in words where they are words.
func texts(items []npf.Element) (list []string) {
	for _, e := range items {
		list = append(list, text(e))
	}
	return list
}

func text(e npf.Element) string {
	if e.Shape == npf.Bytes {
		return word(e.Bytes)
	}
	return "(" + strings.Join(texts(e.Items), " ") + ")"
}

// word is bytes as text if they are visible ASCII and more than two, else in
// hexadecimal.
func word(b []byte) string {
	if len(b) < 3 {
		return hex.EncodeToString(b)
	}
	return words(b)
}

// words is the same for what is meant to be text.
func words(b []byte) string {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return hex.EncodeToString(b)
		}
	}
	return string(b)
}

// flat are the byte strings of elements; false if one is a list.
func flat(items []npf.Element) (list [][]byte, ok bool) {
	for _, e := range items {
		if e.Shape != npf.Bytes {
			return nil, false
		}
		list = append(list, e.Bytes)
	}
	return list, true
}

// elements of a list; an empty one is written like an empty string.
func elements(e npf.Element) ([]npf.Element, bool) {
	return e.Items, e.Shape != npf.Bytes || len(e.Bytes) == 0
}
