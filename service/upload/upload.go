// Package upload copies finished files to another machine by SFTP, and removes
// them here once that machine has confirmed what it has.
//
// The directory of the files is the queue: a file that is not confirmed stays
// where it is and is found again after a restart. All that is done can be done
// once more after a crash at any point.
package upload

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Config says where files go, and how.
type Config struct {
	Target     string                   // USER@HOST[:PORT]:PATH; the path is a directory that exists
	KeyFile    string                   // private key in a format of OpenSSH, not encrypted; "" = only those of the agent
	Agent      string                   // socket of an ssh-agent, which SSH_AUTH_SOCK tells; "" = none
	KnownHosts string                   // host keys that are trusted; "" = .ssh/known_hosts in the home directory
	Retain     bool                     // leave the files here
	SizeOnly   bool                     // be content with the size that the far side tells, and do not read the file back
	Log        func(slog.Level, string) // what happens, from a goroutine of the Uploader; nil = not told
}

// Stats counts what an Uploader did. All but the first three only grow.
type Stats struct {
	Queued    int       `json:"queued"`               // files that wait, the one under way included; not those that only the directory knows
	Oldest    time.Time `json:"oldest,omitzero"`      // since when one of them waits; zero if none does
	LastError string    `json:"last_error,omitempty"` // why the last attempt failed; "" after one that did not

	Uploaded  uint64 `json:"uploaded"`  // files that the far side has confirmed
	Bytes     uint64 `json:"bytes"`     // in them
	Present   uint64 `json:"present"`   // of the files, those that it had already
	Failed    uint64 `json:"failed"`    // attempts
	Conflicts uint64 `json:"conflicts"` // files given up until the next Recover, as another one has the name
	Gone      uint64 `json:"gone"`      // files that somebody removed here before they were uploaded
	Overflow  uint64 `json:"overflow"`  // files for which the queue had no room; found in the directory later
}

// An Uploader copies files, one after the other, in a goroutine of its own.
type Uploader struct {
	config Config
	pace   pace
	target target
	login  login
	hosts  *hosts // of the goroutine
	link   *session

	ctx     context.Context // ends everything
	stop    context.CancelFunc
	open    context.Context // ends with Close: from then on only what is queued counts
	closing context.CancelFunc
	wake    chan struct{} // there may be something to do
	done    chan struct{}

	mu    sync.Mutex // guards what follows
	queue queue
	place place
	again bool // the place has to be looked at from its begin
	stats Stats
}

// Open checks the settings and reads the files they name. The far side may be
// away: it is called when there is a file.
func Open(c Config) (*Uploader, error) { return open(c, usualPace()) }

func open(c Config, p pace) (*Uploader, error) {
	t, err := parseTarget(c.Target)
	if err != nil {
		return nil, fmt.Errorf("upload %s: %w", c.Target, err)
	}
	u := &Uploader{config: c, pace: p, target: t, wake: make(chan struct{}, 1), done: make(chan struct{}), queue: newQueue(p.queued)}
	if u.login, err = readLogin(c.KeyFile, c.Agent); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	if u.hosts, err = openHosts(c.KnownHosts, &t); err != nil {
		return nil, fmt.Errorf("upload: known hosts: %w", err)
	}
	u.ctx, u.stop = context.WithCancel(context.Background())
	u.open, u.closing = context.WithCancel(u.ctx)
	go u.run()
	return u, nil
}

// openHosts says how to begin if there is no file.
func openHosts(file string, t *target) (*hosts, error) {
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("give known_hosts=FILE: %w", err)
		}
		file = filepath.Join(home, ".ssh", "known_hosts")
	}
	h, err := readHosts(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w; make it with `ssh-keyscan -p %s %s > %s`, and compare what `ssh-keygen -lf %s` "+
			"shows with the host's own", err, t.port, t.host, file, file)
	}
	return h, err
}

// Add has a finished file uploaded. It never waits. The file belongs to the
// Uploader until it is removed; its name is not to be used again before.
func (u *Uploader) Add(path string) {
	it := newItem(path, false)
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.queue.add(it) {
		u.stats.Overflow++
		u.again = true
	}
	u.nudge()
}

// Recover has the files in a directory uploaded whose names match: those that
// an earlier run left, and those that were given up. Files that Add finds no
// room for are looked for there too. Match is called from any goroutine.
func (u *Uploader) Recover(dir string, match func(name string) bool) error {
	if _, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.place, u.again = place{dir: dir, match: match}, true
	u.nudge()
	return nil
}

func (u *Uploader) nudge() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// Stats may be asked for at any time, from any goroutine.
func (u *Uploader) Stats() Stats {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.stats
	s.Queued, s.Oldest = len(u.queue.items), u.queue.oldest()
	return s
}

// Close uploads what is queued, as long as the context lasts, and returns the
// names of the files that are left. They stay where they are.
func (u *Uploader) Close(ctx context.Context) (left []string) {
	u.closing()
	unwatch := context.AfterFunc(ctx, u.stop)
	<-u.done
	unwatch()
	u.stop()
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, it := range u.queue.items {
		left = append(left, it.path)
	}
	return left
}

func (u *Uploader) log(level slog.Level, format string, args ...any) {
	if u.config.Log != nil {
		u.config.Log(level, "upload: "+clean(fmt.Sprintf(format, args...)))
	}
}

// maxMessage bounds messages, which can have text of the far side in them.
const maxMessage = 1000

// clean makes a text fit for a log: on one line, and not endless.
func clean(text string) string {
	cut := strings.ToValidUTF8(text[:min(len(text), maxMessage)], "?")
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return '?'
		}
		return r
	}, cut)
}
