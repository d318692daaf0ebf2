package record

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/*.json again")

// TestRecordFields compares whole records with what was looked at by eye.
func TestRecordFields(t *testing.T) {
	uni := minimal()
	uni.HasIn, uni.IP.HasIn = false, false
	uni.SP, uni.DP, uni.Pr = -1, -1, 1
	uni.Packets = []Length{{B: 31, Dir: '<'}}
	for _, tt := range []struct {
		name string
		r    *Record
	}{{"full", full()}, {"minimal", minimal()}, {"unidirectional", uni}, {"zero", new(Record)}} {
		t.Run(tt.name, func(t *testing.T) {
			got := append(tt.r.AppendJSON(nil), '\n')
			file := "testdata/" + tt.name + ".json"
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if !json.Valid(got) {
				t.Error("not valid JSON")
			}
		})
	}
}

// Key order of Joy 4.5, with the modules that do not exist here left out.
var joyOrder = strings.Fields(`sa da pr sp dp sa_labels da_labels bytes_out num_pkts_out bytes_in num_pkts_in
	time_start time_end packets byte_dist byte_dist_mean byte_dist_std compact_byte_dist entropy total_entropy
	ip tcp wht payload oseq oack iseq iack ppi hd probable_os idp_out idp_len_out idp_in idp_len_in debug expire_type`)

func TestOrderIsThatOfJoy(t *testing.T) {
	var got []string
	for _, key := range topKeys(t, full().AppendJSON(nil)) {
		if strings.Contains(" "+strings.Join(joyOrder, " ")+" ", " "+key+" ") {
			got = append(got, key)
		}
	}
	if a, b := strings.Join(got, " "), strings.Join(joyOrder, " "); a != b {
		t.Errorf("Joy's keys are in the order\n%s\nwant\n%s", a, b)
	}
}

// topKeys lists the keys of an object in their order.
func topKeys(t *testing.T, b []byte) (keys []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func TestInOrOut(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Record)
		want   string // "" = key is not there
		key    string
	}{
		{"no twin", func(r *Record) { r.HasIn = false }, "", "bytes_in"},
		{"twin without payload", func(r *Record) { r.BytesIn = 0 }, "0", "bytes_in"},
		{"no packet with payload", func(r *Record) { r.Packets = nil }, "[]", "packets"},
		{"port 0", func(r *Record) { r.SP = 0 }, "0", "sp"},
		{"no port", func(r *Record) { r.SP = -1 }, "null", "sp"},
		{"no payload: distribution without moments", func(r *Record) { r.HasDistMoments = false }, "", "byte_dist_std"},
		{"entropy 0", func(r *Record) { r.Entropy = 0 }, "0.000000", "entropy"},
		{"no entropy", func(r *Record) { r.HasEntropy = false }, "", "total_entropy"},
		{"no labels", func(r *Record) { r.SALabels = []string{} }, "", "sa_labels"},
		{"no SYN", func(r *Record) { r.TCP = nil }, "", "tcp"},
		{"empty objects", func(r *Record) { r.TCP = new(TCP) }, "{}", "tcp"},
		{"the first member is missing", func(r *Record) { r.ProbableOS = &ProbableOS{In: "x"} }, `{"in":"x"}`, "probable_os"},
		{"first_seq 0", func(r *Record) { r.TCP = &TCP{HasFirstSeq: true} }, `{"first_seq":0}`, "tcp"},
		{"IPv6 has no ids", func(r *Record) { r.IP = IP{Out: IPSide{TTL: 1}} }, `{"out":{"ttl":1}}`, "ip"},
		{"nothing left out", func(r *Record) { r.Debug = nil }, "", "debug"},
		{"only one counter", func(r *Record) { r.Debug = &Debug{Invalid: 7} }, `{"invalid":7}`, "debug"},
		{"cut, not rounded", func(r *Record) { r.TimeStart = 1_999_999_999 }, "1.999999", "time_start"},
		{"before 1970", func(r *Record) { r.TimeStart = -1_500_000_000 }, "-1.500000", "time_start"},
		{"first time", func(r *Record) { r.TimeStart = -1 << 63 }, "-9223372036.854775", "time_start"},
		{"token with a quote", func(r *Record) { r.SA.Token = `"` }, `"\""`, "sa"},
		{"no address", func(r *Record) { r.SA = Addr{} }, `""`, "sa"},
		{"zone", func(r *Record) { r.SA.IP = netip.MustParseAddr(`fe80::1%"`) }, `"fe80::1"`, "sa"},
		{"mapped address", func(r *Record) { r.SA.IP = netip.MustParseAddr("::ffff:1.2.3.4") }, `"::ffff:1.2.3.4"`, "sa"},
		{"direction that was not set", func(r *Record) { r.Packets = []Length{{}} }, `[{"b":0,"dir":"<","ipt":0}]`, "packets"},
		{"end reason that does not exist", func(r *Record) { r.EndReason = 200 }, `"end reason 200"`, "end_reason"},
		{"all counters", func(r *Record) { r.BytesOut = 1<<64 - 1 }, "18446744073709551615", "bytes_out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := full()
			tt.change(r)
			line := r.AppendJSON(nil)
			var all map[string]json.RawMessage
			if err := json.Unmarshal(line, &all); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			if got := string(all[tt.key]); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.key, got, tt.want)
			}
		})
	}
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	for name, r := range map[string]*Record{"minimal": minimal(), "full": full()} {
		b := make([]byte, 0, 1<<14)
		if n := testing.AllocsPerRun(100, func() { b = r.AppendJSON(b[:0]) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, bench := range []struct {
		name string
		r    *Record
	}{{"minimal", minimal()}, {"full", full()}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = bench.r.AppendJSON(buf[:0])
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}
