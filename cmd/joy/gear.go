package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"joy"
	"joy/capture"
	"joy/enrich/process"
	"joy/format/ipfix"
	"joy/format/jsonl"
	"joy/format/parquet"
	"joy/record"
	"joy/service/upload"
	"joy/telemetry"
)

// A gear is what a run has around the engine. What is not asked for is nil.
type gear struct {
	*run
	src      capture.Source
	progress joy.Progress
	reload   *joy.Reloader

	telemetry *telemetry.Decoder
	processes *process.Tracker
	export    *ipfix.Exporter
	uploads   *upload.Uploader
	out       output
}

// open makes what may take rights that a service gives up afterwards.
func (g *gear) open() (err error) {
	if g.telemetry, err = g.cfg.Telemetry(); err != nil {
		return err
	}
	if g.export, err = openExport(&g.cfg, !isLive(&g.cfg)); err != nil {
		return err
	}
	if !isLive(&g.cfg) || !g.cfg.Exe || g.cfg.ExeVia == "none" {
		return nil
	}
	ways, err := process.ParseWays(g.cfg.ExeVia)
	if err != nil {
		return &joy.UsageError{Text: err.Error()}
	}
	g.processes, err = process.Open(process.Options{
		Ways: ways, Cmdline: g.cfg.ExeCmdline, Remember: g.cfg.ActiveTimeout + g.cfg.InactiveTimeout + time.Minute,
		Warn: func(message string) { g.log.log(warning, message) },
	})
	return err
}

// An output is where records go.
type output interface {
	record.Sink
	Rotate() // begin new files soon
	Discard()
	Records() int64
}

// openOutput begins the output, and the upload of what becomes of it.
func (g *gear) openOutput() (err error) {
	if g.cfg.Format == "parquet" {
		return g.openParquet()
	}
	if strings.HasSuffix(g.cfg.OutputPath(), parquet.Extension) {
		return &joy.UsageError{Text: "output=" + g.cfg.Output + " is lines of JSON unless format=parquet says otherwise; name it so, or with another ending"}
	}
	if g.cfg.Upload != "" {
		if g.uploads, err = g.openUploads(); err != nil {
			return err
		}
	}
	c := jsonl.Config{
		Path:   g.cfg.OutputPath(),
		Out:    g.stdout,
		Header: g.cfg.AppendConfigLine(nil),
	}
	if c.Path != "" {
		c.Count, c.Size, c.Every = int64(g.cfg.Count), g.cfg.RotateSize, int64(g.cfg.RotateTime)
	}
	if g.uploads != nil {
		c.Done = g.uploads.Add
	}
	out, err := jsonl.Open(c)
	if err != nil {
		return err
	}
	g.out = out
	return nil
}

// openParquet begins an output of columns.
func (g *gear) openParquet() error {
	path := g.cfg.OutputPath()
	switch {
	case g.cfg.Upload != "":
		return &joy.UsageError{Text: "upload= takes files of format=jsonl: it would lose the directories of Parquet files"}
	case path == "" && isTerminal(g.stdout):
		return &joy.UsageError{Text: "format=parquet is nothing for a terminal: name output=DIR or output=FILE.parquet"}
	}
	out, err := parquet.Open(parquet.Config{
		Path: path, Out: g.stdout, Header: g.cfg.AppendConfigLine(nil), Creator: creator, Sensor: g.cfg.Sensor,
		Count: int64(g.cfg.Count), Size: g.cfg.RotateSize, Every: int64(g.cfg.RotateTime),
	})
	if err != nil {
		return err
	}
	g.out = out
	return nil
}

// creator is what Parquet files say of who wrote them.
const creator = "joy version " + joy.Version

// openUploads takes up again what an earlier run has left.
func (g *gear) openUploads() (*upload.Uploader, error) {
	path := g.cfg.OutputPath()
	if path == "" {
		return nil, &joy.UsageError{Text: "upload= needs output=FILE"}
	}
	u, err := upload.Open(upload.Config{
		Target: g.cfg.Upload, KeyFile: g.cfg.KeyFile, Agent: os.Getenv("SSH_AUTH_SOCK"), KnownHosts: g.cfg.KnownHosts,
		Retain: g.cfg.Retain, SizeOnly: g.cfg.UploadCheck == "size", Log: g.log.log,
	})
	if err != nil {
		return nil, &joy.UsageError{Text: err.Error()}
	}
	if err := u.Recover(filepath.Dir(path), func(name string) bool { return jsonl.Belongs(path, name) }); err != nil {
		return nil, errors.Join(err, g.endUploads(u, 0))
	}
	return u, nil
}

