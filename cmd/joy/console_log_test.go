package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"joy"
)

// logTo is a log on a console, and what is to be seen there.
func logTo(t *testing.T, cfg joy.Config) (*logger, *bytes.Buffer) {
	t.Helper()
	b := new(bytes.Buffer)
	l, err := openLog(&cfg, newConsole(b))
	if err != nil {
		t.Fatal(err)
	}
	return l, b
}

func TestVerbosity(t *testing.T) {
	all := []struct {
		level      slog.Level
		text, json string
	}{
		{slog.LevelDebug, "joy: debug: x\n", `"level":"debug"`},
		{info, "joy: x\n", `"level":"info"`},
		{warning, "joy: warning: x\n", `"level":"warning"`},
		{failure, "joy: error: x\n", `"level":"error"`},
		{critical, "joy: critical: x\n", `"level":"critical"`},
	}
	from := map[int]int{0: len(all), 1: 0, 2: 1, 3: 2, 4: 3, 5: 4} // index of the least severe
	for verbosity, first := range from {
		text, seen := logTo(t, joy.Config{Verbosity: verbosity})
		object, objects := logTo(t, joy.Config{Verbosity: verbosity, LogFormat: "json"})
		want := ""
		for i, m := range all {
			text.log(m.level, "x")
			object.log(m.level, "x")
			if i >= first {
				want += m.text
			}
			if got := strings.Contains(objects.String(), m.json); got != (i >= first) {
				t.Errorf("verbosity=%d: %s is there: %v", verbosity, m.json, got)
			}
		}
		if seen.String() != want {
			t.Errorf("verbosity=%d: %q, want %q", verbosity, seen.String(), want)
		}
	}
}

// Names from captures and folders must not command the terminal.
func TestMessagesArePrintable(t *testing.T) {
	const bad = "a\x1b[2Jb\nc\u009bd é\x7f"
	tests := map[string]string{
		"text": "joy: warning: a?[2Jb?c?d é? name=\"a\\x1b[2Jb\\nc\\u009bd é\\x7f\"\n",
		"json": `,"msg":"a\u001b[2Jb\nc\u009bd é\u007f","name":"a\u001b[2Jb\nc\u009bd é\u007f"}` + "\n",
	}
	for format, want := range tests {
		l, b := logTo(t, joy.Config{Verbosity: 3, LogFormat: format})
		l.Warn(bad, "name", bad)
		if !strings.HasSuffix(b.String(), want) {
			t.Errorf("%s: %q, want %q", format, b.String(), want)
		}
	}
}

