package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

var columns = []string{
	"workload", "program", "CPU s", "±", "ns/packet", "× walk", "goal", "wall s", "× joy", "goal", "max RSS MB", "B/flow", "goal",
}

// report is the table of all results; those of a workload stand together, with
// the walk first.
func report(results []result, markdown bool) string {
	rows := [][]string{columns}
	for i := range results {
		rows = append(rows, row(&results[i], other(results, results[i].workload, "walk"), other(results, results[i].workload, "joy")))
	}
	table := textTable
	if markdown {
		table = markdownTable
	}
	return machine() + "\n\n" + table(rows) + disturbed(results)
}

// disturbed is a note if the walk, which waits for nothing, did not get a core
// of its own: then wall times say little. Short walks are not looked at.
func disturbed(results []result) string {
	for i := range results {
		r := &results[i]
		cpu, wall := r.cpu(), r.wall()
		if r.program.name == "walk" && wall > cpu*5/4 && wall > 50*time.Millisecond {
			return fmt.Sprintf("\nThe machine was busy: the walk of %s took %.3f s for %.3f s CPU. Wall times mean little.\n",
				r.workload, wall.Seconds(), cpu.Seconds())
		}
	}
	return ""
}

// other finds a result of the workload; nil when the program was not run.
func other(results []result, workload, program string) *result {
	for i := range results {
		if results[i].workload == workload && results[i].program.name == program {
			return &results[i]
		}
	}
	return nil
}

// row is the line of a result. Memory for flows is measured with settings that
// make the times say nothing, so they are left out.
func row(r, walk, joy *result) []string {
	cells := make([]string, len(columns))
	cells[0], cells[1] = r.workload, r.program.name
	cells[10] = fmt.Sprintf("%.0f", float64(r.rss())/1e6)
	if r.program.flow > 0 {
		cells[11] = fmt.Sprintf("%.0f", r.bytesPerFlow())
		cells[12] = goal(r.bytesPerFlow(), r.program.flow)
		return cells
	}
	cpu := r.cpu().Seconds()
	cells[2] = fmt.Sprintf("%.3f", cpu)
	cells[3] = fmt.Sprintf("%.0f %%", 100*r.spread())
	cells[4] = fmt.Sprintf("%.0f", cpu*1e9/float64(r.truth.Packets))
	cells[7] = fmt.Sprintf("%.3f", r.wall().Seconds())
	if walk != nil {
		ratio := cpu / walk.cpu().Seconds()
		cells[5] = fmt.Sprintf("%.2f", ratio)
		cells[6] = goal(ratio, r.program.cpu[r.workload])
	}
	if joy != nil && r.program.wall > 0 {
		ratio := r.wall().Seconds() / joy.wall().Seconds()
		cells[8] = fmt.Sprintf("%.2f", ratio)
		cells[9] = goal(ratio, r.program.wall)
	}
	return cells
}

// goal says what was to be reached and whether it was; 0 is no goal.
func goal(value, most float64) string {
	switch {
	case most == 0:
		return ""
	case value <= most:
		return fmt.Sprintf("≤ %g met", most)
	default:
		return fmt.Sprintf("≤ %g MISSED", most)
	}
}

func markdownTable(rows [][]string) string {
	var b strings.Builder
	for i, cells := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			b.WriteString("|---|---|" + strings.Repeat("--:|", len(cells)-2) + "\n")
		}
	}
	return b.String()
}

// textTable aligns the first two columns to the left and the others to the
// right, with a blank line before each workload.
func textTable(rows [][]string) string {
	widths := make([]int, len(columns))
	for _, cells := range rows {
		for i, c := range cells {
			widths[i] = max(widths[i], len([]rune(c)))
		}
	}
	var b strings.Builder
	for n, cells := range rows {
		if n > 0 && cells[0] != rows[n-1][0] {
			b.WriteByte('\n')
		}
		var line strings.Builder
		for i, c := range cells {
			width := widths[i]
			if i < 2 {
				width = -width
			}
			fmt.Fprintf(&line, "%*s  ", width, c)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// machine names what the numbers were measured on.
func machine() string {
	name := "unknown processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for in := bufio.NewScanner(f); in.Scan(); {
			if key, value, ok := strings.Cut(in.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", name, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
