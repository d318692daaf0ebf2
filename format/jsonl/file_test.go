package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		config Config
		says   string
	}{
		"a directory":               {Config{Path: dir}, "name a file in it"},
		"a directory that is not":   {Config{Path: filepath.Join(dir, "none") + "/"}, "name a file"},
		"in a directory that isn't": {Config{Path: filepath.Join(dir, "none", "o.json")}, "o.json: "},
		"below a file":              {Config{Path: filepath.Join(os.Args[0], "o.json")}, "o.json: "},
		"bzip2":                     {Config{Path: filepath.Join(dir, "o.json.bz2")}, ".gz and .zst"},
		"xz":                        {Config{Path: filepath.Join(dir, "o.json.XZ")}, ".gz and .zst"},
		"lz4":                       {Config{Path: filepath.Join(dir, "o.json.lz4")}, ".gz and .zst"},
		"gz misspelt":               {Config{Path: filepath.Join(dir, "o.json.gzip")}, ".gz and .zst"},
		"standard output split":     {Config{Count: 1}, "standard output: cannot be split"},
		"a device split":            {Config{Path: os.DevNull, Every: 1}, "cannot be split"},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Out, c.config.Header = io.Discard, header
			_, err := Open(c.config)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
			if left := names(t, dir); len(left) > 0 {
				t.Errorf("leaves %q behind", left)
			}
		})
	}
}

// What a run leaves that is killed: its whole files, and one temporary file.
func TestKilled(t *testing.T) {
	for _, ext := range []string{".json", ".json.gz", ".json.zst"} {
		dir := t.TempDir()
		old := filepath.Join(dir, "o"+ext)
		if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		b, ends := flows(1, 2500)
		one := open(t, Config{Path: old, Header: header})
		write(t, one, b, ends, 0)
		many := open(t, Config{Path: filepath.Join(dir, "m"+ext), Header: header, Count: 1000})
		write(t, many, b, ends, 0)

		if got, _ := os.ReadFile(old); string(got) != "old" {
			t.Errorf("%s: the file was touched before Close", ext)
		}
		var whole, temporary []string
		for _, name := range names(t, dir) {
			if strings.HasPrefix(name, ".") {
				temporary = append(temporary, name)
			} else {
				whole = append(whole, name)
			}
		}
		want := []string{"m-01-19700101000000" + ext, "m-02-19700101000000" + ext, "o" + ext}
		if !slices.Equal(whole, want) || len(temporary) != 2 {
			t.Errorf("%s: files %q and temporary %q, want %q and two", ext, whole, temporary, want)
		}
		for _, name := range want[:2] {
			if got := bytes.Count(read(t, filepath.Join(dir, name)), []byte("\n")); got != 1001 {
				t.Errorf("%s has %d lines", name, got)
			}
		}
		// End what a kill would have ended.
		closed(t, one)
		closed(t, many)
	}
}

func TestStaleTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, fmt.Sprintf(".o.json.tmp-%d", os.Getpid()))
	if err := os.WriteFile(stale, []byte("stale"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "o.json")
	a, b := open(t, Config{Path: path, Header: header}), open(t, Config{Path: path, Header: header})
	closed(t, a)
	closed(t, b)
	if got, _ := os.ReadFile(stale); string(got) != "stale" {
		t.Errorf("a file of another run was touched: %q", got)
	}
	if got := names(t, dir); !slices.Equal(got, []string{filepath.Base(stale), "o.json"}) {
		t.Errorf("files %q", got)
	}
}

func TestRights(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such rights")
	}
	dir := t.TempDir()
	plain, err := os.OpenFile(filepath.Join(dir, "plain"), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	plain.Close()
	closed(t, open(t, Config{Path: filepath.Join(dir, "o.json"), Header: header}))
	var modes []fs.FileMode
	for _, name := range []string{"plain", "o.json"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		modes = append(modes, info.Mode())
	}
	if modes[0] != modes[1] {
		t.Errorf("mode %v, want %v as for any new file", modes[1], modes[0])
	}
}

// A full takes some bytes and then no more.
type full struct {
	room int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	if n < len(p) {
		return n, f.err
	}
	return n, nil
}

// until writes until there is an error, which Close has to give at the latest,
// and then again and again.
func until(t *testing.T, s *Sink, most int) error {
	t.Helper()
	b, ends := flows(int64(most), 300)
	for range most {
		err := s.Write(b, ends, 0)
		if err == nil {
			continue
		}
		if again := s.Write(b, ends, 0); !errors.Is(again, err) {
			t.Errorf("the next Write gives %v", again)
		}
		if again := s.Close(); !errors.Is(again, err) {
			t.Errorf("Close gives %v", again)
		}
		return err
	}
	err := s.Close()
	if again := s.Close(); !errors.Is(again, err) {
		t.Errorf("the second Close gives %v", again)
	}
	return err
}

