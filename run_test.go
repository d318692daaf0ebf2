package joy

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/capture"
)

// raw is a Source of raw IP packets, a millisecond apart.
type raw [][]byte

func (r *raw) Next(b *capture.Batch) error {
	if len(*r) == 0 {
		return io.EOF
	}
	b.Frames = b.Frames[:0]
	for i, p := range *r {
		b.Frames = append(b.Frames, capture.Frame{Time: 1_700_000_000e9 + int64(i)*1e6, Data: p, Wire: len(p), Link: capture.LinkRaw})
	}
	*r = nil
	return nil
}

func (r *raw) Stats() capture.Stats { return capture.Stats{Inputs: 1} }
func (r *raw) Close() error         { return nil }

// lines is a Sink that keeps the records.
type lines struct{ bytes.Buffer }

func (l *lines) Write(b []byte, ends []int, _ int64) error {
	l.Buffer.Write(b[:ends[len(ends)-1]])
	return nil
}

func (l *lines) Tick(int64) error { return nil }
func (l *lines) Close() error     { return nil }

// ip is an IPv4 or IPv6 packet without checksums.
func ip(src, dst string, proto byte, transport []byte) []byte {
	s, d := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	var b []byte
	if s.Is4() {
		b = binary.BigEndian.AppendUint16([]byte{0x45, 0}, uint16(20+len(transport)))
		b = append(b, 0, 1, 0, 0, 64, proto, 0, 0)
	} else {
		b = binary.BigEndian.AppendUint16([]byte{0x60, 0, 0, 0}, uint16(len(transport)))
		b = append(b, proto, 64)
	}
	b = append(append(b, s.AsSlice()...), d.AsSlice()...)
	return append(b, transport...)
}

func tcp(sport, dport uint16, seq uint32, flags byte, options, payload string) []byte {
	b := binary.BigEndian.AppendUint16(nil, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, 0, 0, 0, 0, byte(5+len(options)/4)<<4, flags, 1, 0, 0, 0, 0, 0)
	return append(append(b, options...), payload...)
}

// run runs with the options and returns the records.
func run(t *testing.T, packets [][]byte, args ...string) (string, Stats) {
	t.Helper()
	c := mustParse(t, args...)
	src, out := raw(packets), lines{}
	stats, err := Run(context.Background(), c, &src, &out, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), stats
}

// write writes a file and returns its name.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// secret is a conversation between hidden addresses that tells them in any
// place that it can: payload, TCP options, a tunnel, and what is made of them.
func secret(src, dst string) [][]byte {
	a, b := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	options := "\xfe\x06" + string(a.AsSlice()[:4]) + "\x01\x01"
	if a.Is4() {
		options = "\xfe\x06" + string(a.AsSlice()) + "\x01\x01"
	}
	said := fmt.Sprintf("from %s to %s\n", a, b)
	list := [][]byte{
		ip(src, dst, 6, tcp(1000, 80, 1, 2, options, "")),
		ip(dst, src, 6, tcp(80, 1000, 1, 0x12, options, "")),
		ip(src, dst, 6, tcp(1000, 80, 2, 0x18, options, said)),
		ip(dst, src, 6, tcp(80, 1000, 2, 0x18, "", string(a.AsSlice())+string(b.AsSlice())+said)),
		ip(src, dst, 6, tcp(1000, 80, uint32(2+len(said)), 0x18, "", said+said)),
	}
	proto := byte(4)
	if a.Is6() {
		proto = 41
	}
	return append(list, ip("192.0.2.1", "192.0.2.2", proto, list[0]), ip(src, dst, proto, list[3]))
}

// No address that is to be hidden appears anywhere in a record, in no writing.
func TestAnonymization(t *testing.T) {
	subnets := write(t, "10.0.0.0/8\n2001:db8::/32\n")
	key := write(t, strings.Repeat("k", 32))
	for _, pair := range [][2]string{{"10.1.2.3", "10.9.8.7"}, {"10.1.2.3", "203.0.113.9"}, {"2001:db8::1:2", "2001:db8:7::9"}} {
		for _, mode := range [][]string{{"anon_key=" + write(t, strings.Repeat("k", 16))}, {"anon_mode=cryptopan", "anon_key=" + key}} {
			for _, bidir := range []string{"bidir=1", "bidir=0"} {
				args := append([]string{"profile=full", bidir, "anon=" + subnets, "carriers=1"}, mode...)
				text, stats := run(t, secret(pair[0], pair[1]), args...)
				if stats.Records == 0 || strings.Count(text, "\n") != int(stats.Records) {
					t.Fatalf("%d records: %s", stats.Records, text)
				}
				for _, addr := range pair {
					for _, form := range forms(netip.MustParseAddr(addr)) {
						if strings.Contains(text, form) && !strings.HasPrefix(addr, "203.") {
							t.Errorf("%v: %s is in %s", args, form, text)
						}
					}
				}
				open, _ := run(t, secret(pair[0], pair[1]), "profile=full", bidir, "carriers=1")
				for i, form := range forms(netip.MustParseAddr(pair[0]))[:4] {
					if i != 1 && !strings.Contains(open, form) { // else the search above proves nothing
						t.Errorf("%s is not in %s", form, open)
					}
				}
				revealing(t, open, text)
			}
		}
	}
}

