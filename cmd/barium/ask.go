package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"barium/internal/hunt"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// askOptions are the flags of the commands that are about one case: where cases
// come from, and what a hunt has to be told to find the same ones.
type askOptions struct {
	lookOptions
	from  string
	quiet bool
}

const askHelp = `Where cases come from:
  --ledger FILE  what hunts have read into that ledger; no log is read to find
                 the case. PATHs are where to look for logs that have moved.
  --from FILE    a document that barium hunt --json wrote (- for standard
                 input). PATHs as above.
  neither        the logs in the PATHs (default: the current folder) are hunted
                 in, as barium hunt would.
Give the same --internal, --since, --until and --context as to the hunt: with
others there are other cases.

A log is found by its path and its SHA-256 as far as it was read. Where it is
gone or another file lies there, the files below the PATHs are looked through
for the same content, compressed or not, also in archives.`

func (o *askOptions) flags(f *pflag.FlagSet) {
	o.lookOptions.flags(f)
	f.StringVar(&o.from, "from", "", "take the case from this `FILE`, which barium hunt --json wrote; - for standard input")
	f.Lookup("ledger").Usage = "take the case from this ledger `FILE`"
	quietFlag(f, &o.quiet)
}

// document returns the document that holds the case. Its evidence may be without
// raw lines.
func (o *askOptions) document(c *cobra.Command, paths []string) (*report.Document, error) {
	if o.from != "" {
		for _, name := range []string{"ledger", "internal", "since", "until", "memory", "context"} {
			if c.Flags().Changed(name) {
				return nil, fmt.Errorf("--from and --%s: the document holds what that hunt found; give one of them", name)
			}
		}
		return readDocument(c.Context(), c.InOrStdin(), o.from)
	}
	h, err := o.options()
	if err != nil {
		return nil, err
	}
	h.PlacesOnly, h.Version = true, version
	if o.ledger == "" {
		h.Paths = orHere(paths)
		h.Progress = newProgress(unless(o.quiet, c.ErrOrStderr()))
	} else if _, err := os.Stat(o.ledger); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	d, err := hunt.Run(c.Context(), h)
	if errors.Is(err, hunt.ErrNothing) && o.ledger != "" {
		return nil, fmt.Errorf("the ledger %s holds no record", o.ledger)
	}
	if errors.Is(err, hunt.ErrNothing) {
		return nil, errors.New("nothing readable in " + strings.Join(orHere(paths), ", ") + "; barium sources says why")
	}
	return d, err
}

// readDocument reads what barium hunt --json wrote.
func readDocument(ctx context.Context, stdin io.Reader, path string) (*report.Document, error) {
	d := new(report.Document)
	err := patiently(ctx, func() error {
		r := stdin
		if path != "-" {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			r = f
		}
		return json.NewDecoder(r).Decode(d)
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		return nil, fmt.Errorf("--from: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("--from %s: not a document of barium hunt --json: %w", path, err)
	}
	switch {
	case d.Schema != report.Schema:
		return nil, fmt.Errorf("--from %s: a document of barium hunt --json says schema %q; this one says %q", path, report.Schema, d.Schema)
	case d.Masked:
		return nil, fmt.Errorf("--from %s: the document is masked, and says neither where the logs lie nor whom it is about; hunt without --mask", path)
	}
	return d, nil
}

// patiently waits for f, which may read from a pipe that nobody writes to, but no
// longer than for ctx.
func patiently(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find returns the case or finding that the id means, and where its lines lie.
func (o *askOptions) find(c *cobra.Command, id string, paths []string, all bool) (*report.Document, *report.Case, *hunt.Trace, error) {
	if slices.Contains(paths, "-") {
		return nil, nil, nil, errors.New("standard input cannot be read again for its lines; save it to a file, and name that")
	}
	d, err := o.document(c, paths)
	if err != nil {
		return nil, nil, nil, err
	}
	cas, findings, err := hunt.Select(d, id)
	if err != nil && o.from == "" {
		err = fmt.Errorf("%w (were --internal, --since, --until and --context those of the hunt?)", err)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	t, err := hunt.FindLines(c.Context(), d, findings, hunt.TraceOptions{
		All: all, Paths: paths, Progress: newProgress(unless(o.quiet || !all, c.ErrOrStderr())),
	})
	return d, cas, t, err
}

// complain says what is lost, line by line.
func complain(w io.Writer, lost []hunt.Lost) {
	for _, l := range lost {
		switch {
		case l.Offset < 0:
			fmt.Fprintf(w, "barium: %s: %s; its records of the case are not shown\n", safe.Text(l.Path), safe.Text(l.Why))
		default:
			fmt.Fprintf(w, "barium: %s, offset %d (%s): %s\n", safe.Text(l.Path), l.Offset, safe.Text(l.Finding), safe.Text(l.Why))
		}
	}
}

// needsID is a cobra.PositionalArgs: what to look for, then paths.
func needsID(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("name a case such as C-e7f8fc67, or a finding such as C-e7f8fc67/1; barium hunt lists them")
	}
	return nil
}
