// Command barium tells from logs whether data was stolen. See `barium --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"barium/internal/report/safe"
	"barium/internal/site"
)

// version is stamped by the build.
var version = "dev"

// Exit statuses; `barium hunt --help` explains them.
const (
	exitUsage       = 1 // wrong use, or nothing readable
	exitFound       = 2 // the verdict is not "no sign"
	exitPartial     = 3 // no sign, but something could not be read
	exitInterrupted = 130
)

// status is an error that only sets the exit status; it has been explained.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings passed in.
func run(args []string, stdout, stderr io.Writer) int {
	// What barium writes is for its user's eyes only, whatever the process was
	// started with; reports are made readable on purpose.
	syscall.Umask(0o077)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var s status
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s)
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "barium: interrupted; a kept ledger holds what it held before")
		return exitInterrupted
	}
	if m := site.Mistakes(nil); errors.As(err, &m) {
		fmt.Fprintln(stderr, "barium: the files of --context cannot be used:")
		for _, s := range m {
			fmt.Fprintln(stderr, "  "+safe.Text(s))
		}
		return exitUsage
	}
	fmt.Fprintln(stderr, "barium:", safe.Text(err.Error()))
	return exitUsage
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "barium",
		Short: "tell from logs whether data was stolen, what, how much and since when",
		Long: `barium reads the logs that a hospital or laboratory already has and says what
left: how much, since when, from which machines, with the raw lines that show it,
and what these logs could not have shown.

It only reads the logs, sends nothing anywhere, and needs no network.`,
		Example: `  barium hunt /data/zeek           read all logs in a folder, print the verdict
  barium sources /data/zeek        say which files would be read, and why not the others
  barium demo                      try it on a generated week of a small hospital`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newHuntCommand(), newCaseCommand(), newJudgeCommand(), newContextCommand(), newLinesCommand(), newPreserveCommand(), newSourcesCommand(), newMapCommand(), newDemoCommand(), newGenerateCommand(), newProveCommand(), newEvaluateCommand(), newListenCommand(), newLedgerCommand(), newVersionCommand())
	return root
}
