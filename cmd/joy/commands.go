package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"joy"
)

// commands returns the tree of subcommands, which set the exit status. Its root stands for Joy's own
// command line, of which it knows the help and the completion only.
func (p *program) commands(status *int) *cobra.Command {
	root := &cobra.Command{
		Use:                "joy",
		Short:              "Flow records from captures",
		Args:               cobra.ArbitraryArgs,
		DisableFlagParsing: true,
		SilenceErrors:      true,
		SilenceUsage:       true,
		ValidArgsFunction:  complete,
		Run:                func(*cobra.Command, []string) {}, // makes the completion ask ValidArgsFunction
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	standard := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if c == root {
			fmt.Fprint(p.stdout, joy.Help())
			return
		}
		standard(c, args)
	})
	root.AddCommand(&cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			fmt.Fprintf(p.stdout, "joy %s (%s %s/%s)\n", joy.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	})
	for _, command := range []func(status *int) *cobra.Command{
		p.verifyCommand, p.fingerprintCommand, p.sleuthCommand, p.auditCommand, p.detectCommand,
		p.anonymizeCommand, p.mergeFlowsCommand, p.convertCommand, p.compactCommand, p.reportCommand,
		p.plotCommand, p.classifyCommand, p.sqlCommand, p.sliceCommand, p.serveCommand,
		p.datasetCommand, p.trainCommand, p.driftCommand,
	} {
		root.AddCommand(command(status))
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = noShell
		}
	}
	return root
}

// noShell is the completion command without a shell that it knows: an error,
// for which the library would print its help.
func noShell(*cobra.Command, []string) error {
	return errors.New("completion needs the name of a shell: bash, fish, powershell or zsh")
}

// complete offers options; without any, the shell offers files.
func complete(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	words := joy.Complete(word)
	for _, w := range words {
		if strings.HasSuffix(w, "=") {
			return words, cobra.ShellCompDirectiveNoSpace
		}
	}
	return words, cobra.ShellCompDirectiveDefault
}
