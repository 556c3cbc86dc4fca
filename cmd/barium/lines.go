package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
)

type linesOptions struct {
	askOptions
	all    bool
	asJSON bool
}

func newLinesCommand() *cobra.Command {
	var o linesOptions
	c := &cobra.Command{
		Use:   "lines CASE|FINDING [PATH…]",
		Short: "print the raw log lines behind a case or finding",
		Long: `Prints the raw log lines that are the evidence of a case (C-e7f8fc67) or of one
finding (C-e7f8fc67/1), found by source and offset, also inside compressed logs and archives.
With --all, every record of the logs that belongs to it: between the finding's
host and far end while the finding lasts, in all logs that are kept of it
(docs/evidence.md has the rules). An id may be shortened: C-e7 or C-e7/1.

Standard output holds nothing but the lines, byte by byte as they stand in the
logs, source by source; on a terminal what is not visible is escaped. Standard
error names each source and its columns, then what cannot be shown. The lines
are not masked: they hold whatever the logs hold, patient identifiers included.

` + askHelp + `

EXIT STATUS
  0  all lines were printed
  1  wrong use, or nothing found
  3  a log is gone, has changed or cannot be read: its lines are missing
  130  interrupted`,
		Example: `  barium lines --ledger hospital.ledger C-e7f8fc67/1
  barium hunt --json case.json /data/zeek; barium lines --from case.json C-e7f8fc67
  barium lines --all --ledger hospital.ledger C-e7 /archive/zeek | cut -f 1,3,5
  barium lines --json --from case.json C-e7f8fc67 | jq -r '.source + ":" + (.line|tostring)'`,
		Args: needsID,
		RunE: func(c *cobra.Command, args []string) error { return runLines(c, args[0], args[1:], &o) },
	}
	f := c.Flags()
	f.BoolVar(&o.all, "all", false, "every record of the logs that belongs to it, not only the evidence")
	f.BoolVar(&o.asJSON, "json", false, "print one JSON object a line: source, offset, line number, SHA-256, raw")
	o.flags(f)
	return c
}

func runLines(c *cobra.Command, id string, paths []string, o *linesOptions) error {
	_, _, t, err := o.find(c, id, paths, o.all)
	if err != nil {
		return err
	}
	stdout := c.OutOrStdout()
	p := linePrinter{w: bufio.NewWriter(stdout), notes: unless(o.quiet, c.ErrOrStderr()), visible: isTerminal(stdout), asJSON: o.asJSON}
	if err := t.Each(c.Context(), p.print); err != nil {
		return err
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing lines: %w", err)
	}
	complain(c.ErrOrStderr(), t.Lost)
	switch {
	case len(t.Lost) > 0:
		return status(exitPartial)
	case p.n == 0:
		return fmt.Errorf("no line was found for %s", id)
	}
	return nil
}

// isTerminal tells whether people look at w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// linePrinter writes raw lines, and notes on where they come from.
type linePrinter struct {
	w       *bufio.Writer
	notes   io.Writer
	visible bool // escape what is not visible
	asJSON  bool
	place   *hunt.Place
	n       int
}

// lineJSON is one line of `barium lines --json`.
type lineJSON struct {
	Findings []string `json:"findings"`
	Source   string   `json:"source"`
	Path     string   `json:"path"` // where it was found now
	Offset   int64    `json:"offset"`
	Line     int64    `json:"line"`
	Length   int      `json:"length"`
	SHA256   string   `json:"sha256"` // of the raw bytes
	Raw      string   `json:"raw"`    // or what they say, where they are no text
}

func (p *linePrinter) print(at *hunt.Place, l *hunt.Line) error {
	p.n++
	if at != p.place {
		p.place = at
		if err := p.heading(at, l); err != nil {
			return err
		}
	}
	raw := l.Raw
	if l.Text != nil {
		raw = l.Text
	}
	if p.asJSON {
		sum := sha256.Sum256(l.Raw)
		return report.EncodeLine(p.w, lineJSON{
			Findings: l.Findings, Source: report.SpellBytes(at.Source.Path), Path: report.SpellBytes(at.Path),
			Offset: l.Offset, Line: l.Number, Length: len(l.Raw), SHA256: hex.EncodeToString(sum[:]), Raw: report.SpellBytes(string(raw)),
		})
	}
	if p.visible {
		raw = []byte(visible(string(raw)))
	}
	if _, err := p.w.Write(raw); err != nil {
		return err
	}
	return p.w.WriteByte('\n')
}

// heading names the source of the lines that follow, and its columns.
func (p *linePrinter) heading(at *hunt.Place, l *hunt.Line) error {
	if p.asJSON {
		return nil
	}
	if err := p.w.Flush(); err != nil {
		return err
	}
	where := safe.Text(at.Source.Path)
	if at.Path != at.Source.Path {
		where += ", now in " + safe.Text(at.Path)
	}
	fmt.Fprintf(p.notes, "# %s: %s of %s\n", where, report.Plural(int64(at.Lines), "line"), safe.Text(at.Source.Format))
	for h := range bytes.Lines(l.Header) {
		if rest, ok := bytes.CutPrefix(bytes.TrimRight(h, "\r\n"), []byte("#fields")); ok {
			fmt.Fprintf(p.notes, "#fields%s\n", visible(string(rest)))
		}
	}
	return nil
}

// visible escapes what is not visible, but for tabs: they keep columns apart and
// do nothing else.
func visible(s string) string {
	cells := strings.Split(s, "\t")
	for i := range cells {
		cells[i] = safe.Text(cells[i])
	}
	return strings.Join(cells, "\t")
}
