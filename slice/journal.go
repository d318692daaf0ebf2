package slice

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// A journal keeps pairs of frame and record until it is known which records are
// chosen: in memory, and what is more in a file without a name.
type journal struct {
	buf           []byte
	file          *os.File
	size          int64 // of the file
	frame, record int64 // of the last pair
	err           error
}

// journalMemory is what a journal keeps in memory, in bytes: about five million
// pairs, most of which take three bytes.
const journalMemory = 16 << 20

// add notes a pair. An error comes with each.
func (j *journal) add(frame, record uint64) {
	j.buf = binary.AppendVarint(j.buf, int64(frame)-j.frame)
	j.buf = binary.AppendVarint(j.buf, int64(record)-j.record)
	j.frame, j.record = int64(frame), int64(record)
	if len(j.buf) >= journalMemory && j.err == nil {
		j.err = j.spill()
		j.buf = j.buf[:0]
	}
}

// spill moves what is in memory to the file.
func (j *journal) spill() error {
	if j.file == nil {
		f, err := os.CreateTemp("", "joy-slice-*")
		if err != nil {
			return fmt.Errorf("what frames belong to does not fit memory: %w", err)
		}
		j.file = f
		// Where this is refused, close does it.
		_ = os.Remove(f.Name())
	}
	n, err := j.file.Write(j.buf)
	j.size += int64(n)
	return err
}

// each calls use for all pairs, in the order in which they were added.
func (j *journal) each(use func(frame, record uint64)) error {
	if j.err != nil {
		return j.err
	}
	in := io.Reader(bytes.NewReader(j.buf))
	if j.file != nil {
		in = io.MultiReader(io.NewSectionReader(j.file, 0, j.size), in)
	}
	r := bufio.NewReaderSize(in, 64<<10)
	var frame, record int64
	for {
		f, err := binary.ReadVarint(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		n, err2 := binary.ReadVarint(r)
		if err := errors.Join(err, err2); err != nil {
			return fmt.Errorf("reading what frames belong to: %w", err)
		}
		frame, record = frame+f, record+n
		use(uint64(frame), uint64(record))
	}
}

// close takes the file away.
func (j *journal) close() {
	if j.file != nil {
		j.file.Close()
		_ = os.Remove(j.file.Name()) // it is gone mostly
	}
}
