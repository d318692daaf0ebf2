package joy

import (
	"sync"
	"sync/atomic"

	"joy/capture/filter"
	"joy/internal/engine"
	"joy/record"
)

// A Reloader holds what a run can be given anew while it goes on: the filter,
// the labels and the anonymization.
type Reloader struct {
	now atomic.Pointer[loaded]

	mu    sync.Mutex
	links []uint16 // link types that were filtered
}

// loaded is what the files and the expression of one Config came to.
type loaded struct {
	bpf    string
	stages func(record.Writer) record.Writer // nil for none
}

// NewReloader reads what c names. Errors are those of Run.
func NewReloader(c Config) (*Reloader, error) {
	r := new(Reloader)
	return r, r.Load(c)
}

// Load reads what c names, and has the run go on with it from the next packets
// and records on. After an error, all is as before.
func (r *Reloader) Load(c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := r.check(&c); err != nil {
		return err
	}
	stages, err := c.stages()
	if err != nil {
		return err
	}
	r.now.Store(&loaded{bpf: c.BPF, stages: stages})
	return nil
}

// check wants the filter to be of use for the link types that there are.
func (r *Reloader) check(c *Config) error {
	if c.BPF == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, link := range r.links {
		if _, err := compile(c.BPF, link); err != nil {
			return err
		}
	}
	if len(r.links) > 0 {
		return nil
	}
	return c.checkFilter()
}

// compile compiles a filter for a link type.
func compile(bpf string, link uint16) (*filter.Program, error) {
	p, err := filter.Compile(bpf, link, filter.Options{})
	if err != nil {
		return nil, &UsageError{Text: "bpf: " + err.Error()}
	}
	return p, nil
}

// filter returns the filter of a link type, which changes with Load.
func (r *Reloader) filter(link uint16) (engine.Filter, error) {
	r.mu.Lock()
	r.links = append(r.links, link)
	r.mu.Unlock()
	f := &changingFilter{from: r, link: link}
	return f, f.follow(r.now.Load())
}

// A changingFilter is used by one goroutine.
type changingFilter struct {
	from    *Reloader
	link    uint16
	seen    *loaded
	program *filter.Program // nil: everything
}

func (f *changingFilter) Match(data []byte, wire int) bool {
	if now := f.from.now.Load(); now != f.seen {
		_ = f.follow(now) // Load has compiled it for this link type too
	}
	return f.program == nil || f.program.Match(data, wire)
}

// follow goes over to another expression. If that does not fit the link type,
// the one before stays.
func (f *changingFilter) follow(now *loaded) error {
	f.seen = now
	if now.bpf == "" {
		f.program = nil
		return nil
	}
	p, err := compile(now.bpf, f.link)
	if err == nil {
		f.program = p
	}
	return err
}

// stage makes the stages of a worker, which change with Load.
func (r *Reloader) stage(next record.Writer) record.Writer {
	return &changingStages{from: r, next: next, chain: next}
}

// changingStages are used by one goroutine.
type changingStages struct {
	from  *Reloader
	seen  *loaded
	next  record.Writer
	chain record.Writer
}

func (s *changingStages) Write(r *record.Record) error {
	if now := s.from.now.Load(); now != s.seen {
		s.seen, s.chain = now, s.next
		if now.stages != nil {
			s.chain = now.stages(s.next)
		}
	}
	return s.chain.Write(r)
}
