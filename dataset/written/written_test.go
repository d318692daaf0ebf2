package written_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/dataset"
	"joy/dataset/manifest"
	"joy/dataset/matrix"
	"joy/dataset/sketch"
	"joy/dataset/written"
)

// set writes a small data set, and returns its directory.
func set(t testing.TB, float32s bool, value float64, formats ...string) string {
	t.Helper()
	dir := t.TempDir()
	m := &manifest.Manifest{Format: manifest.Version, Float32: float32s, Classes: []manifest.Class{{Name: "a,b"}, {Name: "c"}}, Split: manifest.Split{Groups: 2}}
	for _, name := range []string{"x", "y"} {
		m.Features = append(m.Features, manifest.Feature{Name: name, Training: sketch.Kept{Bits: 7, From: []float64{0}, Counts: []uint64{1}}})
	}
	table := matrix.Table{Dir: dir, Name: "train", Columns: []string{"x", "y"}, Float32: float32s}
	var files []string
	for _, format := range formats {
		w, names, err := table.Create(format)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{w.Row([]float64{value, 2}, 0, "a,b"), w.Row([]float64{-3, 0.1}, 1, "c"), w.Row([]float64{0, 5}, -1, ""), w.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		files = append(files, names...)
	}
	var rows bytes.Buffer
	if err := csv.NewWriter(&rows).WriteAll([][]string{{"part", "group"}, {"train", "g"}, {"train", "h"}, {"train", "g"}}); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "rows.csv"), rows.Bytes())
	for _, name := range append(files, "rows.csv") {
		f, err := dataset.FileOf(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		f.Name = name
		m.Files = append(m.Files, f)
	}
	var text bytes.Buffer
	if err := manifest.Write(&text, m); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, written.ManifestName), text.Bytes())
	return dir
}

func put(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir string) (*written.Part, error) {
	t.Helper()
	s, err := written.Open(dir)
	if err != nil {
		return nil, err
	}
	return s.Part("train")
}

// TestFormats wants the same of NumPy's files and of CSV, in 32 and in 64 bits.
func TestFormats(t *testing.T) {
	for _, float32s := range []bool{false, true} {
		value, tenth := 1e-9, 0.1
		if float32s {
			value, tenth = float64(float32(value)), float64(float32(tenth))
		}
		for _, format := range []string{matrix.CSV, matrix.NPY} {
			p, err := read(t, set(t, float32s, value, format))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.X, []float64{value, 2, -3, tenth, 0, 5}) || !slices.Equal(p.Class, []int{0, 1, -1}) || !slices.Equal(p.Group, []string{"g", "h", "g"}) {
				t.Errorf("%s, 32 bits %v: %+v", format, float32s, p)
			}
		}
	}
}

// TestChanged changes one byte of each file.
func TestChanged(t *testing.T) {
	for _, name := range []string{"train.X.npy", "train.y.npy", "rows.csv"} {
		dir := set(t, false, 1, matrix.NPY)
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)-2] ^= 1
		put(t, filepath.Join(dir, name), text)
		if _, err := read(t, dir); !errors.Is(err, written.ErrChanged) {
			t.Errorf("%s changed: %v", name, err)
		}
		put(t, filepath.Join(dir, name), text[:len(text)-2])
		if _, err := read(t, dir); !errors.Is(err, written.ErrChanged) {
			t.Errorf("%s cut: %v", name, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, format := range []string{matrix.CSV, matrix.NPY} {
		for _, v := range []float64{math.NaN(), math.Inf(1)} {
			if _, err := read(t, set(t, false, v, format)); err == nil || !strings.Contains(err.Error(), "row 0, column 0") {
				t.Errorf("%s, %g: %v", format, v, err)
			}
		}
	}
	if _, err := read(t, t.TempDir()); err == nil || !strings.Contains(err.Error(), "no data set") {
		t.Error(err)
	}
	if _, err := read(t, set(t, false, 1, matrix.LIBSVM)); err == nil || !strings.Contains(err.Error(), "--format npy or csv") {
		t.Error(err)
	}
}
