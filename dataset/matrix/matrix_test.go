package matrix_test

import (
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"joy/dataset/matrix"
)

var columns = []string{"b", `a,"x"`, "c_1"}

// rows have what is hard to write: no class, quotes, small and large numbers.
var rows = []struct {
	x     []float64
	class int
	name  string
}{
	{[]float64{0, 0, 0}, 0, "web"},
	{[]float64{1, -2.5, 1e300}, 1, `say "no", twice`},
	{[]float64{0.1, 5e-324, 1 << 53}, matrix.Unlabelled, ""},
	{[]float64{-1e15, 123456789012345, 1.0 / 3}, 0, "web"},
}

func write(t *testing.T, dir string, narrow bool) {
	t.Helper()
	table := matrix.Table{Dir: dir, Name: "all", Columns: columns, Float32: narrow}
	for _, format := range matrix.Formats() {
		w, names, err := table.Create(format)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			x := r.x
			if narrow {
				x = nil
				for _, v := range r.x {
					x = append(x, float64(float32(math.Min(v, math.MaxFloat32))))
				}
			}
			if err := w.Row(x, r.class, r.name); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestText(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, false)
	want := "b,\"a,\"\"x\"\"\",c_1,class\n0,0,0,web\n1,-2.5,1e+300,\"say \"\"no\"\", twice\"\n0.1,5e-324,9.007199254740992e+15,\n" +
		"-1e+15,123456789012345,0.3333333333333333,web\n"
	if got := read(t, dir, "all.csv"); got != want {
		t.Errorf("%s", got)
	}
	want = "0\n1 1:1 2:-2.5 3:1e+300\n-1 1:0.1 2:5e-324 3:9.007199254740992e+15\n0 1:-1e+15 2:123456789012345 3:0.3333333333333333\n"
	if got := read(t, dir, "all.svm"); got != want {
		t.Errorf("%s", got)
	}
}

func TestNPY(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, false)
	x := read(t, dir, "all.X.npy")
	if len(x) != 128+8*12 || !strings.HasPrefix(x, "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }") || x[127] != '\n' {
		t.Errorf("%q", x)
	}
	if v := math.Float64frombits(binary.LittleEndian.Uint64([]byte(x[128+8*4:]))); v != -2.5 {
		t.Errorf("x[1,1] is %g", v)
	}
	if y := read(t, dir, "all.y.npy"); !strings.Contains(y, "'<i8'") || !strings.Contains(y, "(4,)") || y[len(y)-16:len(y)-8] != "\xff\xff\xff\xff\xff\xff\xff\xff" {
		t.Errorf("%q", y)
	}
}

func TestParquet(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, false)
	type row struct {
		B     float64 `parquet:"b"`
		C     float64 `parquet:"c_1"`
		Class *string `parquet:"class"`
	}
	got, err := parquet.ReadFile[row](filepath.Join(dir, "all.parquet"))
	if err != nil || len(got) != len(rows) {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i, r := range rows {
		class := ""
		if got[i].Class != nil {
			class = *got[i].Class
		}
		if got[i].B != r.x[0] || got[i].C != r.x[2] || class != r.name || (got[i].Class == nil) != (r.class == matrix.Unlabelled) {
			t.Errorf("row %d: %+v", i, got[i])
		}
	}
}

func TestSameBytes(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	write(t, a, true)
	write(t, b, true)
	for _, name := range []string{"all.csv", "all.svm", "all.X.npy", "all.y.npy", "all.names.npy", "all.parquet"} {
		if read(t, a, name) != read(t, b, name) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestPython has the libraries that are named read the files. It skips where
// python3 has them not: pip install numpy pandas pyarrow scikit-learn.
func TestPython(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import numpy, pandas, pyarrow, sklearn").CombinedOutput(); err != nil {
		t.Skipf("python3 with numpy, pandas, pyarrow, sklearn: %v %s", err, out)
	}
	for _, narrow := range []bool{false, true} {
		dir := t.TempDir()
		write(t, dir, narrow)
		if out, err := exec.Command("python3", "testdata/read.py", dir).CombinedOutput(); err != nil {
			t.Errorf("float32 %v: %v\n%s", narrow, err, out)
		}
	}
}

func TestUnknown(t *testing.T) {
	table := matrix.Table{Dir: t.TempDir(), Name: "all"}
	if _, _, err := table.Create("arff"); err == nil {
		t.Error("arff is taken")
	}
	table.Dir = "/nowhere"
	for _, format := range matrix.Formats() {
		if _, _, err := table.Create(format); err == nil {
			t.Errorf("%s in no directory", format)
		}
	}
}
