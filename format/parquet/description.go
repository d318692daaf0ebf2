package parquet

import (
	"encoding/binary"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go/format"
)

// Keys of what a file says of itself. Those that would say nothing are not there.
const (
	keyVersion    = "joy.schema_version"
	keyConfig     = "joy.configuration"   // the line that heads the output
	keyStatistics = "joy.statistics"      // lines that are no flows
	keyLost       = "joy.statistics.lost" // how many of them were too many
	keyUnknown    = "joy.extra.unknown"   // Counts
	keyUnfit      = "joy.extra.unfit"
	keyRepeated   = "joy.extra.repeated"
)

// A description is what stands at the end of a file.
type description struct {
	w      io.Writer
	offset int64
	meta   format.FileMetaData
	count  Counts
}

// describe begins a file; the magic is still to be written.
func describe(w io.Writer, t *tree, creator string) description {
	f := description{w: w, meta: format.FileMetaData{Version: 2, Schema: t.elements(), CreatedBy: creator}}
	for range t.leaves {
		f.meta.ColumnOrders = append(f.meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	return f
}

func (f *description) write(b []byte) error {
	n, err := f.w.Write(b)
	f.offset += int64(n)
	return err
}

// group writes the row group that the leaves hold.
func (f *description) group(e *encoder, t *tree, rows int64) error {
	g := format.RowGroup{NumRows: rows, FileOffset: f.offset, Ordinal: int16(len(f.meta.RowGroups))}
	for i, l := range t.leaves {
		m, err := f.column(e, l)
		if err != nil {
			return err
		}
		g.TotalByteSize += m.TotalUncompressedSize
		g.TotalCompressedSize += m.TotalCompressedSize
		g.Columns = append(g.Columns, format.ColumnChunk{MetaData: m})
		if l.parent == t.root && l.Name == "time_start" {
			g.SortingColumns = []format.SortingColumn{{ColumnIdx: int32(i)}}
		}
	}
	f.meta.RowGroups = append(f.meta.RowGroups, g)
	f.meta.NumRows += rows
	return nil
}

// column writes the chunk of a leaf.
func (f *description) column(e *encoder, l *leaf) (format.ColumnMetaData, error) {
	dictionary := e.finish(l)
	c := &l.chunk
	defer c.reset()
	m := format.ColumnMetaData{
		Type: l.physical, Encoding: c.encodings, PathInSchema: l.names, Codec: format.Zstd,
		NumValues: c.entries, TotalUncompressedSize: c.raw, TotalCompressedSize: int64(len(dictionary) + len(c.pages)),
		DataPageOffset: f.offset + int64(len(dictionary)),
		Statistics:     c.bounds.statistics(l.physical, c.nulls),
	}
	if len(dictionary) > 0 {
		m.DictionaryPageOffset = f.offset
	}
	if err := f.write(dictionary); err != nil {
		return m, err
	}
	return m, f.write(c.pages)
}

// tell adds what the file says of itself.
func (f *description) tell(key, value string) {
	if value != "" && value != "0" {
		f.meta.KeyValueMetadata = append(f.meta.KeyValueMetadata, format.KeyValue{Key: key, Value: value})
	}
}

// end writes the description.
func (f *description) end() error {
	f.tell(keyUnknown, strconv.FormatInt(f.count.Unknown, 10))
	f.tell(keyUnfit, strconv.FormatInt(f.count.Unfit, 10))
	f.tell(keyRepeated, strconv.FormatInt(f.count.Repeated, 10))
	b := marshal(&f.meta)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	return f.write(append(b, Magic...))
}
