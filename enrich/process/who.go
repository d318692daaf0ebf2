package process

import (
	"bytes"
	"container/list"
	"sync"
	"sync/atomic"

	"joy/record"
)

// A process is one program run by one process. It is not changed once others
// have it; they must not write to its texts.
type process struct {
	facts record.Exe // all but what depends on the flow
	start int64      // nanoseconds since 1970; 0 when not known
	ticks uint64     // start as in its identity
	exe   uint64     // program as in its identity
	comm  string     // name that the kernel has for it
	file  *program   // nil when not known
}

// A program is the file of a program. Its hash comes later.
type program struct {
	path string
	hash atomic.Pointer[[32]byte]
}

// sum returns the SHA-256 of the file, nil as long as it is not known.
func (p *program) sum() record.Hex {
	if p == nil {
		return nil
	}
	if h := p.hash.Load(); h != nil {
		return h[:]
	}
	return nil
}

// An identity tells processes apart. A process that runs another program is
// another one.
type identity struct {
	pid   uint32
	ticks uint64 // start since boot, in hundredths of a second
	exe   uint64 // inode number of the program
}

// A roster keeps the processes that were used last.
type roster struct {
	most int
	mu   sync.Mutex
	byID map[identity]*list.Element
	used list.List // of *member, the one used last first
}

type member struct {
	id  identity
	who *process
}

func newRoster(most int) *roster {
	return &roster{most: most, byID: make(map[identity]*list.Element)}
}

func (r *roster) get(id identity) *process {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.byID[id]
	if e == nil {
		return nil
	}
	r.used.MoveToFront(e)
	return e.Value.(*member).who
}

func (r *roster) put(id identity, p *process) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.byID[id]; e != nil {
		e.Value.(*member).who = p
		return
	}
	if r.used.Len() >= r.most {
		last := r.used.Back()
		delete(r.byID, last.Value.(*member).id)
		r.used.Remove(last)
	}
	r.byID[id] = r.used.PushFront(&member{id, p})
}

func (r *roster) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used.Len()
}

// container finds the identifier of a container in the path of a control
// group: 64 hexadecimal digits at the end of its last name, but for .scope.
func container(cgroup []byte) []byte {
	name := bytes.TrimSuffix(cgroup[bytes.LastIndexByte(cgroup, '/')+1:], []byte(".scope"))
	if len(name) < 64 {
		return nil
	}
	rest, id := name[:len(name)-64], name[len(name)-64:]
	if len(bytes.Trim(id, "0123456789abcdef")) > 0 || len(rest) > 0 && rest[len(rest)-1] != '-' && rest[len(rest)-1] != ':' {
		return nil
	}
	return id
}
