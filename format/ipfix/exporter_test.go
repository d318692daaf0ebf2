package ipfix

import (
	"encoding/binary"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"joy/record"
)

// patient is how long a test waits for what has to come; it never decides.
const patient = 20 * time.Second

// nowhere is the end of a chain.
type nowhere struct{ n int }

func (w *nowhere) Write(*record.Record) error { w.n++; return nil }

func open(t testing.TB, c Config, to net.Addr) *Exporter {
	t.Helper()
	c.Network, c.RemoteHost = to.Network(), "127.0.0.1"
	switch a := to.(type) {
	case *net.UDPAddr:
		c.RemotePort = uint16(a.Port)
	case *net.TCPAddr:
		c.RemotePort = uint16(a.Port)
	}
	if c.Clock == nil {
		c.Clock = clock
	}
	x, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func write(t testing.TB, x *Exporter, list ...*record.Record) {
	t.Helper()
	w := x.Stage(&nowhere{})
	for _, r := range list {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
}

// udpCollector is a socket for datagrams, and their reader.
type udpCollector struct {
	*collector
	*net.UDPConn
}

func listenUDP(t testing.TB, port int) udpCollector {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(patient))
	return udpCollector{newCollector(t), conn}
}

// receive reads a datagram.
func (u udpCollector) receive() []byte {
	u.t.Helper()
	b := make([]byte, maxMTU)
	n, err := u.Read(b)
	if err != nil {
		u.t.Fatal(err)
	}
	u.read(b[:n])
	return b[:n]
}

func (u udpCollector) until(rows int) {
	u.t.Helper()
	for len(u.rows) < rows {
		u.receive()
	}
}

// eventually waits for what happens in another goroutine.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(patient); !f(); <-ticker.C {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func TestUDP(t *testing.T) {
	u := listenUDP(t, 0)
	x := open(t, Config{Template: Full, Domain: 42}, u.LocalAddr())
	list := []*record.Record{bi(), v6(bi()), everything(), uni(), bi(), bi()}
	write(t, x, list...)
	b := u.receive() // a template; nobody has asked for it to be sent
	if got := binary.BigEndian.Uint32(b[4:]); got != now {
		t.Errorf("time of export %d, want %d", got, now)
	}
	if got := binary.BigEndian.Uint32(b[12:]); got != 42 {
		t.Errorf("domain %d", got)
	}
	u.until(len(list))
	for i, r := range list {
		compare(t, u.rows[i], wanted(Full, r))
	}
	x.Close()
	s := x.Stats()
	if s.Records != 6 || s.Templates != 4 || s.Lost() != 0 || s.Bytes == 0 || s.Messages == 0 {
		t.Errorf("%+v", s)
	}
}

func TestIPv6Collector(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(patient))
	x, err := Open(Config{Network: "udp", RemoteHost: "::1", RemotePort: uint16(conn.LocalAddr().(*net.UDPAddr).Port), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	write(t, x, v6(bi()))
	x.Close()
	u := udpCollector{newCollector(t), conn}
	u.until(1)
	compare(t, u.rows[0], wanted(Simple, v6(bi())))
}

// Records of one kind share a set, and no datagram is longer than allowed.
func TestPacking(t *testing.T) {
	u := listenUDP(t, 0)
	x := open(t, Config{MTU: 1300}, u.LocalAddr())
	const n = 300
	for range n {
		write(t, x, uni())
	}
	x.Flush()
	size, messages := 0, 0
	for len(u.rows) < n {
		before := u.sets
		b := u.receive()
		if len(b) > 1300 || u.sets != before+1 {
			t.Fatalf("%d sets in %d bytes", u.sets-before, len(b))
		}
		size, messages = max(size, len(b)), messages+1
	}
	if size < 1230 || messages > 1+n/20 {
		t.Errorf("%d messages of at most %d bytes", messages, size)
	}
}

// Templates come again after some messages, and after some time.
func TestTemplateRefresh(t *testing.T) {
	u := listenUDP(t, 0)
	var mu sync.Mutex
	at := time.Unix(now, 0)
	x := open(t, Config{TemplateMessages: 3, TemplateEvery: time.Minute, Clock: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}}, u.LocalAddr())
	one := func() bool {
		write(t, x, uni())
		x.Flush()
		sets := u.sets
		u.until(len(u.rows) + 1)
		return u.sets == sets+2
	}
	for i := range 8 {
		if got, want := one(), i%3 == 0; got != want {
			t.Errorf("message %d has its template before it: %t", i, got)
		}
	}
	mu.Lock()
	at = at.Add(time.Minute)
	mu.Unlock()
	if !one() {
		t.Error("no template after a minute")
	}
}

