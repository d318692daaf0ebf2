package ipfix

import (
	"encoding/binary"
	"slices"
)

// Sizes of headers (RFC 7011 sections 3.1 and 3.3.2), and the number of sets
// with templates.
const (
	headerSize    = 16
	setHeaderSize = 4
	templateSet   = 2
	version       = 10
)

// A message is an IPFIX message with data, without its time until it is sent.
type message struct {
	b        []byte
	set      int       // where the last set begins; 0 for none
	last     variant   // of that set
	variants []variant // that the message has
	records  uint32
}

// reset makes m an empty message.
func (m *message) reset() {
	*m = message{b: append(m.b[:0], make([]byte, headerSize)...), variants: m.variants[:0]}
}

// fits reports whether a record of n bytes may still come.
func (m *message) fits(v variant, n, most int) bool {
	if m.set == 0 || m.last != v {
		n += setHeaderSize
	}
	return len(m.b)+n <= most
}

// add adds a record, in the set before if that is of the same variant.
func (m *message) add(v variant, record []byte) {
	if m.set == 0 || m.last != v {
		m.set, m.last = len(m.b), v
		m.b = binary.BigEndian.AppendUint16(m.b, v.id())
		m.b = append(m.b, 0, 0)
		if !slices.Contains(m.variants, v) {
			m.variants = append(m.variants, v)
		}
	}
	m.b = append(m.b, record...)
	binary.BigEndian.PutUint16(m.b[m.set+2:], uint16(len(m.b)-m.set))
	m.records++
}

// seal writes the header but for the time. Sequence is the number of data
// records before the message (RFC 7011 section 3.1).
func (m *message) seal(sequence, domain uint32) {
	putHeader(m.b, sequence, domain)
}

func putHeader(b []byte, sequence, domain uint32) {
	binary.BigEndian.PutUint16(b, version)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b))) // at most maxMTU
	binary.BigEndian.PutUint32(b[8:], sequence)
	binary.BigEndian.PutUint32(b[12:], domain)
}

// stamp writes the time of export, in seconds since 1970.
func stamp(b []byte, seconds int64) { binary.BigEndian.PutUint32(b[4:], uint32(seconds)) }

// sequence is the sequence number in the header.
func sequence(b []byte) uint32 { return binary.BigEndian.Uint32(b[8:]) }

// message returns an empty message, a used one if there is any.
func (x *Exporter) message() *message {
	var m *message
	select {
	case m = <-x.free:
	default:
		m = &message{b: make([]byte, 0, x.config.MTU)}
	}
	m.reset()
	return m
}

// release keeps a message for another use.
func (x *Exporter) release(m *message) {
	select {
	case x.free <- m:
	default:
	}
}

// add puts a record into the message that is being filled, and that message
// into the queue when it is full.
func (x *Exporter) add(v variant, record []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		x.counts.afterClose.Add(1)
		return
	}
	if !x.now.fits(v, len(record), x.config.MTU) {
		x.pass(x.config.Wait)
	}
	x.now.add(v, record)
}

// pass puts the message into the queue and begins another. Without room in the
// queue it waits, or the records of the message are lost; they count in the
// sequence numbers all the same.
func (x *Exporter) pass(wait bool) {
	m := x.now
	if m.records == 0 {
		return
	}
	m.seal(x.sequence, x.config.Domain)
	x.sequence += m.records
	select {
	case x.queue <- m:
	default:
		if !wait || !x.await(m) {
			x.counts.queueFull.Add(uint64(m.records))
			m.reset()
			return
		}
	}
	x.now = x.message()
}

// await puts a message into the queue when there is room. It reports false if
// the exporter ends before.
func (x *Exporter) await(m *message) bool {
	select {
	case x.queue <- m:
		return true
	case <-x.quit:
		return false
	}
}

// Flush has what is there sent, also if that does not fill a message.
func (x *Exporter) Flush() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pass(x.config.Wait)
}

// tick is Flush for the sender, which must not wait for itself: a worker that
// holds the lock is busy with the message, or waits for the queue; and a queue
// without room will be sent first.
func (x *Exporter) tick() {
	if len(x.queue) == cap(x.queue) || !x.mu.TryLock() {
		return
	}
	defer x.mu.Unlock()
	x.pass(false)
}
