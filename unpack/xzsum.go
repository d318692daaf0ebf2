package unpack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"
)

// A checksum is that of the blocks of an xz stream.
type checksum struct {
	hash    hash.Hash // nil: none
	reverse bool      // it is written with the last byte first
}

// choose takes the kind of checksum from the flags of a stream.
func (c *checksum) choose(flags [2]byte) error {
	switch flags {
	case [2]byte{0, 0}:
		*c = checksum{}
	case [2]byte{0, 1}:
		*c = checksum{crc32.NewIEEE(), true}
	case [2]byte{0, 4}:
		*c = checksum{crc64.New(crc64.MakeTable(crc64.ECMA)), true}
	case [2]byte{0, 10}:
		*c = checksum{sha256.New(), false}
	default:
		return errors.New("its checksum is of an unknown kind")
	}
	return nil
}

func (c *checksum) write(p []byte) {
	if c.hash != nil {
		c.hash.Write(p)
	}
}

// verify reads the checksum and compares it with what was written.
func (c *checksum) verify(r io.Reader) error {
	if c.hash == nil {
		return nil
	}
	want := c.hash.Sum(nil)
	c.hash.Reset()
	if c.reverse {
		slices.Reverse(want)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return errors.New("a checksum is wrong")
	}
	return nil
}

// A tally counts and sums up what is read through it.
type tally struct {
	r   *bufio.Reader
	n   int64
	crc uint32
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	return n, err
}

// ReadByte is what the index is read with: it alone sums up.
func (t *tally) ReadByte() (byte, error) {
	c, err := t.r.ReadByte()
	if err == nil {
		t.add(c)
	}
	return c, err
}

func (t *tally) add(c byte) {
	t.n++
	t.crc = crc32.Update(t.crc, crc32.IEEETable, []byte{c})
}

// pad reads zeros up to a multiple of four bytes.
func (t *tally) pad() error {
	for t.n%4 != 0 {
		c, err := t.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			return errXZ
		}
	}
	return nil
}
