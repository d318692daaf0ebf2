package element

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/query/value"
)

func record(t testing.TB, text string) *value.Record {
	t.Helper()
	var r value.Record
	if err := r.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return &r
}

const flow = `{"sa":"10.0.0.1","da":"10.0.0.2","sp":null,"packets":[{"b":1,"dir":"<"},{"b":2},{"x":0}],"empty":[],"bytes_out":5,` +
	`"tls":{"scs":"c02f","cs":["c02f","1301"],"c_extensions":[{"server_name":"a"},{"groups":"b"}]},"a b":1,"http":[{"out":[{"method":"GET"},{"User-Agent":"curl"}],"in":[{"code":"200"}]}]}`

func TestAppend(t *testing.T) {
	for list, want := range map[string]string{
		"da,sa":                  `{"da": "10.0.0.2", "sa": "10.0.0.1"}`, // in the order of the request
		" sp , empty,nothing,sp": `{"sp": null, "empty": []}`,
		"packets[{b}]":           `{"packets": [{"b": 1}, {"b": 2}]}`,
		"packets[{dir,b}]":       `{"packets": [{"dir": "<", "b": 1}, {"b": 2}]}`,
		"packets[{b},{dir}]":     `{"packets": [{"b": 1}, {"dir": "<"}, {"b": 2}]}`,
		// Sleuth loses what follows an array without a match.
		"da,packets[{zzz}],bytes_out": `{"da": "10.0.0.2", "bytes_out": 5}`,
		"empty[{b}]":                  "",
		"sp{x},da[{x}],nothing":       "",
		// Sleuth keeps the last of several parents.
		"tls{scs},da,tls{cs}":                  `{"tls": {"scs": "c02f", "cs": ["c02f", "1301"]}, "da": "10.0.0.2"}`,
		"tls{cs},tls":                          strings.ReplaceAll(`{"tls": {"scs": "c02f", "cs": ["c02f", "1301"], "c_extensions": [{"server_name": "a"}, {"groups": "b"}]}}`, "\n", ""),
		"tls,tls{cs}":                          `{"tls": {"scs": "c02f", "cs": ["c02f", "1301"], "c_extensions": [{"server_name": "a"}, {"groups": "b"}]}}`,
		"tls{cs[]}":                            `{"tls": {"cs": ["c02f", "1301"]}}`, // selects nothing in sleuth
		"packets{b}":                           `{"packets": [{"b": 1}, {"b": 2}]}`, // nor does this
		"tls[{scs}]":                           `{"tls": {"scs": "c02f"}}`,          // which ends sleuth
		"tls[{scs},{nothing,cs}]":              `{"tls": {"scs": "c02f", "cs": ["c02f", "1301"]}}`,
		`"a b"`:                                `{"a b": 1}`,
		"http[{out{User-Agent}}]":              `{"http": [{"out": [{"User-Agent": "curl"}]}]}`, // as in sleuth's manual
		"http[{out[{User-Agent}],in[{code}]}]": `{"http": [{"out": [{"User-Agent": "curl"}], "in": [{"code": "200"}]}]}`,
	} {
		l, err := Parse(list)
		if err != nil {
			t.Errorf("%s: %v", list, err)
			continue
		}
		got, ok := l.Append(nil, record(t, flow))
		if string(got) != want || ok != (want != "") {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for list, want := range map[string]string{
		"sp,x{y}":            `{"sp": null, "a": {"b": [{"c": 1}, {"d": 2}]}, "e": [1]}`,
		"a{b[{c}]}":          `{"sp": 5, "a": {"b": [{"c": null}, {"d": 2}]}, "e": [1]}`,
		"a{b[{c},{d}]},e{f}": `{"sp": 5, "a": {"b": [{"c": null}, {"d": null}]}, "e": [1]}`,
		"a{b},e":             `{"sp": 5, "a": {"b": null}, "e": null}`,
	} {
		l, err := Parse(list)
		if err != nil {
			t.Fatal(err)
		}
		r := record(t, `{"sp":5,"a":{"b":[{"c":1},{"d":2}]},"e":[1]}`)
		if got := string(l.Blank(nil, r.Append(nil))); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"packets[{b}]": "1 2", "packets[{b,dir}]": `1 "<" 2`, "packets[{b},{dir}]": `1 "<" 2`, "tls{cs}": `["c02f","1301"]`, "tls{scs[]}": `"c02f"`, "no": "", "sp{a}": "",
	} {
		e, next, err := ParseOne(text+"=1", 0)
		if err != nil || next != len(text) {
			t.Fatalf("%s: %d, %v", text, next, err)
		}
		var found []string
		e.Find(record(t, flow), func(v value.Value) bool {
			found = append(found, string(v))
			return true
		})
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		"da": "da", "tls { cs[] , scs }": "tls{cs,scs}", "packets[{b}]": "packets{b}", "packets[{b},{dir,ipt}]": "packets[{b},{dir,ipt}]", `"a b"{'x"'}`: `"a b"{"x\""}`,
	} {
		l, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := l[0].String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, column := range map[string]int{
		"": 1, "da,": 4, ",da": 1, "tls{scs": 8, "tls{scs}}": 9, "packets[b]": 9, "packets[b>900]": 9, "packets[{b}": 12, "packets[{b}{c}]": 12,
		"a b": 3, "tls{}": 5, `"open`: 1, "a{" + strings.Repeat("a{", 200): 203,
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.20s: %v", text, err)
		} else if e.Column != column {
			t.Errorf("%.20s: column %d: %s; want %d", text, e.Column, e.Text, column)
		}
	}
}

// Sleuth evaluates what it is given as Python.
func TestNoCode(t *testing.T) {
	const code = `__import__("os").system("touch x")`
	if l, err := Parse(strings.ReplaceAll(code, " ", "")); err != nil || len(l) != 1 || l[0].Name != strings.ReplaceAll(code, " ", "") {
		t.Errorf("%v, %v", l, err)
	}
	if _, err := Parse(code); err == nil {
		t.Error("a blank in a name that is not quoted")
	}
}

func TestJoin(t *testing.T) {
	a, _ := Parse("tls{scs},da")
	b, _ := Parse("tls{cs},packets")
	got, _ := Join(a, b).Append(nil, record(t, `{"da":1,"packets":[],"tls":{"cs":1,"scs":2,"x":3}}`))
	if want := `{"tls": {"scs": 2, "cs": 1}, "da": 1, "packets": []}`; string(got) != want {
		t.Errorf("%s", got)
	}
	if got, _ := a.Append(nil, record(t, `{"tls":{"cs":1,"scs":2}}`)); string(got) != `{"tls": {"scs": 2}}` {
		t.Errorf("the first list became %s", got)
	}
}

// Whatever is selected or blanked is valid JSON.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"da,tls{scs,cs}", "http[{out[{User-Agent}],in[{code}]}]", `"a b",packets[{b},{dir}]`, "tls{cs[]},tls{scs}", "a{", "x[{y}", `'q\''`} {
		f.Add(s, flow)
	}
	f.Fuzz(func(t *testing.T, text, line string) {
		var r value.Record
		l, err := Parse(text)
		if err != nil || r.Parse([]byte(line)) != nil {
			return
		}
		for i := range l {
			if e, next, err := ParseOne(l[i].String(), 0); err != nil && !strings.ContainsAny(l[i].String(), "=~<>!|()") || err == nil && next == len(l[i].String()) && e.String() != l[i].String() {
				t.Fatalf("%q: %v", l[i].String(), err)
			}
		}
		b, ok := l.Append(nil, &r)
		for _, made := range [][]byte{b, l.Blank(nil, r.Append(nil))} {
			if (ok || len(made) > 0) && !jsontext.Value(made).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
				t.Fatalf("%q of %q made %q", text, line, made)
			}
		}
	})
}
