package index

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"joy/fingerprint/database"
)

// Build writes the index of a database, and the sections that others add to it.
// The id of an entry is its place in d.All(). Equal databases give equal bytes.
func Build(w io.Writer, d *database.Database, extra ...Section) error {
	b := builder{out: bufio.NewWriterSize(w, 1<<16)}
	b.head()
	header := d.Header
	header.Format = database.Format
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	b.section(tagHeader, text)
	b.entries(d)
	b.section(tagOffsets, b.offsets)
	table, err := b.table()
	if err != nil {
		return err
	}
	b.section(tagHash, table)
	for _, s := range extra {
		b.section(s.Tag, s.Data)
	}
	b.trailer(len(b.seen))
	if b.err != nil {
		return b.err
	}
	return b.out.Flush()
}

type builder struct {
	out     *bufio.Writer
	at      uint64
	err     error
	seen    []string // fingerprints, until their hash table stands
	offsets []byte
	records []byte
}

func (b *builder) write(p []byte) {
	if b.err == nil {
		_, b.err = b.out.Write(p)
	}
	b.at += uint64(len(p))
}

func (b *builder) pad() { b.write(make([]byte, -b.at&(alignment-1))) }

func (b *builder) head() {
	head := make([]byte, headSize)
	copy(head, magic)
	binary.LittleEndian.PutUint32(head[8:], Version)
	b.write(head)
}

func (b *builder) section(tag string, data []byte) {
	b.pad()
	from := b.at
	b.write(data)
	b.record(tag, from, checksum(data))
}

// record notes the section that ends here.
func (b *builder) record(tag string, from uint64, sum uint32) {
	if len(tag) > tagSize || tag == "" {
		b.err = errors.Join(b.err, fmt.Errorf("%q is no tag of a section: it has to have 1 to %d bytes", tag, tagSize))
	}
	r := make([]byte, recordSize)
	copy(r[:tagSize], tag)
	binary.LittleEndian.PutUint64(r[8:], from)
	binary.LittleEndian.PutUint64(r[16:], b.at-from)
	binary.LittleEndian.PutUint32(r[24:], sum)
	b.records = append(b.records, r...)
	if len(b.records) > maxSections*recordSize {
		b.err = errors.Join(b.err, fmt.Errorf("more than %d sections", maxSections))
	}
}

// entries writes the lines as they come, so that they need not be held.
func (b *builder) entries(d *database.Database) {
	b.pad()
	from := b.at
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	var line []byte
	for e := range d.All() {
		b.offsets = binary.LittleEndian.AppendUint64(b.offsets, b.at-from)
		b.seen = append(b.seen, e.Fingerprint)
		line = database.AppendEntry(line[:0], e)
		sum.Write(line)
		b.write(line)
	}
	b.offsets = binary.LittleEndian.AppendUint64(b.offsets, b.at-from)
	b.record(tagEntries, from, sum.Sum32())
}

// seeds is how many are tried. One is enough unless somebody chose the
// fingerprints so that they collide.
const seeds = 8

func (b *builder) table() ([]byte, error) {
	for seed := range uint64(seeds) {
		if table := b.hashTable(seed); table != nil {
			return table, nil
		}
	}
	return nil, errors.New("too many fingerprints have one hash")
}

// hashTable is at most two thirds full; nil when a fingerprint would be too far
// from its place.
func (b *builder) hashTable(seed uint64) []byte {
	slots := uint64(1) << bits.Len(uint(len(b.seen)+len(b.seen)/2))
	table := make([]byte, seedSize+slots*slotSize)
	binary.LittleEndian.PutUint64(table, seed)
	for id, fp := range b.seen {
		h := hashOf(fp, seed)
		i := uint64(0)
		for ; i < maxProbe; i++ {
			slot := table[seedSize+(h+i)&(slots-1)*slotSize:]
			if u32(slot[4:]) == 0 {
				binary.LittleEndian.PutUint32(slot, uint32(h>>32))
				binary.LittleEndian.PutUint32(slot[4:], uint32(id)+1)
				copy(slot[8:16], b.offsets[8*id:])
				break
			}
		}
		if i == maxProbe {
			return nil
		}
	}
	return table
}

func (b *builder) trailer(entries int) {
	b.pad()
	at := b.at
	b.write(b.records)
	t := make([]byte, trailerSize)
	binary.LittleEndian.PutUint64(t, at)
	binary.LittleEndian.PutUint32(t[8:], uint32(len(b.records)/recordSize))
	binary.LittleEndian.PutUint32(t[12:], checksum(b.records))
	binary.LittleEndian.PutUint32(t[16:], uint32(entries))
	binary.LittleEndian.PutUint32(t[20:], Version)
	copy(t[24:], magic)
	b.write(t)
}
