package main

import (
	"bytes"
	"context"
	"errors"

	"joy/format/jsonl"
)

// A lineReader reads inputs as lines: those of flow files, and those that captures
// would have, with the configuration in front.
type lineReader struct{ reader[[]byte] }

// newLineReader takes Joy's options out of args; the others are inputs. Change makes
// of a line, which is valid during the call, what is handed on; its error says that
// the line is bad, or is a stopped one.
func (p *program) newLineReader(needed, args []string, change func([]byte) ([]byte, error)) (*lineReader, []string, error) {
	r := &lineReader{reader[[]byte]{program: p, fromJSON: func(line []byte, to *[]byte) (err error) {
		*to, err = change(line)
		return err
	}}}
	inputs, err := r.configure(needed, args)
	return r, inputs, err
}

// each calls use for what becomes of the lines of all inputs. Input that cannot be
// read is told, and so is a bad line.
func (r *lineReader) each(ctx context.Context, inputs []string, use func(line []byte) error) error {
	for _, name := range inputs {
		err := r.input(ctx, name, func(line *[]byte) error {
			if err := use(*line); err != nil {
				return err
			}
			return ctx.Err()
		})
		var s *stopped
		switch {
		case errors.As(err, &s):
			return s.error
		case err != nil:
			r.complain(name, err)
		}
	}
	r.tellRest()
	return nil
}

func (r *lineReader) input(ctx context.Context, name string, use func(*[]byte) error) error {
	in, closeInput, err := r.open(name)
	if err != nil {
		return err
	}
	defer closeInput()
	if isJSON(in) {
		return r.lines(name, in, use)
	}
	if err := r.line(bytes.TrimSpace(r.cfg.AppendConfigLine(nil)), use); err != nil {
		return err
	}
	return r.capture(ctx, name, in, use)
}

// A linesOut writes lines to the output of a command.
type linesOut struct {
	sink outSink
	text []byte
	ends []int
	n    uint64
}

// An outSink is where lines go.
type outSink interface {
	Write(b []byte, ends []int, clock int64) error
	Close() error
	Discard()
}

// portion is how many bytes are written at once.
const portion = 128 << 10

// newLinesOut opens the output that the options of joy name.
func (r *lineReader) newLinesOut() (*linesOut, error) {
	return r.newLinesOutAt(r.cfg.OutputPath())
}

func (r *lineReader) newLinesOutAt(path string) (*linesOut, error) {
	s, err := jsonl.Open(jsonl.Config{Path: path, Out: r.stdout})
	if err != nil {
		return nil, err
	}
	return &linesOut{sink: s}, nil
}

// line writes a line without its end.
func (w *linesOut) line(line []byte) error {
	w.text = append(append(w.text, line...), '\n')
	return w.added()
}

// lines writes whole lines.
func (w *linesOut) lines(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	w.text = append(w.text, text...)
	return w.added()
}

func (w *linesOut) added() error {
	w.ends = append(w.ends, len(w.text))
	w.n++
	if len(w.text) < portion {
		return nil
	}
	return w.flush()
}

func (w *linesOut) flush() error {
	if len(w.ends) == 0 {
		return nil
	}
	err := w.sink.Write(w.text, w.ends, 0)
	w.text, w.ends = w.text[:0], w.ends[:0]
	return err
}

// close makes the output whole, or removes it after an error.
func (w *linesOut) close(failed error) error {
	if failed != nil {
		_ = w.flush() // what there was to say is said on standard output
		w.sink.Discard()
		return failed
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.sink.Close()
}
