package upload

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// arrive wants the file f to be on the far side, and not here.
func (r *run) arrived(s *sshd, size int) {
	r.t.Helper()
	r.told("f is at")
	has(r.t, s.out, map[string][]byte{"f": noise(size)})
	has(r.t, r.dir, nil)
}

func TestFilesArriveAndGo(t *testing.T) {
	for name, c := range map[string]struct{ sizeOnly, retain bool }{
		"hash": {}, "size": {sizeOnly: true}, "retained": {retain: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSSHD(t, "127.0.0.1")
			config := s.uploadTo()
			config.SizeOnly, config.Retain = c.sizeOnly, c.retain
			r := begin(t, config)
			want, total := map[string][]byte{}, 0
			for name, size := range map[string]int{
				"empty": 0, "one": 1, "a b.json.gz": 1000, "'; rm -rf \"$x\" \\*": 99, "ünï": 12, "-rf": 7,
				"portion": portion, "more": 2*portion + 1, "large": 5_000_000,
			} {
				want[name] = noise(size)
				total += size
				r.Add(r.file(name, size))
			}
			r.finish()
			has(t, s.out, want)
			if c.retain {
				has(t, r.dir, want)
			} else {
				has(t, r.dir, nil)
			}
			got := r.Stats()
			if want := (Stats{Uploaded: uint64(len(want)), Bytes: uint64(total)}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestIPv6(t *testing.T) {
	s := newSSHD(t, "::1")
	config := s.uploadTo()
	if !strings.Contains(config.Target, "@[::1]:") {
		t.Fatal(config.Target)
	}
	r := begin(t, config)
	r.Add(r.file("f", 1000))
	r.arrived(s, 1000)
}

func TestUnreachable(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.listener.Close()
	r := begin(t, s.uploadTo(), func(p *pace) { p.most = 6 * time.Second })
	start := time.Now()
	r.Add(r.file("f", 1000))
	for i, want := range []time.Duration{1, 2, 4, 6, 6} {
		message, d := r.failed()
		if d != want*time.Second || !strings.Contains(message, "f: dial tcp "+s.addr) {
			t.Errorf("failure %d: pause of %v, want %d s: %s", i, d, want, message)
		}
		if got := r.Stats(); got.Queued != 1 || got.Failed != uint64(i+1) || got.Oldest.Before(start.Add(-time.Minute)) {
			t.Errorf("%+v", got)
		}
		if i < 4 {
			r.resume <- struct{}{}
		}
	}
	has(t, r.dir, map[string][]byte{"f": noise(1000)})
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	s.listener = l
	go s.serve(sshdProgram(t), l)
	r.resume <- struct{}{}
	r.arrived(s, 1000)
	if got := r.Stats(); got.LastError != "" || got.Queued != 0 || !got.Oldest.IsZero() {
		t.Errorf("%+v", got)
	}

	// The pauses begin anew.
	r.link.abort() // nobody uses it: the queue is empty
	r.Add(r.file("g", 1))
	if message, d := r.failed(); d != time.Second {
		t.Errorf("pause of %v: %s", d, message)
	}
}

// Whatever the connection is cut in, the file comes through the next time and
// is whole, once, under its name only.
func TestCut(t *testing.T) {
	const size = 1_300_000
	type cut struct{ up, down int64 }
	cuts := []cut{
		{0, -1},
		{30, -1}, // in the key exchange
		{-1, 30},
		{2000, -1}, // at the login
		{-1, 2000},
	}
	for i := range 7 { // in the file; up to the end of writing, and of reading back
		cuts = append(cuts, cut{int64(100_000 + i*190_000), -1}, cut{-1, int64(100_000 + i*190_000)})
	}
	s := newSSHD(t, "127.0.0.1")
	p := before(t, s)
	for _, c := range cuts {
		p.cut(c.up, c.down)
		r := begin(t, s.uploadTo())
		r.Add(r.file("f", size))
		if message, _ := r.failed(); message == "" {
			t.Error("no error")
		}
		has(t, r.dir, map[string][]byte{"f": noise(size)})
		r.resume <- struct{}{}
		r.arrived(s, size)
		if got := r.Stats(); got.Failed != 1 || got.Uploaded != 1 || got.Conflicts != 0 {
			t.Errorf("%+v: %+v", c, got)
		}
		r.finish()
		if err := os.Remove(filepath.Join(s.out, "f")); err != nil {
			t.Fatal(err)
		}
	}
}

// A connection that is lost while a file that is there is read back must not
// look like a file that differs.
func TestCutInComparison(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	p := before(t, s)
	for i := range 4 {
		writeFile(t, filepath.Join(s.out, "f"), noise(2_000_000))
		p.cut(-1, int64(50_000+i*500_000))
		r := begin(t, s.uploadTo())
		r.Add(r.file("f", 2_000_000))
		r.failed()
		r.resume <- struct{}{}
		r.arrived(s, 2_000_000)
		if got := r.Stats(); got.Failed != 1 || got.Present != 1 || got.Conflicts != 0 {
			t.Errorf("%+v", got)
		}
	}
}

func TestCloseLeavesFiles(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.listener.Close()
	r := begin(t, s.uploadTo())
	a, b := r.file("a", 1), r.file("b", 2)
	r.Add(a)
	r.failed()
	r.Add(b)
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan []string)
	go func() { left <- r.Close(ctx) }()
	// Close ends the long pause; there is one more attempt, then a short one.
	if _, d := r.failed(); d != time.Second {
		t.Errorf("pause of %v", d)
	}
	cancel()
	if got := <-left; !slices.Equal(got, []string{a, b}) { // in their order: it is not the files
		t.Errorf("left: %q", got)
	}
	has(t, r.dir, map[string][]byte{"a": noise(1), "b": noise(2)})
}

// A far side that takes connections and says nothing holds nobody up.
func TestMuteFarSide(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	s.addr = mute.Addr().String()

	r := begin(t, s.uploadTo())
	r.Add(r.file("f", 1))
	c, err := mute.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if left := r.kill(); len(left) != 1 {
		t.Errorf("left: %q", left)
	}

	r = begin(t, s.uploadTo(), func(p *pace) { p.timeout = time.Second })
	r.Add(r.file("f", 1))
	if message, _ := r.failed(); !strings.Contains(message, "logging in: no answer within 1s") {
		t.Error(message)
	}
}

func TestFileVanishes(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.config("AllowUsers nobody-" + s.user)
	r := begin(t, s.uploadTo())
	r.Add(r.file("f", 1))
	r.failed()
	os.Remove(filepath.Join(r.dir, "f"))
	s.config("")
	r.resume <- struct{}{}
	r.told("f is gone")
	r.Add(filepath.Join(r.dir, "never"))
	r.told("never is gone")
	r.finish()
	if got := r.Stats(); got.Gone != 2 || got.Uploaded != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNoDirectoryThere(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	if err := os.Remove(s.out); err != nil {
		t.Fatal(err)
	}
	r := begin(t, s.uploadTo())
	r.Add(r.file("f", 1))
	if message, _ := r.failed(); !strings.Contains(message, "directory "+s.out+": file does not exist") {
		t.Error(message)
	}
	writeFile(t, s.out, nil)
	r.resume <- struct{}{}
	if message, _ := r.failed(); !strings.Contains(message, "directory "+s.out+": is not a directory") {
		t.Error(message)
	}
	os.Remove(s.out)
	if err := os.Mkdir(s.out, 0o700); err != nil {
		t.Fatal(err)
	}
	r.resume <- struct{}{}
	r.arrived(s, 1)
}

// A file that cannot be sent does not hold up those behind it.
func TestOneBadFile(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	r := begin(t, s.uploadTo())
	long := strings.Repeat("n", 250) // with the temporary name it is too long
	r.Add(r.file(long, 1))
	r.Add(r.file("f", 2))
	r.failed()
	r.resume <- struct{}{}
	r.told("f is at")
	has(t, s.out, map[string][]byte{"f": noise(2)})
	r.failed()
	if got := r.Stats(); got.Queued != 1 || got.Uploaded != 1 || got.Failed != 2 {
		t.Errorf("%+v", got)
	}
}

// A session that nobody needs is given up.
func TestIdle(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	p := before(t, s)
	r := begin(t, s.uploadTo(), func(p *pace) { p.idle = time.Millisecond })
	r.Add(r.file("f", 10))
	r.arrived(s, 10)
	for late := time.After(patience); ; {
		p.mu.Lock()
		over := p.most > 0
		p.mu.Unlock()
		if over {
			break
		}
		select {
		case <-late:
			t.Fatal("the connection stays")
		case <-time.After(time.Millisecond):
		}
	}
	os.Remove(filepath.Join(s.out, "f"))
	r.Add(r.file("f", 20))
	r.arrived(s, 20)
}
