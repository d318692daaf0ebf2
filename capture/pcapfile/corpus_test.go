package pcapfile

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Captures of many origins, where they are at hand, have as many frames as
// their list says.
func TestCorpus(t *testing.T) {
	const root = "../../../shared/corpus/pcaps"
	list, err := os.ReadFile(filepath.Join(root, "SOURCES.md"))
	if err != nil {
		t.Skip("needs the captures in", root)
	}
	compared := 0
	for line := range strings.Lines(string(list)) {
		// | category | file | repository | path there | packets | ...
		cells := strings.Split(line, " | ")
		if len(cells) < 6 {
			continue
		}
		want, err := strconv.Atoi(cells[4])
		if err != nil {
			continue
		}
		path := filepath.Join(root, strings.TrimPrefix(cells[0], "| "), cells[1])
		if got := read(t, nil, path); len(got.frames) != want {
			t.Errorf("%s: %d frames, want %d; %q", path, len(got.frames), want, got.warnings)
		}
		compared++
	}
	if compared == 0 {
		t.Error("no capture in the list")
	}
	t.Log(compared, "captures compared")
}

// Captures that were made for a test of Joy, and what lies beside them: every
// capture can be read to its end.
func TestCollectorCaptures(t *testing.T) {
	const dir = "../../../shared/spec/joy-collector-pcaps"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the captures in", dir)
	}
	if got := read(t, nil, dir); len(got.frames) == 0 || got.stats.Damaged != 0 {
		t.Errorf("%d frames, %d inputs damaged: %q", len(got.frames), got.stats.Damaged, got.warnings)
	}
}
