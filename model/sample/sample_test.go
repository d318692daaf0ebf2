package sample_test

import (
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
	"joy/model/sample"
	"joy/proto/tls"
	"joy/query/flow"
	"joy/record"
)

// TestRecordAndLineAgree reads all our captures: a record and its line are the
// same to a model.
func TestRecordAndLineAgree(t *testing.T) {
	var seen struct{ flows, packets, hellos, keys, one int }
	for _, options := range [][]string{{"bidir=1", "dist=1", "tls=1", "quic=1", "dtls=1"}, {"tls=1", "num_pkts=200", "zeros=1"}} {
		eachRecord(t, options, func(r *record.Record) {
			var a, b sample.Flow
			sample.FromRecord(r, &a)
			a.Exact = sample.Exact{} // what lines do not have
			if err := fromText(r.AppendJSON(nil), &b); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("differs:\n%+v\n%+v", a, b)
			}
			seen.flows++
			seen.packets += len(a.Packets)
			if a.Hello {
				seen.hellos++
			}
			if a.ClientKey > 0 {
				seen.keys++
			}
			if !a.HasDist {
				seen.one++
			}
		})
	}
	if seen.flows < 500 || seen.packets < 2000 || seen.hellos < 60 || seen.keys < 5 || seen.one < 200 {
		t.Errorf("hardly anything was compared: %+v", seen)
	}
}

func fromText(line []byte, f *sample.Flow) error {
	var l flow.Flow
	if err := l.Parse(line); err != nil {
		return err
	}
	return sample.FromLine(&l, f)
}

// eachRecord runs the engine over our captures.
func eachRecord(t *testing.T, options []string, use func(*record.Record)) {
	t.Helper()
	names, err := filepath.Glob("../../testdata/captures/*.pcap")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d captures, %v", len(names), err)
	}
	cfg, _, _, err := joy.Parse(append([]string{"threads=1", "per_file=1"}, options...), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = joy.Run(context.Background(), cfg, src, nowhere{}, joy.RunOptions{ // some captures are cut off on purpose
			After: func(record.Writer) record.Writer { return stage(use) },
		})
		src.Close()
	}
}

type stage func(*record.Record)

func (s stage) Write(r *record.Record) error { s(r); return nil }

type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }

// TestExtensionsByName sees that no extension has a name that lines are not
// read by.
func TestExtensionsByName(t *testing.T) {
	named := 0
	for n := range 1 << 16 {
		line := append([]byte(`{"sa":"a","tls":{"cs":["1301"],"c_extensions":[`), (tls.Extension{Type: uint16(n)}).AppendJSON(nil)...)
		var f sample.Flow
		if err := fromText(append(line, "]}}"...), &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Extensions) != 1 || f.Extensions[0] != uint16(n) {
			t.Fatalf("%04x is read as %04x", n, f.Extensions)
		}
		if !strings.Contains(string(line), `"kind"`) {
			named++
		}
	}
	if named < 40 {
		t.Errorf("only %d extensions have names", named)
	}
}

// joyLine is a flow as Joy writes them, its server_name among the extensions.
const joyLine = `{"sa":"192.168.56.101","da":"192.168.56.102","pr":6,"sp":45422,"dp":443,"bytes_out":431,"num_pkts_out":6,"bytes_in":1684,"num_pkts_in":4,` +
	`"time_start":1502118721.115234,"time_end":1502118721.160674,"packets":[{"b":305,"dir":">","ipt":0},{"b":1458,"dir":"<","ipt":4294967295}],` +
	`"tls":{"c_key_length":528,"cs":["c030","00ff","0700c0"],"c_extensions":[{"server_name":"a.example"},{"kind":21,"data":"00"},{"data":1}]}}`

func TestJoyLine(t *testing.T) {
	var f sample.Flow
	for range 2 { // lists are used again
		if err := fromText([]byte(joyLine), &f); err != nil {
			t.Fatal(err)
		}
	}
	want := sample.Flow{
		SP: 45422, DP: 443, BytesOut: 431, PktsOut: 6, BytesIn: 1684, PktsIn: 4, Hello: true,
		Packets: []sample.Packet{{Bytes: 305}, {Bytes: 1458, Time: 1<<32 - 1, In: true}},
		Suites:  []tls.Code{0xc030, 0xff, 0x0700c0}, Extensions: []uint16{0, 21}, ClientKey: 528,
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%+v", f)
	}
}

func TestBadLines(t *testing.T) {
	for text, says := range map[string]string{
		`"packets":[{"dir":">"}]`:                          "packets: an entry without b",
		`"packets":[{"b":-1}]`:                             `packets: "b" is no count`,
		`"packets":[{"b":1,"ipt":4294967296}]`:             `"ipt"`,
		`"byte_dist":[1,2]`:                                "byte_dist: not 256",
		`"byte_dist":[` + strings.Repeat("1,", 256) + "1]": "byte_dist: not 256",
		`"byte_dist":[256]`:                                "byte_dist: not 256",
		`"byte_dist":3`:                                    "byte_dist: not 256",
		`"tls":{"cs":["c0"]}`:                              "tls: cs:",
		`"tls":{"cs":[1301]}`:                              "tls: cs:",
		`"tls":{"c_key_length":"x"}`:                       "c_key_length: no count",
		`"packets":[` + strings.Repeat(`{"b":1},`, 1<<16) + `{"b":1}]`:                    "packets: more than 65536",
		`"tls":{"cs":[` + strings.Repeat(`"1301",`, 1<<16) + `"1301"]}`:                   "cs: more than 65536",
		`"tls":{"c_extensions":[` + strings.Repeat(`{},`, 1<<17) + `{}]}`:                 "",
		`"tls":{"c_extensions":[` + strings.Repeat(`{"kind":1},`, 1<<16) + `{"kind":1}]}`: "c_extensions: more than 65536",
	} {
		err := fromText([]byte(`{"sa":"x",`+text+`}`), new(sample.Flow))
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, want %q", text, err, says)
		}
	}
}

func FuzzFromLine(f *testing.F) {
	f.Add([]byte(joyLine))
	f.Add([]byte(`{"sa":"x","packets":[{"b":1},{"ipt":2,"b":3}],"byte_dist":[1],"tls":{"cs":[],"c_extensions":[{"kind":70000},[],{}]}}`))
	var s sample.Flow // used again, as readers do
	f.Fuzz(func(t *testing.T, text []byte) {
		if fromText(text, &s) != nil {
			return
		}
		if s.Hello != (len(s.Suites) > 0) || len(s.Packets) > len(text) || s.Exact != (sample.Exact{}) {
			t.Errorf("%+v", s)
		}
	})
}

func BenchmarkFromLine(b *testing.B) {
	var l flow.Flow
	var f sample.Flow
	if err := l.Parse([]byte(joyLine)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if sample.FromLine(&l, &f) != nil {
			b.Fatal()
		}
	}
}
