package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Open begins to follow the sockets of this machine, in the first of the ways
// that works; the others it warns of.
func Open(o Options) (*Tracker, error) {
	t, err := newTracker(o.withDefaults())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.stop = cancel
	var failed []error
	for _, w := range t.o.Ways {
		if err = t.begin(ctx, w); err == nil {
			t.way = w
			break
		}
		failed = append(failed, fmt.Errorf("processes by %s: %w", w, err))
	}
	if err != nil {
		cancel()
		return nil, errors.Join(failed...)
	}
	for _, err := range failed {
		t.o.Warn(err.Error())
	}
	t.done.Go(func() { t.housekeep(ctx) })
	t.done.Go(func() { t.hashes.run(ctx) })
	return t, nil
}

func newTracker(o Options) (*Tracker, error) {
	info, err := os.Stat("/proc/self/ns/net")
	if err != nil {
		return nil, fmt.Errorf("processes: network namespace: %w", err)
	}
	l, err := readLocals()
	if err != nil {
		return nil, fmt.Errorf("processes: addresses of this machine: %w", err)
	}
	own := uint32(info.Sys().(*syscall.Stat_t).Ino)
	t := &Tracker{
		o: o, sockets: newTable(own, o.MaxSockets, o.Remember), people: newRoster(o.MaxProcesses),
		users: newUsers("/etc/passwd"), hashes: newHasher(&patience{most: 4}),
	}
	t.locals.Store(l)
	return t, nil
}

// begin starts one way, if it works here. The sockets that there are already
// are in the table when it returns.
func (t *Tracker) begin(ctx context.Context, w Way) error {
	switch w {
	case EBPF:
		return t.beginEvents(ctx)
	case SockDiag:
		return t.beginLists(ctx, listDiag, w)
	case Proc:
		return t.beginLists(ctx, listProc, w)
	}
	return fmt.Errorf("%s is not known", w)
}

func (t *Tracker) beginLists(ctx context.Context, list lister, w Way) error {
	s := newSweeper(t, newReader(t), list, w)
	if err := s.sweep(time.Now().UnixNano()); err != nil {
		return err
	}
	t.done.Go(func() { s.run(ctx) })
	return nil
}
