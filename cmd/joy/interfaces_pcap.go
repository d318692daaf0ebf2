//go:build pcap

package main

import (
	"fmt"
	"text/tabwriter"

	"joy/capture"
	"joy/capture/libpcap"
)

// openInterfaces captures through libpcap or Npcap. The engine alone filters.
func (g *gear) openInterfaces(names []string) (capture.Source, error) {
	s, err := libpcap.Open(names, g.cfg.Promisc)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// endCapture ends a capture; what waits in the library is lost.
func endCapture(src capture.Source) error { return src.Close() }

// filterAnew has nothing to do: the engine follows by itself.
func (*gear) filterAnew(string) error { return nil }

// interfaces prints what can be captured from.
func (p *program) interfaces(c *console) int {
	all, err := libpcap.Interfaces()
	if err != nil {
		c.say("joy: " + err.Error())
		return exitFailed
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tADDRESSES\tDESCRIPTION\t")
	for _, i := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", i.Name, fmt.Sprint(i.Addresses), i.Description)
	}
	_ = w.Flush() // to standard output, whose reader may have gone
	return exitOK
}
