package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"joy"
	"joy/capture/pcapfile"
	"joy/enrich/fingerprints"
	"joy/fingerprint/observe"
	"joy/format/parquet"
	"joy/query/flow"
	"joy/query/value"
	"joy/record"
	"joy/record/schema"
	"joy/unpack"
)

// showing are the options with which a capture shows software, unless others
// are given.
func showing() []string {
	options := []string{"bidir=1", "fpx=1"}
	for _, key := range fingerprints.Modules {
		options = append(options, key+"=1")
	}
	return options
}

// A reader reads flows from captures and from flow files, whatever they are
// compressed with, as what of a flow matters to a command.
type reader[F any] struct {
	*program
	cfg        joy.Config
	fromRecord func(*record.Record, *F)      // nil: the record's line is given to fromJSON
	fromJSON   func(line []byte, f *F) error // flow.ErrNoFlow: the line is of another kind
	counted    func(joy.Stats)               // of each capture, at its end; may be nil
	console    *console
	flow       F
	failed     bool // an input, or a line of it, could not be read to its end
	told       int  // complaints
	complaints []string
}

// maxComplaints bounds what is told of bad input.
const maxComplaints = 20

// A flowReader reads what flows show of software.
type flowReader = reader[observe.Flow]

// errInput says that input could not be read to its end, which has been told.
var errInput = errors.New("input is damaged")

// result is errInput if there was such an input.
func (r *reader[F]) result() error {
	if r.failed {
		return errInput
	}
	return nil
}

// usage is an error of who called the program.
func usage(text string) error { return &joy.UsageError{Text: text} }

// asUsage makes one of another error.
func asUsage(err error) error {
	if err == nil || errors.As(err, new(*joy.UsageError)) {
		return err
	}
	return usage(err.Error())
}

// finish tells what a subcommand failed with, and returns the exit status.
func (p *program) finish(command string, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, joy.ErrHelp):
		fmt.Fprint(p.stdout, joy.Help())
		return exitOK
	case errors.Is(err, errInput):
		return exitFailed
	}
	newConsole(p.stderr).say("joy " + command + ": " + printable(err.Error()))
	if errors.As(err, new(*joy.UsageError)) {
		return exitUsage
	}
	return exitFailed
}

// newFlowReader takes Joy's options out of args; the others are inputs.
func (p *program) newFlowReader(args []string) (*flowReader, []string, error) {
	r := &flowReader{program: p, fromRecord: observe.FromRecord, fromJSON: observe.FromJSON}
	inputs, err := r.configure(showing(), args)
	return r, inputs, err
}

// configure takes Joy's options out of args, which are stronger than those that
// the command needs; the others are inputs.
func (r *reader[F]) configure(needed, args []string) (inputs []string, err error) {
	r.console = newConsole(r.stderr)
	r.cfg, inputs, _, err = joy.Parse(append(needed, args...), r.env, os.ReadFile)
	if err != nil {
		return nil, err
	}
	if isLive(&r.cfg) {
		return nil, usage("this reads files: captures, or flows that joy has written")
	}
	if inputs, err = files(inputs); err != nil {
		return nil, asUsage(err)
	}
	if len(inputs) == 0 {
		return nil, usage("no input: name captures or flow files, or - for standard input")
	}
	r.cfg.Threads, r.cfg.Fingerprint = 1, ""
	return inputs, nil
}

// files has the files of a directory in its place, in the order of their names.
func files(inputs []string) (list []string, err error) {
	for _, name := range inputs {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			list = append(list, name)
			continue
		}
		found, err := pcapfile.Files(name)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// each calls use for the flows of all inputs; the flow is valid during the call.
// Input that cannot be read is told and skipped; the error is that of use, or that
// of a context that is over.
func (r *reader[F]) each(ctx context.Context, inputs []string, use func(file string, f *F) error) error {
	for _, name := range inputs {
		var stop error
		err := r.file(ctx, name, func(f *F) error {
			if stop = use(filepath.Base(name), f); stop == nil {
				stop = ctx.Err()
			}
			return stop
		})
		if stop != nil {
			return stop
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			r.complain(name, err)
		}
	}
	r.tellRest()
	return nil
}

// tellRest says how many complaints were not told.
func (r *reader[F]) tellRest() {
	if r.told > maxComplaints {
		r.console.say(fmt.Sprintf("joy: %d more complaints were left out", r.told-maxComplaints))
	}
}

func (r *reader[F]) complain(name string, err error) {
	if r.told++; r.told <= maxComplaints {
		r.tell(fmt.Sprintf("%s: %v", name, err))
	}
	r.failed = true
}

func (r *reader[F]) tell(complaint string) {
	r.failed = true
	r.complaints = append(r.complaints, complaint)
	r.console.say("joy: " + printable(complaint))
}

// file reads one input.
func (r *reader[F]) file(ctx context.Context, name string, use func(*F) error) error {
	in, closeInput, err := r.open(name)
	if err != nil {
		return err
	}
	defer closeInput()
	if isJSON(in) {
		return r.lines(name, in, use)
	}
	return r.capture(ctx, name, in, use)
}

// lines reads a flow file. A line that is no flow is passed over, one that cannot
// be read is told.
func (r *reader[F]) lines(name string, in io.Reader, use func(*F) error) error {
	lines := value.NewLines(in)
	for {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, value.ErrTooLong):
			return err
		}
		if lines.Number == 1 && err == nil {
			tellNewer(r.console, name, line)
		}
		if err == nil {
			err = r.line(line, use)
		}
		switch {
		case errors.As(err, new(*stopped)):
			return err
		case err != nil:
			r.complain(name, fmt.Errorf("line %d: %w", lines.Number, err))
		}
	}
}

