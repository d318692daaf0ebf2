package joy_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
)

// The captures of testdata/captures were made with real programs; make.sh there
// says how. facts.txt has what tshark finds in them.
const captures = "testdata/captures"

// captureFiles returns the names of all captures.
func captureFiles(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.pcap.*"} {
		found, err := filepath.Glob(filepath.Join(captures, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if name := filepath.Base(f); !strings.HasSuffix(name, ".json") {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		t.Fatalf("no captures in %s", captures)
	}
	return names
}

// memory is a Sink that keeps what is written.
type memory struct{ bytes.Buffer }

func (m *memory) Write(b []byte, ends []int, _ int64) error {
	m.Buffer.Write(b[:ends[len(ends)-1]])
	return nil
}

func (m *memory) Tick(int64) error { return nil }
func (m *memory) Close() error     { return nil }

// records reads a capture with all features and returns the lines.
func records(t *testing.T, name string, args ...string) string {
	t.Helper()
	noFile := func(string) ([]byte, error) { return nil, os.ErrNotExist }
	c, _, _, err := joy.Parse(append([]string{"profile=full"}, args...), nil, noFile)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{filepath.Join(captures, name)}, pcapfile.Options{
		Warn: func(e *pcapfile.DamageError) { t.Error(e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out memory
	if _, err := joy.Run(context.Background(), c, src, &out, joy.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A fact is a line of facts.txt: see facts.py.
type fact struct{ file, filter, what, value string }

func (f fact) String() string { return strings.Join([]string{f.file, f.filter, f.what, f.value}, " ") }

func readFacts(t *testing.T) map[string][]fact {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captures, "facts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string][]fact{}
	for line := range strings.Lines(string(text)) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 4 {
			t.Fatalf("facts.txt: %q", line)
		}
		facts[c[0]] = append(facts[c[0]], fact{c[0], c[1], c[2], c[3]})
	}
	return facts
}

// transports are the filters whose facts are sums over flows, and their IP
// protocol numbers.
var transports = map[string]float64{"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "sctp": 132, "esp": 50}

// places tells where in a record the values of a tshark field have to be, by
// the first word of its name, or by all of it.
var places = map[string][]string{
	"tls": {"tls"}, "dtls": {"tls", "dtls"}, "x509sat": {"tls", "ike"}, "x509ce": {"tls", "ike"}, "x509af": {"tls", "ike"},
	"quic": {"quic"}, "dns": {"dns"}, "http": {"http"}, "http2": {"http2"}, "websocket": {"websocket"},
	"ssh": {"ssh"}, "isakmp": {"ike"}, "dhcp": {"dhcp"}, "dhcpv6": {"dhcpv6"}, "smtp": {"smtp"}, "ftp": {"ftp"},
	"imap": {"imap"}, "mqtt": {"mqtt"}, "ldap": {"ldap"}, "pgsql": {"postgresql"}, "mysql": {"mysql"},
	"snmp": {"snmp"}, "syslog": {"syslog"}, "radius": {"radius"}, "stun": {"stun"}, "wg": {"wireguard"},
	"openvpn": {"openvpn"}, "sip": {"sip"}, "kerberos": {"kerberos"}, "smb2": {"smb"}, "ntlmssp": {"smb"},
}

// What tshark finds is in the records. The timeouts are off, because tshark has
// none; everything that secrets=0 would hide is compared, too.
func TestFacts(t *testing.T) {
	facts, met := readFacts(t), map[int]bool{}
	for _, name := range captureFiles(t) {
		t.Run(name, func(t *testing.T) {
			if len(facts[name]) == 0 {
				t.Fatal("facts.txt has nothing of this capture; run facts.py")
			}
			flows := parseRecords(t, records(t, name, "inactive_timeout=0", "active_timeout=0", "retrans=1", "secrets=1"))
			for _, f := range facts[name] {
				why := check(f, flows)
				if why == "" {
					continue
				}
				if k := slices.IndexFunc(knownDifferences, f.is); k >= 0 {
					met[k] = true
				} else {
					t.Errorf("%s: %s", f, why)
				}
			}
		})
	}
	for k, d := range knownDifferences {
		if !met[k] && !t.Failed() {
			t.Errorf("knownDifferences has %v, but there is no such difference", d)
		}
	}
}

// parseRecords reads the lines behind the configuration.
func parseRecords(t *testing.T, lines string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(lines) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if _, ok := r["sa"]; ok {
			list = append(list, r)
		}
	}
	return list
}

// check says in what way the records contradict a fact.
func check(f fact, flows []map[string]any) string {
	if number, ok := transports[f.filter]; ok {
		if got := sum(number, f.what, flows); strconv.FormatFloat(got, 'f', -1, 64) != f.value {
			return fmt.Sprintf("joy has %v", got)
		}
		return ""
	}
	for _, r := range flows {
		for _, key := range places[f.filter] {
			if holds(r[key], f.value) {
				return ""
			}
		}
	}
	return "not in the records"
}

// sum adds up what the flows of a protocol have.
func sum(number float64, what string, flows []map[string]any) float64 {
	n := 0.0
	for _, r := range flows {
		if r["pr"] != number {
			continue
		}
		in, out := map[string]string{"packets": "num_pkts_in", "bytes": "bytes_in"}[what], "num_pkts_out"
		if what == "bytes" {
			out = "bytes_out"
		}
		if what == "flows" {
			n++
			continue
		}
		o, _ := r[out].(float64)
		i, _ := r[in].(float64)
		n += o + i
	}
	return n
}

// holds reports whether one of the values inside v, whatever its key, is or
// contains this one: as it is, or as the hexadecimal digits of a text or of a
// number, or as the text of hexadecimal digits. Case does not matter, nor do
// colons between bytes.
func holds(v any, want string) bool {
	switch v := v.(type) {
	case string:
		has, number := plain(v), plain(want)
		if n, err := strconv.ParseUint(want, 10, 64); err == nil && len(want) > 10 {
			number = fmt.Sprintf("%016x", n)
		}
		digits := hex.EncodeToString([]byte(want))
		return has == plain(want) || has == digits || has == number || hex.EncodeToString([]byte(v)) == want ||
			len(want) >= 4 && (strings.Contains(has, plain(want)) || strings.Contains(has, digits))
	case float64:
		n, err := strconv.ParseUint(want, 0, 64)
		return err == nil && v == float64(n)
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return holds(e, want) })
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if holds(v[key], want) {
				return true
			}
		}
	}
	return false
}

func plain(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(s), ":", ""), "0x"))
}

