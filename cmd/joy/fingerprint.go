package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"joy/enrich/software"
	"joy/fingerprint/index"
	"joy/fingerprint/match"
)

// fingerprintCommand names software, and keeps the databases that it takes.
func (p *program) fingerprintCommand(status *int) *cobra.Command {
	n := &naming{program: p}
	c := &cobra.Command{
		Use:   "fingerprint [--db DB] [name=value]... FILE...",
		Short: "Name the software behind flows",
		Long: `Name the software at both ends of the flows in captures and flow files, from a database of fingerprints. Options of
joy itself (bpf=, ...) may stand among the files.`,
		Args: cobra.ArbitraryArgs,
		Run:  func(_ *cobra.Command, args []string) { *status = p.finish("fingerprint", n.run(args)) },
	}
	n.flags(c)
	c.AddCommand(
		p.explainCommand(status), p.diffCommand(status),
		p.rareCommand(status), p.newCommand(status),
		p.buildCommand(status), p.mergeCommand(status), p.listCommand(status), p.evaluateCommand(status),
	)
	return c
}

// dbFlag declares --db.
func dbFlag(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "db", software.Builtin, "database, or an index of one; "+software.Builtin+" is the one that comes with joy")
}

// openIndex opens the database of --db.
func openIndex(name string) (*index.Index, error) {
	x, err := software.OpenIndex(name)
	if err != nil {
		return nil, asUsage(fmt.Errorf("--db: %w", err))
	}
	return x, nil
}

// openBase opens it for questions; the index has to be closed.
func openBase(name string) (*index.Index, *match.Base, error) {
	x, err := openIndex(name)
	if err != nil {
		return nil, nil, err
	}
	base, err := match.Open(x)
	if err != nil {
		return nil, nil, errors.Join(err, x.Close())
	}
	return x, base, nil
}
