package process

import (
	"context"
	"fmt"
	"time"
)

// A sweeper keeps the table by lists of all sockets that it reads again and
// again. One goroutine uses it.
type sweeper struct {
	t      *Tracker
	r      *reader
	list   lister
	via    Way
	known  map[listed]*tracked
	last   int64  // time of the sweep before, nanoseconds since 1970
	number uint64 // of the sweep
}

// A tracked is a socket of the last list.
type tracked struct {
	in     *socket
	tries  int    // how often its owner was looked for in vain
	number uint64 // of the last sweep that saw it
}

// maxTries is how often the owner of a socket is looked for.
const maxTries = 3

// The time between two lists follows what one costs, so that joy never takes
// more than about a tenth of a processor for them.
const (
	leastPause = 50 * time.Millisecond
	mostPause  = 500 * time.Millisecond
	costs      = 10
)

func newSweeper(t *Tracker, r *reader, list lister, via Way) *sweeper {
	return &sweeper{t: t, r: r, list: list, via: via, known: make(map[listed]*tracked)}
}

// run sweeps until ctx is done.
func (s *sweeper) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		start := time.Now()
		err := s.sweep(start.UnixNano())
		if err != nil && !failed {
			s.t.o.Warn(fmt.Sprintf("processes: %v", err))
		}
		failed = err != nil
		timer.Reset(min(max(leastPause, costs*time.Since(start)), mostPause))
	}
}

// sweep reads the list once. A socket may be as old as the list before.
func (s *sweeper) sweep(now int64) error {
	all, err := s.list(s.t.o.MaxSockets)
	if err != nil {
		return err
	}
	s.t.lists.Add(1)
	s.number++
	want := make(map[uint64]bool)
	ends := make(map[uint64][]listed)
	for _, l := range all {
		k := s.known[l]
		if k == nil {
			k = &tracked{in: s.t.sockets.put(socket{ends: l.ends, ns: s.t.sockets.own, id: l.id, from: s.last, via: s.via, how: likely})}
			s.known[l] = k
		}
		k.number = s.number
		if k.tries < maxTries {
			want[l.inode] = true
			ends[l.inode] = append(ends[l.inode], l)
		}
	}
	if len(want) > 0 {
		err = s.search(want, ends)
	}
	s.missed(want, ends)
	s.forget(now)
	s.last = now
	return err
}

// search finds the owners of sockets, one process after the other.
func (s *sweeper) search(want map[uint64]bool, ends map[uint64][]listed) error {
	var of uint32
	var who *process
	return owners(want, func(inode uint64, pid uint32) {
		if pid != of {
			of = pid
			if who, _ = s.r.read(pid, hint{}); who == nil {
				s.t.gone.Add(1)
			}
		}
		if who != nil {
			s.owned(ends[inode], who)
		}
	})
}

// owned notes the process that has some sockets.
func (s *sweeper) owned(list []listed, who *process) {
	for _, l := range list {
		k := s.known[l]
		k.tries = maxTries
		k.in = s.t.sockets.put(socket{ends: l.ends, ns: s.t.sockets.own, id: l.id, from: s.last, who: who, via: s.via, how: likely})
	}
}

// missed counts the sockets whose owner was not found.
func (s *sweeper) missed(want map[uint64]bool, ends map[uint64][]listed) {
	for inode := range want {
		for _, l := range ends[inode] {
			k := s.known[l]
			if k.tries++; k.tries == maxTries {
				s.t.unowned.Add(1)
			}
		}
	}
}

// forget says of the sockets that are no longer listed that they are closed.
func (s *sweeper) forget(now int64) {
	for l, k := range s.known {
		if k.number != s.number {
			s.t.sockets.close(k.in, now)
			delete(s.known, l)
		}
	}
}
