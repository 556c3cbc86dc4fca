package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"barium/internal/hunt"
	"barium/internal/ledger"
	"barium/internal/report/safe"
	"barium/internal/site"
)

type huntOptions struct {
	outputOptions
	lookOptions
	noPrune  bool
	changed  bool // --new
	mappings []string
}

// mappingFlag names files of mappings for tables.
func mappingFlag(f *pflag.FlagSet, p *[]string) {
	f.StringArrayVar(p, "mapping", nil, "read tables (CSV, JSON) by the mapping in this `FILE`, repeatable; those beside the logs (NAME.barium.yaml) are used anyway")
}

// lookOptions are the flags that decide which cases there are.
type lookOptions struct {
	ledger       string
	internal     []string
	since, until string
	memory       byteSize
	context      string
}

func newHuntCommand() *cobra.Command {
	var o huntOptions
	c := &cobra.Command{
		Use:   "hunt [PATH…]",
		Short: "read logs and say what left",
		Long: `Reads every log below the given paths (default: the current folder), whatever
the files are called, and prints a verdict, the cases behind it with their
evidence, and the blind spots: what could not have been seen in these logs.
Writes the same as one HTML file.

Logs may be compressed (gzip, zstd, bzip2, xz, lz4) and may lie in zip and tar
archives, which are read where they are: nothing is unpacked to disk. The PATH -
is standard input; of its lines nothing is kept, so that they cannot be shown.

Other tables, CSV or JSON, are read by a mapping: a file NAME.barium.yaml beside
them, or --mapping. barium map proposes one.

With --ledger, what earlier runs read into that ledger is looked at too. --since
and --until choose what is looked at, not what is read. After the look, hours
older than 90 days are rolled up into days, and days older than 13 months dropped;
--no-prune leaves them.

With --context, the house says what it knows of itself (docs/context.md): names
and roles of machines, flows that somebody approved, what thieves would come for.
With --new, the report begins with what opened, grew or closed since the last
hunt on that ledger (docs/cases.md).

What counts as inside: RFC 1918, unique local and carrier-grade NAT addresses,
and what the logs themselves call local. --internal replaces all of that.

EXIT STATUS
  0  no sign in what could be seen, and every file given was read
  1  wrong use, or nothing readable
  2  signs of theft, or data left, unexplained
  3  no sign, but something could not be read
  130  interrupted`,
		Example: `  barium hunt /data/zeek
  barium hunt --internal 10.0.0.0/8 --internal 192.0.2.0/24 conn.log dns.log.gz
  barium hunt --since 2026-03-01 --until 2026-03-07 --ledger hospital.ledger /data/zeek
  barium hunt --new --ledger hospital.ledger --context house /data/zeek
  barium hunt --json - --no-html /data/zeek | jq .verdict
  ssh sensor cat /logs/archive.tar.gz | barium hunt - /data/zeek
  barium hunt --mask --html for-outside.html /data/zeek`,
		RunE: func(c *cobra.Command, args []string) error { return runHunt(c, args, &o) },
	}
	f := c.Flags()
	mappingFlag(f, &o.mappings)
	f.BoolVar(&o.changed, "new", false, "say first what opened, grew or closed since the last hunt on the --ledger")
	o.lookOptions.flags(f)
	o.outputOptions.flags(f)
	f.BoolVar(&o.noPrune, "no-prune", false, "with --ledger: leave old hours as they are (see barium ledger prune)")
	return c
}

func (o *lookOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.ledger, "ledger", "", "keep the ledger in this `FILE` (default: a temporary one, removed at the end)")
	f.StringArrayVar(&o.internal, "internal", nil, "count these addresses as inside, and no others; `CIDR`, repeatable")
	f.StringVar(&o.since, "since", "", "look at records from this `TIME` on (2026-03-01, or RFC 3339); whole hours, UTC")
	f.StringVar(&o.until, "until", "", "look at records up to this `TIME`; a date includes that day")
	f.StringVar(&o.context, "context", "", "what the house says of itself: this `FOLDER` with assets.csv, flows.csv and crown-jewels.csv")
	f.Var(&o.memory, "memory", "memory to use, such as 512MiB, at least 128MiB (default: a quarter of the machine's)")
}

