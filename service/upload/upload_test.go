package upload

import (
	"path/filepath"
	"strings"
	"testing"
)

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
				"empty": 0, "one": 1, "a b.json.gz": 1000, "'; rm -rf \"$x\" \\*": 99, "ünï-\xff": 12,
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

func TestHostKeyChanged(t *testing.T) {
	s := newSSHD(t, "127.0.0.1")
	s.newHostKey()
	r := begin(t, s.uploadTo())
	r.Add(r.file("f", 10))
	message, _ := r.failed()
	if !strings.Contains(message, "HOST KEY HAS CHANGED") {
		t.Error(message)
	}
	has(t, s.out, nil)
	_, line, _ := strings.Cut(message, "replace the line by: ")
	line, _, _ = strings.Cut(line, ": ")
	writeFile(t, filepath.Join(s.dir, "known_hosts"), []byte(line+"\n"))
	r.resume <- struct{}{}
	r.told("f is at")
	has(t, s.out, map[string][]byte{"f": noise(10)})
}
