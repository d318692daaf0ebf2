package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
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