// options returns the options of a hunt, without paths.
func (o *lookOptions) options() (h hunt.Options, err error) {
	since, err := parseTime(o.since, false)
	if err != nil {
		return h, fmt.Errorf("--since: %w", err)
	}
	until, err := parseTime(o.until, true)
	if err != nil {
		return h, fmt.Errorf("--until: %w", err)
	}
	if !since.IsZero() && !until.IsZero() && !since.Before(until) {
		return h, errors.New("--since is not before --until")
	}
	h = hunt.Options{Ledger: o.ledger, Internal: o.internal, Since: since, Until: until, Memory: int64(o.memory)}
	if o.context != "" {
		h.Context, err = site.Read(o.context)
	}
	return h, err
}

func runHunt(c *cobra.Command, args []string, o *huntOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	h, err := o.options()
	if err != nil {
		return err
	}
	h.Paths, h.Stdin, h.Mappings, h.New = orHere(args), c.InOrStdin(), o.mappings, o.changed
	if !o.noPrune {
		h.Now = time.Now()
		h.Pruned = func(p ledger.Pruned, err error) {
			switch {
			case err != nil:
				fmt.Fprintln(c.ErrOrStderr(), "barium: the report is complete, but old hours could not be rolled up:", safe.Text(err.Error()))
			case p.Changed():
				fmt.Fprintln(unless(o.quiet, c.ErrOrStderr()), "ledger: "+prunedWords(&p))
			}
		}
	}
	return execute(c, h, &o.outputOptions)
}

// execute runs a hunt, writes its reports and returns its exit status.
func execute(c *cobra.Command, h hunt.Options, o *outputOptions) error {
	ctx, stderr := c.Context(), c.ErrOrStderr()
	h.Found = func(files []hunt.File) error {
		inputs := []string{h.Ledger}
		for _, f := range files {
			if f.Reader != nil && f.Disk() != "" {
				inputs = append(inputs, f.Disk())
			}
		}
		return o.spares(inputs)
	}
	start := time.Now()
	h.Elapsed = func() time.Duration { return time.Since(start) }
	h.Version = version
	h.Progress = newProgress(unless(o.quiet, stderr))
	d, err := hunt.Run(ctx, h)
	nothing := errors.Is(err, hunt.ErrNothing)
	if err != nil && (!nothing || d == nil) {
		if strings.Contains(err.Error(), "Out of Memory Error") {
			return fmt.Errorf("these logs need more memory than they were given; try again with a larger --memory: %w", err)
		}
		return err
	}
	if nothing {
		fmt.Fprintln(stderr, "barium: nothing readable: none of the files is a log that barium knows")
		for _, s := range d.Sources {
			why := s.Problem
			if why == "" {
				why = s.Format + ", but no record of a kind that barium uses"
			}
			fmt.Fprintf(stderr, "  %s: %s\n", safe.Text(s.Path), safe.Text(why))
		}
		fmt.Fprintln(stderr, "Give a folder with Zeek logs (conn.log and others, TSV or JSON; plain, compressed, or in .zip and .tar archives).")
		return status(exitUsage)
	}
	if err := o.write(ctx, c.OutOrStdout(), unless(o.quiet, stderr), d); err != nil {
		return err
	}
	return exitStatus(d)
}

// parseTime reads a date or a time; a date given as an end includes that day.
func parseTime(s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		return t, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as 2026-03-01 or 2026-03-01T14:00:00Z", s)
}

// orHere returns the paths, or the current folder when there are none.
func orHere(paths []string) []string {
	if len(paths) == 0 {
		return []string{"."}
	}
	return paths
}