// is reports whether the fact is one of these differences.
func (f fact) is(d difference) bool {
	return (d.file == "" || d.file == f.file) && d.what == f.what && (d.value == "" || d.value == f.value)
}

// A difference is a fact that the records do not have, and why. An empty file or
// value stands for any. Once there is no difference any more the test wants it
// removed from the list.
type difference struct{ file, what, value, why string }

var knownDifferences = []difference{
	{
		"", "tls.handshake.random", "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
		"the constant of a HelloRetryRequest; the record has the random number of the ServerHello behind it",
	},
	{"short-snaplen.pcap", "http.host", "192.", "tshark shows header lines that the snap length cut"},
	{"short-snaplen.pcap", "http.server", "nginx", "as http.host"},
}

// The records of each capture, with the default timeouts, are those of the
// golden file beside it; -update writes it.
func TestCapturesGolden(t *testing.T) {
	for _, name := range captureFiles(t) {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join(captures, goldenName(name))
			got := records(t, name)
			if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if os.IsNotExist(err) {
				t.Skip("no golden file; go test . -run TestCapturesGolden -update writes it")
			}
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("records differ from %s at %s", golden, firstDifference(got, string(want)))
			}
		})
	}
}

// goldenName is the capture's own for plain files; the other formats of one
// capture share its golden file, because they have the same frames.
func goldenName(name string) string {
	base, _, _ := strings.Cut(name, ".pcap")
	if strings.HasPrefix(base, "format-") {
		base = "format"
	}
	return base + ".json"
}

// firstDifference shows the surroundings of the first byte that differs.
func firstDifference(got, want string) string {
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	around := func(s string) string { return s[max(0, n-60):min(len(s), n+60)] }
	return fmt.Sprintf("byte %d\n got %q\nwant %q", n, around(got), around(want))
}
