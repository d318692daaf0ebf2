package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"joy/fingerprint/observe"
)

// A flow file is read to its end, whatever is wrong in it.
func TestReader(t *testing.T) {
	text := `{"version":"5.0.0","exe":0,"end-config":1}` + "\r\n" +
		`{"sa":"10.0.0.1","da":"10.0.0.2"}` + "\n\n" +
		`{"sa":` + "\n" +
		`{"sa":"10.0.0.3","da":"` + strings.Repeat("x", 17<<20) + `"}` + "\n" +
		strings.Repeat("{broken\n", 2*maxComplaints) +
		`{"sa":"10.0.0.4","da":"10.0.0.5"}`
	name := filepath.Join(t.TempDir(), "flows.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	p := &program{stderr: &said}
	r, inputs, err := p.newFlowReader([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = r.each(context.Background(), inputs, func(file string, f *observe.Flow) error {
		got = append(got, file+" "+f.Tuple())
		return nil
	})
	want := []string{"flows.json 10.0.0.1:0 > 10.0.0.2:0", "flows.json 10.0.0.4:0 > 10.0.0.5:0"}
	if err != nil || !slices.Equal(got, want) || !errors.Is(r.result(), errInput) {
		t.Errorf("%q, %v, %v", got, err, r.result())
	}
	lines := strings.Split(said.String(), "\n")
	if len(lines) != maxComplaints+2 || !strings.Contains(lines[0], ": line 4: ") || !strings.Contains(lines[1], ": line 5: longer") ||
		lines[maxComplaints] != "joy: 22 more complaints were left out" {
		t.Errorf("%d lines: %.300s", len(lines), said.String())
	}
	stop := errors.New("stop")
	if err := r.each(context.Background(), inputs, func(string, *observe.Flow) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}
