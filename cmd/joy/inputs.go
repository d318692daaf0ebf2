package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"joy"
	"joy/capture/pcapfile"
	"joy/enrich/fingerprints"
	"joy/fingerprint/observe"
	"joy/record"
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

// A flowReader reads flows from captures and from flow files, whatever they are
// compressed with.
type flowReader struct {
	*program
	cfg     joy.Config
	console *console
	// Failed says that an input, or a line of it, could not be read to its end.
	failed bool
}

// errInput says that input could not be read to its end, which has been told.
var errInput = errors.New("input is damaged")

// result is errInput if there was such an input.
func (r *flowReader) result() error {
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
	cfg, inputs, _, err := joy.Parse(append(showing(), args...), p.env, os.ReadFile)
	if err != nil {
		return nil, nil, err
	}
	if cfg.Interface != "" || cfg.IPFIXCollectOnline {
		return nil, nil, errors.New("this reads files; fingerprint=DB names software while packets are captured")
	}
	if inputs, err = files(inputs); err != nil {
		return nil, nil, err
	}
	if len(inputs) == 0 {
		return nil, nil, errors.New("no input: name captures or flow files, or - for standard input")
	}
	cfg.Threads, cfg.Fingerprint = 1, ""
	return &flowReader{program: p, cfg: cfg, console: newConsole(p.stderr)}, inputs, nil
}

// files has the files of a directory in its place, in the order of their names.
func files(inputs []string) (list []string, err error) {
	for _, name := range inputs {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			list = append(list, name)
			continue
		}
		err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				list = append(list, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// each calls use for the flows of all inputs; the flow is valid during the call.
// Input that cannot be read is told and skipped; the error is that of use.
func (r *flowReader) each(ctx context.Context, inputs []string, use func(file string, f *observe.Flow) error) error {
	for _, name := range inputs {
		var stop error
		err := r.file(ctx, name, func(f *observe.Flow) error {
			stop = use(filepath.Base(name), f)
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
	return nil
}

func (r *flowReader) complain(name string, err error) {
	r.failed = true
	r.console.say("joy: " + printable(fmt.Sprintf("%s: %v", name, err)))
}

// file reads one input.
func (r *flowReader) file(ctx context.Context, name string, use func(*observe.Flow) error) error {
	in := r.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return errors.Unwrap(err) // without the name, which is told
		}
		defer f.Close()
		in = f
	}
	b := bufio.NewReaderSize(in, 64<<10)
	u, _, err := unpack.Open(b)
	if err != nil {
		return err
	}
	if u != nil {
		defer u.Close()
		b = bufio.NewReaderSize(u, 64<<10)
	}
	if isJSON(b) {
		return observe.ReadJSON(b, use, func(err error) { r.complain(name, err) })
	}
	return r.capture(ctx, name, b, use)
}

// isJSON tells flow files from captures, none of which begins like that.
func isJSON(b *bufio.Reader) bool {
	head, _ := b.Peek(1) // an error comes again
	return len(head) > 0 && head[0] == '{'
}

// capture runs the engine with one worker, whose last stage takes the records.
func (r *flowReader) capture(ctx context.Context, name string, in io.Reader, use func(*observe.Flow) error) error {
	src, err := pcapfile.Open([]string{"-"}, pcapfile.Options{
		Stdin: in,
		Warn: func(e *pcapfile.DamageError) {
			e.Path = name
			r.failed = true
			r.console.say("joy: " + printable(e.Error()))
		},
	})
	if err != nil {
		return err
	}
	_, err = joy.Run(ctx, r.cfg, src, nowhere{}, joy.RunOptions{
		After: func(record.Writer) record.Writer { return &observer{use: use} },
	})
	return errors.Join(err, src.Close())
}

// An observer is a last stage.
type observer struct {
	use  func(*observe.Flow) error
	flow observe.Flow
}

func (o *observer) Write(r *record.Record) error {
	observe.FromRecord(r, &o.flow)
	return o.use(&o.flow)
}

// nowhere is the sink behind an observer.
type nowhere struct{}

func (nowhere) Write([]byte, []int, int64) error { return nil }
func (nowhere) Tick(int64) error                 { return nil }
func (nowhere) Close() error                     { return nil }
