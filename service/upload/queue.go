package upload

import (
	"os"
	"path/filepath"
	"time"
)

// An item is a file that waits.
type item struct {
	path  string
	since time.Time // zero if that is not known
	old   bool      // left by an earlier run
}

// newItem has a file wait since it was written.
func newItem(path string, old bool) item {
	it := item{path: path, old: old}
	if info, err := os.Lstat(path); err == nil {
		it.since = info.ModTime()
	}
	return it
}

// maxQueued bounds the names in memory. What does not fit is found in the
// directory later.
const maxQueued = 4096

// A queue has the files that wait, each once, the next one first.
type queue struct {
	items []item
	paths map[string]struct{}
	most  int
}

func newQueue(most int) queue {
	return queue{paths: map[string]struct{}{}, most: most}
}

// add reports whether the file is in the queue now.
func (q *queue) add(it item) bool {
	if _, ok := q.paths[it.path]; ok {
		return true
	}
	if len(q.items) >= q.most {
		return false
	}
	q.paths[it.path] = struct{}{}
	q.items = append(q.items, it)
	return true
}

// drop takes the first one out.
func (q *queue) drop() {
	delete(q.paths, q.items[0].path)
	q.items = q.items[1:]
	if len(q.items) == 0 {
		q.items = nil // and its memory
	}
}

// rotate puts the first one behind all others.
func (q *queue) rotate() {
	first := q.items[0]
	copy(q.items, q.items[1:])
	q.items[len(q.items)-1] = first
}

// oldest is the time since which one of them waits.
func (q *queue) oldest() (t time.Time) {
	for _, it := range q.items {
		if !it.since.IsZero() && (t.IsZero() || it.since.Before(t)) {
			t = it.since
		}
	}
	return t
}

// A place is where finished files lie: the directory that is the real queue.
// A look at it goes by name, and can be continued.
type place struct {
	dir   string
	match func(name string) bool // nil = there is no place
	after string                 // the names up to this one have been looked at
	more  bool                   // others have not
}

// files are the next ones of a place, at most as many as are asked for.
func (p *place) files(most int) (items []item, err error) {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name() <= p.after || !e.Type().IsRegular() || !p.match(e.Name()) {
			continue
		}
		if len(items) == most {
			return items, nil
		}
		p.after = e.Name()
		items = append(items, newItem(filepath.Join(p.dir, e.Name()), true))
	}
	p.more = false
	return items, nil
}