// A collector that is not there over UDP is counted; when it comes it needs no
// refresh to understand.
func TestUDPNobodyListens(t *testing.T) {
	u := listenUDP(t, 0)
	x := open(t, Config{Template: Full}, u.LocalAddr())
	u.Close()
	n := uint32(0)
	eventually(t, "an answer that nobody listens", func() bool {
		write(t, x, uni())
		x.Flush()
		n++
		return x.Stats().Refused > 0
	})
	eventually(t, "all is sent or lost", func() bool { return x.Stats().Records+x.Stats().Lost() == uint64(n) })
	again := listenUDP(t, u.LocalAddr().(*net.UDPAddr).Port)
	again.next = n
	write(t, x, bi())
	x.Flush()
	again.until(1)
	compare(t, again.rows[0], wanted(Full, bi()))
}

// Without a collector, Close returns and what waits is lost and counted.
func TestCloseWithoutCollector(t *testing.T) {
	l := listenTCP(t, 0)
	l.Close()
	x := open(t, Config{}, l.Addr())
	for range 1000 {
		write(t, x, everything())
	}
	x.Close()
	x.Close()
	write(t, x, uni(), uni())
	if s := x.Stats(); s.Records != 0 || s.NotSent+s.Queue != 1000 || s.AfterClose != 2 || s.Lost() != 1002 {
		t.Errorf("%+v", s)
	}
}

func TestWorkers(t *testing.T) {
	u := listenUDP(t, 0)
	u.SetReadBuffer(4 << 20)
	x := open(t, Config{Template: Full}, u.LocalAddr())
	const workers, each = 4, 200
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			w, a, b := x.Stage(&nowhere{}), bi(), v6(everything())
			for i := range each {
				w.Write(a)
				w.Write(b)
				if i%50 == 0 {
					x.Flush()
					x.Stats()
				}
			}
		})
	}
	u.until(workers * each)
	wg.Wait()
	x.Flush()
	u.until(2 * workers * each)
	fours := 0
	for _, r := range u.rows {
		if r["sourceIPv4Address"] != "" {
			fours++
		}
	}
	if fours != workers*each {
		t.Errorf("%d rows of IPv4", fours)
	}
}

// The stage passes every record on, without statistics that it alone asked for.
func TestStage(t *testing.T) {
	u := listenUDP(t, 0)
	var end nowhere
	r := bi()
	open(t, Config{}, u.LocalAddr()).Stage(&end).Write(r)
	if r.Stats == nil || end.n != 1 {
		t.Error("statistics are gone")
	}
	open(t, Config{OwnStats: true}, u.LocalAddr()).Stage(&end).Write(r)
	if r.Stats != nil || end.n != 2 {
		t.Error("statistics are passed on")
	}
	u.until(1)
	u.next = 0
	u.until(2)
	compare(t, u.rows[1], wanted(Simple, bi()))
}

func TestRefused(t *testing.T) {
	for what, c := range map[string]struct {
		config Config
		says   string
	}{
		"no transport":     {Config{RemoteHost: "::1", RemotePort: 1, Clock: clock}, "udp or tcp"},
		"SCTP":             {Config{Network: "sctp", RemoteHost: "::1", RemotePort: 1, Clock: clock}, `"sctp"`},
		"no host":          {Config{Network: "udp", RemotePort: 1, Clock: clock}, "host"},
		"no port":          {Config{Network: "tcp", RemoteHost: "::1", Clock: clock}, "port"},
		"a short message":  {Config{Network: "udp", RemoteHost: "::1", RemotePort: 1, MTU: 576, Clock: clock}, "576"},
		"a long message":   {Config{Network: "tcp", RemoteHost: "::1", RemotePort: 1, MTU: 65536, Clock: clock}, "65536"},
		"another template": {Config{Network: "tcp", RemoteHost: "::1", RemotePort: 1, Template: 3, Clock: clock}, "template"},
		"no clock":         {Config{Network: "udp", RemoteHost: "::1", RemotePort: 1}, "clock"},
		"no such host":     {Config{Network: "udp", RemoteHost: "host.invalid", RemotePort: 1, Clock: clock}, "host.invalid"},
	} {
		x, err := Open(c.config)
		if err == nil {
			x.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "ipfix: ") {
			t.Errorf("%s: error %v, want one with %q", what, err, c.says)
		}
	}
}

// The source port of UDP is the one that was asked for, and can be had once.
func TestLocalPort(t *testing.T) {
	u := listenUDP(t, 0)
	free := listenUDP(t, 0)
	port := free.LocalAddr().(*net.UDPAddr).Port
	free.Close()
	x := open(t, Config{LocalPort: uint16(port)}, u.LocalAddr())
	write(t, x, uni())
	b := make([]byte, maxMTU)
	if _, from, err := u.ReadFromUDP(b); err != nil || from.Port != port {
		t.Errorf("from %v, %v; want port %d", from, err, port)
	}
	if _, err := Open(x.config); err == nil {
		t.Error("the port was to be had twice")
	}
}
