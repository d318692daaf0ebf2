package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"joy/capture"
)

// one is a capture of one frame.
func one(data string) []byte {
	return join(header(little, magicMicro, 65535, 1), record(little, 1, 0, data))
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	elsewhere := store(t, filepath.Join(t.TempDir(), "linked"), one("link"))
	for name, data := range map[string][]byte{
		"b.pcap":            one("b.pcap"),
		"B.pcap":            one("B.pcap"),
		"a/x":               one("a/x"),
		"a.pcap":            compressions()["gzip"](t, one("a.pcap")),
		"a-1.pcap":          one("a-1.pcap"),
		"z/y/x/w":           one("z/y/x/w"),
		".hidden.pcap":      one("hidden"),
		".git/objects/pack": one("hidden"),
		"README":            []byte("All about these captures"),
		"short":             []byte("abc"),
		"empty":             nil,
		"text.gz":           compressions()["gzip"](t, []byte("no capture")),
		"cut.pcap":          one("cut")[:42],
		"cut.gz":            compressions()["gzip"](t, one("cut"))[:20],
	} {
		store(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links:", err)
		}
	}
	link(elsewhere, "link")
	link(dir, "loop")
	link("nothing", "broken")

	got := read(t, nil, dir)
	for i := range got.frames {
		_, got.frames[i], _ = strings.Cut(got.frames[i], " link 1: ")
	}
	want := []string{`"B.pcap"`, `"a-1.pcap"`, `"a.pcap"`, `"a/x"`, `"b.pcap"`, `"link"`, `"z/y/x/w"`}
	if !slices.Equal(got.frames, want) {
		t.Errorf("frames %q, want %q", got.frames, want)
	}
	warnings := []string{
		"README: passed over: not a capture file",
		"cut.gz: damaged at offset 0: the gzip data ends early",
		"cut.pcap: damaged at offset 24: a packet record ends early",
		"empty: passed over: the file is empty",
		"short: passed over: not a capture file",
		"text.gz: passed over: not a capture file",
	}
	for i := range warnings {
		warnings[i] = filepath.Join(dir, warnings[i])
	}
	if !slices.Equal(got.warnings, warnings) {
		t.Errorf("warnings %q, want %q", got.warnings, warnings)
	}
	if got.stats.Damaged != 2 || got.stats.Inputs != 13 {
		t.Errorf("%d of %d inputs damaged, want 2 of 13", got.stats.Damaged, got.stats.Inputs)
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	file := store(t, filepath.Join(dir, "file"), one("x"))
	secret := store(t, filepath.Join(dir, "secret"), one("x"))
	hidden := filepath.Join(dir, "hidden")
	store(t, filepath.Join(hidden, ".pcap"), one("x"))
	for name, c := range map[string]struct {
		input, says string
	}{
		"does not exist":           {filepath.Join(dir, "none"), "no such file"},
		"below a file":             {filepath.Join(file, "x"), "not a directory"},
		"only hidden files":        {hidden, "there is no file in the directory"},
		"an empty directory":       {t.TempDir(), "there is no file in the directory"},
		"without standard input":   {"-", "there is no standard input"},
		"a name of zero":           {"", "no such file"},
		"a file that is forbidden": {secret, "permission denied"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.input == secret {
				if os.Getuid() == 0 || runtime.GOOS == "windows" {
					t.Skip("nothing is forbidden")
				}
				if err := os.Chmod(secret, 0); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open([]string{file, c.input, c.input}, Options{})
			if s != nil || err == nil {
				t.Fatal("no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != 2 || !strings.HasPrefix(lines[0], c.input+": ") || !strings.Contains(lines[1], c.says) {
				t.Errorf("error %q, want %q with the name, twice", err, c.says)
			}
		})
	}
}

// A damaged input does not keep the others from being read.
func TestOthersGoOn(t *testing.T) {
	dir := t.TempDir()
	a := store(t, filepath.Join(dir, "a"), one("a"))
	paths := []string{
		a,
		store(t, filepath.Join(dir, "text"), []byte("no capture")),
		store(t, filepath.Join(dir, "empty"), nil),
		store(t, filepath.Join(dir, "cut"), join(one("c"), []byte("cut"))),
		store(t, filepath.Join(dir, "gone"), one("gone")),
		"-",
		a,
	}
	var warnings []string
	s, err := Open(paths, Options{
		Stdin: bytes.NewReader(one("stdin")),
		Warn: func(e *DamageError) {
			warnings = append(warnings, strings.TrimPrefix(e.Error(), dir+string(os.PathSeparator)))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(paths[4]); err != nil {
		t.Fatal(err)
	}
	var b capture.Batch
	var frames []string
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		for i := range b.Frames {
			frames = append(frames, describe(b.Input, &b.Frames[i]))
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	want := []string{
		`1.000000000 link 1: "a"`, `3: 1.000000000 link 1: "c"`,
		`5: 1.000000000 link 1: "stdin"`, `6: 1.000000000 link 1: "a"`,
	}
	if !slices.Equal(frames, want) {
		t.Errorf("frames %q, want %q", frames, want)
	}
	wantWarnings := []string{
		"text: not a capture file", "empty: the file is empty",
		"cut: damaged at offset 41: a packet record ends early", "gone: no such file or directory",
	}
	if runtime.GOOS != "windows" && !slices.Equal(warnings, wantWarnings) {
		t.Errorf("warnings %q, want %q", warnings, wantWarnings)
	}
	if got := s.Stats(); got.Damaged != 4 || got.Inputs != 6 || got.Frames != 4 || got.Total != 0 {
		t.Errorf("stats %+v", got)
	}
	if err := s.Next(&b); !errors.Is(err, io.EOF) || len(b.Frames) != 0 {
		t.Errorf("after the end: %d frames, %v", len(b.Frames), err)
	}
}

// Bytes and Total are those of the files as they are.
func TestTotal(t *testing.T) {
	dir := t.TempDir()
	packed := compressions()["zstd"](t, one("packed"))
	plain := one("plain")
	store(t, filepath.Join(dir, "a"), packed)
	store(t, filepath.Join(dir, "b"), plain)
	got := read(t, nil, dir)
	want := int64(len(packed) + len(plain))
	if got.stats.Total != want || got.stats.Bytes != want || got.stats.Frames != 2 {
		t.Errorf("stats %+v, want %d bytes", got.stats, want)
	}
}

// Close in the middle ends what reads ahead.
func TestClose(t *testing.T) {
	data := one("x")
	for len(data) < 10*slab {
		data = append(data, record(little, 1, 0, strings.Repeat("x", 1000))...)
	}
	path := store(t, filepath.Join(t.TempDir(), "file"), compressions()["gzip"](t, data))
	before := runtime.NumGoroutine()
	s, err := Open([]string{path, path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b capture.Batch
	if err := s.Next(&b); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	for tries := 0; runtime.NumGoroutine() > before; tries++ {
		if tries == 1e6 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
	if err := s.Next(&b); !errors.Is(err, io.EOF) {
		t.Errorf("Next after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close twice: %v", err)
	}
}
