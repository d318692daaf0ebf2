package table

import (
	"fmt"
	"strings"

	"joy/joy-sql/duck"
)

// Flows is the name of the view of all records.
const Flows = "flows"

// computed is a column of the view that records do not have.
const computed = "(epoch_us(time_end) - epoch_us(time_start)) / 1e6 AS duration"

// View makes the view flows: of the lines, if there are any, and of files in
// Parquet, with the same types.
func View(db *duck.DB, lines bool, parquet []string) error {
	var from []string
	columns := Columns()
	if lines || len(parquet) == 0 {
		from = append(from, "SELECT "+names(columns)+", "+computed+" FROM "+Name+"()")
	}
	if len(parquet) > 0 {
		query, err := ofParquet(db, columns, parquet)
		if err != nil {
			return err
		}
		from = append(from, query)
	}
	return db.Exec("CREATE VIEW " + Flows + " AS " + strings.Join(from, " UNION ALL "))
}

func names(columns []duck.Column) string {
	list := make([]string, len(columns))
	for i := range columns {
		list[i] = duck.Identifier(columns[i].Name)
	}
	return strings.Join(list, ", ")
}

// fileColumn is what DuckDB is told to name the column with the file.
const fileColumn = "joy:file"

// ofParquet has a column as it is when its type is the right one, so that nothing
// of it is read that the query does not need.
func ofParquet(db *duck.DB, columns []duck.Column, parquet []string) (string, error) {
	list := make([]string, len(parquet))
	for i, name := range parquet {
		list[i] = duck.Literal(name)
	}
	source := "read_parquet([" + strings.Join(list, ", ") + "], union_by_name = true, hive_partitioning = false, filename = " + duck.Literal(fileColumn) + ")"
	types, err := describe(db, source)
	if err != nil {
		return "", err
	}
	if types["sa"] == "" || types["da"] == "" {
		return "", fmt.Errorf("%s: no flow records: there is no column sa", parquet[0])
	}
	query := "SELECT "
	for i := range columns {
		c := &columns[i]
		query += expression(c, types[c.Name]) + " AS " + duck.Identifier(c.Name) + ", "
	}
	return "SELECT " + names(columns) + ", " + computed + " FROM (" + query[:len(query)-2] + " FROM " + source + ")", nil
}

// expression converts a column of a file, whose type is "" when there is none.
func expression(c *duck.Column, have string) string {
	want, name := c.Type.String(), duck.Identifier(c.Name)
	switch {
	case c.Name == File:
		return duck.Identifier(fileColumn)
	case have == "":
		return "CAST(NULL AS " + want + ")"
	case same(have, want):
		return name
	case c.Type.Kind == duck.Timestamp && strings.HasPrefix(have, "TIMESTAMP"):
		return "make_timestamp(epoch_us(" + name + "))"
	case c.Type.Kind == duck.Timestamp:
		return "make_timestamp(CAST(round(" + name + " * 1000000) AS BIGINT))"
	}
	return "TRY_CAST(" + name + " AS " + want + ")"
}

// same compares types without the quotes that names may have.
func same(a, b string) bool {
	return strings.ReplaceAll(a, `"`, "") == strings.ReplaceAll(b, `"`, "")
}

func describe(db *duck.DB, source string) (map[string]string, error) {
	rows, err := db.Query("SELECT column_name, column_type FROM (DESCRIBE FROM " + source + ")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types := map[string]string{}
	for rows.Next() {
		name, _ := rows.Text(0)
		kind, _ := rows.Text(1)
		types[string(name)] = string(kind)
	}
	return types, rows.Err()
}
