package input

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"

	"joy/query/value"
)

// A Scan reads all lines once. Several goroutines may take blocks from it.
type Scan struct {
	set *Set

	mu        sync.Mutex
	next      int // of set.Lines
	file      *File
	in        *bufio.Reader
	closeFile func()
	line      int64  // number of the last line that was handed out
	rest      []byte // the beginning of the next line
}

// A Block is some whole lines of a file.
type Block struct {
	File  *File
	First int64  // number of the first line, from 1
	Text  []byte // lines with their ends; the last may lack its end
	buf   []byte
}

// blockSize is how much a block holds, unless a line is longer.
const blockSize = 512 << 10

// Scan begins to read.
func (s *Set) Scan() *Scan { return &Scan{set: s} }

// Close ends it.
func (s *Scan) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = len(s.set.Lines)
	s.leave()
}

// Next fills a block, and reports false at the end.
func (s *Scan) Next(b *Block) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.file == nil && !s.enter() {
			return false
		}
		if s.read(b) {
			return true
		}
		s.leave()
	}
}

// enter opens the next file that can be opened.
func (s *Scan) enter() bool {
	for s.next < len(s.set.Lines) {
		f := s.set.Lines[s.next]
		s.next++
		in, closeFile, err := f.open()
		if err != nil {
			s.set.Notes.Damage(f.Name, err)
			continue
		}
		s.file, s.in, s.closeFile, s.line, s.rest = f, in, closeFile, 0, s.rest[:0]
		return true
	}
	return false
}

func (s *Scan) leave() {
	if s.file != nil {
		s.closeFile()
		s.file = nil
	}
}

// read takes what is left of the last block and more, up to the end of a line.
func (s *Scan) read(b *Block) bool {
	text := append(b.buf[:0], s.rest...)
	s.rest = s.rest[:0]
	var err error
	for err == nil {
		text, err = s.more(text)
		end := lastLine(text)
		if err == nil && end == 0 {
			if len(text) > value.MaxLine {
				text, err = s.skip(text[:0])
			}
			continue
		}
		if err == nil {
			s.rest = append(s.rest, text[end:]...)
			text = text[:end]
		}
		break
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.set.Notes.Damage(s.file.Name, err)
		text = text[:lastLine(text)] // without a line that was cut
	}
	b.buf, b.File, b.First, b.Text = text, s.file, s.line+1, text
	s.line += int64(bytes.Count(text, []byte{'\n'}))
	return len(text) > 0
}

// more reads up to blockSize bytes. io.ReadFull would not tell the end from input
// that ends too early.
func (s *Scan) more(text []byte) ([]byte, error) {
	text = slices.Grow(text, blockSize)
	for end := len(text) + blockSize; len(text) < end; {
		n, err := s.in.Read(text[len(text):end])
		if text = text[:len(text)+n]; err != nil {
			return text, err
		}
	}
	return text, nil
}

// skip passes over the rest of a line that is too long.
func (s *Scan) skip(text []byte) ([]byte, error) {
	s.line++
	s.set.Notes.Line(s.file.Name, s.line, value.ErrTooLong)
	for {
		_, err := s.in.ReadSlice('\n')
		if err == nil {
			return text, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
	}
}
