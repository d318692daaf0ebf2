package written

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
)

// header is that of an array of NumPy as joy dataset writes it.
var header = regexp.MustCompile(`^\{'descr': '(<[fi][48])', 'fortran_order': False, 'shape': \((\d{1,10}),(?: (\d{1,10}))?\), \} *\n$`)

// readHeader reads the type of the elements, the rows, and the columns: 0 of an
// array of one dimension.
func readHeader(r io.Reader) (descr string, rows, columns int, err error) {
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", 0, 0, err
	}
	if string(head[:8]) != "\x93NUMPY\x01\x00" {
		return "", 0, 0, errors.New("no array of NumPy, version 1.0")
	}
	text := make([]byte, binary.LittleEndian.Uint16(head[8:]))
	if _, err := io.ReadFull(r, text); err != nil {
		return "", 0, 0, err
	}
	m := header.FindSubmatch(text)
	if m == nil {
		return "", 0, 0, fmt.Errorf("an array that joy does not write: %.100q", text)
	}
	rows, err = strconv.Atoi(string(m[2]))
	if err == nil && len(m[3]) > 0 {
		columns, err = strconv.Atoi(string(m[3]))
	}
	return string(m[1]), rows, columns, err
}

// readMatrix reads an array of so many columns from a file of size bytes.
func readMatrix(r io.Reader, width int, size int64) ([]float64, error) {
	descr, rows, columns, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if columns != width || descr[1] != 'f' {
		return nil, fmt.Errorf("%d columns of %s, where the manifest has %d features", columns, descr, width)
	}
	bytes := int(descr[2] - '0')
	if int64(rows) > size/int64(bytes)/int64(width) || int64(rows)*int64(width) > MaxValues {
		return nil, fmt.Errorf("%d rows of %d columns are more than the file, or joy, can hold", rows, width)
	}
	x := make([]float64, rows*width)
	buf := make([]byte, width*bytes)
	for i := range rows {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, err
		}
		for j := range width {
			var v float64
			if bytes == 4 {
				v = float64(math.Float32frombits(binary.LittleEndian.Uint32(buf[4*j:])))
			} else {
				v = math.Float64frombits(binary.LittleEndian.Uint64(buf[8*j:]))
			}
			if err := finite(v, i, j); err != nil {
				return nil, err
			}
			x[i*width+j] = v
		}
	}
	return x, nil
}

func finite(v float64, row, column int) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("row %d, column %d: %g is not finite", row, column, v)
	}
	return nil
}

// readClasses reads an array of so many numbers of classes.
func readClasses(r io.Reader, rows, classes int) ([]int, error) {
	descr, n, columns, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if descr != "<i8" || columns != 0 || n != rows {
		return nil, fmt.Errorf("%d numbers of %s, where %d rows are", n, descr, rows)
	}
	list := make([]int, rows)
	var buf [8]byte
	for i := range list {
		if _, err := io.ReadFull(r, buf[:]); err != nil {
			return nil, err
		}
		c := int64(binary.LittleEndian.Uint64(buf[:]))
		if c < -1 || c >= int64(classes) {
			return nil, fmt.Errorf("row %d is of class %d, where %d are", i, c, classes)
		}
		list[i] = int(c)
	}
	return list, nil
}
