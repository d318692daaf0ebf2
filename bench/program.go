package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A program is one row of the table.
type program struct {
	name string
	path string
	args func(capture, dir string) []string // dir is for what it writes

	// check looks at what the first run wrote, to its standard output or to dir.
	check func(stdout, dir string, t truth) error

	cpu  map[string]float64 // goals by workload: CPU time as a multiple of the walk's
	wall float64            // goal: wall time as a part of that of joy
	flow float64            // goal: bytes for a flow; then it is run on the mice only, where no flow ends
}

// joys are the rows of joy itself, with the goals for bidir=1 and for every
// extractor.
func joys(path string) []program {
	joy := func(options ...string) program {
		return program{path: path, check: checkJoy, args: func(capture, dir string) []string {
			files := []string{"output=" + filepath.Join(dir, joyOutput), "summary=" + filepath.Join(dir, joySummary), capture}
			return append(slices.Clone(options), files...)
		}}
	}
	named := func(name string, p program) program {
		p.name = name
		return p
	}
	endless := []string{"threads=1", "inactive_timeout=0", "active_timeout=0", "max_flows=8388608", "max_memory=16G"}

	one := named("joy", joy("bidir=1", "threads=1"))
	one.cpu = map[string]float64{"mix": 2.5, "elephant": 1.5, "mice": 25, "tls": 3}
	full := named("joy-full", joy("profile=full", "threads=1"))
	full.cpu = map[string]float64{"mix": 8, "elephant": 4, "mice": 45, "tls": 15}
	two := named("joy-2", joy("bidir=1", "threads=2"))
	two.wall = 0.6
	idle := named("joy-idle", joy(append(endless, "bidir=1")...))
	idle.flow = 300
	idleFull := named("joy-full-idle", joy(append(endless, "profile=full")...))
	idleFull.flow = 700
	return []program{one, full, two, idle, idleFull}
}

// peers are flow programs that may be installed, and tcpdump, which copies
// packets and follows no flows. softflowd may keep all flows of the mice: with
// its default of 8,192 it would cut most of them.
func peers(port int) []program {
	return []program{
		{name: "softflowd", args: func(capture, dir string) []string {
			return []string{
				"-d", "-v", "9", "-m", "8388608", "-n", fmt.Sprintf("127.0.0.1:%d", port),
				"-p", filepath.Join(dir, "pid"), "-c", filepath.Join(dir, "control"), "-r", capture,
			}
		}},
		{name: "nfpcapd", args: func(capture, dir string) []string {
			return []string{"-r", capture, "-w", dir}
		}},
		{name: "tcpdump", args: func(capture, dir string) []string {
			return []string{"-n", "-r", capture, "-w", os.DevNull}
		}},
	}
}

// choose returns the programs to measure, the walk first.
func choose(c *config) ([]program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	floor := program{name: "walk", path: self, check: checkWalk, args: func(capture, dir string) []string {
		return []string{"walk", capture}
	}}
	chosen := []program{floor}
	names := []string{floor.name}
	for _, p := range append(joys(c.joy), peers(c.port)...) {
		names = append(names, p.name)
		asked := slices.Contains(c.programs, p.name)
		if len(c.programs) > 0 && !asked {
			continue
		}
		if p.path == "" {
			if p.path, err = exec.LookPath(p.name); err != nil && asked {
				return nil, err
			} else if err != nil {
				continue
			}
		}
		chosen = append(chosen, p)
	}
	for _, name := range c.programs {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("no program %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return chosen, nil
}
