package database

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Lines are the lines of a text that have something in them. One that is too long
// is not held: it is told and passed over.
type Lines struct {
	longest int
	in      *bufio.Reader
	line    []byte
	number  int
	tooLong bool
	err     error
}

// NewLines reads r to its end; lines have so many bytes at most.
func NewLines(r io.Reader, longest int) *Lines {
	return &Lines{in: bufio.NewReaderSize(r, 1<<16), longest: longest}
}

// Next goes to the next line; false at the end and after an error.
func (l *Lines) Next() bool {
	for l.err == nil {
		l.read()
		if l.Err() != nil {
			return false // and what was read of the line is no line
		}
		if len(bytes.TrimSpace(l.line)) > 0 || l.tooLong {
			return true
		}
	}
	return false
}

func (l *Lines) read() {
	l.line, l.tooLong = l.line[:0], false
	l.number++
	for {
		part, err := l.in.ReadSlice('\n')
		if l.tooLong = l.tooLong || len(l.line)+len(part) > l.longest; !l.tooLong {
			l.line = append(l.line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			l.err = err
			return
		}
	}
}

// Bytes of the line, with its end; valid until Next.
func (l *Lines) Bytes() []byte { return l.line }

// Number of the line, from 1.
func (l *Lines) Number() int { return l.number }

// TooLong says that the line was too long, and Bytes are useless.
func (l *Lines) TooLong() bool { return l.tooLong }

// Err is what ended the lines; nil when it was their end.
func (l *Lines) Err() error {
	if errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}
