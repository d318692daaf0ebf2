// Package ipfix sends flow records to a collector as IPFIX messages (RFC 7011),
// over UDP or TCP. docs/ipfix.md says what each element carries.
//
// Three parts share the work. The stage of a worker makes a data record of its
// flow record, with a layout that depends on what the flow has (encoder). The
// records of all workers fill one message (Exporter). Whole messages wait in a
// bounded queue for the one goroutine that owns the socket and knows which
// templates the collector has (sender).
//
// A worker never waits for the collector, unless the configuration says so:
// what does not fit into the queue is counted and lost. The sequence numbers of
// the messages go on over what is lost, so that the collector sees it too.
package ipfix

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"joy/record"
	"joy/telemetry/element"
)

// A Template is a choice of elements.
type Template uint8

// The templates.
const (
	Simple Template = iota // key, counters, times, flags
	IDP                    // and the initial data packets
	Full                   // all that has an element
)

// ParseTemplate is the template of a name: simple, idp or full.
func ParseTemplate(name string) (Template, error) {
	switch name {
	case "simple":
		return Simple, nil
	case "idp":
		return IDP, nil
	case "full":
		return Full, nil
	}
	return 0, fmt.Errorf("template %q: it is simple, idp or full", name)
}

// Config says where the messages go and what is in them.
type Config struct {
	Network    string // "udp", or "tcp"
	RemoteHost string // address or name of the collector
	RemotePort uint16
	// LocalPort is the source port of UDP, 0 for any. A TCP connection that breaks
	// could not have its port again at once, so it always gets any.
	LocalPort uint16
	Template  Template
	Domain    uint32 // observation domain
	// Enterprise is the number that our own elements are sent under; 0 is that for
	// documentation, element.Own.
	Enterprise uint32
	// MTU is the most bytes of a message; 0 is 1,420 over UDP, which fits a
	// datagram through common tunnels, and 16,384 over TCP.
	MTU int
	// TemplateEvery and TemplateMessages say after what time, and after how many
	// messages, UDP templates are sent anew; 0 is a minute, and 1,000.
	TemplateEvery    time.Duration
	TemplateMessages int
	// Wait makes workers wait for a full queue: for captures from files, which can
	// wait too.
	Wait bool
	// OwnStats says that the statistics in the records are there for the export
	// alone: they are taken out of what is passed on.
	OwnStats bool
	// Clock tells the time of the messages.
	Clock func() time.Time
}

// Bounds.
const (
	minMTU     = 1232 // 1280, which IPv6 asks of every link, less its headers
	maxMTU     = 65535
	queueBytes = 4 << 20 // of messages that wait
	maxQueue   = 4096    // messages
	flushEvery = 500 * time.Millisecond
)

// withDefaults checks c and fills in what is 0.
func (c Config) withDefaults() (Config, error) {
	switch c.Network {
	case "udp":
		c.MTU = cmp.Or(c.MTU, 1420)
	case "tcp":
		c.MTU = cmp.Or(c.MTU, 16384)
	default:
		return c, fmt.Errorf("transport %q: it is udp or tcp", c.Network)
	}
	if c.MTU < minMTU || c.MTU > maxMTU {
		return c, fmt.Errorf("messages of %d bytes: between %d and %d are possible", c.MTU, minMTU, maxMTU)
	}
	if c.RemoteHost == "" || c.RemotePort == 0 {
		return c, errors.New("the collector needs a host and a port")
	}
	if c.Template > Full {
		return c, errors.New("no such template")
	}
	if c.Clock == nil {
		return c, errors.New("no clock")
	}
	if c.Enterprise == 0 {
		c.Enterprise = element.Own
	}
	c.TemplateEvery = cmp.Or(c.TemplateEvery, time.Minute)
	c.TemplateMessages = cmp.Or(c.TemplateMessages, 1000)
	return c, nil
}

// remote is the address of the collector.
func (c *Config) remote() string {
	return net.JoinHostPort(c.RemoteHost, strconv.Itoa(int(c.RemotePort)))
}

