package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"joy/convert/csv"
	"joy/convert/ecs"
	"joy/convert/present"
	"joy/convert/zeek"
	"joy/format/parquet"
	"joy/query/element"
	"joy/query/flow"
)

// A jsonConversion writes records in their present form, and all other lines, too.
type jsonConversion struct {
	out    *linesOut
	former *present.Former
	text   []byte
}

func (q *converting) toJSON() (conversion, error) {
	out, err := q.lines.newLinesOut()
	return &jsonConversion{out: out, former: present.New()}, err
}

func (c *jsonConversion) take(line []byte, _ *flow.Flow) error { return c.other(line) }

func (c *jsonConversion) other(line []byte) (err error) {
	if c.text, err = c.former.Append(c.text[:0], line); err != nil {
		return err
	}
	return c.out.line(c.text)
}

func (c *jsonConversion) close(failed error) error { return c.out.close(failed) }

// A parquetConversion writes records as columns, and all other lines into the
// description of the file. The first configuration heads it.
type parquetConversion struct {
	*converting
	out *linesOut
}

func (q *converting) toParquet() (conversion, error) {
	switch path := q.lines.cfg.OutputPath(); {
	case !parquet.IsFile(path):
		return nil, usage("output=" + path + ": name a file that ends in " + parquet.Extension)
	case path == "" && isTerminal(q.stdout):
		return nil, usage("Parquet is nothing for a terminal: name output=FILE" + parquet.Extension)
	}
	return &parquetConversion{converting: q}, nil
}

// begin opens the output, unless it is open.
func (c *parquetConversion) begin(header []byte) error {
	if c.out != nil {
		return nil
	}
	if header != nil {
		header = append(bytes.Clone(header), '\n')
	}
	s, err := parquet.Open(parquet.Config{Path: c.lines.cfg.OutputPath(), Out: c.stdout, Header: header, Creator: creator})
	c.out = &linesOut{sink: s}
	return err
}

func (c *parquetConversion) take(line []byte, _ *flow.Flow) error {
	if err := c.begin(nil); err != nil {
		return err
	}
	return c.out.line(line)
}

func (c *parquetConversion) other(line []byte) error {
	if c.out == nil && flow.IsSettings(&c.rec) {
		return c.begin(line)
	}
	return c.take(line, nil)
}

func (c *parquetConversion) close(failed error) error {
	if err := c.begin(nil); err != nil {
		return errors.Join(failed, err)
	}
	return c.out.close(failed)
}

// A rowConversion writes what append makes of each flow, whole lines with their ends.
type rowConversion struct {
	out    *linesOut
	append func(b []byte, f *flow.Flow) []byte
	text   []byte
}

func (c *rowConversion) take(_ []byte, f *flow.Flow) error {
	c.text = c.append(c.text[:0], f)
	return c.out.lines(c.text)
}

func (*rowConversion) other([]byte) error { return nil }

func (c *rowConversion) close(failed error) error { return c.out.close(failed) }

func (q *converting) toCSV() (conversion, error) {
	text := q.columns
	if strings.TrimSpace(text) == "" {
		text = csv.Default
	}
	l, err := element.Parse(text)
	if err != nil {
		return nil, asUsage(mistake("columns", text, err))
	}
	t := csv.New(l)
	t.Spreadsheet = q.spreadsheet
	out, err := q.lines.newLinesOut()
	if err != nil {
		return nil, err
	}
	c := &rowConversion{out: out, append: func(b []byte, f *flow.Flow) []byte { return t.Row(b, &f.Rest) }}
	return c, out.lines(t.Head(nil))
}

func (q *converting) toECS() (conversion, error) {
	out, err := q.lines.newLinesOut()
	e := ecs.New()
	return &rowConversion{out: out, append: e.Append}, err
}

// A zeekConversion writes one log, or several into a directory.
type zeekConversion struct {
	logs []*zeekLog
	text []byte
}

// A zeekLog is one of them, which begins with its first line.
type zeekLog struct {
	writer  *zeek.Writer
	open    func() (*linesOut, error)
	out     *linesOut
	at, end int64 // times of the first flow and of the end of the last one
}

func (q *converting) toZeek() (conversion, error) {
	c := &zeekConversion{}
	var names []string
	for _, l := range zeek.Logs() {
		names = append(names, l.Name)
		open := q.lines.newLinesOut
		switch {
		case q.dir != "":
			path := filepath.Join(q.dir, l.Name+".log")
			open = func() (*linesOut, error) { return q.lines.newLinesOutAt(path) }
		case l.Name != q.log:
			continue
		}
		c.logs = append(c.logs, &zeekLog{writer: zeek.NewWriter(l, q.to == "zeek-json"), open: open})
	}
	if len(c.logs) == 0 {
		return nil, usage(fmt.Sprintf("--log=%s: %s", q.log, strings.Join(names, ", ")))
	}
	if q.dir != "" {
		if err := os.MkdirAll(q.dir, 0o777); err != nil {
			return nil, asUsage(err)
		}
		return c, nil
	}
	return c, c.logs[0].begin(0)
}

// begin opens a log, unless it is open.
func (l *zeekLog) begin(at int64) (err error) {
	if l.out == nil {
		l.out, err = l.open()
		l.at = at
	}
	return err
}

func (c *zeekConversion) take(_ []byte, f *flow.Flow) error {
	for _, l := range c.logs {
		if c.text = l.writer.Append(c.text[:0], f); len(c.text) == 0 {
			continue
		}
		if err := l.begin(f.Start); err != nil {
			return err
		}
		if l.out.n == 0 {
			if err := l.out.lines(l.writer.Head(nil, f.Start)); err != nil {
				return err
			}
		}
		l.end = max(l.end, f.End)
		if err := l.out.lines(c.text); err != nil {
			return err
		}
	}
	return nil
}

func (*zeekConversion) other([]byte) error { return nil }

func (c *zeekConversion) close(failed error) error {
	err := failed
	for _, l := range c.logs {
		if l.out == nil {
			continue
		}
		if failed == nil && l.out.n > 0 {
			err = errors.Join(err, l.out.lines(l.writer.Foot(nil, l.end)))
		}
		if e := l.out.close(failed); failed == nil {
			err = errors.Join(err, e)
		}
	}
	return err
}
