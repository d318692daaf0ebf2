package joy

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strconv"

	"joy/record/schema"
)

// AppendConfigLine appends the configuration line that heads every output: one
// JSON object and a newline. Joy's keys come first, in Joy's order; ours follow
// before "end-config", the last one the version of the records' schema. An unset string is "none"; label is there when there
// are labels, a string for one and an array for several (Joy repeats the key).
//
// Outputs of the same capture are the same bytes, so what does not change the
// records is always written alike: threads is 1, info (the log) "none" and
// verbosity the default.
func (c *Config) AppendConfigLine(b []byte) []byte {
	b = append(b, `{"version":`...)
	b = appendQuoted(b, Version)
	for i := range options {
		o := &options[i]
		key := o.joy
		if key == "" && o.state == works && !o.hidden {
			key = o.name
		}
		values := o.lineValues(c)
		if key == "" || len(values) == 0 {
			continue
		}
		b = append(b, ',')
		b = appendQuoted(b, key)
		b = append(b, ':')
		b = o.appendValues(b, values)
	}
	b = append(b, `,"schema":`...)
	b = strconv.AppendInt(b, schema.Version, 10)
	return append(b, `,"end-config":1}`+"\n"...)
}

// lineValues are the values that the configuration line shows.
func (o *option) lineValues(c *Config) []string {
	if o.shown != "" {
		return []string{o.shown}
	}
	values := o.kind.print(c)
	if len(values) == 0 && !o.kind.many {
		return []string{o.canonical()} // bound to nothing
	}
	return values
}

func (o *option) appendValues(b []byte, values []string) []byte {
	if len(values) == 1 {
		return o.appendValue(b, values[0])
	}
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.appendValue(b, v)
	}
	return append(b, ']')
}

func (o *option) appendValue(b []byte, value string) []byte {
	if o.kind.text {
		return appendQuoted(b, value)
	}
	return append(b, value...)
}

// appendQuoted appends a JSON string; what is not UTF-8 becomes U+FFFD.
func appendQuoted(b []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string and a bytes.Buffer: neither can fail
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// AppendOptionFile appends the settings that work in the form of an option
// file, which read with -x gives c again. (Values with # or a line break, which
// an option file cannot hold, are for the eye only.)
func (c *Config) AppendOptionFile(b []byte) []byte {
	for i := range options {
		o := &options[i]
		if o.state != works {
			continue
		}
		values := o.kind.print(c)
		if len(values) == 0 {
			values = []string{none}
		}
		for _, v := range values {
			b = append(b, o.name+" = "+v+"\n"...)
		}
	}
	return b
}

// OutputPath returns where the records go: Output in OutDir; "" = standard
// output.
func (c *Config) OutputPath() string {
	if c.Output == "" || c.Output == "-" {
		return ""
	}
	if c.OutDir == "" || c.OutDir == "." {
		return c.Output
	}
	return filepath.Join(c.OutDir, c.Output)
}
