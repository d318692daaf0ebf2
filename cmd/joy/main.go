// Command joy reads captures and writes flow records as JSON.
package main

import (
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // damaged input or failed output
	exitUsage  = 2 // wrong option or file name
)

// gcPercent keeps the heap near what flows need: they take few allocations, and
// most of them hold no pointers, so that collecting costs little.
const gcPercent = 50

func main() {
	debug.SetGCPercent(gcPercent)
	p := program{env: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(os.Args[1:]))
}

// A program is the surroundings of a command.
type program struct {
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run does what the words of the command line say and returns the exit status.
// Subcommands are the first word; all else is Joy's command line.
func (p *program) run(args []string) int {
	status := exitOK
	root := p.commands(&status)
	if len(args) > 0 && isCommand(root, args[0]) {
		root.SetArgs(args)
		if err := root.Execute(); err != nil {
			newConsole(p.stderr).say("joy: " + err.Error())
			return exitUsage
		}
		return status
	}
	return p.flows(args)
}

func isCommand(root *cobra.Command, word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd ||
		slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == word })
}
