package vector_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"joy/model/vector"
)

// TestManual wants docs/features-joy.md to have each column: by name, as one of a
// family, or among the suites; and the definitions of the metadata as they are.
func TestManual(t *testing.T) {
	data, err := os.ReadFile("../../docs/features-joy.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(data)
	families := map[string]*regexp.Regexp{
		"`len_I_J`": regexp.MustCompile(`^len_\d_\d$`), "`time_I_J`": regexp.MustCompile(`^time_\d_\d$`), "`byte_0` to `byte_255`": regexp.MustCompile(`^byte_\d+$`),
	}
	for _, part := range vector.Parts() {
		if !strings.Contains(manual, "| `"+part+"` |") {
			t.Errorf("no %s", part)
		}
		for _, c := range find(t, part).Columns {
			has := strings.Contains(manual, "`"+c.Name+"`")
			for text, family := range families {
				has = has || family.MatchString(c.Name) && strings.Contains(manual, text)
			}
			if code, ok := strings.CutPrefix(c.Name, "suite_"); ok {
				has = regexp.MustCompile(`(?m)^    (.* )?` + code + `( |$)`).MatchString(manual)
			}
			if !has {
				t.Errorf("%s is not in the manual", c.Name)
			}
			if part == vector.JoyMetadata && !strings.Contains(manual, "| `"+c.Name+"` | "+c.Definition+" |") {
				t.Errorf("%s has another definition in the manual", c.Name)
			}
		}
	}
}
