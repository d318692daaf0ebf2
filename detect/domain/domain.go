// Package domain takes names of the DNS apart.
package domain

import (
	"bytes"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// A Name is a name below a domain that somebody has registered.
type Name struct {
	// Registered is the domain, in lower case: the part behind which the public
	// suffix list has its next label. It is empty when the list does not have the
	// last label of the name.
	Registered string
	// Own is the label of Registered that its owner chose.
	Own []byte
	// Below are the labels in front of it, as on the wire but in lower case.
	Below [][]byte
}

// maxName and maxLabels bound what is taken apart; no message has more.
const (
	maxName   = 4 * 255 // each byte as \DDD
	maxLabels = 128
)

// Parse takes a name of a record apart, as field dns[].qn has them. It reports
// false for names that nobody registers: of one label, of addresses, of the local
// network.
func Parse(name []byte) (n Name, ok bool) {
	if len(name) > maxName {
		return n, false
	}
	labels := split(name)
	if len(labels) < 2 || len(labels) > maxLabels {
		return n, false
	}
	switch string(labels[len(labels)-1]) {
	case "arpa", "local", "localhost", "lan", "home", "internal", "":
		return n, false
	}
	tail := labels[max(0, len(labels)-maxSuffix):]
	end := string(bytes.Join(tail, []byte{'.'}))
	if suffix, icann := publicsuffix.PublicSuffix(end); !icann && !strings.Contains(suffix, ".") {
		return Name{Below: labels}, true
	}
	registered, err := publicsuffix.EffectiveTLDPlusOne(end)
	if err != nil {
		return n, false
	}
	own := len(labels) - 1 - bytes.Count([]byte(registered), []byte{'.'})
	if own < 0 {
		return n, false
	}
	return Name{Registered: registered, Own: labels[own], Below: labels[:own]}, true
}

// maxSuffix is how many labels are looked at from the end; suffixes of the list
// have five at most.
const maxSuffix = 6

// split undoes the escapes of a name, and makes it lower case: resolvers write
// capitals at random (draft-vixie-dnsext-dns0x20).
func split(name []byte) (labels [][]byte) {
	text := make([]byte, 0, len(name))
	begin := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == '.':
			labels = append(labels, text[begin:len(text):len(text)])
			begin = len(text)
			continue
		case c == '\\' && i+3 < len(name) && digits(name[i+1:i+4]):
			c = (name[i+1]-'0')*100 + (name[i+2]-'0')*10 + name[i+3] - '0'
			i += 3
		case c == '\\' && i+1 < len(name):
			i++
			c = name[i]
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		text = append(text, c)
	}
	return append(labels, text[begin:])
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
