package truth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/dataset/truth"
	"joy/query/flow"
)

const line = `{"sa":"10.0.0.1","da":"2001:db8::1","pr":6,"sp":40000,"dp":443,"bytes_out":1,"num_pkts_out":1,"time_start":1000.5,"time_end":1010.25,` +
	`"exe":{"name":"curl"},"community_id":"1:abc="}`

func parse(t testing.TB, text string) *flow.Flow {
	t.Helper()
	f := new(flow.Flow)
	if err := f.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

func names(t *truth.Table, file string, f *flow.Flow) (list []string) {
	t.Names(file, f, func(name string) { list = append(list, name) })
	slices.Sort(list)
	return list
}

func TestConditions(t *testing.T) {
	f := parse(t, line)
	for _, tc := range []struct {
		columns, row string
		want         bool
	}{
		{"file", "web.pcap", true},
		{"file", "web.*", true},
		{"file", "dns.pcap", false},
		{"directory", "run1", true},
		{"directory", "data", false},
		{"subnet", "10.0.0.0/8", true},
		{"subnet", "2001:db8::/32", true},
		{"subnet", "10.0.0.1", true},
		{"subnet", "::ffff:10.0.0.0/104", true},
		{"subnet", "11.0.0.0/8", false},
		{"src", "10.0.0.1", true},
		{"src", "2001:db8::1", false},
		{"dst", "2001:db8::1", true},
		{"port", "443", true},
		{"port", "40000", true},
		{"port", "80", false},
		{"proto", "6", true},
		{"proto", "17", false},
		{"process", "curl", true},
		{"process", "wget", false},
		{"community_id", "1:abc=", true},
		{"community_id", "1:abd=", false},
		{"time", "1005", true},
		{"time", "999.5", true}, // a second of slack
		{"time", "999.4", false},
		{"time", "1011.25", true},
		{"time", "1011.26", false},
		{"time", "1970-01-01T00:16:45Z", true},
		{"start", "1000.5", true},
		{"start", "1000.6", false},
		{"end", "1000.5", false},
		{"end", "1000.6", true},
		{"src,dst,port", "10.0.0.0/8,2001:db8::/32,443", true},
		{"src,dst,port", "10.0.0.0/8,2001:db8::/32,80", false},
		{"community_id,time", "1:abc=,1005", true},
		{"community_id,time", "1:abc=,2005", false},
		{"file,start", "web.pcap,1000", true},
		{"file,start", "web.pcap,1001", false},
	} {
		table, err := truth.ReadTable(strings.NewReader("label,"+tc.columns+"\nx,"+tc.row+"\n"), "label")
		if err != nil {
			t.Errorf("%s %s: %v", tc.columns, tc.row, err)
			continue
		}
		if got := len(names(table, "/data/run1/web.pcap", f)) > 0; got != tc.want {
			t.Errorf("%s %s: %v", tc.columns, tc.row, got)
		}
	}
}

// TestWindows looks for windows in each other among many.
func TestWindows(t *testing.T) {
	text := new(strings.Builder)
	text.WriteString("start,end,label\n")
	for i := range 2000 {
		fmt.Fprintf(text, "%d,%d,w%d\n", i, i+3, i)
	}
	text.WriteString("0,5000,all\n,1,early\n4000,,late\n")
	table, err := truth.ReadTable(strings.NewReader(text.String()), "label")
	if err != nil {
		t.Fatal(err)
	}
	got := names(table, "x", parse(t, line))
	if want := []string{"all", "w1000", "w998", "w999"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestSources(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	subnets, table := write("subnets", "10.0.0.0/8\n"), write("table", "label,community_id\nbot,1:abc=\n")
	f := parse(t, line)
	for _, tc := range []struct {
		specs []string
		want  string
	}{
		{[]string{"file"}, "web"},
		{[]string{"directory"}, "run1"},
		{[]string{"process"}, "curl"},
		{[]string{"subnet:inside:" + subnets}, "inside"},
		{[]string{"table:" + table}, "bot"},
		{[]string{"file", "table:" + table, "file"}, "web bot"},
		{nil, ""},
	} {
		l, err := truth.Open(tc.specs)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(l.Of("/data/run1/web.pcap.gz", f), " "); got != tc.want {
			t.Errorf("%v: %s", tc.specs, got)
		}
		if needs := len(l.Needs()) > 0; needs != strings.Contains(tc.want, "bot") {
			t.Errorf("%v needs %v", tc.specs, l.Needs())
		}
	}
	if l, _ := truth.Open([]string{"file", "directory"}); len(l.Of("-", f)) > 0 {
		t.Errorf("standard input has the label %v", l.Of("-", f))
	}
	for _, spec := range []string{"", "files", "table:", "table:" + dir + "/none", "subnet:x", "subnet::" + subnets, "subnet:a\x1bb:" + subnets} {
		if _, err := truth.Open([]string{spec}); err == nil {
			t.Errorf("%q is taken", spec)
		}
	}
}

func TestBadTables(t *testing.T) {
	for text, says := range map[string]string{
		"":                          "column names",
		"file\nx\n":                 "no column label",
		"label,color\nx,red\n":      "color",
		"label,file,file\nx,a,b\n":  "twice",
		"label\n\"\"\n":             "1 to 200 bytes",
		"label\na\x1bb\n":           "printed",
		"label,src\nx,10.0.0.300\n": "src",
		"label,port\nx,65536\n":     "port",
		"label,proto\nx,256\n":      "proto",
		"label,time\nx,yesterday\n": "neither seconds",
		"label,time,start\nx,1,1\n": "beside",
		"label,start,time\nx,1,1\n": "beside",
		"label,start,end\nx,2,2\n":  "not before",
		"label,file\nx,[\n":         "syntax error",
		"label\nx,y\n":              "number of fields",
		"label,file\nx," + strings.Repeat("a", 5000) + "\n":     "longer than",
		"label,file\n" + strings.Repeat("x,*\n", 10_001):        "more than 10000 rows",
		"label,time\nx,99999-01-01T00:00:00Z\n":                 "neither seconds",
		"label\n" + strings.Repeat("y", truth.MaxName+1) + "\n": "1 to 200 bytes",
	} {
		if _, err := truth.ReadTable(strings.NewReader(text), "label"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v, want %q", text, err, says)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("label,community_id,time\nbot,1:abc=,1005\n", line)
	f.Add("file,label,start,end\n*.pcap,web,1000,1970-01-01T01:00:00Z\n", line)
	f.Add("label,src,dst,subnet,port,proto,process\n\"a,b\",10.0.0.0/8,::/0,::ffff:10.0.0.1,443,6,curl\n", line)
	f.Fuzz(func(t *testing.T, table, record string) {
		tab, err := truth.ReadTable(strings.NewReader(table), "label")
		if err != nil {
			return
		}
		var fl flow.Flow
		if fl.Parse([]byte(record)) != nil {
			return
		}
		tab.Names("a/b.pcap", &fl, func(name string) {
			if truth.CheckName(name) != nil {
				t.Errorf("name %q", name)
			}
		})
	})
}
