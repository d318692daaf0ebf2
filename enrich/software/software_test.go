package software

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/feature"
	"joy/fingerprint"
	"joy/fingerprint/database"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
	"joy/proto/tls"
	"joy/record"
)

// Suites that are in one hello, in one nearby and in neither.
const (
	known   = "tls/1/(0303)(130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035)[(0000)(0017)(ff01)]"
	nearby  = "tls/1/(0303)(130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f00350005)[(0000)(0017)(ff01)]"
	foreign = "tls/1/(0301)(00040005000a)[]"
)

// sample is a database of two programs.
func sample(t *testing.T) *database.Database {
	t.Helper()
	d := database.New("sample")
	for _, e := range []fingerprint.Entry{
		{Fingerprint: known, Processes: []fingerprint.Process{
			{Name: "curl", Version: "8.1", OS: "Debian 12", Category: "tool", Count: 90, Names: map[string]uint64{"a.test": 90}},
			{Name: "wget", Count: 60, Malware: true, Names: map[string]uint64{"b.test": 60}},
		}},
		{Fingerprint: "ssh_server/(53)", Processes: []fingerprint.Process{{Name: "sshd", Count: 50}}},
	} {
		if err := d.Put(e); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// stored writes a database and returns its path.
func stored(t *testing.T, name string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// last is the end of a chain.
type last struct{ a, b string }

func (l *last) Write(r *record.Record) error {
	l.a, l.b = words(r.Analysis), words(r.AnalysisIn)
	return nil
}

func words(a *record.Analysis) string {
	if a == nil {
		return ""
	}
	s := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %s", a.Status, a.Kind, a.Process, a.Version, a.OS, a.Category)), " ")
	if a.Malware {
		s += " malware"
	}
	if a.HasDistance {
		s += fmt.Sprintf(" %.2f of %.12s", a.Distance, a.Nearest)
	}
	return s
}

func TestStage(t *testing.T) {
	d := sample(t)
	text := stored(t, "db.jsonl", func(b *bytes.Buffer) error { return d.Write(b) })
	mapped := stored(t, "db.idx", func(b *bytes.Buffer) error {
		section, err := match.Section(d, match.Threshold)
		if err != nil {
			return err
		}
		return index.Build(b, d, section)
	})
	for _, path := range []string{text, mapped} {
		n, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			a, b string // fingerprints of both sides
			sni  string
			want last
		}{
			"by its destination":   {known, "", "a.test", last{a: "exact tls curl 8.1 Debian 12 tool"}},
			"by another one":       {known, "", "b.test", last{a: "exact tls wget malware"}},
			"both sides":           {known, "ssh_server/(53)", "a.test", last{"exact tls curl 8.1 Debian 12 tool", "exact ssh_server sshd"}},
			"near":                 {nearby, "", "a.test", last{a: "approximate tls curl 8.1 Debian 12 tool 0.03 of tls/1/(0303)"}},
			"unknown":              {foreign, "", "a.test", last{a: "unknown"}},
			"nothing to be looked": {"", "", "", last{}},
		} {
			r := &record.Record{SP: 1000, DP: 443, Src: netip.MustParseAddr("10.0.0.1"), HasIn: true}
			r.Fingerprints, r.FingerprintsIn = prints(c.a), prints(c.b)
			var got last
			stage := n.Stage(&got)
			for range 2 { // from the cache too
				if err := stage.Write(withName(r, c.sni)); err != nil {
					t.Fatal(err)
				}
				if got != c.want {
					t.Errorf("%s, %s: %+v", filepath.Base(path), name, got)
				}
			}
		}
	}
}

func prints(fp string) *record.Fingerprints {
	if fp == "" {
		return nil
	}
	return &record.Fingerprints{NPF: []record.Text{record.Text(fp)}}
}

func TestRead(t *testing.T) {
	d := sample(t)
	var want bytes.Buffer
	if err := d.Write(&want); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		stored(t, "db.jsonl", func(b *bytes.Buffer) error { return d.Write(b) }),
		stored(t, "db.idx", func(b *bytes.Buffer) error { return index.Build(b, d) }),
	} {
		got, _, err := Read(path)
		var text bytes.Buffer
		if err == nil {
			err = got.Write(&text)
		}
		if err != nil || text.String() != want.String() {
			t.Errorf("%s: %v\n%s", filepath.Base(path), err, text.String())
		}
	}
}

// Each entry of the database that comes with joy is found in its index.
func TestBuiltin(t *testing.T) {
	d, _, err := Read(Builtin)
	if err != nil {
		t.Fatal(err)
	}
	x, err := OpenIndex(Builtin)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if x.Len() != d.Len() {
		t.Errorf("%d entries in the index, %d in the database", x.Len(), d.Len())
	}
	for e := range d.All() {
		if _, ok := x.Find(e.Fingerprint); !ok {
			t.Errorf("%s is not found", e.Fingerprint)
		}
	}
}

func BenchmarkOpenBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := OpenIndex(Builtin); err != nil {
			b.Fatal(err)
		}
	}
}

func TestOpenFails(t *testing.T) {
	for name, text := range map[string]string{"none": "", "damaged": `{"joy_fingerprints":1}` + "\n{", "no database": "hello\n"} {
		path := stored(t, "file", func(b *bytes.Buffer) error { b.WriteString(text); return nil })
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open("/does/not/exist"); err == nil {
		t.Error("a file that does not exist: no error")
	}
}

func BenchmarkStage(b *testing.B) {
	n, err := Open(Builtin)
	if err != nil {
		b.Fatal(err)
	}
	r := withName(&record.Record{SP: 1000, DP: 443, Src: netip.MustParseAddr("10.0.0.1"), HasIn: true, Fingerprints: prints(known)}, "a.test")
	stage := n.Stage(new(last))
	b.ReportAllocs()
	for b.Loop() {
		if err := stage.Write(r); err != nil {
			b.Fatal(err)
		}
	}
}

// withName is the record with the name that the client asked for.
func withName(r *record.Record, sni string) *record.Record {
	r.TLS = nil
	if sni != "" {
		r.TLS = &tls.Info{SNI: []feature.Text{feature.Text(sni)}}
	}
	return r
}
