package snmp

// A reader reads elements of BER. It is bad after the first one that does not
// fit.
type reader struct {
	b   []byte
	bad bool
}

// tag is that of the next element, 0 for none.
func (r *reader) tag() byte {
	if r.bad || len(r.b) == 0 {
		return 0
	}
	return r.b[0]
}

// element reads the next element, which has to have a tag.
func (r *reader) element(tag byte) []byte {
	if r.bad || len(r.b) < 2 || r.b[0] != tag {
		r.bad = true
		return nil
	}
	n, head := int(r.b[1]), 2
	if n > 0x80 && n <= 0x84 {
		head += n & 15
		if len(r.b) < head {
			r.bad = true
			return nil
		}
		n = 0
		for _, c := range r.b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || n > len(r.b)-head {
		r.bad = true
		return nil
	}
	v := r.b[head : head+n]
	r.b = r.b[head+n:]
	return v
}

// integer reads a number of at most four bytes.
func (r *reader) integer() int64 {
	b := r.element(tagInteger)
	if len(b) == 0 || len(b) > 4 {
		r.bad = true
		return 0
	}
	n := int64(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	return n
}
