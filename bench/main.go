// Command bench measures joy against a plain walk over the packet headers, in
// the same run, and prints the ratios. docs/performance.md says how.
//
//	go run ./bench                                  # everything; makes 4.8 GB of captures at first
//	go run ./bench -scale 0.01                      # a quick look
//	go run ./bench -only mix,tls -programs joy      # some of it; the walk is always there
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"joy/bench/walk"
)

type config struct {
	workloads []string
	programs  []string // nil = all that are there
	runs      int
	scale     float64
	data      string // directory of the captures
	out       string // directory for what the programs write
	shared    string // where trafficgen and its captures are
	joy       string // the binary; "" = build it
	port      int    // UDP, of this machine, for what flow programs send
	markdown  bool
}

func main() {
	var err error
	if len(os.Args) == 3 && os.Args[1] == "walk" {
		err = walkFile(os.Args[2])
	} else {
		err = bench()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// walkFile is the program walk: bench runs itself as a child, so that it is
// measured as all others are.
func walkFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := walk.Walk(f)
	fmt.Printf("%d packets, %d bytes, sum %x\n", r.Packets, r.Bytes, r.Sum)
	return err
}

func bench() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	c, err := parse(root)
	if err != nil {
		return err
	}
	sink, err := discard()
	if err != nil {
		return err
	}
	defer func() { _ = sink.Close() }()
	c.port = sink.LocalAddr().(*net.UDPAddr).Port
	temp, err := os.MkdirTemp(c.out, "joy-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	if err := prepare(ctx, c, temp); err != nil {
		return err
	}
	programs, err := ready(ctx, c, root, temp)
	if err != nil {
		return err
	}
	var results []result
	for _, name := range c.workloads {
		rs, err := measure(ctx, c, name, programs, filepath.Join(temp, "out"))
		if err != nil {
			return err
		}
		results = append(results, rs...)
	}
	fmt.Print(report(results, c.markdown))
	return nil
}

// ready chooses the programs and builds joy if it is one of them.
func ready(ctx context.Context, c *config, root, temp string) ([]program, error) {
	given := c.joy != ""
	if !given {
		c.joy = filepath.Join(temp, "joy")
	}
	programs, err := choose(c)
	if err != nil || given {
		return programs, err
	}
	if slices.ContainsFunc(programs, func(p program) bool { return p.path == c.joy }) {
		err = build(ctx, root, "./cmd/joy", c.joy)
	}
	return programs, err
}

// discard opens a UDP port that nobody reads from: what does not fit into its
// buffer is dropped by the kernel. A closed port would give the sender errors.
func discard() (*net.UDPConn, error) {
	return net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
}

func parse(root string) (*config, error) {
	var c config
	var only, programs string
	flag.StringVar(&only, "only", strings.Join(workloads, ","), "workloads, comma-separated")
	flag.StringVar(&programs, "programs", "", "programs, comma-separated; all that are there if unset")
	flag.IntVar(&c.runs, "runs", 3, "measured runs of each program, after one that is not")
	flag.Float64Var(&c.scale, "scale", 1, "size of the workloads, e.g. 0.01 for a quick look")
	flag.StringVar(&c.data, "data", "", "directory of the captures (default bench/data, and a directory below it for another scale)")
	flag.StringVar(&c.out, "out", "", "directory for what the programs write, on a disk (default that for temporary files)")
	flag.StringVar(&c.shared, "shared", filepath.Join(root, "..", "shared"), "where tools/trafficgen and corpus/pcaps are, for captures not yet made")
	flag.StringVar(&c.joy, "joy", "", "joy to measure (default: built from here)")
	flag.BoolVar(&c.markdown, "markdown", false, "print the table for docs/performance.md")
	flag.Parse()
	if flag.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if c.runs < 1 || c.scale <= 0 {
		return nil, fmt.Errorf("-runs has to be at least 1, -scale more than 0")
	}
	if c.joy != "" {
		var err error
		if c.joy, err = filepath.Abs(c.joy); err != nil {
			return nil, err
		}
	}
	c.workloads, c.programs = list(only), list(programs)
	if c.data == "" {
		c.data = filepath.Join(root, "bench", "data")
		if c.scale != 1 {
			c.data = filepath.Join(c.data, fmt.Sprintf("scale-%g", c.scale))
		}
	}
	return &c, nil
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	name, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || name != "joy" {
		return "", fmt.Errorf("has to be run in the source tree of joy")
	}
	return dir, nil
}

// build makes the binary out of a package, with the flags of a release.
func build(ctx context.Context, dir, pkg, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-C", dir, "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s: %w", pkg, err)
	}
	return nil
}
