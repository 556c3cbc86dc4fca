package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
)

func newMapCommand() *cobra.Command {
	list := false
	c := &cobra.Command{
		Use:   "map FILE",
		Short: "propose a mapping for a table that no reader knows",
		Long: `Looks at the beginning of a table (CSV with any separator, or JSON; also
compressed) and prints a mapping: which column goes into which field of which
record, as YAML. Comments say how sure each choice is, and which columns are not
used. Look it over, then put it beside the logs as NAME.barium.yaml, or give it to
barium hunt with --mapping. docs/formats/table.md has the language.

The FILE - is standard input.

EXIT STATUS
  0  a mapping was printed
  1  wrong use, or no table
  130  interrupted`,
		Example: `  barium map firewall.csv > firewall.barium.yaml
  barium sources .
  barium map --list`,
		Args: func(c *cobra.Command, args []string) error {
			if list != (len(args) == 0) || len(args) > 1 {
				return errors.New("name one file, such as: barium map firewall.csv; or use --list")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if list {
				return listMappings(c.OutOrStdout())
			}
			text, err := hunt.ProposeMapping(c.Context(), args[0], c.InOrStdin())
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), text)
			return err
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the mappings that come with barium")
	return c
}

func listMappings(w io.Writer) error {
	for _, m := range hunt.ShippedMappings() {
		if _, err := fmt.Fprintf(w, "%-16s  %s: %s\n", m.Name(), m.Records(), m.About()); err != nil {
			return err
		}
	}
	return nil
}
