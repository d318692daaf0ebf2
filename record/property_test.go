package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"joy/measure"
)

// TestRandomRecords fills records with the worst of everything: what comes out
// is one line of valid JSON without a key twice, the same that a slow encoder
// makes of the tags by reflection.
func TestRandomRecords(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	n := 1500
	if testing.Short() {
		n = 300
	}
	for range n {
		var r Record
		fill(rnd, reflect.ValueOf(&r).Elem())
		got := r.AppendJSON(nil)
		if want := reference(nil, reflect.ValueOf(&r), ""); !bytes.Equal(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		checkLine(t, got)
	}
}

// nasty are texts that break encoders.
var nasty = []string{
	"", "plain", `"`, `\`, "\x00", "\n", "\r\n", "\x7f", "\u0085", "\u009b31m", "\u2028", "\xff", "\xc3", "a\xc3(",
	"\xed\xa0\x80\xed\xb0\x80", "\xf0\x9f\x98", "😀", "\uf77f\uf780\uf7ff\uf800", "\xef\x9e", "\xef\xbf\xbd", "\\u0041", "</script>", "\xc0\xaf",
}

// checkLine wants one line of valid JSON.
func checkLine(t *testing.T, line []byte) {
	t.Helper()
	if !json.Valid(line) || !utf8.Valid(line) {
		t.Fatalf("not valid: %q", line)
	}
	if bytes.ContainsFunc(line, unicode.IsControl) {
		t.Fatalf("control character in %q", line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	checkKeys(t, d, line)
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("something behind the object: %q", line)
	}
}

// checkKeys reads a value and wants no key twice in an object.
func checkKeys(t *testing.T, d *json.Decoder, line []byte) {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	open, _ := token.(json.Delim)
	if open == 0 {
		return
	}
	seen := map[any]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil || seen[key] {
				t.Fatalf("key %v twice, or %v, in %q", key, err, line)
			}
			seen[key] = true
		}
		checkKeys(t, d, line)
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
}

// fill sets v and all below it at random, with a liking for extremes.
func fill(rnd *rand.Rand, v reflect.Value) { fillTo(rnd, v, 12) }

// fillTo is fill for values that may hold others of their type: the levels are
// bounded.
func fillTo(rnd *rand.Rand, v reflect.Value, levels int) {
	if levels == 0 {
		return
	}
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(randomAddr(rnd)))
		return
	case measure.Option:
		b := make([]byte, 1+rnd.IntN(12))
		for i := range b {
			b[i] = byte(rnd.IntN(12))
		}
		if o := measure.ParseOptions(nil, b); len(o) > 0 {
			v.Set(reflect.ValueOf(o[0]))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if sealed(v.Type()) {
			return // its package alone can fill it
		}
		for i := range v.NumField() {
			fillTo(rnd, v.Field(i), levels-1)
		}
	case reflect.Pointer:
		if rnd.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fillTo(rnd, v.Elem(), levels-1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rnd.IntN(4), 4))
		fillAll(rnd, v, levels-1)
	case reflect.Array:
		fillAll(rnd, v, levels-1)
	case reflect.String:
		v.SetString(nasty[rnd.IntN(len(nasty))] + nasty[rnd.IntN(len(nasty))])
	case reflect.Bool:
		v.SetBool(rnd.IntN(2) > 0)
	case reflect.Float64:
		v.SetFloat(randomFloat(rnd))
	default:
		if v.CanInt() {
			v.SetInt(int64(rnd.Uint64()) >> rnd.IntN(64))
		} else {
			v.SetUint(rnd.Uint64() >> rnd.IntN(65))
		}
	}
}

// sealed reports whether a struct has fields of its package's own.
func sealed(t reflect.Type) bool {
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

func fillAll(rnd *rand.Rand, v reflect.Value, levels int) {
	for i := range v.Len() {
		fillTo(rnd, v.Index(i), levels)
	}
}

func randomAddr(rnd *rand.Rand) netip.Addr {
	var b [16]byte
	for i := range b {
		b[i] = byte(rnd.Uint32()) * byte(rnd.IntN(2))
	}
	switch rnd.IntN(4) {
	case 0:
		return netip.AddrFrom4([4]byte(b[:4]))
	case 1:
		return netip.AddrFrom16(b)
	case 2:
		return netip.AddrFrom16(b).WithZone("\"\n")
	}
	return netip.Addr{}
}

func randomFloat(rnd *rand.Rand) float64 {
	extremes := [...]float64{0, 1, -1, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 1e-300, 99999.5}
	switch rnd.IntN(3) {
	case 0:
		return extremes[rnd.IntN(len(extremes))]
	case 1:
		return math.Float64frombits(rnd.Uint64())
	}
	return rnd.Float64() * math.Pow(10, float64(rnd.IntN(12)-4))
}

// reference is the encoder as the comment of the package has it, written for
// clarity. Types that write themselves are taken at their word here, and have
// tests of their own.
func reference(b []byte, v reflect.Value, tag reflect.StructTag) []byte {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return reference(b, v.Elem(), tag)
	}
	if m, ok := v.Interface().(interface{ AppendJSON([]byte) []byte }); ok {
		return m.AppendJSON(b)
	}
	switch v.Kind() {
	case reflect.Struct:
		var members [][]byte
		for i := range v.NumField() {
			if m := member(v, i); m != nil {
				members = append(members, m)
			}
		}
		return wrap(b, "{", members, "}")
	case reflect.Slice:
		elems := make([][]byte, v.Len())
		for i := range elems {
			elems[i] = reference(nil, v.Index(i), tag)
		}
		return wrap(b, "[", elems, "]")
	case reflect.String:
		return AppendString(b, v.String())
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return append(b, "null"...)
		}
		return fmt.Appendf(b, tag.Get("format"), v.Float())
	}
	return fmt.Append(b, v.Interface())
}

// member is a key with its value, nil where it is left out.
func member(v reflect.Value, i int) []byte {
	f, x := v.Type().Field(i), v.Field(i)
	if !f.IsExported() {
		return nil
	}
	name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
	when := f.Tag.Get("when")
	zero, hasZero := x.Interface().(interface{ IsZero() bool })
	switch {
	case name == "-":
		return nil
	case when != "" && !v.FieldByName(when).Bool():
		return nil
	case option == "omitempty" && x.Kind() == reflect.Pointer && x.IsNil():
		return nil
	case option == "omitempty" && hasZero && zero.IsZero():
		return nil
	case option == "omitempty" && x.Kind() == reflect.Slice && x.Len() == 0:
		return nil
	case option == "omitempty" && x.IsZero():
		return nil
	}
	return reference(fmt.Appendf(nil, "%q:", name), x, f.Tag)
}

func wrap(b []byte, open string, parts [][]byte, end string) []byte {
	b = append(b, open...)
	b = append(b, bytes.Join(parts, []byte(","))...)
	return append(b, end...)
}
