package ipfix

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"joy/record"
)

// receive reads messages from a stream until there are enough rows, or to its
// end if these are negative.
func (c *collector) receive(r io.Reader, rows int) {
	c.t.Helper()
	for rows < 0 || len(c.rows) < rows {
		b := make([]byte, headerSize)
		if _, err := io.ReadFull(r, b); err != nil {
			if rows < 0 && errors.Is(err, io.EOF) {
				return
			}
			c.t.Fatal(err)
		}
		rest := make([]byte, int(binary.BigEndian.Uint16(b[2:]))-headerSize)
		if _, err := io.ReadFull(r, rest); err != nil {
			c.t.Fatal(err)
		}
		c.read(append(b, rest...))
	}
}

func listenTCP(t testing.TB, port int) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	l.SetDeadline(time.Now().Add(patient))
	t.Cleanup(func() { l.Close() })
	return l
}

func accept(t testing.TB, l *net.TCPListener) *net.TCPConn {
	t.Helper()
	conn, err := l.AcceptTCP()
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(patient))
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestTCP(t *testing.T) {
	l := listenTCP(t, 0)
	x := open(t, Config{Template: IDP, MTU: maxMTU}, l.Addr())
	var list []*record.Record
	for range 2000 {
		list = append(list, everything(), v6(uni()))
	}
	write(t, x, list...)
	conn := accept(t, l)
	closed := make(chan struct{})
	go func() {
		x.Close()
		close(closed)
	}()
	c := newCollector(t)
	c.receive(conn, -1)
	<-closed
	if len(c.rows) != len(list) {
		t.Fatalf("%d of %d records", len(c.rows), len(list))
	}
	compare(t, c.rows[0], wanted(IDP, list[0]))
	compare(t, c.rows[len(list)-1], wanted(IDP, list[len(list)-1]))
	if s := x.Stats(); s.Records != uint64(len(list)) || s.Templates != 2 || s.Lost() != 0 {
		t.Errorf("%+v", s)
	}
}

// A connection that breaks is made again, and begins with the templates. The
// sequence numbers go on.
func TestTCPReconnects(t *testing.T) {
	l := listenTCP(t, 0)
	x := open(t, Config{}, l.Addr())
	sent := uint32(0)
	for i := range 3 {
		write(t, x, uni(), v6(uni()))
		x.Flush()
		conn := accept(t, l)
		c := newCollector(t)
		c.next = sent
		c.receive(conn, 2)
		sent = c.next
		conn.Close()
		if s := x.Stats(); s.Reconnects != uint64(i) {
			t.Errorf("connection %d: %+v", i, s)
		}
		eventually(t, "the exporter sees the end", func() bool { return left(x) })
	}
	if s := x.Stats(); s.Lost() != 0 {
		t.Errorf("%+v", s)
	}
}

// left reports whether the exporter knows that its connection has ended.
func left(x *Exporter) bool {
	select {
	case <-x.sender.gone:
		return true
	default:
		return false
	}
}

func TestTCPCollectorComesLate(t *testing.T) {
	l := listenTCP(t, 0)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	x := open(t, Config{}, &net.TCPAddr{Port: port})
	write(t, x, bi())
	x.Flush()
	eventually(t, "an attempt", func() bool { return x.Stats().Refused > 0 })
	c := newCollector(t)
	c.receive(accept(t, listenTCP(t, port)), 1)
	compare(t, c.rows[0], wanted(Simple, bi()))
}

// A collector that takes nothing holds up no worker. What is lost is counted,
// and the sequence numbers show it.
func TestSlowCollector(t *testing.T) {
	l := listenTCP(t, 0)
	x := open(t, Config{Template: Full, MTU: maxMTU}, l.Addr())
	w, r, n := x.Stage(&nowhere{}), everything(), uint64(0)
	for x.Stats().Queue == 0 {
		w.Write(r)
		n++
	}
	go x.Close()
	got, missed := tally(t, accept(t, l), r)
	<-x.sender.done
	s := x.Stats()
	if s.Records != got || s.Records+s.Lost() != n || s.Lost() < missed || missed == 0 {
		t.Errorf("%d of %d records came, %d were missed: %+v", got, n, missed, s)
	}
}

// Workers that may wait lose nothing.
func TestWait(t *testing.T) {
	l := listenTCP(t, 0)
	x := open(t, Config{Template: Full, MTU: maxMTU, Wait: true}, l.Addr())
	const n = 30_000
	go func() {
		w, r := x.Stage(&nowhere{}), everything()
		for range n {
			w.Write(r)
		}
		x.Close()
	}()
	conn := accept(t, l)
	eventually(t, "the queue is full", func() bool { return len(x.queue) == cap(x.queue) })
	got, missed := tally(t, conn, everything())
	<-x.sender.done
	if s := x.Stats(); got != n || missed != 0 || s.Lost() != 0 {
		t.Errorf("%d of %d records came, %d were missed: %+v", got, n, missed, s)
	}
}

// tally reads a stream of nothing but r to its end, faster than goflow2 does.
func tally(t *testing.T, conn io.Reader, r *record.Record) (records, missed uint64) {
	t.Helper()
	list, _ := messages(t, Config{Template: Full, MTU: maxMTU}, r)
	size := len(list[1]) - headerSize - setHeaderSize
	b, next := make([]byte, maxMTU), uint32(0)
	for {
		if _, err := io.ReadFull(conn, b[:headerSize]); errors.Is(err, io.EOF) {
			return records, missed
		} else if err != nil {
			t.Fatal(err)
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if _, err := io.ReadFull(conn, b[headerSize:n]); err != nil {
			t.Fatal(err)
		}
		missed += uint64(sequence(b) - next)
		next = sequence(b)
		if binary.BigEndian.Uint16(b[headerSize:]) != templateSet {
			records += uint64((n - headerSize - setHeaderSize) / size)
			next += uint32((n - headerSize - setHeaderSize) / size)
		}
	}
}
