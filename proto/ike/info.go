package ike

import (
	"encoding/binary"

	"joy/feature"
)

// Info is what the two sides sent.
type Info struct {
	// Messages of the side that opened the flow (Joy's notion; flags tell who
	// opened the IKE SA). Empty when it sent none, or in a record of the other
	// direction. Source: Joy.
	Init Side `json:"init"`
	// Messages of the other side. Source: Joy.
	Resp Side `json:"resp"`
}

// A Side is what one side sent.
type Side struct {
	// Messages in the order of the capture, at most 64. Source: Joy (20).
	Messages []Message `json:"messages,omitempty"`
	// Messages that were left out because there are too many; absent for none.
	More uint32 `json:"more,omitempty"`
	// A message was behind the non-ESP marker, so NAT traversal is in use
	// (RFC 3948 section 2.2).
	NATT bool `json:"nat_t,omitempty"`
	// NAT keepalives, datagrams of the one byte ff (RFC 3948 section 2.3);
	// absent for none.
	Keepalives uint32 `json:"keepalives,omitempty"`
	// Datagrams without the marker after one with it: ESP in UDP (RFC 3948
	// section 2.1); absent for none.
	ESP uint32 `json:"esp,omitempty"`
	// Datagrams that are no IKE, while no marker was seen; absent for none.
	Other uint32 `json:"other,omitempty"`
}

// A Message is one message of ISAKMP.
type Message struct {
	// The header. Source: Joy, RFC 7296 section 3.1, RFC 2408 section 3.1.
	Header Header `json:"header"`
	// The payloads in their order, at most 128; empty when there are none or
	// when they are encrypted (IKEv1). Those of a reassembled message follow
	// the fragment that completes it. Source: Joy.
	Payloads []Payload `json:"payloads"`
	// Payloads beyond 128; absent for none.
	More uint32 `json:"more_payloads,omitempty"`
	// The header of the message of IKEv1 that this fragment completes. Its
	// payloads are in payloads, unless they are encrypted.
	Reassembled *Header `json:"reassembled,omitempty"`
	// A payload has an impossible length; payloads ends before it.
	Malformed bool `json:"malformed,omitempty"`
	// The message is longer than its datagram or than what was captured of it,
	// or than what joy keeps (16 KiB of a message, 64 KiB of a flow).
	Truncated bool `json:"truncated,omitempty"`
}

// A Header begins a message.
type Header struct {
	// SPI of the initiator; in IKEv1 its cookie. Source: Joy.
	InitSPI feature.Hex `json:"init_spi" anon:"keep"`
	// SPI of the responder; all zero in the first message. Source: Joy.
	RespSPI feature.Hex `json:"resp_spi" anon:"keep"`
	// Major version: 1 or 2. Source: Joy.
	Major uint8 `json:"major"`
	// Minor version. Source: Joy.
	Minor uint8 `json:"minor"`
	// Name of the exchange; two hexadecimal digits for those that Joy does not
	// know. Source: Joy.
	Exchange Exchange `json:"exchange_type"`
	// Name of an exchange that Joy does not know, from IANA's registry; absent
	// for the others.
	ExchangeName string `json:"exchange_name,omitempty"`
	// The flags. Source: Joy.
	Flags Flags `json:"flags"`
	// Message id. Source: Joy.
	MessageID uint32 `json:"message_id"`
	// Length in bytes that the header tells. Source: Joy.
	Length uint32 `json:"length"`
}

// An Exchange is an exchange type: a JSON string.
type Exchange uint8

// AppendJSON appends Joy's name, or two hexadecimal digits, as a JSON string.
func (e Exchange) AppendJSON(b []byte) []byte { return appendName(b, exchanges, uint64(e), 2) }

// Flags are those of a header: {"hex":"0008","parsed":[...]}, with in "parsed"
// the name of each flag or of its absence. IKEv1: "encryption", "commit",
// "authentication" or "no_..."; IKEv2: "initiator" or "responder" (who opened
// the IKE SA), "higher_version" or "no_higher_version", "response" or
// "request". Source: Joy.
type Flags struct{ major, bits uint8 }

