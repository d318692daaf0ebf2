package sleuth

import (
	"bytes"
	_ "embed"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/query/element"
	"joy/query/value"
	"joy/query/where"
)

// fixture is a file of five flows.
//
//go:embed testdata/flows.json
var fixture string

// question makes Options of the words of a command line, as cmd/joy does.
func question(t testing.TB, words ...string) (o Options) {
	t.Helper()
	list := func(text string) element.List {
		l, err := element.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	o.Memory = 1 << 20
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "--no_stitch":
			o.NoStitch = true
			continue
		case "--dist":
			o.Dist = true
			continue
		case "--pretty":
			o.Pretty = true
			continue
		}
		value := words[i+1]
		switch words[i] {
		case "--select":
			o.Select = list(value)
		case "--normalize":
			o.Normalize = list(value)
		case "--groupby":
			o.GroupBy = list(value)
		case "--distinct":
			o.Distinct = list(value)
		case "--sum":
			o.Sum = strings.Split(value, ",")
		case "--where":
			c, err := where.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			o.Where = c
		default:
			t.Fatalf("what is %s", words[i])
		}
		i++
	}
	return o
}

// ask runs a question over the lines of files, and returns what it wrote and how
// many flows it read.
func ask(t testing.TB, o Options, files ...string) (out string, flows int) {
	t.Helper()
	var b bytes.Buffer
	s := New(o, &b)
	for _, f := range files {
		s.Begin()
		lines := value.NewLines(strings.NewReader(f))
		for {
			line, err := lines.Next()
			if err != nil {
				break
			}
			flow, err := s.Line(line)
			if err != nil && !errors.As(err, new(*LineError)) {
				t.Fatal(err)
			}
			if flow {
				flows++
			}
		}
	}
	if err := errors.Join(s.Finish(), s.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String(), flows
}

// sameJSON compares lines as JSON: sleuth's keys have no order.
func sameJSON(t testing.TB, got, want []string) {
	t.Helper()
	keys := func(lines []string) (list []string) {
		for _, l := range lines {
			if !jsontext.Value(l).IsValid() {
				t.Errorf("no JSON: %s", l)
			}
			list = append(list, string(value.Value(l).AppendKey(nil)))
		}
		return list
	}
	if !slices.Equal(keys(got), keys(want)) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func split(out string) []string {
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

// The examples are those that were run with Joy 4.5.0. Where the answer is another
// one here, why says why.
var examples = []struct {
	name  string
	words []string
	want  []string
	why   string
}{
	{"E1", []string{"--select", "sa,da,dp,pr"}, []string{
		`{"pr": 17, "sa": "10.0.0.1", "dp": 53, "da": "10.0.0.53"}`,
		`{"pr": 6, "sa": "10.0.0.1", "dp": 443, "da": "192.0.2.10"}`,
		`{"pr": 6, "sa": "10.0.0.2", "dp": 80, "da": "192.0.2.20"}`,
		`{"pr": 1, "sa": "10.0.0.2", "dp": null, "da": "192.0.2.21"}`,
	}, ""},
	{"E2", []string{"--no_stitch", "--where", "dp=443", "--select", "time_start,time_end,num_pkts_out,bytes_in"}, []string{
		`{"bytes_in": 3000, "time_start": 101.0, "time_end": 131.5, "num_pkts_out": 5}`,
		`{"bytes_in": 400, "time_start": 131.6, "time_end": 140.0, "num_pkts_out": 2}`,
	}, ""},
	{"E3", []string{"--where", "dp=443", "--select", "time_start,time_end,num_pkts_out,bytes_in,num_pkts_in"}, []string{
		`{"bytes_in": 3400, "num_pkts_in": 9, "time_end": 140.0, "num_pkts_out": 7, "time_start": 101.0}`,
	}, "sleuth gives the first record of a flow for all of it"},
	{"E4", []string{"--select", "packets[{b}],da"}, []string{
		`{"packets": [{"b": 30}, {"b": 90}], "da": "10.0.0.53"}`,
		`{"packets": [{"b": 200}, {"b": 1400}, {"b": 1400}, {"b": 70}, {"b": 400}], "da": "192.0.2.10"}`,
		`{"packets": [{"b": 120}, {"b": 800}], "da": "192.0.2.20"}`,
		`{"da": "192.0.2.21"}`,
	}, "sleuth loses the packets of the second record"},
	{"E5", []string{"--no_stitch", "--where", "packets[{ipt}]>1000", "--select", "da,packets[{ipt,dir}]"}, []string{
		`{"packets": [{"ipt": 0, "dir": ">"}, {"ipt": 1500, "dir": "<"}], "da": "192.0.2.20"}`,
	}, ""},
	{"E6", []string{"--select", "tls{scs,cs}"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"], "scs": "c02f"}}`}, ""},
	{"E7", []string{"--select", "tls{cs}", "--where", "tls{cs[]}=c030"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"]}}`}, ""},
	{"E7 without brackets", []string{"--select", "tls{cs}", "--where", "tls{cs}=c030"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"]}}`}, ""},
	{"E7 with a number", []string{"--select", "tls{cs}", "--where", "tls{cs}=1301"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"]}}`}, "in sleuth a number is no text"},
	{"E7 with a star", []string{"--select", "tls{cs}", "--where", "tls{cs}=1301*"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"]}}`}, ""},
	{"E8", []string{"--select", "http[{out[{User-Agent}],in[{code}]}]"}, []string{`{"http": [{"out": [{"User-Agent": "curl/7.1"}], "in": [{"code": "200"}]}]}`}, ""},
	{"E9", []string{"--select", "da", "--where", "http[{in[{Content-Type}]}]=*xml"}, []string{`{"da": "192.0.2.20"}`}, ""},
	{"E10", []string{"--select", "dp", "--where", "dp<100"}, []string{`{"dp": 53}`, `{"dp": 80}`}, "null is not below numbers"},
	{"E11", []string{"--select", "da", "--where", "tls~*"}, []string{`{"da": "10.0.0.53"}`, `{"da": "192.0.2.10"}`, `{"da": "192.0.2.20"}`, `{"da": "192.0.2.21"}`}, ""},
	{"E12", []string{"--select", "da,dp", "--where", "(pr=6,dp=80)|dp=53"}, []string{`{"dp": 53, "da": "10.0.0.53"}`, `{"dp": 80, "da": "192.0.2.20"}`}, ""},
	{"E13", []string{"--no_stitch", "--select", "sa,pr", "--dist"}, []string{
		`{"pr": 6, "count": 2, "sa": "10.0.0.1", "total": 5}`,
		`{"pr": 17, "count": 1, "sa": "10.0.0.1", "total": 5}`,
		`{"pr": 1, "count": 1, "sa": "10.0.0.2", "total": 5}`,
		`{"pr": 6, "count": 1, "sa": "10.0.0.2", "total": 5}`,
	}, "of equal counts the order is that of the values; in sleuth it is arbitrary"},
	{"E14", []string{"--no_stitch", "--select", "sa,pr", "--groupby", "sa", "--dist"}, []string{
		`{"pr": 6, "count": 2, "sa": "10.0.0.1", "total": 3}`,
		`{"pr": 17, "count": 1, "sa": "10.0.0.1", "total": 3}`,
		`{"pr": 1, "count": 1, "sa": "10.0.0.2", "total": 2}`,
		`{"pr": 6, "count": 1, "sa": "10.0.0.2", "total": 2}`,
	}, "groups come in the order of their values; in sleuth it is arbitrary"},
	{"E15", []string{"--select", "sa,bytes_out", "--groupby", "sa", "--sum", "bytes_out"}, []string{
		`{"bytes_out": 600, "sa": "10.0.0.1", "sum_over": 2}`,
		`{"bytes_out": 344, "sa": "10.0.0.2", "sum_over": 2}`,
	}, "stitching adds 70 bytes"},
	{"E16", []string{"--no_stitch", "--select", "sa,da,bytes_out,bytes_in", "--groupby", "sa", "--sum", "bytes_out,bytes_in"}, []string{
		`{"bytes_out": 600, "sa": "10.0.0.1", "sum_over": 3, "bytes_in": 3490, "da": ["10.0.0.53", "192.0.2.10"]}`,
		`{"bytes_out": 344, "sa": "10.0.0.2", "sum_over": 2, "bytes_in": 800, "da": ["192.0.2.20", "192.0.2.21"]}`,
	}, "sleuth prints a sum only if the last object has the key"},
	{"E17", []string{"--select", "tls", "--normalize", "tls{cs,c_extensions[{server_name}]}"}, []string{
		`{"tls": {"cs": null, "c_extensions": [{"server_name": null}, {"supported_groups": "00040017"}], "scs": "c02f"}}`,
	}, ""},
	{"E18", []string{"--select", "linked_dns{dns[{rn}]},da"}, []string{
		`{"da": "10.0.0.53"}`,
		`{"linked_dns": {"dns": [{"rn": "www.example.com"}]}, "da": "192.0.2.10"}`,
		`{"da": "192.0.2.20"}`,
		`{"da": "192.0.2.21"}`,
	}, ""},
	{"E19", []string{"--where", "dns[{rr[{a}]}]=192.0.2.*", "--select", "sa,dns[{rn,rr[{a}]}]"}, []string{
		`{"sa": "10.0.0.1", "dns": [{"rn": "www.example.com", "rr": [{"a": "192.0.2.10"}]}]}`,
	}, ""},
	{"E21", []string{"--select", "sa,pr", "--sum", "pr", "--dist", "--no_stitch"}, []string{
		`{"pr": 6, "count": 2, "sa": "10.0.0.1", "total": 5}`,
		`{"pr": 17, "count": 1, "sa": "10.0.0.1", "total": 5}`,
		`{"pr": 1, "count": 1, "sa": "10.0.0.2", "total": 5}`,
		`{"pr": 6, "count": 1, "sa": "10.0.0.2", "total": 5}`,
	}, "as E13"},
	{"E22", []string{"--select", "nothing"}, nil, ""},
	{"E23", []string{"--select", "bytes_out", "--groupby", "sa", "--sum", "bytes_out"}, []string{`{"bytes_out": 944, "sum_over": 4}`}, "stitching adds 70 bytes"},

	// What else section 1 tells, and what is new.
	{"a lost sub-result", []string{"--where", "pr=17", "--select", "da,packets[{zzz}],bytes_out,sp"}, []string{`{"da": "10.0.0.53", "bytes_out": 30, "sp": 40000}`}, "sleuth loses what follows"},
	{"two parents", []string{"--select", "tls{scs},tls{cs}"}, []string{`{"tls": {"scs": "c02f", "cs": ["c02f", "c030", "1301"]}}`}, "in sleuth the last counts"},
	{"the array of a selection", []string{"--select", "tls{cs[]}"}, []string{`{"tls": {"cs": ["c02f", "c030", "1301"]}}`}, "sleuth selects nothing"},
	{"as in sleuth's manual", []string{"--select", "http[{out{User-Agent}}]"}, []string{`{"http": [{"out": [{"User-Agent": "curl/7.1"}]}]}`}, "sleuth selects nothing"},
	{"or before and", []string{"--select", "dp", "--where", "pr=6,dp=80|dp=53"}, []string{`{"dp": 80}`}, ""},
	{"floats", []string{"--select", "entropy", "--where", "entropy>=5", "--no_stitch", "--sum", "entropy"}, []string{`{"entropy": 19.75, "sum_over": 3}`}, "sleuth gives the first of floats"},
	{"a sum of nothing", []string{"--where", "pr=99", "--select", "pr", "--sum", "pr"}, []string{`{"sum_over": 0}`}, ""},
	{"groups of nothing", []string{"--where", "pr=99", "--select", "pr", "--groupby", "pr", "--sum", "pr"}, nil, ""},
	{"a count of nothing", []string{"--where", "pr=99", "--select", "pr", "--dist"}, nil, ""},
	{"blanked ports", []string{"--select", "sa,sp", "--normalize", "sp", "--dist"}, []string{
		`{"sa": "10.0.0.1", "sp": null, "count": 2, "total": 4}`, `{"sa": "10.0.0.2", "sp": null, "count": 2, "total": 4}`,
	}, ""},
	{"order alone", []string{"--select", "dp", "--groupby", "dp"}, []string{`{"dp": null}`, `{"dp": 53}`, `{"dp": 80}`, `{"dp": 443}`}, ""},
	{"different hosts and ports", []string{"--select", "sa,da,dp", "--groupby", "sa", "--distinct", "da,dp"}, []string{
		`{"sa": "10.0.0.1", "distinct": {"da": 2, "dp": 2}, "count": 2}`, `{"sa": "10.0.0.2", "distinct": {"da": 2, "dp": 2}, "count": 2}`,
	}, "sleuth cannot"},
	{"a sum without a selection", []string{"--where", "pr=1", "--sum", "bytes_out"}, []string{
		`{"sa":"10.0.0.2","da":"192.0.2.21","pr":1,"sp":null,"dp":null,"bytes_out":224,"num_pkts_out":4,"time_start":104.0,"time_end":107.0,"packets":[],"expire_type":"i","sum_over":1}`,
	}, "ends sleuth: it cannot tell arrays apart"},
}

func TestExamples(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			out, flows := ask(t, question(t, e.words...), fixture)
			sameJSON(t, split(out), e.want)
			if flows != 5 {
				t.Errorf("read %d flows", flows)
			}
		})
	}
}

// E26: one SSH connection in three records; sleuth counts the first.
func TestSSH(t *testing.T) {
	const file = `{"version":"4.5.0","bidir":1}
{"sa":"192.168.1.2","da":"192.168.1.3","pr":6,"sp":59070,"dp":22,"bytes_out":2497,"num_pkts_out":20,"bytes_in":1,"num_pkts_in":1,"time_start":10.5,"time_end":40.4,"expire_type":"a"}
{"sa":"192.168.1.2","da":"192.168.1.3","pr":6,"sp":59070,"dp":22,"bytes_out":2124,"num_pkts_out":30,"bytes_in":1,"num_pkts_in":1,"time_start":41.0,"time_end":70.9,"expire_type":"a"}
{"sa":"192.168.1.2","da":"192.168.1.3","pr":6,"sp":59070,"dp":22,"bytes_out":2700,"num_pkts_out":40,"bytes_in":1,"num_pkts_in":1,"time_start":71.5,"time_end":102.5}
`
	words := []string{"--select", "sa,da,dp,bytes_out", "--where", "dp=22", "--sum", "bytes_out"}
	out, _ := ask(t, question(t, words...), file)
	sameJSON(t, split(out), []string{`{"bytes_out": 7321, "sum_over": 1, "sa": "192.168.1.2", "da": "192.168.1.3", "dp": 22}`})
	out, _ = ask(t, question(t, append(words, "--no_stitch")...), file)
	sameJSON(t, split(out), []string{`{"bytes_out": 7321, "sum_over": 3, "sa": "192.168.1.2", "da": "192.168.1.3", "dp": 22}`})
}

// Keys come in the order of --select, else in that of the input.
func TestKeyOrder(t *testing.T) {
	out, _ := ask(t, question(t, "--select", "dp,sa", "--where", "pr=17"), fixture)
	if want := "{\"dp\": 53, \"sa\": \"10.0.0.1\"}\n"; out != want {
		t.Errorf("%s", out)
	}
	out, _ = ask(t, question(t, "--where", "pr=1"), fixture)
	if want := `{"sa": "10.0.0.2", "da": "192.0.2.21", "pr": 1, "sp": null, "dp": null, "bytes_out": 224, "num_pkts_out": 4, "time_start": 104.0, "time_end": 107.0, "packets": [], "expire_type": "i"}` + "\n"; out != want {
		t.Errorf("%s", out)
	}
}

// E20; sleuth leaves a blank behind each comma.
func TestPretty(t *testing.T) {
	out, _ := ask(t, question(t, "--select", "pr", "--groupby", "pr", "--pretty", "--dist", "--where", "pr=17"), fixture)
	if want := "{\n   \"pr\": 17,\n   \"count\": 1,\n   \"total\": 1\n}\n"; out != want {
		t.Errorf("%s", out)
	}
	out, _ = ask(t, question(t, "--select", "da,pr", "--pretty", "--where", "pr=6", "--sum", "pr"), fixture)
	if want := "{\n   \"da\": [\n      \"192.0.2.10\",\n      \"192.0.2.20\"\n   ],\n   \"pr\": 12,\n   \"sum_over\": 2\n}\n"; out != want {
		t.Errorf("%s", out)
	}
}

// What conditions see follows from a record, what is selected from all of a flow;
// nothing follows where there is nothing, or something else.
func TestDeductions(t *testing.T) {
	const file = `{"sa":"a","da":"b","pr":6,"sp":1,"dp":2,"num_pkts_out":1,"time_start":1,"time_end":2,"x":{"out":1}}
{"sa":"b","da":"a","pr":6,"sp":2,"dp":1,"num_pkts_out":1,"time_start":1,"time_end":2,"x":{"in":2}}
{"sa":"c","da":"d","pr":6,"sp":1,"dp":2,"num_pkts_out":1,"time_start":1,"time_end":2}
{"sa":"e","da":"f","pr":6,"sp":1,"dp":2,"num_pkts_out":1,"time_start":1,"time_end":2,"x":5}
`
	copied := Deduction{Name: "y", From: element.List{{Name: "x"}}, Append: func(b, from []byte) ([]byte, error) {
		x := value.Value(from).Get("x")
		if x.Kind() != value.Object {
			return append(b, "half"...), errors.New("no object")
		}
		return append(b, x...), nil
	}}
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"--select", "y"}, []string{`{"y": {"out": 1, "in": 2}}`}},
		{[]string{"--select", "y", "--no_stitch"}, []string{`{"y": {"out": 1}}`, `{"y": {"in": 2}}`}},
		{[]string{"--select", "sa,y", "--where", "y{in}=2"}, []string{`{"sa": "b", "y": {"in": 2}}`}},
		{[]string{"--select", "sa", "--where", "y=*"}, []string{`{"sa": "a"}`}},
		{[]string{"--select", "sa", "--where", "y~*"}, []string{`{"sa": "c"}`, `{"sa": "e"}`}},
	} {
		o := question(t, c.words...)
		o.Deductions = []Deduction{copied}
		out, _ := ask(t, o, file)
		sameJSON(t, split(out), c.want)
	}
}

// Lines that are no flows, and lines that are nothing.
func TestLines(t *testing.T) {
	s := New(question(t, "--select", "a"), &bytes.Buffer{})
	for line, want := range map[string]string{
		`{"version":"5","a":1}`: "no flow", `{"statistics":{"packets":5}}`: "no flow", `{"a":1}`: "flow", `{"statistics":1,"a":1}`: "flow",
		"": "bad", "5": "bad", `[{"a":1}]`: "bad", `{"a":`: "bad", "{\"a\":\"\xff\"}": "bad", `{"da":1}`: "flow",
	} {
		flow, err := s.Line([]byte(line))
		got := "no flow"
		switch {
		case errors.As(err, new(*LineError)):
			got = "bad"
		case err != nil:
			t.Fatal(err)
		case flow:
			got = "flow"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// Stitching and links go on from one file to the next.
func TestFiles(t *testing.T) {
	lines := strings.SplitAfter(fixture, "\n")
	first, second := strings.Join(lines[:3], ""), lines[0]+strings.Join(lines[3:], "")
	out, _ := ask(t, question(t, "--where", "dp=443", "--select", "bytes_out,linked_dns{server_addr}"), first, second)
	sameJSON(t, split(out), []string{`{"bytes_out": 570, "linked_dns": {"server_addr": "10.0.0.53"}}`})
}

// A flow of which the rest is not awaited any more goes on at once, and others as
// soon as they are whole.
func TestStreams(t *testing.T) {
	var b bytes.Buffer
	s := New(question(t, "--select", "dp"), &b)
	var got []int
	for line := range strings.Lines(fixture) {
		if _, err := s.Line([]byte(strings.TrimSpace(line))); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Count(b.String(), "\n"))
	}
	if want := []int{0, 1, 1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("lines after each: %v, want %v", got, want)
	}
}

// The output of questions that hold flows does not depend on the memory.
func TestMemory(t *testing.T) {
	for _, words := range [][]string{{"--dist", "--select", "sa,pr"}, {"--groupby", "sa", "--select", "sa,packets"}, {"--sum", "bytes_out", "--select", "sa,dp,bytes_out"}} {
		o := question(t, append(words, "--no_stitch")...)
		want, _ := ask(t, o, fixture)
		o.Memory = 1
		if got, _ := ask(t, o, fixture); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", words, got, want)
		}
	}
}

// Whatever a file holds, what comes out are lines of JSON.
func FuzzLine(f *testing.F) {
	for line := range strings.Lines(fixture) {
		f.Add(line, line)
	}
	f.Add(`{"dns":[{"rr":[{"a":"x","ttl":1e999}]}],"sa":1,"da":"y","sp":53}`, `{"da":"x","time_start":-1,"packets":{"b":[]}}`)
	questions := []Options{
		question(f), question(f, "--dist"), question(f, "--sum", "bytes_out,packets,entropy,tls"), question(f, "--groupby", "sa,tls{cs}", "--pretty"),
		question(f, "--distinct", "da,packets{b}", "--groupby", "sa"), question(f, "--normalize", "packets{b},tls{cs}", "--select", "packets{b,dir},tls,linked_dns", "--dist"),
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for i, o := range questions {
			var out bytes.Buffer
			s := New(o, &out)
			for _, line := range []string{a, b, a} {
				if _, err := s.Line([]byte(line)); err != nil && !errors.As(err, new(*LineError)) {
					t.Fatal(err)
				}
			}
			if err := errors.Join(s.Finish(), s.Close()); err != nil {
				t.Fatal(err)
			}
			d := jsontext.NewDecoder(&out, jsontext.AllowDuplicateNames(true))
			for d.PeekKind() != 0 {
				if err := d.SkipValue(); err != nil {
					t.Fatalf("question %d of %q and %q: %v", i, a, b, err)
				}
			}
		}
	})
}
