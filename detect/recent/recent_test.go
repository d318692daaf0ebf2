package recent_test

import (
	"fmt"
	"slices"
	"testing"

	"joy/detect/recent"
)

func keys(t *recent.Table[int]) (list []string) {
	for key := range t.All() {
		list = append(list, key)
	}
	return list
}

func TestTable(t *testing.T) {
	var gone []string
	table := recent.New(3, func(key string, v *int) { gone = append(gone, fmt.Sprint(key, *v)) })
	for i, key := range []string{"a", "b", "c"} {
		*table.At([]byte(key), int64(i))++
	}
	*table.At([]byte("a"), 9)++ // now b is silent for longest
	table.At([]byte("b"), 0)    // the past does not make it active
	table.At([]byte("d"), 10)
	if got := keys(table); !slices.Equal(got, []string{"a", "c", "d"}) || !slices.Equal(gone, []string{"b1"}) {
		t.Errorf("%v, gone %v", got, gone)
	}
	if v := table.Get([]byte("a")); v == nil || *v != 2 {
		t.Errorf("a is %v", v)
	}
	if table.Get([]byte("b")) != nil {
		t.Error("b is still there")
	}
	if b := table.Bound("x"); b.Left != 1 || b.Limit != 3 || b.Name != "x" {
		t.Errorf("%+v", b)
	}
}

// Of those that were silent for as long, the smallest key goes.
func TestTies(t *testing.T) {
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		table := recent.New[int](2, nil)
		for _, key := range append(order, "c") {
			table.At([]byte(key), 5)
		}
		if got := keys(table); !slices.Equal(got, []string{"b", "c"}) {
			t.Errorf("%v: %v", order, got)
		}
	}
}

func TestLong(t *testing.T) {
	table := recent.New[int](100, nil)
	for i := range 10000 {
		table.At([]byte(fmt.Sprint(i)), int64(i))
		table.At([]byte("kept"), int64(i))
	}
	if table.Get([]byte("kept")) == nil || table.Get([]byte("9901")) == nil || table.Get([]byte("9900")) != nil || table.Left != 9901 {
		t.Errorf("left %d", table.Left)
	}
}

func TestKey(t *testing.T) {
	key := string(recent.Key(nil, []byte("a"), nil, []byte("c")))
	for i, want := range []string{"a", "", "c", "", ""} {
		if got := recent.Part(key, i); got != want {
			t.Errorf("part %d: %q", i, got)
		}
	}
}
