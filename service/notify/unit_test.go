package notify

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"joy"
)

const packaging = "../../packaging/systemd"

// unit copies the unit file, as of a joy that is there, with these drop-ins.
func unit(t *testing.T, dropIns ...string) string {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze:", err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(packaging, "joy.service"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "/usr/bin/joy ", exe+" ")
	if text == string(b) {
		t.Fatal("the unit does not start /usr/bin/joy")
	}
	for _, name := range dropIns {
		b, err := os.ReadFile(filepath.Join(packaging, name))
		if err != nil {
			t.Fatal(err)
		}
		text += "\n" + string(b)
	}
	name := filepath.Join(t.TempDir(), "joy.service")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestUnitIsValid(t *testing.T) {
	for _, name := range []string{unit(t), unit(t, "exe.conf")} {
		b, err := exec.Command("systemd-analyze", "verify", name).CombinedOutput()
		if err != nil || strings.Contains(string(b), name) { // warnings of other units may be there
			t.Errorf("%v: %s", err, b)
		}
	}
}

// 10 is a service that may do everything.
func TestUnitIsNarrow(t *testing.T) {
	for _, test := range []struct {
		name string
		most float64
	}{
		{unit(t), 2.0},
		{unit(t, "exe.conf"), 3.5},
	} {
		b, err := exec.Command("systemd-analyze", "security", "--offline=true", test.name).CombinedOutput()
		found := regexp.MustCompile(`exposure level for joy.service: ([0-9.]+)`).FindSubmatch(b)
		if found == nil {
			t.Skipf("this systemd-analyze cannot judge a file: %v: %s", err, b)
		}
		if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > test.most {
			t.Errorf("exposure is %s, want at most %.1f", found[1], test.most)
		}
	}
}

func TestExampleSettings(t *testing.T) {
	cfg, _, notices, err := joy.Parse([]string{"-x", filepath.Join(packaging, "joy.conf")}, nil, os.ReadFile)
	if err != nil || len(notices) > 0 {
		t.Fatal(err, notices)
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}
