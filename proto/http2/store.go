package http2

import (
	"strings"

	"golang.org/x/net/http2/hpack"

	"joy/feature"
	"joy/proto/http"
)

// A store holds what the record will tell of a side.
type store struct {
	http.Elements
	messages     []stored
	list         []Setting
	debug        []byte // of goaway
	goaway       Goaway
	leaving      bool // there is a goaway
	lost         bool
	why          string // the side is broken
	settingsLeft int
	window       uint32
	more, resets int
}

// stored is a message. Its elements end where those of the next begin.
type stored struct {
	first    int // element
	stream   uint32
	promised uint32
	left     int
	place    int // of the body
	room     uint16
	body     uint16 // bytes of it
	protocol protocol
	cut, end bool
}

type protocol uint8

func (p protocol) String() string {
	return [...]string{"", "grpc", "websocket", "webtransport", "connect-udp", "connect-ip"}[p]
}

// reading is what is known of the message whose header list or body is being
// read.
type reading struct {
	stored    bool // it is in the store
	continued bool // its first fields were reported in the record before
	cut       bool // a name was cut, or the first fields are missing
	bodyEnded bool // no more of the body is kept
	at        int  // in the store
	fields    int  //
	size      int  // bytes of names and values
}

// openBlock begins a header list.
func (s *side) openBlock(stream, promised uint32) {
	s.state, s.block = inBlock, stream
	s.endStream = s.frame.kind == frameHeaders && s.frame.flags&flagEndStream != 0
	s.message = reading{}
	s.stand(stream, promised)
}

// stand makes a new message, or counts it only.
func (s *side) stand(stream, promised uint32) {
	if len(s.messages) == maxMessages || s.Size() >= maxText {
		s.more++
		return
	}
	s.message.stored, s.message.at = true, len(s.messages)
	s.messages = append(s.messages, stored{first: s.Len(), stream: stream, promised: promised, cut: true})
}

// fragment decodes a part of a header block (RFC 9113, section 4.3).
func (p *Parser) fragment(s *side, b []byte) {
	if s.decoder == nil {
		s.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { s.field(f, p.set) })
		s.decoder.SetAllowedMaxDynamicTableSize(maxTable)
		s.decoder.SetMaxStringLength(maxString)
	}
	s.decoded = false
	_, err := s.decoder.Write(b)
	if s.decoded {
		s.partial = 0
	}
	if s.partial += len(b); err != nil {
		s.end("hpack")
	}
}

// closeBlock ends a header list.
func (s *side) closeBlock() {
	if s.decoder != nil && s.decoder.Close() != nil {
		s.end("hpack")
		return
	}
	if s.message.stored {
		m := &s.messages[s.message.at]
		m.cut, m.end = s.message.cut, s.endStream
	}
	s.block, s.message, s.partial = 0, reading{bodyEnded: true}, 0
}

// field takes a header field.
func (s *side) field(f hpack.HeaderField, set *feature.Settings) {
	r := &s.message
	s.enter(len(f.Name) + len(f.Value))
	r.fields++
	r.size += len(f.Name) + len(f.Value)
	if r.continued {
		r.continued, r.cut = false, true
		s.stand(s.block, 0)
	}
	r.cut = r.cut || len(f.Name) > maxName
	if !r.stored {
		return
	}
	m := &s.messages[r.at]
	if r.fields > maxHeaders || r.size > maxList {
		m.left++
		return
	}
	switch f.Name {
	case "content-type":
		if strings.HasPrefix(f.Value, "application/grpc") {
			m.protocol = 1
		}
	case ":protocol":
		for x := protocol(2); x <= 5; x++ {
			if f.Value == x.String() {
				m.protocol = x
			}
		}
	}
	http.AddHeader(&s.Elements, f.Name, f.Value, set)
}

// enter counts a field as one of the decoder's table, which does not tell what
// it holds: it is that much at most. An entry takes about 128 bytes beside its
// text, more than RFC 7541 counts.
func (s *side) enter(size int) {
	s.decoded = true
	s.table = min(s.table+128+size, maxTable)
}

// find looks for the message that a DATA frame belongs to.
func (s *side) find(stream uint32) {
	s.message = reading{bodyEnded: true}
	for i := len(s.messages) - 1; i >= 0; i-- {
		if s.messages[i].stream == stream && s.messages[i].promised == 0 {
			s.message = reading{at: i}
			return
		}
	}
}

// body keeps the first bytes of a body. Room for all of them is made at once,
// since other messages may come between.
func (s *side) body(b []byte, keep int) {
	if s.message.bodyEnded {
		return
	}
	m := &s.messages[s.message.at]
	if m.body == 0 && m.room == 0 {
		m.room = uint16(min(keep, maxBody))
		m.place = s.Room(int(m.room))
	}
	b = b[:min(len(b), int(m.room-m.body))]
	s.SetBody(m.place+int(m.body), b)
	m.body += uint16(len(b))
}

// show fills in what the record tells, and reports whether that is anything.
func (s *side) show(x *Side) bool {
	*x = Side{
		Preface: s.preface && !s.told, Settings: s.list, SettingsLeft: s.settingsLeft, WindowUpdate: s.window,
		Messages: x.Messages[:0], More: s.more, Resets: s.resets, Gap: s.lost, Broken: s.why,
	}
	if s.leaving {
		s.goaway.Debug = s.debug
		x.Goaway = &s.goaway
	}
	for i, m := range s.messages {
		end := s.Len()
		if i+1 < len(s.messages) {
			end = s.messages[i+1].first
		}
		x.Messages = append(x.Messages, Message{
			Stream: m.stream, Promised: m.promised, Protocol: m.protocol.String(), Left: m.left, Cut: m.cut, End: m.end,
			Headers: s.Message(m.first, end, m.place, int(m.body)),
		})
	}
	return x.Preface || len(x.Settings) > 0 || x.WindowUpdate > 0 || len(x.Messages) > 0 || x.Resets > 0 || x.Goaway != nil || x.Gap || x.Broken != ""
}

// Info returns what was found of a view, or nil if there is nothing. It is
// valid until the next call of a method.
func (p *Parser) Info(v feature.View) *Info {
	one, two := feature.Out, feature.In
	if v == feature.OnlyIn {
		one, two = two, one
	}
	p.info = Info{}
	if p.sides[one].show(&p.shown[one]) {
		p.info.Out = &p.shown[one]
	}
	if v == feature.Both && p.sides[two].show(&p.shown[two]) {
		p.info.In = &p.shown[two]
	}
	if p.info == (Info{}) {
		return nil
	}
	return &p.info
}

func (s *store) reset() {
	s.Elements.Reset()
	*s = store{Elements: s.Elements, messages: s.messages[:0], list: s.list[:0], debug: s.debug[:0]}
}
