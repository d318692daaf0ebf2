package joy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"joy/record"
)

// modelText is a model of two classes that gives the second one p = 1/(1+exp(-bias)).
const modelText = `{"joy_model":1,"kind":"logistic","classes":["a","b"],"feature_set":"SET","feature_set_version":1,"options":OPTIONS,` +
	`"intercepts":[BIAS],"features":[{"name":"NAME","coefficients":[0]}]}`

func writeModel(t *testing.T, name, bias, set, feature, options string) string {
	t.Helper()
	text := strings.NewReplacer("BIAS", bias, "SET", set, "NAME", feature, "OPTIONS", options).Replace(modelText)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestModelNeeds names what the options do not provide.
func TestModelNeeds(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ set, feature, options, args, says string }{
		"bytes":       {"joy-bytes", "byte_0", `{}`, "", "need dist=1, which is 0: set dist=1"},
		"a hello":     {"joy-tls", "c_key_length", `{}`, "dist=1", "need tls=1, which is 0: set tls=1"},
		"more":        {"joy-times", "time_0_0", `{"num_pkts":"100"}`, "", "need num_pkts=100, which is 50"},
		"a later joy": {"joy-times", "time_0_0", `{"crystal":"1"}`, "", "needs crystal=1, which this joy does not know"},
		"nonsense":    {"joy-times", "time_0_0", `{"bidir":"maybe"}`, "", "bidir=maybe"},
		"nothing":     {"joy-times", "time_0_0", `{"bidir":"0"}`, "", ""},
		"spelling":    {"joy-times", "time_0_0", `{"bidir":"yes"}`, "bidir=1", "to be written bidir=1"},
		"joined":      {"joy-bytes+joy-tls", "byte_0", `{}`, "dist=1 tls=1 dtls=1 quic=1", ""},
		"in QUIC too": {"joy-tls", "c_key_length", `{}`, "tls=1 dtls=1", "need quic=1, which is 0: set quic=1"},
	} {
		file := writeModel(t, filepath.Join(dir, name), "1", c.set, c.feature, c.options)
		cfg := mustParse(t, append([]string{"classify=1", "model=" + file}, strings.Fields(c.args)...)...)
		_, err := NewReloader(cfg)
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wantUsageError(t, err, c.says, file)
	}
}

// TestModelReload has the records of a run be judged by another model.
func TestModelReload(t *testing.T) {
	file := writeModel(t, filepath.Join(t.TempDir(), "m.json"), "5", "joy-times", "time_0_0", "{}")
	cfg := mustParse(t, "classify=1", "model="+file)
	r, err := NewReloader(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var class string
	w := r.stage(taker(func(r *record.Record) { class = string(r.Classification.Class) }))
	judge := func() string {
		if err := w.Write(&record.Record{Packets: []record.Length{{B: 1}}}); err != nil {
			t.Fatal(err)
		}
		return class
	}
	if got := judge(); got != "b" {
		t.Errorf("class %s", got)
	}
	writeModel(t, file, "-5", "joy-times", "time_0_0", "{}")
	if got := judge(); got != "b" {
		t.Errorf("before it was read: %s", got)
	}
	if err := r.Load(cfg); err != nil {
		t.Fatal(err)
	}
	if got := judge(); got != "a" {
		t.Errorf("after it was read: %s", got)
	}
	writeModel(t, file, "x", "joy-times", "time_0_0", "{}")
	if r.Load(cfg) == nil {
		t.Error("a broken model is taken")
	}
	if got := judge(); got != "a" {
		t.Errorf("after a broken one: %s", got)
	}
}

type taker func(*record.Record)

func (t taker) Write(r *record.Record) error { t(r); return nil }
