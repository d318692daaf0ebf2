package lookup_test

import (
	"testing"

	"joy/detect/flowtest"
	"joy/detect/lookup"
)

func TestAppend(t *testing.T) {
	x := flowtest.Flow{SA: "10.0.0.1", DA: "10.0.0.53", DP: 53, Pr: 17, More: `"dns":[{"qn":"a.example.org","qt":"TXT"},` +
		`{"rn":"b.example.org","qt":"WKS","rc":3},{"rn":"c.example.org","qt":"A","rc":0},{"qn":"host","qt":"A"},{},5]`}
	list := lookup.Append(nil, x.Parse(t))
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	if l := list[0]; !l.Query || l.Type != "TXT" || l.Registered != "example.org" || string(l.Text) != "a.example.org" || l.Found || l.NoSuchName {
		t.Errorf("%+v", l)
	}
	if l := list[1]; l.Query || l.Type != "other" || !l.NoSuchName || l.Found {
		t.Errorf("%+v", l)
	}
	if l := list[2]; l.Query || l.NoSuchName || !l.Found {
		t.Errorf("%+v", l)
	}
	x.DP = 5353
	if list := lookup.Append(nil, x.Parse(t)); len(list) > 0 {
		t.Errorf("of neighbours: %+v", list)
	}
}
