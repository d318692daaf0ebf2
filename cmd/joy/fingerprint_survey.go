package main

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"joy/fingerprint"
	"joy/fingerprint/match"
	"joy/fingerprint/observe"
	"joy/fingerprint/survey"
)

// A surveying lists the fingerprints of a network.
type surveying struct {
	*program
	db    string
	kinds []string
	limit int
}

// main are the kinds that stand for a message each.
var mainKinds = []string{"tls/1", "dtls/1", "quic/1", "openvpn", "ssh", "http", "dhcp", "stun"}

func (s *surveying) flags(c *cobra.Command) {
	dbFlag(c, &s.db)
	c.Flags().StringSliceVar(&s.kinds, "kinds", mainKinds, "kinds to look at")
	c.Flags().IntVar(&s.limit, "limit", 50, "lines at most; 0 = all")
}

func (p *program) rareCommand(status *int) *cobra.Command {
	s := &surveying{program: p}
	c := &cobra.Command{
		Use:   "rare [--db DB] [name=value]... FILE...",
		Short: "List fingerprints that few hosts show",
		Long:  "List the fingerprints in captures and flow files, those of the fewest hosts first, with the software that sends them.",
		Run: func(_ *cobra.Command, args []string) {
			*status = p.finish("fingerprint rare", s.run(args, (*survey.Survey).Rarest))
		},
	}
	s.flags(c)
	return c
}

func (p *program) newCommand(status *int) *cobra.Command {
	s := &surveying{program: p}
	var baseline string
	c := &cobra.Command{
		Use:   "new --since DB [--db DB] [name=value]... FILE...",
		Short: "List fingerprints that a network did not show before",
		Long: `List the fingerprints in captures and flow files that a database of the same network does not have, the latest first.
Such a database, joy fingerprint build --unlabelled makes.`,
		Run: func(_ *cobra.Command, args []string) {
			*status = p.finish("fingerprint new", s.since(baseline, args))
		},
	}
	s.flags(c)
	c.Flags().StringVar(&baseline, "since", "", "database of what was seen before (default: --db)")
	return c
}

// since lists what a database has not.
func (s *surveying) since(baseline string, args []string) error {
	if baseline == "" {
		baseline = s.db
	}
	before, err := openIndex(baseline)
	if err != nil {
		return err
	}
	defer before.Close()
	return s.run(args, func(all *survey.Survey) iter.Seq[*survey.Sighting] {
		return func(yield func(*survey.Sighting) bool) {
			for x := range all.Latest() {
				if _, known := before.Find(x.Fingerprint); !known && !yield(x) {
					return
				}
			}
		}
	})
}

// run is the subcommand.
func (s *surveying) run(args []string, order func(*survey.Survey) iter.Seq[*survey.Sighting]) error {
	x, base, err := openBase(s.db)
	if err != nil {
		return err
	}
	defer x.Close()
	r, inputs, err := s.newFlowReader(args)
	if err != nil {
		return asUsage(err)
	}
	ctx, stop := untilSignal()
	defer stop()
	all := survey.New()
	keep := func(fp fingerprint.Fingerprint) bool { return len(ofKinds([]string{fp}, s.kinds)) > 0 }
	err = r.each(ctx, inputs, func(_ string, f *observe.Flow) error {
		for end := range f.Ends {
			all.Add(f, end, keep)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w := bufio.NewWriter(s.stdout)
	s.write(w, order(all), base.Matcher())
	if all.Left > 0 {
		r.console.say(fmt.Sprintf("joy: %d fingerprints were left out, since there were too many", all.Left))
	}
	return errors.Join(w.Flush(), r.result())
}

// write writes a line for each sighting.
func (s *surveying) write(w *bufio.Writer, list iter.Seq[*survey.Sighting], m *match.Matcher) {
	fmt.Fprintf(w, "%6s %8s  %-20s  %-36s %s\n", "hosts", "flows", "first seen", "software", "fingerprint")
	n := 0
	for x := range list {
		if n++; s.limit > 0 && n > s.limit {
			return
		}
		o := x.Example
		o.Fingerprints = []fingerprint.Fingerprint{x.Fingerprint}
		result := m.Observe(o)
		fmt.Fprintf(w, "%6s %8d  %-20s  %-36s %s\n", hosts(x), x.Flows, clock(x.First), describe(&result), printable(x.Fingerprint))
	}
}

func hosts(x *survey.Sighting) string {
	if x.Hosts() == survey.MaxHosts {
		return fmt.Sprintf("%d+", survey.MaxHosts)
	}
	return fmt.Sprint(x.Hosts())
}

// clock is a time of a capture, in UTC and to the second.
func clock(seconds float64) string {
	return time.UnixMicro(int64(seconds * 1e6)).UTC().Format("2006-01-02T15:04:05Z")
}
