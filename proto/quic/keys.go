package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// A role is one of the ends of a connection, which use keys of their own.
type role uint8

const (
	client role = iota
	server
)

// secrets are what protects the Initial packets of a connection (RFC 9001 5.2).
type secrets struct {
	*dialect
	version uint32
	cid     cid // the destination that the client has chosen
	keys    [2]*keys
}

// keys are those of one role.
type keys struct {
	header cipher.Block
	packet cipher.AEAD
	iv     [12]byte
}

// held is the bytes of secrets: the ciphers of a role take about 1.5 KiB.
func (s *secrets) held() (n int) {
	if s == nil {
		return 0
	}
	for _, k := range s.keys {
		if k != nil {
			n += 1500
		}
	}
	return n
}

// derive makes the keys of a role.
func (s *secrets) derive(r role) *keys {
	// HKDF-Extract (RFC 5869 2.2), then three levels of HKDF-Expand-Label.
	initial := mac([]byte(s.salt), s.cid.bytes())
	prefix, side := "quic ", "client in"
	if s.second {
		prefix = "quicv2 "
	}
	if r == server {
		side = "server in"
	}
	secret := expand(initial[:], "", side, 32)
	k := new(keys)
	iv := expand(secret[:], prefix, "iv", len(k.iv))
	copy(k.iv[:], iv[:])
	hp := expand(secret[:], prefix, "hp", keyLen)
	key := expand(secret[:], prefix, "key", keyLen)
	var err error
	if k.header, err = aes.NewCipher(hp[:keyLen]); err != nil {
		return nil
	}
	block, err := aes.NewCipher(key[:keyLen])
	if err != nil {
		return nil
	}
	if k.packet, err = cipher.NewGCM(block); err != nil {
		return nil
	}
	return k
}

// keyLen is that of AES-128.
const keyLen = 16

// expand is HKDF-Expand-Label (RFC 8446 7.1) without a context, for at most 32
// bytes.
func expand(secret []byte, prefix, label string, n int) [sha256.Size]byte {
	const tls = "tls13 "
	var room [64]byte
	info := append(room[:0], 0, byte(n), byte(len(tls)+len(prefix)+len(label)))
	info = append(info, tls...)
	info = append(info, prefix...)
	info = append(info, label...)
	info = append(info, 0, 1)
	return mac(secret, info)
}

// mac is HMAC-SHA-256 (RFC 2104) of a key and a message of at most 64 bytes
// each. It takes no memory, which crypto/hkdf does (BenchmarkFirst).
func mac(key, msg []byte) [sha256.Size]byte {
	var in, out [2 * sha256.BlockSize]byte
	copy(in[:sha256.BlockSize], key)
	for i := range sha256.BlockSize {
		in[i], out[i] = in[i]^0x36, in[i]^0x5c
	}
	n := copy(in[sha256.BlockSize:], msg)
	inner := sha256.Sum256(in[:sha256.BlockSize+n])
	n = copy(out[sha256.BlockSize:], inner[:])
	return sha256.Sum256(out[:sha256.BlockSize+n])
}

// A scratch is memory that opening a packet takes.
type scratch struct {
	mask  [16]byte
	nonce [12]byte
	head  []byte
	plain []byte
}

// scratches is a cache of memory and no state.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// keepScratch is the memory of a scratch that is kept, in bytes.
const keepScratch = 4 << 10

func (s *scratch) release() {
	if cap(s.head)+cap(s.plain) <= keepScratch {
		scratches.Put(s)
	}
}

// open takes the protection off a packet, whose number begins at byte at: of
// its header (RFC 9001 5.4), then of its payload (5.3). Packet numbers are
// expected from next on. The payload is in the scratch.
func (k *keys) open(x *scratch, b []byte, at int, next int64) (plain []byte, number int64, ok bool) {
	k.header.Encrypt(x.mask[:], b[at+sampleAt:at+sampleAt+16])
	first := b[0] ^ x.mask[0]&0x0f
	n := int(first&3) + 1
	x.head = append(x.head[:0], b[:at+n]...)
	x.head[0] = first
	short := int64(0)
	for i := range n {
		x.head[at+i] ^= x.mask[1+i]
		short = short<<8 | int64(x.head[at+i])
	}
	number = unshorten(short, n, next)
	binary.BigEndian.PutUint64(x.nonce[4:], uint64(number))
	clear(x.nonce[:4])
	for i := range x.nonce {
		x.nonce[i] ^= k.iv[i]
	}
	plain, err := k.packet.Open(x.plain[:0], x.nonce[:], b[at+n:], x.head)
	if err != nil {
		return nil, 0, false
	}
	x.plain = plain
	return plain, number, true
}

// unshorten finds the packet number of which n bytes were sent (RFC 9000 A.3).
func unshorten(short int64, n int, expected int64) int64 {
	window := int64(1) << (8 * n)
	number := expected&^(window-1) | short
	switch {
	case number <= expected-window/2 && number < 1<<62-window:
		return number + window
	case number > expected+window/2 && number >= window:
		return number - window
	}
	return number
}
