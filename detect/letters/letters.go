// Package letters tells words, and what people make of words, from letters drawn
// by a program.
package letters

import (
	_ "embed"
	"math"
)

// The alphabet of host names, behind the end of a name: 26 letters, 10 digits and
// the hyphen, as which all else counts.
const symbols = 38

// table has for each three symbols the probability of the third behind the other
// two: -log2 in steps of 1/16, at most 255. ./train makes it; README.md says of what.
//
//go:embed letters.bin
var table []byte

const steps = 16

// Surprise is how many bits each letter of a label needs, on the average, when it
// is guessed from the two before it: about 3 for words, log2(36) = 5.2 and more for
// random letters and digits. An empty label has none.
func Surprise(label []byte) float64 {
	a, b, sum := 0, 0, 0
	for _, c := range label {
		n := symbol(c)
		sum += int(table[(a*symbols+b)*symbols+n])
		a, b = b, n
	}
	if len(label) == 0 {
		return 0
	}
	return float64(sum) / steps / float64(len(label))
}

func symbol(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 1
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 1
	case '0' <= c && c <= '9':
		return int(c-'0') + 27
	}
	return 37
}

// Train makes a table of words. Three symbols that are rare are estimated from the
// last two of them, those from the last one, and that from all being the same
// (Witten and Bell's weights, halved: words are few and names many).
func Train(words [][]byte) []byte {
	var one [symbols]float64
	var two [symbols][symbols]float64
	var three [symbols][symbols][symbols]float64
	for _, w := range words {
		a, b := 0, 0
		for _, c := range w {
			n := symbol(c)
			one[n]++
			two[b][n]++
			three[a][b][n]++
			a, b = b, n
		}
	}
	var even, p1, p2, p3 [symbols]float64
	for n := 1; n < symbols; n++ {
		even[n] = 1.0 / (symbols - 1)
	}
	mix(&one, &even, &p1)
	out := make([]byte, 0, symbols*symbols*symbols)
	for a := range symbols {
		for b := range symbols {
			mix(&two[b], &p1, &p2)
			mix(&three[a][b], &p2, &p3)
			for n := range symbols {
				out = append(out, bits(p3[n]))
			}
		}
	}
	return out
}

// mix makes probabilities of counts, with those that are believed without any.
func mix(counts, before, out *[symbols]float64) {
	total, kinds := 0.0, 0.0
	for _, c := range counts {
		total += c
		if c > 0 {
			kinds++
		}
	}
	weight := max(kinds/2, 1)
	for n := range out {
		out[n] = (counts[n] + weight*before[n]) / (total + weight)
	}
}

func bits(p float64) byte {
	if p <= 0 {
		return 255
	}
	return byte(min(255, math.Round(-math.Log2(p)*steps)))
}
