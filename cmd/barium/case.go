package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/report"
	termreport "barium/internal/report/term"
)

type caseOptions struct {
	askOptions
	asJSON bool
	reveal bool
}

func newCaseCommand() *cobra.Command {
	var o caseOptions
	c := &cobra.Command{
		Use:   "case CASE [PATH…]",
		Short: "tell the story of one case, in sentences with times",
		Long: `Tells what happened in a case, in order of time: which machines, what was
gathered, what left and how much, which crown jewels were touched, what speaks
for theft and against it, what people said of it, and what would refute it.
Logs show transfer, not intent: barium judge is how a named person decides.

An id may be shortened: C-e7. The id of a case that became part of another one
means that one.

` + askHelp + `

EXIT STATUS
  0  the story was told
  1  wrong use, or no such case
  130  interrupted`,
		Example: `  barium case --ledger hospital.ledger C-e7f8fc67
  barium hunt --json case.json /data/zeek; barium case --from case.json C-e7
  barium case --json --from case.json C-e7f8fc67 | jq -r '.story[].text'`,
		Args: needsID,
		RunE: func(c *cobra.Command, args []string) error { return runCase(c, args[0], args[1:], &o) },
	}
	f := c.Flags()
	f.BoolVar(&o.asJSON, "json", false, "print JSON: the case, and its story as a list of sentences")
	f.BoolVar(&o.reveal, "reveal", false, "show patient identifiers in file names and URIs (default: stand-ins)")
	o.flags(f)
	return c
}

func runCase(c *cobra.Command, id string, paths []string, o *caseOptions) error {
	if strings.Contains(id, "/") {
		return fmt.Errorf("%s is a finding; a story is about a whole case: leave out what follows the /", id)
	}
	d, err := o.document(c, paths)
	if err != nil {
		return err
	}
	if !o.reveal {
		d.PseudonymisePatients()
	}
	cas, _, err := hunt.Select(d, id)
	if err != nil {
		return err
	}
	return writeCase(c, cas, o.asJSON)
}

// writeCase prints a case.
func writeCase(c *cobra.Command, cas *report.Case, asJSON bool) error {
	stdout := c.OutOrStdout()
	if asJSON {
		return report.EncodeStory(stdout, cas)
	}
	return termreport.WriteStory(stdout, cas, termOptions(stdout, 1))
}
