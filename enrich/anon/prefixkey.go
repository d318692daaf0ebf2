package anon

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
)

// A PrefixKey maps addresses to addresses as Crypto-PAn does (Xu, Fan, Ammar,
// Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002): two addresses
// that share their first n bits, and no more, are mapped to two that do, too.
// Goroutines may share it.
type PrefixKey struct {
	block cipher.Block
	pad   [16]byte
}

// prefixKeySize is a key of AES-128 and the 16 bytes of which the pad is made.
const prefixKeySize = 32

// LoadPrefixKey reads a key file: 32 bytes, or 64 hexadecimal digits. With
// create, a file that does not exist is made from rnd, which should be
// crypto/rand.Reader.
func LoadPrefixKey(path string, create bool, rnd io.Reader) (*PrefixKey, error) {
	content, err := loadKeyFile(path, create, func() ([]byte, error) {
		raw, err := random(rnd, prefixKeySize)
		return append(hex.AppendEncode(nil, raw), '\n'), err
	})
	if err != nil {
		return nil, err
	}
	raw, err := parsePrefixKey(content)
	if err != nil {
		return nil, fmt.Errorf("%s is not a key: %w", path, err)
	}
	return newPrefixKey(raw)
}

// parsePrefixKey takes half a key in hexadecimal for what it is, and not for a
// whole raw one.
func parsePrefixKey(content []byte) ([]byte, error) {
	text := bytes.TrimSpace(content)
	raw, err := hex.AppendDecode(nil, text)
	switch {
	case err == nil && len(text) == 2*prefixKeySize:
		return raw, nil
	case err == nil && len(text) > 0:
		return nil, fmt.Errorf("it has %d hexadecimal digits, not %d", len(text), 2*prefixKeySize)
	case len(content) == prefixKeySize:
		return content, nil
	}
	return nil, fmt.Errorf("it has neither %d bytes nor %d hexadecimal digits", prefixKeySize, 2*prefixKeySize)
}

func newPrefixKey(raw []byte) (*PrefixKey, error) {
	block, err := aes.NewCipher(raw[:16])
	if err != nil {
		return nil, err
	}
	k := &PrefixKey{block: block}
	block.Encrypt(k.pad[:], raw[16:])
	return k, nil
}

// Map returns what stands for a, which must be valid: an address of the same
// family, where IPv4-mapped counts as IPv4.
func (k *PrefixKey) Map(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if a.Is4() {
		four := a.As4()
		k.flip(four[:], false)
		return netip.AddrFrom4(four)
	}
	b := a.As16()
	k.flip(b[:], false)
	return netip.AddrFrom16(b)
}

// Original is the inverse of Map.
func (k *PrefixKey) Original(a netip.Addr) netip.Addr {
	if a.Is4() {
		four := a.As4()
		k.flip(four[:], true)
		return netip.AddrFrom4(four)
	}
	b := a.As16()
	k.flip(b[:], true)
	return netip.AddrFrom16(b)
}

// flip flips each bit of addr, or not, by the first bit of the encryption of
// the bits before it with the rest of the pad behind them. Those bits are of
// the original address: inverse says that they are known once flipped.
func (k *PrefixKey) flip(addr []byte, inverse bool) {
	prefix, sealed := k.pad, [16]byte{}
	for i := range addr {
		flipped := addr[i]
		for bit := byte(0x80); bit != 0; bit >>= 1 {
			k.block.Encrypt(sealed[:], prefix[:])
			if sealed[0]&0x80 != 0 {
				flipped ^= bit
			}
			original := addr[i]
			if inverse {
				original = flipped
			}
			prefix[i] = prefix[i]&^bit | original&bit
		}
		addr[i] = flipped
	}
}

func (k *PrefixKey) pseudonym(a netip.Addr) pseudonym {
	m := k.Map(a)
	return pseudonym{addr: m, text: m.String()}
}

func (k *PrefixKey) number(n uint64) uint64 { return sealed(k.block, n) }
