package process

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A Tracker follows the sockets of this machine and the processes that have
// them.
type Tracker struct {
	o       Options
	way     Way
	sockets *table
	people  *roster
	locals  atomic.Pointer[locals]
	users   *users
	hashes  *hasher

	stop context.CancelFunc
	done sync.WaitGroup

	hits    [ways]atomic.Uint64
	misses  atomic.Uint64
	events  atomic.Uint64
	lost    atomic.Uint64
	lists   atomic.Uint64
	unowned atomic.Uint64
	gone    atomic.Uint64
}

// Stats are the counters of a Tracker.
type Stats struct {
	Way          Way          // that is used
	Sockets      int          // in the table
	Processes    int          // in the table
	Evicted      uint64       // sockets dropped at a bound, before their time
	Hits         [ways]uint64 // ends of flows that were named, by Way
	Misses       uint64       // records that name nobody
	Events       uint64       // that the kernel reported
	LostEvents   uint64       // that found no room in the ring
	Lists        uint64       // times that all sockets were listed
	Unowned      uint64       // listed sockets whose process was not found
	Gone         uint64       // processes that had ended before /proc could be read
	Hashed       uint64       // files
	HashFailed   uint64       // files that could not be hashed, or not in time
	HashTooLarge uint64       // files above the bound
	HashDropped  uint64       // files for which there was no room in the queue
}

// Stats returns the counters, at any time.
func (t *Tracker) Stats() Stats {
	s := Stats{
		Way: t.way, Processes: t.people.len(), Misses: t.misses.Load(), Events: t.events.Load(),
		LostEvents: t.lost.Load(), Lists: t.lists.Load(), Unowned: t.unowned.Load(), Gone: t.gone.Load(),
	}
	s.Sockets, s.Evicted = t.sockets.sizes()
	for w := range s.Hits {
		s.Hits[w] = t.hits[w].Load()
	}
	t.hashes.count(&s)
	return s
}

// Close ends what Open began. Stages go on with what is known then.
func (t *Tracker) Close() error {
	t.stop()
	t.done.Wait()
	return nil
}

// housekeep forgets old sockets and asks for the addresses of the machine, now
// and then.
func (t *Tracker) housekeep(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			t.sockets.age(now.UnixNano())
			if l, err := readLocals(); err == nil {
				t.locals.Store(l)
			}
		}
	}
}
