package policy_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"joy/audit/policy"
)

var update = flag.Bool("update", false, "write docs/audit-rules.md anew")

const manual = "../../docs/audit-rules.md"

// TestManual wants the list of rules in the manual to be that of the policies.
func TestManual(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Rules of joy audit\n\nWritten by `go test ./audit/policy -run TestManual -update` from the policies that come with joy. The first rule of a kind whose\nconditions hold decides. [audit.md](audit.md) says how to read and to write them.\n")
	for _, name := range policy.Shipped() {
		p := open(t, name)
		if p.Joy() != nil {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s, version %s (%s). Source: <%s>. %s\n", p.Name, p.Title, p.Version, p.Date, p.Source, strings.Join(strings.Fields(p.Note), " "))
		for _, about := range policy.KindNames() {
			if !p.Covers(about) {
				continue
			}
			fmt.Fprintf(&b, "\n| %s | level | conditions | why | source |\n|---|---|---|---|---|\n", about)
			for i := range p.Rules {
				if r := &p.Rules[i]; r.About == about {
					fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, r.Level, r.Conditions(), r.Text, r.Section)
				}
			}
		}
	}
	if *update {
		if err := os.WriteFile(manual, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != b.String() {
		t.Error("docs/audit-rules.md is not what the policies say (-update writes it anew)")
	}
}

// TestKindsInManual wants the manual to explain every kind of things.
func TestKindsInManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range policy.Kinds() {
		name, doc, _ := strings.Cut(k, ": ")
		if !strings.Contains(string(text), "| `"+name+"` | "+doc+" |") {
			t.Errorf("docs/audit.md lacks: | `%s` | %s |", name, doc)
		}
	}
}