func TestFullDisk(t *testing.T) {
	for _, room := range []int{0, 1, 100_000, 1_000_000} {
		for _, writes := range []int{1, 1000} {
			s := open(t, Config{Out: &full{room, syscall.ENOSPC}, Header: header})
			err := until(t, s, writes)
			if writes == 1 && room == 1_000_000 {
				if err != nil {
					t.Errorf("all fits, and yet: %v", err)
				}
				continue
			}
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "output standard output: ") {
				t.Errorf("room for %d bytes, %d writes: error %v", room, writes, err)
			}
		}
	}
	if err := until(t, open(t, Config{Out: &full{room: 9}, Header: header}), 1); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a writer that takes less in silence: error %v", err)
	}
}

func TestFullDiskCompressed(t *testing.T) {
	for _, name := range []string{"o.gz", "o.zst"} {
		for _, room := range []int{0, 20, 100_000} {
			st, err := newStream(name)
			if err != nil {
				t.Fatal(err)
			}
			s := &Sink{config: Config{Header: header}, place: place{out: &full{room, syscall.ENOSPC}}, stream: st}
			if err := s.begin(); err != nil {
				t.Fatal(err)
			}
			most := 1
			if room > 20 {
				most = 1000
			}
			if err := until(t, s, most); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s, room for %d bytes: error %v", name, room, err)
			}
			if name == "o.gz" && most > 1 && s.Stats().Records > 100*300 {
				t.Errorf("%s: a full disk shows only after %d records", name, s.Stats().Records)
			}
		}
	}
}

func TestDevFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	for _, writes := range []int{1, 1000} {
		err := until(t, open(t, Config{Path: "/dev/full", Header: header}), writes)
		if !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "output /dev/full: ") {
			t.Errorf("error %v", err)
		}
	}
}

// A file that fails under way goes; those before it stay.
func TestFailingFileIsRemoved(t *testing.T) {
	for _, ext := range []string{".json", ".json.gz", ".json.zst"} {
		dir := t.TempDir()
		s := open(t, Config{Path: filepath.Join(dir, "o"+ext), Header: header, Count: 1000})
		b, ends := flows(1, 1500)
		write(t, s, b, ends, 0)
		s.file.f.Close() // as good as a disk that fails
		if err := until(t, s, 1000); !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: error %v", ext, err)
		} else if strings.Contains(err.Error(), ".tmp-") {
			t.Errorf("%s: the error tells of the temporary file: %v", ext, err)
		}
		if got := names(t, dir); !slices.Equal(got, []string{"o-01-19700101000000" + ext}) {
			t.Errorf("%s: files %q", ext, got)
		}
	}
}

func TestFinalNameTaken(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "o-01-19700101000000.json")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, Config{Path: filepath.Join(dir, "o.json"), Header: header, Count: 9})
	if err := s.Close(); err == nil || !strings.HasPrefix(err.Error(), "output "+taken+": ") {
		t.Errorf("error %v", err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("leaves %q behind", got)
	}
}

func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	if err := until(t, open(t, Config{Out: w, Header: header}), 1000); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v, want a broken pipe", err)
	}
}

func TestPipeByName(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	path := fmt.Sprintf("/dev/fd/%d", w.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("descriptors have no names here")
	}
	b, ends := lines(5, 6)
	s := open(t, Config{Path: path, Header: header})
	write(t, s, b, ends, 0)
	closed(t, s)
	w.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, slices.Concat(header, b)) {
		t.Errorf("got %q, %v", got, err)
	}
}

// Standard output that goes to a file is that file, by whatever name: what is
// in it already must stay.
func TestStandardOutputByName(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	fmt.Fprintln(out, "before")
	closed(t, open(t, Config{Path: out.Name(), Out: out, Header: header}))
	fmt.Fprintln(out, "after")
	if got := read(t, out.Name()); string(got) != "before\n"+string(header)+"after\n" {
		t.Errorf("got %q", got)
	}
}

func TestLinkStays(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	closed(t, open(t, Config{Path: link, Header: header}))
	if to, err := os.Readlink(link); err != nil || to != "target" {
		t.Errorf("the link is gone: %q, %v", to, err)
	}
	if got := read(t, target); !bytes.Equal(got, header) {
		t.Errorf("the file behind the link has %q", got)
	}
}
