package flow_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"joy/query/flow"
	"joy/query/value"
)

const line = `{"sa":"10.0.0.1","da":"2001:db8::1","pr":6,"sp":40000,"dp":443,"bytes_out":18446744073709551615,"num_pkts_out":3,` +
	`"bytes_in":7,"num_pkts_in":2,"time_start":1795539239.703821,"time_end":1795539240,"app":["http","tls"],"flow_id":"8b87885bdcf80c77","segment":2,"x":{"y":1}}`

func TestParse(t *testing.T) {
	var f flow.Flow
	for range 2 { // a Flow is used again
		if err := f.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if string(f.SA) != "10.0.0.1" || f.Src.String() != "10.0.0.1" || f.Dst.String() != "2001:db8::1" {
		t.Errorf("addresses: %s %v %v", f.SA, f.Src, f.Dst)
	}
	if f.SP != 40000 || f.DP != 443 || !f.HasPorts || f.Pr != 6 {
		t.Errorf("ports: %d %d %v %d", f.SP, f.DP, f.HasPorts, f.Pr)
	}
	if f.BytesOut != math.MaxUint64 || f.PktsOut != 3 || f.BytesIn != 7 || f.PktsIn != 2 || !f.HasIn {
		t.Errorf("counts: %+v", f)
	}
	if f.Start != 1795539239703821000 || f.End != 1795539240000000000 {
		t.Errorf("times: %d %d", f.Start, f.End)
	}
	if string(f.ID) != "8b87885bdcf80c77" || f.Segment != 2 || string(f.App()) != "http" {
		t.Errorf("id %s segment %d app %s", f.ID, f.Segment, f.App())
	}
	if string(f.Rest.Get("x").Get("y")) != "1" {
		t.Error("the rest is lost")
	}
}

func TestAbsent(t *testing.T) {
	f := flow.Flow{HasIn: true, SP: 1, Segment: 9}
	if err := f.Parse([]byte(`{"sa":"~hidden","da":"d","pr":1,"sp":null,"dp":null}`)); err != nil {
		t.Fatal(err)
	}
	if f.Src.IsValid() || string(f.SA) != "~hidden" || f.HasPorts || f.HasIn || f.SP != 0 || f.Segment != 0 || f.ID != nil || f.App() != nil {
		t.Errorf("%+v", f)
	}
}

func TestErrors(t *testing.T) {
	var f flow.Flow
	for _, text := range []string{`{"version":"joy"}`, `{"sa":1}`, `{"stats":{}}`} {
		if err := f.Parse([]byte(text)); !errors.Is(err, flow.ErrNoFlow) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, member := range []string{
		`"da":1`, `"sp":65536`, `"sp":-1`, `"dp":"x"`, `"pr":256`, `"pr":1.5`, `"time_start":"x"`, `"time_end":99999999999999`,
		`"bytes_in":18446744073709551616`, `"bytes_out":-1`, `"segment":4294967296`, `"flow_id":5`,
	} {
		err := f.Parse([]byte(`{"sa":"1.2.3.4",` + member + `}`))
		name, _, _ := strings.Cut(member, ":")
		if err == nil || errors.Is(err, flow.ErrNoFlow) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", member, err)
		}
	}
	if err := f.Parse([]byte(`{"sa":`)); err == nil || errors.Is(err, flow.ErrNoFlow) {
		t.Errorf("cut: %v", err)
	}
}

func TestPeer(t *testing.T) {
	for more, want := range map[string]string{
		`"tls":null`:                        "198.51.100.2",
		`"tls":{"sni":["WWW.Example.org"]}`: "www.example.org",
		`"tls":{"sni":[]}`:                  "198.51.100.2",
		`"http":[{"out":[{"method":"GET"},{"host":"example.net:8080"}]},{"out":[{"Host":"b"}]}]`: "example.net",
		`"http":[{"out":[{"method":"GET"}]},{"out":[{"Host":"b"}]}]`:                             "198.51.100.2",
		`"http":5,"tls":"x"`: "198.51.100.2",
		`"tls":{"sni":["` + strings.Repeat("x", 300) + `"]}`: "198.51.100.2",
	} {
		var f flow.Flow
		for range 2 {
			if err := f.Parse([]byte(`{"sa":"10.0.0.1","da":"198.51.100.2",` + more + `}`)); err != nil {
				t.Fatal(err)
			}
			if got := string(f.Peer()); got != want {
				t.Errorf("%s: %s", more, got)
			}
		}
	}
}

func TestTime(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1.5": 15e8, "-1.5": -15e8, "1795539239.703821": 1795539239703821000, "1.1234567891": 1123456789, "1e3": 1e12, "1.5e1": 15e9,
		"9223372035.999999999": 9223372035999999999,
	} {
		if got, ok := flow.Time(value.Value(text)); !ok || got != want {
			t.Errorf("%s: %d %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "null", `"1"`, "9223372036", "99999999999999999999999", "1e300"} {
		if got, ok := flow.Time(value.Value(text)); ok {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(line))
	f.Add([]byte(`{"sa":"a","da":"b","sp":null,"time_start":1e9,"app":["x",1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var a flow.Flow
		if a.Parse(text) != nil {
			return
		}
		if a.Src.IsValid() && a.Src.Zone() == "" && len(a.SA) == 0 {
			t.Error("an address out of nothing")
		}
		if !a.HasIn && a.BytesIn+a.PktsIn > 0 || !a.HasPorts && a.SP|a.DP != 0 {
			t.Errorf("%+v", a)
		}
		for name := range a.Apps {
			_ = name
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	var f flow.Flow
	for b.Loop() {
		if f.Parse([]byte(line)) != nil {
			b.Fatal()
		}
	}
}
