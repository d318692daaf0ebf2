package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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
