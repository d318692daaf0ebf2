package parquet

import (
	"encoding/binary"
	"math/bits"
)

// A small is a level or the place of a value in a dictionary.
type small interface{ ~uint8 | ~uint32 }

// leastRun is how many equal values are worth a run of their own.
const leastRun = 16

// appendHybrid appends values of so many bits: runs of equal ones as number and
// value, others packed. (RLE/bit-packing hybrid of the Parquet specification.)
func appendHybrid[T small](b []byte, v []T, width int) []byte {
	for i := 0; i < len(v); {
		n := run(v[i:])
		if n >= leastRun || n == len(v)-i {
			b = binary.AppendUvarint(b, uint64(n)<<1)
			for w := 0; w < width; w += 8 {
				b = append(b, byte(uint32(v[i])>>w))
			}
			i += n
			continue
		}
		end := i + 8
		for end < len(v) && run(v[end:min(end+leastRun, len(v))]) < leastRun {
			end += 8
		}
		b = binary.AppendUvarint(b, uint64(end-i)/8<<1|1)
		b = appendPacked(b, v[i:min(end, len(v))], width)
		i = end
	}
	return b
}

// run is how many values at the beginning are equal.
func run[T small](v []T) int {
	n := 1
	if bytes, ok := any(v).([]byte); ok { // eight at a time: levels mostly are all the same
		eight := uint64(bytes[0]) * 0x0101010101010101
		for n = 0; n+8 <= len(bytes) && binary.LittleEndian.Uint64(bytes[n:]) == eight; n += 8 {
		}
	}
	for n < len(v) && v[n] == v[0] {
		n++
	}
	return n
}

// appendPacked appends values bit by bit, the lowest first, and zeros to fill up
// eight values.
func appendPacked[T small](b []byte, v []T, width int) []byte {
	start, n := len(b), 0
	var held uint64
	for _, x := range v {
		held |= uint64(x) << n
		for n += width; n >= 8; n -= 8 {
			b = append(b, byte(held))
			held >>= 8
		}
	}
	if n > 0 {
		b = append(b, byte(held))
	}
	for len(b)-start < (len(v)+7)/8*width {
		b = append(b, 0)
	}
	return b
}

// width is how many bits hold the numbers up to one.
func width(largest uint32) int { return bits.Len32(largest) }

// roundWidth is a width that leaves values on borders of bytes where that costs
// little, because compression goes by bytes.
func roundWidth(w int) int {
	switch {
	case w == 3:
		return 4
	case 5 <= w && w < 8:
		return 8
	case 13 <= w && w < 16:
		return 16
	}
	return w
}

// appendLevels appends levels with their length in front, nothing for those that
// can only be 0.
func appendLevels(b, levels []byte, largest uint8) []byte {
	if largest == 0 {
		return b
	}
	at := len(b)
	b = appendHybrid(append(b, 0, 0, 0, 0), levels, width(uint32(largest)))
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}
