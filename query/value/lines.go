package value

import (
	"bufio"
	"errors"
	"io"
)

// MaxLine bounds a line of a flow file, in bytes.
const MaxLine = 16 << 20

// ErrTooLong is given for a line of more than MaxLine bytes.
var ErrTooLong = errors.New("longer than 16 MiB")

// Lines reads lines, one after the other.
type Lines struct {
	Number int   // of the line that was read last, from 1
	Offset int64 // of its first byte
	end    int64 // of what was read
	r      *bufio.Reader
	long   []byte // a line that did not fit the buffer of r
}

// NewLines returns the lines of r.
func NewLines(r io.Reader) *Lines { return &Lines{r: bufio.NewReaderSize(r, 1<<20)} }

// Next returns the next line, without its end, valid until the next call. After
// ErrTooLong, which says that the line was skipped, there may be more; all other
// errors are the last: io.EOF, or what reading failed with.
func (l *Lines) Next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	l.Offset, l.end = l.end, l.end+int64(len(line))
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.rest(line)
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		err = nil // the last line has no end
	}
	if err != nil && !errors.Is(err, ErrTooLong) {
		return nil, err
	}
	l.Number++
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line, err
}

// Waits reports whether the next line may have to be waited for.
func (l *Lines) Waits() bool { return l.r.Buffered() == 0 }

// rest reads on in a line that begins with head.
func (l *Lines) rest(head []byte) ([]byte, error) {
	l.long = append(l.long[:0], head...)
	var long error
	for {
		piece, err := l.r.ReadSlice('\n')
		l.end += int64(len(piece))
		if len(l.long)+len(piece) > MaxLine {
			l.long, long = l.long[:0], ErrTooLong
		}
		if long == nil {
			l.long = append(l.long, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case long != nil && (err == nil || errors.Is(err, io.EOF)):
			return nil, long
		default:
			return l.long, err
		}
	}
}
