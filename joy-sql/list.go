package main

import (
	"fmt"
	"regexp"
	"strings"

	"joy/joy-sql/analyst"
	"joy/joy-sql/duck"
	"joy/joy-sql/input"
	"joy/joy-sql/table"
)

// number is what a value looks like that is none of text.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func findQuestion(name string) (*analyst.Question, error) {
	questions, err := analyst.Questions()
	if err != nil {
		return nil, err
	}
	for i := range questions {
		if questions[i].Name == name {
			return &questions[i], nil
		}
	}
	return nil, usage("--question: there is no %q; --questions lists them", name)
}

// defaults sets the values of a question.
func defaults(q *analyst.Question) (statements []string) {
	for _, v := range q.Params {
		statements = append(statements, variable(v.Name, v.Default))
	}
	return statements
}

func (p *program) listQuestions() error {
	questions, err := analyst.Questions()
	if err != nil {
		return err
	}
	for _, q := range questions {
		fmt.Fprintf(p.stdout, "%-22s %s\n", q.Name, q.Title)
		for _, v := range q.Params {
			fmt.Fprintf(p.stdout, "%-22s   --set %s=%s  %s\n", "", v.Name, v.Default, v.Doc)
		}
	}
	return nil
}

// listViews prints the views with the types that DuckDB finds for them.
func (p *program) listViews() error {
	db, err := openDatabase(&input.Set{Notes: &input.Notes{Out: p.stderr}}, &settings{threads: 1, directory: "/nowhere", sql: "SHOW TABLES"})
	if err != nil {
		return err
	}
	defer db.Close()
	fmt.Fprintf(p.stdout, "%s: all records: file, the members of the record (docs/fields.md), duration in seconds, and record,\nall of it as JSON (NULL when it comes from Parquet).\n", table.Flows)
	if err := p.listColumns(db, table.Flows, nil); err != nil {
		return err
	}
	views, err := analyst.Views()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\nAll views below begin with the columns that say which flow it is:\n")
	for _, c := range analyst.Key {
		fmt.Fprintf(p.stdout, "  %-22s %s\n", c.Name, c.Text)
	}
	for _, v := range views {
		fmt.Fprintf(p.stdout, "\n%s: %s\n", v.Name, v.Doc)
		if err := p.listColumns(db, v.Name, v.Columns); err != nil {
			return err
		}
	}
	return nil
}

// listColumns prints the columns of a view: those that docs has, or all when it
// is nil.
func (p *program) listColumns(db *duck.DB, view string, docs []analyst.Doc) error {
	s, err := db.Check("FROM " + duck.Identifier(view))
	if err != nil {
		return err
	}
	types := map[string]string{}
	for i, name := range s.Columns {
		types[name] = s.Types[i]
		if docs == nil {
			fmt.Fprintf(p.stdout, "  %-22s %s\n", name, brief(s.Types[i]))
		}
	}
	for _, c := range docs {
		fmt.Fprintf(p.stdout, "  %-22s %-10s %s\n", c.Name, brief(types[c.Name]), c.Text)
	}
	return nil
}

// brief leaves out what is in a struct.
func brief(kind string) string {
	if strings.HasPrefix(kind, "STRUCT") {
		return "STRUCT" + kind[strings.LastIndexByte(kind, ')')+1:]
	}
	return kind
}
