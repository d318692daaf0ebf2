package http

import (
	"joy/feature"
)

// A store holds the messages of a side that the record will tell.
type store struct {
	Elements
	messages []stored
	more     uint32 // messages that are counted only
	marks    Marks  // for the next message
}

// stored is a message. Its elements end where those of the next begin.
type stored struct {
	first  uint32 // element
	bodyAt uint32 // in the text
	left   uint32 // header lines that were left out
	body   uint16 // bytes
	marks  Marks
}

// An exchange says which messages of the two sides belong together.
type exchange struct {
	message  [2]int16 // of each side
	switched switched
}

// A request is one that has no final response yet.
type request struct {
	exchange int16
	method   method
}

const none = -1

// ask makes room for a request.
func (p *Parser) ask(d feature.Dir, m method) {
	s := &p.sides[d]
	s.message.method = m
	p.stand(d)
	q := p.pending[d]
	if len(q) == maxPending {
		q = q[:copy(q, q[1:])]
	}
	p.pending[d] = append(q, request{exchange: s.message.exchange, method: m})
}

// answer makes room for a response, beside the request that it answers if
// that is known. After a loss of responses this is the latest, since few
// clients send a request before they have the response to the one before.
func (p *Parser) answer(d feature.Dir) {
	s := &p.sides[d]
	m, q := &s.message, p.pending[1-d]
	r := request{exchange: none, method: unknown}
	if n := len(q); n > 0 {
		i := 0
		if s.unsure {
			i = n - 1
		}
		r = q[i]
		if m.code/100 == 1 && m.code != 101 {
			r.exchange = none
		} else {
			p.pending[1-d] = q[:copy(q, q[i+1:])]
			s.unsure = false
		}
	}
	m.method = r.method
	if r.exchange == none {
		p.stand(d)
	} else if s.store.begin() {
		m.stored, m.exchange = true, r.exchange
		p.exchanges[r.exchange].message[d] = int16(len(s.messages) - 1)
	}
}

// stand stores a message in an exchange of its own.
func (p *Parser) stand(d feature.Dir) {
	s := &p.sides[d]
	s.message.exchange = none
	if s.message.stored = s.store.begin(); !s.message.stored {
		return
	}
	e := exchange{message: [2]int16{none, none}}
	e.message[d] = int16(len(s.messages) - 1)
	s.message.exchange = int16(len(p.exchanges))
	p.exchanges = append(p.exchanges, e)
}

// begin makes a new message, or counts it only.
func (s *store) begin() bool {
	if len(s.messages) == maxMessages || s.Size() >= maxText {
		s.more++
		return false
	}
	s.messages = append(s.messages, stored{first: uint32(s.Len()), marks: Cut | s.marks})
	s.marks = 0
	return true
}

// mark marks the latest message, or else the next one.
func (s *store) mark(m Marks) {
	if n := len(s.messages); n > 0 {
		s.messages[n-1].marks |= m
	} else {
		s.marks |= m
	}
}

// leave counts a header line that is left out.
func (s *side) leave() {
	if s.message.stored {
		s.messages[len(s.messages)-1].left++
	}
}

// message is a stored message, the zero Message for none.
func (s *store) message(i int16) (m Message, marks Marks, left int) {
	if i == none {
		return m, 0, 0
	}
	e := s.messages[i]
	end := uint32(s.Len())
	if int(i)+1 < len(s.messages) {
		end = s.messages[i+1].first
	}
	m = s.Message(int(e.first), int(end), int(e.bodyAt), int(e.body))
	return m, e.marks, int(e.left)
}

// Info returns the messages of a view, or nil if there are none. It is valid
// until the next call of a method.
func (p *Parser) Info(v feature.View) *Info {
	p.info = p.info[:0]
	one, two := feature.Out, feature.In
	if v == feature.OnlyIn {
		one, two = two, one
	}
	for _, e := range p.exchanges {
		x := Exchange{Switched: e.switched.String()}
		x.Out, x.OutMarks, x.OutLeft = p.sides[one].store.message(e.message[one])
		if v == feature.Both {
			x.In, x.InMarks, x.InLeft = p.sides[two].store.message(e.message[two])
		}
		if !x.Out.IsZero() || !x.In.IsZero() {
			p.info = append(p.info, x)
		}
	}
	if len(p.info) == 0 {
		return nil
	}
	last := &p.info[len(p.info)-1]
	last.MoreOut = int(p.sides[one].more)
	if v == feature.Both {
		last.MoreIn = int(p.sides[two].more)
	}
	return &p.info
}

func (s *store) reset() {
	s.Reset()
	s.messages, s.more = s.messages[:0], 0
}
