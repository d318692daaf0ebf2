package parquet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"joy/query/value"
)

// CompactOptions say what is made one file.
type CompactOptions struct {
	Size    int64 // files of less bytes are put together, up to about as many
	Creator string
	// Tell is told of what is not touched, and why.
	Tell func(name string, err error)
}

// Compacted counts what a compaction did.
type Compacted struct {
	Before, After int // files that were put together, and that they became
	Rows          int64
	Left          int // files that could not be read
	Unfinished    int // files that a Sink is writing, or has not ended
}

// A journal says what a compaction is about to do in a directory. It is there, whole,
// before the new file has its name, and goes when the old ones are gone.
type journal struct {
	New string   `json:"new"`
	Old []string `json:"old"`
}

const (
	journalName = ".joy-compact.json"
	// maxJournal bounds a journal, in bytes.
	maxJournal = 16 << 20
)

// Compact puts small files of each directory below dir together. Only files that
// joy wrote are touched.
//
// It can be stopped at any moment, and be run again: the new file comes under a
// temporary name, a journal says what it is of, the new file gets its name, the old
// ones are removed, the journal is removed. A run that finds a journal ends first
// what that began: when the new file has its name the old ones go, otherwise nothing
// has happened. Between the third step and the fourth readers see flows twice.
func Compact(ctx context.Context, dir string, o CompactOptions) (n Compacted, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return compactDirectory(ctx, path, &o, &n)
	})
	return n, err
}

// A source is a file that may be put together with others.
type source struct {
	name string
	size int64
	rows int64
}

func compactDirectory(ctx context.Context, dir string, o *CompactOptions, n *Compacted) error {
	if err := recoverJournal(dir); err != nil {
		return err
	}
	list, err := smallFiles(dir, o, n)
	if err != nil {
		return err
	}
	for len(list) > 0 {
		var size int64
		k := 0
		for k < len(list) && (k < 2 || size+list[k].size <= o.Size) {
			size += list[k].size
			k++
		}
		if k >= 2 {
			if err := merge(ctx, dir, list[:k], o, n); err != nil {
				return err
			}
		}
		list = list[k:]
	}
	return nil
}

// smallFiles lists them by name, which is by time.
func smallFiles(dir string, o *CompactOptions, n *Compacted) (list []source, err error) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist): // a Sink has given it its name
			continue
		case err != nil:
			return nil, err
		case strings.HasPrefix(e.Name(), ".") && strings.Contains(e.Name(), Extension+".tmp-"):
			n.Unfinished++
			continue
		case !info.Mode().IsRegular() || filepath.Ext(e.Name()) != Extension || strings.HasPrefix(e.Name(), ".") || info.Size() >= o.Size:
			continue
		}
		r, closeFile, err := openFile(filepath.Join(dir, e.Name()))
		if err != nil {
			n.Left++
			o.Tell(filepath.Join(dir, e.Name()), err)
			continue
		}
		if r.ours {
			list = append(list, source{name: e.Name(), size: info.Size(), rows: r.Rows()})
		}
		closeFile()
	}
	return list, nil
}

func openFile(path string) (*Reader, func(), error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	closeFile := func() { _ = f.Close() }
	info, err := f.Stat()
	if err == nil {
		var r *Reader
		if r, err = NewReader(f, info.Size()); err == nil {
			return r, closeFile, nil
		}
	}
	closeFile()
	return nil, nil, err
}

// merge makes one file of several.
func merge(ctx context.Context, dir string, list []source, o *CompactOptions, n *Compacted) error {
	j := journal{New: mergedName(list)}
	w, err := createWhole(filepath.Join(dir, j.New))
	if err != nil {
		return err
	}
	rows, bad, err := copyRows(ctx, w, dir, list, o)
	if err != nil {
		w.discard()
		if bad != "" && ctx.Err() == nil { // one of them is damaged: all stay
			n.Left++
			o.Tell(filepath.Join(dir, bad), err)
			return nil
		}
		return err
	}
	for _, s := range list {
		j.Old = append(j.Old, s.name)
	}
	if err := j.write(dir); err != nil {
		w.discard()
		return err
	}
	if err := w.place(); err != nil {
		return errors.Join(err, os.Remove(filepath.Join(dir, journalName)))
	}
	// From here on both are there: the journal stays when something fails.
	if err := syncDirectory(dir); err != nil {
		return err
	}
	n.Before, n.After, n.Rows = n.Before+len(list), n.After+1, n.Rows+rows
	return j.finish(dir)
}

// mergedName begins as that of the first file does, and depends on all.
func mergedName(list []source) string {
	h := fnv.New64a()
	for _, s := range list {
		h.Write([]byte(s.name + "\n"))
	}
	stem := strings.TrimSuffix(list[0].name, Extension)
	if parts := strings.Split(stem, "-"); len(parts) == 3 { // flows-TIME-HASH
		stem = parts[0] + "-" + parts[1]
	}
	return fmt.Sprintf("%s-%016x%s", stem, h.Sum64(), Extension)
}

// copyRows writes the lines of all files to w. With an error comes the file that
// could not be read.
func copyRows(ctx context.Context, w io.Writer, dir string, list []source, o *CompactOptions) (rows int64, bad string, err error) {
	out, err := NewWriter(w, o.Creator)
	if err != nil {
		return 0, "", err
	}
	want := int64(0)
	for _, s := range list {
		want += s.rows
		r, closeFile, err := openFile(filepath.Join(dir, s.name))
		if err != nil {
			return 0, s.name, err
		}
		err = copyLines(ctx, out, r)
		closeFile()
		if err != nil {
			return 0, s.name, err
		}
	}
	if err := out.Close(); err != nil {
		return 0, "", err
	}
	if out.rows != want {
		return 0, list[0].name, fmt.Errorf("%d rows came of files that say they have %d", out.rows, want)
	}
	return out.rows, "", nil
}

func copyLines(ctx context.Context, out *Writer, r *Reader) error {
	lines := value.NewLines(r)
	var parsed value.Record
	for ctx.Err() == nil {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := parsed.Parse(line); err != nil {
			return err
		}
		if bytes.Equal(line, out.header) {
			continue
		}
		if err := out.Line(line); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// write puts the journal in its place.
func (j *journal) write(dir string) error {
	b, err := json.Marshal(j)
	if err != nil {
		return err
	}
	w, err := createWhole(filepath.Join(dir, journalName))
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		w.discard()
		return err
	}
	return w.commit()
}

// finish removes what the new file stands for, and the journal last.
func (j *journal) finish(dir string) error {
	for _, name := range j.Old {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := syncDirectory(dir); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, journalName))
}

// recoverJournal ends what an earlier run has begun.
func recoverJournal(dir string) error {
	path := filepath.Join(dir, journalName)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxJournal))
	_ = f.Close()
	if err != nil {
		return err
	}
	var j journal
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	names := append([]string{j.New}, j.Old...)
	if slices.ContainsFunc(names, func(s string) bool { return s == "" || s != filepath.Base(s) || filepath.Ext(s) != Extension }) || slices.Contains(j.Old, j.New) {
		return fmt.Errorf("%s names files that it cannot be about", path)
	}
	if _, err := os.Stat(filepath.Join(dir, j.New)); errors.Is(err, fs.ErrNotExist) {
		return os.Remove(path) // the old files are all there is
	} else if err != nil {
		return err
	}
	return j.finish(dir)
}