// AppendJSON appends the flags as a JSON object.
func (f Flags) AppendJSON(b []byte) []byte {
	b = open(b, '{')
	b = hexMember(b, "hex", []byte{0, f.bits})
	b = open(key(b, "parsed"), '[')
	pick := func(bit uint8, set, clear string) {
		if f.bits&bit == 0 {
			set = clear
		}
		b = appendString(b, set)
	}
	if f.major == 1 {
		pick(flagEncrypted1, "encryption", "no_encryption")
		pick(flagCommit1, "commit", "no_commit")
		pick(flagAuthOnly1, "authentication", "no_authentication")
	} else {
		pick(flagInitiator2, "initiator", "responder")
		pick(flagVersion2, "higher_version", "no_higher_version")
		pick(flagResponse2, "response", "request")
	}
	return append(b, "]}"...)
}

const maxPayloads = 128

// Info returns what was found of a view, nil for nothing. It is valid until the
// next Cut or Reset.
func (p *Parser) Info(v feature.View) *Info {
	info := &Info{}
	found := false
	for d, s := range p.sides {
		if !v.Has(feature.Dir(d)) {
			continue
		}
		side := info.side(feature.Dir(d))
		*side = Side{More: s.more, Keepalives: s.keepalives, ESP: s.esp, Other: s.other}
		if s.messages > 0 {
			side.Messages = make([]Message, 0, s.messages)
		}
		found = found || s.messages > 0 || s.keepalives > 0 || s.esp > 0 || s.other > 0
	}
	if !found {
		return nil
	}
	for i := range p.messages {
		if m := &p.messages[i]; v.Has(m.dir) {
			s := info.side(m.dir)
			s.Messages = append(s.Messages, p.message(m))
			s.NATT = s.NATT || m.marked
		}
	}
	return info
}

func (i *Info) side(d feature.Dir) *Side {
	if d == feature.Out {
		return &i.Init
	}
	return &i.Resp
}

func (p *Parser) message(m *message) (out Message) {
	b := p.raw[m.off:][:m.len]
	out.Header = header(b)
	out.Truncated = m.cut || out.Header.Length > m.size
	p.payloads(&out, b)
	if m.whole.len > 0 {
		b = p.raw[m.whole.off:][:m.whole.len]
		h := header(b)
		out.Reassembled = &h
		p.payloads(&out, b)
	}
	return out
}

func header(b []byte) Header {
	return Header{
		InitSPI: b[:8], RespSPI: b[8:16],
		Major: b[17] >> 4, Minor: b[17] & 15,
		Exchange: Exchange(b[18]), ExchangeName: laterExchanges[uint16(b[18])],
		Flags:     Flags{major: b[17] >> 4, bits: b[19]},
		MessageID: binary.BigEndian.Uint32(b[20:]),
		Length:    binary.BigEndian.Uint32(b[24:]),
	}
}

// payloads takes the payloads of a message apart. What store has left out is
// behind a sealed payload, which is the last one.
func (p *Parser) payloads(m *Message, b []byte) {
	version1 := b[17]>>4 == 1
	if version1 && b[19]&flagEncrypted1 != 0 {
		return
	}
	next := b[16]
	for off := headerLen; next != 0; {
		kind := next
		if len(b)-off < 4 {
			m.Malformed = m.Malformed || !m.Truncated
			return
		}
		size := int(binary.BigEndian.Uint16(b[off+2:]))
		end := off + size
		if sealed(version1, kind) {
			end = len(b)
		}
		if size < 4 || end > len(b) {
			m.Malformed = m.Malformed || size < 4 || !m.Truncated
			return
		}
		next = b[off]
		pl := Payload{version1: version1, kind: kind, next: next, critical: b[off+1]&0x80 != 0, size: size, body: b[off+4 : end], settings: p.settings}
		if len(m.Payloads) == maxPayloads {
			m.More++
		} else {
			m.Payloads = append(m.Payloads, pl)
		}
		if sealed(version1, kind) {
			return
		}
		off = end
	}
}
