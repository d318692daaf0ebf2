package jsonl

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A place is where files come to be.
type place struct {
	path    string    // without symbolic links; "" if it is out
	out     io.Writer // standard output, if that is the place
	inPlace bool      // a device, pipe or the like: there to be written, not to be replaced
}

// locate finds out what path names. A path that leads to what out is, as
// /dev/stdout does, is out.
func locate(path string, out io.Writer) (place, error) {
	if path == "" || path == "-" {
		return place{out: out}, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if os.IsPathSeparator(path[len(path)-1]) {
			return place{}, errors.New("no such directory; name a file")
		}
		return place{path: path}, nil
	case err != nil:
		return place{}, err
	case info.IsDir():
		return place{}, errors.New("is a directory; name a file in it")
	case isOut(info, out):
		return place{out: out}, nil
	case !info.Mode().IsRegular():
		return place{path: path, inPlace: true}, nil
	}
	// A link stays, and the file that it leads to is replaced. A file that is
	// open but has no name any more (as /dev/fd/3) cannot be.
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return place{path: path, inPlace: true}, nil //nolint:nilerr // the error is the answer
	}
	return place{path: target}, nil
}

func isOut(info fs.FileInfo, out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	o, err := f.Stat()
	return err == nil && os.SameFile(info, o)
}

func (p *place) replaceable() bool { return p.out == nil && !p.inPlace }

// name is what errors call the place.
func (p *place) name() string {
	if p.path == "" {
		return "standard output"
	}
	return p.path
}

// create begins a file.
func (p *place) create() (*file, error) {
	switch {
	case p.out != nil:
		return &file{w: p.out}, nil
	case p.inPlace:
		f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return nil, err
		}
		return &file{w: f, f: f}, nil
	}
	f, err := createTemp(p.path)
	if err != nil {
		return nil, err
	}
	return &file{w: f, f: f, temp: f.Name()}, nil
}

// sync makes the names of the files last.
func (p *place) sync() error {
	if !p.replaceable() {
		return nil
	}
	d, err := os.Open(filepath.Dir(p.path))
	if err != nil {
		return nil //nolint:nilerr // a directory may be writable and yet not readable
	}
	defer d.Close()
	// Windows and some file systems cannot do this. Only a broken disk counts.
	if err := d.Sync(); errors.Is(err, syscall.EIO) {
		return err
	}
	return nil
}

// maxStale bounds the search for a temporary name that is free.
const maxStale = 10000

// createTemp makes a new file beside path, hidden and with the usual rights.
// The file of a dead process that had the same number is left alone.
func createTemp(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	name := fmt.Sprintf("%s.%s.tmp-%d", dir, base, os.Getpid())
	try := name
	for i := 1; ; i++ {
		f, err := os.OpenFile(try, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) || i == maxStale {
			return f, err
		}
		try = fmt.Sprintf("%s-%d", name, i)
	}
}

// A file is one output while it is written.
type file struct {
	w    io.Writer
	f    *os.File // the same if it is ours to close, else nil
	temp string   // its name for the time being; "" if it is written in place
}

// commit closes the file and gives it its name, or removes it.
func (f *file) commit(name string) error {
	switch {
	case f.f == nil:
		return nil
	case f.temp == "":
		return f.f.Close()
	}
	if err := f.f.Sync(); err != nil {
		return err
	}
	if err := f.f.Close(); err != nil {
		return err
	}
	return os.Rename(f.temp, name)
}

// discard closes the file, if that has not been done, and removes it.
func (f *file) discard() {
	if f.f != nil {
		f.f.Close()
	}
	if f.temp != "" {
		// There is an error already, and it is the one that matters.
		_ = os.Remove(f.temp)
	}
}

// numbered names file n (from 1) of a series after Joy's fashion:
// out.json.gz becomes out-01-20240229235959.json.gz. Clock is the packet time,
// in nanoseconds since 1970; the name has it in UTC.
func numbered(path string, n int, clock int64) string {
	dir, base := filepath.Split(path)
	stem, ext := splitName(base)
	return fmt.Sprintf("%s%s-%02d-%s%s", dir, stem, n, time.Unix(0, clock).UTC().Format("20060102150405"), ext)
}

// splitName parts a name before its extension. That of a compression counts
// together with the one before it.
func splitName(name string) (stem, ext string) {
	ext = filepath.Ext(name)
	if isCompression(ext) {
		ext = filepath.Ext(strings.TrimSuffix(name, ext)) + ext
	}
	stem = strings.TrimSuffix(name, ext)
	if stem == "" { // a hidden file without an extension
		return name, ""
	}
	return stem, ext
}

// Belongs reports whether a file of this name is one of the outputs of path,
// whole: the file itself or one of a series.
func Belongs(path, name string) bool {
	base := filepath.Base(path)
	if name == base {
		return true
	}
	stem, ext := splitName(base)
	rest, ok := strings.CutPrefix(name, stem+"-")
	rest, ok2 := strings.CutSuffix(rest, ext)
	number, stamp, ok3 := strings.Cut(rest, "-")
	return ok && ok2 && ok3 && len(number) >= 2 && len(stamp) == len("20060102150405") && strings.Trim(number+stamp, "0123456789") == ""
}

// Unfinished lists the files of path that other processes have begun and not
// made whole: they still run, or they were killed.
func Unfinished(path string) ([]string, error) {
	dir := filepath.Dir(path)
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	own := strconv.Itoa(os.Getpid())
	var list []string
	for _, e := range all {
		if pid, ok := strings.CutPrefix(e.Name(), "."+filepath.Base(path)+".tmp-"); ok && pid != own && !strings.HasPrefix(pid, own+"-") {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list, nil
}
