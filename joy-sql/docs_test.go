package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"joy/joy-sql/analyst"
)

var update = flag.Bool("update", false, "write docs/sql.md and docs/sql-questions.md")

// check compares a document with what it should be.
func check(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, path) != want {
		t.Errorf("%s is old: go test . -run Docs -update", path)
	}
}

// The views in docs/sql.md are those that there are.
func TestDocsViews(t *testing.T) {
	var b strings.Builder
	b.WriteString("All but `flows` begin with the columns that say which record it is:\n\n| column | meaning |\n|---|---|\n")
	for _, c := range analyst.Key {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, c.Text)
	}
	for _, v := range views(t) {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| column | meaning |\n|---|---|\n", v.Name, v.Doc)
		for _, c := range v.Columns {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, strings.ReplaceAll(c.Text, "|", "\\|"))
		}
	}
	const path, from, to = "../docs/sql.md", "<!-- views -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(read(t, path), from)
	_, tail, found := strings.Cut(rest, to)
	if !ok || !found {
		t.Fatalf("%s has no place for views", path)
	}
	check(t, path, head+from+b.String()+"\n"+to+tail)
}

// docs/sql-questions.md has the questions, as they are asked.
func TestDocsQuestions(t *testing.T) {
	questions, err := analyst.Questions()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(`# Twenty questions

What analysts ask most, ready to be asked of captures, flow files and Parquet (see [sql.md](sql.md)):

    joy sql --question scanners --set hosts=50 suspicious.pcap

The statements are meant to be copied and changed; ` + "`getvariable('limit')`" + ` is the value that ` + "`--set limit=50`" + ` gives. Every answer is tested
against one that is worked out in another way, over real and made-up flows.
`)
	for i, q := range questions {
		fmt.Fprintf(&b, "\n## %d. %s\n\n    joy sql --question %s FILE...\n\n", i+1, q.Title, q.Name)
		if len(q.Doc) > 0 {
			fmt.Fprintf(&b, "%s\n\n", strings.Join(q.Doc, " "))
		}
		for _, o := range q.Options {
			fmt.Fprintf(&b, "Captures are read with `%s`.\n\n", o)
		}
		if len(q.Params) > 0 {
			b.WriteString("| value | if not given | meaning |\n|---|---|---|\n")
			for _, v := range q.Params {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, v.Default, v.Doc)
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "```sql\n%s\n```\n", q.SQL)
	}
	check(t, "../docs/sql-questions.md", b.String())
}

// The lists name all that there is.
func TestLists(t *testing.T) {
	questions, err := analyst.Questions()
	if err != nil {
		t.Fatal(err)
	}
	list := ask(t, "--questions")
	for _, q := range questions {
		if !strings.Contains(list, "\n"+q.Name+" ") && !strings.HasPrefix(list, q.Name+" ") {
			t.Errorf("%s is not listed", q.Name)
		}
	}
	list = ask(t, "--views")
	for _, v := range views(t) {
		for _, c := range v.Columns {
			if !strings.Contains(list, "\n  "+c.Name+" ") {
				t.Errorf("%s of %s is not listed", c.Name, v.Name)
			}
		}
	}
	if version := ask(t, "--version"); !strings.Contains(version, "DuckDB 1.") {
		t.Errorf("version: %s", version)
	}
	if help := ask(t, "--help"); !strings.Contains(help, "--question") {
		t.Errorf("help: %s", help)
	}
}
