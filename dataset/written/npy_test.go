package written

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"joy/dataset/manifest"
	"joy/dataset/matrix"
)

// FuzzArrays wants no more numbers than the bytes hold.
func FuzzArrays(f *testing.F) {
	dir := f.TempDir()
	t := matrix.Table{Dir: dir, Name: "a", Columns: []string{"x", "y"}}
	for _, format := range []string{matrix.NPY, matrix.CSV} {
		w, names, err := t.Create(format)
		if err != nil {
			f.Fatal(err)
		}
		if err := w.Row([]float64{1, 2}, 0, "c"); err != nil {
			f.Fatal(err)
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte("\x93NUMPY\x01\x00\xff\xff"))
	f.Add([]byte("part,group\ntrain,a\n"))
	s := &Set{Manifest: &manifest.Manifest{Classes: []manifest.Class{{Name: "c"}}, Features: []manifest.Feature{{Name: "x"}, {Name: "y"}}}}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := readMatrix(bytes.NewReader(b), 2, int64(len(b)))
		if err == nil && (len(x)%2 != 0 || len(x)*4 > len(b)) {
			t.Errorf("%d numbers of %d bytes", len(x), len(b))
		}
		if y, err := readClasses(bytes.NewReader(b), 1, 1); err == nil && (len(y) != 1 || y[0] > 0) {
			t.Errorf("classes %v", y)
		}
		p := Part{Width: 2}
		if err := s.readCSV(bytes.NewReader(b), &p); err == nil && len(p.X) != 2*len(p.Class) {
			t.Errorf("%d numbers of %d rows", len(p.X), len(p.Class))
		}
		_ = s.readGroups(bytes.NewReader(b)) // any list of rows is one, or an error
	})
}
