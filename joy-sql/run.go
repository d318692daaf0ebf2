package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"joy/joy-sql/duck"
	"joy/joy-sql/input"
)

// query runs the statements and writes what they give.
func (p *program) query(ctx context.Context, o *options, set *input.Set, dir string, statements []string) (err error) {
	t, err := newTarget(o, p.stdout, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close(err == nil)) }()
	db, err := openDatabase(set, &settings{memory: o.memory, threads: o.threads, directory: dir, files: o.files, parquet: set.Parquet, output: t.path, sql: strings.Join(statements, ";")})
	if err != nil {
		return err
	}
	defer db.Close()
	defer interrupting(ctx, db)()
	variables, err := variables(o.set)
	if err != nil {
		return err
	}
	results := 0
	for _, s := range placed(statements, variables, o.question != "") {
		shown, err := t.run(db, s, results)
		if err != nil {
			return hint(err)
		}
		if shown {
			results++
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// interrupting ends what runs when ctx is over, until the returned function is
// called. It does so again and again, as what has not begun yet is not ended.
func interrupting(ctx context.Context, db *duck.DB) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
		case <-done:
			return
		}
		for {
			db.Interrupt()
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-gone }
}

// placed puts the values of the command line behind those that a question has.
func placed(statements, variables []string, question bool) []string {
	if !question {
		return append(variables, statements...)
	}
	last := len(statements) - 1
	return append(append(append([]string{}, statements[:last]...), variables...), statements[last])
}

// variables makes statements of name=value.
func variables(set []string) (statements []string, err error) {
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, usage("--set: %q is not name=value", s)
		}
		statements = append(statements, variable(name, value))
	}
	return statements, nil
}

// variable sets a number or a text.
func variable(name, value string) string {
	if !number.MatchString(value) {
		value = duck.Literal(value)
	}
	return "SET VARIABLE " + duck.Identifier(name) + " = " + value
}

// hint says what to do where DuckDB only says what may not be.
func hint(err error) error {
	if strings.Contains(err.Error(), "Permission Error") {
		return fmt.Errorf("%w\nStatements may not read or write files: inputs are named behind the query, and --output names the file of the result. --files lets them", err)
	}
	return err
}

// A target is where results go.
type target struct {
	format string
	path   string // that DuckDB writes to, "" for none
	final  string // name of the file when it is whole, "" for standard output
	file   *os.File
	stdout io.Writer
	out    *bufio.Writer
}

// newTarget opens the output under another name, unless it is none that could be
// replaced.
func newTarget(o *options, stdout io.Writer, dir string) (*target, error) {
	t := &target{format: o.format, stdout: stdout}
	if o.output != "" && o.output != "-" {
		where := filepath.Dir(o.output)
		if info, err := os.Stat(o.output); err == nil && !info.Mode().IsRegular() {
			f, err := os.OpenFile(o.output, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			t.file, t.stdout = f, f
		} else {
			t.final, dir = o.output, where
		}
	}
	if t.final == "" && t.format != "parquet" {
		t.out = bufio.NewWriterSize(t.stdout, 64<<10)
		return t, nil
	}
	f, err := os.CreateTemp(dir, ".joy-sql-*")
	if err != nil {
		return nil, err
	}
	t.path = f.Name()
	if t.format == "parquet" {
		return t, f.Close()
	}
	t.file, t.out = f, bufio.NewWriterSize(f, 64<<10)
	return t, nil
}

// run runs a statement, and reports whether it had a result.
func (t *target) run(db *duck.DB, statement string, before int) (bool, error) {
	s, err := db.Check(statement)
	if err != nil {
		return false, errUsage{err}
	}
	switch {
	case s.Explain && t.out != nil:
		return true, t.explain(db, statement)
	case !s.Rows:
		return false, db.Exec(statement)
	case t.format == "parquet" && before > 0:
		return false, usage("Parquet holds the result of one statement, and there are several")
	case t.format == "parquet":
		return true, db.Exec("COPY (" + duck.Inner(statement) + "\n) TO " + duck.Literal(t.path) + " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)")
	}
	if before > 0 && t.format != "json" {
		t.out.WriteByte('\n')
	}
	return true, t.write(db, statement, s)
}

// explain writes a plan as DuckDB draws it.
func (t *target) explain(db *duck.DB, statement string) error {
	rows, err := db.Query(statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		plan, _ := rows.Text(1)
		t.out.WriteString(told(errors.New(string(plan))))
		t.out.WriteByte('\n')
	}
	return errors.Join(rows.Err(), t.out.Flush())
}

func (t *target) write(db *duck.DB, statement string, s *duck.Statement) error {
	query := texts
	if t.format == "json" {
		query = objects
	}
	rows, err := db.Query(query(statement, s))
	if err != nil {
		return err
	}
	defer rows.Close()
	switch t.format {
	case "json":
		err = writeLines(t.out, rows)
	case "csv":
		err = writeCSV(t.out, s.Columns, rows)
	default:
		err = writeTable(t.out, s, rows)
	}
	return errors.Join(err, t.out.Flush())
}

// close names the file, or removes it.
func (t *target) close(whole bool) error {
	var err error
	if t.out != nil {
		err = t.out.Flush()
	}
	if t.file != nil {
		err = errors.Join(err, t.file.Close())
	}
	switch {
	case t.path == "":
		return err
	case !whole || err != nil:
		return errors.Join(err, os.Remove(t.path))
	case t.final == "":
		defer os.Remove(t.path)
		return t.copy()
	}
	if err := os.Chmod(t.path, 0o644); err != nil {
		return err
	}
	return os.Rename(t.path, t.final)
}

// copy hands Parquet over, which cannot be written to a pipe.
func (t *target) copy() error {
	f, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(t.stdout, f)
	return err
}
