package web

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"joy/capture/pcapfile"
	"joy/query/flow"
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

// tableColumns are those of the CSV. docs/serve.md has what they mean.
var tableColumns = []string{
	"flow_id", "segment", "time_start", "time_end", "sa", "sp", "da", "dp", "pr", "app", "name",
	"bytes_out", "bytes_in", "num_pkts_out", "num_pkts_in", "end_reason",
}

func writeCSV(ctx context.Context, _ *Server, f *file, rows []uint32, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(tableColumns); err != nil {
		return err
	}
	var fl flow.Flow
	err := f.selected(ctx, rows, func(line []byte) error {
		if err := fl.Parse(line); err != nil {
			return err
		}
		return out.Write(cells(&fl))
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

func cells(f *flow.Flow) []string {
	get := func(name string) string { return cell(string(f.Rest.Get(name).Text())) }
	var apps []string
	for app := range f.Apps {
		apps = append(apps, string(app))
	}
	return []string{
		cell(string(f.ID)), get("segment"), get("time_start"), get("time_end"),
		cell(string(f.SA)), port(f.SP, f.HasPorts), cell(string(f.DA)), port(f.DP, f.HasPorts), strconv.Itoa(int(f.Pr)),
		cell(strings.Join(apps, " ")), cell(string(hostName(&f.Rest))),
		get("bytes_out"), get("bytes_in"), get("num_pkts_out"), get("num_pkts_in"), get("end_reason"),
	}
}

func port(p uint16, has bool) string {
	if !has {
		return ""
	}
	return strconv.Itoa(int(p))
}

// cell keeps a spreadsheet from taking a text of somebody else's for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
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
