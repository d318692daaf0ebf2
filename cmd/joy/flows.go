package main

import (
	"context"
	"encoding/json"
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
	"joy/format/jsonl"
	"joy/record"
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
	log, err := openLog(cfg.Log, cfg.Verbosity, console)
	if err != nil {
		console.say("joy: " + printable(err.Error()))
		return exitUsage
	}
	for _, n := range notices {
		log.log(warning, string(n))
	}
	r := run{program: p, args: args, cfg: cfg, log: log, console: console}
	var status int
	if cfg.Interface != "" {
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

// checkInputs wants captures or interfaces.
func checkInputs(cfg *joy.Config, inputs []string) error {
	switch {
	case cfg.Interface != "" && len(inputs) > 0:
		return fmt.Errorf("interface=%s and the capture %s: only one of both can be read", printable(cfg.Interface), printable(inputs[0]))
	case cfg.Interface == "" && len(inputs) == 0:
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
	src, err := pcapfile.Open(inputs, pcapfile.Options{
		Stdin: r.stdin,
		Warn:  func(e *pcapfile.DamageError) { r.log.log(warning, e.Error()) },
	})
	if err != nil {
		return r.fail(exitUsage, err)
	}
	stats, err := r.write(src)
	if err = errors.Join(err, r.summarize(&stats), src.Close()); err != nil {
		return r.fail(exitFailed, err)
	}
	if src.Stats().Damaged > 0 {
		return exitFailed
	}
	return exitOK
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

// write runs the engine from captures to the output.
func (r *run) write(src capture.Source) (joy.Stats, error) {
	out, err := r.output()
	if err != nil {
		return joy.Stats{}, err
	}
	ctx, stop := untilSignal()
	defer stop()
	stats, err := r.flow(ctx, src, out, out, joy.RunOptions{Progress: new(joy.Progress)})
	if ctx.Err() != nil {
		r.log.log(warning, "ended by a signal: the records are those of what was read so far")
	}
	return stats, err
}

// untilSignal is done at the first signal: the run then ends as if the captures
// were at their end. A second one ends the program.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// flow runs the engine from the source to sink, which ends in out.
func (r *run) flow(ctx context.Context, src capture.Source, sink record.Sink, out *jsonl.Sink, o joy.RunOptions) (joy.Stats, error) {
	if r.showsProgress() {
		p := &progress{console: r.console, source: src, counts: o.Progress.Snapshot}
		p.start()
		defer p.end()
	}
	stats, err := joy.Run(ctx, r.cfg, src, sink, o)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // what else went wrong, Close says again
	}
	if usage := new(joy.UsageError); errors.As(err, &usage) && out.Stats().Records == 0 {
		out.Discard() // what an earlier run has written stays
		return stats, err
	}
	if failed := out.Close(); !errors.Is(err, failed) {
		err = errors.Join(err, failed)
	}
	r.tell(&stats)
	return stats, err
}

// tell logs what a run came to, and as warnings what it could not do.
func (r *run) tell(s *joy.Stats) {
	r.log.log(info, fmt.Sprintf("%d packets read, %d records written", s.Packets, s.Records))
	for _, w := range []struct {
		n    uint64
		what string
	}{
		{s.Evicted, "flows were written early since max_flows or max_memory was reached"},
		{uint64(s.Dropped), "frames were lost before they could be read"},
		{s.Faults, "protocol parsers failed, which is a fault of this program: please report it"},
	} {
		if w.n > 0 {
			r.log.log(warning, fmt.Sprintf("%d %s", w.n, w.what))
		}
	}
}

func (r *run) output() (*jsonl.Sink, error) {
	c := jsonl.Config{
		Path:   r.cfg.OutputPath(),
		Out:    r.stdout,
		Header: r.cfg.AppendConfigLine(nil),
	}
	if c.Path != "" {
		c.Count, c.Size, c.Every = int64(r.cfg.Count), r.cfg.RotateSize, int64(r.cfg.RotateTime)
	}
	return jsonl.Open(c)
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

// summarize writes the counts of the run where summary says.
func (r *run) summarize(stats *joy.Stats) error {
	if r.cfg.Summary == "" {
		return nil
	}
	b, err := json.Marshal(stats)
	if err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	b = append(b, '\n')
	if r.cfg.Summary == "-" {
		_, err = r.stderr.Write(b)
	} else {
		err = os.WriteFile(r.cfg.Summary, b, 0o644)
	}
	if err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	return nil
}
