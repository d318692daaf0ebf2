package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"joy"
	"joy/capture/pcapfile"
)

const captures = "../testdata/captures"

// call runs the program.
func call(t *testing.T, stdin io.Reader, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, told bytes.Buffer
	p := &program{stdin: stdin, stdout: &out, stderr: &told}
	status = p.run(t.Context(), append([]string{"--temp", t.TempDir()}, args...))
	return out.String(), told.String(), status
}

// ask is call for what goes well.
func ask(t *testing.T, args ...string) string {
	t.Helper()
	out, told, status := call(t, strings.NewReader(""), args...)
	if status != 0 || told != "" {
		t.Fatalf("%q: status %d: %s", args, status, told)
	}
	return out
}

// rowsOf asks for JSON.
func rowsOf(t *testing.T, args ...string) (rows []map[string]any) {
	t.Helper()
	return objectsOf(t, ask(t, append([]string{"--format", "json"}, args...)...))
}

func objectsOf(t *testing.T, lines string) (objects []map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(lines))
	for d.More() {
		var o map[string]any
		if err := d.Decode(&o); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects
}

// records are those of all our captures, as joy's own output.
var records = sync.OnceValues(func() ([]byte, error) {
	names, err := filepath.Glob(captures + "/*.pcap")
	if err != nil {
		return nil, err
	}
	cfg, _, _, err := joy.Parse([]string{"profile=full", "fingerprint=builtin", "per_file=1"}, nil, os.ReadFile)
	if err != nil {
		return nil, err
	}
	src, err := pcapfile.Open(names, pcapfile.Options{Warn: func(*pcapfile.DamageError) {}})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var all collector
	_, err = joy.Run(context.Background(), cfg, src, &all, joy.RunOptions{})
	return all.Bytes(), err
})

// A collector is a sink into memory.
type collector struct{ bytes.Buffer }

func (c *collector) Write(b []byte, _ []int, _ int64) error { c.Buffer.Write(b); return nil }
func (*collector) Tick(int64) error                         { return nil }
func (*collector) Close() error                             { return nil }

// file writes a file of records.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// recordFile is a file of records, which it returns as objects too.
func recordFile(t *testing.T, more ...string) (string, []map[string]any) {
	t.Helper()
	all, err := records()
	if err != nil {
		t.Fatal(err)
	}
	text := string(all) + strings.Join(more, "\n")
	return file(t, "flows.json", []byte(text)), objectsOf(t, text)
}
