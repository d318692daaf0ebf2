// Package anon replaces the addresses of chosen subnets, and chosen user
// names, by pseudonyms.
package anon

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// A Mode says what stands for a hidden address.
type Mode int

const (
	Joy       Mode = iota // a token of 32 hexadecimal digits, see JoyKey
	CryptoPAn             // an address of the same family, see PrefixKey
)

// JoyKeyFile is the key file of Mode Joy when none is given: Joy has it in the
// current directory.
const JoyKeyFile = "joy.bin"

// A Config says what to hide and how.
type Config struct {
	// Subnets is the file with the prefixes to hide, as label.ReadPrefixes
	// wants it. What an IPv6 address embeds by NAT64, 6to4 or the like is not
	// looked at: such prefixes are listed like any other. IPv4-mapped IPv6
	// addresses count as IPv4.
	Subnets string
	Mode    Mode
	KeyFile string // JoyKeyFile when empty and Mode is Joy
	Create  bool   // make the key file when there is none
}

// An Anonymizer finds and replaces the addresses that must not appear. It is
// used by one goroutine; others take a Clone.
//
// It is applied to a text once: what it wrote may look like an address that is
// to be hidden. In Mode CryptoPAn a replacement may also equal an address that
// is not hidden, as only some of all addresses are mapped.
type Anonymizer struct {
	subnets *subnets // shared between clones
	key     addrKey  // shared between clones
	cache   cache
	in, out []byte // scratch of Text and Bytes
	plain   []byte // scratch of unescaped
}

// An addrKey makes pseudonyms. It is used by several goroutines.
type addrKey interface {
	pseudonym(netip.Addr) pseudonym
	// number maps numbers to numbers that tell nothing of them without the key.
	number(uint64) uint64
}

// A pseudonym is what stands for an address.
type pseudonym struct {
	addr netip.Addr // not valid for a token
	text string     // the token, or addr
}

// New reads the files of c. Any error in them is an error here: who asks for
// anonymity must not get a run without it. A new key is made of what rnd
// gives, which should be crypto/rand.Reader; without Create it is not used.
func New(c Config, rnd io.Reader) (*Anonymizer, error) {
	s, err := readSubnets(c.Subnets)
	if err != nil {
		return nil, fmt.Errorf("anonymization: %w", err)
	}
	key, err := loadKey(c, rnd)
	if err != nil {
		return nil, fmt.Errorf("anonymization: %w", err)
	}
	return &Anonymizer{subnets: s, key: key, cache: newCache()}, nil
}

// None returns an Anonymizer that hides nothing.
func None() *Anonymizer { return &Anonymizer{subnets: newSubnets(nil), cache: newCache()} }

func loadKey(c Config, rnd io.Reader) (addrKey, error) {
	switch c.Mode {
	case Joy:
		file := c.KeyFile
		if file == "" {
			file = JoyKeyFile
		}
		return LoadJoyKey(file, c.Create, rnd)
	case CryptoPAn:
		if c.KeyFile == "" {
			return nil, errors.New("prefix-preserving pseudonyms need a key file")
		}
		return LoadPrefixKey(c.KeyFile, c.Create, rnd)
	}
	return nil, fmt.Errorf("mode %d is not known", c.Mode)
}

// Clone returns an Anonymizer for another goroutine that gives the same
// pseudonyms.
func (a *Anonymizer) Clone() *Anonymizer {
	return &Anonymizer{subnets: a.subnets, key: a.key, cache: newCache()}
}

// Hidden reports whether addr must not appear.
func (a *Anonymizer) Hidden(addr netip.Addr) bool { return a.subnets.hide(addr) }

// Addr returns the text that stands for addr, if addr must not appear.
func (a *Anonymizer) Addr(addr netip.Addr) (text string, hidden bool) {
	if !a.subnets.hide(addr) {
		return "", false
	}
	return a.pseudonym(addr).text, true
}

func (a *Anonymizer) pseudonym(addr netip.Addr) pseudonym {
	if p, ok := a.cache.get(addr); ok {
		return p
	}
	p := a.key.pseudonym(addr)
	a.cache.put(addr, p)
	return p
}
