package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"joy"
	"joy/capture/pcapfile"
	"joy/convert/csv"
	"joy/format/parquet"
	"joy/query/element"
	"joy/query/value"
	"joy/slice"
)

// A format is what a selection can be taken away as.
type format struct {
	name, title, kind, ext string
	of                     func(*file) bool
	write                  func(ctx context.Context, s *Server, f *file, rows []uint32, w io.Writer) error
}

func always(*file) bool     { return true }
func captures(f *file) bool { return f.capture }

func formatOf(n string) *format {
	for i := range formats {
		if formats[i].name == n {
			return &formats[i]
		}
	}
	return nil
}

var formats = []format{
	{"json", "Flows as JSON", "application/x-ndjson", ".json", always, writeJSON},
	{"csv", "Flows as CSV", "text/csv; charset=utf-8", ".csv", always, writeCSV},
	{"parquet", "Flows as Parquet", "application/vnd.apache.parquet", ".parquet", always, writeParquet},
	{"pcapng", "Packets as pcapng", "application/x-pcapng", ".pcapng", captures, writePackets},
}

// exportTime is how long an export may take.
const exportTime = 15 * time.Minute

// export writes the flows that a question finds.
func (s *Server) export(w http.ResponseWriter, r *http.Request) error {
	f, err := s.request(w, r)
	if f == nil {
		return err
	}
	o := formatOf(r.PathValue("format"))
	if o == nil || !o.of(f) {
		return errNotFound
	}
	q, err := parseQuestion(values(r))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), exportTime)
	defer cancel()
	v, err := s.ask(ctx, f, q)
	if err != nil {
		return err
	}
	done, err := s.busy(ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx, release, err := f.use(ctx)
	if err != nil {
		return err
	}
	defer release()
	h := w.Header()
	h.Set("Content-Type", o.kind)
	h.Set("Content-Disposition", `attachment; filename="`+plainName(f.name)+o.ext+`"`)
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // there is nothing more to read, and it may take longer
	out := &pacedWriter{w: w, c: c, clock: s.Clock}
	b := bufio.NewWriterSize(out, 64<<10)
	err = o.write(ctx, s, f, v.rows, b)
	if err == nil {
		err = b.Flush()
	}
	if err != nil && out.written > 0 {
		// The browser has to see that the file is not whole.
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// plainName is a file name of harmless characters.
func plainName(name string) string {
	name = filepath.Base(name)
	for ext := filepath.Ext(name); ext != "" && len(ext) < len(name); ext = filepath.Ext(name) {
		name = strings.TrimSuffix(name, ext)
	}
	name = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 60)] + "-selection"
}

func writeJSON(ctx context.Context, _ *Server, f *file, rows []uint32, w io.Writer) error {
	return f.selected(ctx, rows, func(line []byte) error {
		_, err := w.Write(append(line, '\n'))
		return err
	})
}

// selected reads the lines of rows.
func (f *file) selected(ctx context.Context, rows []uint32, use func(line []byte) error) error {
	var buf []byte
	for i, n := range rows {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if buf, err = f.line(int(n), buf); err != nil {
			return err
		}
		if err := use(buf); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(ctx context.Context, _ *Server, f *file, rows []uint32, w io.Writer) error {
	columns, err := element.Parse(csv.Default)
	if err != nil {
		return err
	}
	t := csv.New(columns)
	t.Spreadsheet = true
	if _, err := w.Write(t.Head(nil)); err != nil {
		return err
	}
	var r value.Record
	var row []byte
	return f.selected(ctx, rows, func(line []byte) error {
		if err := r.Parse(line); err != nil {
			return err
		}
		row = t.Row(row[:0], &r)
		_, err := w.Write(row)
		return err
	})
}

func writeParquet(ctx context.Context, _ *Server, f *file, rows []uint32, w io.Writer) error {
	out, err := parquet.NewWriter(w, "joy version "+joy.Version)
	if err != nil {
		return err
	}
	return errors.Join(f.selected(ctx, rows, out.Line), out.Close())
}

// writePackets takes the packets of the flows out of the capture.
func writePackets(ctx context.Context, s *Server, f *file, rows []uint32, w io.Writer) (err error) {
	wanted := make([]bool, len(f.rows))
	for _, n := range rows {
		wanted[n] = true
	}
	src, err := f.openCapture()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	i := -1
	// The engine gives the same records in the same order every time.
	frames, err := slice.Find(ctx, slice.Options{Config: s.Flows, Choose: func([]byte) (bool, error) {
		i++
		return i < len(wanted) && wanted[i], nil
	}}, src)
	if err != nil {
		return err
	}
	again, err := f.openCapture()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	out := pcapfile.NewWriter(w, pcapfile.Pcapng)
	if _, err := frames.Copy(ctx, again, out); err != nil {
		return err
	}
	return out.Flush()
}

func (f *file) openCapture() (*pcapfile.Source, error) {
	src, err := pcapfile.Open([]string{f.path}, pcapfile.Options{})
	if err != nil {
		return nil, fmt.Errorf("the capture: %w", err)
	}
	return src, nil
}
