package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"joy/format/parquet"
)

func (p *program) compactCommand(status *int) *cobra.Command {
	var size int
	c := &cobra.Command{
		Use:   "compact [--size MIB] DIR...",
		Short: "Put small Parquet files of a directory together",
		Long: `Put the small Parquet files that joy has written to a directory together, in each of its partitions. It can be stopped at
any time and be run again (docs/parquet.md). Files of other programs, and those that cannot be read, stay as they are.

The exit status is 1 when a file could not be read.`,
		Args: cobra.MinimumNArgs(1),
		Run:  func(_ *cobra.Command, args []string) { *status = p.finish("compact", p.compact(args, size)) },
	}
	c.Flags().IntVar(&size, "size", 128, "put files together that have less MiB, up to about as many")
	return c
}

func (p *program) compact(dirs []string, size int) error {
	if size < 1 || size > 1<<20 {
		return usage("--size has to be 1 to 1048576")
	}
	ctx, stop := untilSignal()
	defer stop()
	console := newConsole(p.stderr)
	damaged := false
	for _, dir := range dirs {
		switch info, err := os.Stat(dir); {
		case err != nil:
			return fmt.Errorf("%s: %w", dir, errors.Unwrap(err))
		case !info.IsDir():
			return usage(dir + " is no directory")
		}
		n, err := parquet.Compact(ctx, dir, parquet.CompactOptions{
			Size: int64(size) << 20, Creator: creator,
			Tell: func(name string, err error) {
				damaged = true
				console.say("joy: " + printable(fmt.Sprintf("%s: %v", name, err)))
			},
		})
		if err != nil {
			return err
		}
		told := fmt.Sprintf("%s: %d files with %d flows became %d\n", printable(dir), n.Before, n.Rows, n.After)
		if n.Unfinished > 0 {
			told += fmt.Sprintf("%s: %d files are being written, or were begun by a run that was killed\n", printable(dir), n.Unfinished)
		}
		if _, err := io.WriteString(p.stdout, told); err != nil {
			return err
		}
	}
	if damaged {
		return errInput
	}
	return nil
}
