// Package featuretest is the examination that every protocol module sits.
package featuretest

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"

	"joy/capture"
	"joy/feature"
	"joy/packet"
)

// A Session is what a parser would be given of one flow.
type Session struct {
	Name  string
	Over  feature.Transport
	Ports [2]uint16 // of the side that opened the flow, of the other side
	// Chunks are in order, and each is what one packet brought.
	Chunks []feature.Chunk
}

// Bytes makes a Session of alternating messages, the first one from the side
// that opened the flow, a millisecond apart. An empty message only changes the
// side.
func Bytes(name string, over feature.Transport, messages ...string) Session {
	s := Session{Name: name, Over: over}
	for i, m := range messages {
		if m != "" {
			s.Chunks = append(s.Chunks, feature.Chunk{Time: int64(i+1) * 1e6, Dir: feature.Dir(i % 2), Bytes: []byte(m)})
		}
	}
	return s
}

// Pcap reads the TCP and UDP flows of a capture, in the order of their first
// packets. It is for tests: it holds all in memory, and takes flows apart by
// addresses and ports alone.
func Pcap(t testing.TB, path string) []Session {
	t.Helper()
	packets, err := decode(path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var order []packet.Key
	flows := map[packet.Key][]packet.Packet{}
	for _, p := range packets {
		if pr := p.Key.Proto(); p.Invalid || pr != packet.ProtoTCP && pr != packet.ProtoUDP {
			continue
		}
		if flows[p.Key] == nil {
			order = append(order, p.Key)
		}
		flows[p.Key] = append(flows[p.Key], p)
	}
	var all []Session
	for _, k := range order {
		all = append(all, session(k, flows[k]))
	}
	return all
}

func session(k packet.Key, ps []packet.Packet) Session {
	s := Session{Over: feature.UDP, Ports: [2]uint16{k.PortA(), k.PortB()}}
	if k.Proto() == packet.ProtoTCP {
		s.Over = feature.TCP
	}
	opener := ps[0].Swapped
	if i := slices.IndexFunc(ps, func(p packet.Packet) bool { return p.Flags&(packet.SYN|packet.ACK) == packet.SYN }); i >= 0 {
		opener = ps[i].Swapped
	}
	if opener {
		s.Ports[0], s.Ports[1] = s.Ports[1], s.Ports[0]
	}
	var streams [2]stream
	for _, p := range ps {
		dir := feature.Out
		if p.Swapped != opener {
			dir = feature.In
		}
		if s.Over == feature.UDP {
			s.Chunks = append(s.Chunks, feature.Chunk{Time: p.Time, Dir: dir, Bytes: p.Captured()})
			continue
		}
		s.Chunks = streams[dir].add(s.Chunks, dir, &p)
	}
	for dir := range streams {
		s.Chunks = streams[dir].flush(s.Chunks, feature.Dir(dir))
	}
	return s
}

// A stream puts the segments of one direction in order, and gives up waiting
// for a missing one only at the end.
type stream struct {
	started bool
	next    uint32
	waiting []packet.Packet
	time    int64
}

func (s *stream) add(dst []feature.Chunk, dir feature.Dir, p *packet.Packet) []feature.Chunk {
	s.time = p.Time
	if p.Flags&packet.SYN != 0 {
		s.started, s.next = true, p.Seq+1
		return dst
	}
	if !s.started && p.PayloadLen > 0 {
		s.started, s.next = true, p.Seq
	}
	if p.PayloadLen == 0 && p.Flags&packet.FIN == 0 {
		return dst
	}
	s.waiting = append(s.waiting, *p)
	slices.SortStableFunc(s.waiting, func(a, b packet.Packet) int { return cmp.Compare(int32(a.Seq-s.next), int32(b.Seq-s.next)) })
	for len(s.waiting) > 0 && int32(s.waiting[0].Seq-s.next) <= 0 {
		dst = s.take(dst, dir, 0)
	}
	return dst
}

func (s *stream) take(dst []feature.Chunk, dir feature.Dir, lost int) []feature.Chunk {
	p := s.waiting[0]
	s.waiting = s.waiting[1:]
	seen := int(s.next - p.Seq)
	b := p.Captured()
	c := feature.Chunk{Time: s.time, Dir: dir, Lost: lost, EOF: p.Flags&packet.FIN != 0, Bytes: b[min(seen, len(b)):]}
	if end := p.Seq + p.PayloadLen; int32(end-s.next) > 0 {
		s.next = end
	}
	if len(c.Bytes) == 0 && !c.EOF {
		return dst
	}
	return append(dst, c)
}

func (s *stream) flush(dst []feature.Chunk, dir feature.Dir) []feature.Chunk {
	for len(s.waiting) > 0 {
		lost := int(int32(s.waiting[0].Seq - s.next))
		s.next += uint32(max(lost, 0))
		dst = s.take(dst, dir, max(lost, 0))
	}
	return dst
}

// decode reads all packets of a pcap or pcapng file.
func decode(path string) ([]packet.Packet, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var src gopacket.PacketDataSource
	var link func(gopacket.CaptureInfo) uint16
	if r, err := pcapgo.NewReader(bytes.NewReader(raw)); err == nil {
		src, link = r, func(gopacket.CaptureInfo) uint16 { return uint16(r.LinkType()) }
	} else {
		r, err := pcapgo.NewNgReader(bytes.NewReader(raw), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return nil, err
		}
		src, link = r, func(ci gopacket.CaptureInfo) uint16 {
			i, err := r.Interface(ci.InterfaceIndex)
			if err != nil {
				return 0
			}
			return uint16(i.LinkType)
		}
	}
	d := packet.NewDecoder(packet.Options{})
	var all []packet.Packet
	for {
		data, ci, err := src.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = d.Decode(all, &capture.Frame{Time: ci.Timestamp.UnixNano(), Data: data, Wire: ci.Length, Link: link(ci)})
	}
}
