// Package matrix writes rows of features, with a class each, in the formats that
// programs for learning read.
package matrix

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// A Writer takes the rows of one file, or of a few that belong together.
type Writer interface {
	// Row writes a row. The class is its number, from 0, or Unlabelled.
	Row(x []float64, class int, name string) error
	// Close ends the files, which are not whole before.
	Close() error
}

// Unlabelled is the number of no class, the name of which is empty.
const Unlabelled = -1

// The formats.
const (
	CSV     = "csv"
	NPY     = "npy"
	LIBSVM  = "libsvm"
	Parquet = "parquet"
)

// Formats are all formats.
func Formats() []string { return []string{CSV, LIBSVM, NPY, Parquet} }

// A Table is what all formats need to know.
type Table struct {
	// Dir is the directory, Name what the names of its files begin with.
	Dir, Name string
	// Columns are the names of the features.
	Columns []string
	// Float32 is for values of 32 bits; they are rounded to that already.
	Float32 bool
}

// Create makes the files of a format, whose names are returned.
func (t *Table) Create(format string) (Writer, []string, error) {
	switch format {
	case CSV:
		return t.single(t.Name+".csv", t.newCSV)
	case LIBSVM:
		return t.single(t.Name+".svm", t.newLIBSVM)
	case Parquet:
		return t.single(t.Name+".parquet", t.newParquet)
	case NPY:
		return t.createNPY()
	}
	return nil, nil, fmt.Errorf("format %.40q is none of %v", format, Formats())
}

func (t *Table) single(name string, make func(*os.File) (Writer, error)) (Writer, []string, error) {
	f, err := os.Create(filepath.Join(t.Dir, name))
	if err != nil {
		return nil, nil, err
	}
	w, err := make(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return w, []string{name}, nil
}

// bits is the size of a value.
func (t *Table) bits() int {
	if t.Float32 {
		return 32
	}
	return 64
}

// A text is a file of lines.
type text struct {
	file *os.File
	out  *bufio.Writer
	bits int
	line []byte
}

func newText(f *os.File, bits int) text {
	return text{file: f, out: bufio.NewWriterSize(f, 256<<10), bits: bits}
}

// number appends the shortest text that is read as v again.
func (t *text) number(v float64) {
	if v == float64(int64(v)) && v > -1e15 && v < 1e15 {
		t.line = strconv.AppendInt(t.line, int64(v), 10) // -0 is 0
		return
	}
	t.line = strconv.AppendFloat(t.line, v, 'g', -1, t.bits)
}

func (t *text) flush() error {
	_, err := t.out.Write(t.line)
	t.line = t.line[:0]
	return err
}

// Close ends the file.
func (t *text) Close() error {
	err := t.out.Flush()
	if e := t.file.Close(); err == nil {
		err = e
	}
	return err
}

// A table of comma-separated values has the names of the columns at its head,
// and the class last.
type csvTable struct{ text }

// ClassColumn is the name of the column behind the features.
const ClassColumn = "class"

func (t *Table) newCSV(f *os.File) (Writer, error) {
	w := &csvTable{newText(f, t.bits())}
	for _, name := range t.Columns {
		w.line = append(appendField(w.line, name), ',')
	}
	w.line = append(append(w.line, ClassColumn...), '\n')
	return w, w.flush()
}

func (w *csvTable) Row(x []float64, _ int, name string) error {
	for _, v := range x {
		w.number(v)
		w.line = append(w.line, ',')
	}
	w.line = append(appendField(w.line, name), '\n')
	return w.flush()
}

// appendField quotes a text where RFC 4180 wants it.
func appendField(b []byte, field string) []byte {
	quote := false
	for i := range len(field) {
		if c := field[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			quote = true
		}
	}
	if !quote {
		return append(b, field...)
	}
	b = append(b, '"')
	for i := range len(field) {
		if field[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, field[i])
	}
	return append(b, '"')
}

// A libsvm table has the number of the class first, then what is not 0 with its
// number from 1.
type libsvm struct{ text }

func (t *Table) newLIBSVM(f *os.File) (Writer, error) { return &libsvm{newText(f, t.bits())}, nil }

func (w *libsvm) Row(x []float64, class int, _ string) error {
	w.line = strconv.AppendInt(w.line, int64(class), 10)
	for i, v := range x {
		if v != 0 {
			w.line = strconv.AppendInt(append(w.line, ' '), int64(i+1), 10)
			w.line = append(w.line, ':')
			w.number(v)
		}
	}
	w.line = append(w.line, '\n')
	return w.flush()
}

// closeAll closes all, and returns the first error.
func closeAll(list ...io.Closer) (err error) {
	for _, c := range list {
		if e := c.Close(); err == nil {
			err = e
		}
	}
	return err
}
