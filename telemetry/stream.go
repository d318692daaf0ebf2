package telemetry

import "net/netip"

// A streamKey names a stream of messages with templates and sequence numbers
// of its own. The port is that of the transport session of IPFIX (RFC 7011
// section 8), and 0 for others, whose exporters may change it (RFC 3954 section
// 5.1).
type streamKey struct {
	addr    netip.Addr
	port    uint16
	version uint16 // of NetFlow and IPFIX; 0 for sFlow
	domain  uint32
}

// A stream is what is known of an exporter from earlier messages.
type stream struct {
	key       streamKey
	stats     StreamStats
	templates *lru[uint16, *template]
	sequence  sequence
	boot      uint64             // when the exporter began, in milliseconds since 1970; 0 = not known
	sampling  map[uint64]float64 // by selector; 0 is that of the exporter
	apps      map[uint64][]byte  // names by application id
	weight    int                // of all that is kept, as Options.TemplateFields counts it
	waiting   map[uint16]int     // sets in Decoder.waiting, by template
}

// stream finds the stream of a key, or begins one.
func (d *Decoder) stream(k streamKey) *stream {
	if s, ok := d.streams.get(k); ok {
		return s
	}
	if d.streams.len() >= d.o.Exporters {
		_, s := d.streams.oldest()
		d.stats.add(EvictedExporter)
		d.forget(s)
	}
	s := &stream{key: k, templates: newLRU[uint16, *template](), waiting: map[uint16]int{}}
	s.stats = StreamStats{Exporter: k.addr, Protocol: d.msg.protocol, Domain: k.domain}
	d.streams.put(k, s)
	return s
}

// forget drops a stream with its templates. Its sets that wait for one will
// never get it.
func (d *Decoder) forget(s *stream) {
	d.weight -= s.weight
	d.dropSets(s)
	d.streams.remove(s.key)
}

// A sequence follows the sequence numbers of a stream.
type sequence struct {
	next  uint32
	known bool   // next is
	clock uint32 // of the latest message
}

const (
	// lateRange is how far back the number of a message may lie that comes late;
	// one farther back is of an exporter that began anew.
	lateRange = 1 << 12
	// lostRange is how many may be lost; more is a new beginning, too.
	lostRange = 1 << 20
	// lateClock is how far back the clock of a late message may be: a minute where
	// it counts milliseconds.
	lateClock = 60_000
)

// sequenced takes the sequence number of the message, which has n of the units
// that are counted; known says that n is right. The clock is the uptime of the
// exporter in milliseconds, or the time of the export in seconds; it may begin
// again at 0 behind 32 bits.
func (d *Decoder) sequenced(number, n uint32, known bool, clock uint32) {
	s := d.msg.stream
	q := &s.sequence
	ahead, later := int32(number-q.next), int32(clock-q.clock)
	anew := later < -lateClock || ahead > lostRange || ahead < -lateRange || ahead < 0 && later > 0
	switch {
	case !q.known:
	case anew:
		s.stats.Restarts++
		d.stats.Restarts++
	case ahead > 0:
		d.msg.lost = uint32(ahead)
		s.stats.Lost += uint64(ahead)
		d.stats.Lost += uint64(ahead)
	case ahead < 0:
		s.stats.Reordered++
		d.stats.Reordered++
		found := min(uint64(n), s.stats.Lost) // it was taken for lost when a later one came
		s.stats.Lost -= found
		d.stats.Lost -= found
		return
	}
	q.next, q.known, q.clock = number+n, known, clock
}
