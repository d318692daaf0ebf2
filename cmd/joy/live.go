package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"joy"
	"joy/capture"
	"joy/format/jsonl"
	"joy/record"
	"joy/service/notify"
	"joy/telemetry/listen"
)

// liveRotation is how often a file begins when no rotation is asked for: a file
// that is never whole would be of no use to anybody.
const liveRotation = time.Hour

// live handles what comes from the network until a signal, and returns the exit
// status.
func (r *run) live() int {
	if r.cfg.OutputPath() != "" && r.cfg.Count == 0 && r.cfg.RotateSize == 0 && r.cfg.RotateTime == 0 {
		r.cfg.RotateTime = liveRotation
	}
	if r.cfg.Profile == "full" {
		r.cfg.Exe = r.cfg.Interface != "" && r.cfg.ExeVia != "none"
	}
	g := &gear{run: r}
	stats, err := g.watch()
	if g.src != nil {
		err = errors.Join(err, g.src.Close())
		last := g.src.Stats() // with what Close has found out
		stats.Frames, stats.Dropped, stats.Interfaces = last.Frames, last.Dropped, last.Interfaces
		r.tellLosses(last)
	}
	if err = errors.Join(err, r.summarize(&stats)); err != nil {
		return r.fail(exitFailed, err)
	}
	return exitOK
}

// watch opens what takes rights, gives the rights up, and runs the engine.
func (g *gear) watch() (counts, error) {
	manager, err := notify.Connect()
	if err != nil {
		g.log.log(warning, err.Error())
	}
	defer func() { _ = manager.Close() }()
	if err := g.start(); err != nil {
		return counts{}, g.close(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	if g.cfg.Metrics != "" {
		server, err := g.serveMetrics(ctx)
		if err != nil {
			return counts{}, g.close(err)
		}
		defer func() { _ = server.Close() }()
	}
	if err := g.confine(); err != nil {
		return counts{}, g.close(err)
	}
	defer g.keepInformed(ctx, manager)()
	sink := record.Sink(g.out)
	if g.cfg.StatisticsTime > 0 {
		sink = joy.WithStatistics(g.out, g.cfg.StatisticsTime, g.statistics)
	}
	g.log.log(info, "capturing from "+g.from())
	return g.flow(g.untilEmpty(ctx), sink)
}

// untilEmpty is done some time after ctx, in which what was captured until then
// is worked off.
func (g *gear) untilEmpty(ctx context.Context) context.Context {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		time.AfterFunc(drainTime, cancel)
		if err := endCapture(g.src); err != nil {
			g.log.log(warning, err.Error())
		}
	})
	return later
}

// drainTime leaves time for the records of all open flows: together they take
// less than five seconds.
const drainTime = 2 * time.Second

// start opens everything, the output with the rights that it will keep.
func (g *gear) start() (err error) {
	if g.reload, err = joy.NewReloader(g.cfg); err != nil {
		return err
	}
	if err := g.listen(); err != nil {
		return err
	}
	if err := g.open(); err != nil {
		return err
	}
	if err := g.drop(); err != nil {
		return err
	}
	if err := g.openOutput(); err != nil {
		return err
	}
	g.tellUnfinished()
	return nil
}

// tellUnfinished names what an earlier run that was killed has left: nobody else
// would ever look at it.
func (g *gear) tellUnfinished() {
	if g.cfg.OutputPath() == "" || g.cfg.Format == "parquet" { // joy compact finds those
		return
	}
	list, err := jsonl.Unfinished(g.cfg.OutputPath())
	switch {
	case err != nil:
		g.log.log(warning, "looking for files of earlier runs: "+err.Error()) // a directory may be writable and not readable
	case len(list) > 0:
		g.log.log(warning, fmt.Sprintf("%d files are not whole, of runs that were killed or still go on, such as %s", len(list), list[0]))
	}
}

// from says where packets come from.
func (g *gear) from() string {
	if s, ok := g.src.(*listen.Source); ok {
		return strings.Join(s.Addrs(), ", ")
	}
	return g.cfg.Interface
}

// listen opens the interfaces, or the ports of telemetry.
func (g *gear) listen() error {
	if g.cfg.IPFIXCollectOnline {
		src, err := openCollector(&g.cfg)
		if err == nil {
			g.src = src
		}
		return err
	}
	src, err := g.openInterfaces(strings.Split(g.cfg.Interface, ","))
	if err == nil {
		g.src = src
	}
	return err
}

// openCollector binds the ports that telemetry comes to.
func openCollector(c *joy.Config) (*listen.Source, error) {
	o := listen.Options{ReceiveBuffer: int(c.CollectBuffer)}
	if c.CollectAddress != "" {
		addr, err := netip.ParseAddr(c.CollectAddress)
		if err != nil {
			return nil, &joy.UsageError{Text: "collect_address: " + err.Error()}
		}
		o.Addr = addr
	}
	for _, port := range []int{c.NFv9Port, c.IPFIXCollectPort, c.SFlowPort} {
		if port != 0 && !slices.Contains(o.UDP, uint16(port)) {
			o.UDP = append(o.UDP, uint16(port))
		}
	}
	if c.IPFIXCollectPort != 0 {
		o.TCP = []uint16{uint16(c.IPFIXCollectPort)}
	}
	return listen.Open(o)
}

// keepInformed tells the service manager how the run is, and reads the options
// anew at each SIGHUP. It returns what ends that.
func (g *gear) keepInformed(ctx context.Context, manager *notify.Manager) func() {
	warn := func(err error) {
		if err != nil {
			g.log.log(warning, err.Error())
		}
	}
	status := "capturing from " + g.from()
	warn(manager.Ready(status))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() {
		manager.Watch(ctx, notify.Moves(func() uint64 { return g.progress.Snapshot().Batches }), warn)
	})
	all.Go(func() {
		for {
			select {
			case <-ctx.Done():
				warn(manager.Stopping())
				return
			case <-signals:
				warn(manager.Reloading())
				g.again()
				warn(manager.Ready(status))
			}
		}
	})
	return func() {
		signal.Stop(signals)
		cancel()
		all.Wait()
	}
}

// again takes over what can change while the program runs, and begins new
// files. A mistake in the options leaves everything as it is.
func (g *gear) again() {
	cfg, _, _, err := joy.Parse(g.args, g.env, os.ReadFile)
	if err == nil {
		err = g.reload.Load(cfg)
	}
	if err == nil {
		g.log.log(info, "SIGHUP: filter, labels and anonymization are read anew")
		err = g.filterAnew(cfg.BPF)
	} else {
		err = fmt.Errorf("nothing is changed: %w", err)
	}
	if err != nil {
		g.log.log(failure, "SIGHUP: "+err.Error())
	}
	g.out.Rotate()
	if err := g.log.reopen(); err != nil {
		g.log.log(warning, err.Error())
	}
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
