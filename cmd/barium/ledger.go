package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"barium/internal/ledger/duck"
)

func newLedgerCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "ledger",
		Short: "look after a kept ledger",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newLedgerInfoCommand(), newLedgerPruneCommand(), newLedgerCompactCommand(), newLedgerExportCommand(), &cobra.Command{
		Use:   "checksum FILE",
		Short: "print a checksum of what a ledger holds",
		Long: `Two ledgers that hold the same records have the same checksum, whatever the
files the records came from, their order and the paths.`,
		Example: "  barium hunt --ledger a.ledger /data/zeek && barium ledger checksum a.ledger",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := existing(args[0]); err != nil {
				return err
			}
			s, err := duck.Open(c.Context(), args[0], duck.Options{})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			sum, err := s.Checksum(c.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), sum)
			return err
		},
	})
	return c
}
