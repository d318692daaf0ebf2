package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A result is what the runs of one program on one workload took.
type result struct {
	program  program
	workload string
	truth    truth
	samples  []sample
	empty    int64 // bytes resident with an empty capture, where memory for flows is measured
}

// measure runs all programs in turn, over and over, so that what else the
// machine does hits all of them alike. The first round has its output checked and
// does not count.
func measure(ctx context.Context, c *config, workload string, programs []program, dir string) ([]result, error) {
	t, err := c.truth(workload)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, p := range programs {
		if p.flow == 0 || workload == "mice" {
			results = append(results, result{program: p, workload: workload, truth: t})
		}
	}
	for round := range 1 + c.runs {
		for i := range results {
			r := &results[i]
			s, err := r.run(ctx, c, dir, round == 0)
			if err != nil {
				return nil, fmt.Errorf("%s with %s: %w", workload, r.program.name, err)
			}
			fmt.Fprintf(os.Stderr, "%s %d/%d %s: %.3f s CPU\n", workload, round, c.runs, r.program.name, s.cpu.Seconds())
			if round > 0 {
				r.samples = append(r.samples, s)
			}
		}
	}
	return results, nil
}

// run runs the program once and removes what it wrote.
func (r *result) run(ctx context.Context, c *config, dir string, first bool) (sample, error) {
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return sample{}, err
	}
	capture := c.capture(r.workload)
	if first && r.program.flow > 0 {
		if err := r.runEmpty(ctx, capture, dir); err != nil {
			return sample{}, err
		}
	}
	if err := warm(capture); err != nil {
		return sample{}, err
	}
	s, stdout, err := runChild(ctx, r.program.path, r.program.args(capture, dir))
	if err == nil && first && r.program.check != nil {
		err = r.program.check(stdout, dir, r.truth)
	}
	return s, err
}

// warm brings a capture into the page cache again, from where the output of the
// run before may have driven it.
func warm(capture string) error {
	f, err := os.Open(capture)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Read(buf)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// runEmpty measures the memory of the program without flows, on a capture that
// has only its file header.
func (r *result) runEmpty(ctx context.Context, capture, dir string) error {
	f, err := os.Open(capture)
	if err != nil {
		return err
	}
	defer f.Close()
	header := make([]byte, 24)
	if _, err := io.ReadFull(f, header); err != nil {
		return err
	}
	empty := filepath.Join(dir, "empty.pcap")
	if err := os.WriteFile(empty, header, 0o644); err != nil {
		return err
	}
	s, _, err := runChild(ctx, r.program.path, r.program.args(empty, dir))
	r.empty = s.rss
	return err
}

func (r *result) cpu() time.Duration {
	return median(r.samples, func(s sample) time.Duration { return s.cpu })
}

func (r *result) wall() time.Duration {
	return median(r.samples, func(s sample) time.Duration { return s.wall })
}

func (r *result) rss() int64 {
	return median(r.samples, func(s sample) int64 { return s.rss })
}

// spread is how far the CPU times lie apart, as a part of their median.
func (r *result) spread() float64 {
	byCPU := func(a, b sample) int { return int(a.cpu - b.cpu) }
	least, most := slices.MinFunc(r.samples, byCPU), slices.MaxFunc(r.samples, byCPU)
	return float64(most.cpu-least.cpu) / float64(r.cpu())
}

// bytesPerFlow is the memory for each flow when all of them are kept.
func (r *result) bytesPerFlow() float64 {
	return float64(r.rss()-r.empty) / float64(r.truth.Flows)
}

// median is the one in the middle, or the mean of the two that are.
func median[T ~int64](samples []sample, of func(sample) T) T {
	var values []T
	for _, s := range samples {
		values = append(values, of(s))
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
