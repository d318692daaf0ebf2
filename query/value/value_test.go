package value

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func parse(t *testing.T, text string) *Record {
	t.Helper()
	var r Record
	if err := r.Parse([]byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &r
}

func TestRecord(t *testing.T) {
	r := parse(t, ` {"a": 1.50 ,"b":[1, {"x":"]}\""}],"\u0063\"":null,"a":{"q\\":"\\"},"d":-0} `)
	for name, want := range map[string]string{
		"a": `{"q\\":"\\"}`, // of two, the last
		"b": `[1, {"x":"]}\""}]`, `c"`: "null", "d": "-0", "e": "",
	} {
		if got := string(r.Get(name)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got, want := string(r.Append(nil)), `{"a": {"q\\": "\\"}, "b": [1, {"x": "]}\""}], "c\"": null, "d": -0}`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	var items []string
	for v := range r.Get("b").Items() {
		items = append(items, string(v))
	}
	if !slices.Equal(items, []string{"1", `{"x":"]}\""}`}) {
		t.Errorf("items %q", items)
	}
	if got := string(r.Get("b").Get("x")); got != "" {
		t.Errorf("a member of an array: %s", got)
	}
	if got := string(r.Get("a").Get(`q\`)); got != `"\\"` {
		t.Errorf(`q\ is %s`, got)
	}
}

func TestManyMembers(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"n0":0`)
	for i := range 1000 {
		b.WriteString(`,"n`)
		b.Write(Num{Int: int64(i), IsInt: true}.Append(nil))
		b.WriteString(`":1`)
	}
	r := parse(t, b.String()+`}`)
	c, _ := r.Clone(nil)
	for _, r := range []*Record{r, c} {
		if len(r.Members) != 1000 || string(r.Get("n0")) != "1" || string(r.Get("n999")) != "1" || r.Get("n1000") != nil {
			t.Errorf("%d members", len(r.Members))
		}
	}
}

func TestBadLines(t *testing.T) {
	for text, want := range map[string]string{
		"": "an empty line", "  ": "an empty line", "5": "no JSON object", `[{"a":1}]`: "no JSON object", "null": "no JSON object",
		`{"a":1`: "no JSON: ", `{"a":01}`: "no JSON, from byte 7", "{\"a\":\"\xff\"}": "no JSON, from byte 6", `{"a":1}{"a":1}`: "more than one",
		`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}":         "nested",
		`{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}": "nested",
	} {
		var r Record
		if err := r.Parse([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) && !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
}

func TestClone(t *testing.T) {
	line := []byte(`{"a":1,"b":"x","c":[2]}`)
	var r Record
	if err := r.Parse(line); err != nil {
		t.Fatal(err)
	}
	c, size := r.Clone(func(name []byte) bool { return string(name) != "b" })
	for i := range line {
		line[i] = '!'
	}
	if got := string(c.Append(nil)); got != `{"a": 1, "c": [2]}` || size != 6 {
		t.Errorf("%s, %d bytes", got, size)
	}
}

func TestTooManyMembers(t *testing.T) {
	var b strings.Builder
	for i := range maxMembers + 1 {
		b.WriteString(`,"`)
		b.Write(Num{Int: int64(i), IsInt: true}.Append(nil))
		b.WriteString(`":1`)
	}
	var r Record
	if err := r.Parse([]byte("{" + b.String()[1:] + "}")); !errors.Is(err, errMembers) {
		t.Errorf("%v", err)
	}
}

// No text may do anything to a terminal, and it must read back the same.
func TestAppendString(t *testing.T) {
	r := parse(t, "{\"\u00e9\u009b\":\"a\\u001b\u007f\U0001f600\\/\"}")
	got := string(r.Append(nil))
	if want := `{"\u00e9\u009b": "a\u001b\u007f\ud83d\ude00\/"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if again := parse(t, got); string(again.Append(nil)) != got {
		t.Errorf("%s does not read back", got)
	}
}

func TestAppendIndented(t *testing.T) {
	r := parse(t, `{"a":[],"b":{ },"c":[1,{"d":"x"}]}`)
	want := "{\n   \"a\": [],\n   \"b\": {},\n   \"c\": [\n      1,\n      {\n         \"d\": \"x\"\n      }\n   ]\n}"
	if got := string(Value(r.Append(nil)).AppendIndented(nil)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestNum(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-12": "-12", "+7": "7", "007": "7", "1452263349.918890": "1452263349.91889", "1e2": "100.0", "1E400": "null",
		"9223372036854775807": "9223372036854775807", "9223372036854775808": "9.223372036854775808e+18",
		"1e-7": "1e-07", "": "", "-": "", "0x1": "", "1_0": "", "inf": "", "nan": "", ".": "", "1.2.3": "", "--1": "",
	} {
		n, ok := ParseNum([]byte(text))
		var got string
		if ok {
			got = string(n.Append(nil))
		}
		if want == "9.223372036854775808e+18" {
			if m, err := parseAgain(got); err != nil || m != n.Float {
				t.Errorf("%s is %s", text, got)
			}
		} else if got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func parseAgain(s string) (float64, error) {
	n, ok := ParseNum([]byte(s))
	if !ok {
		return 0, errors.New(s)
	}
	return n.Float, nil
}

func TestPlus(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"1", "2", "3"},
		{"1", "2.5", "3.5"},
		{"-1", "1", "0"},
		{"0", "0", "0"},
		{"5", "0", "5"},
		{"-5", "0", "-5"},
		{"9223372036854775807", "1", "9.223372036854776e+18"},
		{"-9223372036854775807", "-5", "-9.223372036854776e+18"},
	} {
		a, _ := ParseNum([]byte(c.a))
		b, _ := ParseNum([]byte(c.b))
		if got := string(a.Plus(b).Append(nil)); got != c.want {
			t.Errorf("%s + %s = %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func key(t *testing.T, text string) string {
	return string(parse(t, `{"v":`+text+`}`).Get("v").AppendKey(nil))
}

// The keys of these are in this order, and all different.
func TestKeyOrder(t *testing.T) {
	list := []string{
		"null", "false", "true", "-1e300", "-2", "-1.5", "0", "0.5", "9", "10", "9007199254740992", "9007199254740993", "1e300",
		`""`, `"\u0000"`, `"a"`, `"a\u0000"`, `"a\u0000b"`, `"ab"`, `"b"`, `[]`, `[null]`, `[1]`, `[1,2]`, `[2]`, `["a"]`, `[[]]`, `{}`, `{"a":1}`, `{"a":1,"b":1}`, `{"a":2}`, `{"b":0}`,
	}
	for i := 1; i < len(list); i++ {
		if key(t, list[i-1]) >= key(t, list[i]) {
			t.Errorf("%s is not before %s", list[i-1], list[i])
		}
	}
}

func TestKeyEqual(t *testing.T) {
	for _, c := range [][2]string{
		{"1", "1.0"}, {"100", "1e2"}, {"0", "-0"}, {"-0.0", "0"}, {`"\u0041"`, `"A"`}, {`{"a":1,"b":[2]}`, `{ "b":[ 2.0 ],"a":1 }`}, {`{"a":1,"a":2}`, `{"a":2}`},
	} {
		if key(t, c[0]) != key(t, c[1]) {
			t.Errorf("%s and %s differ", c[0], c[1])
		}
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	in := "a\n\r\n" + long + "\n" + strings.Repeat("y", MaxLine+1) + "\nb\r\n" + "last"
	l := NewLines(strings.NewReader(in))
	for i, want := range []string{"a", "", long, "!", "b", "last"} {
		line, err := l.Next()
		switch {
		case want == "!" && !errors.Is(err, ErrTooLong), want != "!" && (err != nil || string(line) != want):
			t.Errorf("line %d: %.10q, %v", i+1, line, err)
		}
		if l.Number != i+1 {
			t.Errorf("line %d has number %d", i+1, l.Number)
		}
	}
	if _, err := l.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestLinesFail(t *testing.T) {
	broken := errors.New("broken")
	l := NewLines(io.MultiReader(strings.NewReader("a\nhalf"), failing{broken}))
	if line, err := l.Next(); string(line) != "a" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	if _, err := l.Next(); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What is taken for valid is valid, and so is all that is made of it.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":[1,{"x":"]}\""}],"c":null}`, `{"\u0061\\":"\ud83d\ude00","a":1e999}`, `{ "a" : [ ] , "b" : { } }`,
		`{"a":-0.0,"a":123456789012345678901234567890}`, `[1]`, `{"a":"` + "\u009b\u007f" + `"}`, "{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var r Record
		if r.Parse(line) != nil {
			return
		}
		text := r.Append(nil)
		for _, made := range [][]byte{text, Value(text).AppendIndented(nil)} {
			if !jsontext.Value(made).IsValid() && !jsontext.Value(made).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Fatalf("%q became %q", line, made)
			}
			var again Record
			if err := again.Split(made); err != nil {
				t.Fatalf("%q: %v", made, err)
			}
			if !bytes.Equal(Value(text).AppendKey(nil), Value(again.Append(nil)).AppendKey(nil)) {
				t.Fatalf("%q became another in %q", line, made)
			}
		}
		if c, _ := r.Clone(nil); !bytes.Equal(c.Append(nil), text) {
			t.Fatalf("%q: the clone differs", line)
		}
	})
}

// The scanner and jsontext agree about what is JSON.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-0.5e+7,true,false,null,"\ud83d\ude00\u00e9\n"],"b":{}}`, `[01]`, `[-]`, `[1.]`, `[1e]`, `["\ud800"]`, `["\udc00"]`, `["\ud800\u0041"]`, `["\x"]`, "[\"\x01\"]",
		"[\"\xff\"]", `[1,]`, `{"a":1,}`, `{"a"}`, `{a:1}`, `nul`, `nullx`, ` 5 `, `[`, `["a`, `"\u12`, "", "{} {}", "[\"\xed\xa0\x80\"]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r Record
		err := r.parse(text, 1000, maxMembers)
		if valid := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)); valid != (err == nil || errors.Is(err, ErrNoObject)) {
			t.Fatalf("%q: %v, jsontext says %v", text, err, valid)
		}
	})
}

// BenchmarkParse takes the lines of a flow file, named by JOY_FLOWS, apart.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("JOY_FLOWS"))
	if err != nil {
		b.Skip("JOY_FLOWS names no file")
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	b.SetBytes(int64(len(data)))
	var r Record
	for b.Loop() {
		for _, line := range lines {
			if err := r.Parse(line); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Lines say where they begin, whatever they end with and however long they are.
func TestLinesOffset(t *testing.T) {
	text := "a\n\r\nbc\r\n" + strings.Repeat("x", 3<<20) + "\n" + strings.Repeat("y", MaxLine+1) + "\nlast"
	l := NewLines(strings.NewReader(text))
	var got []int64
	for {
		line, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		got = append(got, l.Offset)
		if err == nil && !strings.HasPrefix(text[l.Offset:], string(line)) {
			t.Errorf("line %d is not at %d", l.Number, l.Offset)
		}
	}
	if want := []int64{0, 2, 4, 8, 9 + 3<<20, 9 + 3<<20 + MaxLine + 2}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}
