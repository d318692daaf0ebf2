package measure

const (
	maxHeader  = 32 // bytes of a payload that HD looks at
	maxHeaders = 10 // payloads of a direction that it looks at
)

// HD describes, for each direction, what the first 10 payloads begin with:
// which bits are the same in all of them, and which bytes count up. Payloads
// shorter than the n bytes that are looked at are passed over.
type HD struct {
	side [2]hdSide
}

type hdSide struct {
	first, last [maxHeader]byte
	fixed       [maxHeader]byte // bits that never changed
	step        uint32          // a bit for each byte that was always one more than before
	carry       uint32          // and for each that only changed by the carry of the next byte
	payloads    uint8
}

// A Header is the description of the beginning of payloads, byte by byte; only
// the first n bytes of the arrays are used.
type Header struct {
	Payloads int             // that were compared, 2 to 10
	Mask     [maxHeader]byte // bits that are the same in all payloads
	Value    [maxHeader]byte // values of these bits, the others 0
	Counter  [maxHeader]byte // 0xff for a byte that counts up, 0 for others
	Initial  [maxHeader]byte // the first payload
}

// Add looks at the captured payload p of a packet that side dir sent. The
// payload is borrowed; n is 1 to 32 and the same for the whole flow.
func (d *HD) Add(dir int, p []byte, n int) {
	s := &d.side[dir]
	if len(p) < n || s.payloads == maxHeaders {
		return
	}
	p = p[:min(n, maxHeader)]
	if s.payloads == 0 {
		s.begin(p)
	} else {
		s.compare(p)
	}
	copy(s.last[:], p)
	s.payloads++
}

func (s *hdSide) begin(p []byte) {
	copy(s.first[:], p)
	for i := range p {
		s.fixed[i] = 0xff
	}
	s.step = ^uint32(0) >> (maxHeader - len(p))
	s.carry = s.step
}

// compare goes from the last byte to the first, as a carry does in network
// byte order.
func (s *hdSide) compare(p []byte) {
	carry := byte(0)
	for i := len(p) - 1; i >= 0; i-- {
		was, is := s.last[i], p[i]
		s.fixed[i] &^= was ^ is
		if is != was+1 {
			s.step &^= 1 << i
		}
		if is != was+carry {
			s.carry &^= 1 << i
		}
		carry = 0
		if was == 0xff && is == 0 {
			carry = 1
		}
	}
}

// Describe fills in h for a direction. It reports false, and leaves h alone,
// when there were fewer than two payloads to compare.
//
// A byte counts up when it was one more (modulo 256) in each payload than in
// the payload before, or when it stands before such a byte and changed by its
// carry and not otherwise. (Joy asks for a byte of which no bit stayed the same
// and that is one more than 0, which is not what a counter does.)
func (d *HD) Describe(dir int, h *Header) bool {
	s := &d.side[dir]
	if s.payloads < 2 {
		return false
	}
	*h = Header{Payloads: int(s.payloads), Mask: s.fixed, Initial: s.first}
	counts := false
	for i := maxHeader - 1; i >= 0; i-- {
		h.Value[i] = s.first[i] & s.fixed[i]
		bit := uint32(1) << i
		changed := s.fixed[i] != 0xff
		counts = changed && (s.step&bit != 0 || counts && s.carry&bit != 0)
		if counts {
			h.Counter[i] = 0xff
		}
	}
	return true
}

// Reset forgets everything.
func (d *HD) Reset() { *d = HD{} }
