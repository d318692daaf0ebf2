package observe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds a line of a flow file.
const maxLine = 16 << 20

// ReadJSON reads the lines of a flow file, uncompressed, and calls use for each
// flow, which is valid during the call. A line that is no JSON, and one that is
// too long, is skipped after bad was told of it; lines that are no flows are
// skipped silently. The error is of r or of use.
func ReadJSON(r io.Reader, use func(*Flow) error, bad func(error)) error {
	b := bufio.NewReaderSize(r, 64<<10)
	var text []byte
	for number := 1; ; number++ {
		line, long, err := readLine(b, text[:0])
		text = line
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if long {
			bad(fmt.Errorf("line %d: longer than %d bytes", number, maxLine))
		} else if len(line) > 0 {
			var f Flow
			switch failed := FromJSON(line, &f); {
			case failed == nil:
				if failed = use(&f); failed != nil {
					return failed
				}
			case !errors.Is(failed, ErrNoFlow):
				bad(fmt.Errorf("line %d: %w", number, failed))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
	}
}

// readLine appends a line without its end to text, as much as is allowed of it.
func readLine(b *bufio.Reader, text []byte) (line []byte, long bool, err error) {
	for {
		piece, err := b.ReadSlice('\n')
		if len(text)+len(piece) > maxLine {
			long = true
		} else {
			text = append(text, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
			text = text[:len(text)-1]
		}
		return text, long, err
	}
}
