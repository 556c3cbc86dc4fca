package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
)

type preserveOptions struct {
	askOptions
	out string
}

func newPreserveCommand() *cobra.Command {
	var o preserveOptions
	c := &cobra.Command{
		Use:   "preserve CASE [PATH…]",
		Short: "copy every raw log line of a case into one archive",
		Long: `Copies every raw line of a case, as barium lines --all would print them, into
one archive, before the logs rotate away: with the case, and for each line where
it stood and its SHA-256, so that somebody else can verify it with sha256sum
(docs/evidence.md). The lines in it are a log again: barium hunt reads them.

The archive is a tar.gz that its owner alone may read. It is never written over a
file, and is there whole or not at all. The same lines give the same bytes. Its
lines are not masked: they hold whatever the logs hold, patient identifiers
included.

` + askHelp + `

EXIT STATUS
  0  every line was preserved
  1  wrong use, or nothing found
  3  a log is gone, has changed or cannot be read: its lines are not in the
     archive, which says so; without any line there is no archive
  130  interrupted; no archive is left`,
		Example: `  barium preserve --ledger hospital.ledger C-e7f8fc67
  barium preserve --from case.json -o /evidence/2026-03-case-1.tar.gz C-e7f8fc67 /archive/zeek
  tar xzf C-e7f8fc67.tar.gz && cd C-e7f8fc67 && sha256sum -c SHA256SUMS`,
		Args: needsID,
		RunE: func(c *cobra.Command, args []string) error { return runPreserve(c, args[0], args[1:], &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.out, "output", "o", "", "write the archive to this `FILE` (default: CASE.tar.gz)")
	o.flags(f)
	return c
}

func runPreserve(c *cobra.Command, id string, paths []string, o *preserveOptions) error {
	if strings.Contains(id, "/") {
		return fmt.Errorf("%s is a finding; an archive holds a whole case: leave out what follows the /", id)
	}
	d, cas, t, err := o.find(c, id, paths, true)
	if err != nil {
		return err
	}
	out := o.out
	if out == "" {
		out = hunt.FileName(cas.ID) + ".tar.gz"
	}
	p, err := hunt.Preserve(c.Context(), d, cas, t, out, version)
	if err != nil {
		return err
	}
	complain(c.ErrOrStderr(), t.Lost)
	if p.Lines > 0 {
		fmt.Fprintf(c.OutOrStdout(), "preserved %s of %s in %s\nSHA-256 of the archive: %s\n", report.Plural(int64(p.Lines), "line"),
			report.Plural(int64(p.Sources), "source"), safe.Text(out), p.SHA256)
	}
	switch {
	case len(t.Lost) > 0:
		fmt.Fprintln(c.ErrOrStderr(), "barium: what is named above could not be preserved")
		return status(exitPartial)
	case p.Lines == 0:
		return fmt.Errorf("no line was found for %s", id)
	}
	return nil
}
