package merge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/convert/merge"
)

// A seen is a line and who has seen it.
type seen struct{ line, sensor string }

func merged(t testing.TB, o merge.Options, lines []seen) (string, merge.Counts) {
	t.Helper()
	if o.Memory == 0 {
		o.Memory = 1 << 20
	}
	m := merge.New(o)
	for _, l := range lines {
		if err := m.Line([]byte(l.line), l.sensor); err != nil {
			t.Fatalf("%v in %s", err, l.line)
		}
	}
	var out strings.Builder
	n, err := m.Finish(func(line []byte) error {
		out.Write(line)
		out.WriteByte('\n')
		return nil
	})
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String(), n
}

// record is a flow with the times of its ends.
func record(id string, start, end int, more string) string {
	return fmt.Sprintf(`{"sa":"a","da":"b","pr":6,"sp":1,"dp":2,"num_pkts_out":1,"time_start":%d.5,"time_end":%d.000001,"flow_id":%q,"segment":0%s}`, start, end, id, more)
}

func lines(list ...string) (all []seen) {
	for _, l := range list {
		all = append(all, seen{l, ""})
	}
	return all
}

// Records come in the order of time, whatever files they were in, and how much memory
// there is.
func TestOrder(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, record(fmt.Sprintf("%016x", i*7919%300), i%7, i/3, `,"x":"`+strings.Repeat("x", i)+`"`))
	}
	first, n := merged(t, merge.Options{By: merge.ByEnd}, lines(list...))
	if n.Records != 300 || n.Duplicates != 0 || strings.Count(first, "\n") != 300 {
		t.Fatalf("%+v", n)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again, _ := merged(t, merge.Options{By: merge.ByEnd, Memory: 4 << 10}, lines(list...)); again != first {
			t.Fatal("the order depends on that of the files, or on memory")
		}
	}
	byStart, _ := merged(t, merge.Options{By: merge.ByStart}, lines(list...))
	for _, tt := range []struct{ name, text string }{{"time_end", first}, {"time_start", byStart}} {
		last := ""
		for line := range strings.Lines(tt.text) {
			_, at, _ := strings.Cut(line, tt.name+`":`)
			at, _, _ = strings.Cut(at, ".")
			if at = fmt.Sprintf("%9s", at); at < last {
				t.Fatalf("%s: %s behind %s", tt.name, at, last)
			}
			last = at
		}
	}
}

// Configuration lines come first, each once; other lines stay where they were.
func TestOthers(t *testing.T) {
	config := func(s string) string { return `{"version":"5","x":"` + s + `","end-config":1}` }
	got, n := merged(t, merge.Options{By: merge.ByEnd}, lines(
		config("a"), record("1", 1, 20, ""), `{"statistics":{"time":30.5}}`, record("2", 1, 40, ""),
		config("b"), record("3", 1, 10, ""), `{"odd":1}`, config("a"), record("4", 1, 35, ""), record("2", 1, 40, ""),
	))
	want := strings.Join([]string{
		config("a"), config("b"), record("3", 1, 10, ""), `{"odd":1}`, record("1", 1, 20, ""),
		`{"statistics":{"time":30.5}}`, record("4", 1, 35, ""), record("2", 1, 40, ""),
	}, "\n") + "\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if n.Records != 4 || n.Duplicates != 1 || n.Others != 2 {
		t.Errorf("%+v", n)
	}
}

