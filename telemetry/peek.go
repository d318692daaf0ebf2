package telemetry

import (
	"math"

	"joy/capture"
	"joy/feature"
	"joy/packet"
	"joy/record"
)

// A peek looks into packets that exporters send: the first one of a flow, and
// samples.
type peek struct {
	decoder *packet.Decoder
	found   []packet.Packet
	modules []record.Binding
	told    *feature.Settings
	parsers []feature.Parser // by module, made when first needed
	app     [1]string
}

func newPeek(o *Options) peek {
	return peek{
		decoder: packet.NewDecoder(packet.Options{}),
		modules: o.Modules, told: o.Parsers, parsers: make([]feature.Parser, len(o.Modules)),
	}
}

// decode gives the packet of an IP packet; nil when it is none.
func (x *peek) decode(b []byte, time int64) *packet.Packet {
	return x.frame(&capture.Frame{Time: time, Data: b, Wire: len(b), Link: capture.LinkRaw})
}

// frame gives the packet of a frame; nil when there is none. Its other
// fragments will never come, so one alone has to do.
func (x *peek) frame(f *capture.Frame) *packet.Packet {
	x.found = x.decoder.Decode(x.found[:0], f)
	x.found = x.decoder.Expire(x.found, math.MaxInt64)
	if len(x.found) == 0 {
		return nil
	}
	return &x.found[0]
}

// protocols fills in what the first protocol that knows the payload says of it.
// It reports true when that has panicked: that costs the record the protocol.
func (x *peek) protocols(r *record.Record, p *packet.Packet) (panicked bool) {
	c := feature.Chunk{Time: p.Time, Over: transport(p), Bytes: p.Captured()}
	if c.Over == 0 || p.Invalid || len(c.Bytes) == 0 {
		return false
	}
	current := 0
	defer func() {
		if recover() != nil {
			x.parsers[current] = nil
			panicked = true
		}
	}()
	for i := range x.modules {
		m := &x.modules[i]
		if current = i; m.Over&c.Over != 0 && m.Match(&c) == feature.Yes {
			x.parse(r, i, c)
			return false
		}
	}
	return false
}

// parse has a module read a chunk.
func (x *peek) parse(r *record.Record, i int, c feature.Chunk) {
	m := &x.modules[i]
	if x.parsers[i] == nil {
		x.parsers[i] = m.New(x.told)
	}
	x.parsers[i].Reset()
	if _, verdict := x.parsers[i].Data(&c); verdict == feature.Reject {
		return
	}
	m.Fill(r, x.parsers[i], feature.OnlyOut)
	x.app[0] = m.Key
	r.App, r.AppBy = x.app[:], "content"
}

func transport(p *packet.Packet) feature.Transport {
	switch p.Key.Proto() {
	case packet.ProtoTCP:
		return feature.TCP
	case packet.ProtoUDP:
		return feature.UDP
	}
	return 0
}
