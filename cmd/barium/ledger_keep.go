package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"barium/internal/hunt"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// existing wants a file at path: a ledger is not made by asking for it.
func existing(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

func newLedgerInfoCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "info FILE",
		Short: "say what a ledger holds and how large it is",
		Long: `Says how large a ledger is and what it holds: hours and days with records, first
and last record, sensors, sources, rows of each table, the versions that wrote it.`,
		Example: "  barium ledger info hospital.ledger\n  barium ledger info --json hospital.ledger | jq .bytes_per_conversation_hour",
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
			x, err := s.Info(c.Context())
			if err != nil {
				return fmt.Errorf("ledger %s: %w", args[0], err)
			}
			if asJSON {
				return writeInfoJSON(c.OutOrStdout(), &x)
			}
			return writeInfo(c.OutOrStdout(), args[0], &x)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// hourTime is the beginning of an hour.
func hourTime(hour uint32) time.Time { return time.Unix(int64(hour)*3600, 0).UTC() }

// moments returns the first and last record's times; nil without any.
func moments(x *duck.Info) (first, last *time.Time) {
	at := func(us *int64) *time.Time {
		if us == nil {
			return nil
		}
		t := time.UnixMicro(*us).UTC()
		return &t
	}
	return at(x.First), at(x.Last)
}

func writeInfoJSON(w io.Writer, x *duck.Info) error {
	var out struct {
		duck.Info
		First  *time.Time `json:"first"`
		Last   *time.Time `json:"last"`
		Hourly *time.Time `json:"hours_kept_from"` // null while all are
	}
	out.Info = *x
	out.First, out.Last = moments(x)
	if x.Hourly > 0 {
		t := hourTime(x.Hourly)
		out.Hourly = &t
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func writeInfo(w io.Writer, path string, x *duck.Info) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("ledger", "%s", safe.Text(path))
	line("size", "%s, of which %s free", report.Bytes(x.Size), report.Bytes(x.Free))
	versions := make([]string, len(x.Condenser))
	for i, v := range x.Condenser {
		versions[i] = fmt.Sprint(v)
	}
	line("version", "schema %d, condenser %s, DuckDB %s", x.Schema, strings.Join(versions, " and "), x.Engine)
	if first, last := moments(x); first != nil && last != nil {
		line("records", "%s, %s", report.Count(x.Records), report.Span(*first, *last))
	} else {
		line("records", "none")
	}
	kept := report.Plural(x.Hours, "hour") + " with records"
	if x.Hourly > 0 {
		kept = fmt.Sprintf("%s since %s, %s with records before, rolled up", kept, hourTime(x.Hourly).Format(time.DateOnly), report.Plural(x.Days, "day"))
	}
	line("kept", "%s", kept)
	sensors := make([]string, len(x.Sensors))
	for i, s := range x.Sensors {
		if sensors[i] = safe.Text(s); s == "" {
			sensors[i] = "(without a name)"
		}
	}
	line("sensors", "%s", strings.Join(sensors, ", "))
	line("sources", "%s", report.Count(x.Sources))
	line("known", "%s, %s", addresses(x.Addresses), report.Plural(x.Names, "name"))
	if x.PerRow > 0 {
		line("each", "%.1f bytes for a conversation-hour, everything included", x.PerRow)
	}
	fmt.Fprintf(&b, "\n%-14s %14s %14s %14s\n", "table", "rows", "of an hour", "events")
	for _, t := range x.Tables {
		fmt.Fprintf(&b, "%-14s %14s %14s %14s\n", t.Name, report.Count(t.Rows), report.Count(t.Hours), report.Count(t.Events))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func newLedgerPruneCommand() *cobra.Command {
	var memory byteSize
	c := &cobra.Command{
		Use:   "prune FILE",
		Short: "roll old hours up into days, drop what is older than 13 months",
		Long: fmt.Sprintf(`Rolls hours older than %d days up into days, and drops days older than 13 months
(%d days). Both are counted from the newest record, or from now if that is later
than now. Sums stay exact; of long event lists the ends and three examples stay.

barium hunt --ledger does this by itself after it has read something new, unless
it is told --no-prune. Afterwards the ledger takes in no records that are older
than the hours it keeps: they are counted and said. The file keeps its size, and
what became free is used again; barium ledger compact gives it back.`, ledger.HourlyDays, ledger.DailyDays),
		Example: "  barium ledger prune hospital.ledger\n  barium ledger prune hospital.ledger && barium ledger compact hospital.ledger",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := existing(args[0]); err != nil {
				return err
			}
			p, err := hunt.Prune(c.Context(), args[0], int64(memory), time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), prunedWords(&p))
			return err
		},
	}
	c.Flags().Var(&memory, "memory", "memory to use, such as 512MiB, at least 128MiB (default: a quarter of the machine's)")
	return c
}

// prunedWords says what was done to a ledger.
func prunedWords(p *ledger.Pruned) string {
	if !p.Changed() {
		return "nothing is old enough to be rolled up or dropped"
	}
	var parts []string
	if p.Rolled > 0 {
		parts = append(parts, fmt.Sprintf("rolled up %s (%s to %s): %s became %s", report.Plural(p.Rolled, "day"), hourTime(p.First).Format(time.DateOnly),
			hourTime(p.Until-1).Format(time.DateOnly), report.Plural(p.Before, "row"), report.Count(p.After)))
	}
	if p.Dropped > 0 {
		parts = append(parts, fmt.Sprintf("dropped %s older than 13 months", report.Plural(p.Dropped, "day")))
	}
	return strings.Join(parts, "; ") + fmt.Sprintf("; hours are kept from %s on", hourTime(p.Hourly).Format(time.DateOnly))
}

func newLedgerCompactCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compact FILE",
		Short: "rewrite a ledger into a smaller file",
		Long: `Writes the ledger into a new file beside it, without what has become free, and
puts that in its place. It needs room for the new file. Whenever it is stopped,
FILE is one whole ledger: the old one or the new one.`,
		Example: "  barium ledger compact hospital.ledger",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := existing(args[0]); err != nil {
				return err
			}
			before, after, err := duck.Compact(c.Context(), args[0], duck.Options{})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s before, %s now\n", report.Bytes(before), report.Bytes(after))
			return err
		},
	}
}

func newLedgerExportCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "export FILE --parquet DIR",
		Short: "write the tables of a ledger as Parquet files",
		Long: `Writes each table of a ledger (docs/ledger.md) as a Parquet file into a new
folder, with addresses and names in place of ids and times in UTC. The column
hours says how many hours a row stands for: 1, or 24 where days were rolled up.
Event lists are not exported. The same records give the same files, but for
source.parquet. The folder is there whole or not at all; nothing is written over.

The files hold what the ledger holds, and are readable by their owner only.`,
		Example: "  barium ledger export hospital.ledger --parquet tables\n  duckdb -c \"SELECT orig, sum(bytes_orig) FROM 'tables/conversation.parquet' GROUP BY orig\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if dir == "" {
				return errors.New("say where to: --parquet DIR")
			}
			if err := existing(args[0]); err != nil {
				return err
			}
			files, err := duck.Export(c.Context(), args[0], dir, duck.Options{})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s in %s\n", report.Plural(int64(len(files)), "file"), safe.Text(dir))
			return err
		},
	}
	c.Flags().StringVar(&dir, "parquet", "", "write into this new `DIR`")
	return c
}

func addresses(n int64) string {
	if n == 1 {
		return "1 address"
	}
	return report.Count(n) + " addresses"
}
