package flowtable

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"

	"joy/packet"
)

// Shards is the number of parts that the flows are dealt into at most.
const Shards = 64

// Shard deals conversations into n parts, a power of two of at most Shards.
// It is the same on every run, because at the bound of flows it takes part in
// which of them end.
func Shard(k *packet.Key, n int) int {
	x := k.ALo ^ bits.RotateLeft64(k.BLo, 23) ^ k.AHi ^ bits.RotateLeft64(k.BHi, 41) ^
		uint64(k.Ports)<<17 ^ uint64(k.Meta)<<5
	x ^= x >> 32
	x *= 0x9e3779b97f4a7c15
	return int(x >> 58 & uint64(n-1))
}

// A Seed makes the places of flows in a table unpredictable for who sends the
// packets. It changes with every run, and nothing that is written depends on it.
type Seed [6]uint64

// NewSeed draws a Seed.
func NewSeed() Seed {
	var b [48]byte
	rand.Read(b[:]) // never fails (crypto/rand since Go 1.24)
	var s Seed
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:]) | 1
	}
	return s
}

// hash mixes a key by multiplying pairs of its words to 128 bits, the way of
// wyhash.
func (s *Seed) hash(k *packet.Key) uint32 {
	h := mix(k.ALo^s[0], k.BLo^s[1]) ^ mix(k.AHi^s[2], k.BHi^s[3])
	h = mix(h^s[4], uint64(k.Ports)<<32^uint64(k.Meta)^s[5])
	return uint32(h ^ h>>32)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
