package detect_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
	"joy/detect"
	"joy/query/flow"
	"joy/record"
)

// lines is a sink that hands flows to a detector.
type lines struct {
	t *testing.T
	d *detect.Detector
	n int
}

func (l *lines) Write(b []byte, ends []int, _ int64) error {
	in := bufio.NewScanner(bytes.NewReader(b[:ends[len(ends)-1]]))
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var f flow.Flow
		if err := f.Parse(in.Bytes()); err != nil {
			if errors.Is(err, flow.ErrNoFlow) {
				continue
			}
			return err
		}
		l.n++
		if err := l.d.Add(&f); err != nil {
			return err
		}
	}
	return in.Err()
}
func (*lines) Tick(int64) error { return nil }
func (*lines) Close() error     { return nil }

// found are the findings in a capture, and how many flows it has.
func found(t *testing.T, name string) ([]detect.Finding, int) {
	t.Helper()
	args := []string{"bidir=1", "l2=1", "fpx=1"}
	for _, m := range record.Modules {
		args = append(args, m.Module.Key+"=1")
	}
	cfg, _, _, err := joy.Parse(args, nil, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	l := &lines{t: t, d: detect.New(detect.Config{})}
	if _, err := joy.Run(context.Background(), cfg, src, l, joy.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	return l.d.Findings(), l.n
}

// What is found in the captures of real tools, and no more; testdata/make.sh makes
// them.
func TestTools(t *testing.T) {
	names, err := filepath.Glob("testdata/*.pcap*")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"nmap-syn":     "port-scan hop-limit-conflict",
		"nmap-connect": "port-scan",
		"nmap-fin":     "port-scan",
		"nmap-udp":     "port-scan",
		"nmap-hosts":   "hop-limit-conflict host-scan",
		"nmap-ping":    "ping-sweep",
		"masscan":      "host-scan",
		"zmap":         "host-scan",
		"hydra-ssh":    "ssh-brute-force",
		"medusa-ssh":   "ssh-brute-force",
		"ncrack-ssh":   "ssh-brute-force",
		"hydra-http":   "cleartext-login login-brute-force",
		"hydra-ftp":    "cleartext-login login-brute-force",
		"iodine":       "dns-tunnel",
		"dns2tcp":      "dns-tunnel",
		"beacon":       "beacon",
		"odd-ports":    "wrong-port wrong-port",
		"ncat":         "wrong-port",
		"telnet":       "cleartext-login",
		"certificates": "expired-certificate self-signed-certificate",
		"upload":       "upload",
		"flood":        "bogon-source bogon-source bogon-source spoofed-flood",
		"spoof":        "address-conflict bogon-source",
		"dga":          "generated-domains",
		"quiet":        "",
	}
	for _, path := range names {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		list, _ := found(t, path)
		if expected, ok := want[name]; !ok || !slices.Equal(kinds(list), strings.Fields(expected)) {
			t.Errorf("%s: %v, want %s", name, kinds(list), expected)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is missing: testdata/make.sh %s", name, name)
	}
}

// The captures of other tests are of ordinary programs: what is found in them is
// the logins in clear that they were made for, and little else.
func TestOrdinary(t *testing.T) {
	names, err := filepath.Glob("../testdata/captures/*.pcap")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d captures, %v", len(names), err)
	}
	flows := 0
	for _, path := range names {
		list, n := found(t, path)
		flows += n
		for _, f := range list {
			if f.Kind != "cleartext-login" && (f.Kind != "wrong-port" || f.Score > 0.5) {
				t.Errorf("%s: %.2f %s: %s", filepath.Base(path), f.Score, f.Kind, f.Title)
			}
		}
	}
	t.Logf("%d flows", flows)
}