// revealing: nothing that is the same function of the addresses for everybody
// is the same with anonymization and without.
func revealing(t *testing.T, open, hidden string) {
	t.Helper()
	ids := map[string]bool{}
	for line := range strings.Lines(open) {
		var r struct {
			ID  string `json:"flow_id"`
			CID string `json:"community_id"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.ID == "" || r.CID == "" {
			t.Fatalf("%v in %s", err, line)
		}
		ids[r.ID] = true
	}
	for line := range strings.Lines(hidden) {
		var r struct {
			SA  string `json:"sa"`
			ID  string `json:"flow_id"`
			CID string `json:"community_id"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(r.SA, "192.0.2.") && (r.CID != "" || ids[r.ID]) {
			t.Errorf("an id tells the addresses: %s", line)
		}
	}
}

// Joy's tokens are those of Joy: checked with openssl.
func TestAnonymizationAsJoy(t *testing.T) {
	key := "\xc2\xa9\x66\xae\x0d\xaf\x85\xcd\x33\x1c\x2e\x9a\x69\x11\xc0\x31" // 00 01 ... 0f, wrapped
	text, _ := run(t, [][]byte{ip("10.1.2.3", "192.0.2.1", 17, make([]byte, 8))}, "anon="+write(t, "10.0.0.0/8"), "anon_key="+write(t, key))
	if want := `{"sa":"c4799750bda7b5c55f1788a7cd3bd774","da":"192.0.2.1",`; !strings.HasPrefix(text, want) {
		t.Errorf("%s does not begin with %s", text, want)
	}
}

// Labels go by the real addresses, in the order of the options (D46, D53).
func TestLabelsBeforeAnonymization(t *testing.T) {
	text, _ := run(t, [][]byte{ip("10.1.2.3", "10.4.5.6", 17, make([]byte, 8))},
		"label=inside:"+write(t, "10.0.0.0/8"), "label=desk:"+write(t, "10.1.0.0/16"),
		"anon="+write(t, "10.0.0.0/8"), "anon_key="+write(t, strings.Repeat("k", 16)))
	if !strings.Contains(text, `"sa_labels":["inside","desk"],"da_labels":["inside"]`) || strings.Contains(text, "10.1.2.3") {
		t.Errorf("got %s", text)
	}
}

// Mistakes in files and filters are those of usage, before any packet is read.
func TestRunRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct{ arg, want string }{
		{"label=x:no/such/file", "no/such/file"},
		{"anon=no/such/file", "no/such/file"},
		{"cdist=no/such/file", "no/such/file"},
		{"cdist=" + write(t, "1 2\n"), "line 1"},
		{"bpf=tcp port nonsense", "nonsense"},
		{"bpf=host www.example.com", "www.example.com"},
	} {
		c2 := mustParse(t, c.arg)
		src, out := raw{nil}, lines{}
		_, err := Run(context.Background(), c2, &src, &out, RunOptions{})
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.arg, err)
		}
		if len(src) == 0 || out.Len() > 0 {
			t.Errorf("%s: packets were read", c.arg)
		}
	}
}

func TestFilterChooses(t *testing.T) {
	text, stats := run(t, [][]byte{ip("10.0.0.1", "10.0.0.2", 6, tcp(1, 443, 1, 2, "", "")), ip("10.0.0.1", "10.0.0.2", 6, tcp(1, 80, 1, 2, "", ""))},
		"bidir=1", "bpf=tcp port 443")
	if strings.Count(text, "\n") != 1 || !strings.Contains(text, `"dp":443`) || stats.Filter != 1 || stats.Packets != 1 {
		t.Errorf("%s, %+v", text, stats)
	}
}

func TestStatsTell(t *testing.T) {
	text, stats := run(t, [][]byte{{0x45}, {0x99}, ip("10.0.0.1", "10.0.0.2", 17, make([]byte, 8))}, "bidir=1")
	b, err := json.Marshal(stats)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"inputs":1,"damaged":0,"bytes":0,"frames":0,"dropped":0,"filtered_out":0,"packets":1,"fragments":0,"flows":1,` +
		`"records":1,"flows_evicted":0,"stream_gaps":0,"stream_bound":0,"parsers_cut":0,"parsers_failed":0,"shed_contents":0,"shed_packets":0,"shed_bytes":0,"clock_set_back":0,"not_decoded_by":{"bad_ip_header":2}}`
	if string(b) != want || strings.Count(text, "\n") != 1 {
		t.Errorf("got %s, want %s; %s", b, want, text)
	}
}
