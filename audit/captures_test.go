package audit_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/audit"
	"joy/audit/facts"
	"joy/capture/pcapfile"
	"joy/record"
)

var update = flag.Bool("update", false, "write testdata/captures.txt anew")

const golden = "testdata/captures.txt"

// TestCaptures judges our captures, which real programs made, by two policies.
func TestCaptures(t *testing.T) {
	var names []string
	for _, pattern := range []string{"tls*", "dtls*", "quic*", "ssh*", "ike*"} {
		found, err := filepath.Glob(filepath.Join("../testdata/captures", pattern+".pcap"))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		for _, p := range []string{"ietf", "post-quantum"} {
			verdicts(t, name, audit.New(open(t, p), false), func(f *facts.Flow, v *audit.Verdict) {
				server := f.DA + ":" + fmt.Sprint(f.DP)
				if f.TLS != nil && f.TLS.SNI != "" {
					server = f.TLS.SNI
				}
				fmt.Fprintf(&b, "%s %s %s by %s: %s\n", strings.TrimSuffix(filepath.Base(name), ".pcap"), v.Protocol, server, p, v.Level)
				for _, g := range v.Findings {
					fmt.Fprintf(&b, "    %s %s, %s: %s\n", g.Level, g.Rule, g.Where, g.Evidence)
				}
			})
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(lines)) {
		if i >= len(got) || i >= len(lines) || got[i] != lines[i] {
			t.Fatalf("line %d of %s differs (-update writes it anew)", i+1, golden)
		}
	}
}

func verdicts(t *testing.T, name string, a *audit.Auditor, use func(*facts.Flow, *audit.Verdict)) {
	t.Helper()
	cfg, _, _, err := joy.Parse([]string{"bidir=1", "threads=1", "tls=1", "dtls=1", "quic=1", "ssh=1", "ike=1"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	judge := func(r *record.Record) {
		var f facts.Flow
		facts.FromRecord(r, &f)
		if v, ok := a.Flow(&f); ok {
			use(&f, &v)
		}
	}
	_, err = joy.Run(context.Background(), cfg, src, nowhere{}, joy.RunOptions{
		After: func(record.Writer) record.Writer { return stage(judge) },
	})
	if err != nil {
		t.Fatal(err)
	}
}

type stage func(*record.Record)

func (s stage) Write(r *record.Record) error { s(r); return nil }

type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }
