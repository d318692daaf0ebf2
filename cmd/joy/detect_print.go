package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"joy/detect"
)

// write writes the findings in the form that is wanted.
func (d *detecting) write(out io.Writer) error {
	if d.options.format == "json" {
		return d.json(out)
	}
	return d.table(out)
}

// jsonDetected is a finding as an object.
type jsonDetected struct {
	Kind     string         `json:"kind"`
	Score    jsontext.Value `json:"score"`
	Title    string         `json:"title"`
	Src      string         `json:"src,omitempty"`
	Dst      string         `json:"dst,omitempty"`
	Port     uint16         `json:"port,omitzero"`
	Pr       uint8          `json:"pr,omitzero"`
	First    jsontext.Value `json:"time_start"`
	Last     jsontext.Value `json:"time_end"`
	Count    uint64         `json:"flows"`
	Evidence []jsonEvidence `json:"evidence"`
	Flows    []string       `json:"flow_ids,omitempty"`
}

type jsonEvidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (d *detecting) json(out io.Writer) error {
	for _, f := range d.Findings() {
		x := jsonDetected{
			Kind: f.Kind, Score: fmt.Appendf(nil, "%.4f", f.Score), Title: f.Title, Src: f.Src, Dst: f.Dst, Port: f.Port, Pr: f.Pr,
			First: seconds(f.First), Last: seconds(f.Last), Count: f.Count, Flows: f.Flows,
		}
		for _, e := range f.Evidence {
			x.Evidence = append(x.Evidence, jsonEvidence(e))
		}
		line, err := json.Marshal(&x, jsontext.AllowInvalidUTF8(true), jsontext.EscapeForJS(true))
		if err != nil {
			return fmt.Errorf("finding: %w", err)
		}
		if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// seconds is a time as in records.
func seconds(ns int64) jsontext.Value {
	t := time.Unix(0, ns)
	return fmt.Appendf(nil, "%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// table writes two lines for each finding.
func (d *detecting) table(out io.Writer) error {
	list := d.Findings()
	shown := list
	if n := d.options.top; n > 0 && len(list) > n {
		shown = list[:n]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d findings in %d records\n", len(list), d.flows)
	for i := range shown {
		row(&b, &shown[i])
	}
	if n := len(list) - len(shown); n > 0 {
		fmt.Fprintf(&b, "\n%d more: --top=0 shows all\n", n)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// maxCell bounds what is shown of a piece of evidence.
const maxCell = 100

// row writes a finding: what, and why.
func row(b *strings.Builder, f *detect.Finding) {
	fmt.Fprintf(b, "\n%.2f  %-22s %s\n", f.Score, f.Kind, oneLine(f.Title))
	fmt.Fprintf(b, "      %s for %s, flows: %d", time.Unix(0, f.First).UTC().Format("2006-01-02 15:04:05"), lasting(f.Last-f.First), f.Count)
	for _, e := range f.Evidence {
		if e.Value != "" {
			fmt.Fprintf(b, "; %s: %s", e.Name, shorten(oneLine(e.Value)))
		}
	}
	b.WriteByte('\n')
}

// lasting writes a duration in three digits or so.
func lasting(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// oneLine is text of a packet as a terminal may have it.
func oneLine(s string) string {
	return printable(strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\t", " "))
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxCell {
		return s
	}
	return string(r[:maxCell-3]) + "..."
}
