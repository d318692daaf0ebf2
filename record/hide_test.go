package record

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"joy/feature"
)

// hideAll hides whatever it gets.
type hideAll struct{}

func (hideAll) Addr(a *feature.Addr)           { *a = feature.Addr{Token: "hidden"} }
func (hideAll) Text(feature.Text) feature.Text { return feature.Text("hidden") }
func (hideAll) Hex(feature.Hex) feature.Hex    { return nil }

// TestHideReachesAll plants an address wherever a record can have one, and looks
// for it behind Hide: only fields that say so have it still.
func TestHideReachesAll(t *testing.T) {
	var r Record
	plant(reflect.ValueOf(&r).Elem(), 9)
	r.Hide(hideAll{})
	hidden := map[string]int{}
	search(t, reflect.ValueOf(&r).Elem(), "", hidden)
	for _, key := range []string{"dns", "ssh", "tls", "http2", "dhcp", "dhcpv6", "payload"} {
		if hidden[key] == 0 {
			t.Errorf("nothing was planted in %s", key)
		}
	}
}

// writesItself reports whether v has its own way with addresses. The package of
// its type tests it.
func writesItself(v reflect.Value) bool {
	_, ok := v.Addr().Interface().(interface{ AppendJSON([]byte) []byte })
	return ok && v.Type() != reflect.TypeFor[Record]()
}

func plant(v reflect.Value, levels int) {
	switch x := v.Addr().Interface().(type) {
	case *feature.Addr:
		x.IP = netip.MustParseAddr("10.1.2.3")
		return
	case *feature.Text:
		*x = feature.Text("10.1.2.3")
		return
	case *feature.Hex:
		*x = feature.Hex{10, 1, 2, 3}
		return
	case *[]uint8:
		*x = []uint8{10, 1, 2, 3}
		return
	}
	if writesItself(v) || levels == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				plant(v.Field(i), levels-1)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), levels-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		plant(v.Index(1), levels-1)
	}
}

// search counts, by the key of the record's field, what was hidden.
func search(t *testing.T, v reflect.Value, path string, hidden map[string]int) {
	key, _, _ := strings.Cut(strings.TrimPrefix(path, "."), ".")
	var left bool
	switch x := v.Addr().Interface().(type) {
	case *feature.Addr:
		left = x.IP.IsValid()
	case *feature.Text:
		left = string(*x) != "hidden"
	case *feature.Hex:
		left = len(*x) > 0
	case *[]uint8:
		left = len(*x) > 0
	default:
		searchBelow(t, v, path, hidden)
		return
	}
	if left {
		t.Errorf("%s still has the address", path)
	}
	hidden[key]++
}

func searchBelow(t *testing.T, v reflect.Value, path string, hidden map[string]int) {
	if writesItself(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if tag := f.Tag.Get("anon"); f.IsExported() && name != "-" && tag != "keep" && tag != "stage" {
				search(t, v.Field(i), path+"."+name, hidden)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			search(t, v.Elem(), path, hidden)
		}
	case reflect.Slice:
		for i := range v.Len() {
			search(t, v.Index(i), path, hidden)
		}
	}
}
