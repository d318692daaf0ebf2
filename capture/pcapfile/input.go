package pcapfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"joy/capture"
	"joy/unpack"
)

const (
	// slab is what is read at a time: it stays in a processor's second cache
	// until the frames are worked on (BenchmarkSlab).
	slab = 256 << 10
	// maxFrames bounds a batch of very short frames.
	maxFrames = 8192
	// maxFrame is the longest frame that is believed, unless the file says
	// that it has longer ones; maxSnap is the longest one at all.
	maxFrame = 256 << 10
	maxSnap  = 1 << 20
)

// longest is the longest frame to believe in when the file says snaplen.
func longest(snaplen uint32) uint32 {
	return min(max(snaplen, maxFrame), maxSnap)
}

// A format finds the frames in the bytes of a file.
type format interface {
	// parse appends the frames that are whole in data to b, no more than
	// maxFrames; they borrow data. It returns how many bytes it is done with
	// and, if it stops for want of data, how many it wants to see from there.
	// The error is what is wrong with the record that follows the used bytes.
	parse(b *capture.Batch, data []byte) (used, need int, err error)
	// unfinished says how many bytes were used of a record that is not over.
	unfinished() int64
	// short is the error when the data ends within a record.
	short() error
}

// An input is a file that is being read.
type input struct {
	file     io.Closer // nil: not ours to close
	unpacker io.Closer // nil: none
	packed   string    // the compression; "": none
	r        io.Reader // the uncompressed bytes
	format   format    // nil until the first bytes have told
	tail     []byte    // bytes read and not yet parsed
	offset   int64     // of tail in the uncompressed file
	err      error     // why there is nothing after tail
}

// begin finds out how to uncompress r. If it is a regular file, this is done
// ahead of the reader.
func (in *input) begin(r io.Reader, regular bool) error {
	br := bufio.NewReaderSize(r, 64<<10)
	in.r = br
	u, packed, err := unpack.Open(br)
	in.packed = packed
	if err != nil {
		return in.broken(err)
	}
	if u == nil {
		return nil
	}
	if regular {
		u = readAhead(u)
	}
	in.r, in.unpacker = u, u
	return nil
}

func (in *input) close() {
	if in.unpacker != nil {
		in.unpacker.Close()
	}
	if in.file != nil {
		in.file.Close()
	}
}

// fill puts the next frames into b, or returns why there are none: io.EOF or a
// DamageError.
func (in *input) fill(b *capture.Batch) error {
	buf := resize(b.Buf, max(slab, len(in.tail)))
	data := buf[:copy(buf, in.tail)]
	var err error
	for {
		var used, need int
		used, need, err = in.parse(b, data)
		in.offset += int64(used)
		data = data[used:]
		if err != nil || len(b.Frames) > 0 {
			break
		}
		if in.err != nil {
			err = in.ending(len(data))
			break
		}
		full := resize(buf, max(slab, need))
		data = full[:copy(full, data)]
		buf = full
		var n int
		n, in.err = in.r.Read(buf[len(data):])
		data = buf[:len(data)+n]
	}
	b.Buf = buf
	in.tail = append(in.tail[:0], data...)
	if len(b.Frames) > 0 {
		return nil // the parser finds the same damage again
	}
	return err
}

// resize returns a buffer of n bytes: b, if that has room.
func resize(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func (in *input) parse(b *capture.Batch, data []byte) (used, need int, err error) {
	if in.format == nil {
		if len(data) < 4 {
			return 0, 4, nil
		}
		if in.format = formatOf(data); in.format == nil {
			return 0, 0, &DamageError{Offset: -1, Err: ErrNotCapture}
		}
	}
	used, need, err = in.format.parse(b, data)
	if err != nil {
		err = &DamageError{Offset: in.record() + int64(used), Err: err}
	}
	return used, need, err
}

// formatOf tells the format from the first four bytes.
func formatOf(data []byte) format {
	if p := newPcap(data); p != nil {
		return p
	}
	if isPcapng(data) {
		return new(pcapng)
	}
	return nil
}

// ending is what the end of the data means when so many bytes are left that
// are not a whole record.
func (in *input) ending(left int) error {
	switch {
	case !errors.Is(in.err, io.EOF):
		return in.broken(in.err)
	case in.format == nil && left == 0:
		return &DamageError{Offset: -1, Err: ErrEmpty}
	case in.format == nil:
		return &DamageError{Offset: -1, Err: ErrNotCapture}
	}
	if left == 0 && in.format.unfinished() == 0 {
		return io.EOF
	}
	return &DamageError{Offset: in.record(), Err: in.format.short()}
}

// record is where the record begins that comes next or is being read.
func (in *input) record() int64 {
	if in.format == nil {
		return in.offset
	}
	return in.offset - in.format.unfinished()
}

// broken is the damage of bytes that cannot be read.
func (in *input) broken(err error) error {
	var file *os.PathError
	switch {
	case errors.As(err, &file):
		err = file.Err
	case in.packed != "" && errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the %s data ends early", in.packed)
	case in.packed != "":
		err = fmt.Errorf("the %s data is broken: %w", in.packed, err)
	}
	return &DamageError{Offset: in.record(), Err: err}
}
