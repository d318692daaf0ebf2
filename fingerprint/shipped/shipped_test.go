package shipped

import (
	"bytes"
	"testing"

	"joy/fingerprint/database"
)

// The file is as Write makes it, so that a diff shows what changed.
func TestShipped(t *testing.T) {
	d, err := Database()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), file) {
		t.Error("written anew, the database is another one")
	}
}

// It names programs that nobody would miss.
func TestPrograms(t *testing.T) {
	d, err := Database()
	if err != nil {
		t.Fatal(err)
	}
	programs := make(map[string]bool)
	for e := range d.All() {
		for _, p := range e.Processes {
			programs[p.Name] = true
			if p.Name == database.Other {
				t.Errorf("%s: programs were cut off", e.Fingerprint)
			}
		}
	}
	for _, name := range []string{"curl", "wget", "git", "openssh"} {
		if !programs[name] {
			t.Errorf("no %s among %d programs", name, len(programs))
		}
	}
}
