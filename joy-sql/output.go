package main

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"joy/joy-sql/duck"
)

// row is what a query is called where another one is put around it.
const row = `"joy:row"`

// nested reports whether values of a type are written as JSON.
func nested(kind string) bool {
	return strings.HasSuffix(kind, "]") || strings.HasPrefix(kind, "STRUCT") || strings.HasPrefix(kind, "MAP") || strings.HasPrefix(kind, "UNION")
}

// from is the statement as a table whose columns are c0, c1, ...
func from(statement string, s *duck.Statement) string {
	names := make([]string, len(s.Columns))
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
	}
	return " FROM (" + duck.Inner(statement) + "\n) AS " + row + "(" + strings.Join(names, ", ") + ")"
}

// texts is a query for the columns of a statement as texts.
func texts(statement string, s *duck.Statement) string {
	list := make([]string, len(s.Columns))
	for i, kind := range s.Types {
		list[i] = fmt.Sprintf("CAST(c%d AS VARCHAR)", i)
		if nested(kind) {
			list[i] = fmt.Sprintf("CAST(to_json(c%d) AS VARCHAR)", i)
		}
	}
	return "SELECT " + strings.Join(list, ", ") + from(statement, s)
}

// objects is a query for the rows of a statement as JSON. Numbers that are not
// finite, which JSON lacks, are null.
func objects(statement string, s *duck.Statement) string {
	list := make([]string, len(s.Columns))
	seen := map[string]int{}
	for i, name := range s.Columns {
		column := fmt.Sprintf("c%d", i)
		if s.Types[i] == "DOUBLE" || s.Types[i] == "FLOAT" {
			column = fmt.Sprintf("CASE WHEN isfinite(%s) THEN %s END", column, column)
		}
		if n := seen[strings.ToLower(name)]; n > 0 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
		seen[strings.ToLower(s.Columns[i])]++
		list[i] = duck.Literal(name) + ": " + column
	}
	return "SELECT CAST(to_json({" + strings.Join(list, ", ") + "}) AS VARCHAR)" + from(statement, s)
}

// writeLines writes a text column, a value a line.
func writeLines(out *bufio.Writer, rows *duck.Rows) error {
	for rows.Next() {
		text, _ := rows.Text(0)
		out.Write(text)
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return rows.Err()
}

// writeCSV writes CSV of RFC 4180. NULL is nothing, an empty text "".
func writeCSV(out *bufio.Writer, columns []string, rows *duck.Rows) error {
	for i, name := range columns {
		if i > 0 {
			out.WriteByte(',')
		}
		writeField(out, []byte(name))
	}
	out.WriteByte('\n')
	for rows.Next() {
		for i := range columns {
			if i > 0 {
				out.WriteByte(',')
			}
			if text, ok := rows.Text(i); ok {
				writeField(out, text)
			}
		}
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeField(out *bufio.Writer, text []byte) {
	if len(text) > 0 && !bytes.ContainsAny(text, "\",\r\n") {
		out.Write(text)
		return
	}
	out.WriteByte('"')
	out.Write(bytes.ReplaceAll(text, []byte{'"'}, []byte(`""`)))
	out.WriteByte('"')
}

// A grid is a table for people. Widths are those of the first rows; what comes
// behind them is written as it comes.
type grid struct {
	out     *bufio.Writer
	columns []string
	right   []bool
	widths  []int
	waiting [][]string
	rows    int
}

const (
	// measured is how many rows the widths are taken of.
	measured = 1000
	// widest is how many characters a cell shows.
	widest = 100
)

func writeTable(out *bufio.Writer, s *duck.Statement, rows *duck.Rows) error {
	g := &grid{out: out, columns: s.Columns, widths: make([]int, len(s.Columns)), right: make([]bool, len(s.Columns))}
	for i, name := range s.Columns {
		g.widths[i] = utf8.RuneCountInString(cell([]byte(name), true))
		g.right[i] = numeric(s.Types[i])
	}
	for rows.Next() {
		cells := make([]string, len(s.Columns))
		for i := range cells {
			text, ok := rows.Text(i)
			cells[i] = cell(text, ok)
		}
		if err := g.add(cells); err != nil {
			return err
		}
	}
	g.begin()
	fmt.Fprintf(out, "(%s)\n", plural(g.rows, "row"))
	return rows.Err()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func numeric(kind string) bool {
	kinds := []string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "DOUBLE", "FLOAT"}
	return slices.Contains(kinds, kind) || strings.HasPrefix(kind, "DECIMAL")
}

// add takes a row.
func (g *grid) add(cells []string) error {
	if g.rows++; g.rows > measured {
		g.begin()
		return g.line(cells)
	}
	g.waiting = append(g.waiting, cells)
	for i, c := range cells {
		g.widths[i] = max(g.widths[i], utf8.RuneCountInString(c))
	}
	return nil
}

// begin writes the names and what waits, once.
func (g *grid) begin() {
	if g.widths == nil || g.columns == nil {
		return
	}
	names, rules := make([]string, len(g.columns)), make([]string, len(g.columns))
	for i, name := range g.columns {
		names[i], rules[i] = cell([]byte(name), true), strings.Repeat("-", g.widths[i])
	}
	g.line(names)
	g.line(rules)
	for _, cells := range g.waiting {
		g.line(cells)
	}
	g.columns, g.waiting = nil, nil
}

func (g *grid) line(cells []string) error {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		fill := strings.Repeat(" ", max(0, g.widths[i]-utf8.RuneCountInString(c)))
		if g.right[i] {
			c = fill + c
		} else {
			c += fill
		}
		b.WriteString(c)
	}
	_, err := fmt.Fprintln(g.out, strings.TrimRight(b.String(), " "))
	return err
}

// cell is a value as a table shows it: with nothing in it that a terminal would
// obey, and not longer than widest.
func cell(text []byte, ok bool) string {
	if !ok {
		return ""
	}
	var b strings.Builder
	n := 0
	for _, r := range string(text) {
		if n++; n > widest {
			return b.String() + "…"
		}
		if obeyed(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// obeyed reports whether a character does something to a terminal or to the text
// around it: controls, ends of lines, and changes of direction.
func obeyed(r rune) bool {
	return r < ' ' || 0x7f <= r && r < 0xa0 || 0x2028 <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 || r == 0x200e || r == 0x200f
}
