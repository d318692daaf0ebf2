package joy_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy"
	"joy/capture/pcapfile"
	"joy/fingerprint/npf"
)

// TestMercury compares fingerprints with those of mercury, whose program
// JOY_MERCURY names, on our captures and on the corpus where it is there.
// docs/fingerprints.md says what the differences are that are left.
func TestMercury(t *testing.T) {
	mercury := os.Getenv("JOY_MERCURY")
	if mercury == "" {
		t.Skip("JOY_MERCURY does not name mercury")
	}
	sum, read := comparison{}, 0
	for _, file := range mercuryCaptures(t) {
		theirs := mercuryPrints(t, mercury, file)
		if len(theirs) == 0 {
			continue // also what mercury does not read
		}
		ours, err := joyPrints(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		sum.add(filepath.Base(file), ours, theirs)
		read++
	}
	t.Logf("%d captures%s", read, sum)
	for kind, n := range sum.equal() {
		if kind == "smtp_server" { // mercury's are of packets, and few servers write one
			continue
		}
		if different := len(sum[result{kind, "different"}]); n < 9*different {
			t.Errorf("%s: %d are equal, %d are different", kind, n, different)
		}
	}
}

// A place is one direction of a conversation, and a kind of fingerprint with its
// version; prints are the strings of each place, each once.
type place struct {
	src, dst netip.AddrPort
	kind     string
}

type prints map[place][]string

func (p prints) add(src, dst netip.AddrPort, fp string) {
	kind := npf.Kind(fp)
	if i := strings.IndexByte(fp, '('); i > 0 {
		kind = fp[:i-1]
	}
	at := place{src, dst, kind}
	if !slices.Contains(p[at], fp) {
		p[at] = append(p[at], fp)
	}
}

// A result is what became of the strings of a kind, with an example for each.
type result struct{ kind, what string }

type comparison map[result][]string

// add compares place by place. Mercury makes a string of each packet that it
// knows, we make one of a flow: one of those has to be ours.
func (c comparison) add(file string, ours, theirs prints) {
	for at := range theirs {
		if _, ok := ours[at]; !ok {
			c.note(result{at.kind, "only mercury"}, file, at, theirs[at])
		}
	}
	for at, list := range ours {
		there, ok := theirs[at]
		switch {
		case !ok:
			c.note(result{at.kind, "only joy"}, file, at, list)
		case slices.ContainsFunc(list, func(s string) bool { return slices.Contains(there, s) }):
			c.note(result{at.kind, "equal"}, file, at, list)
		default:
			c.note(result{at.kind, "different"}, file, at, append(list, there...))
		}
	}
}

func (c comparison) note(r result, file string, at place, list []string) {
	c[r] = append(c[r], fmt.Sprintf("%s %s>%s\n      %s", file, at.src, at.dst, strings.Join(list, "\n      ")))
}

func (c comparison) equal() map[string]int {
	n := map[string]int{}
	for r, list := range c {
		if r.what == "equal" {
			n[r.kind] = len(list)
		}
	}
	return n
}

// String has numbers, and examples of what is not equal.
func (c comparison) String() string {
	var b strings.Builder
	keys := slices.SortedFunc(maps.Keys(c), func(a, b result) int { return strings.Compare(a.kind+" "+a.what, b.kind+" "+b.what) })
	for _, r := range keys {
		fmt.Fprintf(&b, "\n%-16s %-12s %d", r.kind, r.what, len(c[r]))
		if r.what != "equal" && testing.Verbose() {
			last := ""
			for _, example := range slices.Sorted(slices.Values(c[r])) { // one of each capture
				if file, _, _ := strings.Cut(example, " "); file != last {
					last = file
					fmt.Fprintf(&b, "\n    %s", example)
				}
			}
		}
	}
	return b.String()
}

// mercuryCaptures are all captures that there are.
func mercuryCaptures(t *testing.T) (all []string) {
	t.Helper()
	for _, root := range []string{"testdata", "proto", "../shared/corpus/pcaps"} {
		if _, err := os.Stat(root); err != nil {
			continue // the corpus is not everywhere
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if ext := filepath.Ext(path); err == nil && (ext == ".pcap" || ext == ".pcapng") {
				all = append(all, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// mercuryPrints are what mercury makes of a capture, in all versions of its
// formats, of which it writes one at a time.
func mercuryPrints(t *testing.T, mercury, file string) prints {
	t.Helper()
	all := prints{}
	for _, formats := range []string{"tls,quic", "tls/1,quic/1", "tls/2,quic/1"} {
		out := filepath.Join(t.TempDir(), "mercury.json")
		cmd := exec.Command(mercury, "-r", file, "-f", out, "--select=all", "--reassembly", "--metadata", "--format="+formats)
		if err := cmd.Run(); err != nil {
			t.Logf("mercury %s: %v", file, err)
			return nil
		}
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		mercuryLines(f, all)
		f.Close()
	}
	// Those that the stage does not make.
	maps.DeleteFunc(all, func(at place, _ []string) bool {
		switch at.kind {
		case "tls", "dtls", "quic", "tofsee":
			return true
		}
		return false
	})
	// Of both parts of ssh mercury writes only the lists, as ssh_kex (npf.md has both).
	for at, list := range all {
		if kex := strings.Replace(at.kind, "ssh", "ssh_kex", 1); at.kind == "ssh" || at.kind == "ssh_server" {
			delete(all, at)
			for _, fp := range list {
				all.add(at.src, at.dst, kex+fp[len(at.kind):])
			}
		}
	}
	return all
}

func mercuryLines(f *os.File, all prints) {
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var l struct {
			Fingerprints map[string]string
			SrcIP        netip.Addr `json:"src_ip"`
			DstIP        netip.Addr `json:"dst_ip"`
			SrcPort      uint16     `json:"src_port"`
			DstPort      uint16     `json:"dst_port"`
		}
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue // of mercury some lines are no JSON
		}
		for _, fp := range l.Fingerprints {
			all.add(netip.AddrPortFrom(l.SrcIP, l.SrcPort), netip.AddrPortFrom(l.DstIP, l.DstPort), fp)
		}
	}
}

// joyPrints are what the records of a capture have.
func joyPrints(file string) (prints, error) {
	noFile := func(string) ([]byte, error) { return nil, os.ErrNotExist }
	c, _, _, err := joy.Parse([]string{"bidir=1", "fpx=1"}, nil, noFile)
	if err != nil {
		return nil, err
	}
	src, err := pcapfile.Open([]string{file}, pcapfile.Options{Warn: func(*pcapfile.DamageError) {}})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var out memory
	if _, err := joy.Run(context.Background(), c, src, &out, joy.RunOptions{}); err != nil {
		return nil, err
	}
	all := prints{}
	for line := range bytes.Lines(out.Bytes()) {
		if err := joyLine(line, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func joyLine(line []byte, all prints) error {
	type side struct{ NPF []string }
	var r struct {
		SA, DA         *netip.Addr
		SP, DP         *uint16
		Fingerprints   side
		FingerprintsIn side `json:"fingerprints_in"`
	}
	if err := json.Unmarshal(line, &r); err != nil || r.SP == nil || r.DP == nil {
		return err
	}
	src, dst := netip.AddrPortFrom(*r.SA, *r.SP), netip.AddrPortFrom(*r.DA, *r.DP)
	for _, fp := range r.Fingerprints.NPF {
		all.add(src, dst, fp)
	}
	for _, fp := range r.FingerprintsIn.NPF {
		all.add(dst, src, fp)
	}
	return nil
}