func TestSensors(t *testing.T) {
	there := strings.NewReplacer(`"a"`, `"b"`, `"b"`, `"a"`, `"sp":1`, `"sp":2`, `"dp":2`, `"dp":1`)
	list := []seen{
		{record("1", 1, 20, ""), "x"},
		{record("1", 1, 20, ""), "y"}, // the same, byte for byte
		{record("2", 1, 30, ""), "x"},
		{strings.Replace(there.Replace(record("3", 1, 31, "")), `_out":1`, `_out":5`, 1), "y"}, // the other way round, and more of it
		{record("4", 1, 31, ""), "z"},
		{record("5", 1, 50, ""), "y"}, // too late
		{record("6", 1, 51, ""), ""},
		{record("7", 1, 70, `,"sensors":["w","x"]`), "x"},
	}
	for _, tt := range []struct {
		twice merge.Twice
		want  []string
	}{
		{merge.Apart, []string{`1:x,y`, `2:x`, `4:z`, `3:y`, `5:y`, `6:`, `7:w,x`}},
		{merge.Mark, []string{`1:x,y`, `2:x/x,y,z`, `4:z/x,y,z`, `3:y/x,y,z`, `5:y`, `6:`, `7:w,x`}},
		{merge.One, []string{`1:x,y`, `3:x,y,z`, `5:y`, `6:`, `7:w,x`}},
	} {
		text, n := merged(t, merge.Options{By: merge.ByEnd, Twice: tt.twice, Skew: 2e9}, list)
		var got []string
		for line := range strings.Lines(text) {
			names := func(key string) string {
				_, after, _ := strings.Cut(line, `"`+key+`":[`)
				list, _, _ := strings.Cut(after, "]")
				return strings.ReplaceAll(list, `"`, "")
			}
			_, id, _ := strings.Cut(line, `"flow_id":"`)
			s := id[:1] + ":" + names("sensors")
			if by := names("seen_by"); by != "" {
				s += "/" + by
			}
			got = append(got, s)
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.twice, got, tt.want)
		}
		if n.Duplicates != 1 || int(n.Records) != len(got) || (n.Twice == 2) != (tt.twice != merge.Apart) {
			t.Errorf("%s: %+v", tt.twice, n)
		}
	}
}

// A window that is too small is counted.
func TestEarly(t *testing.T) {
	var list []seen
	for i := range 100 {
		list = append(list, seen{record(fmt.Sprint(i), 1, 1, ""), "x"})
	}
	if text, n := merged(t, merge.Options{By: merge.ByEnd, Twice: merge.Mark, Skew: 1e9, Memory: 2000}, list); n.Early == 0 || strings.Count(text, "\n") != 100 {
		t.Errorf("%+v", n)
	}
}

func TestBad(t *testing.T) {
	m := merge.New(merge.Options{By: merge.ByEnd, Memory: 1 << 20})
	for _, line := range []string{"", "[1]", "{", `{"sa":"a","sp":"x"}`, `{"sa":"a","time_end":1e99}`} {
		if err := m.Line([]byte(line), ""); !errors.As(err, new(*merge.LineError)) {
			t.Errorf("%s: %v", line, err)
		}
	}
	for i := range 65 {
		err := m.Line([]byte(record("1", 1, 2, "")), fmt.Sprint(i))
		if (i == 64) != errors.Is(err, merge.ErrSensors) {
			t.Errorf("sensor %d: %v", i, err)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte(record("1", 1, 2, "")), []byte(`{"sa":"b","da":"a","sensors":[1,"\u0000"]}`), uint8(0))
	f.Add([]byte(`{"version":1,"end-config":1}`), []byte(`{"statistics":{"time":1}}`), uint8(1))
	f.Add([]byte(record("1", 1, 2, "")), []byte(record("1", 1, 2, "")), uint8(2))
	f.Fuzz(func(t *testing.T, a, b []byte, twice uint8) {
		m := merge.New(merge.Options{By: merge.ByStart, Memory: 1 << 10, Skew: 1e9, Twice: []merge.Twice{merge.Apart, merge.Mark, merge.One}[twice%3]})
		taken := 0
		for i, line := range [][]byte{a, b, a} {
			if m.Line(line, string(rune('x'+i))) == nil {
				taken++
			}
		}
		written := 0
		n, err := m.Finish(func(line []byte) error {
			if written++; !jsontext.Value(line).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Errorf("%q and %q became %q", a, b, line)
			}
			return nil
		})
		if err = errors.Join(err, m.Close()); err != nil || written > taken || twice%3 == 0 && int(n.Records+n.Others) > written {
			t.Errorf("%d of %d lines, %+v, %v", written, taken, n, err)
		}
	})
}
