// Package duck runs SQL in DuckDB, through its C interface: what a query gives
// is text, and tables and functions are written in Go.
package duck

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// A DB is a database in memory with one connection.
type DB struct {
	db   bindings.Database
	conn bindings.Connection
}

// Open opens an empty database.
func Open() (*DB, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) == bindings.StateError {
		return nil, errors.New("DuckDB: no configuration")
	}
	defer bindings.DestroyConfig(&config)
	d := &DB{}
	var message string
	if bindings.OpenExt(":memory:", &d.db, config, &message) == bindings.StateError {
		return nil, errors.New("DuckDB: " + message)
	}
	if bindings.Connect(d.db, &d.conn) == bindings.StateError {
		bindings.Close(&d.db)
		return nil, errors.New("DuckDB: no connection")
	}
	return d, nil
}

// Close closes the database.
func (d *DB) Close() {
	bindings.Disconnect(&d.conn)
	bindings.Close(&d.db)
}

// Interrupt ends what is running. Any goroutine may call it.
func (d *DB) Interrupt() { bindings.Interrupt(d.conn) }

// Version is that of DuckDB.
func Version() string { return bindings.LibraryVersion() }

// Exec runs statements whose results do not matter.
func (d *DB) Exec(statements string) error {
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(d.conn, statements, &res) == bindings.StateError {
		return errors.New(bindings.ResultError(&res))
	}
	return nil
}

// A Statement is one that has been checked against the database.
type Statement struct {
	Columns []string // names of the columns of the result
	Types   []string // and their types
	Rows    bool     // it can stand where a table can: select * from (...)
	Explain bool     // it gives a plan, as lines in the second of two columns
}

// Check prepares one statement and runs nothing.
func (d *DB) Check(statement string) (*Statement, error) {
	var p bindings.PreparedStatement
	defer bindings.DestroyPrepare(&p)
	if bindings.Prepare(d.conn, statement, &p) == bindings.StateError {
		return nil, errors.New(bindings.PrepareError(p))
	}
	s := &Statement{}
	kind := bindings.PreparedStatementType(p)
	if s.Explain = kind == bindings.StatementTypeExplain; kind != bindings.StatementTypeSelect {
		return s, nil
	}
	if bindings.NParams(p) > 0 {
		return nil, errors.New("the statement has parameters, but values are given as variables: --set name=value and getvariable('name')")
	}
	s.Rows = true
	return s, d.describe(statement, s)
}

// describe asks for names and types, which the interface has in parts only.
func (d *DB) describe(statement string, s *Statement) error {
	rows, err := d.Query("SELECT column_name, column_type FROM (DESCRIBE (" + Inner(statement) + "\n))")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		name, _ := rows.Text(0)
		kind, _ := rows.Text(1)
		s.Columns, s.Types = append(s.Columns, string(name)), append(s.Types, string(kind))
	}
	return rows.Err()
}

// Inner is a statement as it can stand in parentheses.
func Inner(statement string) string { return strings.TrimRight(statement, "; \t\r\n") }

// Rows are the rows of a query whose columns are all VARCHAR.
type Rows struct {
	res      bindings.Result
	chunk    bindings.DataChunk
	columns  []column
	row, end int
	err      error
}

// A column is one of the chunk that was fetched last.
type column struct {
	vector bindings.Vector
	text   *stringT
	valid  *uint64
}

// Query runs a query whose columns are all VARCHAR, and hands its rows over as
// they come.
func (d *DB) Query(query string) (*Rows, error) {
	var p bindings.PreparedStatement
	defer bindings.DestroyPrepare(&p)
	if bindings.Prepare(d.conn, query, &p) == bindings.StateError {
		return nil, errors.New(bindings.PrepareError(p))
	}
	var pending bindings.PendingResult
	defer bindings.DestroyPending(&pending)
	if bindings.PendingPreparedStreaming(p, &pending) == bindings.StateError {
		return nil, errors.New(bindings.PendingError(pending))
	}
	r := &Rows{}
	if bindings.ExecutePending(pending, &r.res) == bindings.StateError {
		err := errors.New(bindings.ResultError(&r.res))
		bindings.DestroyResult(&r.res)
		return nil, err
	}
	r.columns = make([]column, bindings.ColumnCount(&r.res))
	for i := range r.columns {
		if t := bindings.ColumnType(&r.res, bindings.IdxT(i)); t != bindings.TypeVarchar {
			r.Close()
			return nil, fmt.Errorf("column %d of the query is no text", i+1)
		}
	}
	return r, nil
}

// Next goes to the next row, and reports false behind the last.
func (r *Rows) Next() bool {
	r.row++
	for r.row >= r.end {
		if !r.fetch() {
			return false
		}
	}
	return true
}

func (r *Rows) fetch() bool {
	bindings.DestroyDataChunk(&r.chunk)
	r.chunk = bindings.FetchChunk(r.res)
	if r.chunk.Ptr == nil {
		if message := bindings.ResultError(&r.res); message != "" {
			r.err = errors.New(message)
		}
		r.row, r.end = 0, 0
		return false
	}
	r.row, r.end = 0, int(bindings.DataChunkGetSize(r.chunk))
	for i := range r.columns {
		v := bindings.DataChunkGetVector(r.chunk, bindings.IdxT(i))
		r.columns[i] = column{vector: v, text: (*stringT)(bindings.VectorGetData(v)), valid: (*uint64)(bindings.VectorGetValidity(v))}
	}
	return true
}

// Text returns a column of the row, valid until the next call of Next, and false
// for NULL.
func (r *Rows) Text(i int) ([]byte, bool) {
	c := &r.columns[i]
	if !isValid(c.valid, r.row) {
		return nil, false
	}
	return at(c.text, r.row).bytes(), true
}

// Err is what ended the rows, nil for their end.
func (r *Rows) Err() error { return r.err }

// Close gives the rows up.
func (r *Rows) Close() {
	bindings.DestroyDataChunk(&r.chunk)
	bindings.DestroyResult(&r.res)
}

// at returns an element of an array of C.
func at[T any](array *T, i int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(array), uintptr(i)*unsafe.Sizeof(*array)))
}

// isValid reads a validity mask; without one all rows are valid.
func isValid(mask *uint64, row int) bool { return mask == nil || *at(mask, row>>6)>>(row&63)&1 != 0 }

// A stringT is DuckDB's duckdb_string_t: the length, then up to 12 bytes of text,
// or its first 4 and a pointer to all.
type stringT struct {
	length uint32
	prefix [4]byte
	rest   [8]byte
}

// inlined is the longest text that is kept in a stringT.
const inlined = 12

// bytes borrows the text.
func (s *stringT) bytes() []byte {
	if s.length <= inlined {
		return unsafe.Slice(&s.prefix[0], s.length)
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&s.rest)), s.length)
}

// setInlined keeps a text of at most 12 bytes.
func (s *stringT) setInlined(text []byte) {
	*s = stringT{length: uint32(len(text))}
	copy(unsafe.Slice(&s.prefix[0], inlined), text)
}
