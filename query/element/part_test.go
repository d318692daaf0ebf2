package element

import (
	"testing"

	"joy/query/value"
)

func TestKeepAndDrop(t *testing.T) {
	const record = `{"a":1,"b":{"c":[{"d":2,"e":3},4],"f":"x"},"g":[[{"h":5}]]}`
	for _, tt := range []struct{ list, keep, drop string }{
		{"a", `{"a":1}`, `{"b":{"c":[{"d":2,"e":3},4],"f":"x"},"g":[[{"h":5}]]}`},
		{"b{c{d}},none", `{"b":{"c":[{"d":2},4]}}`, `{"a":1,"b":{"c":[{"e":3},4],"f":"x"},"g":[[{"h":5}]]}`},
		{"b{c[{d},{e}]},g{h}", `{"b":{"c":[{"d":2,"e":3},4]},"g":[[{"h":5}]]}`, `{"a":1,"b":{"c":[{},4],"f":"x"},"g":[[{}]]}`},
		{"a{x}", `{"a":1}`, record},
	} {
		l, err := Parse(tt.list)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(l.Keep(nil, value.Value(record))); got != tt.keep {
			t.Errorf("%s keeps %s, want %s", tt.list, got, tt.keep)
		}
		if got := string(l.Drop(nil, value.Value(record))); got != tt.drop {
			t.Errorf("%s leaves %s, want %s", tt.list, got, tt.drop)
		}
	}
}
