package dns

import (
	"bytes"
	"encoding/binary"
	"sync"

	"joy/feature"
)

// Bounds of what is listed. What they cut off is counted in More and MoreRR.
const (
	maxRecords     = 256       // of a message
	maxAllRecords  = 8192      // of all messages of a record
	maxText        = 1 << 20   // bytes of text of a record, about
	maxMessageText = 64 << 10  // bytes of text of a message, about
	maxWait        = 60e9      // nanoseconds from a query to its response
	maxLent        = 256 << 10 // bytes of text that a decoder keeps for the next one
)

const faultCounts = "fewer questions or records than counted"

// A decoder makes the Info of messages and owns its memory. It is lent to a
// Parser from Info until Cut or Reset, so that there are only as many as
// records that are being written.
type decoder struct {
	messages []Message
	records  []RR
	text     []byte
	texts    []feature.Text
	addrs    []feature.Addr
	zones    []Zone
	servers  []SRV
	bindings []SVCB
	keys     []SVCKey
	holders  []NB
	nodes    []NBName
	edns     []EDNS
	options  []Option
	open     []query

	// Of the message that is being decoded.
	msg       []byte
	question  feature.Text // name of the first question
	hasName   bool         // there is one
	netbios   bool         // its first name is an encoded NetBIOS name
	cut       bool         // the end of the message is not here
	lastAt    int          // where last was read; 0 when it was not
	last      feature.Text // a name, in case the next record has it too
	limit     int          // of text
	truncated bool
}

// decoders holds those that are not lent. It is no state: a decoder is empty
// when it is here.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

func borrow() *decoder { return decoders.Get().(*decoder) }

// giveBack empties the decoder. One that a hostile flow has made large is left
// to the garbage collector.
func (d *decoder) giveBack() {
	if cap(d.text) > maxLent || cap(d.records) > 8*maxRecords {
		return
	}
	d.messages, d.records, d.text, d.texts = d.messages[:0], d.records[:0], d.text[:0], d.texts[:0]
	d.addrs, d.zones, d.servers, d.bindings = d.addrs[:0], d.zones[:0], d.servers[:0], d.bindings[:0]
	d.keys, d.holders, d.nodes = d.keys[:0], d.holders[:0], d.nodes[:0]
	d.edns, d.options, d.open = d.edns[:0], d.options[:0], d.open[:0]
	d.msg, d.question, d.last = nil, nil, nil
	decoders.Put(d)
}

// info decodes the messages that the sides of the View sent. What it returned
// before stays as it is.
func (d *decoder) info(p *Parser, v feature.View) Info {
	from, text, records := len(d.messages), len(d.text), len(d.records)
	var last Message
	d.open = d.open[:0]
	for b := p.kept; len(b) > 0; {
		var k kept
		k, b = nextKept(b)
		wait, answered := d.pair(&k)
		if k.marks&markOld != 0 || !v.Has(k.dir()) {
			continue
		}
		if len(d.text)-text > maxText || len(d.records)-records > maxAllRecords {
			last.More++
			continue
		}
		n := len(d.messages)
		d.message(&k)
		if answered {
			d.messages[n].Response, d.messages[n].HasResponse = float64(wait)/1e6, true
		}
	}
	for dir := range p.dir {
		if v.Has(feature.Dir(dir)) {
			last.More += p.dir[dir].more
			last.Lost += p.dir[dir].lost
		}
	}
	if last.More|last.Lost != 0 {
		d.messages = append(d.messages, last)
	}
	return Info(d.messages[from:len(d.messages):len(d.messages)])
}

// message appends the entries of a message.
func (d *decoder) message(k *kept) {
	d.msg, d.cut, d.truncated = k.bytes, k.marks&markCut != 0, k.marks&markCut != 0
	d.question, d.hasName, d.netbios = nil, false, false
	d.lastAt, d.limit = 0, len(d.text)+maxMessageText
	n := len(d.messages)
	push(&d.messages)
	if len(d.msg) < headerSize {
		d.messages[n].Malformed = "shorter than a header"
		return
	}
	h := readHeader(d.msg)
	off, fault := d.questions(&h)
	m := &d.messages[n] // the list may have moved
	if off >= 0 {
		from := len(d.records)
		var f string
		off, f = d.sections(m, &h, off)
		fault = first(fault, f)
		m.RR = d.records[from:len(d.records):len(d.records)]
	}
	m.ID, m.RC, m.HasHeader = h.id, uint8(h.flags&15), true
	m.Flags, m.Opcode = flagList(h.flags, d.netbios), opcodeName(h.opcode(), d.netbios)
	if m.EDNS != nil && m.EDNS.RC != 0 {
		m.EDNS.RC |= uint16(m.RC)
	}
	switch {
	case fault != "" && !d.cut:
		m.Malformed = fault
	case fault == "" && m.MoreRR == 0 && off < len(d.msg):
		m.Trailing = len(d.msg) - off
	}
	m.Truncated = d.truncated
}

