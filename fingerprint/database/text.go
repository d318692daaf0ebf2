package database

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"joy/fingerprint"
)

// isDay: nothing, or a day of the calendar.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return s == "" || err == nil && len(s) == len(time.DateOnly)
}

// Clean makes a text that a database takes of any: what is not to be printed
// becomes U+FFFD, and what is too long is cut.
func Clean(s string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
	if len(clean) <= MaxText {
		return clean
	}
	cut := MaxText
	for !utf8.RuneStart(clean[cut]) {
		cut--
	}
	return clean[:cut]
}

// Block is the part of the address space that an address is counted in: its /24,
// or for IPv6 its /48; "" for the zero Addr.
func Block(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// contextOf are the keys that a destination counts under; nil maps where it says
// nothing.
func contextOf(c fingerprint.Context) (ports, names, blocks, agents map[string]uint64) {
	one := func(key string) map[string]uint64 {
		if key = Clean(key); key == "" {
			return nil
		}
		return map[string]uint64{key: 1}
	}
	if c.Port != 0 {
		ports = one(strconv.Itoa(int(c.Port)))
	}
	return ports, one(c.Name), one(Block(c.Addr)), one(c.Agent)
}
