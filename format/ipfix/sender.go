package ipfix

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"time"
)

// Times of the sender.
const (
	lingerFor   = 3 * time.Second  // for what is left at the end
	patience    = 30 * time.Second // the same where workers wait too
	dialFor     = 5 * time.Second
	writeFor    = 10 * time.Second // until a collector that takes nothing is given up
	firstPause  = 250 * time.Millisecond
	longestWait = 30 * time.Second
)

// A sender owns the connection to the collector. All but end is for its own
// goroutine.
type sender struct {
	x      *Exporter
	ctx    context.Context // ends a while after Close
	cancel context.CancelFunc
	done   chan struct{}

	stream bool // TCP
	dialer net.Dialer
	conn   net.Conn      // nil for none
	gone   chan struct{} // closed when the collector has closed conn
	dialed bool          // there was a connection before

	sent    map[variant]bool // templates that the collector has
	since   int              // messages since they were sent
	refresh time.Time        // when they are sent again
	b       []byte           // message with templates
}

func newSender(x *Exporter) (*sender, error) {
	s := &sender{x: x, done: make(chan struct{}), stream: x.config.Network == "tcp", sent: map[variant]bool{}}
	s.dialer.Timeout = dialFor
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.stream {
		return s, nil
	}
	s.dialer.LocalAddr = &net.UDPAddr{Port: int(x.config.LocalPort)}
	conn, err := s.dialer.DialContext(s.ctx, "udp", x.config.remote())
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.conn = conn
	return s, nil
}

// end waits until what is left is sent or lost.
func (s *sender) end() {
	linger := lingerFor
	if s.x.config.Wait {
		linger = patience
	}
	t := time.AfterFunc(linger, s.cancel)
	<-s.done
	t.Stop()
	s.cancel()
}

func (s *sender) run() {
	defer close(s.done)
	defer s.hangUp()
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case m := <-s.x.queue:
			s.send(m)
		case <-t.C:
			s.x.tick()
		case <-s.x.quit:
			s.drain()
			return
		}
	}
}

// drain sends what is left.
func (s *sender) drain() {
	for {
		select {
		case m := <-s.x.queue:
			s.send(m)
		default:
			s.x.mu.Lock()
			left := s.x.now
			s.x.pass(false)
			s.x.mu.Unlock()
			if left == s.x.now {
				return
			}
		}
	}
}

// send sends a message, over TCP as often as it takes. Datagrams are sent once
// more: the error can be the answer to one before.
func (s *sender) send(m *message) {
	defer s.x.release(m)
	for try := 0; s.connect(); try++ {
		err := s.write(m)
		if err == nil {
			s.x.counts.messages.Add(1)
			s.x.counts.records.Add(uint64(m.records))
			s.since++
			return
		}
		s.fail()
		if !s.stream && try > 0 {
			break
		}
	}
	s.x.counts.notSent.Add(uint64(m.records))
}

// fail counts an error. The collector may be a new one next time, and need the
// templates.
func (s *sender) fail() {
	s.x.counts.refused.Add(1)
	clear(s.sent)
	if s.stream {
		s.hangUp()
	}
}

// hangUp ends the connection.
func (s *sender) hangUp() {
	if s.conn != nil {
		_ = s.conn.Close() // what was not delivered cannot be helped
		s.conn = nil
	}
}

// connect sees to it that there is a connection: it tries until there is one,
// or the exporter ends.
func (s *sender) connect() bool {
	if s.stream && s.conn != nil && s.left() {
		s.hangUp()
	}
	for pause := firstPause; s.conn == nil; pause = min(2*pause, longestWait) {
		if s.dial() {
			break
		}
		if s.ctx.Err() != nil || !s.rest(pause) {
			return false
		}
	}
	return true
}

// left reports whether the collector has closed the connection.
func (s *sender) left() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

// rest waits before another attempt. Close ends the wait, and makes the attempt
// that was the last one.
func (s *sender) rest(pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.x.quit:
		return false
	}
}

// dial opens a TCP connection, and has it watched: the collector sends nothing,
// so that what can be read is its end.
func (s *sender) dial() bool {
	conn, err := s.dialer.DialContext(s.ctx, "tcp", s.x.config.remote())
	if err != nil {
		s.x.counts.refused.Add(1)
		return false
	}
	if s.dialed {
		s.x.counts.reconnects.Add(1)
	}
	s.dialed = true
	clear(s.sent)
	s.conn, s.gone = conn, make(chan struct{})
	go func(gone chan<- struct{}) {
		defer close(gone)
		io.Copy(io.Discard, conn) //nolint:errcheck // any end is the end
	}(s.gone)
	return true
}

// write writes a message, and before it the templates that the collector has
// not got yet.
func (s *sender) write(m *message) error {
	now := s.x.config.Clock()
	if !s.stream && (s.since >= s.x.config.TemplateMessages || !now.Before(s.refresh)) {
		clear(s.sent) // each is sent again with its next use
		s.since, s.refresh = 0, now.Add(s.x.config.TemplateEvery)
	}
	if err := s.templates(m, now); err != nil {
		return err
	}
	stamp(m.b, now.Unix())
	return s.put(m.b)
}

// templates sends those of the message that the collector has not got. The
// sequence number of such a message is that of the data behind it.
func (s *sender) templates(m *message, now time.Time) error {
	for _, v := range m.variants {
		if s.sent[v] {
			continue
		}
		s.b = append(s.b[:0], make([]byte, headerSize+setHeaderSize)...)
		s.b = appendTemplate(s.b, v, s.x.config.Enterprise)
		binary.BigEndian.PutUint16(s.b[headerSize:], templateSet)
		binary.BigEndian.PutUint16(s.b[headerSize+2:], uint16(len(s.b)-headerSize))
		putHeader(s.b, sequence(m.b), s.x.config.Domain)
		stamp(s.b, now.Unix())
		if err := s.put(s.b); err != nil {
			return err
		}
		s.x.counts.templates.Add(1)
		s.sent[v] = true
	}
	return nil
}

// put writes to the socket. A collector that takes nothing for writeFor loses
// its connection, and so does one that does so at the end.
func (s *sender) put(b []byte) error {
	if s.stream {
		conn := s.conn
		end := func() { _ = conn.Close() } // Write then tells
		t := time.AfterFunc(writeFor, end)
		defer t.Stop()
		stop := context.AfterFunc(s.ctx, end)
		defer stop()
	}
	n, err := s.conn.Write(b)
	if err == nil {
		s.x.counts.bytes.Add(uint64(n))
	}
	return err
}
