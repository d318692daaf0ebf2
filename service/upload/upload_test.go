package upload

import (
	"context"
	"errors"
	"fmt"
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

// The run was killed after the far side had renamed the file, or in the
// middle of it.
func TestKilled(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	config := s.uploadTo()
	r := begin(t, config)
	path := r.file("f", 600_000)
	writeFile(t, filepath.Join(s.out, "f"), noise(600_000))
	if err := r.Recover(r.dir, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	r.arrived(s, 600_000)
	if got := r.Stats(); got.Present != 1 || got.Uploaded != 1 || got.Bytes != 600_000 {
		t.Errorf("%+v", got)
	}
	r.finish()

	// What was sent by half is written anew, also if more of it is there.
	os.Remove(filepath.Join(s.out, "f"))
	r.file("f", 600_000)
	x, err := openFile(context.Background(), path, s.out)
	if err != nil {
		t.Fatal(err)
	}
	x.f.Close()
	writeFile(t, x.temp, noise(700_000))
	r.start(config)
	if err := r.Recover(r.dir, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	r.arrived(s, 600_000)
}

func TestConflict(t *testing.T) {
	for name, c := range map[string]struct {
		there    []byte
		sizeOnly bool
		conflict bool
	}{
		"longer":              {noise(1001), false, true},
		"shorter":             {noise(999), false, true},
		"empty":               {nil, false, true},
		"other bytes":         {slices.Concat(noise(1000)[:999], []byte{noise(1000)[999] ^ 1}), false, true},
		"only the size, less": {noise(999), true, true},
		"only the size":       {make([]byte, 1000), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSSHD(t, "127.0.0.1")
			config := s.uploadTo()
			config.SizeOnly = c.sizeOnly
			r := begin(t, config)
			writeFile(t, filepath.Join(s.out, "f"), c.there)
			r.Add(r.file("f", 1000))
			if !c.conflict {
				r.told("f is at")
				has(t, r.dir, nil)
				return
			}
			r.told("f to " + config.Target + ": there is another file of this name")
			has(t, s.out, map[string][]byte{"f": c.there})
			has(t, r.dir, map[string][]byte{"f": noise(1000)})
			r.Add(r.file("g", 5)) // others are not held up
			r.told("g is at")
			if got := r.Stats(); got.Conflicts != 1 || got.Failed != 0 || got.Queued != 0 || got.Uploaded != 1 {
				t.Errorf("%+v", got)
			}
			// Somebody makes room.
			os.Remove(filepath.Join(s.out, "f"))
			os.Remove(filepath.Join(s.out, "g"))
			if err := r.Recover(r.dir, func(string) bool { return true }); err != nil {
				t.Fatal(err)
			}
			r.arrived(s, 1000)
		})
	}
}

func TestConflictWithDirectory(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	r := begin(t, s.uploadTo())
	if err := os.Mkdir(filepath.Join(s.out, "f"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.Add(r.file("f", 0))
	r.told("there is another file of this name")
}

// Retained files are not sent again by the next run, and not read back.
func TestRetainedBefore(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	p := before(t, s)
	config := s.uploadTo()
	config.Retain = true
	r := begin(t, config)
	want := map[string][]byte{}
	for i := range 5 {
		name := fmt.Sprint("f", i)
		want[name] = noise(200_000)
		r.file(name, 200_000)
		writeFile(t, filepath.Join(s.out, name), noise(200_000))
	}
	want["new"] = noise(100)
	if err := r.Recover(r.dir, func(name string) bool { return strings.HasPrefix(name, "f") }); err != nil {
		t.Fatal(err)
	}
	r.Add(r.file("new", 100))
	r.finish()
	has(t, s.out, want)
	has(t, r.dir, want)
	if got := r.Stats(); got.Present != 5 || got.Uploaded != 6 {
		t.Errorf("%+v", got)
	}
	p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most > 100_000 || p.read > 100_000 {
		t.Errorf("%d bytes were sent and %d read", p.most, p.read)
	}
}

func TestRecover(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	r := begin(t, s.uploadTo(), func(p *pace) { p.queued = 2 })
	want, stay := map[string][]byte{}, map[string][]byte{}
	for i := range 9 {
		name := fmt.Sprintf("o-%02d.json", i)
		want[name] = noise(i)
		r.file(name, i)
	}
	for _, name := range []string{".o-01.json.tmp-77", "other.json", "o.json"} {
		stay[name] = noise(3)
		r.file(name, 3)
	}
	if err := os.Symlink("other.json", filepath.Join(r.dir, "o-77.json")); err == nil {
		stay["o-77.json"] = noise(3)
	}
	if err := r.Recover(filepath.Join(r.dir, "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
	if err := r.Recover(r.dir, func(name string) bool { return strings.HasPrefix(name, "o-") }); err != nil {
		t.Fatal(err)
	}
	r.finish()
	has(t, s.out, want)
	has(t, r.dir, stay)
}

// What the queue has no room for is found in the directory.
func TestOverflow(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.config("AllowUsers nobody-" + s.user)
	for _, retain := range []bool{false, true} {
		config := s.uploadTo()
		config.Retain = retain
		r := begin(t, config, func(p *pace) { p.queued = 3 })
		if err := r.Recover(r.dir, func(name string) bool { return true }); err != nil {
			t.Fatal(err)
		}
		want := map[string][]byte{}
		add := func(i int) {
			name := fmt.Sprintf("o-%d", 20-i)
			want[name] = noise(i)
			r.Add(r.file(name, i))
		}
		add(0)
		r.failed()
		for i := 1; i < 10; i++ {
			add(i)
		}
		r.Add(filepath.Join(r.dir, "o-20")) // is queued already
		if got := r.Stats(); got.Overflow != 7 || got.Queued != 3 {
			t.Errorf("%+v", got)
		}
		s.config("")
		r.resume <- struct{}{}
		r.finish()
		has(t, s.out, want)
		if !retain {
			has(t, r.dir, nil)
		}
		for name := range want {
			os.Remove(filepath.Join(s.out, name))
		}
		s.config("AllowUsers nobody-" + s.user)
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
