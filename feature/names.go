package feature

import "strconv"

// AppendName appends the name of a number, or the number, as a JSON string.
func AppendName(b []byte, names []string, n int64) []byte {
	b = append(b, '"')
	if n >= 0 && n < int64(len(names)) && names[n] != "" {
		b = append(b, names[n]...)
	} else {
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, '"')
}

// AppendBits appends a JSON array of the names of the bits that are set; a bit
// without a name is its value, in hexadecimal digits behind 0x.
func AppendBits(b []byte, bits uint32, names []string) []byte {
	b = append(b, '[')
	for i := range 32 {
		if bits>>i&1 == 0 {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, '"')
		if i < len(names) && names[i] != "" {
			b = append(b, names[i]...)
		} else {
			b = strconv.AppendUint(append(b, "0x"...), 1<<i, 16)
		}
		b = append(b, '"')
	}
	return append(b, ']')
}
