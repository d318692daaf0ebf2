package present_test

import (
	"fmt"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/convert/present"
	"joy/record/schema"
)

func TestForm(t *testing.T) {
	for _, tt := range []struct{ name, line, want string }{
		{"present", `{"sa":"a","da":"b","tls":{"sni":["x"]},"flow_id":"1"}`, `{"sa":"a","da":"b","tls":{"sni":["x"]},"flow_id":"1"}`},
		{
			"order", `{ "new" : [ 1, "a b\" " ], "flow_id":"1", "dns":[{"rr":[],"new":1,"qn":"x"}], "tls":{"sni":[ "x" ],"c_version":5},"da":"b","sa":"a"}`,
			`{"sa":"a","da":"b","dns":[{"qn":"x","rr":[],"new":1}],"tls":{"c_version":5,"sni":["x"]},"flow_id":"1","new":[1,"a b\" "]}`,
		},
		{"twice", `{"sa":"a","sa":"b","tls":{"sni":[],"sni":["x"]}}`, `{"sa":"b","tls":{"sni":["x"]}}`},
		{"other kinds", `{"sa":"a","tls":[{"x":1}],"dns":{"x":1},"pr":[6]}`, `{"sa":"a","pr":[6],"dns":{"x":1},"tls":[{"x":1}]}`},
		{"Joy 1", `{"sa":"a","ob":1,"op":2,"ib":3,"ip":4,"ts":5.0,"te":6.0,"non_norm_stats":[{"b":1,"dir":">","ipt":0}]}`, `{"sa":"a","bytes_out":1,"num_pkts_out":2,"bytes_in":3,"num_pkts_in":4,"time_start":5.0,"time_end":6.0,"packets":[{"b":1,"dir":">","ipt":0}]}`},
		{"configuration", `{"version":"5", "end-config":1}`, fmt.Sprintf(`{"version":"5","schema":%d,"end-config":1}`, schema.Version)},
		{"newer", `{"version":"9","schema":999,"end-config":1}`, `{"version":"9","schema":999,"end-config":1}`},
		{"another line", `{ "statistics" : {} }`, `{"statistics":{}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := present.New()
			got, err := p.Append(nil, []byte(tt.line))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s, %v\nwant\n%s", got, err, tt.want)
			}
			again, err := p.Append(nil, got)
			if err != nil || string(again) != string(got) {
				t.Errorf("and again %s, %v", again, err)
			}
		})
	}
}

func FuzzForm(f *testing.F) {
	for _, s := range []string{`{"sa":"a","tls":{"sni":[ "x\\\"" ]},"x":[{}, {"a" : 1}]}`, `{"version":1,"end-config":[ ],"schema":-1}`, `{"sa":1,"ob":2,"ip":{"x":1}}`, `{"\u0073a":"\ud83d\ude00"}`} {
		f.Add([]byte(s))
	}
	p := present.New()
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := p.Append(nil, line)
		if err != nil {
			return
		}
		if !jsontext.Value(got).IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Fatalf("%q became %q", line, got)
		}
		if again, err := p.Append(nil, got); err != nil || string(again) != string(got) {
			t.Fatalf("%q became %q, and that %q, %v", line, got, again, err)
		}
	})
}
