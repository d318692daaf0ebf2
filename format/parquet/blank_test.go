package parquet

import (
	"reflect"
	"testing"
)

// Values that do not fit, with blanks before them, come back with all the others.
func TestUnfitBehindBlanks(t *testing.T) {
	line := []byte(`{"sa":[],"sp":1,"dp":2,"byte_dist":[0, {}]}`)
	file, _ := newNarrow(t).write(t, line)
	if got := read(t, file); !reflect.DeepEqual(parse(t, got), parse(t, line)) {
		t.Errorf("%s", got)
	}
}
