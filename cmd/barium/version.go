package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

func newVersionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "print the versions of barium, Go and DuckDB",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			engine, err := duck.EngineVersion()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(map[string]any{
					"barium": version, "go": runtime.Version(), "duckdb": engine, "ledger_schema": ledger.SchemaVersion,
				})
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "barium %s, %s, DuckDB %s, ledger schema %d\n", version, runtime.Version(), engine, ledger.SchemaVersion)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
