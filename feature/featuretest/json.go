package featuretest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// JSON writes a value by its json tags, as the generated encoder of records
// does, and checks that the result is JSON.
func JSON(t testing.TB, v any) string {
	t.Helper()
	b := appendValue(nil, reflect.ValueOf(v))
	if !json.Valid(b) {
		t.Fatalf("not JSON: %s", b)
	}
	return string(b)
}

type appender interface{ AppendJSON([]byte) []byte }

func appendValue(b []byte, v reflect.Value) []byte {
	if v.IsValid() && v.Kind() != reflect.Pointer {
		if a, ok := v.Interface().(appender); ok {
			return a.AppendJSON(b)
		}
	}
	switch v.Kind() {
	case reflect.Invalid:
		return append(b, "null"...)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return append(b, "null"...)
		}
		return appendValue(b, v.Elem())
	case reflect.Struct:
		return appendStruct(b, v)
	case reflect.Slice, reflect.Array:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, v.Index(i))
		}
		return append(b, ']')
	case reflect.String:
		return strconv.AppendQuote(b, v.String())
	default:
		return fmt.Appendf(b, "%v", v.Interface())
	}
}

func appendStruct(b []byte, v reflect.Value) []byte {
	b = append(b, '{')
	sep := ""
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, flags, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if flags == "omitempty" && empty(v.Field(i)) {
			continue
		}
		if when := f.Tag.Get("when"); when != "" && !v.FieldByName(when).Bool() {
			continue
		}
		b = append(b, sep+`"`+name+`":`...)
		b = appendValue(b, v.Field(i))
		sep = ","
	}
	return append(b, '}')
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		z, ok := v.Interface().(interface{ IsZero() bool })
		return ok && z.IsZero()
	}
	return v.IsZero()
}
