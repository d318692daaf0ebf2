package measure

import "encoding/binary"

// WHT is the Walsh-Hadamard transform of order 4, summed over the payload of
// one direction or of both: each payload is cut into groups of four bytes d0 to d3, the
// last one filled up with zeros, and the four products of a group with the
// rows of the Hadamard matrix are added up:
//
//	S0 = d0+d1+d2+d3    S1 = d0-d1+d2-d3
//	S2 = d0+d1-d2-d3    S3 = d0-d1-d2+d3
//
// Since they are linear, the sums of the bytes at each of the four places are
// all that has to be counted.
type WHT struct {
	place [4]uint64
	n     uint64
}

// Add counts one payload, which is borrowed for the call.
func (w *WHT) Add(p []byte) {
	w.n += uint64(len(p))
	for len(p) >= 8 {
		block := p[:min(len(p)&^7, whtBlock)]
		p = p[len(block):]
		even, odd := sumPlaces(block)
		w.place[0] += even&0xffff + even>>32&0xffff
		w.place[1] += odd&0xffff + odd>>32&0xffff
		w.place[2] += even>>16&0xffff + even>>48
		w.place[3] += odd>>16&0xffff + odd>>48
	}
	for i, v := range p {
		w.place[i&3] += uint64(v)
	}
}

// Two places of a word share 16 bits of a sum: 257 words can be added before
// they overflow.
const (
	whtBlock = 8 * 256
	evens    = 0x00ff00ff00ff00ff
)

// sumPlaces adds the bytes at even and those at odd places of b, whose length
// is a multiple of 8, in four fields of 16 bits each. The chains are four
// words wide, which takes two thirds of the time (BenchmarkWHT).
func sumPlaces(b []byte) (even, odd uint64) {
	var even2, odd2 uint64
	for len(b) >= 32 {
		w := binary.LittleEndian.Uint64(b)
		x := binary.LittleEndian.Uint64(b[8:])
		y := binary.LittleEndian.Uint64(b[16:])
		z := binary.LittleEndian.Uint64(b[24:])
		even += w&evens + x&evens
		odd += w>>8&evens + x>>8&evens
		even2 += y&evens + z&evens
		odd2 += y>>8&evens + z>>8&evens
		b = b[32:]
	}
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		even += w & evens
		odd += w >> 8 & evens
		b = b[8:]
	}
	return even + even2, odd + odd2
}

// Total is the number of payload bytes.
func (w *WHT) Total() uint64 { return w.n }

// Coefficients are S0 to S3, each divided by the number of payload bytes; 0
// without payload.
func (w *WHT) Coefficients() [4]float64 {
	if w.n == 0 {
		return [4]float64{}
	}
	a, b, c, d := int64(w.place[0]), int64(w.place[1]), int64(w.place[2]), int64(w.place[3])
	n := float64(w.n)
	return [4]float64{
		float64(a+b+c+d) / n,
		float64(a-b+c-d) / n,
		float64(a+b-c-d) / n,
		float64(a-b-c+d) / n,
	}
}

// Reset forgets everything.
func (w *WHT) Reset() { *w = WHT{} }
