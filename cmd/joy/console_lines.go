package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// textLines is a slog.Handler of lines for people: joy: LEVEL: MESSAGE
// key=value. Informations are not called so.
type textLines struct {
	least slog.Level
	write func(line string) error
	times bool   // lines begin with their time
	attrs string // of all messages, each after a blank
	group string // before keys, with a dot at its end
}

func (h *textLines) Enabled(_ context.Context, l slog.Level) bool { return l >= h.least }

func (h *textLines) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	if h.times && !r.Time.IsZero() {
		b.WriteString(stamp(r.Time) + " ")
	}
	b.WriteString("joy: ")
	if name := levelName(r.Level); name != "info" {
		b.WriteString(name + ": ")
	}
	b.WriteString(r.Message + h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&b, h.group, a)
		return true
	})
	return h.write(printable(b.String()))
}

func (h *textLines) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		appendAttr(&b, h.group, a)
	}
	with := *h
	with.attrs += b.String()
	return &with
}

func (h *textLines) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	with := *h
	with.group += name + "."
	return &with
}

// appendAttr adds " key=value", or what a group holds.
func appendAttr(b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, member := range v.Group() {
			appendAttr(b, group, member)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	b.WriteString(" " + quoted(group+a.Key) + "=" + quoted(v.String()))
}

// quoted puts a text into quotation marks that would not be one word.
func quoted(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool {
		return r == ' ' || r == '"' || r == '=' || !strconv.IsPrint(r)
	}) {
		return strconv.Quote(s)
	}
	return s
}

// newJSONLines is a slog.Handler of JSON objects with time, level, msg and the
// attributes, one a line.
func newJSONLines(least slog.Level, write func(line string) error) slog.Handler {
	return slog.NewJSONHandler(lineWriter(write), &slog.HandlerOptions{
		Level: least,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			switch v := a.Value.Any().(type) {
			case slog.Level:
				if a.Key == slog.LevelKey && len(groups) == 0 {
					a.Value = slog.StringValue(levelName(v))
				}
			case time.Time:
				a.Value = slog.StringValue(stamp(v))
			}
			return a
		},
	})
}

// A lineWriter is given a line of JSON with each Write.
type lineWriter func(line string) error

func (w lineWriter) Write(b []byte) (int, error) {
	if err := w(escaped(strings.TrimSuffix(string(b), "\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// escaped writes the control characters that JSON allows as they are, and a
// terminal obeys, as JSON's escapes.
func escaped(line string) string {
	if !strings.ContainsFunc(line, isControl) {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		if isControl(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
