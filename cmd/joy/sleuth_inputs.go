package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"joy"
	"joy/capture/pcapfile"
	"joy/query/sleuth"
	"joy/query/value"
)

// asked are the options with which captures are asked, unless others are given.
var asked = []string{"profile=full", "bidir=1"}

// maxTold is how many bad lines of an input are told one by one.
const maxTold = 10

// sleuthInputs are what a question is put to.
type sleuthInputs struct {
	*sleuthing
	cfg   joy.Config
	names []string
}

// inputs takes options of joy out of args.
func (q *sleuthing) inputs(args []string) (*sleuthInputs, error) {
	cfg, names, _, err := joy.Parse(append(append([]string(nil), asked...), args...), q.env, os.ReadFile)
	if err != nil {
		return nil, err
	}
	if cfg.Interface != "" || cfg.IPFIXCollectOnline {
		return nil, usage("this reads files: joy interface=... output=- | joy sleuth asks live flows")
	}
	if names, err = files(names); err != nil {
		return nil, asUsage(err)
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	return &sleuthInputs{q, cfg, names}, nil
}

// read has s read all inputs. What is wrong with one of them is told, and the next
// one is read; the error is of s.
func (in *sleuthInputs) read(s *sleuth.Sleuth) error {
	ctx, stop := untilSignal()
	defer stop()
	for _, name := range in.names {
		if ctx.Err() != nil {
			return nil
		}
		r := reading{sleuthInputs: in, sleuth: s, name: name}
		s.Begin()
		err := r.input(ctx)
		if r.failed != nil {
			return r.failed
		}
		if err != nil {
			r.tell(err)
		}
		r.sum()
	}
	return nil
}

// A reading is that of one input.
type reading struct {
	*sleuthInputs
	sleuth     *sleuth.Sleuth
	name       string
	flows, bad int
	failed     error // what sleuth failed with
}

// tell says what is wrong with the input.
func (r *reading) tell(err error) {
	r.damaged = true
	r.console.say("joy sleuth: " + printable(fmt.Sprintf("%s: %v", r.name, err)))
}

// sum says what was read, in the words of sleuth.
func (r *reading) sum() {
	r.console.say(fmt.Sprintf("read %d lines", r.flows))
	r.warnLines()
}

func (r *reading) warnLines() {
	if r.bad > 0 {
		r.console.say(fmt.Sprintf("warning: could not parse %d lines", r.bad))
	}
}

// input opens the input and reads it; the error is of the input.
func (r *reading) input(ctx context.Context) error {
	b, closeInput, err := r.open(r.name)
	if err != nil {
		return err
	}
	defer closeInput()
	if isCapture(b) {
		return r.capture(ctx, b)
	}
	return r.lines(ctx, b)
}

// isCapture tells captures, by how pcap and pcapng begin, from flow files.
func isCapture(b *bufio.Reader) bool {
	head, _ := b.Peek(4) // an error comes again
	if len(head) < 4 {
		return false
	}
	for _, magic := range []string{
		"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x34\xcd\xb2\xa1", "\xa1\xb2\xcd\x34", "\x0a\x0d\x0d\x0a",
	} {
		if string(head) == magic {
			return true
		}
	}
	return false
}

// lines reads a flow file.
func (r *reading) lines(ctx context.Context, in io.Reader) error {
	lines := value.NewLines(in)
	for ctx.Err() == nil {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, value.ErrTooLong):
			r.badLine(lines.Number, err)
		case err != nil:
			return err
		default:
			if lines.Number == 1 {
				tellNewer(r.console, r.name, line)
			}
			if err := r.line(lines.Number, line); err != nil {
				return err
			}
		}
		if lines.Waits() {
			if r.failed = r.sleuth.Flush(); r.failed != nil {
				return r.failed
			}
		}
	}
	return nil
}

// line hands a line on.
func (r *reading) line(number int, line []byte) error {
	flow, err := r.sleuth.Line(line)
	var bad *sleuth.LineError
	switch {
	case errors.As(err, &bad):
		r.badLine(number, bad)
	case err != nil:
		r.failed = err
		return err
	case flow:
		r.flows++
	}
	return nil
}

func (r *reading) badLine(number int, err error) {
	r.damaged = true
	if r.bad++; r.bad <= maxTold {
		r.console.say("joy sleuth: " + printable(fmt.Sprintf("%s: line %d: %v", r.name, number, err)))
	}
}

// capture has the engine make flows of a capture, whose lines are read as if they
// were in a file.
func (r *reading) capture(ctx context.Context, in io.Reader) error {
	src, err := pcapfile.Open([]string{"-"}, pcapfile.Options{
		Stdin: in,
		Warn: func(e *pcapfile.DamageError) {
			e.Path = r.name
			r.damaged = true
			r.console.say("joy sleuth: " + printable(e.Error()))
		},
	})
	if err != nil {
		return err
	}
	if err := r.line(0, bytes.TrimSpace(r.cfg.AppendConfigLine(nil))); err != nil {
		return errors.Join(err, src.Close())
	}
	_, err = joy.Run(ctx, r.cfg, src, lineSink(func(line []byte) error { return r.line(0, line) }), joy.RunOptions{})
	return errors.Join(err, src.Close())
}
