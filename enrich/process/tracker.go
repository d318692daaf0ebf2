package process

import (
	"context"
	"encoding/json"
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
	Way          Way    `json:"way"`            // that is used
	Sockets      int    `json:"sockets"`        // in the table
	Processes    int    `json:"processes"`      // in the table
	Evicted      uint64 `json:"evicted"`        // sockets dropped at a bound, before their time
	Hits         Hits   `json:"hits"`           // ends of flows that were named, by Way
	Misses       uint64 `json:"misses"`         // records that name nobody
	Events       uint64 `json:"events"`         // that the kernel reported
	LostEvents   uint64 `json:"lost_events"`    // that found no room in the ring
	Lists        uint64 `json:"lists"`          // times that all sockets were listed
	Unowned      uint64 `json:"unowned"`        // listed sockets whose process was not found
	Gone         uint64 `json:"gone"`           // processes that had ended before /proc could be read
	Hashed       uint64 `json:"hashed"`         // files
	HashFailed   uint64 `json:"hash_failed"`    // files that could not be hashed, or not in time
	HashTooLarge uint64 `json:"hash_too_large"` // files above the bound
	HashDropped  uint64 `json:"hash_dropped"`   // files for which there was no room in the queue
}

// Hits counts by Way.
type Hits [ways]uint64

// MarshalJSON writes an object, by the names of the ways.
func (h Hits) MarshalJSON() ([]byte, error) {
	names := map[string]uint64{}
	for w, n := range h {
		names[Way(w).String()] = n
	}
	return json.Marshal(names)
}

// MarshalText gives the name.
func (w Way) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

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
