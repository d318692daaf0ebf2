package process

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Ends are what a socket is bound and connected to. Addresses are never
// IPv4-mapped. An unspecified local address stands for all of the machine; an
// invalid remote one says that the socket is not connected.
type ends struct {
	proto         uint8
	local, remote netip.AddrPort
}

// A socket is one socket of the machine, as the table keeps it.
type socket struct {
	ends
	ns   uint32   // inode number of its network namespace
	id   uint64   // tells sockets with the same ends apart
	from int64    // when it was first seen, in nanoseconds since 1970
	to   int64    // when it was closed; 0 while it is open
	who  *process // nil as long as nobody is known to use it
	via  Way
	how  sureness

	list       *queue // that it is in; nil when the table has let go of it
	prev, next *socket
}

// A table keeps sockets, and for a while those that were closed. It may be used
// by any number of goroutines.
type table struct {
	own    uint32 // the network namespace whose sockets come first
	most   int    // sockets
	keep   int64  // nanoseconds that a closed one stays
	mu     sync.RWMutex
	byEnds map[ends][]*socket // oldest first
	open   queue              // the one that was changed longest ago first
	closed queue              // the one that was closed first first
	addrs  map[netip.Addr]int // how many sockets have a local address
	strays int                // sockets of other namespaces that have none and yet a remote one
	count  int
	lost   uint64 // sockets that were dropped at a bound
}

// maxSame bounds the sockets that are kept with the same ends: one after the
// other, or together (SO_REUSEPORT).
const maxSame = 16

func newTable(own uint32, most int, keep time.Duration) *table {
	return &table{own: own, most: most, keep: int64(keep), byEnds: make(map[ends][]*socket), addrs: make(map[netip.Addr]int)}
}

// put enters a socket, or what is newly known of one with the same ends and id.
// It returns the one that the table has, which belongs to the table.
func (t *table) put(s socket) *socket {
	t.mu.Lock()
	defer t.mu.Unlock()
	same := t.byEnds[s.ends]
	for _, old := range same {
		if old.ns != s.ns || old.to != 0 {
			continue
		}
		if old.id == s.id {
			old.learn(s)
			old.list.remove(old)
			t.open.push(old)
			return old
		}
		if s.remote.IsValid() { // there is only one at a time
			t.shut(old, s.from)
		}
	}
	if len(same) >= maxSame {
		t.drop(same[0])
		t.lost++
	}
	if t.count >= t.most {
		t.evict()
	}
	kept := new(socket)
	*kept = s
	t.open.push(kept)
	t.byEnds[s.ends] = append(t.byEnds[s.ends], kept)
	t.tally(kept, 1)
	return kept
}

// tally counts a socket that comes or, with -1, goes.
func (t *table) tally(s *socket, n int) {
	t.count += n
	a := s.local.Addr()
	if t.addrs[a] += n; t.addrs[a] == 0 {
		delete(t.addrs, a)
	}
	if a.IsUnspecified() && s.remote.IsValid() && s.ns != t.own {
		t.strays += n
	}
}

// learn takes over who uses a socket, unless that is known better.
func (s *socket) learn(n socket) {
	if n.who != nil && (s.who == nil || n.how >= s.how) {
		s.who, s.how, s.via = n.who, n.how, n.via
	}
}

// end says that a socket that is connected was closed.
func (t *table) end(e ends, ns uint32, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.byEnds[e] {
		if s.ns == ns && s.to == 0 {
			t.shut(s, at)
			return
		}
	}
}

// close says that a socket that put returned was closed.
func (t *table) close(s *socket, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.list != nil && s.to == 0 {
		t.shut(s, at)
	}
}

func (t *table) shut(s *socket, at int64) {
	s.to = max(at, s.from, 1)
	s.list.remove(s)
	t.closed.push(s)
}

// age drops the sockets that were closed long ago.
func (t *table) age(now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := t.closed.first; s != nil && now-s.to > t.keep; s = t.closed.first {
		t.drop(s)
	}
}

func (t *table) evict() {
	s := t.closed.first
	if s == nil {
		s = t.open.first
	}
	t.drop(s)
	t.lost++
}

func (t *table) drop(s *socket) {
	s.list.remove(s)
	t.tally(s, -1)
	rest := t.byEnds[s.ends]
	if i := slices.Index(rest, s); i >= 0 {
		rest = slices.Delete(rest, i, i+1)
	}
	if len(rest) == 0 {
		delete(t.byEnds, s.ends)
	} else {
		t.byEnds[s.ends] = rest
	}
}

// sizes returns how many sockets there are, and how many were dropped early.
func (t *table) sizes() (count int, lost uint64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.count, t.lost
}

// A queue is a doubly linked list.
type queue struct{ first, last *socket }

func (q *queue) push(s *socket) {
	s.list, s.prev, s.next = q, q.last, nil
	if q.last == nil {
		q.first = s
	} else {
		q.last.next = s
	}
	q.last = s
}

func (q *queue) remove(s *socket) {
	if s.prev == nil {
		q.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		q.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.list, s.prev, s.next = nil, nil, nil
}
