package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A sample is what one run took.
type sample struct {
	cpu  time.Duration // user and system, all threads
	wall time.Duration
	rss  int64 // most bytes resident
}

// runChild runs a program to its end and returns what it wrote to its standard
// output.
func runChild(ctx context.Context, path string, args []string) (sample, string, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.Env = withoutOptions(os.Environ())
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	if ctx.Err() != nil {
		return sample{}, "", errors.New("interrupted")
	}
	if err != nil {
		return sample{}, "", fmt.Errorf("%s: %w\n%s", cmd, err, complaint.String())
	}
	state := cmd.ProcessState
	return sample{cpu: state.UserTime() + state.SystemTime(), wall: wall, rss: maxRSS(state)}, out.String(), nil
}

// withoutOptions leaves out what joy would take for options (JOY_NAME).
func withoutOptions(env []string) []string {
	var rest []string
	for _, e := range env {
		if !strings.HasPrefix(e, "JOY_") {
			rest = append(rest, e)
		}
	}
	return rest
}