// questions reads the question section. The first question goes into the last
// entry, which is there; each other one has an entry of its own.
func (d *decoder) questions(h *header) (off int, fault string) {
	off = headerSize
	at := len(d.messages) - 1
	d.messages[at].HasQN, d.messages[at].HasRN = !h.response(), h.response()
	for i := range int(h.qd) {
		if i == maxQuestions {
			d.truncated = true
			return -1, "more than 64 questions"
		}
		if off >= len(d.msg) {
			return -1, faultCounts
		}
		if i > 0 {
			m := push(&d.messages)
			*m = Message{ID: h.id, RC: uint8(h.flags & 15), HasHeader: true, Question: i + 1}
			m.HasQN, m.HasRN = !h.response(), h.response()
		}
		var f string
		if off, f = d.oneQuestion(&d.messages[len(d.messages)-1], off); f != "" {
			fault = first(fault, f)
			if off < 0 {
				return off, fault
			}
		}
	}
	return off, fault
}

// oneQuestion reads the question at off into m. It returns the offset behind
// it, -1 when that is not known.
func (d *decoder) oneQuestion(m *Message, off int) (next int, fault string) {
	name, next, fault := d.name(off)
	if len(d.msg) < next+4 && fault == "" {
		fault = "question past the end"
	}
	if next >= 0 && len(d.msg) >= next+4 {
		t, class := binary.BigEndian.Uint16(d.msg[next:]), binary.BigEndian.Uint16(d.msg[next+2:])
		next += 4
		m.QType, m.HasQType = QType(t), true
		if t == typeNB || t == typeSRV || t == typeNULL {
			if nb, ok := d.netBIOS(off); ok {
				name, d.netbios = nb, true
				if t == typeSRV {
					m.QType = typeNBSTAT
				}
			}
		}
		if class&^0x8000 == classIN {
			m.QU = class != classIN
		} else {
			m.Class, m.HasClass = QClass(class), true
		}
	} else {
		next = -1
	}
	if m.HasQN {
		m.QN = name
	} else {
		m.RN = name
	}
	if m.Question == 0 {
		d.question, d.hasName = name, fault == ""
	}
	return next, fault
}

// A query is one that has no response yet.
type query struct {
	question []byte // name, type and class as they are in the message
	time     int64
	id       uint16
	marks    byte
	at       int // offset of its head in Parser.kept, for Cut
}

// pair follows queries and responses in their order. For the response to a
// query it returns how many nanoseconds it came later.
func (d *decoder) pair(k *kept) (wait int64, ok bool) {
	if len(k.bytes) < headerSize {
		return 0, false
	}
	id, q := binary.BigEndian.Uint16(k.bytes), firstQuestion(k.bytes)
	if k.bytes[2]&0x80 == 0 {
		d.open = append(d.open, query{question: q, time: k.time, id: id, marks: k.marks})
		return 0, false
	}
	for i := range d.open {
		o := &d.open[i]
		if k.time-o.time > maxWait || o.id != id || (o.marks^k.marks)&markIn == 0 || !sameQuestion(q, o.question) {
			continue
		}
		wait = k.time - o.time
		d.open = append(d.open[:i], d.open[i+1:]...)
		return wait, true
	}
	return 0, false
}

// sameQuestion compares questions without regard to case. Not every message has
// one.
func sameQuestion(a, b []byte) bool {
	return len(a) == 0 || len(b) == 0 || bytes.Equal(a, b) || bytes.EqualFold(a, b)
}

// firstQuestion returns the bytes of the first question of a message, nil when
// it has none.
func firstQuestion(b []byte) []byte {
	if binary.BigEndian.Uint16(b[4:]) == 0 {
		return nil
	}
	end, g := matchName(b, headerSize)
	if g != feature.Yes || len(b) < end+4 {
		return nil
	}
	return b[headerSize : end+4]
}

// forgetAnswered leaves the last few queries that have no answer, and marks
// them as reported.
func forgetAnswered(all []byte) []byte {
	d := borrow()
	defer d.giveBack()
	for b := all; len(b) > 0; {
		k, rest := nextKept(b)
		n := len(d.open)
		if d.pair(&k); len(d.open) > n {
			d.open[n].at = len(all) - len(b)
		}
		b = rest
	}
	left := all[:0]
	for _, q := range d.open[max(0, len(d.open)-maxOpen):] {
		k, _ := nextKept(all[q.at:])
		left = appendMessage(left, k.marks|markOld, k.time, k.bytes[:headerSize+len(q.question)])
	}
	return left
}

// push appends a zero value to a list and returns it. It stays valid when the
// list grows, as what was made before does not move.
func push[T any](list *[]T) *T {
	var zero T
	*list = append(*list, zero)
	return &(*list)[len(*list)-1]
}
