package record

// A MAC is an address of the link layer, zero for none.
type MAC [6]byte

// IsZero reports whether there is no address.
func (m MAC) IsZero() bool { return m == MAC{} }

// AppendJSON appends the address as a JSON string: six pairs of hexadecimal
// digits with colons between them.
func (m MAC) AppendJSON(b []byte) []byte {
	for i, c := range m {
		sep := byte(':')
		if i == 0 {
			sep = '"'
		}
		b = append(b, sep, hexDigits[c>>4], hexDigits[c&15])
	}
	return append(b, '"')
}
