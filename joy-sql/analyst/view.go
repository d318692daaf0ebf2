package analyst

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"joy/joy-sql/duck"
)

//go:embed macros.sql
var macros string

//go:embed views/*.sql
var viewFiles embed.FS

// A View is a table that people ask.
type View struct {
	Name, Doc string
	Columns   []Doc // without those of Key
	SQL       string
}

// A Doc is a name and what it means.
type Doc struct{ Name, Text string }

// Key are the columns that every view begins with.
var Key = []Doc{
	{"file", "the input that the record is of"},
	{"flow_id", "names the flow; NULL in files of Cisco's Joy"},
	{"segment", "number of the record among those of the flow"},
	{"time_start", "time of the first packet, in UTC"},
	{"sa", "address of the side that opened the flow"},
	{"da", "address of the other side"},
	{"sp", "port of sa"},
	{"dp", "port of da"},
	{"pr", "IP protocol"},
}

func keyList() string {
	names := make([]string, len(Key))
	for i := range Key {
		names[i] = Key[i].Name
	}
	return strings.Join(names, ", ")
}

// Views returns the views over flows, in the order in which they are told.
func Views() ([]View, error) {
	var views []View
	err := each(viewFiles, "views", func(name, text string) error {
		_, name, _ = strings.Cut(name, "-")
		head, sql, err := readHead(text)
		if err != nil {
			return fmt.Errorf("view %s: %w", name, err)
		}
		v := View{Name: name, SQL: strings.ReplaceAll(sql, "{key}", keyList())}
		for _, line := range head {
			if c, text, ok := strings.Cut(line, ": "); ok && v.Doc != "" {
				v.Columns = append(v.Columns, Doc{c, text})
			} else {
				v.Doc = strings.TrimSpace(v.Doc + " " + line)
			}
		}
		views = append(views, v)
		return nil
	})
	return views, err
}

// each calls use for the files of a directory, in the order of their names.
func each(files embed.FS, dir string, use func(name, text string) error) error {
	list, err := files.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range list {
		text, err := files.ReadFile(path.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		if err := use(strings.TrimSuffix(f.Name(), ".sql"), string(text)); err != nil {
			return err
		}
	}
	return nil
}

// readHead takes the comment off the statement that follows it.
func readHead(text string) (head []string, sql string, err error) {
	for {
		line, rest, ok := strings.Cut(text, "\n")
		comment, found := strings.CutPrefix(line, "-- ")
		switch {
		case !found && len(head) > 0:
			return head, strings.TrimSpace(text), nil
		case !found || !ok:
			return nil, "", fmt.Errorf("a comment and then a statement are expected")
		}
		head = append(head, comment)
		text = rest
	}
}

// Install makes functions known, and those views, over a table or view flows, that
// statements may use: making all takes longer than most queries.
func Install(db *duck.DB, statements string) error {
	for _, f := range Functions() {
		if err := db.AddFunction(f); err != nil {
			return err
		}
	}
	if err := db.Exec(macros); err != nil {
		return fmt.Errorf("macros: %w", err)
	}
	views, err := Views()
	if err != nil {
		return err
	}
	for i := range views {
		if !mentions(statements, views[i].Name) {
			continue
		}
		if err := db.Exec("CREATE VIEW " + duck.Identifier(views[i].Name) + " AS " + views[i].SQL); err != nil {
			return fmt.Errorf("view %s: %w", views[i].Name, err)
		}
	}
	return nil
}

// mentions reports whether statements may use a view: they name it, or ask which
// there are.
func mentions(statements, view string) bool {
	text := strings.ToLower(statements)
	for _, word := range []string{view, "show", "schema", "duckdb_", "pragma", "database"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
