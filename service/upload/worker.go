package upload

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// A pace is how patient an Uploader is.
type pace struct {
	timeout time.Duration // for one answer of the far side
	idle    time.Duration // for which a session without work is kept
	first   time.Duration // of the pauses after a failure, which double
	most    time.Duration // up to this
	queued  int           // names in memory
	pause   func(ctx context.Context, d time.Duration)
	random  func() float64 // from 0 to 1
}

func usualPace() pace {
	return pace{
		timeout: time.Minute, idle: 30 * time.Second, first: time.Second, most: 5 * time.Minute,
		queued: maxQueued, pause: pause, random: rand.Float64,
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// after is the pause behind so many failures in a row. Half of it is left to
// chance, so that many machines do not come back at the same moment.
func (p *pace) after(failures int) time.Duration {
	d := p.most
	if n := failures - 1; n < 20 && p.first<<n < p.most {
		d = p.first << n
	}
	return d/2 + time.Duration(p.random()*float64(d/2))
}

// run uploads until it is closed and nothing is left, or stopped.
func (u *Uploader) run() {
	defer close(u.done)
	defer u.hangUp()
	failures := 0
	for {
		it, ok := u.next()
		if !ok {
			return
		}
		there, size, err := u.upload(it)
		if u.ctx.Err() != nil && err != nil {
			return
		}
		if u.settle(it, there, size, err) {
			failures = 0
			continue
		}
		failures++
		u.hangUp()
		u.rest(&failures)
	}
}

// rest makes a pause. Close ends it, and the next ones are short again.
func (u *Uploader) rest(failures *int) {
	d := u.pace.after(*failures)
	if u.open.Err() != nil {
		u.pace.pause(u.ctx, d)
		return
	}
	u.pace.pause(u.open, d)
	if u.open.Err() != nil {
		*failures = 0
	}
}

// next waits for a file. It stays in the queue until it is settled.
func (u *Uploader) next() (it item, ok bool) {
	idle := time.NewTimer(u.pace.idle)
	defer idle.Stop()
	for u.ctx.Err() == nil {
		it, ok := u.first()
		if !ok && u.look() {
			continue
		}
		if ok || u.open.Err() != nil {
			return it, ok
		}
		select {
		case <-u.wake:
		case <-u.open.Done():
		case <-idle.C:
			u.hangUp()
		}
	}
	return item{}, false
}

func (u *Uploader) first() (it item, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.queue.items) == 0 {
		return item{}, false
	}
	return u.queue.items[0], true
}

// look queues files of the directory, and reports whether there were any. The
// directory is read without the lock, so that Add need not wait for it.
func (u *Uploader) look() bool {
	u.mu.Lock()
	p := u.place
	if u.again {
		p.after, p.more, u.again = "", p.match != nil, false
	}
	u.mu.Unlock()
	if !p.more {
		return false
	}
	items, err := p.files(u.pace.queued)
	if err != nil {
		p.more = false // until Recover, or an Add that finds no room
		u.log(slog.LevelError, "%v", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, it := range items {
		if !u.queue.add(it) {
			u.again = true
		}
	}
	u.place.after, u.place.more = p.after, p.more
	return len(items) > 0
}

// upload makes one attempt.
func (u *Uploader) upload(it item) (there bool, size int64, err error) {
	if err := u.call(); err != nil {
		return false, 0, err
	}
	x, err := openFile(u.ctx, it.path, u.target.dir)
	if err != nil {
		return false, 0, err
	}
	defer x.f.Close()
	t := transfer{u.link, u.config.SizeOnly, u.config.Retain && it.old}
	there, err = t.put(u.ctx, x)
	if err == nil && !u.config.Retain {
		err = x.remove()
	}
	return there, x.info.Size(), err
}

// call opens a session if there is none.
func (u *Uploader) call() error {
	if u.link != nil {
		return nil
	}
	u.hosts = u.hosts.again()
	s, err := dial(u.ctx, &u.target, &u.login, u.hosts, u.pace.timeout)
	if err != nil {
		return err
	}
	u.link = s
	return s.isDir(u.target.dir)
}

func (u *Uploader) hangUp() {
	if u.link != nil {
		u.link.close()
		u.link = nil
	}
}

// settle books an attempt and says whether the next one may follow at once.
func (u *Uploader) settle(it item, there bool, size int64, err error) (fine bool) {
	name := filepath.Base(it.path)
	switch {
	case err == nil:
		u.book(func(s *Stats) {
			u.queue.drop()
			s.LastError = ""
			s.Uploaded++
			s.Bytes += uint64(size)
			if there {
				s.Present++
			}
		})
		u.log(slog.LevelInfo, "%s is at %s, %d bytes", name, &u.target, size)
		return true
	case errors.Is(err, errConflict):
		u.book(func(s *Stats) {
			u.queue.drop()
			s.Conflicts++
			s.LastError = clean(name + ": " + err.Error())
		})
		u.log(slog.LevelError, "%s to %s: %v", name, &u.target, err)
		return true
	case gone(it.path):
		u.book(func(s *Stats) {
			u.queue.drop()
			s.Gone++
		})
		u.log(slog.LevelWarn, "%s is gone", it.path)
		return true
	}
	u.book(func(s *Stats) {
		s.Failed++
		s.LastError = clean(name + ": " + err.Error())
		switch {
		case errors.Is(err, errKept):
			u.queue.drop()
		case u.link != nil: // it may be this file; another one may go
			u.queue.rotate()
		}
	})
	u.log(slog.LevelWarn, "%s to %s: %v", name, &u.target, err)
	return false
}

func (u *Uploader) book(entry func(*Stats)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	entry(&u.stats)
}

func gone(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
