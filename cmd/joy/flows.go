package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"joy"
	"joy/capture"
	"joy/capture/pcapfile"
)

// flows is Joy's command line: captures in, flow records out.
func (p *program) flows(args []string) int {
	console := newConsole(p.stderr)
	cfg, inputs, notices, err := joy.Parse(args, p.env, os.ReadFile)
	switch {
	case errors.Is(err, joy.ErrHelp):
		fmt.Fprint(p.stdout, joy.Help())
		return exitOK
	case err != nil:
		console.say("joy: " + printable(err.Error()+fileHint(err)))
		return exitUsage
	}
	if cfg.ShowConfig {
		fmt.Fprintf(p.stderr, "%s", cfg.AppendOptionFile(nil))
	}
	if cfg.ShowInterfaces {
		return p.interfaces(console)
	}
	if err := checkInputs(&cfg, inputs); err != nil {
		console.say("joy: " + err.Error())
		return exitUsage
	}
	log, err := openLog(&cfg, console)
	if err != nil {
		console.say("joy: " + printable(err.Error()))
		return exitUsage
	}
	for _, n := range notices {
		log.log(warning, string(n))
	}
	r := run{program: p, args: args, cfg: cfg, log: log, console: console}
	var status int
	if isLive(&cfg) {
		status = r.live()
	} else {
		status = r.do(inputs)
	}
	if err := log.close(); err != nil {
		console.say("joy: log: " + printable(err.Error()))
		status = max(status, exitFailed)
	}
	return status
}

// fileHint tells how to name a file that was taken for an option.
func fileHint(err error) string {
	var usage *joy.UsageError
	if !errors.As(err, &usage) || usage.Arg == "" {
		return ""
	}
	if _, err := os.Lstat(usage.Arg); err != nil {
		return ""
	}
	return "; to read the file of this name, put -- or ./ before it"
}

// isLive reports whether packets come from the network.
func isLive(cfg *joy.Config) bool { return cfg.Interface != "" || cfg.IPFIXCollectOnline }

// checkInputs wants captures, interfaces or ports to receive on.
func checkInputs(cfg *joy.Config, inputs []string) error {
	switch {
	case cfg.Interface != "" && cfg.IPFIXCollectOnline:
		return errors.New("interface= and ipfix_collect_online=1: only one of both can be had; nfv9_port= reads what is seen on the interface")
	case isLive(cfg) && len(inputs) > 0:
		return fmt.Errorf("packets come from the network, and the capture %s is named: only one of both can be read", printable(inputs[0]))
	case cfg.IPFIXCollectOnline && !cfg.Collects():
		return errors.New("ipfix_collect_online=1 needs ipfix_collect_port=, nfv9_port= or sflow_port=")
	case !isLive(cfg) && len(inputs) == 0:
		return errors.New("no input: name a capture, - for standard input, or interface=NAME (joy --help lists the options)")
	}
	return nil
}

// A run is one reading of the inputs, or of interfaces.
type run struct {
	*program
	args    []string
	cfg     joy.Config
	log     *logger
	console *console
}

// do reads the inputs, writes the records and returns the exit status.
func (r *run) do(inputs []string) int {
	if r.cfg.Exe && r.cfg.Profile != "full" {
		return r.fail(exitUsage, errors.New("exe=1 needs interface=: a capture does not tell which process had its packets"))
	}
	src, err := pcapfile.Open(inputs, pcapfile.Options{
		Stdin: r.stdin,
		Warn:  func(e *pcapfile.DamageError) { r.log.log(warning, e.Error()) },
	})
	if err != nil {
		return r.fail(exitUsage, err)
	}
	stats, err := r.read(src)
	if err = errors.Join(err, r.summarize(&stats), src.Close()); err != nil {
		return r.fail(exitFailed, err)
	}
	if src.Stats().Damaged > 0 {
		return exitFailed
	}
	return exitOK
}

// read runs the engine over captures.
func (r *run) read(src capture.Source) (counts, error) {
	g := &gear{run: r, src: src}
	if err := g.open(); err != nil {
		return counts{}, errors.Join(err, g.close(nil))
	}
	if err := g.openOutput(); err != nil {
		return counts{}, errors.Join(err, g.close(nil))
	}
	ctx, stop := untilSignal()
	defer stop()
	stats, err := g.flow(ctx, g.out)
	if ctx.Err() != nil {
		r.log.log(warning, "ended by a signal: the records are those of what was read so far")
	}
	return stats, err
}

// fail logs an error and returns the status: that of a usage error if it is
// one, else the given one.
func (r *run) fail(status int, err error) int {
	for line := range strings.Lines(err.Error()) { // several errors, joined
		r.log.log(failure, strings.TrimSuffix(line, "\n"))
	}
	var usage *joy.UsageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return status
}

// untilSignal is done at the first signal: the run then ends as if the captures
// were at their end. A second one ends the program.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// showsProgress: when it is asked for, or on a terminal that does not show the
// records too.
func (r *run) showsProgress() bool {
	if r.cfg.Progress == "auto" {
		return isTerminal(r.stderr) && (r.cfg.OutputPath() != "" || !isTerminal(r.stdout))
	}
	return r.cfg.Progress == "on"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
