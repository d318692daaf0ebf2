package stitch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"joy/query/value"
)

// stitched runs lines through a Stitcher; those with version are heads of inputs.
func stitched(t testing.TB, o Options, lines ...string) (out []string, s *Stitcher) {
	t.Helper()
	if o.Memory == 0 {
		o.Memory = 1 << 20
	}
	s = New(o, func(r *value.Record) error {
		text := r.Append(nil)
		if !jsontext.Value(text).IsValid() {
			t.Errorf("no JSON: %s", text)
		}
		out = append(out, strings.ReplaceAll(strings.ReplaceAll(string(text), ": ", ":"), ", ", ","))
		return nil
	})
	for _, line := range lines {
		var r value.Record
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if r.Get("version") != nil {
			s.Begin(&r)
		} else if err := s.Add(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if s.size != 0 || len(s.flows) != 0 {
		t.Errorf("%d bytes and %d flows are left", s.size, len(s.flows))
	}
	return out, s
}

func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const (
	bidir = `{"version":"4.5.0","bidir":1}`
	uni   = `{"version":"4.5.0","bidir":0}`
	ab    = `"sa":"10.0.0.1","da":"10.0.0.2","pr":6,"sp":50001,"dp":443,`
	ba    = `"sa":"10.0.0.2","da":"10.0.0.1","pr":6,"sp":443,"dp":50001,`
)

// Sleuth keeps the first record, and throws the others away.
func TestSegments(t *testing.T) {
	got, _ := stitched(t, Options{}, bidir,
		`{`+ab+`"bytes_out":500,"num_pkts_out":5,"bytes_in":3000,"num_pkts_in":6,"time_start":101.0,"time_end":131.5,"tls":{"scs":"c02f"},"entropy":7.5,"expire_type":"a"}`,
		`{`+ab+`"bytes_out":70,"num_pkts_out":2,"bytes_in":400,"num_pkts_in":3,"time_start":131.6,"time_end":140.0,"entropy":7.25,"ssh":{},"expire_type":"i"}`)
	check(t, got, `{`+ab+`"bytes_out":570,"num_pkts_out":7,"bytes_in":3400,"num_pkts_in":9,"time_start":101.0,"time_end":140.0,"tls":{"scs":"c02f"},"entropy":7.470403,"expire_type":"i","ssh":{}}`)
}

// Flows whose end is known go on at once; only those that can be continued wait.
func TestAtOnce(t *testing.T) {
	var out []string
	s := New(Options{Memory: 1 << 20}, func(r *value.Record) error {
		out = append(out, string(r.Get("n")))
		return nil
	})
	var r value.Record
	for _, line := range []string{
		bidir,
		`{"n":1,` + ab + `"time_start":1,"time_end":2,"expire_type":"i"}`,
		`{"n":2,` + ab + `"time_start":20,"time_end":50,"expire_type":"a"}`,
		`{"n":3,"sa":"10.0.0.9","da":"10.0.0.2","pr":1,"sp":null,"dp":null,"time_start":40,"time_end":50,"end_reason":"idle"}`,
		`{"n":4,"sa":"no","key":1}`,
		`{"n":5,` + ab + `"time_start":51,"time_end":52,"end_reason":"end of flow"}`,
	} {
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if r.Get("version") != nil {
			s.Begin(&r)
		} else if err := s.Add(&r); err != nil {
			t.Fatal(err)
		}
	}
	check(t, out, "1", "3", "4", "2")
}

// Both directions of a unidirectional file.
func TestHalves(t *testing.T) {
	client := `{` + ab + `"bytes_out":10,"num_pkts_out":3,"time_start":1.000000,"time_end":2.5,"packets":[{"b":5,"dir":"<","ipt":0},{"b":5,"dir":"<","ipt":30}],` +
		`"ip":{"out":{"ttl":64}},"tls":{"cs":["1301"],"srlt":[{"b":9,"dir":"<"}]},"fingerprints":{"tls":"x"},"http":[{"out":[{"method":"GET"}]}],"expire_type":"i"}`
	server := `{` + ba + `"bytes_out":100,"num_pkts_out":4,"time_start":1.010000,"time_end":3,"packets":[{"b":90,"dir":"<","ipt":0},{"b":10,"dir":"<","ipt":40}],` +
		`"ip":{"out":{"ttl":55}},"tls":{"cs":[],"scs":"1301","srlt":[{"b":8,"dir":"<"}]},"http":[{"out":[{"code":"200"}],"more_out":1}],"app":["tls"],"expire_type":"i"}`
	want := `{` + ab + `"bytes_out":10,"num_pkts_out":3,"time_start":1.000000,"time_end":3,` +
		`"packets":[{"b":5,"dir":">","ipt":0},{"b":90,"dir":"<","ipt":10},{"b":5,"dir":">","ipt":20},{"b":10,"dir":"<","ipt":20}],` +
		`"ip":{"out":{"ttl":64},"in":{"ttl":55}},"tls":{"cs":["1301"],"srlt":[{"b":9,"dir":">"},{"b":8,"dir":"<"}],"scs":"1301"},"fingerprints":{"tls":"x"},` +
		`"http":[{"out":[{"method":"GET"}]},{"in":[{"code":"200"}],"more_in":1}],"expire_type":"i","bytes_in":100,"num_pkts_in":4,"app":["tls"]}`
	got, _ := stitched(t, Options{}, uni, client, server)
	check(t, got, want)

	// In the other order the client is the source all the same, as it began.
	got, _ = stitched(t, Options{}, uni, server, client)
	var a, b value.Record
	if len(got) != 1 || a.Parse([]byte(got[0])) != nil || b.Parse([]byte(want)) != nil {
		t.Fatal(got)
	}
	for _, m := range b.Members {
		if name := string(m.Name); string(a.Get(name)) != string(m.Value) && name != "http" && name != "tls" {
			t.Errorf("%s: %s, want %s", name, a.Get(name), m.Value)
		}
	}
}

// A continued flow whose direction was guessed anew.
func TestTurned(t *testing.T) {
	got, _ := stitched(t, Options{}, bidir,
		`{`+ab+`"bytes_out":1,"num_pkts_out":1,"bytes_in":2,"num_pkts_in":2,"time_start":1,"time_end":31,"packets":[{"b":1,"dir":">","ipt":0}],"expire_type":"a"}`,
		`{`+ba+`"bytes_out":20,"num_pkts_out":20,"bytes_in":10,"num_pkts_in":10,"time_start":32,"time_end":33,"packets":[{"b":7,"dir":">","ipt":0},{"b":8,"dir":"<","ipt":5}],"expire_type":"i"}`)
	check(t, got, `{`+ab+`"bytes_out":11,"num_pkts_out":11,"bytes_in":22,"num_pkts_in":22,"time_start":1,"time_end":33,`+
		`"packets":[{"b":1,"dir":">","ipt":0},{"b":7,"dir":"<","ipt":31000},{"b":8,"dir":">","ipt":5}],"expire_type":"i"}`)
}

func rec(tuple string, start, end float64, more string) string {
	return fmt.Sprintf(`{%s"time_start":%g,"time_end":%g,"num_pkts_out":1%s}`, tuple, start, end, more)
}

// counts are the packets of each flow that comes out.
func counts(t *testing.T, o Options, lines ...string) string {
	t.Helper()
	out, _ := stitched(t, o, lines...)
	var list []string
	for _, text := range out {
		var r value.Record
		if err := r.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		in := ""
		if v := r.Get("num_pkts_in"); v != nil {
			in = "/" + string(v)
		}
		list = append(list, string(r.Get("num_pkts_out"))+in)
	}
	return strings.Join(list, " ")
}

func TestWhatBelongsTogether(t *testing.T) {
	for _, c := range []struct {
		name, want string
		lines      []string
	}{
		{"ports used again after the end", "1 1", []string{bidir, rec(ab, 1, 2, `,"expire_type":"i"`), rec(ab, 3, 4, `,"expire_type":"i"`)}},
		{"the same without a word about the end", "2", []string{bidir, rec(ab, 1, 2, ""), rec(ab, 3, 4, "")}},
		{"a long silence", "1 1", []string{bidir, rec(ab, 1, 2, `,"expire_type":"a"`), rec(ab, 30, 34, `,"expire_type":"i"`)}},
		{"hours later", "1 1", []string{bidir, rec(ab, 1, 2, `,"expire_type":"a"`), rec(ab, 9000, 9001, "")}},
		{"the same record twice", "1 1", []string{bidir, rec(ab, 1, 2, `,"expire_type":"a"`), rec(ab, 1, 2, `,"expire_type":"a"`)}},
		{"another file that goes on", "2", []string{bidir, rec(ab, 1, 31, `,"expire_type":"a"`), bidir, rec(ab, 32, 40, `,"expire_type":"i"`)}},
		{"another file of another day", "1 1", []string{bidir, rec(ab, 10000, 10031, `,"expire_type":"a"`), bidir, rec(ab, 32, 40, `,"expire_type":"a"`)}},
		{"four halves of two connections", "1/1 1/1", []string{uni, rec(ab, 1, 2, `,"expire_type":"i"`), rec(ba, 1, 2, `,"expire_type":"i"`), rec(ab, 5, 6, `,"expire_type":"i"`), rec(ba, 5, 6, `,"expire_type":"i"`)}},
		{"both clients first", "1/1 1/1", []string{uni, rec(ab, 1, 2, `,"expire_type":"i"`), rec(ab, 50, 51, `,"expire_type":"i"`), rec(ba, 1, 2, `,"expire_type":"i"`), rec(ba, 50, 51, `,"expire_type":"i"`)}},
		{"a server much later", "1 1", []string{uni, rec(ab, 1, 2, `,"expire_type":"i"`), rec(ba, 50, 51, `,"expire_type":"i"`)}},
		{"flow ids", "1 2", []string{bidir, rec(ab, 1, 31, `,"flow_id":"a","end_reason":"active"`), rec(ab, 31.5, 32, `,"flow_id":"b","end_reason":"end of flow"`), rec(ab, 31.2, 40, `,"flow_id":"a","end_reason":"idle"`)}},
		{"a time that is no number", "1 1", []string{bidir, `{` + ab + `"time_start":null,"time_end":2,"num_pkts_out":1}`, rec(ab, 1, 2, "")}},
		{"pings", "2/2", []string{bidir, rec(`"sa":"a","da":"b","pr":1,"sp":null,"dp":null,`, 1, 31, `,"num_pkts_in":1,"expire_type":"a"`), rec(`"sa":"b","da":"a","pr":1,"sp":null,"dp":null,`, 32, 33, `,"num_pkts_in":1,"expire_type":"i"`)}},
		{"long timeouts", "2 1", []string{`{"version":"5","bidir":1,"active_timeout":3600}`, rec(ab, 1, 2, `,"expire_type":"a"`), rec(`"sa":"x","da":"y","pr":6,`, 1, 500, ""), rec(ab, 3, 4, `,"expire_type":"i"`)}},
	} {
		got := counts(t, Options{}, c.lines...)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What waits goes on when the flows in the file are so much later that nothing can
// come, and not before.
func TestExpiry(t *testing.T) {
	x := `"sa":"10.9.9.9","da":"10.0.0.2","pr":6,"sp":1,"dp":2,`
	if got := counts(t, Options{}, bidir, rec(ab, 1, 31, `,"expire_type":"a"`), rec(x, 90, 95, `,"expire_type":"i","num_pkts_in":7`)); got != "1/7 1" {
		t.Errorf("64 s later: %s", got)
	}
	if got := counts(t, Options{}, bidir, rec(ab, 1, 31, `,"expire_type":"a"`), rec(x, 90, 97, `,"expire_type":"i","num_pkts_in":7`)); got != "1 1/7" {
		t.Errorf("66 s later: %s", got)
	}
}

// The bound of memory lets the oldest go.
func TestMemory(t *testing.T) {
	lines := []string{bidir}
	for i := range 100 {
		lines = append(lines, rec(fmt.Sprintf(`"sa":"10.0.0.%d","da":"10.0.0.2","pr":6,"sp":1,"dp":2,`, i), 1, 2, `,"expire_type":"a"`))
	}
	out, s := stitched(t, Options{Memory: 10_000}, lines...)
	if len(out) != 100 || s.Early < 80 || s.Early == 100 {
		t.Errorf("%d flows, %d of them early", len(out), s.Early)
	}
	if !strings.Contains(out[0], `"10.0.0.0"`) || !strings.Contains(out[99], `"10.0.0.99"`) {
		t.Errorf("%s ... %s", out[0], out[99])
	}
}

func TestKeep(t *testing.T) {
	only := func(want ...string) Options {
		return Options{Keep: func(name []byte) bool { return slices.Contains(want, string(name)) }}
	}
	dist := func(n int) string {
		return `,"byte_dist":[` + strings.Repeat("0,", n) + "1" + strings.Repeat(",0", 255-n) + `],"entropy":0.0`
	}
	lines := []string{
		bidir, rec(ab, 1, 2, `,"bytes_out":10,"big":"x","expire_type":"a"`+dist(0)), rec(ab, 3, 4, `,"bytes_out":10,"big":"x","expire_type":"i"`+dist(1)),
	}
	out, _ := stitched(t, only("entropy"), lines...)
	if len(out) != 1 || !strings.Contains(out[0], `"entropy":1.000000`) || strings.Contains(out[0], "big") {
		t.Errorf("%s", out) // half of the bytes are 0 and half are 1: one bit
	}
	out, _ = stitched(t, only("sa"), lines...)
	if len(out) != 1 || strings.Contains(out[0], "byte_dist") {
		t.Errorf("%s", out)
	}
}

func TestFeatures(t *testing.T) {
	// 0 0 and 4 4: mean 2, deviation sqrt(16/3).
	out, _ := stitched(t, Options{}, bidir,
		rec(ab, 1, 2, `,"bytes_out":2,"byte_dist_mean":0.0,"byte_dist_std":0.0,"entropy":2.0,"total_entropy":4.0,"expire_type":"a"`),
		rec(ab, 3, 4, `,"bytes_out":2,"byte_dist_mean":4.0,"byte_dist_std":0.0,"entropy":1.0,"total_entropy":2.0,"debug":{"invalid":1},"expire_type":"i"`))
	for _, want := range []string{`"byte_dist_mean":2.000000`, `"byte_dist_std":2.309401`, `"entropy":1.500000`, `"total_entropy":6.000000`, `"debug":{"invalid":1}`} {
		if len(out) != 1 || !strings.Contains(out[0], want) {
			t.Errorf("%s: no %s", out, want)
		}
	}
}

func TestManyPackets(t *testing.T) {
	lines := []string{bidir}
	for i := range 30 {
		list := strings.TrimSuffix(strings.Repeat(`{"b":1,"dir":">","ipt":10},`, 100), ",")
		lines = append(lines, rec(ab, float64(i*30), float64(i*30+29), `,"dns":[{"qn":"x"}],"packets":[`+list+`],"expire_type":"a"`))
	}
	out, _ := stitched(t, Options{}, lines...)
	if len(out) != 1 || strings.Count(out[0], `"ipt"`) != maxPackets || strings.Count(out[0], `"qn"`) != 30 {
		t.Errorf("%d flows", len(out))
	}
}

func TestError(t *testing.T) {
	broken := errors.New("broken")
	s := New(Options{Memory: 1}, func(*value.Record) error { return broken })
	var r value.Record
	if err := r.Parse([]byte(rec(ab, 1, 2, ""))); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(&r); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// Odd records are stitched to something that is valid, without a crash.
func FuzzAdd(f *testing.F) {
	f.Add(rec(ab, 1, 2, `,"packets":[{"b":1,"dir":"<","ipt":3}],"expire_type":"a"`), rec(ba, 1, 2, `,"packets":[1,{"ipt":-5}],"tls":{"srlt":[{"dir":">"}]}`))
	f.Add(rec(ab, 1, 2, `,"byte_dist":[1,2],"entropy":1e999,"ip":{"out":[]},"app":["x"]`), rec(ab, 3, 4, `,"byte_dist":[1],"entropy":7,"ip":{"out":{}},"app":[[]],"debug":5`))
	f.Fuzz(func(t *testing.T, a, b string) {
		var r value.Record
		for _, line := range []string{a, b} {
			if r.Parse([]byte(line)) != nil {
				return
			}
		}
		s := New(Options{Memory: 1 << 20}, func(r *value.Record) error {
			if text := r.Append(nil); !jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Fatalf("%q and %q gave %q", a, b, text)
			}
			return nil
		})
		for _, line := range []string{a, b, a} {
			if err := errors.Join(r.Parse([]byte(line)), s.Add(&r)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Flush(); err != nil || s.size != 0 {
			t.Fatalf("%v, %d bytes left", err, s.size)
		}
	})
}
