package columns_test

import (
	"slices"
	"strings"
	"testing"

	"joy/dataset/columns"
	"joy/model/vector"
	"joy/query/flow"
)

// TestSets wants each set to have named and defined columns, and to fill them.
func TestSets(t *testing.T) {
	line := `{"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":1,"dp":443,"bytes_out":10,"num_pkts_out":1,"time_start":1,"time_end":1,` +
		`"packets":[{"b":10,"dir":">","ipt":0}],"stats":{"out":{"len":{"min":50,"mean":50,"std":0,"max":50}}},"tls":{"cs":["1301"]},` +
		`"byte_dist":[1` + strings.Repeat(",0", 255) + `]}`
	var l flow.Flow
	if err := l.Parse([]byte(line)); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(columns.Names(), columns.Default) {
		s, err := columns.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Columns {
			if !strings.HasSuffix(c.Definition, ".") || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
				t.Errorf("%s: column %q is defined as %q", name, c.Name, c.Definition)
			}
		}
		x := slices.Repeat([]float64{-1}, s.Len())
		if ok, err := s.Fill(&l, x); !ok || err != nil {
			t.Errorf("%s: %v %v", name, ok, err)
		}
		if slices.Contains(x, -1) {
			t.Errorf("%s leaves values as they were", name)
		}
		if len(s.ColumnNames()) != s.Len() || name != columns.Default && s.About == "" {
			t.Errorf("%s: %d names, about %q", name, len(s.ColumnNames()), s.About)
		}
		if name != columns.Default {
			continue
		}
		if i := slices.IndexFunc(s.Columns, func(c vector.Column) bool { return columns.Identity(c.Name) != "" }); i >= 0 {
			t.Errorf("the default has %s", s.Columns[i].Name)
		}
	}
}

func TestJoined(t *testing.T) {
	s, err := columns.Find("splt+joy-metadata+joy-bytes")
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 100+7+256 || s.Columns[100].Name != "dp" || len(s.Needs) != 2 {
		t.Errorf("%d columns, needs %v", s.Len(), s.Needs)
	}
	var l flow.Flow
	if err := l.Parse([]byte(`{"sa":"a","da":"b","pr":1}`)); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Fill(&l, make([]float64, s.Len())); ok {
		t.Error("applies to a flow without packets")
	}
	for _, name := range []string{"", "joy", "splt+splt", "splt+", "nfstream+nfstream-corrected", "joy-lengths+nfstream", "joy-metadata+splt+nope"} {
		if _, err := columns.Find(name); err == nil {
			t.Errorf("%q is a set", name)
		}
	}
}

func TestEnough(t *testing.T) {
	for _, tc := range []struct {
		is, needed string
		want       bool
	}{{"1", "1", true}, {"0", "1", false}, {"200", "50", true}, {"50", "200", false}, {"10", "9", true}} {
		if columns.Enough(tc.is, tc.needed) != tc.want {
			t.Errorf("%+v", tc)
		}
	}
}
