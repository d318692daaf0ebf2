// Package web is joy serve: pages over flow files and captures, for the browser of
// whoever started it. It listens to nobody itself: a Server is a http.Handler.
//
// What is in a flow is hostile, and so is every request: other pages in the same
// browser can make some. guard.go has what stands against that.
package web

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"joy"
	"joy/audit/policy"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
)

// Limits bound what a Server holds.
type Limits struct {
	Upload int64         // bytes of a file that is uploaded
	Files  int           // files open at a time
	Flows  int           // flows of a file
	Disk   int64         // bytes of flows of a file that are kept on disk
	Age    time.Duration // uploaded files that nobody has looked at for so long are removed
}

// DefaultLimits are those of joy serve.
func DefaultLimits() Limits {
	return Limits{Upload: 1 << 30, Files: 32, Flows: 1_000_000, Disk: 8 << 30, Age: 12 * time.Hour}
}

// Config is what a Server is told.
type Config struct {
	// Dir is a private directory for what is uploaded and unpacked. It is the
	// Server's own, and Close empties it.
	Dir string
	// Token is asked from everyone; "" for nobody.
	Token string
	// Names are names by which the pages may be asked for, besides addresses and
	// localhost.
	Names []string
	// Flows says how captures become flows.
	Flows joy.Config
	// Clock is the time of day.
	Clock func() time.Time
	// Limits are DefaultLimits where they are 0.
	Limits Limits
}

// A Server answers requests.
type Server struct {
	Config
	guard   guard
	pages   map[string]*template.Template
	handler http.Handler
	fields  definitions
	policy  *policy.Policy

	stop    context.CancelFunc // of all that goes on in the background
	ctx     context.Context    //nolint:containedctx // what is opened outlives the request that asked for it
	running sync.WaitGroup
	opening chan struct{} // a place for each file that is opened at a time
	heavy   chan struct{} // a place for each long answer at a time

	mu    sync.Mutex
	files []*file // in the order in which they were opened

	arriving int // files that are being uploaded

	naming sync.Mutex
	named  *software // nil until somebody asks
}

// software names programs by their fingerprints.
type software struct {
	index *index.Index
	base  *match.Base
}

//go:embed templates/*.html static/*
var assets embed.FS

// New returns a Server without files.
func New(c Config) (*Server, error) {
	if c.Dir == "" || c.Clock == nil {
		return nil, errors.New("web: a directory and a clock are needed")
	}
	c.Limits.fill()
	s := &Server{Config: c, opening: make(chan struct{}, 2), heavy: make(chan struct{}, 2)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.guard = guard{token: c.Token, names: c.Names, clock: c.Clock}
	if _, err := rand.Read(s.guard.key[:]); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	var err error
	if s.pages, err = parsePages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.policy, err = policy.Open(policy.Default); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.fields = readDefinitions()
	s.handler = s.routes()
	return s, nil
}

func (l *Limits) fill() {
	d := DefaultLimits()
	for _, v := range []struct{ to, from *int64 }{{&l.Upload, &d.Upload}, {&l.Disk, &d.Disk}} {
		if *v.to == 0 {
			*v.to = *v.from
		}
	}
	if l.Files == 0 {
		l.Files = d.Files
	}
	if l.Flows == 0 {
		l.Flows = d.Flows
	}
	if l.Age == 0 {
		l.Age = d.Age
	}
}

// ServeHTTP is that of a http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends what goes on and removes all that the Server has written.
func (s *Server) Close() error {
	s.stop()
	s.running.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, f := range s.files {
		err = errors.Join(err, f.remove())
	}
	s.files = nil
	if s.named != nil {
		err = errors.Join(err, s.named.index.Close())
	}
	return err
}

// software is the database of fingerprints, opened when it is asked for first.
func (s *Server) software() (_ *software, err error) {
	s.naming.Lock()
	defer s.naming.Unlock()
	if s.named == nil {
		s.named, err = openSoftware()
	}
	return s.named, err
}

// routes are all pages. What changes something is a POST.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, s.answer(h))
	}
	page("GET /{$}", s.home)
	page("GET /login", s.loginPage)
	page("POST /login", s.login)
	page("POST /upload", s.upload)
	page("GET /static/{name}", s.static)
	page("GET /f/{file}", s.flows)
	page("GET /f/{file}/state", s.state)
	page("GET /f/{file}/findings", s.foundPage)
	page("GET /f/{file}/flow/{n}", s.flow)
	page("GET /f/{file}/flow/{n}/json", s.flowJSON)
	page("GET /f/{file}/export/{format}", s.export)
	page("POST /f/{file}/close", s.closeFile)
	page("/", func(http.ResponseWriter, *http.Request) error { return errNotFound })
	return s.guard.around(mux)
}
