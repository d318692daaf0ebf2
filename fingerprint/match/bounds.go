package match

import "math/bits"

// Threshold is the distance under which a neighbour is taken for the same
// software where nothing else is asked for; docs/fingerprint-matching.md says
// why. maxThreshold is the widest that an index can be built for: with half of
// the tokens different there is no likeness left.
const (
	Threshold    = 0.15
	maxThreshold = 0.5
)

// bounds say what a distance below a threshold asks of two sequences. They come
// from set-similarity joins (Bayardo et al. 2007, Xiao et al. 2008): the longest
// common subsequence is no longer than what the two have in common without
// regard to order.
type bounds struct {
	need [2*maxTokens + 1]int // tokens in common, by the sum of the lengths
}

func newBounds(threshold float64) *bounds {
	b := new(bounds)
	for total := 1; total < len(b.need); total++ {
		common := b.need[total-1] // grows with the sum
		for apart(common, total) >= threshold {
			common++
		}
		b.need[total] = common
	}
	return b
}

// lengths are those that a sequence near one of length n can have.
func (b *bounds) lengths(n int) (least, most int) {
	for least = n; least > 1 && b.need[least-1+n] <= least-1; least-- {
	}
	for most = n; most < maxTokens && b.need[most+1+n] <= n; most++ {
	}
	return least, most
}

// prefix is how many of the rarest of n tokens to look at: what is near has one
// of these among its own.
func (b *bounds) prefix(n int) int {
	least, _ := b.lengths(n)
	return n - b.need[least+n] + 1
}

// A signature is a bit for each of 128 classes of tokens, set when the sequence
// has an odd number of them. Two sequences differ in at least as many tokens as
// their signatures in bits.
type signature [2]uint64

func (s *signature) add(hash uint64) { s[hash>>6&1] ^= 1 << (hash & 63) }

func (s signature) differ(t signature) int {
	return bits.OnesCount64(s[0]^t[0]) + bits.OnesCount64(s[1]^t[1])
}

// spread makes the class of a token of its number (Fibonacci hashing).
func spread(id uint32) uint64 { return uint64(id) * 0x9E3779B97F4A7C15 >> 57 }
