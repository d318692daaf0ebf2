package duck

import (
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// A Column is a column of a table.
type Column struct {
	Name string
	Type Type
}

// A Table is one that Go makes the rows of: FROM name().
type Table struct {
	Name    string
	Columns []Column
	Threads int           // most workers of a scan
	Rows    func() uint64 // about how many there are; nil when nobody knows
	Scan    func(wanted []int) Scan
}

// A Scan reads the table once. Its worker threads share it.
type Scan interface {
	// Worker begins the work of one thread.
	Worker() Worker
	// Close is called when the scan is over, at its end or before it.
	Close()
}

// A Worker makes rows in one thread.
type Worker interface {
	// Fill sets rows, from 0 to less than VectorSize, in the wanted columns, in
	// their order (nil for one that nobody looks at). It returns how many there are,
	// 0 at the end.
	Fill(columns []*Vector) (int, error)
}

// AddTable makes the table known.
func (d *DB) AddTable(t *Table) error {
	f := bindings.CreateTableFunction()
	defer bindings.DestroyTableFunction(&f)
	bindings.TableFunctionSetName(f, t.Name)
	held, forget := keep(t)
	bindings.TableFunctionSetExtraInfo(f, held, forget)
	bindings.TableFunctionSupportsProjectionPushdown(f, true)
	bindings.TableFunctionSetBind(f, bindCallback())
	bindings.TableFunctionSetInit(f, initCallback())
	bindings.TableFunctionSetLocalInit(f, localInitCallback())
	bindings.TableFunctionSetFunction(f, fillCallback())
	if bindings.RegisterTableFunction(d.conn, f) == bindings.StateError {
		return fmt.Errorf("DuckDB does not take the table %s", t.Name)
	}
	return nil
}

// A scan is a Scan with what DuckDB wants of it.
type scan struct {
	table  *Table
	wanted []int
	scan   Scan
}

// Close is called by DuckDB.
func (s *scan) Close() { s.scan.Close() }

// local is what a thread has.
type local struct {
	worker  Worker
	columns []*Vector
}

func (s *scan) fill(l *local, chunk bindings.DataChunk) (int, error) {
	if l.worker == nil {
		l.worker, l.columns = s.scan.Worker(), make([]*Vector, len(s.wanted))
	}
	for i, at := range s.wanted {
		if at >= 0 {
			v := newVector(bindings.DataChunkGetVector(chunk, bindings.IdxT(i)), &s.table.Columns[at].Type, VectorSize)
			l.columns[i] = &v
		}
	}
	n, err := l.worker.Fill(l.columns)
	if n > VectorSize {
		return 0, fmt.Errorf("%d rows at once", n)
	}
	for _, v := range l.columns {
		if v != nil {
			v.finish()
		}
	}
	return n, err
}