// options are those of the engine's run.
func (g *gear) options() joy.RunOptions {
	o := joy.RunOptions{Progress: &g.progress, Reload: g.reload}
	if g.telemetry != nil {
		o.Collector = g.telemetry
	}
	if g.processes != nil {
		o.Before = g.processes.Stage
	}
	if g.export != nil {
		o.After = g.export.Stage
	}
	return o
}

// flow runs the engine into sink, which ends in the output, and closes
// everything.
func (g *gear) flow(ctx context.Context, sink record.Sink) (counts, error) {
	if g.showsProgress() {
		p := &progress{console: g.console, source: g.src, counts: g.progress.Snapshot}
		p.start()
		defer p.end()
	}
	stats, err := joy.Run(ctx, g.cfg, g.src, sink, g.options())
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // what else went wrong, close says again
	}
	err = g.close(err)
	all := g.counted(stats, g.src.Stats())
	g.tell(&all)
	return all, err
}

// uploadTime bounds how long the end of a live run waits for files that are not
// uploaded yet; they are found again at the next start.
const uploadTime = 3 * time.Second

// close ends what was opened, after the run has given an error or none.
func (g *gear) close(err error) error {
	if g.out != nil {
		err = g.closeOutput(err)
	}
	if g.export != nil {
		err = errors.Join(err, g.export.Close())
	}
	if g.uploads != nil {
		wait := time.Duration(0)
		if isLive(&g.cfg) {
			wait = uploadTime
		}
		err = errors.Join(err, g.endUploads(g.uploads, wait))
	}
	if g.processes != nil {
		err = errors.Join(err, g.processes.Close())
	}
	return err
}

func (g *gear) closeOutput(err error) error {
	if usage := new(joy.UsageError); errors.As(err, &usage) && g.out.Records() == 0 {
		g.out.Discard() // what an earlier run has written stays
		return err
	}
	if failed := g.out.Close(); !errors.Is(err, failed) {
		err = errors.Join(err, failed)
	}
	return err
}

// endUploads waits for the last files; 0 is as long as it takes or until a
// signal.
func (g *gear) endUploads(u *upload.Uploader, wait time.Duration) error {
	ctx, stop := untilSignal()
	defer stop()
	if wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, wait)
		defer cancel()
	}
	left := u.Close(ctx)
	if len(left) == 0 {
		return nil
	}
	text := fmt.Sprintf("%d files are not uploaded yet, such as %s", len(left), left[0])
	if isLive(&g.cfg) {
		g.log.log(warning, text+"; the next start takes them up")
		return nil
	}
	return errors.New("upload: " + text)
}

// tell logs what a run came to, and as warnings what it could not do.
func (g *gear) tell(s *counts) {
	g.log.log(info, fmt.Sprintf("%d packets read, %d records written", s.Packets, s.Records))
	type warned struct {
		n    uint64
		what string
	}
	warnings := []warned{
		{s.Evicted, "flows were written early since max_flows or max_memory was reached"},
		{uint64(s.Dropped), "frames were lost before they could be read"},
		{s.Plain, "packets were not looked into, because they came too fast"},
		{s.Shed, "packets of new flows were left out, because they came too fast"},
		{s.Faults, "protocol parsers failed, which is a fault of this program: please report it"},
	}
	if x := s.Export; x != nil {
		g.log.log(info, fmt.Sprintf("IPFIX: %d records sent in %d messages", x.Records, x.Messages))
		warnings = append(warnings, warned{x.Lost(), "records were not sent as IPFIX"})
	}
	if out, ok := g.out.(*parquet.Sink); ok {
		warnings = append(warnings, warned{uint64(out.Stats().Extra.All()), "values fit no column and are in the column extra, which is a fault of this program: please report it"})
	}
	for _, w := range warnings {
		if w.n > 0 {
			g.log.log(warning, fmt.Sprintf("%d %s", w.n, w.what))
		}
	}
}
