// Package written reads back what joy dataset wrote, and refuses what was changed
// since.
package written

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"joy/dataset/manifest"
)

// The names of files, and the part of a set that is not dealt out.
const (
	ManifestName = "manifest.json"
	indexName    = "rows.csv"
	All          = "all"
)

// MaxValues bounds the numbers of a part: 16 GB, or what a machine of 32 bits can
// hold beside all else.
const MaxValues = min(1<<31, math.MaxInt/64)

// A Set is a data set in a directory.
type Set struct {
	Dir      string
	Manifest *manifest.Manifest
	// SHA256 is that of the manifest, which has those of all other files.
	SHA256 string

	groups map[string][]string // of the rows of each part
}

// A Part are rows with their classes.
type Part struct {
	// X has the features row by row, Class the numbers of the classes, -1 for none.
	X     []float64
	Width int
	Class []int
	// Group has what keeps rows together in the split; nil when nothing does.
	Group []string
}

// Open reads the manifest and the list of rows.
func Open(dir string) (*Set, error) {
	s := &Set{Dir: dir}
	name := filepath.Join(dir, ManifestName)
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("no data set of joy dataset: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if s.Manifest, err = manifest.Read(io.TeeReader(f, sum)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if s.Manifest.Split.Groups == 0 {
		return s, nil
	}
	return s, s.whole(indexName, s.readGroups)
}

// Has reports whether there is a part.
func (s *Set) Has(part string) bool { return s.has(part+".X.npy") || s.has(part+".csv") }

func (s *Set) has(name string) bool { return s.file(name) != nil }

func (s *Set) file(name string) *manifest.File {
	i := slices.IndexFunc(s.Manifest.Files, func(f manifest.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Manifest.Files[i]
}

// ErrChanged is what a file is that differs from the manifest.
var ErrChanged = errors.New("it is not the file that joy dataset wrote: size or SHA-256 differ from the manifest")

// whole has read take a file, and compares the file with the manifest.
func (s *Set) whole(name string, read func(r io.Reader) error) error {
	path := filepath.Join(s.Dir, name)
	is := s.file(name)
	if is == nil {
		return fmt.Errorf("%s is not in the manifest", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if i, err := f.Stat(); err != nil || i.Size() != is.Bytes {
		return errors.Join(err, fmt.Errorf("%s: %w", path, ErrChanged))
	}
	sum := sha256.New()
	in := io.TeeReader(io.LimitReader(f, is.Bytes), sum)
	failed := read(bufio.NewReaderSize(in, 1<<20))
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != is.SHA256 {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	if failed != nil {
		return fmt.Errorf("%s: %w", path, failed)
	}
	return nil
}

// Part reads a part: from NumPy's files where there are any, else from CSV.
func (s *Set) Part(name string) (*Part, error) {
	p := &Part{Width: len(s.Manifest.Features)}
	var err error
	switch {
	case s.has(name + ".X.npy"):
		err = s.readNPY(name, p)
	case s.has(name + ".csv"):
		err = s.whole(name+".csv", func(r io.Reader) error { return s.readCSV(r, p) })
	default:
		err = fmt.Errorf("%s: no %s.X.npy and no %s.csv: make the set with --format npy or csv", s.Dir, name, name)
	}
	if err != nil {
		return nil, err
	}
	if s.groups != nil {
		if p.Group = s.groups[name]; len(p.Group) != len(p.Class) {
			return nil, fmt.Errorf("%s: %d rows of part %s, and %d in %s", s.Dir, len(p.Class), name, len(p.Group), indexName)
		}
	}
	return p, nil
}

func (s *Set) readNPY(name string, p *Part) error {
	err := s.whole(name+".X.npy", func(r io.Reader) (err error) {
		p.X, err = readMatrix(r, p.Width, s.file(name+".X.npy").Bytes)
		return err
	})
	if err != nil {
		return err
	}
	return s.whole(name+".y.npy", func(r io.Reader) (err error) {
		p.Class, err = readClasses(r, len(p.X)/p.Width, len(s.Manifest.Classes))
		return err
	})
}

// readCSV reads a table with the class, by name, in the last column.
func (s *Set) readCSV(r io.Reader, p *Part) error {
	number := map[string]int{"": -1}
	for i, c := range s.Manifest.Classes {
		number[c.Name] = i
	}
	bits := 64
	if s.Manifest.Float32 {
		bits = 32 // the shortest text of 32 bits is not that of 64
	}
	in := csv.NewReader(r)
	in.ReuseRecord, in.FieldsPerRecord = true, p.Width+1
	head, err := in.Read()
	if err != nil {
		return err
	}
	for i, f := range s.Manifest.Features {
		if head[i] != f.Name {
			return fmt.Errorf("column %d is %.60q, and %.60q in the manifest", i, head[i], f.Name)
		}
	}
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		class, ok := number[line[p.Width]]
		if !ok {
			return fmt.Errorf("row %d: class %.60q is not in the manifest", len(p.Class), line[p.Width])
		}
		if len(p.X)+p.Width > MaxValues {
			return fmt.Errorf("more than %d numbers", MaxValues)
		}
		p.Class = append(p.Class, class)
		for j, text := range line[:p.Width] {
			v, err := strconv.ParseFloat(text, bits)
			if err == nil {
				err = finite(v, len(p.Class)-1, j)
			}
			if err != nil {
				return fmt.Errorf("row %d, column %d: %w", len(p.Class)-1, j, err)
			}
			p.X = append(p.X, v)
		}
	}
}

// readGroups reads the list of rows, which are in the order of their numbers in
// each part.
func (s *Set) readGroups(r io.Reader) error {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return err
	}
	part, group := slices.Index(head, "part"), slices.Index(head, "group")
	if part < 0 || group < 0 {
		return errors.New("no columns part and group")
	}
	s.groups = make(map[string][]string)
	same := make(map[string]string) // one text for all rows of a group
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ok := same[line[group]]
		if !ok {
			name = string([]byte(line[group]))
			same[name] = name
		}
		p := line[part]
		if s.groups[p] == nil {
			p = string([]byte(p))
		}
		s.groups[p] = append(s.groups[p], name)
	}
}
