package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// sourceLine is one file in the JSON of `barium sources`.
type sourceLine struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	Read   bool   `json:"read"`
	Format string `json:"format"` // empty when not read
	Reason string `json:"reason"` // why not; empty when read
}

func newSourcesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "sources [PATH…]",
		Short: "say which files would be read, and why the rest would not",
		Long: `Looks at the first bytes of every file below the given paths (default: the
current folder) and says in which format it would be read, or why not. Nothing
else is read.

EXIT STATUS
  0  at least one file would be read
  1  wrong use, or none would`,
		Example: "  barium sources /data/zeek\n  barium sources --json /data/zeek | jq '.[] | select(.read | not)'",
		RunE: func(c *cobra.Command, args []string) error {
			files, err := hunt.Discover(c.Context(), orHere(args))
			if err != nil {
				return err
			}
			lines := make([]sourceLine, 0, len(files))
			read := 0
			for _, f := range files {
				l := sourceLine{Path: safe.Text(f.Path), Bytes: f.Size, Read: f.Reader != nil, Format: f.Format, Reason: safe.Text(f.Problem)}
				if l.Read {
					read++
				}
				lines = append(lines, l)
			}
			if err := printSources(c.OutOrStdout(), lines, read, asJSON); err != nil {
				return err
			}
			if read == 0 {
				return status(exitUsage)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printSources(w io.Writer, lines []sourceLine, read int, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(lines)
	}
	b := bufio.NewWriter(w)
	for _, l := range lines {
		if l.Read {
			fmt.Fprintf(b, "read      %s  %s  %s\n", l.Path, l.Format, report.Bytes(l.Bytes))
		} else {
			fmt.Fprintf(b, "not read  %s  %s\n", l.Path, l.Reason)
		}
	}
	fmt.Fprintf(b, "%d of %s would be read\n", read, report.Plural(int64(len(lines)), "file"))
	return b.Flush()
}
