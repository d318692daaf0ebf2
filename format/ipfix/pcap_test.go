package ipfix

import (
	"bytes"
	"encoding/binary"
)

// A trace is a capture file of datagrams or segments between two ports of
// 127.0.0.1, as tshark reads it: link type raw IP.
type trace struct {
	bytes.Buffer
	proto byte
	seq   uint32
}

const (
	udp         = 17
	tcp         = 6
	rawIP       = 101
	captureMax  = 65535
	traceSource = 40000
	tracePort   = 4739
)

func newTrace(proto byte) *trace {
	t := &trace{proto: proto, seq: 1}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = append(head, 2, 0, 4, 0)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, captureMax)
	t.Write(binary.LittleEndian.AppendUint32(head, rawIP))
	return t
}

// add adds a packet. The checksums are not filled in.
func (t *trace) add(payload []byte) {
	var h []byte
	h = binary.BigEndian.AppendUint16(h, traceSource)
	h = binary.BigEndian.AppendUint16(h, tracePort)
	if t.proto == udp {
		h = binary.BigEndian.AppendUint16(h, uint16(8+len(payload)))
		h = append(h, 0, 0)
	} else {
		h = binary.BigEndian.AppendUint32(h, t.seq)
		h = append(h, 0, 0, 0, 0, 5<<4, 0x10, 0xff, 0xff, 0, 0, 0, 0)
		t.seq += uint32(len(payload))
	}
	p := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, t.proto, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1}
	p = append(append(p, h...), payload...)
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	var head []byte
	head = binary.LittleEndian.AppendUint32(head, now)
	head = append(head, 0, 0, 0, 0)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(p)))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(p)))
	t.Write(append(head, p...))
}
