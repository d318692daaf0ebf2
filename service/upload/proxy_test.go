package upload

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A proxy hands connections on to a server and cuts them off.
type proxy struct {
	listener net.Listener
	server   string
	mu       sync.Mutex
	up, down int64 // bytes that the next connection lasts; -1 = it is not cut
	most     int64 // bytes that any connection sent up
	read     int64 // or down
}

// before puts a proxy before the server; the clients then know that.
func before(t *testing.T, s *sshd) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, server: s.addr, up: -1, down: -1}
	s.addr = l.Addr().String()
	s.trust(s.hostKey.PublicKey())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.carry(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return p
}

// cut has the next connection end after so many bytes in one direction.
func (p *proxy) cut(up, down int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up, p.down = up, down
}

func (p *proxy) carry(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer s.Close()
	p.mu.Lock()
	up, down := p.up, p.down
	p.up, p.down = -1, -1
	p.mu.Unlock()
	var both sync.WaitGroup
	var sent, got int64
	both.Go(func() { sent = pipe(s, c, up) })
	both.Go(func() { got = pipe(c, s, down) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.most, p.read = max(p.most, sent), max(p.read, got)
}

// pipe copies n bytes, or all, and ends both connections.
func pipe(to, from net.Conn, n int64) (copied int64) {
	defer to.Close()
	defer from.Close()
	var r io.Reader = from
	if n >= 0 {
		r = io.LimitReader(from, n)
	}
	copied, _ = io.Copy(to, r) // ends as the peers like
	return copied
}
