package parquet

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// packages are the engines that read our files in the test.
var packages = []string{"duckdb==2.0.1", "pyarrow==26.0.1", "pandas==3.1.1", "polars==2.1.0"}

// python returns an interpreter that has the packages: that of JOY_PYTHON, or one
// in a virtual environment that is made once and kept in the user's cache.
func python(t *testing.T) string {
	t.Helper()
	if p := os.Getenv("JOY_PYTHON"); p != "" {
		return p
	}
	if testing.Short() {
		t.Skip("skipped with -short: it fetches Python packages")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("no place for Python packages: ", err)
	}
	env := filepath.Join(cache, "joy-test", strings.NewReplacer("==", "-", " ", "_").Replace(strings.Join(packages, " ")))
	interpreter := filepath.Join(env, "bin", "python")
	done := filepath.Join(env, "done")
	if _, err := os.Stat(done); err == nil {
		return interpreter
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", env},
		append([]string{interpreter, "-m", "pip", "-q", "install"}, packages...),
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("the Python packages %v cannot be had here: %v: %.300s", packages, err, out)
		}
	}
	if err := os.WriteFile(done, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return interpreter
}

// captured are the records of all captures, as one output.
func captured(t *testing.T) []byte {
	t.Helper()
	files, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files of records: %v", len(files), err)
	}
	var all bytes.Buffer
	for _, name := range files {
		lines, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for l := range bytes.Lines(lines) {
			if look(l).kind == flowLine {
				all.Write(append(trim(l), '\n'))
			}
		}
	}
	return all.Bytes()
}

// The engines that people have count the same, and we read what they write.
func TestEngines(t *testing.T) {
	interpreter := python(t)
	lines := captured(t)
	file, _ := write(t, lines)
	dir := t.TempDir()
	text, path := filepath.Join(dir, "flows.json"), filepath.Join(dir, "flows.parquet")
	for name, b := range map[string][]byte{text: lines, path: file} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(interpreter, "testdata/engines.py", text, path).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"duckdb", "pyarrow", "polars"} {
		b, err := os.ReadFile(path + "." + engine)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, engine, read(t, b), lines)
	}
}

// compare finds every flow again, whatever the order.
func compare(t *testing.T, engine string, got, want []byte) {
	t.Helper()
	left := map[string]int{}
	for l := range bytes.Lines(want) {
		left[canonical(t, l)]++
	}
	n := 0
	for l := range bytes.Lines(got) {
		key := canonical(t, l)
		if left[key] == 0 {
			t.Errorf("%s: a flow that was not written: %.1000s", engine, l)
			return
		}
		left[key]--
		n++
	}
	if n != bytes.Count(want, []byte("\n")) {
		t.Errorf("%s: %d flows", engine, n)
	}
}

// canonical is a flow without our own columns, its members in order.
func canonical(t *testing.T, line []byte) string {
	t.Helper()
	v := parse(t, line)
	delete(v, extraName)
	delete(v, seqName)
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
