package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"joy"
	"joy/capture"
)

// screen is what a terminal of one line shows of the last line, and the lines
// above it.
func screen(b []byte) string {
	var lines []string
	var line []byte
	at := 0
	for _, c := range b {
		switch c {
		case '\r':
			at = 0
		case '\b':
			at--
		case '\n':
			lines, line, at = append(lines, strings.TrimRight(string(line), " ")), nil, 0
		default:
			line = append(line[:at], append([]byte{c}, line[min(at+1, len(line)):]...)...)
			at++
		}
	}
	return strings.Join(append(lines, strings.TrimRight(string(line), " ")), "\n")
}

// The status stays the last line, and messages are not mixed with it.
func TestConsole(t *testing.T) {
	var b bytes.Buffer
	c := newConsole(&b)
	steps := []struct {
		do   func()
		want string
	}{
		{func() { c.say("first") }, "first\n"},
		{func() { c.show("50% of all, 3 flows") }, "first\n50% of all, 3 flows"},
		{func() { c.show("51% of all") }, "first\n51% of all"},
		{func() { c.say("oh") }, "first\noh\n51% of all"},
		{func() { c.say("a message longer than the status") }, "first\noh\na message longer than the status\n51% of all"},
		{func() { c.show("") }, "first\noh\na message longer than the status\n"},
		{func() { c.say("last") }, "first\noh\na message longer than the status\nlast\n"},
	}
	for i, step := range steps {
		step.do()
		if got := screen(b.Bytes()); got != step.want {
			t.Fatalf("after step %d the screen is\n%s\nwant\n%s", i, got, step.want)
		}
	}
}

type statsOf capture.Stats

func (s statsOf) Stats() capture.Stats { return capture.Stats(s) }

func TestProgressLine(t *testing.T) {
	tests := []struct {
		name    string
		stats   capture.Stats
		elapsed time.Duration
		want    string
	}{
		{"at the start", capture.Stats{}, 0, "joy: 0 B, 1.5M packets, 79.2k flows"},
		{"in the middle", capture.Stats{Bytes: 1 << 28, Total: 1 << 30}, 2 * time.Second, "joy: 256 MiB of 1 GiB (25%), 1.5M packets, 79.2k flows, 128 MiB/s, 0:06 left"},
		{"size not known", capture.Stats{Bytes: 3 << 19}, time.Second, "joy: 1.5 MiB, 1.5M packets, 79.2k flows, 1.5 MiB/s"},
		{"grew while it was read", capture.Stats{Bytes: 2000, Total: 1000}, time.Second, "joy: 1.95 KiB of 0.977 KiB (100%), 1.5M packets, 79.2k flows, 1.95 KiB/s"},
		{"slow", capture.Stats{Bytes: 1, Total: 1 << 50}, time.Hour, "joy: 1 B of 1024 TiB (0%), 1.5M packets, 79.2k flows, 0 B/s, 99:00:00 left"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var now joy.Snapshot
			now.Packets, now.Open = 1_500_000, 79_230
			p := progress{source: statsOf(test.stats), counts: func() joy.Snapshot { return now }}
			if got := p.line(test.elapsed); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// What is drawn is wiped out at the end, also when that comes at once.
func TestProgressEnds(t *testing.T) {
	var b bytes.Buffer
	p := progress{console: newConsole(&b), source: statsOf{}, counts: new(joy.Progress).Snapshot}
	p.start()
	p.end()
	if got := screen(b.Bytes()); got != "" {
		t.Errorf("the screen shows %q", got)
	}
}

// Exactly one of the two sides decides: an error of usage keeps its status.
func TestExitStatus(t *testing.T) {
	l, _ := openLog(&joy.Config{}, newConsole(io.Discard))
	r := run{log: l}
	if got := r.fail(exitFailed, errors.Join(&joy.UsageError{Text: "x"})); got != exitUsage {
		t.Errorf("a usage error ends with %d", got)
	}
	if got := r.fail(exitFailed, io.ErrClosedPipe); got != exitFailed {
		t.Errorf("a failed output ends with %d", got)
	}
}

func TestUsageStatus(t *testing.T) {
	tests := []struct {
		args []string
		want int
	}{
		{[]string{"bidri=1", "x"}, exitUsage},
		{nil, exitUsage},
		{[]string{"-x"}, exitUsage},
		{[]string{"no/such/file.pcap"}, exitUsage},
		{[]string{"log=no/such/folder/x", "-"}, exitUsage},
		{[]string{"completion"}, exitUsage},
		{[]string{"completion", "tcsh"}, exitUsage},
		{[]string{"--help"}, exitOK},
		{[]string{"version"}, exitOK},
	}
	for _, test := range tests {
		var out, err bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &err}
		if got := p.run(test.args); got != test.want {
			t.Errorf("joy %q ends with %d, want %d: %s", test.args, got, test.want, err.String())
		}
		if (test.want == exitOK) != (err.Len() == 0) || (test.want == exitOK) != (out.Len() > 0) {
			t.Errorf("joy %q: standard output %q, error %q", test.args, out.String(), err.String())
		}
	}
}