// tellNewer says when the first line of a file has a newer schema than this joy's.
func tellNewer(c *console, name string, line []byte) {
	var head value.Record
	if head.Parse(line) != nil || !flow.IsSettings(&head) {
		return
	}
	if v := flow.Schema(&head); v > schema.Version {
		c.say("joy: " + printable(fmt.Sprintf(
			"%s: records of schema %d, which is newer than %d of this joy: what is new in them is not known here", name, v, schema.Version)))
	}
}

// stopped is an error of who uses the flows.
type stopped struct{ error }

func (s *stopped) Unwrap() error { return s.error }

// line reads a line of a flow file, if it is one of a flow.
func (r *reader[F]) line(line []byte, use func(*F) error) error {
	if len(line) == 0 {
		return nil
	}
	if err := r.fromJSON(line, &r.flow); err != nil {
		if errors.Is(err, flow.ErrNoFlow) {
			return nil
		}
		return err
	}
	if err := use(&r.flow); err != nil {
		return &stopped{err}
	}
	return nil
}

// open opens an input, and what it is compressed with. A Parquet file is the lines
// that were written to it.
func (p *program) open(name string) (*bufio.Reader, func(), error) {
	in, closeFile := p.stdin, func() {}
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, errors.Unwrap(err) // without the name, which is told
		}
		in, closeFile = f, func() { f.Close() }
	}
	b, closeInput, err := unpacked(in, closeFile)
	if err != nil {
		closeFile()
	}
	return b, closeInput, err
}

func unpacked(in io.Reader, closeFile func()) (*bufio.Reader, func(), error) {
	b := bufio.NewReaderSize(in, 64<<10)
	if head, _ := b.Peek(len(parquet.Magic)); string(head) == parquet.Magic { // an error comes again
		lines, err := openColumns(in)
		return bufio.NewReaderSize(lines, 64<<10), closeFile, err
	}
	u, _, err := unpack.Open(b)
	switch {
	case err != nil:
		return nil, nil, err
	case u == nil:
		return b, closeFile, nil
	}
	return bufio.NewReaderSize(u, 64<<10), func() { u.Close(); closeFile() }, nil
}

// openColumns opens a Parquet file, whose end has to be read first.
func openColumns(in io.Reader) (*parquet.Reader, error) {
	f, ok := in.(*os.File)
	if ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return parquet.NewReader(f, info.Size())
		}
	}
	return nil, errors.New("a Parquet file can only be read where it lies, and not from a pipe")
}

// isJSON tells flow files from captures, none of which begins like that.
func isJSON(b *bufio.Reader) bool {
	head, _ := b.Peek(1) // an error comes again
	return len(head) > 0 && head[0] == '{'
}

// capture runs the engine with one worker, whose last stage takes the records.
func (r *reader[F]) capture(ctx context.Context, name string, in io.Reader, use func(*F) error) error {
	src, err := pcapfile.Open([]string{"-"}, pcapfile.Options{
		Stdin: in,
		Warn: func(e *pcapfile.DamageError) {
			e.Path = name
			r.tell(e.Error())
		},
	})
	if err != nil {
		return err
	}
	var counts joy.Stats
	if r.fromRecord == nil {
		counts, err = joy.Run(ctx, r.cfg, src, lineSink(func(line []byte) error { return r.line(line, use) }), joy.RunOptions{})
	} else {
		counts, err = joy.Run(ctx, r.cfg, src, nowhere{}, joy.RunOptions{
			After: func(record.Writer) record.Writer { return &taking[F]{fill: r.fromRecord, use: use} },
		})
	}
	if r.counted != nil {
		r.counted(counts)
	}
	return errors.Join(err, src.Close())
}

// A lineSink is called for every line that the engine writes.
type lineSink func(line []byte) error

// Write is that of a record.Sink.
func (l lineSink) Write(b []byte, ends []int, _ int64) error {
	for line := range bytes.Lines(b[:ends[len(ends)-1]]) {
		if err := l(bytes.TrimSpace(line)); err != nil {
			return err
		}
	}
	return nil
}

// Tick and Close are those of a record.Sink.
func (lineSink) Tick(int64) error { return nil }
func (lineSink) Close() error     { return nil }

// A taking is a last stage.
type taking[F any] struct {
	fill func(*record.Record, *F)
	use  func(*F) error
	flow F
}

func (t *taking[F]) Write(r *record.Record) error {
	t.fill(r, &t.flow)
	return t.use(&t.flow)
}

// nowhere is the sink behind an observer.
type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }
