package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"joy"
	"joy/capture"
	"joy/capture/afpacket"
	"joy/capture/filter"
	"joy/format/jsonl"
	"joy/record"
)

// liveRotation is how often a file begins when no rotation is asked for: a file
// that is never whole would be of no use to anybody.
const liveRotation = time.Hour

// live captures from interfaces until a signal, and returns the exit status.
func (r *run) live() int {
	if r.cfg.OutputPath() != "" && r.cfg.Count == 0 && r.cfg.RotateSize == 0 && r.cfg.RotateTime == 0 {
		r.cfg.RotateTime = liveRotation
	}
	reload, err := joy.NewReloader(r.cfg)
	if err != nil {
		return r.fail(exitUsage, err)
	}
	src, err := r.capture()
	if err != nil {
		return r.fail(exitFailed, err)
	}
	stats, err := r.watch(src, reload)
	if err = errors.Join(err, src.Close()); err == nil {
		last := src.Stats() // with what Close has found out
		stats.Frames, stats.Dropped = last.Frames, last.Dropped
		r.tellLosses(last)
	}
	if err = errors.Join(err, r.summarize(&stats)); err != nil {
		return r.fail(exitFailed, err)
	}
	return exitOK
}

// capture opens the interfaces.
func (r *run) capture() (*afpacket.Source, error) {
	return afpacket.Open(afpacket.Options{
		Interfaces: strings.Split(r.cfg.Interface, ","), Promisc: r.cfg.Promisc,
		Rings: r.cfg.Rings, RingSize: int(r.cfg.RingSize), BlockTimeout: r.cfg.BlockTimeout,
		Filter: kernelFilter(r.cfg.BPF),
		Warn:   func(message string) { r.log.log(warning, message) },
	})
}

// kernelFilter compiles the filter for the kernel; nil for none.
func kernelFilter(bpf string) func(link uint16) ([]filter.Instruction, error) {
	if bpf == "" {
		return nil
	}
	return func(link uint16) ([]filter.Instruction, error) {
		p, err := filter.Compile(bpf, link, filter.Options{Live: true})
		if err != nil {
			return nil, err
		}
		return p.Instructions(), nil
	}
}

// watch runs the engine until a signal.
func (r *run) watch(src capture.Source, reload *joy.Reloader) (joy.Stats, error) {
	out, err := r.output()
	if err != nil {
		return joy.Stats{}, err
	}
	ctx, stop := untilSignal()
	defer stop()
	progress := new(joy.Progress)
	sink := record.Sink(out)
	if r.cfg.StatisticsTime > 0 {
		sink = joy.WithStatistics(out, r.cfg.StatisticsTime, progress, src)
	}
	defer r.onHangup(ctx, reload, out)()
	r.log.log(info, "capturing from "+r.cfg.Interface)
	return r.flow(ctx, src, sink, out, joy.RunOptions{Progress: progress, Reload: reload})
}

// onHangup reads the options anew at each SIGHUP, and begins a new file. It
// returns what ends that.
func (r *run) onHangup(ctx context.Context, reload *joy.Reloader, out *jsonl.Sink) func() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				r.reload(reload)
				out.Rotate()
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		cancel()
		<-done
	}
}

// reload takes over what can change while the program runs. A mistake leaves
// everything as it is.
func (r *run) reload(reload *joy.Reloader) {
	cfg, _, _, err := joy.Parse(r.args, r.env, os.ReadFile)
	if err == nil {
		err = reload.Load(cfg)
	}
	if err != nil {
		r.log.log(failure, "SIGHUP: nothing is changed: "+err.Error())
		return
	}
	r.log.log(info, "SIGHUP: filter, labels and anonymization are read anew")
}

// tellLosses says for each interface what was seen and what was lost.
func (r *run) tellLosses(s capture.Stats) {
	for _, i := range s.Interfaces {
		severity := info
		if i.Dropped > 0 || i.Down > 0 {
			severity = warning
		}
		r.log.log(severity, fmt.Sprintf("%s: %d frames read, %d lost for want of room in the ring, %d times away", i.Name, i.Frames, i.Dropped, i.Down))
	}
}

// interfaces prints what can be captured from.
func (p *program) interfaces(c *console) int {
	all, err := afpacket.Interfaces()
	if err != nil {
		c.say("joy: " + err.Error())
		return exitFailed
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tMAC\tMTU\tADDRESSES\t")
	for _, i := range all {
		state := "down"
		switch {
		case i.Auto:
			state = "up, auto"
		case i.Up:
			state = "up"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t\n", i.Name, state, i.MAC, i.MTU, addresses(i.Addresses))
	}
	_ = w.Flush() // to standard output, whose reader may have gone
	return exitOK
}

func addresses(list []netip.Prefix) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}
