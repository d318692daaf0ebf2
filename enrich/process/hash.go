package process

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync/atomic"
	"time"
)

const (
	maxHashed = 1 << 30          // bytes of a file that is hashed
	maxQueue  = 256              // files that wait, each with a descriptor
	hashLimit = 30 * time.Second // for one file
)

// A hasher hashes the files of programs one after the other, in a goroutine of
// its own.
type hasher struct {
	jobs     chan job
	patience *patience

	done, failed, large, dropped atomic.Uint64
}

// A job is a file to hash. It is open by O_PATH alone, which waits for nobody,
// not even for a file system in user space.
type job struct {
	file *os.File
	same func(*os.File) bool // reports whether the file is still what it was
	dst  *program
}

func newHasher(p *patience) *hasher { return &hasher{jobs: make(chan job, maxQueue), patience: p} }

// add takes over a file, unless too many wait.
func (h *hasher) add(j job, size int64) {
	if size > maxHashed {
		h.large.Add(1)
		j.file.Close()
		return
	}
	select {
	case h.jobs <- j:
	default:
		h.dropped.Add(1)
		j.file.Close()
	}
}

func (h *hasher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			h.drain()
			return
		case j := <-h.jobs:
			h.one(ctx, j)
		}
	}
}

func (h *hasher) drain() {
	for {
		select {
		case j := <-h.jobs:
			j.file.Close()
		default:
			return
		}
	}
}

func (h *hasher) one(ctx context.Context, j job) {
	ctx, cancel := context.WithTimeout(ctx, hashLimit)
	defer cancel()
	work := func() {
		defer j.file.Close()
		sum, err := hashFile(ctx, j)
		if err != nil {
			h.failed.Add(1)
			return
		}
		h.done.Add(1)
		j.dst.hash.Store(&sum)
	}
	switch h.patience.within(ctx, work) {
	case refused:
		j.file.Close()
		h.failed.Add(1)
	case abandoned: // it counts itself when it comes back
	case finished:
	}
}

func hashFile(ctx context.Context, j job) (sum [32]byte, err error) {
	f, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", j.file.Fd()))
	if err != nil {
		return sum, err
	}
	defer f.Close()
	w := sha256.New()
	if err := copyHash(ctx, w, f); err != nil {
		return sum, err
	}
	if !j.same(j.file) {
		return sum, errors.New("it changed meanwhile")
	}
	w.Sum(sum[:0])
	return sum, nil
}

func copyHash(ctx context.Context, w hash.Hash, r io.Reader) error {
	buf := make([]byte, 1<<18)
	for total := 0; ; {
		n, err := r.Read(buf)
		w.Write(buf[:n]) // never fails
		total += n
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case total > maxHashed:
			return errors.New("it grew meanwhile")
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// count fills in the counters.
func (h *hasher) count(s *Stats) {
	s.Hashed, s.HashFailed = h.done.Load(), h.failed.Load()
	s.HashTooLarge, s.HashDropped = h.large.Load(), h.dropped.Load()
}
