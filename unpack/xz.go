package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/ulikunitz/xz/lzma"
)

const xzMagic = "\xfd7zXZ\x00"

// An xzReader uncompresses .xz files (tukaani.org/xz/xz-file-format.txt) of the
// LZMA2 filter. The library has a reader of these files too, but it allocates
// whatever dictionary a file asks for, and takes a file that is cut between
// two blocks for whole. As every block has a new dictionary, what a file gets
// of them is bounded by what comes out of it.
type xzReader struct {
	r     *bufio.Reader
	flags [2]byte       // of the stream
	begun bool          // within a stream
	block *lzma.Reader2 // nil between blocks
	sum   checksum      // of the block's data
	part  tally         // the block's compressed bytes, or those of the index
	spare int64         // bytes of dictionaries that may still be made
}

// dictionaryShare is how many bytes of dictionary a byte of data is worth. xz
// makes blocks that are longer than their dictionary, unless it is told to.
const dictionaryShare = 1024

var errXZ = errors.New("a header is wrong")

// Read returns io.EOF only behind a whole stream.
func (x *xzReader) Read(p []byte) (int, error) {
	for {
		if x.block == nil {
			if err := x.advance(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := x.block.Read(p)
		x.sum.write(p[:n])
		x.spare += dictionaryShare * int64(n)
		if errors.Is(err, io.EOF) {
			err = early(x.endBlock())
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// advance reads to the next header. The end of the data is no error between
// two streams.
func (x *xzReader) advance() error {
	if !x.begun {
		return x.beginStream()
	}
	size, err := x.r.ReadByte()
	switch {
	case err != nil:
	case size == 0:
		err = x.endStream()
	default:
		err = x.beginBlock(size)
	}
	return early(err)
}

// early makes an error of an end.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// beginStream reads a stream header, or four zeros that pad the one before.
func (x *xzReader) beginStream() error {
	var h [12]byte
	if _, err := io.ReadFull(x.r, h[:4]); err != nil || h == [12]byte{} {
		return err
	}
	if _, err := io.ReadFull(x.r, h[4:]); err != nil {
		return early(err)
	}
	if string(h[:6]) != xzMagic || crc(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errXZ
	}
	x.flags = [2]byte(h[6:])
	x.begun = true
	return x.sum.choose(x.flags)
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// beginBlock reads a block header behind its first byte.
func (x *xzReader) beginBlock(size byte) error {
	h := make([]byte, 4*(int(size)+1))
	h[0] = size
	if _, err := io.ReadFull(x.r, h[1:]); err != nil {
		return err
	}
	end := len(h) - 4
	if crc(h[:end]) != binary.LittleEndian.Uint32(h[end:]) {
		return errXZ
	}
	dict, err := dictionary(h[1:end])
	if err != nil {
		return err
	}
	if x.spare -= int64(dict); x.spare < 0 {
		return errors.New("its blocks are too short for their dictionaries")
	}
	x.part = tally{r: x.r}
	x.block, err = lzma.Reader2Config{DictCap: dict}.NewReader2(&x.part)
	return err
}

// dictionary reads from a block header, behind its size, how far back the
// block may refer.
func dictionary(h []byte) (int, error) {
	const (
		filters  = 0x03 // how many, less one
		reserved = 0x3c
		sizes    = 0xc0 // a bit for each of the two sizes that is given
		lzma2    = 0x21
		most     = 30 // maxWindow
	)
	flags, h := h[0], h[1:]
	for range bits.OnesCount8(flags & sizes) {
		_, n := binary.Uvarint(h)
		if n <= 0 {
			return 0, errXZ
		}
		h = h[n:]
	}
	switch {
	case len(h) < 3 || flags&reserved != 0:
		return 0, errXZ
	case flags&filters != 0 || h[0] != lzma2 || h[1] != 1:
		return 0, errors.New("it has a filter other than LZMA2")
	case h[2] > most:
		return 0, errors.New("its dictionary is too large")
	}
	return (2 | int(h[2])&1) << (h[2]/2 + 11), nil
}

// endBlock reads what follows the data of a block: padding and the checksum.
func (x *xzReader) endBlock() error {
	if !x.block.EOS() {
		return io.EOF
	}
	x.block = nil
	if err := x.part.pad(); err != nil {
		return err
	}
	return x.sum.verify(x.r)
}

// endStream reads the index, behind its first byte, and the footer. The data
// has been checked by then, so the index is not compared with the blocks.
func (x *xzReader) endStream() error {
	x.part = tally{r: x.r}
	x.part.add(0)
	n, err := binary.ReadUvarint(&x.part)
	for ; err == nil && n > 0; n-- {
		if _, err = binary.ReadUvarint(&x.part); err == nil {
			_, err = binary.ReadUvarint(&x.part)
		}
	}
	if err == nil {
		err = x.part.pad()
	}
	var tail [16]byte // the checksum of the index, then the footer
	if err == nil {
		_, err = io.ReadFull(x.r, tail[:])
	}
	if err != nil {
		return err
	}
	footer := tail[4:]
	if binary.LittleEndian.Uint32(tail[:]) != x.part.crc || binary.LittleEndian.Uint32(footer) != crc(footer[4:10]) ||
		[2]byte(footer[8:]) != x.flags || string(footer[10:]) != "YZ" {
		return errXZ
	}
	x.begun = false
	return nil
}
