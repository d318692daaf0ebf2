package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"joy/joy-sql/analyst"
	"joy/joy-sql/duck"
	"joy/joy-sql/input"
	"joy/joy-sql/table"
)

// settings bound what DuckDB may do.
type settings struct {
	memory    string // such as 4GB; "" for DuckDB's choice
	threads   int
	directory string   // for temporary files
	files     bool     // SQL may read and write files
	parquet   []string // files that DuckDB reads itself
	output    string   // file that it writes itself
	sql       string   // what will be asked
}

// openDatabase opens DuckDB over inputs, and then takes away what SQL does not
// need.
func openDatabase(set *input.Set, o *settings) (*duck.DB, error) {
	db, err := duck.Open()
	if err != nil {
		return nil, err
	}
	if err := prepare(db, set, o); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func prepare(db *duck.DB, set *input.Set, o *settings) error {
	if err := db.Exec(o.limits()); err != nil {
		return err
	}
	if err := db.AddTable(table.Lines(set, o.threads)); err != nil {
		return err
	}
	if err := table.View(db, len(set.Lines) > 0, set.Parquet); err != nil {
		return err
	}
	if err := analyst.Install(db, o.sql); err != nil {
		return err
	}
	return db.Exec(o.fence())
}

// limits are set first.
func (o *settings) limits() string {
	s := fmt.Sprintf("SET temp_directory = %s; SET threads = %d; SET TimeZone = 'UTC';", duck.Literal(o.directory), o.threads)
	if o.memory != "" {
		s += "SET memory_limit = " + duck.Literal(o.memory) + ";"
	}
	return s
}

// fence keeps SQL from the network, from extensions, which are programs, and,
// unless it is asked for, from all files but those that were named. None of it
// can be taken back by SQL.
func (o *settings) fence() string {
	s := "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;" +
		"SET allow_community_extensions = false; SET allow_persistent_secrets = false;"
	if o.files {
		return s
	}
	paths := append([]string{}, o.parquet...)
	if o.output != "" {
		paths = append(paths, o.output)
	}
	list := make([]string, len(paths))
	for i, p := range paths {
		list[i] = duck.Literal(p)
	}
	return s + "SET allowed_directories = [" + duck.Literal(o.directory+string(filepath.Separator)) + "];" +
		"SET allowed_paths = [" + strings.Join(list, ", ") + "]; SET enable_external_access = false;"
}
