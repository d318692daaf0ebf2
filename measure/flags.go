package measure

import "math/bits"

// flagLetters names the TCP flags in the order of their bits (RFC 9293,
// section 3.1): FIN, SYN, RST, PSH, ACK, URG, ECE, CWR.
const flagLetters = "FSRPAUEC"

var flagStrings = makeFlagStrings()

func makeFlagStrings() (t [256]string) {
	for flags := range t {
		letters := make([]byte, 0, len(flagLetters))
		for bit := range len(flagLetters) {
			if flags>>bit&1 != 0 {
				letters = append(letters, flagLetters[bit])
			}
		}
		t[flags] = string(letters)
	}
	return t
}

// FlagString names TCP flags by their letters, in the order F S R P A U E C;
// empty when none is set.
func FlagString(flags uint8) string { return flagStrings[flags] }

// Flags counts, for each direction, the packets that had each TCP flag, in the
// order of the bits (FIN first).
type Flags [2][8]uint64

// Add counts a packet that side dir sent.
func (c *Flags) Add(dir int, flags uint8) {
	for f := flags; f != 0; f &= f - 1 {
		c[dir][bits.TrailingZeros8(f)]++
	}
}
