// Command joy-sql asks flow records in SQL: joy sql runs it. It is a program of
// its own because DuckDB is written in C++, and joy is not to need that.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"joy"
	"joy/joy-sql/duck"
	"joy/joy-sql/input"
)

// The exit statuses of joy.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Environ()}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// A program is one run, apart from where it runs.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
}

// options are the flags.
type options struct {
	format, output, file, question string
	set                            []string
	memory, directory              string
	threads                        int
	files                          bool
	views, questions, version      bool
}

const usageText = `Usage: joy sql [flags] [name=value]... 'SELECT ...' FILE...

Ask flow records in SQL. FILE is a flow file or a capture, plain or compressed, a file of flow records in Parquet, a
directory of them, or - for standard input. Options of joy itself, as name=value, are for captures, which are read with
profile=full unless these say otherwise.

    joy sql 'SELECT da, sum(bytes_out) AS b FROM flows GROUP BY da ORDER BY b DESC LIMIT 10' capture.pcap
    joy sql --question scanners --set hosts=50 flows/
    joy sql --format parquet --output flows.parquet 'FROM flows' flows.json.zst

Flags:
`

func (o *options) flags() *pflag.FlagSet {
	f := pflag.NewFlagSet("joy sql", pflag.ContinueOnError)
	f.SortFlags = false
	f.StringVar(&o.format, "format", "table", "table, json (an object a line), csv or parquet")
	f.StringVarP(&o.output, "output", "o", "", "write to this file, named only when whole, and not to standard output")
	f.StringVarP(&o.file, "file", "f", "", "take the statements from this file, - for standard input")
	f.StringVarP(&o.question, "question", "q", "", "ask this question, one of those that --questions lists")
	f.StringArrayVar(&o.set, "set", nil, "name=value: a value of the question, or what getvariable('name') gives")
	f.BoolVar(&o.views, "views", false, "list the views and their columns")
	f.BoolVar(&o.questions, "questions", false, "list the questions and their values")
	f.StringVar(&o.memory, "memory", "", "most memory of DuckDB, such as 2GB (80 % of the machine's)")
	f.IntVar(&o.threads, "threads", runtime.GOMAXPROCS(0), "threads of DuckDB")
	f.StringVar(&o.directory, "temp", os.TempDir(), "where the directory for temporary files is made, which is removed at the end")
	f.BoolVar(&o.files, "files", false, "let statements read and write files (COPY, read_csv, ATTACH, ...)")
	f.BoolVar(&o.version, "version", false, "print the versions of joy and of DuckDB")
	return f
}

// errUsage is an error of who called the program.
type errUsage struct{ error }

func usage(format string, args ...any) error { return errUsage{fmt.Errorf(format, args...)} }

// errTold says that what went wrong has been told.
var errTold = errors.New("input is damaged")

func (p *program) run(ctx context.Context, args []string) int {
	err := p.start(ctx, args)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errTold):
		return exitFailed
	}
	fmt.Fprintln(p.stderr, "joy sql: "+told(err))
	if errors.As(err, &errUsage{}) {
		return exitUsage
	}
	return exitFailed
}

// told is an error as a terminal may have it: only line ends are obeyed.
func told(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = strings.Map(func(r rune) rune {
			if obeyed(r) {
				return '?'
			}
			return r
		}, lines[i])
	}
	return strings.Join(lines, "\n")
}

func (p *program) start(ctx context.Context, args []string) error {
	o := &options{}
	f := o.flags()
	f.SetOutput(io.Discard)
	switch err := f.Parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(p.stdout, usageText+f.FlagUsages())
		return nil
	case err != nil:
		return errUsage{err}
	}
	switch {
	case o.version:
		_, err := fmt.Fprintf(p.stdout, "joy %s, DuckDB %s (%s %s/%s)\n", joy.Version, strings.TrimPrefix(duck.Version(), "v"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	case o.questions:
		return p.listQuestions()
	case o.views:
		return p.listViews()
	}
	return p.ask(ctx, o, f.Args())
}

// ask runs the statements over the inputs.
func (p *program) ask(ctx context.Context, o *options, words []string) error {
	statements, words, err := p.statements(o, words)
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	cfg, names, _, err := joy.Parse(append([]string{"profile=full"}, words...), p.env, os.ReadFile)
	switch {
	case err != nil:
		return errUsage{err}
	case len(names) == 0:
		return usage("no input: name captures or flow files, or - for standard input")
	}
	dir, err := os.MkdirTemp(o.directory, "joy-sql-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	notes := &input.Notes{Out: p.stderr, Prefix: "joy sql: "}
	set, err := input.Open(ctx, input.Options{Names: names, Stdin: p.stdin, Config: cfg, Directory: dir, Notes: notes})
	if err != nil {
		return err
	}
	err = p.query(ctx, o, set, dir, statements)
	notes.End()
	if ctx.Err() != nil {
		return errors.New("ended by a signal")
	}
	if err == nil && notes.Bad() {
		return errTold
	}
	return err
}

func (o *options) check() error {
	switch o.format {
	case "table", "json", "csv", "parquet":
	default:
		return usage("--format: %q is none of table, json, csv, parquet", o.format)
	}
	if o.threads < 1 {
		return usage("--threads: must be at least 1")
	}
	return nil
}

// setting is what an option of joy looks like, which SQL never does.
var setting = regexp.MustCompile(`^[a-z][a-z0-9_]*=`)

// statements finds out what to ask, and returns the words that are left.
func (p *program) statements(o *options, words []string) ([]string, []string, error) {
	if o.question != "" || o.file != "" {
		return p.written(o, words)
	}
	for i, word := range words {
		if !setting.MatchString(word) {
			rest := append(append([]string{}, words[:i]...), words[i+1:]...)
			return nonEmpty(split(word), rest)
		}
	}
	return nil, nil, usage("no query: joy sql 'SELECT ...' FILE...; see joy sql --help, --views and --questions")
}

func nonEmpty(statements, rest []string) ([]string, []string, error) {
	if len(statements) == 0 {
		return nil, nil, usage("the query is empty")
	}
	return statements, rest, nil
}

// written takes the statements of a question or of a file.
func (p *program) written(o *options, words []string) ([]string, []string, error) {
	if o.question != "" && o.file != "" {
		return nil, nil, usage("either --question or --file")
	}
	if o.question != "" {
		q, err := findQuestion(o.question)
		if err != nil {
			return nil, nil, err
		}
		return append(defaults(q), split(q.SQL)...), append(slices.Clone(q.Options), words...), nil
	}
	text, err := p.readFile(o.file)
	if err != nil {
		return nil, nil, errUsage{err}
	}
	return nonEmpty(split(string(text)), words)
}

// maxQuery bounds a file of statements.
const maxQuery = 16 << 20

func (p *program) readFile(name string) ([]byte, error) {
	in := p.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, maxQuery))
}
