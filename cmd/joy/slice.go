package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"joy"
	"joy/capture/pcapfile"
	"joy/query/value"
	"joy/query/where"
	"joy/slice"
)

// A slicing is one run of joy slice.
type slicing struct {
	*program
	flows, communities []string
	where, out         string
	segments           bool

	console   *console
	cfg       joy.Config
	inputs    []string
	condition *where.Condition
	damaged   bool
}

func (p *program) sliceCommand(status *int) *cobra.Command {
	s := &slicing{program: p, console: newConsole(p.stderr)}
	c := &cobra.Command{
		Use:   "slice [flags] [name=value]... CAPTURE...",
		Short: "Write the packets of some flows to a capture file",
		Long: `Write the packets of some flows to a capture file, unchanged: with fragments, in the tunnels that they came in, in their
order, with their times, lengths and link types. A flow is chosen if all of --flow, --community-id and --where that are
given choose one of its records; --segments has those records only. Options of joy itself, as name=value, are those of the run that told the flow ids; timeouts
matter. Captures are read twice, so standard input cannot be one. docs/slice.md is the manual.`,
		Run: func(c *cobra.Command, args []string) {
			*status = p.finish("slice", s.run(c, args))
		},
	}
	f := c.Flags()
	f.StringSliceVar(&s.flows, "flow", nil, "flow ids (flow_id), separated by commas")
	f.StringSliceVar(&s.communities, "community-id", nil, "Community IDs, separated by commas")
	f.StringVar(&s.where, "where", "", "a condition as for joy sleuth, such as dp=443,tls{s_version}<5")
	f.BoolVar(&s.segments, "segments", false, "only the records that are chosen, not all of a flow that timeouts have cut")
	f.StringVarP(&s.out, "write", "w", "-", "the file to write: pcap if it is named .pcap, else pcapng; - for standard output")
	return c
}

// run is the subcommand.
func (s *slicing) run(c *cobra.Command, args []string) error {
	if err := s.options(c, args); err != nil {
		return asUsage(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	frames, err := s.find(ctx)
	if err != nil {
		return err
	}
	if err := s.write(func(w io.Writer) error { return s.copy(ctx, frames, w) }); err != nil {
		return err
	}
	s.tell(frames)
	if s.damaged {
		return errInput
	}
	return nil
}

func (s *slicing) options(c *cobra.Command, args []string) (err error) {
	if !c.Flags().Changed("flow") && !c.Flags().Changed("community-id") && !c.Flags().Changed("where") {
		return errors.New("no flow is chosen: --flow, --community-id or --where")
	}
	for i, id := range s.flows {
		if _, err := strconv.ParseUint(id, 16, 64); err != nil || len(id) != 16 {
			return fmt.Errorf("--flow: %q is no flow id, which has 16 hexadecimal digits", id)
		}
		s.flows[i] = strings.ToLower(id)
	}
	needed := []string{"bidir=1"}
	if s.where != "" {
		needed = append(needed, "profile=full")
		if s.condition, err = where.Parse(s.where); err != nil {
			return mistake("where", s.where, err)
		}
	}
	if len(s.communities) > 0 {
		needed = append(needed, "community_id=1")
	}
	if s.out == "-" && isTerminal(s.stdout) {
		return errors.New("a capture is not written to a terminal: -w FILE")
	}
	if s.cfg, s.inputs, _, err = joy.Parse(append(needed, args...), s.env, os.ReadFile); err != nil {
		return err
	}
	if isLive(&s.cfg) {
		return errors.New("this reads files: captures")
	}
	return s.check()
}

// check wants inputs that can be read twice, and not written.
func (s *slicing) check() error {
	if len(s.inputs) == 0 {
		return errors.New("no input: name captures")
	}
	out, _ := os.Stat(s.out) // it may not be there yet
	for _, name := range s.inputs {
		info, err := os.Stat(name)
		switch {
		case name == "-":
			return errors.New("captures are read twice, which standard input cannot be: save it to a file")
		case err != nil:
			return fmt.Errorf("%s: %w", name, errors.Unwrap(err))
		case info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeCharDevice) != 0:
			return fmt.Errorf("%s: captures are read twice, which a pipe cannot be: save it to a file", name)
		case out != nil && os.SameFile(info, out):
			return fmt.Errorf("%s is read, and cannot be written at the same time", name)
		}
	}
	return nil
}

// open opens the captures. Damage is told once, on the first reading.
func (s *slicing) open(tell bool) (*pcapfile.Source, error) {
	src, err := pcapfile.Open(s.inputs, pcapfile.Options{
		Warn: func(e *pcapfile.DamageError) {
			if tell {
				s.damaged = s.damaged || !e.Passed
				s.console.say("joy slice: " + printable(e.Error()))
			}
		},
	})
	return src, asUsage(err)
}

// find is the first reading.
func (s *slicing) find(ctx context.Context) (_ *slice.Frames, err error) {
	src, err := s.open(true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	var r value.Record
	return slice.Find(ctx, slice.Options{Config: s.cfg, Segments: s.segments, Choose: func(line []byte) (bool, error) {
		if err := r.Parse(line); err != nil {
			return false, err
		}
		return s.chooses(&r), nil
	}}, src)
}

// chooses reports whether a record is one of those that are wanted.
func (s *slicing) chooses(r *value.Record) bool {
	return among(s.flows, r.Get("flow_id")) && among(s.communities, r.Get("community_id")) &&
		(s.condition == nil || s.condition.Holds(r))
}

// among holds for every value where no list is given.
func among(list []string, v value.Value) bool {
	return list == nil || slices.Contains(list, string(v.Text()))
}

// write writes the output; a file that cannot be replaced, such as a device, is
// written as it is.
func (s *slicing) write(write func(io.Writer) error) error {
	if s.out == "-" {
		return write(s.stdout)
	}
	if info, err := os.Stat(s.out); err != nil || info.Mode().IsRegular() {
		return writeFile(s.out, write)
	}
	f, err := os.OpenFile(s.out, os.O_WRONLY, 0)
	if err != nil {
		return asUsage(err)
	}
	return errors.Join(write(f), f.Close())
}

// copy is the second reading.
func (s *slicing) copy(ctx context.Context, frames *slice.Frames, out io.Writer) (err error) {
	src, err := s.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	format := pcapfile.Pcapng
	if strings.EqualFold(filepath.Ext(s.out), ".pcap") {
		format = pcapfile.Pcap
	}
	w := pcapfile.NewWriter(out, format)
	if _, err = frames.Copy(ctx, src, w); errors.Is(err, pcapfile.ErrMixedLinks) {
		err = fmt.Errorf("%w: name the output .pcapng", err)
	}
	return errors.Join(err, w.Flush())
}

func (s *slicing) tell(f *slice.Frames) {
	s.console.say(fmt.Sprintf("joy slice: %d of %d records, %d of %d frames", f.Records, f.Of, f.Len(), f.Stats.Frames))
	if f.Left > 0 {
		s.console.say(fmt.Sprintf("joy slice: %d fragments of datagrams that came in more than 4096 were left out", f.Left))
	}
}
