package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var workloads = []string{"mix", "elephant", "mice", "tls"}

// A truth is what trafficgen tells about a workload.
type truth struct {
	Packets   int64
	IPPackets int64
	FileBytes int64
	Flows     int64 // distinct 5-tuples, both directions as one
}

func (c *config) capture(workload string) string {
	return filepath.Join(c.data, workload+".pcap")
}

// truth reads it; an error says that the workload is not there or not whole.
func (c *config) truth(workload string) (truth, error) {
	var t truth
	capture := c.capture(workload)
	b, err := os.ReadFile(capture + ".json")
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return t, fmt.Errorf("%s.json: %w", capture, err)
	}
	info, err := os.Stat(capture)
	if err != nil {
		return t, err
	}
	if info.Size() != t.FileBytes {
		return t, fmt.Errorf("%s has %d bytes, %s.json says %d", capture, info.Size(), capture, t.FileBytes)
	}
	return t, nil
}

// prepare makes the workloads that are not there.
func prepare(ctx context.Context, c *config, temp string) error {
	var missing []string
	for _, w := range c.workloads {
		if !slices.Contains(workloads, w) {
			return fmt.Errorf("no workload %q; there are %s", w, strings.Join(workloads, ", "))
		}
		if _, err := c.truth(w); errors.Is(err, os.ErrNotExist) {
			missing = append(missing, w)
		} else if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	source := filepath.Join(c.shared, "tools", "trafficgen")
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("%s has no captures of %s, and trafficgen, which makes them, is not here either "+
			"(%w): say where with -data or -shared", c.data, strings.Join(missing, ", "), err)
	}
	generator := filepath.Join(temp, "trafficgen")
	if err := build(ctx, source, ".", generator); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, generator,
		"-in", filepath.Join(c.shared, "corpus", "pcaps"), "-out", c.data,
		"-only", strings.Join(missing, ","), "-scale", strconv.FormatFloat(c.scale, 'g', -1, 64))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("trafficgen: %w", err)
	}
	return nil
}
