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

// A JoyKey makes the tokens that Joy makes: a block of AES-128 as 32
// hexadecimal digits. Who has the key can undo them. Goroutines may share it.
type JoyKey struct {
	block cipher.Block
}

// joyWrap encrypts the working key in the key file. Joy's source publishes
// it, so it hides nothing: the file is as secret as its permissions.
const joyWrap = "\xa9\xd1\x62\x94\x4b\x7c\x20\x18\xac\x6d\x1a\x6b\x42\x8a\x0b\x2e"

// LoadJoyKey reads a key file of Joy, 16 bytes. With create, a file that does
// not exist is made from rnd, which should be crypto/rand.Reader: random bytes
// are the encryption of a random key.
func LoadJoyKey(path string, create bool, rnd io.Reader) (*JoyKey, error) {
	wrapped, err := loadKeyFile(path, create, func() ([]byte, error) { return random(rnd, aes.BlockSize) })
	if err != nil {
		return nil, err
	}
	if len(wrapped) != aes.BlockSize {
		return nil, fmt.Errorf("%s is not a key of %d bytes", path, aes.BlockSize)
	}
	wrap, err := aes.NewCipher([]byte(joyWrap))
	if err != nil {
		return nil, err
	}
	working := make([]byte, aes.BlockSize)
	wrap.Decrypt(working, wrapped)
	return newJoyKey(working)
}

func newJoyKey(working []byte) (*JoyKey, error) {
	block, err := aes.NewCipher(working)
	if err != nil {
		return nil, err
	}
	return &JoyKey{block: block}, nil
}

// Token returns what stands for a, which must be valid. Joy encrypts the bytes
// of an IPv4 address and 12 zero bytes; it has no tokens for IPv6, for which
// we encrypt the 16 bytes of the address. So that 2001:db8:: and 32.1.13.184
// do not share a token, an IPv6 address that ends in 12 zero bytes is encrypted
// as the IPv4-mapped address of its first four. No address needs that block,
// as IPv4-mapped addresses get the token of their IPv4 address: different
// addresses have different tokens.
func (k *JoyKey) Token(a netip.Addr) string {
	b := tokenBlock(a.Unmap())
	k.block.Encrypt(b[:], b[:])
	return hex.EncodeToString(b[:])
}

// tokenBlock is what Token encrypts for an address that is not IPv4-mapped.
func tokenBlock(a netip.Addr) (b [16]byte) {
	if a.Is4() {
		four := a.As4()
		copy(b[:], four[:])
		return b
	}
	b = a.As16()
	if four, ok := onlyFour(b); ok {
		return netip.AddrFrom4(four).As16()
	}
	return b
}

// onlyFour returns the first four bytes of b if the others are zero.
func onlyFour(b [16]byte) ([4]byte, bool) {
	return [4]byte(b[:4]), [12]byte(b[4:]) == [12]byte{}
}

// Address returns the address that a token stands for. A token of another key
// gives some other address.
func (k *JoyKey) Address(token string) (netip.Addr, error) {
	raw, err := hex.DecodeString(token)
	if err != nil || len(raw) != aes.BlockSize {
		return netip.Addr{}, fmt.Errorf("%q is not a token of %d hexadecimal digits", token, 2*aes.BlockSize)
	}
	var b [16]byte
	k.block.Decrypt(b[:], raw)
	if four, ok := onlyFour(b); ok {
		return netip.AddrFrom4(four), nil
	}
	a := netip.AddrFrom16(b)
	if a.Is4In6() {
		four := a.Unmap().As4()
		b = [16]byte{}
		copy(b[:], four[:])
		a = netip.AddrFrom16(b)
	}
	return a, nil
}

// name returns what stands for a user name. One that does not fit into a block
// becomes an asterisk, as in Joy.
func (k *JoyKey) name(name string) string {
	if len(name) > aes.BlockSize {
		return "*"
	}
	b := bytes.Repeat([]byte{0xff}, aes.BlockSize)
	copy(b, name)
	k.block.Encrypt(b, b)
	return hex.EncodeToString(b)
}

func (k *JoyKey) pseudonym(a netip.Addr) pseudonym { return pseudonym{text: k.Token(a)} }

func (k *JoyKey) number(n uint64) uint64 { return sealed(k.block, n) }
