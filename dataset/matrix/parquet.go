package matrix

import (
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// rowGroup is about how many bytes of values are held until they are written.
const rowGroup = 32 << 20

// A parquetTable has a column of floats for each feature, and the class as text
// behind them, null for none.
type parquetTable struct {
	file    *os.File
	out     *parquet.GenericWriter[any]
	float32 bool
	row     parquet.Row
	rows    []parquet.Row
	held    int
	most    int // rows of a group
}

func (t *Table) newParquet(f *os.File) (Writer, error) {
	number := parquet.Leaf(parquet.DoubleType)
	if t.Float32 {
		number = parquet.Leaf(parquet.FloatType)
	}
	group := make(parquet.Group, len(t.Columns)+1)
	for _, name := range t.Columns {
		group[name] = parquet.Compressed(number, &parquet.Zstd)
	}
	group[ClassColumn] = parquet.Compressed(parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary)), &parquet.Zstd)
	node := inOrder(group, append(slices.Clone(t.Columns), ClassColumn))
	w := &parquetTable{file: f, float32: t.Float32, most: max(1, rowGroup/(8*len(node.fields)))}
	w.out = parquet.NewGenericWriter[any](f, parquet.NewSchema("dataset", node), parquet.CreatedBy("joy", "", ""))
	w.row = make(parquet.Row, len(node.fields))
	w.rows = []parquet.Row{w.row}
	return w, nil
}

// ordered is a group whose fields stay in their order; those of parquet.Group
// come in the order of their names.
type ordered struct {
	parquet.Group
	fields []parquet.Field
}

// Fields are those of the group.
func (o ordered) Fields() []parquet.Field { return o.fields }

func inOrder(g parquet.Group, names []string) ordered {
	byName := make(map[string]parquet.Field, len(g))
	for _, f := range g.Fields() {
		byName[f.Name()] = f
	}
	o := ordered{Group: g}
	for _, name := range names {
		o.fields = append(o.fields, byName[name])
	}
	return o
}

func (w *parquetTable) Row(x []float64, class int, name string) error {
	for i, v := range x {
		if w.float32 {
			w.row[i] = parquet.FloatValue(float32(v)).Level(0, 0, i)
		} else {
			w.row[i] = parquet.DoubleValue(v).Level(0, 0, i)
		}
	}
	last := len(x)
	if class == Unlabelled {
		w.row[last] = parquet.NullValue().Level(0, 0, last)
	} else {
		w.row[last] = parquet.ByteArrayValue([]byte(name)).Level(0, 1, last)
	}
	if _, err := w.out.WriteRows(w.rows); err != nil {
		return err
	}
	if w.held++; w.held < w.most {
		return nil
	}
	w.held = 0
	return w.out.Flush()
}

// Close ends the file.
func (w *parquetTable) Close() error { return closeAll(w.out, w.file) }
