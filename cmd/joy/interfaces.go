//go:build !pcap

package main

import (
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"

	"joy/capture"
	"joy/capture/afpacket"
	"joy/capture/filter"
)

// openInterfaces captures by the rings of Linux.
func (g *gear) openInterfaces(names []string) (capture.Source, error) {
	s, err := afpacket.Open(afpacket.Options{
		Interfaces: names, Promisc: g.cfg.Promisc,
		Rings: g.cfg.Rings, RingSize: int(g.cfg.RingSize), BlockTimeout: g.cfg.BlockTimeout,
		Filter: kernelFilter(g.cfg.BPF),
		Warn:   func(message string) { g.log.log(warning, message) },
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// endCapture lets nothing more in.
func endCapture(src capture.Source) error {
	if s, ok := src.(*afpacket.Source); ok {
		return s.End()
	}
	return src.Close()
}

// filterAnew has the kernel leave out what the new filter does not want.
func (g *gear) filterAnew(bpf string) error {
	if s, ok := g.src.(*afpacket.Source); ok {
		return s.SetFilter(kernelFilter(bpf))
	}
	return nil
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
