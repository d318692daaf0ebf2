package pcapfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A file is one input.
type file struct {
	path   string
	size   int64 // -1: not known
	stdin  bool
	listed bool // it was found in a directory, not named
}

// expand makes files of the inputs. It returns all errors at once, each with
// the name of its input.
func expand(inputs []string, stdin bool) ([]file, error) {
	var files []file
	var errs []error
	for _, name := range inputs {
		var err error
		if files, err = expandOne(files, name, stdin); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return files, errors.Join(errs...)
}

func expandOne(files []file, name string, stdin bool) ([]file, error) {
	if name == "-" {
		if !stdin {
			return files, errors.New("there is no standard input")
		}
		return append(files, file{path: "standard input", size: -1, stdin: true}), nil
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return files, cause(err)
	case info.IsDir():
		return expandDir(files, name)
	case !info.Mode().IsRegular():
		// To open a pipe twice would end its writer.
		return append(files, file{path: name, size: -1}), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return files, cause(err)
	}
	f.Close()
	return append(files, file{path: name, size: info.Size()}), nil
}

func expandDir(files []file, dir string) ([]file, error) {
	found, err := sorted(dir)
	if err != nil {
		return files, err
	}
	if len(found) == 0 {
		return files, errors.New("there is no file in the directory")
	}
	return append(files, found...), nil
}

// Files are the files that a directory stands for, wherever one is an input: those in
// and below it, in the order of their paths. Hidden ones are left out, as joy writes
// under hidden names what is not whole yet.
func Files(dir string) ([]string, error) {
	found, err := sorted(dir)
	paths := make([]string, len(found))
	for i, f := range found {
		paths[i] = f.path
	}
	return paths, err
}

func sorted(dir string) ([]file, error) {
	found, err := list(nil, dir)
	slices.SortFunc(found, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return found, err
}

// list appends the files in and below a directory. It does not follow links to
// directories, so that it comes to an end.
func list(files []file, dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return files, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if e.IsDir() {
			if files, err = list(files, path); err != nil {
				return files, err
			}
			continue
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile, or a link to nothing
		}
		if err != nil {
			return files, err
		}
		if info.Mode().IsRegular() {
			files = append(files, file{path: path, size: info.Size(), listed: true})
		}
	}
	return files, nil
}