// An Exporter sends messages. Its methods may be called by any goroutine.
type Exporter struct {
	config Config
	counts counters
	queue  chan *message
	free   chan *message
	quit   chan struct{} // closed by Close
	sender *sender

	mu       sync.Mutex
	now      *message // being filled
	sequence uint32   // data records of all messages before it
	closed   bool
}

// Open begins to export. A collector that cannot be reached over TCP is no
// error: it is tried again and again.
func Open(c Config) (*Exporter, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("ipfix: %w", err)
	}
	n := min(max(queueBytes/c.MTU, 1), maxQueue)
	x := &Exporter{config: c, queue: make(chan *message, n), free: make(chan *message, n), quit: make(chan struct{})}
	if x.sender, err = newSender(x); err != nil {
		return nil, fmt.Errorf("ipfix: %w", err)
	}
	x.now = x.message()
	go x.sender.run()
	return x, nil
}

// Stage returns a Writer that exports each record before next gets it. A worker
// has its own. What cannot be sent is counted and no error of Write.
func (x *Exporter) Stage(next record.Writer) record.Writer {
	return &stage{x: x, next: next, enc: newEncoder(&x.config)}
}

type stage struct {
	x    *Exporter
	next record.Writer
	enc  *encoder
}

func (g *stage) Write(r *record.Record) error {
	v, b, cuts, ok := g.enc.encode(r)
	if cuts > 0 {
		g.x.counts.cut.Add(uint64(cuts))
	}
	if ok {
		g.x.add(v, b)
	} else {
		g.x.counts.tooLong.Add(1)
	}
	if g.x.config.OwnStats {
		r.Stats = nil
	}
	return g.next.Write(r)
}

// Close sends what is left, for three seconds at most or with Wait for thirty, and
// ends the exporter.
// Records that come later are counted as lost.
func (x *Exporter) Close() error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return nil
	}
	x.closed = true
	x.mu.Unlock()
	close(x.quit)
	x.sender.end()
	return nil
}

// counters are the counts of an Exporter.
type counters struct {
	messages, templates, records, bytes          atomic.Uint64
	cut, queueFull, notSent, afterClose, tooLong atomic.Uint64
	refused, reconnects                          atomic.Uint64
}

// Stats are what an Exporter has done.
type Stats struct {
	Messages   uint64 `json:"messages"`    // with data, sent
	Templates  uint64 `json:"templates"`   // messages with templates, sent
	Records    uint64 `json:"records"`     // in messages that were sent
	Bytes      uint64 `json:"bytes"`       // of all messages that were sent
	Cut        uint64 `json:"cut"`         // elements that are not whole: longer than a bound, or than the message had room
	Queue      uint64 `json:"queue"`       // records lost: the queue was full
	NotSent    uint64 `json:"not_sent"`    // records lost: the system did not take the message, or the exporter ended
	AfterClose uint64 `json:"after_close"` // records lost: they came behind Close
	TooLong    uint64 `json:"too_long"`    // records lost: not even the elements of fixed length fit
	Refused    uint64 `json:"refused"`     // times that a message could not be sent; of UDP, also that one before it had no reader
	Reconnects uint64 `json:"reconnects"`  // TCP connections after the first
	Waiting    int    `json:"waiting"`     // messages in the queue now
}

// Lost is the number of records that were not sent.
func (s Stats) Lost() uint64 { return s.Queue + s.NotSent + s.AfterClose + s.TooLong }

// Stats are the counts up to now.
func (x *Exporter) Stats() Stats {
	c := &x.counts
	return Stats{
		Messages: c.messages.Load(), Templates: c.templates.Load(), Records: c.records.Load(), Bytes: c.bytes.Load(),
		Cut: c.cut.Load(), Queue: c.queueFull.Load(), NotSent: c.notSent.Load(), AfterClose: c.afterClose.Load(),
		TooLong: c.tooLong.Load(), Refused: c.refused.Load(), Reconnects: c.reconnects.Load(), Waiting: len(x.queue),
	}
}
