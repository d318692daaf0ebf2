package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"joy"
	"joy/capture/afpacket"
	"joy/capture/pcapfile"
	"joy/internal/pair"
	"joy/internal/replay"
)

func (p *program) verifyCommand(status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [name=value]... FILE...",
		Short: "Check that live capture gives the same records as the file",
		Long: `Send the Ethernet frames of captures through a pair of virtual interfaces, capture them there, and compare the
records with those that come from the files. The options are those of joy itself. It needs the rights of root on Linux;
no packet leaves the network namespace that it makes. The exit status is 1 if records differ.`,
		DisableFlagParsing: true,
		Run:                func(_ *cobra.Command, args []string) { *status = p.verify(args) },
	}
}

// verify is the subcommand.
func (p *program) verify(args []string) int {
	console := newConsole(p.stderr)
	fail := func(status int, err error) int {
		console.say("joy verify: " + printable(err.Error()))
		return status
	}
	cfg, inputs, _, err := joy.Parse(args, p.env, os.ReadFile)
	switch {
	case errors.Is(err, joy.ErrHelp):
		fmt.Fprint(p.stdout, joy.Help())
		return exitOK
	case err != nil:
		return fail(exitUsage, err)
	case len(inputs) == 0:
		return fail(exitUsage, errors.New("no input: name a capture"))
	case cfg.Interface != "":
		return fail(exitUsage, errors.New("interface= makes no sense here: the capture is replayed"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	v := verification{cfg: cfg, inputs: inputs, seed: maphash.MakeSeed(), records: map[uint64]int64{}}
	if err := v.run(ctx); err != nil {
		return fail(exitUsage, err)
	}
	v.report(p.stdout)
	if v.differs() {
		return exitFailed
	}
	return exitOK
}

// A verification compares records as a multiset: live ones come in another
// order, because the clock goes on between packets.
type verification struct {
	cfg    joy.Config
	inputs []string

	seed    maphash.Seed
	records map[uint64]int64 // hash of a record -> times seen live, less those from the file
	wire    *replay.Wire
	skipped int64
	live    joy.Stats
	file    joy.Stats

	examples []string // records that the file has and live capture does not
}

// run replays first, because what the kernel does not let through is left out
// of the file too.
func (v *verification) run(ctx context.Context) error {
	cable, err := pair.New()
	if err != nil {
		return fmt.Errorf("%w (verify needs root)", err)
	}
	defer cable.Close()
	if err := v.replay(ctx, cable); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("ended by a signal")
	}
	src, err := v.open(func(n int64) bool { return v.wire.Lost[n] })
	if err != nil {
		return err
	}
	v.file, err = joy.Run(ctx, v.cfg, src, (*compared)(v), joy.RunOptions{})
	return errors.Join(err, src.Close())
}

func (v *verification) open(lost func(int64) bool) (*replay.Frames, error) {
	src, err := pcapfile.Open(v.inputs, pcapfile.Options{Warn: func(*pcapfile.DamageError) {}})
	if err != nil {
		return nil, err
	}
	return &replay.Frames{Source: src, Lost: lost}, nil
}

func (v *verification) replay(ctx context.Context, cable *pair.Pair) error {
	from, err := v.open(nil)
	if err != nil {
		return err
	}
	var live *afpacket.Source
	err = cable.Do(func() (err error) {
		live, err = afpacket.Open(afpacket.Options{
			Interfaces: []string{pair.Far}, Rings: v.cfg.Rings, RingSize: int(v.cfg.RingSize), BlockTimeout: v.cfg.BlockTimeout,
		})
		return err
	})
	if err != nil {
		return errors.Join(err, from.Close())
	}
	sender, err := cable.Sender()
	if err != nil {
		return errors.Join(err, from.Close(), live.Close())
	}
	defer func() { _ = sender.Close() }()
	v.wire = replay.New(from, sender.Send, live)
	v.live, err = joy.Run(ctx, v.cfg, v.wire, (*counted)(v), joy.RunOptions{})
	v.skipped = from.Skipped
	return errors.Join(err, v.wire.Close())
}

// differs tells the result. Frames that did not come out are no difference:
// records are compared for those that did.
func (v *verification) differs() bool {
	for _, n := range v.records {
		if n != 0 {
			return true
		}
	}
	return v.live.Records != v.file.Records || v.live.Packets != v.file.Packets
}

func (v *verification) report(w io.Writer) {
	fmt.Fprintf(w, "%d packets and %d records live, %d and %d from the file", v.live.Packets, v.live.Records, v.file.Packets, v.file.Records)
	for _, note := range []struct {
		n    int64
		what string
	}{
		{v.skipped, "frames cannot be sent and were left out: no Ethernet, or too short or too long"},
		{int64(len(v.wire.Lost)), "frames were lost on the way and were left out"},
		{v.wire.Foreign, "frames came that were not sent"},
	} {
		if note.n > 0 {
			fmt.Fprintf(w, "; %d %s", note.n, note.what)
		}
	}
	fmt.Fprintln(w)
	if !v.differs() {
		fmt.Fprintln(w, "all records are equal")
		return
	}
	var more, fewer int64
	for _, n := range v.records {
		more += max(n, 0)
		fewer += max(-n, 0)
	}
	fmt.Fprintf(w, "DIFFERENT: %d records are live only, %d are from the file only, such as:\n", more, fewer)
	for _, e := range v.examples {
		fmt.Fprint(w, e)
	}
}

// maxExamples bounds what is shown of differences.
const maxExamples = 3

// counted is the Sink of the replay.
type counted verification

func (c *counted) Write(b []byte, ends []int, _ int64) error {
	for line := range bytes.Lines(b[:ends[len(ends)-1]]) {
		c.records[maphash.Bytes(c.seed, line)]++
	}
	return nil
}

func (*counted) Tick(int64) error { return nil }
func (*counted) Close() error     { return nil }

// compared is the Sink of the file.
type compared verification

func (c *compared) Write(b []byte, ends []int, _ int64) error {
	for line := range bytes.Lines(b[:ends[len(ends)-1]]) {
		h := maphash.Bytes(c.seed, line)
		if c.records[h]--; c.records[h] == 0 {
			delete(c.records, h)
		} else if c.records[h] < 0 && len(c.examples) < maxExamples {
			c.examples = append(c.examples, string(line))
		}
	}
	return nil
}

func (*compared) Tick(int64) error { return nil }
func (*compared) Close() error     { return nil }
