//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// spoofed is a frame with a UDP packet of flow number n, which nobody has sent.
func spoofed(frame []byte, n int) []byte {
	binary.BigEndian.PutUint32(frame[26:], uint32(n)*2654435761) // source address, spread out
	return frame
}

// records counts the lines of flows and their packets.
func records(t *testing.T, text string) (flows, packets int) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r struct {
			SA   string
			Pkts int `json:"num_pkts_out"`
			In   int `json:"num_pkts_in"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if r.SA != "" {
			flows++
			packets += r.Pkts + r.In
		}
	}
	return flows, packets
}

// peak is the most memory that a process has had resident, in MiB.
func (s *session) peak() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	kib, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
	if err != nil {
		s.t.Fatal(err)
	}
	return kib >> 10
}

// Packets of ever new flows, from addresses that are made up, take no more
// memory than is allowed, and each is in a record or in a count. With
// JOY_SPOOFED=N there are N of them.
func TestSpoofedFlows(t *testing.T) {
	n := 200_000
	if text := os.Getenv("JOY_SPOOFED"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	summary := filepath.Join(dir, "summary")
	s := begin(t, "interface=joy1", "profile=full", "exe_via=none", "max_memory=64M", "ring_size=32M", "outdir="+dir, "output=f.json",
		"summary="+summary, "statistics_time=0")
	frame := datagram(1)
	for i := range n {
		if err := s.sender.Send(spoofed(frame, i)); err != nil {
			t.Fatal(err)
		}
	}
	memory := s.peak()
	s.end()
	b, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	var c counts
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	flows, packets := 0, 0
	names, _ := filepath.Glob(filepath.Join(dir, "f-*.json")) // the pattern is well formed
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, p := records(t, string(text))
		flows, packets = flows+f, packets+p
	}
	if total := packets + int(c.Shed) + int(c.Dropped); total != n || uint64(flows) != c.Records {
		t.Errorf("%d packets sent; %d in records, %d left out, %d lost: %d; %d records, %d counted",
			n, packets, c.Shed, c.Dropped, total, flows, c.Records)
	}
	if memory > 400 {
		t.Errorf("%d MiB of memory with max_memory=64M", memory)
	}
	t.Logf("%d packets: %d in records (%d not looked into), %d left out, %d lost by the kernel, %d evicted, %d MiB", n, packets, c.Plain, c.Shed, c.Dropped, c.Evicted, memory)
}

// A kill leaves whole files behind, and of the one in progress what tells that
// it is not whole.
func TestKilledInMidRotation(t *testing.T) {
	dir := t.TempDir()
	s := begin(t, "interface=joy1", "inactive_timeout=0.1", "count=20", "outdir="+dir, "output=f.json.zst", "statistics_time=0")
	frame := datagram(1)
	n := 0
	whole := func() []string {
		names, _ := filepath.Glob(filepath.Join(dir, "f-*.json.zst")) // the pattern is well formed
		return names
	}
	eventually(t, "some files", func() bool {
		for range 50 {
			if err := s.sender.Send(spoofed(frame, n)); err != nil {
				t.Fatal(err)
			}
			n++
		}
		return len(whole()) >= 5
	})
	s.signal(syscall.SIGKILL)
	<-s.done
	for _, name := range whole() {
		text, err := exec.Command("zstd", "-dc", name).Output()
		if err != nil {
			t.Skip("needs zstd:", err)
		}
		if flows, _ := records(t, string(text)); flows != 20 {
			t.Errorf("%s has %d records, want 20", name, flows)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if name := e.Name(); !strings.HasPrefix(name, "f-") && !strings.HasPrefix(name, ".f.json.zst.tmp-") {
			t.Errorf("a file %s is left", name)
		}
	}
}

// A full disk ends the run with an error; what was whole before stays.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", dir).Run(); err != nil {
		t.Skip("cannot mount a small file system here:", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	s := begin(t, "interface=joy1", "inactive_timeout=0.1", "count=100", "outdir="+dir, "output=f.json", "statistics_time=0")
	frame := datagram(1)
	n := 0
	eventually(t, "the end", func() bool {
		for range 50 {
			if err := s.sender.Send(spoofed(frame, n)); err != nil {
				t.Fatal(err)
			}
			n++
		}
		return s.ended()
	})
	if status := s.cmd.ProcessState.ExitCode(); status != exitFailed || !strings.Contains(s.errors.String(), "no space left") {
		t.Errorf("status %d, %s", status, s.errors.String())
	}
	names, _ := filepath.Glob(filepath.Join(dir, "f-*.json")) // the pattern is well formed
	if len(names) == 0 {
		t.Error("no file was whole before the disk was full")
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if flows, _ := records(t, string(text)); flows != 100 {
			t.Errorf("%s has %d records, want 100", name, flows)
		}
	}
}
