package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// sqlProgram asks flows in SQL. It holds DuckDB, which needs a C++ runtime, and so
// is a program of its own.
const sqlProgram = "joy-sql"

// errNoSQL says in one sentence how to get the program.
var errNoSQL = errors.New("this needs the program joy-sql, which is neither beside joy nor in PATH: build it with a C++ compiler " +
	"from the directory joy-sql of joy's source (go build there) and put it beside joy")

func (p *program) sqlCommand(status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "sql [flags] [name=value]... 'SELECT ...' FILE...",
		Short: "Ask flows in SQL (with the program joy-sql)",
		Long: `Ask flow files, captures and Parquet in SQL, with DuckDB: joy sql --help shows how when the program joy-sql is
there, which stands beside joy or in PATH (docs/sql.md).`,
		DisableFlagParsing: true,
		ValidArgsFunction:  complete,
		Run:                func(_ *cobra.Command, args []string) { *status = p.sql(args) },
	}
}

// sql hands everything to joy-sql, and its exit status back.
func (p *program) sql(args []string) int {
	path, err := findSQL()
	if err != nil {
		return p.finish("sql", err)
	}
	ctx, stop := untilSignal()
	defer stop()
	c := exec.CommandContext(ctx, path, args...)
	c.Stdin, c.Stdout, c.Stderr = p.stdin, p.stdout, p.stderr
	c.Env = p.env
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it removes its temporary files
	err = c.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode()
	}
	return p.finish("sql", err)
}

// findSQL looks beside joy's own file, and then in PATH.
func findSQL() (string, error) {
	name := sqlProgram
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		if own, err = filepath.EvalSymlinks(own); err == nil {
			if path, err := exec.LookPath(filepath.Join(filepath.Dir(own), name)); err == nil {
				return path, nil
			}
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errNoSQL
	}
	return path, nil
}
