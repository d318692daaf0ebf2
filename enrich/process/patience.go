package process

import (
	"context"
	"sync/atomic"
)

// Patience is for what another process may make wait for ever: files that a
// file system in user space serves, memory that is mapped to such files. It
// gives up, and when too many did not come back it does not begin any more.
type patience struct {
	most  int32
	stuck atomic.Int32
}

type outcome uint8

const (
	finished  outcome = iota
	abandoned         // it may still go on
	refused           // it was not begun
)

// within runs f in a goroutine of its own and waits for it, until ctx is done.
func (p *patience) within(ctx context.Context, f func()) outcome {
	if p.stuck.Add(1) > p.most {
		p.stuck.Add(-1)
		return refused
	}
	done := make(chan struct{})
	go func() {
		defer p.stuck.Add(-1)
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return finished
	case <-ctx.Done():
		return abandoned
	}
}
