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
	"joy/audit/facts"
	"joy/capture/pcapfile"
	"joy/record"
	"joy/unpack"
)

// auditFeatures are the options with which a capture shows its cryptography,
// unless others are given.
var auditFeatures = []string{"bidir=1", "threads=1", "tls=1", "dtls=1", "quic=1", "ssh=1", "ike=1"}

// An auditReader reads flows from captures and from flow files, whatever they
// are compressed with. (It reads as the fingerprint commands do: only what it
// fills differs, and the two can become one.)
type auditReader struct {
	*program
	cfg     joy.Config
	inputs  []string
	console *console
	failed  bool // an input, or a line of it, could not be read
	told    int  // complaints
}

// maxComplaints bounds what is told of bad lines.
const maxComplaints = 20

// newAuditReader takes Joy's options out of args; the others are inputs.
func (p *program) newAuditReader(args []string) (*auditReader, error) {
	cfg, inputs, _, err := joy.Parse(append(append([]string(nil), auditFeatures...), args...), p.env, os.ReadFile)
	if err != nil {
		return nil, auditUsage(err)
	}
	if isLive(&cfg) {
		return nil, auditUsage(errors.New("this reads files: captures, or flows that joy has written"))
	}
	if inputs, err = auditFiles(inputs); err != nil {
		return nil, auditUsage(err)
	}
	if len(inputs) == 0 {
		return nil, auditUsage(errors.New("no input: name captures or flow files, or - for standard input"))
	}
	cfg.Threads = 1
	return &auditReader{program: p, cfg: cfg, inputs: inputs, console: newConsole(p.stderr)}, nil
}

// auditFiles has the files of a directory in its place, in the order of their
// names.
func auditFiles(inputs []string) (list []string, err error) {
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

// damage is an error if input could not be read to its end.
func (r *auditReader) damage() error {
	if r.failed {
		return errAuditInput
	}
	return nil
}

// each calls use for the flows of all inputs; the flow is valid during the call.
// Input that cannot be read is told and skipped; the error is that of use.
func (r *auditReader) each(ctx context.Context, use func(*facts.Flow) error) error {
	for _, name := range r.inputs {
		var stop error
		err := r.file(ctx, name, func(f *facts.Flow) error {
			stop = use(f)
			return stop
		})
		if stop != nil {
			return stop
		}
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			r.complain(name, err)
		}
	}
	if r.told > maxComplaints {
		r.console.say(fmt.Sprintf("joy: %d more complaints were left out", r.told-maxComplaints))
	}
	return nil
}

func (r *auditReader) complain(name string, err error) {
	r.failed = true
	if r.told++; r.told <= maxComplaints {
		r.console.say("joy: " + printable(fmt.Sprintf("%s: %v", name, err)))
	}
}

// file reads one input.
func (r *auditReader) file(ctx context.Context, name string, use func(*facts.Flow) error) error {
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
	// No capture begins like a line of JSON.
	if head, _ := b.Peek(1); len(head) > 0 && head[0] == '{' { // an error comes again
		return facts.ReadJSON(b, func(f *facts.Flow) error {
			if err := use(f); err != nil {
				return err
			}
			return ctx.Err()
		}, func(err error) { r.complain(name, err) })
	}
	return r.capture(ctx, name, b, use)
}

// capture runs the engine with one worker, whose last stage takes the records.
func (r *auditReader) capture(ctx context.Context, name string, in io.Reader, use func(*facts.Flow) error) error {
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
	_, err = joy.Run(ctx, r.cfg, src, auditSink{}, joy.RunOptions{
		After: func(record.Writer) record.Writer { return &auditStage{use: use} },
	})
	return errors.Join(err, src.Close())
}

// An auditStage is a last stage.
type auditStage struct {
	use  func(*facts.Flow) error
	flow facts.Flow
}

func (s *auditStage) Write(r *record.Record) error {
	facts.FromRecord(r, &s.flow)
	return s.use(&s.flow)
}

// auditSink is the sink behind a last stage.
type auditSink struct{}

func (auditSink) Write([]byte, []int, int64) error { return nil }
func (auditSink) Tick(int64) error                 { return nil }
func (auditSink) Close() error                     { return nil }
