// Package order puts entries in order, more of them than memory holds.
package order

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// A Sorter gives entries back in the order of their keys, equal ones in the order
// in which they came. What is more than its memory waits in a file without a
// name. A Sorter is empty where only its limit is set.
type Sorter struct {
	Limit int // bytes held in memory

	size    int
	entries []pair
	blocks  [][]byte // what entries are in
	used    int      // how many of them
	file    *os.File
	runs    []run
	written int64
}

// A pair is an entry.
type pair struct{ key, data []byte }

// blockSize is how much memory is taken at once.
const blockSize = 1 << 20

// A run is a sorted part of the file, made of others level times.
type run struct {
	start, end int64
	level      int
}

// entryCost is what an entry takes beside its bytes.
const entryCost = 48

// maxRuns of one level become one of the next, so that few are read at once and
// nothing is written often.
const maxRuns = 32

// Add takes an entry, whose bytes stay the caller's.
func (s *Sorter) Add(key, data []byte) error {
	text := s.room(len(key) + len(data))
	copy(text, key)
	copy(text[len(key):], data)
	s.entries = append(s.entries, pair{text[:len(key)], text[len(key):]})
	if s.size += len(text) + entryCost; s.size > s.Limit {
		return s.Spill()
	}
	return nil
}

// room returns so many bytes of a block; blocks are used again after forget.
func (s *Sorter) room(n int) []byte {
	for {
		if s.used > 0 {
			if b := s.blocks[s.used-1]; cap(b)-len(b) >= n {
				s.blocks[s.used-1] = b[:len(b)+n]
				return b[len(b) : len(b)+n : len(b)+n]
			}
		}
		if s.used == len(s.blocks) {
			s.blocks = append(s.blocks, make([]byte, 0, max(blockSize, n)))
		}
		s.used++
	}
}

// forget takes all entries out of memory.
func (s *Sorter) forget() {
	for i := range s.blocks {
		s.blocks[i] = s.blocks[i][:0]
	}
	clear(s.entries)
	s.entries, s.used, s.size = s.entries[:0], 0, 0
}

func (s *Sorter) sort() {
	slices.SortStableFunc(s.entries, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
}

// Spill writes what is in memory to the file.
func (s *Sorter) Spill() error {
	if len(s.entries) == 0 {
		return nil
	}
	s.sort()
	err := s.writeRun(func(write func(key, data []byte) error) error {
		for _, e := range s.entries {
			if err := write(e.key, e.data); err != nil {
				return err
			}
		}
		return nil
	})
	s.forget()
	if err != nil {
		return err
	}
	return s.compact()
}

// writeRun adds a run of what entries writes.
func (s *Sorter) writeRun(entries func(write func(key, data []byte) error) error) error {
	if s.file == nil {
		f, err := unnamed()
		if err != nil {
			return err
		}
		s.file, s.written = f, 0
	}
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.written), 64<<10)
	r := run{start: s.written}
	var head []byte
	err := entries(func(key, data []byte) error {
		head = binary.AppendUvarint(head[:0], uint64(len(key)))
		head = binary.AppendUvarint(head, uint64(len(data)))
		s.written += int64(len(head) + len(key) + len(data))
		for _, b := range [][]byte{head, key, data} {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, w.Flush()); err != nil {
		return fmt.Errorf("temporary file: %w", err)
	}
	r.end = s.written
	s.runs = append(s.runs, r)
	return nil
}

// unnamed makes a temporary file and takes its name away, where the system lets
// it: nothing is left behind then, whatever ends the program.
func unnamed() (*os.File, error) {
	f, err := os.CreateTemp("", "joy-*")
	if err != nil {
		return nil, fmt.Errorf("temporary file: %w", err)
	}
	_ = os.Remove(f.Name()) // again in Close, for those that do not
	return f, nil
}

// compact merges the last runs while there are many of one level. What they take
// of the file stays taken.
func (s *Sorter) compact() error {
	for len(s.runs) >= maxRuns {
		first := len(s.runs) - maxRuns
		level := s.runs[len(s.runs)-1].level
		if s.runs[first].level != level {
			return nil
		}
		old := slices.Clone(s.runs[first:])
		s.runs = s.runs[:first]
		err := s.writeRun(func(write func(key, data []byte) error) error { return s.merge(old, write) })
		if err != nil {
			return err
		}
		s.runs[first].level = level + 1
	}
	return nil
}

// Each calls use for all entries, whose bytes are valid during the call. The
// Sorter is empty then.
func (s *Sorter) Each(use func(key, data []byte) error) error {
	defer s.empty()
	if len(s.runs) > 0 {
		if err := s.Spill(); err != nil {
			return err
		}
		return s.merge(s.runs, use)
	}
	s.sort()
	for _, e := range s.entries {
		if err := use(e.key, e.data); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sorter) empty() {
	s.forget()
	s.runs, s.written = s.runs[:0], 0
}

// Close removes the file.
func (s *Sorter) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if e := os.Remove(s.file.Name()); e != nil && !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, e)
	}
	s.file = nil
	return err
}

// merge reads several runs at once.
func (s *Sorter) merge(runs []run, use func(key, data []byte) error) error {
	var h cursors
	for i, r := range runs {
		c := &cursor{number: i, r: bufio.NewReaderSize(io.NewSectionReader(s.file, r.start, r.end-r.start), 64<<10)}
		ok, err := c.next()
		if err != nil {
			return err
		}
		if ok {
			h = append(h, c)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		c := h[0]
		if err := use(c.key, c.data); err != nil {
			return err
		}
		ok, err := c.next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	return nil
}

// A cursor is in a run.
type cursor struct {
	number    int
	r         *bufio.Reader
	key, data []byte
}

// next reads an entry, and reports whether there was one.
func (c *cursor) next() (bool, error) {
	k, err := binary.ReadUvarint(c.r)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	d, err2 := binary.ReadUvarint(c.r)
	if err = errors.Join(err, err2); err != nil {
		return false, fmt.Errorf("temporary file: %w", err)
	}
	c.key = slices.Grow(c.key[:0], int(k))[:k]
	c.data = slices.Grow(c.data[:0], int(d))[:d]
	_, err = io.ReadFull(c.r, c.key)
	if _, err2 = io.ReadFull(c.r, c.data); err != nil || err2 != nil {
		return false, fmt.Errorf("temporary file: %w", errors.Join(err, err2))
	}
	return true, nil
}

// cursors are a heap by key, earlier runs first.
type cursors []*cursor

func (h cursors) Len() int { return len(h) }
func (h cursors) Less(i, j int) bool {
	if c := bytes.Compare(h[i].key, h[j].key); c != 0 {
		return c < 0
	}
	return h[i].number < h[j].number
}
func (h cursors) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push and Pop are for package heap.
func (h *cursors) Push(x any) { *h = append(*h, x.(*cursor)) }

func (h *cursors) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}
