package matrix

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An array is a file of NumPy's format, version 1.0: a header of npyHeader
// bytes, padded with blanks so that the number of rows can be set at the end.
type array struct {
	file  *os.File
	out   *bufio.Writer
	descr string
	width int // columns; 0 for an array of one dimension
	rows  int
}

const npyHeader = 128

func createArray(path, descr string, width int) (*array, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	a := &array{file: f, out: bufio.NewWriterSize(f, 256<<10), descr: descr, width: width}
	_, err = a.out.Write(a.header())
	return a, err
}

// header is the magic, the version, the length of what follows, and a literal of
// Python.
func (a *array) header() []byte {
	shape := "(" + strconv.Itoa(a.rows) + ",)"
	if a.width > 0 {
		shape = "(" + strconv.Itoa(a.rows) + ", " + strconv.Itoa(a.width) + ")"
	}
	b := append([]byte("\x93NUMPY\x01\x00"), npyHeader-10, 0)
	b = fmt.Appendf(b, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", a.descr, shape)
	for len(b) < npyHeader-1 {
		b = append(b, ' ')
	}
	return append(b, '\n')
}

// Close sets the number of rows.
func (a *array) Close() error {
	err := a.out.Flush()
	if err == nil {
		_, err = a.file.WriteAt(a.header(), 0)
	}
	if e := a.file.Close(); err == nil {
		err = e
	}
	return err
}

// An npy table is NAME.X.npy and NAME.y.npy, and the names of the columns in
// NAME.names.npy.
type npy struct {
	x, y    *array
	float32 bool
	buf     []byte
}

func (t *Table) createNPY() (Writer, []string, error) {
	names := []string{t.Name + ".X.npy", t.Name + ".y.npy", t.Name + ".names.npy"}
	if err := t.writeNames(filepath.Join(t.Dir, names[2])); err != nil {
		return nil, nil, err
	}
	x, err := createArray(filepath.Join(t.Dir, names[0]), "<f"+strconv.Itoa(t.bits()/8), len(t.Columns))
	if err != nil {
		return nil, nil, err
	}
	y, err := createArray(filepath.Join(t.Dir, names[1]), "<i8", 0)
	if err != nil {
		x.file.Close()
		return nil, nil, err
	}
	return &npy{x: x, y: y, float32: t.Float32}, names, nil
}

// writeNames writes an array of texts, four bytes a character.
func (t *Table) writeNames(path string) error {
	longest := 1
	for _, name := range t.Columns {
		longest = max(longest, utf8.RuneCountInString(name))
	}
	a, err := createArray(path, "<U"+strconv.Itoa(longest), 0)
	if err != nil {
		return err
	}
	for _, name := range t.Columns {
		for _, r := range name + strings.Repeat("\x00", longest-utf8.RuneCountInString(name)) {
			if err := binary.Write(a.out, binary.LittleEndian, r); err != nil {
				a.file.Close()
				return err
			}
		}
		a.rows++
	}
	return a.Close()
}

func (w *npy) Row(x []float64, class int, _ string) error {
	w.buf = w.buf[:0]
	for _, v := range x {
		if w.float32 {
			w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(v)))
		} else {
			w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(v))
		}
	}
	w.x.rows++
	w.y.rows++
	if _, err := w.x.out.Write(w.buf); err != nil {
		return err
	}
	_, err := w.y.out.Write(binary.LittleEndian.AppendUint64(w.buf[:0], uint64(class)))
	return err
}

// Close ends the three files.
func (w *npy) Close() error { return closeAll(w.x, w.y) }