func TestAttributes(t *testing.T) {
	at := time.Date(2026, 11, 24, 18, 0, 0, 5, time.FixedZone("", 3600))
	tests := []struct {
		name       string
		log        func(l *slog.Logger)
		text, json string
	}{
		{"plain", func(l *slog.Logger) { l.Info("m", "if", "eth0", "n", 7) }, "joy: m if=eth0 n=7\n", `"if":"eth0","n":7}`},
		{"blanks", func(l *slog.Logger) { l.Info("m", "a b", "c d") }, "joy: m \"a b\"=\"c d\"\n", `"a b":"c d"}`},
		{"empty", func(l *slog.Logger) { l.Info("m", "k", "", slog.Attr{}) }, "joy: m k=\"\"\n", `"k":""}`},
		{"an error", func(l *slog.Logger) { l.Error("m", "err", io.EOF) }, "joy: error: m err=EOF\n", `"err":"EOF"}`},
		{"a time", func(l *slog.Logger) { l.Info("m", "at", at) }, "at=\"2026-11-24 18:00:00.000000005 +0100 +0100\"\n", `"at":"2026-11-24T17:00:00.000000005Z"}`},
		{"of all messages", func(l *slog.Logger) { l.With("if", "eth0").Info("m", "n", 7) }, "joy: m if=eth0 n=7\n", `"if":"eth0","n":7}`},
		{"in a group", func(l *slog.Logger) { l.With("a", 1).WithGroup("g").With("b", 2).Info("m", "c", 3) }, "joy: m a=1 g.b=2 g.c=3\n", `"a":1,"g":{"b":2,"c":3}}`},
		{"a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", 1)) }, "joy: m g.a=1\n", `"g":{"a":1}}`},
		{"a level", func(l *slog.Logger) { l.WithGroup("g").Info("m", "level", slog.LevelWarn) }, "joy: m g.level=WARN\n", `"g":{"level":"WARN"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, b := logTo(t, joy.Config{Verbosity: 1})
			test.log(l.Logger)
			if !strings.HasSuffix(b.String(), test.text) {
				t.Errorf("got %q, want %q", b.String(), test.text)
			}
			l, b = logTo(t, joy.Config{Verbosity: 1, LogFormat: "json"})
			test.log(l.Logger)
			if !strings.HasSuffix(b.String(), test.json+"\n") || !json.Valid(b.Bytes()) {
				t.Errorf("got %q, want %q", b.String(), test.json)
			}
		})
	}
}

// Lines of a file tell when; a terminal stays as it is.
func TestTimesInFiles(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		name := filepath.Join(t.TempDir(), "log")
		l, err := openLog(&joy.Config{Log: name, Verbosity: 3, LogFormat: format}, newConsole(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		l.log(warning, "x")
		if err := l.close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		stamp := regexp.MustCompile(`^({"time":")?(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\S*?Z)[" ]`).FindSubmatch(b)
		if stamp == nil {
			t.Fatalf("%s: no time in %q", format, b)
		}
		if at, err := time.Parse(time.RFC3339Nano, string(stamp[2])); err != nil || time.Since(at) > time.Hour {
			t.Errorf("%s: time %s, %v", format, stamp[2], err)
		}
	}
}

// What logrotate moves away stays as it was; nothing is lost on the way.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	name, moved := filepath.Join(dir, "log"), filepath.Join(dir, "log.1")
	l, err := openLog(&joy.Config{Log: name, Verbosity: 3}, newConsole(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	const each = 100
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for range each {
				l.log(warning, "x")
			}
		})
	}
	l.log(warning, "before")
	if err := os.Rename(name, moved); err != nil {
		t.Fatal(err)
	}
	if err := l.reopen(); err != nil {
		t.Fatal(err)
	}
	l.log(warning, "after")
	busy.Wait()
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	a, errA := os.ReadFile(moved)
	b, errB := os.ReadFile(name)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(a, []byte("before")) || !bytes.Contains(b, []byte("after")) || bytes.Contains(a, []byte("after")) {
		t.Errorf("before %q, after %q", a, b)
	}
	if n := bytes.Count(append(a, b...), []byte("\n")); n != 4*each+2 {
		t.Errorf("%d lines, want %d", n, 4*each+2)
	}
}

// A log whose folder has gone goes on where it was.
func TestReopenFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := openLog(&joy.Config{Log: filepath.Join(dir, "log"), Verbosity: 3}, newConsole(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+"2"); err != nil {
		t.Skip("open files cannot be moved here:", err)
	}
	if err := l.reopen(); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "log: ") {
		t.Errorf("error %v", err)
	}
	l.log(warning, "still there")
	if err := l.close(); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir+"2", "log")); err != nil || !bytes.Contains(b, []byte("still there")) {
		t.Errorf("%q, %v", b, err)
	}
}

// A log that cannot be written is not lost in silence.
func TestFullLog(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("needs " + full)
	}
	for _, format := range []string{"text", "json"} {
		l, err := openLog(&joy.Config{Log: full, Verbosity: 3, LogFormat: format}, newConsole(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		l.log(warning, "x")
		if l.close() == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

// Whatever is logged is one line without control characters, and as JSON says
// again what it was.
func FuzzLog(f *testing.F) {
	f.Add("m", "key", "value")
	f.Add("a\nb", "a=b", "\x1b]0;x\a\u009b")
	f.Add("\u2028\"\\", "", "\xff\xfe")
	f.Fuzz(func(t *testing.T, message, key, value string) {
		for _, format := range []string{"text", "json"} {
			l, b := logTo(t, joy.Config{Verbosity: 3, LogFormat: format})
			l.With(key, value).Warn(message, key, value)
			line, ended := strings.CutSuffix(b.String(), "\n")
			if !ended || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return isControl(r) && r != '\t' }) {
				t.Errorf("%s: %q", format, b.String())
			}
			if format == "text" || !utf8.ValidString(message) || key == slog.MessageKey {
				continue
			}
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil || object["msg"] != message {
				t.Errorf("%q: %q, %v", line, object["msg"], err)
			}
		}
	})
}
