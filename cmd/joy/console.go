package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// A console is standard error: lines, and below them a status that is drawn
// over and over. It can be used from several goroutines.
type console struct {
	mu     sync.Mutex
	w      io.Writer
	status string
}

func newConsole(w io.Writer) *console { return &console{w: w} }

// say writes a line; the status moves down.
func (c *console) say(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprint(c.w, c.over(line)+"\n"+c.status)
}

// show replaces the status.
func (c *console) show(status string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprint(c.w, c.over(status))
	c.status = status
}

// over is a text with what wipes out the status: no escape sequence, which not
// every terminal understands.
func (c *console) over(text string) string {
	if c.status == "" {
		return text
	}
	blanks := max(0, len(c.status)-len(text))
	return "\r" + text + strings.Repeat(" ", blanks) + strings.Repeat("\b", blanks)
}

// A severity is one of Joy's levels.
type severity int

const (
	info    severity = 2
	warning severity = 3
	failure severity = 4
)

func (s severity) String() string {
	switch s {
	case warning:
		return "warning: "
	case failure:
		return "error: "
	default:
		return ""
	}
}

// A logger writes messages that are severe enough to the console or to a file.
type logger struct {
	least severity // 0 = none at all
	write func(line string)
	file  *os.File // nil without a log file
	err   error    // first that the file gave
}

// openLog begins a log: in the file of this name, at its end, or without a
// name on the console.
func openLog(name string, verbosity int, c *console) (*logger, error) {
	l := &logger{least: severity(verbosity), write: c.say}
	if name == "" {
		return l, nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	var mu sync.Mutex
	l.file = f
	l.write = func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, err := fmt.Fprintf(f, "%s %s\n", time.Now().UTC().Format(time.RFC3339Nano), line)
		if l.err == nil {
			l.err = err
		}
	}
	return l, nil
}

func (l *logger) log(s severity, text string) {
	if l.least != 0 && s >= l.least {
		l.write("joy: " + s.String() + printable(text))
	}
}

// close returns the first error of the log file.
func (l *logger) close() error {
	if l.file == nil {
		return nil
	}
	if err := l.file.Close(); l.err == nil {
		l.err = err
	}
	return l.err
}

// printable replaces control characters: messages may hold names and bytes
// from captures, and are for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
