package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

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
// are compressed with. It is flowReader with other facts of a flow: the two can
// become one when that takes what fills them.
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
		return nil, asUsage(err)
	}
	if isLive(&cfg) {
		return nil, asUsage(errors.New("this reads files: captures, or flows that joy has written"))
	}
	if inputs, err = files(inputs); err != nil {
		return nil, asUsage(err)
	}
	if len(inputs) == 0 {
		return nil, asUsage(errors.New("no input: name captures or flow files, or - for standard input"))
	}
	cfg.Threads, cfg.Fingerprint = 1, ""
	return &auditReader{program: p, cfg: cfg, inputs: inputs, console: newConsole(p.stderr)}, nil
}

// damage is an error if input could not be read to its end.
func (r *auditReader) damage() error {
	if r.failed {
		return errInput
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
	if isJSON(b) {
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
	_, err = joy.Run(ctx, r.cfg, src, nowhere{}, joy.RunOptions{
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
