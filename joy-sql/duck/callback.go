package duck

/*
#include <stdint.h>
#include <stdlib.h>

void joy_table_bind(void *);
void joy_table_init(void *);
void joy_table_local_init(void *);
void joy_table_fill(void *, void *);
void joy_scalar(void *, void *, void *);
void joy_forget(void *);

typedef void (*joy_callback)(void *);
*/
import "C"

import (
	"fmt"
	"runtime/cgo"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// keep makes what C can hold of a value of Go; forget is called at its end.
func keep(v any) (held, forget unsafe.Pointer) {
	p := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(p) = cgo.NewHandle(v)
	return p, C.joy_forget
}

func kept[T any](held unsafe.Pointer) T { return (*(*cgo.Handle)(held)).Value().(T) }

//export joy_forget
func joy_forget(held unsafe.Pointer) {
	h := *(*cgo.Handle)(held)
	if c, ok := h.Value().(interface{ Close() }); ok {
		c.Close()
	}
	h.Delete()
	C.free(held)
}

// rescue turns a panic into an error of the query: DuckDB cannot be unwound.
func rescue(tell func(string)) {
	if p := recover(); p != nil {
		tell(fmt.Sprint("joy: panic: ", p))
	}
}

//export joy_table_bind
func joy_table_bind(p unsafe.Pointer) {
	info := bindings.BindInfo{Ptr: p}
	t := kept[*Table](bindings.BindGetExtraInfo(info))
	for i := range t.Columns {
		l := t.Columns[i].Type.logical()
		bindings.BindAddResultColumn(info, t.Columns[i].Name, l)
		bindings.DestroyLogicalType(&l)
	}
	held, forget := keep(t)
	bindings.BindSetBindData(info, held, forget)
	if t.Rows != nil {
		bindings.BindSetCardinality(info, bindings.IdxT(t.Rows()), false)
	}
}

//export joy_table_init
func joy_table_init(p unsafe.Pointer) {
	info := bindings.InitInfo{Ptr: p}
	defer rescue(func(s string) { bindings.InitSetError(info, s) })
	t := kept[*Table](bindings.InitGetBindData(info))
	s := &scan{table: t}
	var wanted []int
	for i := range bindings.InitGetColumnCount(info) {
		at := int(bindings.InitGetColumnIndex(info, i))
		if at < 0 || at >= len(t.Columns) {
			at = -1 // a row number, which counts rows and is not looked at
		}
		wanted = append(wanted, at)
	}
	s.wanted = wanted
	s.scan = t.Scan(wanted)
	bindings.InitSetMaxThreads(info, bindings.IdxT(t.Threads))
	held, forget := keep(s)
	bindings.InitSetInitData(info, held, forget)
}

//export joy_table_local_init
func joy_table_local_init(p unsafe.Pointer) {
	info := bindings.InitInfo{Ptr: p}
	held, forget := keep(&local{})
	bindings.InitSetInitData(info, held, forget)
}

//export joy_table_fill
func joy_table_fill(p, out unsafe.Pointer) {
	info, chunk := bindings.FunctionInfo{Ptr: p}, bindings.DataChunk{Ptr: out}
	defer rescue(func(s string) { bindings.FunctionSetError(info, s) })
	s := kept[*scan](bindings.FunctionGetInitData(info))
	l := kept[*local](bindings.FunctionGetLocalInitData(info))
	n, err := s.fill(l, chunk)
	if err != nil {
		bindings.FunctionSetError(info, err.Error())
		return
	}
	bindings.DataChunkSetSize(chunk, bindings.IdxT(n))
}

//export joy_scalar
func joy_scalar(p, in, out unsafe.Pointer) {
	info := bindings.FunctionInfo{Ptr: p}
	defer rescue(func(s string) { bindings.ScalarFunctionSetError(info, s) })
	f := kept[*Function](bindings.ScalarFunctionGetExtraInfo(info))
	if err := f.call(bindings.DataChunk{Ptr: in}, bindings.Vector{Ptr: out}); err != nil {
		bindings.ScalarFunctionSetError(info, err.Error())
	}
}

// The callbacks as C knows them.
func bindCallback() unsafe.Pointer      { return C.joy_table_bind }
func initCallback() unsafe.Pointer      { return C.joy_table_init }
func localInitCallback() unsafe.Pointer { return C.joy_table_local_init }
func fillCallback() unsafe.Pointer      { return C.joy_table_fill }
func scalarCallback() unsafe.Pointer    { return C.joy_scalar }
