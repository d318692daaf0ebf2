package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"joy"
)

// Joy's severities as levels of slog.
const (
	info     = slog.LevelInfo
	warning  = slog.LevelWarn
	failure  = slog.LevelError
	critical = slog.LevelError + 4
	silence  = critical + 1 // as the least level: nothing at all
)

// least is the level from which on verbosity lets messages through.
func least(verbosity int) slog.Level {
	levels := []slog.Level{silence, slog.LevelDebug, info, warning, failure, critical}
	return levels[min(max(verbosity, 0), len(levels)-1)]
}

func levelName(l slog.Level) string {
	switch {
	case l >= critical:
		return "critical"
	case l >= failure:
		return "error"
	case l >= warning:
		return "warning"
	case l >= info:
		return "info"
	default:
		return "debug"
	}
}

// A logger writes messages that are severe enough to the console or to a file.
type logger struct {
	*slog.Logger
	file *logFile // nil without a log file
}

// openLog begins the log that the settings want: in a file, at its end, or on
// the console.
func openLog(cfg *joy.Config, c *console) (*logger, error) {
	l := &logger{}
	write := func(line string) error {
		c.say(line)
		return nil
	}
	if cfg.Log != "" {
		l.file = &logFile{name: cfg.Log}
		if err := l.file.open(); err != nil {
			return nil, err
		}
		write = l.file.write
	}
	var h slog.Handler
	if cfg.LogFormat == "json" {
		h = newJSONLines(least(cfg.Verbosity), write)
	} else {
		h = &textLines{least: least(cfg.Verbosity), write: write, times: l.file != nil}
	}
	l.Logger = slog.New(h)
	return l, nil
}

// log writes a message without attributes.
func (l *logger) log(level slog.Level, text string) {
	l.Log(context.Background(), level, text)
}

// reopen goes on in a new file of the same name, after the old one was moved
// away. Without one to go on in the log stays in the old one.
func (l *logger) reopen() error {
	if l.file == nil {
		return nil
	}
	return l.file.open()
}

// close returns the first error of the log file.
func (l *logger) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.close()
}

// A logFile is written line by line, by any goroutine.
type logFile struct {
	name string

	mu  sync.Mutex
	f   *os.File
	err error // first that the file gave
}

// open makes or continues the file of this name and leaves the one before.
func (l *logFile) open() error {
	f, err := os.OpenFile(l.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.f
	l.f = f
	if before == nil {
		return nil
	}
	if err := before.Close(); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

func (l *logFile) write(line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.f.WriteString(line + "\n")
	if l.err == nil {
		l.err = err
	}
	return err
}

func (l *logFile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.err, l.f.Close())
}

// stamp is a time in the log.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// printable replaces control characters: messages may hold names and bytes
// from captures, and are for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if isControl(r) && r != '\t' {
			return '?'
		}
		return r
	}, s)
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
