package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"barium/internal/generate"
	"barium/internal/report"
	"barium/internal/report/safe"
)

type generateOptions struct {
	generate.BulkOptions
	start, format string
	logs          []string
}

func newGenerateCommand() *cobra.Command {
	var o generateOptions
	c := &cobra.Command{
		Use:   "generate DIR",
		Short: "write the network logs of an invented hospital",
		Long: `Writes the Zeek logs of a hospital that does not exist into a new or empty
folder, for trials and measurements: offices, wards, imaging, laboratory,
research, guests and servers, by day and night. --theft adds one theft; README.txt
in the folder says which. The same options give the same bytes.

Say how large it is with --hosts, or with --rows: then there are as many machines
as make that many connections. A machine of people makes some 2,300 connections on
a working day, and a connection takes about 130 bytes of conn.log and 310 of all logs.
docs/generate.md says what is realistic in these logs and what is not.

EXIT STATUS
  0  the logs are written
  1  wrong use, or they could not be written
  130  interrupted; the folder is left as it was`,
		Example: `  barium generate logs                                  a week of 60 machines
  barium generate --theft --seed 7 logs                 with one theft, in another hospital
  barium generate --rows 8000000 --days 1 --logs conn logs
  barium generate --hosts 500 --days 2 --format json --gzip --files 48 logs`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runGenerate(c, args[0], &o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.Uint64Var(&o.Seed, "seed", 1, "which hospital, traffic and theft; any `NUMBER`")
	f.IntVar(&o.Hosts, "hosts", 0, "machines of people, `N` from 10 to 20000; servers and devices come on top (default: 60)")
	f.Int64Var(&o.Rows, "rows", 0, "write exactly `N` connections, with as many machines as that takes")
	f.IntVar(&o.Days, "days", 7, "days to write, `N` from 1 to 60")
	f.StringVar(&o.start, "start", "2026-03-02", "first `DATE`; the hospital's clock is UTC")
	f.BoolVar(&o.Theft, "theft", false, "inject one theft; needs 3 days")
	f.StringSliceVar(&o.logs, "logs", []string{"all"}, "which logs, `LIST` such as conn,dns: "+strings.Join(generate.LogNames(), ", "))
	f.StringVar(&o.format, "format", "tsv", "Zeek's `FORMAT`: tsv, or json with one object a line")
	f.BoolVar(&o.Gzip, "gzip", false, "compress the files")
	f.IntVar(&o.Files, "files", 1, "cut each log into `N` files of equal times, as Zeek does when it rotates logs")
	return c
}

// complete checks the options.
func (o *generateOptions) complete() (err error) {
	if o.BulkOptions.Start, err = time.Parse(time.DateOnly, o.start); err != nil {
		return fmt.Errorf("--start: %q is not a date such as 2026-03-02", o.start)
	}
	switch o.format {
	case "tsv":
	case "json":
		o.JSON = true
	default:
		return fmt.Errorf("--format: %q is neither tsv nor json", o.format)
	}
	if len(o.logs) != 1 || o.logs[0] != "all" {
		o.BulkOptions.Logs = o.logs
	}
	switch {
	case len(o.logs) == 0:
		return fmt.Errorf("--logs: name at least one of %s", strings.Join(generate.LogNames(), ", "))
	case o.Days == 0:
		return fmt.Errorf("--days: at least 1")
	case o.Files == 0:
		return fmt.Errorf("--files: at least 1")
	}
	if err := o.Check(); err != nil {
		return fmt.Errorf("--%w", err)
	}
	return nil
}

func runGenerate(c *cobra.Command, dir string, o *generateOptions) error {
	if err := o.complete(); err != nil {
		return err
	}
	folder, err := generate.NewFolder(dir)
	if err != nil {
		return err
	}
	stderr := c.ErrOrStderr()
	bar := newRowBar(stderr)
	o.Progress = bar.set
	v, err := generate.Bulk(c.Context(), o.BulkOptions, folder.Create)
	bar.done()
	if err != nil {
		folder.Discard()
		if context.Cause(c.Context()) != nil {
			fmt.Fprintln(stderr, "barium: interrupted; what was written is removed")
			return status(exitInterrupted)
		}
		return fmt.Errorf("generating logs: %w", err)
	}
	return describe(c.OutOrStdout(), dir, o, v)
}

// describe says what was written.
func describe(w io.Writer, dir string, o *generateOptions, v *generate.Volume) error {
	records := int64(0)
	for _, n := range v.Records {
		records += n
	}
	fmt.Fprintf(w, "Generated %s of an invented hospital with %s of people, in %s.\n",
		report.Plural(int64(o.Days), "day"), report.Plural(int64(v.Hosts), "machine"), safe.Text(dir))
	fmt.Fprintf(w, "%s in %s, %s before compression; inside: %s\n",
		report.Plural(records, "record"), report.Plural(int64(len(v.Records)), "log"), report.Bytes(v.Bytes), strings.Join(v.Internal, " "))
	fmt.Fprintf(w, "%s, %s, %.2f connections each\n", report.Plural(v.Connections, "connection"),
		report.Plural(v.ConversationHours, "conversation-hour"), v.RowsPerConversationHour())
	if t := v.Theft; t != nil {
		fmt.Fprintf(w, "One theft: %s (%s) sent %d bytes in %s to %s:%d by %s; README.txt says more.\n",
			t.Host, t.HostName, t.Bytes, report.Plural(int64(len(t.Files)), "file"), t.Destination, t.Port, t.Method)
		return nil
	}
	_, err := fmt.Fprintln(w, "No theft.")
	return err
}

// rowBar draws how many rows are written; without a terminal it does nothing.
type rowBar struct {
	w    io.Writer
	pool *mpb.Progress
	bar  *mpb.Bar
}

func newRowBar(w io.Writer) *rowBar {
	if newProgress(w) == nil {
		return &rowBar{}
	}
	return &rowBar{w: w}
}

func (b *rowBar) set(done, total int64) {
	if b.w == nil {
		return
	}
	if b.bar == nil {
		b.pool = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(40))
		b.bar = b.pool.AddBar(total+1, // never complete by itself: done ends it
			mpb.PrependDecorators(decor.Name("generating "), decor.CountersNoUnit("%d / %d connections")),
			mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left")),
		)
	}
	b.bar.SetCurrent(done)
}

func (b *rowBar) done() {
	if b.bar == nil {
		return
	}
	b.bar.Abort(true)
	b.pool.Wait()
	b.bar = nil
}
