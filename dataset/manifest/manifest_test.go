package manifest_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"joy/dataset/leak"
	"joy/dataset/manifest"
	"joy/dataset/sketch"
)

func example() *manifest.Manifest {
	return &manifest.Manifest{
		Format: manifest.Version, Joy: "5.0.0", Set: "splt", SetVersion: 1, Options: []string{"bidir=1"}, Needs: []string{"num_pkts=50"},
		Inputs:  []manifest.Input{{Name: "a [1].pcap", Bytes: 24, SHA256: "00", Flows: 1, Damaged: true}},
		Labels:  manifest.Labels{Sources: []string{"file"}, Unlabelled: "drop", Conflict: "error"},
		Split:   manifest.Split{By: "host", Fractions: []float64{0.5, 0, 0.5}, Cuts: []int64{1, 2}},
		Classes: []manifest.Class{{Name: "a", Train: 1}},
		Leakage: manifest.Leakage{
			Warnings: []string{"x"}, GiveAway: []leak.Feature{{Name: "f"}}, Strongest: []leak.Feature{}, Identity: []string{}, Constant: []string{}, OneSided: []string{},
		},
		Files:    []manifest.File{},
		Features: []manifest.Feature{{Name: "f", Definition: "One [of] {two}.", Training: sketch.Kept{Bits: 7, From: []float64{-1.5, 0, 3}, Counts: []uint64{1, 2, 3}}}},
	}
}

func text(t testing.TB, m *manifest.Manifest) string {
	t.Helper()
	var b bytes.Buffer
	if err := manifest.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteAndRead(t *testing.T) {
	want := example()
	first := text(t, want)
	if !strings.Contains(first, `"from": [-1.5, 0, 3],`) {
		t.Errorf("numbers are not on one line:\n%s", first)
	}
	for _, s := range []string{first, `{"joy_model":1,"x":[],"manifest":` + first + `}`, `{"joy_model":1,"manifest":{"other":1,"dataset":` + first + `}}`} {
		got, err := manifest.Read(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\n%+v", got, want)
		}
	}
}

func TestBad(t *testing.T) {
	good := text(t, example())
	for _, tc := range []struct{ old, now, says string }{
		{`"joy_dataset": 1`, `"joy_dataset": 2`, "version 2"},
		{`"joy_dataset": 1`, `"joy_data": 1`, "no joy_dataset"},
		{`"joy": "5.0.0"`, `"joys": "5.0.0"`, "joys"},
		{`"from": [-1.5, 0, 3]`, `"from": [0, -1.5, 3]`, "ascending"},
		{`"counts": [1, 2, 3]`, `"counts": [1, -2, 3]`, "-2"},
		{`"name": "f",` + "\n" + `      "definition"`, `"name": "",` + "\n" + `      "definition"`, "no name"},
		{`"name": "a",` + "\n" + `      "train"`, `"name": "\u001b",` + "\n" + `      "train"`, "printed"},
		{`"features": [`, `"features": [], "features": [`, "duplicate"},
		{good, `{"joy_model":1}`, "no manifest"},
		{good, `{"joy_model":1,"manifest":{"dataset":{}}}`, "no joy_dataset"},
		{good, `{"joy_model":1,"manifest":[]}`, "manifest of the model"},
		{good, `{}`, "no joy_dataset"},
		{good, ``, "EOF"},
	} {
		bad := strings.Replace(good, tc.old, tc.now, 1)
		if bad == good {
			t.Errorf("%s is not there", tc.old)
		}
		if _, err := manifest.Read(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%.60s: %v", tc.now, err)
		}
	}
	if _, err := manifest.Open("/nowhere"); err == nil {
		t.Error("no file")
	}
}

func FuzzRead(f *testing.F) {
	good := text(f, example())
	f.Add([]byte(good))
	f.Add([]byte(`{"joy_model":1,"manifest":{"dataset":` + good + `}}`))
	f.Add([]byte(`{"joy_dataset":1,"features":[{"name":"a","training":{"bits":-5,"from":[1e-300,1e300],"counts":[1,1]}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := manifest.Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		again, err := manifest.Read(strings.NewReader(text(t, m)))
		if err != nil {
			t.Fatalf("what is written is not read: %v", err)
		}
		if len(again.Features) != len(m.Features) {
			t.Error("features are lost")
		}
	})
}
