// Package telemetry makes flow records of what routers, switches and other
// probes export: NetFlow 5 (Cisco), NetFlow 9 (RFC 3954), IPFIX (RFC 7011) with
// biflows (RFC 5103) and the elements of Joy, and sFlow version 5.
//
// The messages are UDP datagrams, of a capture or of a live interface; package
// listen makes such packets of what comes over sockets, so that there is one way
// through the code.
//
// The decoders of github.com/netsampler/goflow2 v2.2.6 are not used, because
// they do not survive hostile bytes: 32 bytes of IPFIX, a template without
// fields and a data set of it, make its decoder append records for ever; 80
// bytes of sFlow that claim a thousand million flow records make it ask for 25
// GB, which ends the program; each message of NetFlow 5 costs it 3 MB if it likes.
// It also gives up a message at its first bad set, and needs 14 allocations for
// a record.
package telemetry

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"

	"joy/feature"
	"joy/measure"
	"joy/packet"
	"joy/record"
	"joy/telemetry/element"
)

// Options are the settings of a Decoder. Numbers that are 0 have the value
// that is named.
type Options struct {
	// Ports are the UDP ports of NetFlow and IPFIX; the version number of a
	// message says which of them it is.
	Ports []uint16
	// SFlowPort is the UDP port of sFlow; 0 for none.
	SFlowPort uint16

	// Modules are the protocols that are looked for in the first packet of a
	// flow, where an exporter sends it, and Parsers what their parsers are told.
	Modules []record.Binding
	Parsers *feature.Settings
	// CommunityID has records carry one, made with Seed.
	CommunityID bool
	Seed        uint16

	// Enterprise is the number under which our own exporter sends its elements;
	// 0 means element.Own.
	Enterprise uint32

	// Exporters is how many streams of messages are known at a time, each of an
	// exporter, a protocol and an observation domain: 1024.
	Exporters int
	// Templates is how many templates a stream may have: 4096. Our own exporter
	// has one for each combination of what records have.
	Templates int
	// TemplateFields bounds the fields of all templates together, which take 8 bytes
	// each: 1<<20. A template counts as 16 fields more than it has, and so does a
	// name or a sampling rate that an exporter tells. A stream may have an eighth.
	TemplateFields int
	// TemplateLife is how long a template is kept that is neither sent nor used,
	// in nanoseconds: a day. Over TCP an exporter sends them once.
	TemplateLife int64
	// Waiting bounds the bytes of data sets that wait for their template, each of
	// which counts 256 bytes more: 4 MiB. There are 1024 sets at most.
	Waiting int
	// Patience is how long they wait, in nanoseconds: 30 seconds.
	Patience int64
}

func (o *Options) defaults() {
	set := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	set(&o.Exporters, 1024)
	set(&o.Templates, 4096)
	set(&o.TemplateFields, 1<<20)
	set(&o.Waiting, 4<<20)
	if o.Enterprise == 0 {
		o.Enterprise = element.Own
	}
	if o.TemplateLife <= 0 {
		o.TemplateLife = 24 * 60 * 60 * 1e9
	}
	if o.Patience <= 0 {
		o.Patience = 30 * 1e9
	}
	if o.Parsers == nil {
		o.Parsers = &feature.Settings{Digest: func([]byte) string { return "hidden" }}
	}
}

// A Decoder turns messages into flow records. One goroutine gives it packets;
// others may ask for the Stats.
type Decoder struct {
	mu       sync.Mutex // held by Packet and Stats
	o        Options
	stats    Stats
	streams  *lru[streamKey, *stream]
	weight   int // of all streams
	waiting  waiting
	version5 template // of the records of NetFlow 5

	msg  message
	vals values
	room room
	peek peek
}

// New returns a Decoder that knows no templates.
func New(o Options) *Decoder {
	o.defaults()
	return &Decoder{o: o, streams: newLRU[streamKey, *stream](), version5: version5(), peek: newPeek(&o)}
}

// A message is what is known of the message that is being decoded.
type message struct {
	stream    *stream
	protocol  string
	agent     netip.Addr
	template  uint16
	time      int64  // of the export, nanoseconds since 1970
	uptime    uint32 // of the exporter then, in milliseconds
	hasUptime bool
	now       int64   // when it was captured or received
	lost      uint32  // what is missing before it and has not been told yet
	sampling  float64 // what its header says; 0 for nothing
	cleared   [2]bool // all templates were withdrawn, or all for options
	emit      func(*record.Record)
}

// Packet decodes p if it is telemetry: a UDP packet to one of the ports, with a
// message of a known version. Then it reports true, and p is no flow of its
// own. emit is called for each flow record; it may change the record, and must
// not keep it or what it points to, nor call the Decoder.
func (d *Decoder) Packet(p *packet.Packet, emit func(*record.Record)) bool {
	if p.Key.Proto() != packet.ProtoUDP || p.Invalid {
		return false
	}
	from, src, dst := p.Key.A(), p.Key.PortA(), p.Key.PortB()
	if p.Swapped {
		from, src, dst = p.Key.B(), dst, src
	}
	switch {
	case dst == 0:
		return false
	case dst == d.o.SFlowPort:
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.sflow(p.Captured(), from, p.Time, emit)
	case slices.Contains(d.o.Ports, dst):
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.netflow(p.Captured(), netip.AddrPortFrom(from, src), p.Time, emit)
	}
	return false
}

// netflow decodes a message of NetFlow or IPFIX.
func (d *Decoder) netflow(b []byte, from netip.AddrPort, now int64, emit func(*record.Record)) bool {
	if len(b) < 2 {
		d.stats.add(ForeignMessage)
		return false
	}
	d.msg = message{now: now, emit: emit}
	switch binary.BigEndian.Uint16(b) {
	case 5:
		d.netflow5(b, from.Addr())
	case 9:
		d.netflow9(b, from.Addr())
	case 10:
		d.ipfix(b, from)
	default:
		d.stats.add(ForeignMessage)
		return false
	}
	return true
}

// begin notes whose message it is.
func (d *Decoder) begin(k streamKey, protocol string) {
	d.stats.Messages++
	d.msg.protocol = protocol
	d.msg.stream = d.stream(k)
	d.msg.stream.stats.Messages++
}

// emit passes on the record of the values, if they are of a flow.
func (d *Decoder) emit() {
	r := d.record()
	if r == nil {
		d.stats.add(NoFlow)
		return
	}
	d.pass(r)
}

// pass gives a record to who asked for it.
func (d *Decoder) pass(r *record.Record) {
	d.stats.Records++
	d.msg.stream.stats.Records++
	if d.o.CommunityID && r.CommunityID == nil && r.Src.IsValid() {
		d.communityID(r)
	}
	d.msg.emit(r)
}

func (d *Decoder) communityID(r *record.Record) {
	sp, dp := uint16(max(r.SP, 0)), uint16(max(r.DP, 0))
	if r.ICMP != nil {
		m := &r.ICMP.Messages[0]
		sp, dp = uint16(m.Type), uint16(m.Code)
	}
	d.room.cid = measure.CommunityID(d.room.cid[:0], d.o.Seed, r.Src, r.Dst, r.Pr, sp, dp)
	r.CommunityID = d.room.cid
}
