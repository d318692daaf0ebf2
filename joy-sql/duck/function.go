package duck

import (
	"fmt"
	"unicode/utf8"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// A Function is one of SQL, of texts: a NULL makes it NULL. Exactly one of Text
// and Bool is set; both report false for NULL, and an error ends the query. Texts
// are borrowed.
type Function struct {
	Name string
	Args int
	Text func(args [][]byte) (value []byte, ok bool, err error)
	Bool func(args [][]byte) (value, ok bool, err error)
}

// AddFunction makes the function known.
func (d *DB) AddFunction(fn *Function) error {
	f := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&f)
	bindings.ScalarFunctionSetName(f, fn.Name)
	text := (&Type{Kind: Varchar}).logical()
	defer bindings.DestroyLogicalType(&text)
	for range fn.Args {
		bindings.ScalarFunctionAddParameter(f, text)
	}
	result := fn.result()
	l := result.logical()
	defer bindings.DestroyLogicalType(&l)
	bindings.ScalarFunctionSetReturnType(f, l)
	held, forget := keep(fn)
	bindings.ScalarFunctionSetExtraInfo(f, held, forget)
	bindings.ScalarFunctionSetFunction(f, scalarCallback())
	if bindings.RegisterScalarFunction(d.conn, f) == bindings.StateError {
		return fmt.Errorf("DuckDB does not take the function %s", fn.Name)
	}
	return nil
}

func (fn *Function) result() Type {
	if fn.Bool != nil {
		return Type{Kind: Boolean}
	}
	return Type{Kind: Varchar}
}

// call is called by DuckDB, in several threads.
func (fn *Function) call(in bindings.DataChunk, out bindings.Vector) error {
	rows := int(bindings.DataChunkGetSize(in))
	result := fn.result()
	to := newVector(out, &result, rows)
	columns := make([]column, fn.Args)
	for i := range columns {
		v := bindings.DataChunkGetVector(in, bindings.IdxT(i))
		columns[i] = column{text: (*stringT)(bindings.VectorGetData(v)), valid: (*uint64)(bindings.VectorGetValidity(v))}
	}
	args := make([][]byte, fn.Args)
	for row := range rows {
		if !fill(args, columns, row) {
			continue
		}
		if err := fn.row(args, &to, row); err != nil {
			return fmt.Errorf("%s: %w", fn.Name, err)
		}
	}
	return nil
}

// fill reports false when an argument is NULL.
func fill(args [][]byte, columns []column, row int) bool {
	for i := range columns {
		if !isValid(columns[i].valid, row) {
			return false
		}
		args[i] = at(columns[i].text, row).bytes()
	}
	return true
}

func (fn *Function) row(args [][]byte, to *Vector, row int) error {
	if fn.Bool != nil {
		b, ok, err := fn.Bool(args)
		if ok {
			to.SetBool(row, b)
		}
		return err
	}
	text, ok, err := fn.Text(args)
	if ok && utf8.Valid(text) {
		to.SetText(row, text)
	}
	return err
}
