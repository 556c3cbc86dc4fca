package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"barium/internal/generate"
	"barium/internal/hunt"
	"barium/internal/prove"
	"barium/internal/report/safe"
)

type proveOptions struct {
	prove.Options
	hosts, days int
	memory      byteSize
	noSweep     bool
	pool        bool
	json, html  string
	quiet       bool
}

func newProveCommand() *cobra.Command {
	var o proveOptions
	c := &cobra.Command{
		Use:   "prove [PATH…]",
		Short: "inject known thefts into these logs and say which would have been found",
		Long: `Takes the logs below the given paths as they are, injects thefts that are known
from the past into a copy of what barium remembers of them, and walks forward day
by day with the detectors and cases of barium hunt. Says which thefts would have
been found, after how long and at which rank, how many cases a day there are
without any, and the smallest theft that is found by each route; beside three
simple ways to look at the same records with the same budget: most bytes a day,
most connections a day, and a 24-hour scorer like RITA's.

Without PATH, a hospital that does not exist is generated in a temporary folder.

The logs are only read. All thefts are injected; the page says what that cannot
test. Figures say nothing about other logs. docs/prove.md explains them, and how
long it takes: minutes for a hundred hosts, hours for thousands.

With --pool, the PATHs are JSON documents of earlier runs, and nothing is injected:
prints how reliable the weights of cases are over all of them.

EXIT STATUS
  0  measured, whatever was found
  1  wrong use, or nothing readable
  130  interrupted; nothing is left behind`,
		Example: `  barium prove /data/zeek
  barium prove --html prove.html --json prove.json /data/zeek
  barium prove --story change --story dns-drip --no-sweep --placements 10 /data/zeek
  barium prove --hosts 100 --days 14              on a generated hospital
  barium prove --pool seed1.json seed2.json`,
		RunE: func(c *cobra.Command, args []string) error { return runProve(c, args, &o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.Uint64Var(&o.Seed, "seed", 1, "which hosts, times and random numbers, and which hospital is generated; any `NUMBER`")
	f.IntVar(&o.Placements, "placements", 3, "inject each theft `N` times, on other hosts, from 1 to 100")
	f.IntVar(&o.Budget, "budget", 10, "how many new cases a day somebody reads, `N` from 1 to 1000")
	f.StringArrayVar(&o.Stories, "story", nil, "only the story `NAME`, repeatable: "+strings.Join(prove.Names(), ", "))
	f.BoolVar(&o.NoStories, "no-stories", false, "only the plain thefts")
	f.BoolVar(&o.noSweep, "no-sweep", false, "only the stories, not the plain thefts by size, time and route")
	f.StringArrayVar(&o.Internal, "internal", nil, "count these addresses as inside, and no others; `CIDR`, repeatable")
	mappingFlag(f, &o.Mappings)
	f.IntVar(&o.hosts, "hosts", 2000, "without PATH: generate `N` machines of people")
	f.IntVar(&o.days, "days", 30, "without PATH: generate `N` days, 3 to 60")
	f.Var(&o.memory, "memory", "memory to use, such as 512MiB, at least 128MiB (default: a quarter of the machine's)")
	f.BoolVar(&o.pool, "pool", false, "put JSON documents of earlier runs together; goes with --json and --quiet only")
	o.outputs(f)
	return c
}

func (o *proveOptions) outputs(f *pflag.FlagSet) {
	f.StringVar(&o.json, "json", "", "write the result as JSON to this `FILE`, - for standard output in place of the text")
	f.StringVar(&o.html, "html", "", "write a page with curves to this `FILE`")
	quietFlag(f, &o.quiet)
}

// check completes the options.
func (o *proveOptions) check(c *cobra.Command, paths []string) error {
	switch {
	case o.Placements < 1 || o.Placements > 100:
		return fmt.Errorf("--placements: %d is not between 1 and 100", o.Placements)
	case o.Budget < 1 || o.Budget > 1000:
		return fmt.Errorf("--budget: %d is not between 1 and 1000", o.Budget)
	case o.NoStories && (o.noSweep || len(o.Stories) > 0):
		return errors.New("--no-stories leaves nothing to inject, or contradicts --story")
	case o.html == "-":
		return errors.New("--html writes a file; for a page on standard output write it to /dev/stdout")
	case o.html != "" && filepath.Clean(o.html) == filepath.Clean(o.json):
		return fmt.Errorf("--json and --html would both write %s; name two files", o.html)
	}
	if len(paths) > 0 {
		for _, name := range []string{"hosts", "days"} {
			if c.Flags().Changed(name) {
				return fmt.Errorf("--%s is for generated logs; it does not go together with a PATH", name)
			}
		}
		o.Paths = paths
		return nil
	}
	if o.days < 3 {
		return fmt.Errorf("--days: %d is not between 3 and 60", o.days)
	}
	o.Generate = &generate.BulkOptions{Seed: o.Seed, Hosts: max(o.hosts, 1), Days: o.days}
	if err := o.Generate.Check(); err != nil {
		return fmt.Errorf("--%w", err)
	}
	return nil
}

func runProve(c *cobra.Command, paths []string, o *proveOptions) error {
	if o.pool {
		return o.runPool(c, paths)
	}
	if err := o.check(c, paths); err != nil {
		return err
	}
	stderr := unless(o.quiet, c.ErrOrStderr())
	if o.Generate != nil {
		fmt.Fprintf(stderr, "no PATH: generating %d days of an invented hospital with %d machines of people (seed %d)\n", o.days, o.hosts, o.Seed)
	}
	o.Stdin, o.Memory, o.Version, o.Sweep = c.InOrStdin(), int64(o.memory), version, !o.noSweep
	reading, writing, walking := newProgress(stderr), newRowBar(stderr), &roundBar{rowBar: *newRowBar(stderr)}
	if o.Generate == nil {
		o.Progress = reading
	}
	o.Generated, o.Walk = writing.set, func(done, total int) {
		writing.done()
		walking.set(done, total)
	}
	start := time.Now()
	res, err := prove.Run(c.Context(), o.Options)
	writing.done()
	walking.done()
	switch {
	case errors.Is(err, hunt.ErrNothing):
		return errors.New("nothing readable: none of the files is a log that barium knows; barium sources says why")
	case err != nil:
		return err
	}
	fmt.Fprintf(stderr, "measured in %s\n", time.Since(start).Round(time.Second))
	return o.write(c.Context(), c.OutOrStdout(), stderr, res)
}

// write writes the result in all shapes that were asked for.
func (o *proveOptions) write(ctx context.Context, stdout, stderr io.Writer, res *prove.Result) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if o.json == "-" {
		_, err = stdout.Write(text)
	} else {
		err = res.WriteText(stdout)
	}
	if err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	if o.json != "" && o.json != "-" {
		if err := replace(o.json, text); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "JSON: %s\n", safe.Text(o.json))
	}
	if o.html == "" {
		return nil
	}
	var b bytes.Buffer
	if err := res.WriteHTML(&b); err != nil {
		return err
	}
	if err := replace(o.html, b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "HTML page: %s\n", safe.Text(o.html))
	return nil
}

// roundBar draws how many days and rounds are walked.
type roundBar struct{ rowBar }

func (b *roundBar) set(done, total int) {
	if b.w == nil {
		return
	}
	if b.bar == nil {
		b.pool = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(40))
		b.bar = b.pool.AddBar(int64(total)+1,
			mpb.PrependDecorators(decor.Name("walking "), decor.CountersNoUnit("%d / %d days and rounds")),
			mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left")),
		)
	}
	b.bar.SetCurrent(int64(done))
}
