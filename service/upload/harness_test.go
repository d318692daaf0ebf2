package upload

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A run is an Uploader whose pauses end when the test says so.
type run struct {
	*Uploader
	t      *testing.T
	dir    string             // with the files to upload
	logs   chan string        // what was told and not looked at
	pauses chan time.Duration // begun, not yet ended
	resume chan struct{}
}

// patience is for what has to come; only a test that fails waits so long.
const patience = 30 * time.Second

func begin(t *testing.T, c Config, change ...func(*pace)) *run {
	t.Helper()
	r := &run{t: t, dir: t.TempDir(), logs: make(chan string, 1000), pauses: make(chan time.Duration), resume: make(chan struct{})}
	r.start(c, change...)
	return r
}

// start begins another Uploader on the same directory.
func (r *run) start(c Config, change ...func(*pace)) {
	r.t.Helper()
	c.Log = func(l slog.Level, text string) {
		r.t.Log(l, text)
		r.logs <- text
	}
	p := usualPace()
	p.random = func() float64 { return 1 }
	p.pause = r.pause
	for _, f := range change {
		f(&p)
	}
	u, err := open(c, p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Uploader = u
	r.t.Cleanup(func() { r.kill() })
}

func (r *run) pause(ctx context.Context, d time.Duration) {
	select {
	case r.pauses <- d:
	case <-ctx.Done():
		return
	}
	select {
	case <-r.resume:
	case <-ctx.Done():
	}
}

// kill closes without time for anything.
func (r *run) kill() []string {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return r.Close(ctx)
}

// finish closes when all is uploaded.
func (r *run) finish() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if left := r.Close(ctx); len(left) > 0 {
		r.t.Errorf("left: %q; %+v", left, r.Stats())
	}
}

// failed waits for the pause behind a failure and returns what was told.
func (r *run) failed() (message string, d time.Duration) {
	r.t.Helper()
	select {
	case d = <-r.pauses:
	case <-time.After(patience):
		r.t.Fatalf("no failure; %+v", r.Stats())
	}
	return r.Stats().LastError, d
}

// told waits for a message.
func (r *run) told(part string) {
	r.t.Helper()
	for late := time.After(patience); ; {
		select {
		case text := <-r.logs:
			if strings.Contains(text, part) {
				return
			}
		case <-late:
			r.t.Fatalf("nothing told of %q; %+v", part, r.Stats())
		}
	}
}

// file writes a file to be uploaded, of random bytes that are the same for
// the same size.
func (r *run) file(name string, size int) (path string) {
	r.t.Helper()
	path = filepath.Join(r.dir, name)
	writeFile(r.t, path, noise(size))
	return path
}

func noise(size int) []byte {
	b := make([]byte, size)
	seed := [32]byte{byte(size), byte(size >> 8), byte(size >> 16)}
	_, _ = rand.NewChaCha8(seed).Read(b) // gives no error
	return b
}

func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// has wants a directory to hold these files and no others.
func has(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	var want []string
	for name, b := range files {
		want = append(want, name)
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: %d bytes, not the %d expected (%v)", name, len(got), len(b), err)
		}
	}
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("%s has %q, want %q", dir, got, want)
	}
}
